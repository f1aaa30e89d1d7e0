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

/// Puts the jumps of the spikes first ..< last, those of a tile, where `reverse` finds them; with
/// `scale` 0 it takes them away again.
RNV_INLINE void NAME(place_jumps)(
    const NAME(layer) *layer, size_t first, size_t last, size_t at, size_t vectors, REAL scale,
    const NAME(shared) *shared) {
    for (size_t k = first; k < last; k++) {
        const size_t interval = (size_t)(layer->spike_event[k] + 1);
        const size_t neuron = (size_t)layer->spike_neuron[k] - at;
        shared->jumps[interval * vectors * RNV_EXACT_LANES + neuron] =
            layer->spike_base[k] * scale;
    }
}

/// Walks the events of a tile in reverse, with states and mu in registers: the states come from those at T
/// or from a checkpoint by turning back, which costs less than to store them all. `rows` is the gradient
/// of the weight rows; `sums` receives or is increased by tau times the derivative by the time of each
/// event.
RNV_INLINE void NAME(reverse)(
    size_t vectors, const rnv_exact_theta_shape *shape, const NAME(layer) *layer, size_t at,
    const REAL *start, REAL *rows, REAL *by_phase, const NAME(shared) *shared) {
    const size_t lanes = RNV_EXACT_LANES, stride = layer->stride;
    const REAL tau = (REAL)shape->time_constant;
    const REAL r = (REAL)shape->rate;
    const REAL *restrict cosine = layer->cosine, *restrict sine_q = layer->sine_q;
    const REAL *restrict sine_p = layer->sine_p, *const *restrict sources = layer->row;
    const int32_t *restrict row_index = layer->row_index;
    REAL *restrict sums = layer->sums;
    // tau mu: then the derivative by a weight is (tau mu) q^2.
    WIDE mu[TILE], q[TILE], p[TILE];
    for (size_t b = 0; b < vectors; b++) {
        const REAL *end = layer->end + 2 * (at + b * lanes);
        mu[b] = NAME(load)(layer->mu + at + b * lanes) * tau;
        q[b] = NAME(load)(end);
        p[b] = NAME(load)(end + lanes);
    }
    for (size_t e = layer->events;; e--) {
        if (e % RNV_EXACT_RENORM == RNV_EXACT_RENORM - 1) {
            const REAL *factors = layer->factors + e / RNV_EXACT_RENORM * stride + at;
            for (size_t b = 0; b < vectors; b++) mu[b] *= NAME(load)(factors + b * lanes);
        }
        if (e % CHECKPOINT == CHECKPOINT - 1) {
            const REAL *kept = layer->checkpoints + (e / CHECKPOINT * stride + at) * 2;
            for (size_t b = 0; b < vectors; b++) {
                q[b] = NAME(load)(kept + 2 * b * lanes);
                p[b] = NAME(load)(kept + (2 * b + 1) * lanes);
            }
        }
        const REAL *restrict jumps = shared->jumps + e * vectors * lanes;
        for (size_t b = 0; b < vectors; b++) mu[b] -= NAME(load)(jumps + b * lanes);
        if (e == 0) break;
        const WIDE c = (WIDE)cosine[e], sq = (WIDE)sine_q[e], sp = (WIDE)sine_p[e];
        const REAL *restrict row = sources[e - 1] + at;
        REAL *restrict to = rows + (size_t)row_index[e - 1] * stride + at;
        WIDE sum = at == 0 ? (WIDE)(REAL)0 : NAME(load)(sums + (e - 1) * lanes);
        for (size_t b = 0; b < vectors; b++) {
            const WIDE before = NAME(fma)(-p[b], sq, q[b] * c);
            const WIDE pulsed = NAME(fma)(p[b], c, q[b] * sp);
            const WIDE weight = NAME(load)(row + b * lanes), mq = mu[b] * before;
            q[b] = before;
            p[b] = NAME(fma)(weight, before, pulsed);
            NAME(store)(to + b * lanes, NAME(fma)(mq, before, NAME(load)(to + b * lanes)));
            sum = NAME(fma)(mq * weight, p[b] + pulsed, sum);
        }
        NAME(store)(sums + (e - 1) * lanes, sum);
    }
    for (size_t b = 0; b < vectors; b++) {
        const size_t i = at + b * lanes;
        const WIDE rq = NAME(load)(start + 2 * i) * r, from = NAME(load)(start + 2 * i + lanes);
        const WIDE by = NAME(load)(by_phase + i);
        NAME(store)(
            by_phase + i, by + mu[b] * (REAL)(1 / shape->time_constant) * (rq * rq + from * from));
    }
}

/// One tile of one sample backward, for a number of vectors that is known only now.
RNV_INLINE void NAME(backward)(
    size_t vectors, const rnv_exact_theta_shape *shape, NAME(layer) *layer, size_t at,
    const REAL *start, REAL *rows, REAL *by_phase, const NAME(shared) *shared) {
    const size_t first = layer->gone, end = at + vectors * RNV_EXACT_LANES;
    size_t last = first;
    while (last < layer->spikes && (size_t)layer->spike_neuron[last] < end) last++;
    layer->gone = last;
    NAME(place_jumps)(layer, first, last, at, vectors, (REAL)shape->time_constant, shared);
#define REVERSE(n) \
    if (vectors == n) NAME(reverse)(n, shape, layer, at, start, rows, by_phase, shared)
    REVERSE(1);
    REVERSE(2);
#if TILE > 2
    REVERSE(3);
#endif
#if TILE > 3
    REVERSE(4);
#endif
#undef REVERSE
    NAME(place_jumps)(layer, first, last, at, vectors, 0, shared);
}
