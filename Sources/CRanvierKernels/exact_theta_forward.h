// Layers forward: states in registers, spikes in order; included by exact_theta_precision.h, once for each precision.

/// How many of the remaining vectors of a layer the next tile takes: all tiles about alike.
RNV_INLINE size_t NAME(tile_of)(size_t vectors) {
    const size_t tiles = (vectors + TILE - 1) / TILE;
    return (vectors + tiles - 1) / tiles;
}

/// Carries the neurons of one tile from the start to T, their states in registers.
///
/// A spike is a change of sign of q. Nobody is reset: (-q, -p) is the same state as (q, p), and every
/// formula here and backward is even in the sign of the pair. Kept are q and p' of the intervals in which
/// somebody fires, every so often all states (see `checkpoints`), and the states at T; returns how many
/// intervals have spikes. `vectors` is a constant where it is inlined.
RNV_INLINE size_t NAME(advance)(
    size_t vectors, const rnv_exact_theta_shape *shape, const NAME(layer) *layer, size_t at,
    const REAL *start, const REAL *zero_row, const NAME(shared) *shared) {
    const REAL r = (REAL)shape->rate;
    const size_t lanes = RNV_EXACT_LANES, events = layer->events;
    const REAL *restrict cosine = layer->cosine, *restrict sine_q = layer->sine_q;
    const REAL *restrict sine_p = layer->sine_p, *const *restrict sources = layer->row;
    // Padding fires unheard.
    const size_t valid = layer->neurons - at;
    const uint64_t heard = valid >= 64 ? ~(uint64_t)0 : ((uint64_t)1 << valid) - 1;
    uint64_t *restrict fired = shared->fired;
    int32_t *restrict intervals = shared->intervals;
    REAL *restrict to = shared->states;
    size_t slot = 0;
    WIDE q[TILE], p[TILE];
    for (size_t b = 0; b < vectors; b++) {
        q[b] = NAME(load)(start + 2 * (at + b * lanes));
        p[b] = NAME(load)(start + 2 * (at + b * lanes) + lanes);
    }
    for (size_t e = 0; e <= events; e++) {
        const WIDE c = (WIDE)cosine[e], sq = (WIDE)sine_q[e], sp = (WIDE)sine_p[e];
        const REAL *row = (e == 0 ? zero_row : sources[e - 1]) + at;
        uint64_t set = 0;
        for (size_t b = 0; b < vectors; b++) {
            const WIDE pulsed = NAME(fma)(-NAME(load)(row + b * lanes), q[b], p[b]);
            NAME(store)(to + 2 * b * lanes, q[b]);
            NAME(store)(to + (2 * b + 1) * lanes, pulsed);
            const WIDE next = NAME(fma)(pulsed, sq, q[b] * c);
            p[b] = NAME(fma)(pulsed, c, -(q[b] * sp));
            set |= (uint64_t)NAME(bits)(((WIDE_INT)next ^ (WIDE_INT)q[b]) < 0) << (16 * b);
            q[b] = next;
        }
        // Without a branch: a slot in which nobody fires is written over by the next interval.
        fired[slot] = set & heard;
        intervals[slot] = (int32_t)e;
        slot += (set & heard) != 0;
        to = shared->states + slot * vectors * 2 * lanes;
        if (e % CHECKPOINT == CHECKPOINT - 1) {
            REAL *kept = layer->checkpoints + (e / CHECKPOINT * layer->stride + at) * 2;
            for (size_t b = 0; b < vectors; b++) {
                NAME(store)(kept + 2 * b * lanes, q[b]);
                NAME(store)(kept + (2 * b + 1) * lanes, p[b]);
            }
        }
        // Scaled to (r q)^2 + p^2 = 1; the squared factors are kept.
        if (e % RNV_EXACT_RENORM == RNV_EXACT_RENORM - 1) {
            REAL *factors = layer->factors + e / RNV_EXACT_RENORM * layer->stride + at;
            for (size_t b = 0; b < vectors; b++) {
                const WIDE rq = q[b] * r, factor = (REAL)1 / (rq * rq + p[b] * p[b]);
                const WIDE root = __builtin_elementwise_sqrt(factor);
                NAME(store)(factors + b * lanes, factor);
                q[b] *= root;
                p[b] *= root;
            }
        }
    }
    for (size_t b = 0; b < vectors; b++) {
        NAME(store)(layer->end + 2 * (at + b * lanes), q[b]);
        NAME(store)(layer->end + 2 * (at + b * lanes) + lanes, p[b]);
    }
    return slot;
}

