// The static pulse at T, forward and backward, for a group of samples; included by exact_theta_precision.h, once for each precision.

/// to[g][i] = scale * sum over j of from[g][j] matrix[j][i] for a group of samples and `blocks` vectors
/// from `at` on; a row is read once for all samples.
RNV_INLINE void NAME(group_product_of)(
    size_t blocks, const REAL *const *from, size_t inputs, const REAL *matrix, size_t stride,
    size_t at, REAL scale, REAL *const *to, size_t count) {
    WIDE sums[GROUP][PRODUCT];
    for (size_t g = 0; g < GROUP; g++) {
        for (size_t b = 0; b < blocks; b++) sums[g][b] = (WIDE)(REAL)0;
    }
    for (size_t j = 0; j < inputs; j++) {
        for (size_t b = 0; b < blocks; b++) {
            const WIDE row = NAME(load)(matrix + j * stride + at + b * RNV_EXACT_LANES);
            for (size_t g = 0; g < GROUP; g++) {
                sums[g][b] = NAME(fma)(row, (WIDE)from[g][j], sums[g][b]);
            }
        }
    }
    for (size_t g = 0; g < count; g++) {
        for (size_t b = 0; b < blocks; b++) {
            NAME(store)(to[g] + at + b * RNV_EXACT_LANES, sums[g][b] * scale);
        }
    }
}

/// `group_product_of` for all vectors of a row; `from` has GROUP pointers, `to` has `count`.
RNV_INLINE void NAME(group_product)(
    const REAL *const *from, size_t inputs, const REAL *matrix, size_t stride, REAL scale,
    REAL *const *to, size_t count) {
    size_t at = 0;
    for (; at + PRODUCT * RNV_EXACT_LANES <= stride; at += PRODUCT * RNV_EXACT_LANES) {
        NAME(group_product_of)(PRODUCT, from, inputs, matrix, stride, at, scale, to, count);
    }
#if PRODUCT > 2
    if (at + 2 * RNV_EXACT_LANES <= stride) {
        NAME(group_product_of)(2, from, inputs, matrix, stride, at, scale, to, count);
        at += 2 * RNV_EXACT_LANES;
    }
#endif
    if (at < stride) {
        NAME(group_product_of)(1, from, inputs, matrix, stride, at, scale, to, count);
    }
}

/// The static pulse at T of a group of samples: a_i, then rho_i = H(phi_i(T), a_i)/period.
RNV_INLINE void NAME(static_rates)(
    const rnv_exact_theta_shape *shape, NAME(scratch) *group, size_t count,
    const REAL *const *weights) {
    const REAL r = (REAL)shape->rate;
    for (size_t l = 0; l < shape->layers; l++) {
        const size_t stride = group[0].layers[l].stride;
        if (l > 0) {
            const REAL *rates[GROUP];
            REAL *inputs[GROUP];
            for (size_t g = 0; g < GROUP; g++) {
                rates[g] = group[g < count ? g : 0].layers[l - 1].rate;
                inputs[g] = group[g].layers[l].input;
            }
            NAME(group_product)(
                rates, group[0].layers[l - 1].neurons, weights[l], stride, 1, inputs, count);
        }
        for (size_t g = 0; g < count; g++) {
            NAME(layer) *layer = &group[g].layers[l];
            const REAL *end = layer->end;
            if (l == 0) memset(layer->input, 0, stride * sizeof(REAL));
            for (size_t i = 0; i < stride; i += RNV_EXACT_LANES) {
                const WIDE a = NAME(load)(layer->input + i), q = NAME(load)(end + 2 * i);
                const WIDE p = NAME(load)(end + 2 * i + RNV_EXACT_LANES);
                const WIDE angle = NAME(angle)(NAME(size)(q) * r, NAME(signed_by)(p - a * q, q));
                NAME(store)(layer->rate + i, angle * (REAL)(1 / 3.14159265358979323846));
            }
        }
    }
}

/// Starts mu of a layer at T from the adjoint of the phase after the static pulse, and turns `input`
/// into the adjoint of the static input.
RNV_INLINE void NAME(static_start)(const rnv_exact_theta_shape *shape, NAME(layer) *layer) {
    const size_t stride = layer->stride;
    const REAL *end = layer->end;
    const REAL r = (REAL)shape->rate, tau = (REAL)shape->time_constant;
    for (size_t i = 0; i < stride; i += RNV_EXACT_LANES) {
        const WIDE q = NAME(load)(end + 2 * i), rq = q * r;
        const WIDE p1 =
            NAME(load)(end + 2 * i + RNV_EXACT_LANES) - NAME(load)(layer->input + i) * q;
        const WIDE mu = NAME(load)(layer->phase_adjoint + i) / (rq * rq + p1 * p1);
        NAME(store)(layer->mu + i, mu);
        NAME(store)(layer->input + i, mu * q * q * tau);
    }
}

/// Carries the static part of a group of samples back through the weights of layer l: weights += da rho,
/// and the adjoint of rho_j = sum of da_i w_ij goes to the layer before.
RNV_INLINE void NAME(static_backward)(
    const rnv_exact_theta_shape *shape, NAME(scratch) *group, size_t count, size_t l,
    const REAL *transposed, REAL *gradient) {
    const size_t stride = group[0].layers[l].stride, inputs = group[0].layers[l - 1].neurons;
    const REAL per_phase = (REAL)(shape->rate / (3.14159265358979323846 * shape->time_constant));
    const REAL *rates[GROUP], *adjoints[GROUP];
    REAL *back[GROUP];
    for (size_t g = 0; g < GROUP; g++) {
        const NAME(scratch) *sample = &group[g < count ? g : 0];
        rates[g] = sample->layers[l - 1].rate;
        adjoints[g] = sample->layers[l].input;
        back[g] = group[g].layers[l - 1].phase_adjoint;
    }
    for (size_t i = 0; i < stride; i += RNV_EXACT_LANES) {
        WIDE da[GROUP];
        for (size_t g = 0; g < GROUP; g++) {
            da[g] = g < count ? NAME(load)(adjoints[g] + i) : (WIDE)(REAL)0;
        }
        for (size_t j = 0; j < inputs; j++) {
            WIDE sum = NAME(load)(gradient + j * stride + i);
            for (size_t g = 0; g < GROUP; g++) {
                sum = NAME(fma)(da[g], (WIDE)rates[g][j], sum);
            }
            NAME(store)(gradient + j * stride + i, sum);
        }
    }
    NAME(group_product)(
        adjoints, group[0].layers[l].neurons, transposed, group[0].layers[l - 1].stride, per_phase,
        back, count);
}
