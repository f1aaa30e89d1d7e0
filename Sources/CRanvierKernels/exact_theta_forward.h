// Layers forward: input events, states in registers, spikes in order, the static pulse at T; included by exact_theta_precision.h, once for each precision.

/// out[:] = sum of `count` rows of a matrix, or more by that where it `adds`; `blocks` is a constant where
/// it is inlined.
RNV_INLINE void NAME(sum_rows_of)(
    size_t blocks, const uint32_t *rows, size_t count, const REAL *matrix, size_t stride,
    int adds, REAL *out) {
    WIDE sums[ROW];
    for (size_t b = 0; b < blocks; b++) {
        sums[b] = adds ? NAME(load)(out + b * RNV_EXACT_LANES) : (WIDE)(REAL)0;
    }
    for (size_t k = 0; k < count; k++) {
        const REAL *row = matrix + (size_t)rows[k] * stride;
        for (size_t b = 0; b < blocks; b++) sums[b] += NAME(load)(row + b * RNV_EXACT_LANES);
    }
    for (size_t b = 0; b < blocks; b++) NAME(store)(out + b * RNV_EXACT_LANES, sums[b]);
}

/// `sum_rows_of` for all vectors of a row.
RNV_INLINE void NAME(sum_rows)(
    const uint32_t *rows, size_t count, const REAL *matrix, size_t stride, int adds, REAL *out) {
    size_t i = 0;
    for (; i + ROW * RNV_EXACT_LANES <= stride; i += ROW * RNV_EXACT_LANES) {
        NAME(sum_rows_of)(ROW, rows, count, matrix + i, stride, adds, out + i);
    }
    switch ((stride - i) / RNV_EXACT_LANES) {
    case 7: NAME(sum_rows_of)(7, rows, count, matrix + i, stride, adds, out + i); break;
    case 6: NAME(sum_rows_of)(6, rows, count, matrix + i, stride, adds, out + i); break;
    case 5: NAME(sum_rows_of)(5, rows, count, matrix + i, stride, adds, out + i); break;
    case 4: NAME(sum_rows_of)(4, rows, count, matrix + i, stride, adds, out + i); break;
    case 3: NAME(sum_rows_of)(3, rows, count, matrix + i, stride, adds, out + i); break;
    case 2: NAME(sum_rows_of)(2, rows, count, matrix + i, stride, adds, out + i); break;
    case 1: NAME(sum_rows_of)(1, rows, count, matrix + i, stride, adds, out + i); break;
    default: break;
    }
}

/// Adds one event to a layer, and empty ones before it wherever the layer would turn by more than 3 rad
/// without one (a spike is found by a change of sign, so nothing may turn by pi unseen).
RNV_INLINE int NAME(append)(
    const rnv_exact_theta_shape *shape, NAME(layer) *layer, REAL time, const REAL *row,
    int32_t row_index, int32_t origin, const REAL *zero_row, int32_t zero_index) {
    const REAL longest = (REAL)(3 * shape->time_constant / shape->rate);
    REAL last = layer->events > 0 ? layer->time[layer->events - 1] : 0;
    while (time - last > longest) {
        if (layer->events >= shape->capacity) return 1;
        last += longest;
        layer->time[layer->events] = last;
        layer->row[layer->events] = zero_row;
        layer->row_index[layer->events] = zero_index;
        layer->origin[layer->events++] = -1;
    }
    if (row == NULL) return 0;
    if (layer->events >= shape->capacity) return 1;
    layer->time[layer->events] = time;
    layer->row[layer->events] = row;
    layer->row_index[layer->events] = row_index;
    layer->origin[layer->events++] = origin;
    return 0;
}

RNV_INLINE int NAME(read_pixels)(
    const rnv_exact_theta_shape *shape, const REAL *weights, const uint8_t *pixels,
    NAME(scratch) *scratch) {
    NAME(layer) *layer = &scratch->layers[0];
    const size_t stride = layer->stride, inputs = shape->sizes[0];
    const REAL *zero_row = weights + inputs * stride;
    layer->events = 0;
    uint32_t *list = scratch->shared->pixels;
    for (size_t bin = 0; bin < shape->bins; bin++) {
        const size_t count = list_pixels(pixels, inputs, (uint8_t)bin, list);
        if (count == 0) continue;  // no event
        REAL *row = scratch->bin_weights + bin * stride;
        NAME(sum_rows)(list, count, weights, stride, 0, row);
        if (!(shape->bin_times[bin] < shape->trial)) continue;
        if (NAME(append)(
                shape, layer, (REAL)shape->bin_times[bin], row, (int32_t)bin, -1, zero_row,
                (int32_t)shape->bins)) {
            return 1;
        }
    }
    return NAME(append)(
        shape, layer, (REAL)shape->trial, NULL, 0, -1, zero_row, (int32_t)shape->bins);
}

/// cos, sin/r and r sin of the angle from each event to the next; entry 0 is up to the first event.
RNV_INLINE void NAME(rotations)(const rnv_exact_theta_shape *shape, const NAME(layer) *layer) {
    const REAL speed = (REAL)(shape->rate / shape->time_constant);
    const REAL r = (REAL)shape->rate, inverse_r = (REAL)(1 / shape->rate);
    for (size_t e = 0; e <= layer->events; e += RNV_EXACT_LANES) {
        WIDE s, c;
        // The entry before the first event holds 0.
        const WIDE gap = NAME(load)(layer->time + e) - NAME(load)(layer->time + e - 1);
        NAME(sine_cosine)(gap * speed, &s, &c);
        NAME(store)(layer->cosine + e, c);
        NAME(store)(layer->sine_q + e, s * inverse_r);
        NAME(store)(layer->sine_p + e, s * r);
    }
}

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

/// Fills the list of events of layer l from the spikes of the layer before.
RNV_INLINE int NAME(read_spikes)(
    const rnv_exact_theta_shape *shape, const REAL *weights, NAME(layer) *layer) {
    const NAME(layer) *previous = layer - 1;
    const size_t inputs = previous->neurons, stride = layer->stride;
    const REAL *zero_row = weights + inputs * stride;
    layer->events = 0;
    for (size_t k = 0; k < previous->spikes; k++) {
        const int32_t j = previous->spike_neuron[previous->sorted[k]];
        if (NAME(append)(
                shape, layer, previous->spike_time[k], weights + (size_t)j * stride, j, (int32_t)k,
                zero_row, (int32_t)inputs)) {
            return 1;
        }
    }
    return NAME(append)(
        shape, layer, (REAL)shape->trial, NULL, 0, -1, zero_row, (int32_t)inputs);
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
