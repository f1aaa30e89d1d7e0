// Gradient of the first weights, and the optimiser; included by exact_theta_precision.h, once for each precision.

RNV_LEVELS
void NAME(rnv_exact_theta_input_gradient)(
    const uint64_t *masks, size_t samples, size_t bins, size_t stride, const REAL *input_gradients,
    size_t first, size_t last, REAL *gradient) {
    const size_t words = (samples + 63) / 64;
    uint32_t list[LISTED + 64];
    for (size_t pixel = first; pixel < last; pixel++) {
        REAL *to = gradient + pixel * stride;
        size_t count = 0;
        int is_begun = 0;
        for (size_t w = 0; w < words; w++) {
            for (size_t bin = 0; bin < bins; bin++) {
                const uint64_t set = masks[(pixel * bins + bin) * words + w];
                const uint32_t row = (uint32_t)(w * 64 * (bins + 1) + bin);
                count += list_bits(set, row, (uint32_t)(bins + 1), list + count);
            }
            // A sample has one bin, so a word lists 64 rows at most.
            if (w + 1 < words && count + 64 <= LISTED) continue;
            NAME(sum_rows)(list, count, input_gradients, stride, is_begun, to);
            is_begun = 1;
            count = 0;
        }
    }
}

RNV_LEVELS
void NAME(rnv_exact_theta_transpose)(
    const REAL *weights, size_t inputs, size_t neurons, REAL *transposed) {
    const size_t from = rnv_exact_theta_stride(neurons), to = rnv_exact_theta_stride(inputs);
    for (size_t i = 0; i < neurons; i += RNV_EXACT_LANES) {
        const size_t end = neurons - i < RNV_EXACT_LANES ? neurons : i + RNV_EXACT_LANES;
        for (size_t j = 0; j < inputs; j++) {
            for (size_t k = i; k < end; k++) transposed[k * to + j] = weights[j * from + k];
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