/// Lists the spikes of a tile with the states from which they are reached, interval by interval.
RNV_INLINE int NAME(list_spikes)(
    const rnv_exact_theta_shape *shape, NAME(layer) *layer, size_t at, size_t vectors,
    size_t slots, const NAME(shared) *shared) {
    size_t k = layer->spikes;
    for (size_t n = 0; n < slots; n++) {
        const int32_t e = shared->intervals[n];
        const REAL *states = shared->states + n * vectors * 2 * RNV_EXACT_LANES;
        const REAL base = e == 0 ? 0 : layer->time[e - 1];
        for (uint64_t set = shared->fired[n]; set; set &= set - 1, k++) {
            if (k >= shape->capacity) return 1;
            const size_t bit = (size_t)__builtin_ctzll(set), lane = bit % RNV_EXACT_LANES;
            const REAL *from = states + (bit - lane) * 2 + lane;
            layer->spike_q[k] = from[0];
            layer->spike_p[k] = from[RNV_EXACT_LANES];
            layer->spike_base[k] = base;
            layer->spike_event[k] = e - 1;
            layer->spike_neuron[k] = (int32_t)(at + bit);
        }
    }
    layer->spikes = k;
    return 0;
}

/// `advance` forward for a number of vectors that is known only now.
RNV_INLINE size_t NAME(advance_tile)(
    size_t vectors, const rnv_exact_theta_shape *shape, const NAME(layer) *layer, size_t at,
    const REAL *start, const REAL *zero_row, const NAME(shared) *shared) {
#if TILE > 3
    if (vectors == 4) return NAME(advance)(4, shape, layer, at, start, zero_row, shared);
#endif
#if TILE > 2
    if (vectors == 3) return NAME(advance)(3, shape, layer, at, start, zero_row, shared);
#endif
    if (vectors == 2) return NAME(advance)(2, shape, layer, at, start, zero_row, shared);
    return NAME(advance)(1, shape, layer, at, start, zero_row, shared);
}

/// Orders many spikes: by interval, and then there is little left to do.
RNV_INLINE void NAME(sort_many)(NAME(layer) *layer, const REAL *found, uint32_t *counts) {
    const size_t n = layer->spikes;
    memset(counts, 0, (layer->events + 2) * sizeof *counts);
    for (size_t k = 0; k < n; k++) counts[layer->spike_event[k] + 2]++;
    for (size_t e = 0; e <= layer->events; e++) counts[e + 1] += counts[e];
    for (size_t k = 0; k < n; k++) {
        layer->sorted[counts[layer->spike_event[k] + 1]++] = (int32_t)k;
    }
    for (size_t k = 0; k < n; k++) {
        const int32_t spike = layer->sorted[k];
        const REAL time = found[spike];
        size_t i = k;
        for (; i > 0 && time < layer->spike_time[i - 1]; i--) {
            layer->spike_time[i] = layer->spike_time[i - 1];
            layer->sorted[i] = layer->sorted[i - 1];
        }
        layer->spike_time[i] = time;
        layer->sorted[i] = spike;
    }
}

