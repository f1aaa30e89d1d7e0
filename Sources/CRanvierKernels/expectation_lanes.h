// Eight double lanes: exponential, logarithm and the tails of the normal distribution, from arithmetic alone, so that the bits are
// the same on every processor. Relative errors are below 10^-14.
#ifndef RNV_EXPECTATION_LANES_H
#define RNV_EXPECTATION_LANES_H

#include "levels.h"

#pragma clang diagnostic ignored "-Wpsabi"

typedef double wide __attribute__((ext_vector_type(8)));
typedef int64_t wide_int __attribute__((ext_vector_type(8)));
typedef float narrow __attribute__((ext_vector_type(8)));

RNV_INLINE wide wide_all(double x) { return (wide)(x); }

RNV_INLINE wide wide_select(wide_int mask, wide a, wide b) { return mask ? a : b; }

RNV_INLINE wide wide_max(wide a, wide b) { return wide_select(a > b, a, b); }

RNV_INLINE wide wide_min(wide a, wide b) { return wide_select(a < b, a, b); }

RNV_INLINE wide wide_size(wide a) { return __builtin_elementwise_abs(a); }

RNV_INLINE wide wide_sqrt(wide a) { return __builtin_elementwise_sqrt(a); }

/// Up to eight numbers in single precision; missing ones are `rest`.
RNV_INLINE wide wide_load_floats(const float *p, size_t n, float rest) {
    narrow v;
    if (n >= 8) {
        memcpy(&v, p, sizeof v);
    } else {
        float part[8];
        for (int i = 0; i < 8; i++) part[i] = rest;
        memcpy(part, p, n * sizeof(float));
        memcpy(&v, part, sizeof v);
    }
    return __builtin_convertvector(v, wide);
}

RNV_INLINE void wide_store_floats(float *p, wide v, size_t n) {
    const narrow f = __builtin_convertvector(v, narrow);
    memcpy(p, &f, (n >= 8 ? 8 : n) * sizeof(float));
}

RNV_INLINE wide wide_load(const double *p) {
    wide v;
    memcpy(&v, p, sizeof v);
    return v;
}

RNV_INLINE void wide_store(double *p, wide v) { memcpy(p, &v, sizeof v); }

/// Sum of the lanes in one fixed order.
RNV_INLINE double wide_sum(wide v) {
    return ((v[0] + v[4]) + (v[2] + v[6])) + ((v[1] + v[5]) + (v[3] + v[7]));
}

/// e^x = 2^n e^r with |r| <= ln 2 / 2 by the Taylor series; 0 below -708, and no larger than e^708.
RNV_INLINE wide wide_exp(wide x) {
    const wide inside = wide_max(wide_min(x, wide_all(708)), wide_all(-708));
    // 1.5 * 2^52: adding it rounds to a whole number, which then stands in the low bits.
    const wide magic = wide_all(6755399441055744.0);
    const wide shifted = inside * 1.4426950408889634 + magic;
    const wide n = shifted - magic;
    const wide r = (inside - n * 6.93147180369123816490e-01) - n * 1.90821492927058770002e-10;
    wide p = r * (1.0 / 6227020800.0) + 1.0 / 479001600.0;
    p = p * r + 1.0 / 39916800.0;
    p = p * r + 1.0 / 3628800.0;
    p = p * r + 1.0 / 362880.0;
    p = p * r + 1.0 / 40320.0;
    p = p * r + 1.0 / 5040.0;
    p = p * r + 1.0 / 720.0;
    p = p * r + 1.0 / 120.0;
    p = p * r + 1.0 / 24.0;
    p = p * r + 1.0 / 6.0;
    p = p * r + 0.5;
    p = p * (r * r) + r + 1.0;
    const wide_int scale = ((wide_int)shifted << 52) + ((int64_t)1023 << 52);
    return wide_select(x < -708, wide_all(0), p * (wide)scale);
}

/// Natural logarithm of a positive normal number.
RNV_INLINE wide wide_log(wide x) {
    const wide_int bits = (wide_int)x;
    wide_int exponent = (bits >> 52) - 1023;
    wide m = (wide)((bits & 0x000fffffffffffff) | 0x3ff0000000000000);  // in [1, 2)
    const wide_int large = m > 1.4142135623730951;
    m = wide_select(large, m * 0.5, m);
    exponent -= large;  // a mask is -1
    // Whole numbers of this size as doubles: added to the bits of 1.5 * 2^52.
    const wide magic = wide_all(6755399441055744.0);
    const wide e = (wide)(exponent + (wide_int)magic) - magic;
    const wide f = (m - 1.0) / (m + 1.0), z = f * f;
    wide p = z * (1.0 / 21) + 1.0 / 19;
    p = p * z + 1.0 / 17;
    p = p * z + 1.0 / 15;
    p = p * z + 1.0 / 13;
    p = p * z + 1.0 / 11;
    p = p * z + 1.0 / 9;
    p = p * z + 1.0 / 7;
    p = p * z + 1.0 / 5;
    p = p * z + 1.0 / 3;
    return e * 6.93147180369123816490e-01 + (e * 1.90821492927058770002e-10 + 2.0 * (f + f * z * p));
}

