// Layers backward: the static pulse, then the events in reverse; included by exact_theta_precision.h, once for each precision.

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
    const REAL *weights, REAL *gradient) {
    const size_t stride = group[0].layers[l].stride, inputs = group[0].layers[l - 1].neurons;
    const REAL per_phase = (REAL)(shape->rate / (3.14159265358979323846 * shape->time_constant));
    const REAL *rates[GROUP], *adjoints[GROUP];
    REAL *back[GROUP];
    for (size_t g = 0; g < GROUP; g++) {
        const NAME(scratch) *sample = &group[g < count ? g : 0];
        rates[g] = sample->layers[l - 1].rate;
        adjoints[g] = sample->layers[l].input;
        back[g] = sample->layers[l - 1].phase_adjoint;
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
    for (size_t j = 0; j < inputs; j++) {
        WIDE sums[GROUP];
        for (size_t g = 0; g < GROUP; g++) sums[g] = (WIDE)(REAL)0;
        for (size_t i = 0; i < stride; i += RNV_EXACT_LANES) {
            const WIDE row = NAME(load)(weights + j * stride + i);
            for (size_t g = 0; g < GROUP; g++) {
                sums[g] = NAME(fma)(NAME(load)(adjoints[g] + i), row, sums[g]);
            }
        }
        for (size_t g = 0; g < count; g++) back[g][j] = NAME(sum)(sums[g]) * per_phase;
    }
    for (size_t g = 0; g < count; g++) {
        NAME(layer) *previous = &group[g].layers[l - 1];
        memset(
            previous->phase_adjoint + previous->neurons, 0,
            (previous->stride - previous->neurons) * sizeof(REAL));
    }
}

/// Jumps of mu at the spikes of the layer itself, (dL/dt)/n, in the order found; over `spike_base`.
RNV_INLINE void NAME(spike_jumps)(const rnv_exact_theta_shape *shape, NAME(layer) *layer) {
    const REAL r = (REAL)shape->rate;
    REAL *jump = layer->spike_base;
    for (size_t k = 0; k < layer->spikes; k++) {
        jump[layer->sorted[k]] = layer->spike_adjoint[k];
    }
    for (size_t k = 0; k < layer->spikes; k += RNV_EXACT_LANES) {
        const WIDE q = NAME(load)(layer->spike_q + k) * r, p = NAME(load)(layer->spike_p + k);
        NAME(store)(jump + k, NAME(load)(jump + k) / (q * q + p * p));
    }
}

/// Puts the jumps of the spikes first ..< last, those of a tile, beside the states of their intervals.
RNV_INLINE void NAME(place_jumps)(
    const NAME(layer) *layer, size_t first, size_t last, size_t at, size_t vectors,
    const NAME(shared) *shared) {
    for (size_t k = first; k < last; k++) {
        const size_t interval = (size_t)(layer->spike_event[k] + 1);
        const size_t neuron = (size_t)layer->spike_neuron[k] - at;
        const size_t vector = interval * vectors + neuron / RNV_EXACT_LANES;
        shared->states[(3 * vector + 2) * RNV_EXACT_LANES + neuron % RNV_EXACT_LANES] =
            layer->spike_base[k];
    }
}

/// Walks the events of a tile in reverse, with mu in registers. `rows` is the gradient of the weight
/// rows; `sums` receives or is increased by tau times the derivative by the time of each event.
RNV_INLINE void NAME(reverse)(
    size_t vectors, const rnv_exact_theta_shape *shape, const NAME(layer) *layer, size_t at,
    const REAL *start, REAL *rows, REAL *by_phase, const NAME(shared) *shared) {
    const size_t lanes = RNV_EXACT_LANES, stride = layer->stride;
    const REAL tau = (REAL)shape->time_constant, r = (REAL)shape->rate;
    // tau mu: then the derivative by a weight is (tau mu) q^2.
    WIDE mu[TILE];
    for (size_t b = 0; b < vectors; b++) mu[b] = NAME(load)(layer->mu + at + b * lanes) * tau;
    for (size_t e = layer->events;; e--) {
        const REAL *restrict states = shared->states + e * vectors * 3 * lanes;
        if (e % RNV_EXACT_RENORM == RNV_EXACT_RENORM - 1) {
            const REAL *factors = shared->factors + e / RNV_EXACT_RENORM * vectors * lanes;
            for (size_t b = 0; b < vectors; b++) mu[b] *= NAME(load)(factors + b * lanes);
        }
        for (size_t b = 0; b < vectors; b++) {
            mu[b] -= NAME(load)(states + (3 * b + 2) * lanes) * tau;
        }
        if (e == 0) break;
        const REAL *restrict row = layer->row[e - 1] + at;
        REAL *restrict to = rows + (size_t)layer->row_index[e - 1] * stride + at;
        WIDE sum = at == 0 ? (WIDE)(REAL)0 : NAME(load)(layer->sums + (e - 1) * lanes);
        for (size_t b = 0; b < vectors; b++) {
            const WIDE q = NAME(load)(states + 3 * b * lanes), mq = mu[b] * q;
            NAME(store)(to + b * lanes, NAME(fma)(mq, q, NAME(load)(to + b * lanes)));
            sum = NAME(fma)(
                mq * NAME(load)(row + b * lanes), NAME(load)(states + (3 * b + 1) * lanes), sum);
        }
        NAME(store)(layer->sums + (e - 1) * lanes, sum);
    }
    for (size_t b = 0; b < vectors; b++) {
        const size_t i = at + b * lanes;
        const WIDE rq = NAME(load)(start + 2 * i) * r, p = NAME(load)(start + 2 * i + lanes);
        const WIDE by = NAME(load)(by_phase + i);
        NAME(store)(by_phase + i, by + mu[b] * (REAL)(1 / shape->time_constant) * (rq * rq + p * p));
    }
}

/// One tile backward: its states again, then its events in reverse.
RNV_INLINE void NAME(backward_tile)(
    size_t vectors, const rnv_exact_theta_shape *shape, const NAME(layer) *layer, size_t at,
    size_t first, size_t last, const REAL *start, const REAL *zero_row, REAL *rows,
    REAL *by_phase, const NAME(shared) *shared) {
    NAME(advance)(vectors, 1, shape, layer, at, start, zero_row, shared);
    NAME(place_jumps)(layer, first, last, at, vectors, shared);
    NAME(reverse)(vectors, shape, layer, at, start, rows, by_phase, shared);
}

/// `backward_tile` of one sample for a number of vectors that is known only now.
RNV_INLINE void NAME(backward)(
    size_t vectors, const rnv_exact_theta_shape *shape, NAME(layer) *layer, size_t at,
    const REAL *start, const REAL *zero_row, REAL *rows, REAL *by_phase,
    const NAME(shared) *shared) {
    const size_t first = layer->gone, end = at + vectors * RNV_EXACT_LANES;
    size_t last = first;
    while (last < layer->spikes && (size_t)layer->spike_neuron[last] < end) last++;
    layer->gone = last;
#define REVERSE(n)       \
    if (vectors == n)    \
    NAME(backward_tile)( \
        n, shape, layer, at, first, last, start, zero_row, rows, by_phase, shared)
    REVERSE(1);
    REVERSE(2);
#if TILE > 2
    REVERSE(3);
#endif
#if TILE > 3
    REVERSE(4);
#endif
#undef REVERSE
}