/// Times of the spikes found, and their order: by time, equal ones as found.
RNV_INLINE void NAME(sort_spikes)(
    const rnv_exact_theta_shape *shape, NAME(layer) *layer, uint32_t *counts) {
    const size_t n = layer->spikes, lanes = RNV_EXACT_LANES;
    const REAL r = (REAL)shape->rate, slow = (REAL)(shape->time_constant / shape->rate);
    const REAL trial = (REAL)shape->trial;
    // `spike_adjoint` holds times as found until the spikes are in order.
    REAL *found = layer->spike_adjoint;
    for (size_t k = 0; k < n; k += lanes) {
        const WIDE q = NAME(load)(layer->spike_q + k), p = NAME(load)(layer->spike_p + k);
        const WIDE rest = NAME(angle)(NAME(size)(q) * r, -NAME(signed_by)(p, q));
        WIDE time = NAME(load)(layer->spike_base + k) + rest * slow;
        // What is not a number becomes T too: every time needs a place in the order.
        time = NAME(select)(time < trial, time, (WIDE)trial);
        NAME(store)(found + k, time);
    }
    if (n > 256) {
        NAME(sort_many)(layer, found, counts);
        return;
    }
    // Every spike counts those before it; no branch depends on a time. A mask is -1.
    WIDE_INT lane;
    for (int i = 0; i < RNV_EXACT_LANES; i++) lane[i] = i;
    for (size_t k = 0; k < n; k += lanes) {
        const size_t end = n - k < lanes ? n : k + lanes;
        const WIDE mine = NAME(load)(found + k);
        WIDE_INT rank = (WIDE_INT)(REAL_INT)0;
        for (size_t j = 0; j < k; j++) rank -= (WIDE)found[j] <= mine;
        for (size_t j = k; j < end; j++) {
            const WIDE other = (WIDE)found[j];
            rank -= (other < mine) | ((other == mine) & ((REAL_INT)(j - k) < lane));
        }
        for (size_t j = end; j < n; j++) rank -= (WIDE)found[j] < mine;
        REAL_INT ranks[RNV_EXACT_LANES];
        memcpy(ranks, &rank, sizeof ranks);
        for (size_t i = k; i < end; i++) {
            layer->sorted[ranks[i - k]] = (int32_t)i;
            layer->spike_time[ranks[i - k]] = found[i];
        }
    }
}

/// A group of samples forward. Layer after layer, not sample after sample: the weights and the states
/// of one layer stay in the nearest cache, which the rows of the pixels would sweep.
RNV_INLINE int NAME(forward)(
    const rnv_exact_theta_shape *shape, const REAL *const *weights, const REAL *states,
    const uint8_t *pixels, NAME(scratch) *group, size_t count) {
    const NAME(shared) *shared = group[0].shared;
    for (size_t l = 0; l < shape->layers; l++) {
        const size_t stride = group[0].layers[l].stride;
        const REAL *zero_row = weights[l] + shape->sizes[l] * stride;
        for (size_t g = 0; g < count; g++) {
            NAME(layer) *layer = &group[g].layers[l];
            const int failed =
                l > 0 ? NAME(read_spikes)(shape, weights[l], layer)
                      : NAME(read_pixels)(
                            shape, weights[0], pixels + g * shape->sizes[0], &group[g]);
            if (failed) return 1;
            layer->time[layer->events] = (REAL)shape->trial;
            layer->spikes = 0;
        }
        // Not at once: a vector that is read just after its parts were written waits for them.
        for (size_t g = 0; g < count; g++) NAME(rotations)(shape, &group[g].layers[l]);
        for (size_t at = 0; at < stride;) {
            const size_t vectors = NAME(tile_of)((stride - at) / RNV_EXACT_LANES);
            for (size_t g = 0; g < count; g++) {
                NAME(layer) *layer = &group[g].layers[l];
                const size_t slots =
                    NAME(advance_tile)(vectors, shape, layer, at, states, zero_row, shared);
                if (NAME(list_spikes)(shape, layer, at, vectors, slots, shared)) return 1;
            }
            at += vectors * RNV_EXACT_LANES;
        }
        for (size_t g = 0; g < count; g++) {
            NAME(sort_spikes)(shape, &group[g].layers[l], shared->counts);
        }
        states += 2 * stride;
    }
    return 0;
}
