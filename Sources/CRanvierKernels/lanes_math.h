// Elementary functions on lanes, from arithmetic alone: the same bits on every processor, which the
// mathematical library of the system does not promise. Errors are below 2 units in the last place.
#ifndef RNV_LANES_MATH_H
#define RNV_LANES_MATH_H

#include "lanes.h"

RNV_INLINE lanes lanes_abs(lanes x) { return (lanes)((lanes_int)x & 0x7fffffff); }

RNV_INLINE lanes lanes_max(lanes a, lanes b) { return lanes_select(a > b, a, b); }

RNV_INLINE lanes lanes_min(lanes a, lanes b) { return lanes_select(a < b, a, b); }

RNV_INLINE lanes lanes_sqrt(lanes x) { return __builtin_elementwise_sqrt(x); }

/// e^x = 2^n e^r with |r| <= ln 2 / 2; below the smallest normal number the result is 0.
RNV_INLINE lanes lanes_exp(lanes x) {
    const lanes inside = lanes_max(lanes_min(x, lanes_all(88.72283f)), lanes_all(-87.33654f));
    const lanes magic = lanes_all(12582912.0f);  // 1.5 * 2^23: adding it rounds to an integer
    const lanes n = (inside * 1.44269504f + magic) - magic;
    const lanes r = (inside - n * 0.693359375f) - n * -2.12194440e-4f;
    lanes p = r * 1.9875691500e-4f + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    p = p * (r * r) + r + 1.0f;
    // 2^128 does not exist, so the scale is applied in two steps.
    const lanes_int whole = __builtin_convertvector(n, lanes_int), half = whole >> 1;
    const lanes scale_a = (lanes)((half + 127) << 23);
    const lanes scale_b = (lanes)((whole - half + 127) << 23);
    lanes y = p * scale_a * scale_b;
    y = lanes_select(x > 88.72283f, lanes_all(__builtin_inff()), y);
    y = lanes_select(x < -87.33654f, lanes_all(0), y);
    return lanes_select(x != x, x, y);
}

/// Natural logarithm: -inf at 0, NaN below.
RNV_INLINE lanes lanes_log(lanes x) {
    const lanes_int tiny = x < 1.17549435e-38f;
    const lanes scaled = lanes_select(tiny, x * 8388608.0f, x);
    const lanes_int bits = (lanes_int)scaled;
    lanes_int exponent = (bits >> 23) - 126;
    lanes m = (lanes)((bits & 0x007fffff) | 0x3f000000);  // in [1/2, 1)
    const lanes_int small = m < 0.707106781f;
    m = lanes_select(small, m + m, m) - 1.0f;
    exponent += small;  // a mask is -1
    lanes e = __builtin_convertvector(exponent, lanes) - lanes_select(tiny, lanes_all(23), lanes_all(0));
    const lanes z = m * m;
    lanes p = m * 7.0376836292e-2f + -1.1514610310e-1f;
    p = p * m + 1.1676998740e-1f;
    p = p * m + -1.2420140846e-1f;
    p = p * m + 1.4249322787e-1f;
    p = p * m + -1.6668057665e-1f;
    p = p * m + 2.0000714765e-1f;
    p = p * m + -2.4999993993e-1f;
    p = p * m + 3.3333331174e-1f;
    lanes y = p * m * z + e * -2.12194440e-4f - z * 0.5f;
    y = (m + y) + e * 0.693359375f;
    const float inf = __builtin_inff();
    y = lanes_select(x == 0, lanes_all(-inf), y);
    y = lanes_select(x == inf, lanes_all(inf), y);
    return lanes_select((x < 0) | (x != x), lanes_all(__builtin_nanf("")), y);
}

RNV_INLINE lanes lanes_tanh(lanes x) {
    const lanes z = x * x, size = lanes_abs(x);
    lanes p = z * -5.70498872745e-3f + 2.06390887954e-2f;
    p = p * z + -5.37397155531e-2f;
    p = p * z + 1.33314422036e-1f;
    p = p * z + -3.33332819422e-1f;
    const lanes near = p * z * x + x;
    const lanes far = 1.0f - 2.0f / (lanes_exp(size + size) + 1.0f);
    const lanes signed_far = lanes_select(x < 0, -far, far);
    return lanes_select(size < 0.625f, near, signed_far);
}

RNV_INLINE lanes lanes_sigmoid(lanes x) { return 1.0f / (1.0f + lanes_exp(-x)); }

#endif
