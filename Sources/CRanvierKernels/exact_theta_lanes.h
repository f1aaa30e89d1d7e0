// Sixteen lanes, their sums, sine, cosine and arctangent; included by exact_theta_precision.h, once for each precision.

typedef REAL NAME(wide) __attribute__((ext_vector_type(RNV_EXACT_LANES)));
typedef REAL_INT NAME(wide_int) __attribute__((ext_vector_type(RNV_EXACT_LANES)));
#define WIDE NAME(wide)
#define WIDE_INT NAME(wide_int)

RNV_INLINE WIDE NAME(load)(const REAL *p) {
    WIDE v;
    memcpy(&v, p, sizeof v);
    return v;
}

RNV_INLINE void NAME(store)(REAL *p, WIDE v) { memcpy(p, &v, sizeof v); }

RNV_INLINE WIDE NAME(select)(WIDE_INT mask, WIDE a, WIDE b) { return mask ? a : b; }

/// Without its sign.
RNV_INLINE WIDE NAME(size)(WIDE a) { return __builtin_elementwise_abs(a); }

/// `a`, of the other sign where b is negative (or -0).
RNV_INLINE WIDE NAME(signed_by)(WIDE a, WIDE b) {
    const WIDE_INT sign = (WIDE_INT)b & (WIDE_INT)(-(WIDE)(REAL)0);
    return (WIDE)((WIDE_INT)a ^ sign);
}

/// a b + c with one rounding, written out so that all levels round alike.
RNV_INLINE WIDE NAME(fma)(WIDE a, WIDE b, WIDE c) { return __builtin_elementwise_fma(a, b, c); }

RNV_INLINE uint32_t NAME(bits)(WIDE_INT mask) {
    const lanes_bits bits = __builtin_convertvector(mask, lanes_bits);
    uint16_t out;
    memcpy(&out, &bits, sizeof out);
    return out;
}

/// Sums of the lanes of each of sixteen vectors, in one fixed order.
RNV_INLINE WIDE NAME(sum_each)(const REAL *vectors) {
    WIDE v[RNV_EXACT_LANES];
    for (int k = 0; k < RNV_EXACT_LANES; k++) v[k] = NAME(load)(vectors + k * RNV_EXACT_LANES);
    // Adds halves, quarters, ... of two vectors side by side until each lane is one sum.
    for (int k = 0; k < 8; k++) {
        v[k] = __builtin_shufflevector(
                   v[k], v[k + 8], 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23) +
            __builtin_shufflevector(
                   v[k], v[k + 8], 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31);
    }
    for (int k = 0; k < 4; k++) {
        v[k] = __builtin_shufflevector(
                   v[k], v[k + 4], 0, 1, 2, 3, 16, 17, 18, 19, 8, 9, 10, 11, 24, 25, 26, 27) +
            __builtin_shufflevector(
                   v[k], v[k + 4], 4, 5, 6, 7, 20, 21, 22, 23, 12, 13, 14, 15, 28, 29, 30, 31);
    }
    for (int k = 0; k < 2; k++) {
        v[k] = __builtin_shufflevector(
                   v[k], v[k + 2], 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29) +
            __builtin_shufflevector(
                   v[k], v[k + 2], 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31);
    }
    return __builtin_shufflevector(
               v[0], v[1], 0, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26, 12, 28, 14, 30) +
        __builtin_shufflevector(
            v[0], v[1], 1, 17, 3, 19, 5, 21, 7, 23, 9, 25, 11, 27, 13, 29, 15, 31);
}

/// sin and cos of angles in [0, pi]: Taylor series of the half angle, which keeps small sines exact.
RNV_INLINE void NAME(sine_cosine)(WIDE angle, WIDE *sine, WIDE *cosine) {
    const WIDE x = angle * (REAL)0.5, y = -(x * x);
    WIDE s = (WIDE)(REAL)inverse_factorials[2 * SERIES_TERMS + 1];
    WIDE c = (WIDE)(REAL)inverse_factorials[2 * SERIES_TERMS];
#pragma clang loop unroll(full)
    for (int k = SERIES_TERMS - 1; k >= 0; k--) {
        s = NAME(fma)(s, y, (WIDE)(REAL)inverse_factorials[2 * k + 1]);
        c = NAME(fma)(c, y, (WIDE)(REAL)inverse_factorials[2 * k]);
    }
    s = s * x;
    *sine = (s + s) * c;
    *cosine = (REAL)1 - (s + s) * s;
}

/// atan2(y, x) in [0, pi] for y >= 0: one division brings the ratio below tan(pi/8), then a polynomial.
RNV_INLINE WIDE NAME(angle)(WIDE y, WIDE x) {
    const WIDE size = NAME(select)(x < 0, -x, x);
    const WIDE_INT steep = size < y;
    const WIDE low = NAME(select)(steep, size, y), high = NAME(select)(steep, y, size);
    // atan(t) = pi/4 + atan((t - 1)/(t + 1)).
    const WIDE_INT middle = low > high * (REAL)0.41421356237309504880;
    const WIDE over = NAME(select)(middle, low - high, low);
    WIDE under = NAME(select)(middle, low + high, high);
    // 0/0 cannot happen for a state, but padding must not make NaN either.
    under = NAME(select)(under == 0, (WIDE)(REAL)1, under);
    const WIDE z = over / under, z2 = z * z;
    WIDE series = (WIDE)(REAL)ATAN[ATAN_TERMS - 1];
#pragma clang loop unroll(full)
    for (int k = ATAN_TERMS - 2; k >= 0; k--) {
        series = NAME(fma)(z2, series, (WIDE)(REAL)ATAN[k]);
    }
    WIDE a = z * series;
    a = NAME(select)(middle, a + (REAL)0.78539816339744830962, a);
    a = NAME(select)(steep, (REAL)1.57079632679489661923 - a, a);
    return NAME(select)(x < 0, (REAL)3.14159265358979323846 - a, a);
}
