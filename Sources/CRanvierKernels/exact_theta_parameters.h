// Gradient of the first weights, and the optimiser; included by exact_theta_precision.h, once for each precision.

RNV_INLINE void NAME(sum_samples)(
    size_t blocks, const uint64_t *masks, size_t samples, size_t bins, size_t stride,
    const REAL *from, REAL *to) {
    const size_t words = (samples + 63) / 64;
    WIDE sums[ROW];
    for (size_t b = 0; b < blocks; b++) sums[b] = (WIDE)(REAL)0;
    for (size_t bin = 0; bin < bins; bin++) {
        for (size_t w = 0; w < words; w++) {
            for (uint64_t set = masks[bin * words + w]; set; set &= set - 1) {
                const size_t s = w * 64 + (size_t)__builtin_ctzll(set);
                const REAL *row = from + (s * (bins + 1) + bin) * stride;
                for (size_t b = 0; b < blocks; b++) {
                    sums[b] += NAME(load)(row + b * RNV_EXACT_LANES);
                }
            }
        }
    }
    for (size_t b = 0; b < blocks; b++) NAME(store)(to + b * RNV_EXACT_LANES, sums[b]);
}

RNV_LEVELS
void NAME(rnv_exact_theta_input_gradient)(
    const uint64_t *masks, size_t samples, size_t bins, size_t stride, const REAL *input_gradients,
    size_t first, size_t last, REAL *gradient) {
    const size_t words = (samples + 63) / 64;
    for (size_t pixel = first; pixel < last; pixel++) {
        const uint64_t *mask = masks + pixel * bins * words;
        REAL *to = gradient + pixel * stride;
        const REAL *from = input_gradients;
        size_t i = 0;
        for (; i + ROW * RNV_EXACT_LANES <= stride; i += ROW * RNV_EXACT_LANES) {
            NAME(sum_samples)(ROW, mask, samples, bins, stride, from + i, to + i);
        }
        const size_t rest = (stride - i) / RNV_EXACT_LANES;
        switch (rest) {
        case 7: NAME(sum_samples)(7, mask, samples, bins, stride, from + i, to + i); break;
        case 6: NAME(sum_samples)(6, mask, samples, bins, stride, from + i, to + i); break;
        case 5: NAME(sum_samples)(5, mask, samples, bins, stride, from + i, to + i); break;
        case 4: NAME(sum_samples)(4, mask, samples, bins, stride, from + i, to + i); break;
        case 3: NAME(sum_samples)(3, mask, samples, bins, stride, from + i, to + i); break;
        case 2: NAME(sum_samples)(2, mask, samples, bins, stride, from + i, to + i); break;
        case 1: NAME(sum_samples)(1, mask, samples, bins, stride, from + i, to + i); break;
        default: break;
        }
    }
}

RNV_LEVELS
void NAME(rnv_exact_add)(const REAL *from, REAL *to, size_t n) {
    for (size_t i = 0; i + RNV_EXACT_LANES <= n; i += RNV_EXACT_LANES) {
        NAME(store)(to + i, NAME(load)(to + i) + NAME(load)(from + i));
    }
}

/// 1/sqrt(y) for y > 0: a guess from the bits, and Newton's steps until nothing changes. A division and a
/// root take several times as long.
RNV_INLINE WIDE NAME(inverse_root)(WIDE y) {
    WIDE_INT bits;
    memcpy(&bits, &y, sizeof bits);
    bits = (REAL_INT)ROOT_GUESS - (bits >> 1);
    WIDE z;
    memcpy(&z, &bits, sizeof z);
    for (int k = 0; k < ROOT_STEPS; k++) {
        const WIDE error = NAME(fma)(-(y * z), z, (WIDE)(REAL)1);
        z = NAME(fma)(z * (REAL)0.5, error, z);
    }
    return z;
}

RNV_LEVELS
void NAME(rnv_exact_adabelief)(
    const rnv_exact_adabelief *step, size_t n, const REAL *gradient, REAL *mean, REAL *variance,
    REAL *parameters) {
    const REAL b1 = (REAL)step->beta1, c1 = (REAL)(1 - step->beta1);
    const REAL b2 = (REAL)step->beta2, c2 = (REAL)(1 - step->beta2);
    const REAL rate = (REAL)(step->rate / step->correction1);
    const REAL correction = (REAL)(1 / step->correction2);
    const REAL epsilon = (REAL)step->epsilon, scale = (REAL)step->scale;
    const REAL previous = step->previous ? 1 : 0;
    for (size_t i = 0; i + RNV_EXACT_LANES <= n; i += RNV_EXACT_LANES) {
        const WIDE g = NAME(load)(gradient + i) * scale, m0 = NAME(load)(mean + i);
        const WIDE m = m0 * b1 + g * c1;
        const WIDE surprise = g - (m + (m0 - m) * previous);
        const WIDE s = NAME(load)(variance + i) * b2 + surprise * surprise * c2 + epsilon;
        // 1/(sqrt(y) + epsilon) = z/(1 + epsilon z), where epsilon z is next to nothing: y >= epsilon.
        const WIDE z = NAME(inverse_root)(s * correction);
        const WIDE inverse = NAME(fma)(-(z * epsilon), z, z);
        NAME(store)(mean + i, m);
        NAME(store)(variance + i, s);
        NAME(store)(parameters + i, NAME(fma)(-(m * rate), inverse, NAME(load)(parameters + i)));
    }
}