// Chebyshev coefficients of log(erfcx(x) / t) in 2t - 1, t = 2 / (2 + x), computed with 50 digits.
static const double erfcx_series[28] = {
    -0.651326859890854717,
    0.64196979235649026,
    0.0194764732041858363,
    -0.00956151478680863164,
    -0.000946595344482036866,
    0.000366839497852761452,
    0.0000425233248069077716,
    -0.0000202785781125342432,
    -1.62429000464702551e-6,
    1.3036558355805232e-6,
    1.56264417220661432e-8,
    -8.52380959149265425e-8,
    6.52905443909885149e-9,
    5.05934349555146895e-9,
    -9.91364156493033091e-10,
    -2.27365122293183581e-10,
    9.64679110201552645e-11,
    2.39403808303911763e-12,
    -6.88602752649755563e-12,
    8.94487927309074143e-13,
    3.13092139934294907e-13,
    -1.12708223613672298e-13,
    3.81090525519374139e-16,
    7.10609761360811203e-15,
    -1.52302820145531142e-15,
    -9.45749457153634416e-17,
    1.21023718925523931e-16,
    -2.81666308811959547e-17,
};

/// e^(x^2) erfc(x) for x >= 0.
RNV_INLINE wide wide_erfcx(wide x) {
    const wide t = 2.0 / (2.0 + x), y = t + t - 1.0, twice = y + y;
    wide a = wide_all(0), b = wide_all(0);
#pragma clang loop unroll(full)
    for (int k = 27; k > 0; k--) {
        const wide next = twice * a - b + erfcx_series[k];
        b = a;
        a = next;
    }
    return t * wide_exp(y * a - b + erfcx_series[0]);
}

/// What is needed of the normal distribution at z: none of it underflows or cancels but where it says so.
typedef struct {
    wide z;
    wide fraction;  // erfcx(|z| / sqrt 2) / 2
    wide decay;     // e^(-z^2/2), which underflows beyond 37
    wide tail;      // Phi(-|z|)
} normal;

RNV_INLINE normal normal_at(wide z) {
    normal n;
    n.z = z;
    n.fraction = 0.5 * wide_erfcx(wide_size(z) * 0.70710678118654752440);
    n.decay = wide_exp(-0.5 * z * z);
    n.tail = n.decay * n.fraction;
    return n;
}

RNV_INLINE wide normal_cumulative(normal n) {
    return wide_select(n.z < 0, n.tail, 1.0 - n.tail);
}

RNV_INLINE wide normal_complement(normal n) {
    return wide_select(n.z < 0, 1.0 - n.tail, n.tail);
}

RNV_INLINE wide normal_density(normal n) { return n.decay * 0.39894228040143267794; }

/// Phi(z) = mantissa * e^offset with a mantissa that does not underflow.
RNV_INLINE wide normal_mantissa(normal n) {
    return wide_select(n.z < 0, n.fraction, 1.0 - n.tail);
}

RNV_INLINE wide normal_offset(normal n) {
    return wide_select(n.z < 0, -0.5 * n.z * n.z, wide_all(0));
}

RNV_INLINE wide normal_log_cumulative(normal n) {
    return wide_log(normal_mantissa(n)) + normal_offset(n);
}

/// phi(z) / Phi(z).
RNV_INLINE wide normal_hazard(normal n) {
    return wide_select(n.z < 0, 0.39894228040143267794 / n.fraction,
                       normal_density(n) / (1.0 - n.tail));
}

/// The same plus z, by a series where that would cancel.
RNV_INLINE wide normal_hazard_plus(normal n, wide hazard) {
    const wide_int far = n.z < -30;
    const wide r = -1.0 / wide_select(far, n.z, wide_all(-30)), q = r * r;
    const wide series = r * (1.0 - q * (2.0 - q * (10.0 - 74.0 * q)));
    return wide_select(far, series, hazard + n.z);
}

#endif
