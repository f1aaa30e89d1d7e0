// One precision of the layered theta network; included by exact_theta.c with REAL, REAL_INT, NAME,
// SERIES_TERMS and ATAN_TERMS defined.
//
// A neuron is the pair (q, p) = (sin(a)/r, cos(a)) up to a common factor, a = r phi / tau:
//     between events   q' = q cos d + p sin(d)/r,   p' = p cos d - q r sin d,   the same for all
//     a pulse          p' = p - w q
//     a spike          q changes sign, and so do both (a -> a - pi)
// With n = (r q)^2 + p^2 a pulse has H_phi = n/n' and H_w = tau q^2/n', so mu = (dL/dphi)/n is constant
// between spikes of the neuron itself: the backward pass is dL/dw += tau mu q^2 and
// dL/dt += mu (n - n') = mu k (2p - k), k = w q.

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

/// a b + c with one rounding, written out so that all levels round alike.
RNV_INLINE WIDE NAME(fma)(WIDE a, WIDE b, WIDE c) { return __builtin_elementwise_fma(a, b, c); }

RNV_INLINE uint32_t NAME(bits)(WIDE_INT mask) {
    const lanes_bits bits = __builtin_convertvector(mask, lanes_bits);
    uint16_t out;
    memcpy(&out, &bits, sizeof out);
    return out;
}

RNV_INLINE REAL NAME(sum)(WIDE v) {
    typedef REAL eight __attribute__((ext_vector_type(8)));
    typedef REAL four __attribute__((ext_vector_type(4)));
    const eight e = v.lo + v.hi;
    const four f = e.lo + e.hi;
    return (f.x + f.z) + (f.y + f.w);
}

/// sin and cos of angles in [0, pi]: Taylor series of the half angle, which keeps small sines exact.
RNV_INLINE void NAME(sine_cosine)(WIDE angle, WIDE *sine, WIDE *cosine) {
    const WIDE x = angle * (REAL)0.5, x2 = x * x;
    WIDE s = (WIDE)(REAL)1, c = (WIDE)(REAL)1;
    for (int k = SERIES_TERMS; k >= 1; k--) {
        s = NAME(fma)(s * x2, (WIDE)(REAL)(-1.0 / ((2 * k) * (2 * k + 1))), (WIDE)(REAL)1);
        c = NAME(fma)(c * x2, (WIDE)(REAL)(-1.0 / ((2 * k - 1) * (2 * k))), (WIDE)(REAL)1);
    }
    s = s * x;
    *sine = (s + s) * c;
    *cosine = (REAL)1 - (s + s) * s;
}

/// atan2(y, x) in [0, pi] for y >= 0: one division brings the ratio below tan(pi/8), then the series.
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
    WIDE series = (WIDE)(REAL)(1.0 / (2 * ATAN_TERMS + 1));
    for (int k = ATAN_TERMS - 1; k >= 0; k--) {
        series = NAME(fma)(-z2, series, (WIDE)(REAL)(1.0 / (2 * k + 1)));
    }
    WIDE a = z * series;
    a = NAME(select)(middle, a + (REAL)0.78539816339744830962, a);
    a = NAME(select)(steep, (REAL)1.57079632679489661923 - a, a);
    return NAME(select)(x < 0, (REAL)3.14159265358979323846 - a, a);
}

/// Scratch memory of one layer in one trial.
typedef struct {
    size_t neurons, stride;
    // Inputs: E events, their times (entry E is T), weight rows, and which spike of the previous layer;
    // cos and sin of the angle from the event before.
    size_t events;
    REAL *time, *cosine, *sine;
    const REAL **row;
    int32_t *row_index, *origin;
    // [stride/16][q of 16, p of 16]: states at T.
    REAL *end;
    // Own spikes as found, tile after tile, with the event before; `sorted` orders them by time.
    size_t spikes;
    int32_t *spike_event, *spike_neuron, *sorted;
    REAL *spike_q, *spike_p, *spike_base, *spike_time;
    REAL *spike_adjoint;  // by the time of each spike, in sorted order
    // [E] vectors whose lanes add up to tau times the derivative by the time of each event.
    REAL *sums;
    // Spikes of the tiles that went back already.
    size_t gone;
    // At T: static input, pseudo-rate; adjoint of the phase after the static pulse.
    REAL *input, *rate, *phase_adjoint, *mu;
} NAME(layer);

/// What one tile of a layer (a few vectors that stay in registers) leaves behind; every sample and
/// layer uses the same memory, so that it stays near.
typedef struct {
    // [slot][vectors][q, p' of 16] or, for the backward pass, [E + 1][vectors][q, p + p', jumps of mu]:
    // q and p before the pulse at the start of an interval, p' after it.
    REAL *states;
    // [E / RENORM + 1][vectors]: squared factors by which states were scaled to keep them near 1.
    REAL *factors;
    // A slot for each interval with spikes: who fires, and which interval it is.
    uint64_t *fired;
    int32_t *intervals;
    REAL *angle;
    uint32_t *pixels, *counts;
} NAME(shared);

typedef struct {
    NAME(layer) *layers;
    REAL *bin_weights;
    NAME(shared) * shared;
} NAME(scratch);

RNV_INLINE void *NAME(take)(char *base, size_t *used, size_t bytes) {
    char *at = base == NULL ? NULL : base + *used;
    *used += (bytes + 63) / 64 * 64;
    return at;
}

/// Lays the scratch memory of one sample out; with base NULL it only counts bytes.
RNV_INLINE size_t NAME(lay_out)(
    const rnv_exact_theta_shape *shape, char *base, NAME(scratch) *scratch) {
    size_t used = 0;
    const size_t capacity = shape->capacity + 2 * RNV_EXACT_LANES, real = sizeof(REAL);
    NAME(layer) *layers = NAME(take)(base, &used, shape->layers * sizeof *layers);
    for (size_t l = 0; l < shape->layers; l++) {
        const size_t stride = rnv_exact_theta_stride(shape->sizes[l + 1]);
        NAME(layer) layer = {.neurons = shape->sizes[l + 1], .stride = stride};
        layer.time = NAME(take)(base, &used, capacity * real);
        layer.cosine = NAME(take)(base, &used, capacity * real);
        layer.sine = NAME(take)(base, &used, capacity * real);
        layer.row = NAME(take)(base, &used, capacity * sizeof(REAL *));
        layer.row_index = NAME(take)(base, &used, capacity * sizeof(int32_t));
        layer.origin = NAME(take)(base, &used, capacity * sizeof(int32_t));
        layer.end = NAME(take)(base, &used, 2 * stride * real);
        layer.spike_event = NAME(take)(base, &used, capacity * sizeof(int32_t));
        layer.spike_neuron = NAME(take)(base, &used, capacity * sizeof(int32_t));
        layer.sorted = NAME(take)(base, &used, capacity * sizeof(int32_t));
        layer.spike_q = NAME(take)(base, &used, capacity * real);
        layer.spike_p = NAME(take)(base, &used, capacity * real);
        layer.spike_base = NAME(take)(base, &used, capacity * real);
        layer.spike_time = NAME(take)(base, &used, capacity * real);
        layer.spike_adjoint = NAME(take)(base, &used, capacity * real);
        layer.sums = NAME(take)(base, &used, capacity * RNV_EXACT_LANES * real);
        layer.input = NAME(take)(base, &used, stride * real);
        layer.rate = NAME(take)(base, &used, stride * real);
        layer.phase_adjoint = NAME(take)(base, &used, stride * real);
        layer.mu = NAME(take)(base, &used, stride * real);
        if (base != NULL) layers[l] = layer;
    }
    const size_t stride = rnv_exact_theta_stride(shape->sizes[1]);
    NAME(scratch) s = {.layers = layers};
    s.bin_weights = NAME(take)(base, &used, (shape->bins + 1) * stride * real);
    if (base != NULL) *scratch = s;
    return used;
}

/// Lays out the memory that all samples share.
RNV_INLINE size_t NAME(lay_out_shared)(
    const rnv_exact_theta_shape *shape, char *base, NAME(shared) *shared) {
    size_t used = 0;
    const size_t capacity = shape->capacity + 2 * RNV_EXACT_LANES;
    const size_t vector = RNV_EXACT_LANES * sizeof(REAL);
    NAME(shared) s;
    s.states = NAME(take)(base, &used, capacity * TILE * 3 * vector);
    s.factors = NAME(take)(base, &used, (capacity / RNV_EXACT_RENORM + 1) * TILE * vector);
    s.fired = NAME(take)(base, &used, capacity * sizeof(uint64_t));
    s.intervals = NAME(take)(base, &used, capacity * sizeof(int32_t));
    s.angle = NAME(take)(base, &used, capacity * sizeof(REAL));
    s.pixels = NAME(take)(base, &used, (shape->sizes[0] + 64) * sizeof(uint32_t));
    s.counts = NAME(take)(base, &used, (capacity + 1) * sizeof(uint32_t));
    if (base != NULL) *shared = s;
    return used;
}

size_t NAME(rnv_exact_theta_scratch)(const rnv_exact_theta_shape *shape) {
    size_t bytes = GROUP * NAME(lay_out)(shape, NULL, NULL);
    bytes += NAME(lay_out_shared)(shape, NULL, NULL);
    for (size_t l = 0; l < shape->layers; l++) {
        bytes += 2 * rnv_exact_theta_stride(shape->sizes[l + 1]) * sizeof(REAL);
    }
    return bytes + shape->sizes[shape->layers] * sizeof(double);
}

// ---------------------------------------------------------------------------------------------
// Input layer

/// out[:] = sum of `count` rows of a matrix; `blocks` is a constant where it is inlined.
RNV_INLINE void NAME(sum_rows_of)(
    size_t blocks, const uint32_t *rows, size_t count, const REAL *matrix, size_t stride,
    REAL *out) {
    WIDE sums[4];
    for (size_t b = 0; b < blocks; b++) sums[b] = (WIDE)(REAL)0;
    for (size_t k = 0; k < count; k++) {
        const REAL *row = matrix + (size_t)rows[k] * stride;
        for (size_t b = 0; b < blocks; b++) sums[b] += NAME(load)(row + b * RNV_EXACT_LANES);
    }
    for (size_t b = 0; b < blocks; b++) NAME(store)(out + b * RNV_EXACT_LANES, sums[b]);
}

RNV_INLINE void NAME(sum_rows)(
    const uint32_t *rows, size_t count, const REAL *matrix, size_t stride, REAL *out) {
    size_t i = 0;
    for (; i + 4 * RNV_EXACT_LANES <= stride; i += 4 * RNV_EXACT_LANES) {
        NAME(sum_rows_of)(4, rows, count, matrix + i, stride, out + i);
    }
    const size_t rest = (stride - i) / RNV_EXACT_LANES;
    if (rest == 3) NAME(sum_rows_of)(3, rows, count, matrix + i, stride, out + i);
    if (rest == 2) NAME(sum_rows_of)(2, rows, count, matrix + i, stride, out + i);
    if (rest == 1) NAME(sum_rows_of)(1, rows, count, matrix + i, stride, out + i);
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
        const size_t count = list_pixels(pixels, inputs, (uint8_t)bin, (uint8_t)bin, list);
        if (count == 0) continue;  // no event
        REAL *row = scratch->bin_weights + bin * stride;
        NAME(sum_rows)(list, count, weights, stride, row);
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

// ---------------------------------------------------------------------------------------------
// One layer forward

/// cos and sin of the angle from each event to the next; entry 0 is the angle up to the first event.
RNV_INLINE void NAME(rotations)(
    const rnv_exact_theta_shape *shape, const NAME(layer) *layer, REAL *angle) {
    const REAL speed = (REAL)(shape->rate / shape->time_constant);
    REAL last = 0;
    for (size_t e = 0; e <= layer->events; e++) {
        angle[e] = (layer->time[e] - last) * speed;
        last = layer->time[e];
    }
    for (size_t e = 0; e <= layer->events; e += RNV_EXACT_LANES) {
        WIDE s, c;
        NAME(sine_cosine)(NAME(load)(angle + e), &s, &c);
        NAME(store)(layer->sine + e, s);
        NAME(store)(layer->cosine + e, c);
    }
}

/// How many of the remaining vectors of a layer the next tile takes: all tiles about alike.
RNV_INLINE size_t NAME(tile_of)(size_t vectors) {
    const size_t tiles = (vectors + TILE - 1) / TILE;
    return (vectors + tiles - 1) / tiles;
}

/// The pulse at the start of an interval, then the interval: whoever crosses pi is marked and reset.
RNV_INLINE WIDE_INT NAME(turn)(WIDE *q, WIDE *p, WIDE pulsed, WIDE c, WIDE sq, WIDE sp) {
    const WIDE q1 = NAME(fma)(pulsed, sq, *q * c);
    const WIDE p1 = NAME(fma)(*q, sp, pulsed * c);
    const WIDE_INT crossed = q1 < 0;
    *q = NAME(select)(crossed, -q1, q1);
    *p = NAME(select)(crossed, -p1, p1);
    return crossed;
}

/// Carries the neurons of one tile from the start to T, their states in registers.
///
/// Forward it keeps q and p' of the intervals in which somebody fires, and the states at T; returns how
/// many intervals. Backward it does the same again, bit by bit, and keeps what the adjoint needs: that is
/// cheaper than to store the states of all samples and layers far away. `vectors` and `backward` are
/// constants where it is inlined.
RNV_INLINE size_t NAME(advance)(
    size_t vectors, int backward, const rnv_exact_theta_shape *shape, const NAME(layer) *layer,
    size_t at, const REAL *start, const REAL *zero_row, const NAME(shared) *shared) {
    const REAL r = (REAL)shape->rate, inverse_r = (REAL)(1 / shape->rate);
    const size_t kept = backward ? 3 : 2, lanes = RNV_EXACT_LANES, events = layer->events;
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
        const WIDE c = (WIDE)layer->cosine[e], s = (WIDE)layer->sine[e];
        const WIDE sq = s * inverse_r, sp = s * -r;
        const REAL *row = (e == 0 ? zero_row : layer->row[e - 1]) + at;
        uint64_t set = 0;
        for (size_t b = 0; b < vectors; b++) {
            REAL *state = to + b * kept * lanes;
            const WIDE pulsed = NAME(fma)(-NAME(load)(row + b * lanes), q[b], p[b]);
            NAME(store)(state, q[b]);
            NAME(store)(state + lanes, backward ? p[b] + pulsed : pulsed);
            if (backward) NAME(store)(state + 2 * lanes, (WIDE)(REAL)0);
            const WIDE_INT crossed = NAME(turn)(&q[b], &p[b], pulsed, c, sq, sp);
            if (!backward) set |= (uint64_t)NAME(bits)(crossed) << (16 * b);
        }
        // Without a branch: a slot in which nobody fires is written over by the next interval.
        if (!backward) {
            fired[slot] = set & heard;
            intervals[slot] = (int32_t)e;
            slot += (set & heard) != 0;
        }
        to = shared->states + (backward ? e + 1 : slot) * vectors * kept * lanes;
        // Scaled to (r q)^2 + p^2 = 1; the squared factors are kept.
        if (e % RNV_EXACT_RENORM == RNV_EXACT_RENORM - 1) {
            REAL *factors = shared->factors + e / RNV_EXACT_RENORM * vectors * lanes;
            for (size_t b = 0; b < vectors; b++) {
                const WIDE rq = q[b] * r, factor = (REAL)1 / (rq * rq + p[b] * p[b]);
                const WIDE root = __builtin_elementwise_sqrt(factor);
                NAME(store)(factors + b * lanes, factor);
                q[b] *= root;
                p[b] *= root;
            }
        }
    }
    if (backward) return 0;
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
    if (vectors == 4) return NAME(advance)(4, 0, shape, layer, at, start, zero_row, shared);
#endif
#if TILE > 2
    if (vectors == 3) return NAME(advance)(3, 0, shape, layer, at, start, zero_row, shared);
#endif
    if (vectors == 2) return NAME(advance)(2, 0, shape, layer, at, start, zero_row, shared);
    return NAME(advance)(1, 0, shape, layer, at, start, zero_row, shared);
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
        const WIDE rest =
            NAME(angle)(NAME(load)(layer->spike_q + k) * r, -NAME(load)(layer->spike_p + k));
        WIDE time = NAME(load)(layer->spike_base + k) + rest * slow;
        time = NAME(select)(time > trial, (WIDE)trial, time);
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

/// Static inputs of a group of samples, a_i = sum of w_ij rho_j, for `blocks` vectors from `at` on; a
/// row of weights is read once for all samples.
RNV_INLINE void NAME(static_inputs)(
    size_t blocks, NAME(scratch) *group, size_t count, size_t l, size_t at, const REAL *weights) {
    const size_t stride = group[0].layers[l].stride, inputs = group[0].layers[l - 1].neurons;
    const REAL *rates[GROUP];
    WIDE sums[GROUP][2];
    for (size_t g = 0; g < GROUP; g++) {
        rates[g] = group[g < count ? g : 0].layers[l - 1].rate;
        for (size_t b = 0; b < blocks; b++) sums[g][b] = (WIDE)(REAL)0;
    }
    for (size_t j = 0; j < inputs; j++) {
        for (size_t b = 0; b < blocks; b++) {
            const WIDE row = NAME(load)(weights + j * stride + at + b * RNV_EXACT_LANES);
            for (size_t g = 0; g < GROUP; g++) {
                sums[g][b] = NAME(fma)(row, (WIDE)rates[g][j], sums[g][b]);
            }
        }
    }
    for (size_t g = 0; g < count; g++) {
        for (size_t b = 0; b < blocks; b++) {
            NAME(store)(group[g].layers[l].input + at + b * RNV_EXACT_LANES, sums[g][b]);
        }
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
            size_t at = 0;
            for (; at + 2 * RNV_EXACT_LANES <= stride; at += 2 * RNV_EXACT_LANES) {
                NAME(static_inputs)(2, group, count, l, at, weights[l]);
            }
            if (at < stride) NAME(static_inputs)(1, group, count, l, at, weights[l]);
        }
        for (size_t g = 0; g < count; g++) {
            NAME(layer) *layer = &group[g].layers[l];
            const REAL *end = layer->end;
            if (l == 0) memset(layer->input, 0, stride * sizeof(REAL));
            for (size_t i = 0; i < stride; i += RNV_EXACT_LANES) {
                const WIDE a = NAME(load)(layer->input + i), q = NAME(load)(end + 2 * i);
                const WIDE p = NAME(load)(end + 2 * i + RNV_EXACT_LANES);
                const WIDE angle = NAME(angle)(q * r, p - a * q);
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
            NAME(rotations)(shape, layer, shared->angle);
        }
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

// ---------------------------------------------------------------------------------------------
// One layer backward

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

// ---------------------------------------------------------------------------------------------
// Loss and report

/// First spike times of the outputs and the loss; sets the adjoints of the output layer.
RNV_INLINE double NAME(judge)(
    const rnv_exact_theta_shape *shape, NAME(layer) *layer, int32_t label, double *times) {
    const size_t classes = layer->neurons;
    const double period = 3.14159265358979323846 * shape->time_constant / shape->rate;
    for (size_t i = 0; i < classes; i++) {
        times[i] = shape->pseudospikes ? shape->trial + period * (1 - (double)layer->rate[i])
                                       : shape->trial;
    }
    for (size_t k = layer->spikes; k-- > 0;) {
        times[layer->spike_neuron[layer->sorted[k]]] = (double)layer->spike_time[k];
    }
    if (label < 0) return 0;
    double earliest = times[0];
    for (size_t i = 1; i < classes; i++) earliest = times[i] < earliest ? times[i] : earliest;
    const double heat = 1 / shape->temperature;
    double sum = 0;
    for (size_t i = 0; i < classes; i++) sum += exp((earliest - times[i]) * heat);
    const double early = exp(times[label] / shape->trial);
    for (size_t i = 0; i < classes; i++) {
        double by_time = -heat * exp((earliest - times[i]) * heat) / sum;
        if (i == (size_t)label) by_time += heat + shape->earliness / shape->trial * early;
        layer->phase_adjoint[i] = (REAL)-by_time;
    }
    return (times[label] - earliest) * heat + log(sum) + shape->earliness * (early - 1);
}

/// Moves the adjoints of outputs that spiked in the trial from the phase at T to their first spike.
RNV_INLINE void NAME(place_adjoints)(const rnv_exact_theta_shape *shape, NAME(layer) *layer) {
    memset(
        layer->phase_adjoint + layer->neurons, 0,
        (layer->stride - layer->neurons) * sizeof(REAL));
    for (size_t k = 0; k < layer->spikes; k++) {
        const int32_t i = layer->spike_neuron[layer->sorted[k]];
        layer->spike_adjoint[k] = -layer->phase_adjoint[i];
        layer->phase_adjoint[i] = 0;  // later spikes of the same output do not count
    }
    if (!shape->pseudospikes) {
        memset(layer->phase_adjoint, 0, layer->stride * sizeof(REAL));
    }
}

RNV_INLINE void NAME(report_sample)(
    const rnv_exact_theta_shape *shape, const NAME(scratch) *scratch,
    const rnv_exact_theta_report *report, size_t sample) {
    const NAME(layer) *output = &scratch->layers[shape->layers - 1];
    const REAL decision = output->spikes > 0 ? output->spike_time[0] : (REAL)shape->trial;
    uint8_t *fired = report->fired;
    for (size_t l = 0; l < shape->layers; l++) {
        const NAME(layer) *layer = &scratch->layers[l];
        if (report->spikes) report->spikes[sample * shape->layers + l] = (uint32_t)layer->spikes;
        if (report->early_spikes) {
            uint32_t early = 0;
            for (size_t k = 0; k < layer->spikes; k++) early += layer->spike_time[k] < decision;
            report->early_spikes[sample * shape->layers + l] = early;
        }
        if (fired) {
            for (size_t k = 0; k < layer->spikes; k++) fired[layer->spike_neuron[k]] = 1;
            fired += layer->neurons;
        }
    }
}

/// The static part of the backward pass of a group, from the outputs to the first layer.
RNV_INLINE void NAME(static_layers)(
    const rnv_exact_theta_shape *shape, const REAL *const *weights, NAME(scratch) *group,
    size_t count, REAL *const *gradients) {
    for (size_t l = shape->layers; l-- > 0;) {
        for (size_t g = 0; g < count; g++) {
            NAME(layer) *layer = &group[g].layers[l];
            if (shape->pseudospikes) {
                NAME(static_start)(shape, layer);
            } else {
                memset(layer->mu, 0, layer->stride * sizeof(REAL));
            }
        }
        if (l > 0 && shape->pseudospikes) {
            NAME(static_backward)(shape, group, count, l, weights[l], gradients[l]);
        }
    }
}

/// The events of a group in reverse, from the outputs to the first layer.
RNV_INLINE void NAME(backward_layers)(
    const rnv_exact_theta_shape *shape, const REAL *const *weights, const REAL *states,
    NAME(scratch) *group, size_t count, REAL *const *gradients, REAL *const *phase_gradients,
    REAL *input_gradients) {
    const REAL inverse_tau = (REAL)(1 / shape->time_constant);
    const NAME(shared) *shared = group[0].shared;
    for (size_t l = shape->layers; l-- > 0;) {
        const size_t stride = group[0].layers[l].stride;
        const REAL *zero_row = weights[l] + shape->sizes[l] * stride;
        // One row more than bins: events without a pulse point there.
        const size_t rows = (shape->bins + 1) * stride;
        states -= 2 * stride;
        for (size_t g = 0; g < count; g++) {
            NAME(layer) *layer = &group[g].layers[l];
            layer->gone = 0;
            NAME(spike_jumps)(shape, layer);
            if (l == 0) memset(input_gradients + g * rows, 0, rows * sizeof(REAL));
        }
        for (size_t at = 0; at < stride;) {
            const size_t vectors = NAME(tile_of)((stride - at) / RNV_EXACT_LANES);
            for (size_t g = 0; g < count; g++) {
                REAL *to = l > 0 ? gradients[l] : input_gradients + g * rows;
                NAME(backward)(
                    vectors, shape, &group[g].layers[l], at, states, zero_row, to,
                    phase_gradients[l], shared);
            }
            at += vectors * RNV_EXACT_LANES;
        }
        for (size_t g = 0; l > 0 && g < count; g++) {
            NAME(layer) *layer = &group[g].layers[l];
            for (size_t e = 0; e < layer->events; e++) {
                if (layer->origin[e] < 0) continue;
                layer[-1].spike_adjoint[layer->origin[e]] =
                    NAME(sum)(NAME(load)(layer->sums + e * RNV_EXACT_LANES)) * inverse_tau;
            }
        }
    }
}

/// q = sin(a)/r and p = cos a of the initial phases, layer after layer, in the layout of `states`.
RNV_INLINE void NAME(initial_states)(
    const rnv_exact_theta_shape *shape, const REAL *const *phases, REAL *states) {
    const REAL speed = (REAL)(shape->rate / shape->time_constant);
    for (size_t l = 0; l < shape->layers; l++) {
        const size_t stride = rnv_exact_theta_stride(shape->sizes[l + 1]);
        for (size_t i = 0; i < stride; i += RNV_EXACT_LANES) {
            WIDE s, c;
            NAME(sine_cosine)(NAME(load)(phases[l] + i) * speed, &s, &c);
            // sin(pi) may come out below zero.
            NAME(store)(states + 2 * i, NAME(select)(s < 0, (WIDE)(REAL)0, s) / (REAL)shape->rate);
            NAME(store)(states + 2 * i + RNV_EXACT_LANES, c);
        }
        states += 2 * stride;
    }
}

RNV_LEVELS
int NAME(rnv_exact_theta_run)(
    const rnv_exact_theta_shape *shape, const REAL *const *weights, const REAL *const *phases,
    const uint8_t *pixels, const int32_t *labels, size_t first, size_t last, void *memory,
    const rnv_exact_theta_report *report, REAL *const *gradients, REAL *const *phase_gradients,
    REAL *input_gradients) {
    NAME(scratch) group[GROUP];
    char *rest = memory;
    NAME(shared) shared;
    for (size_t g = 0; g < GROUP; g++) {
        rest += NAME(lay_out)(shape, rest, &group[g]);
        group[g].shared = &shared;
    }
    rest += NAME(lay_out_shared)(shape, rest, &shared);
    REAL *states = (REAL *)(void *)rest, *states_end = states;
    NAME(initial_states)(shape, phases, states);
    for (size_t l = 0; l < shape->layers; l++) {
        states_end += 2 * rnv_exact_theta_stride(shape->sizes[l + 1]);
    }
    const size_t classes = shape->sizes[shape->layers], input_stride = group[0].layers[0].stride;
    double *own_times = (double *)(void *)states_end;
    const int backward = gradients != NULL && labels != NULL;
    for (size_t b = first; b < last; b += GROUP) {
        const size_t count = last - b < GROUP ? last - b : GROUP;
        if (NAME(forward)(
                shape, weights, states, pixels + b * shape->sizes[0], group, count)) {
            return 1;
        }
        if (shape->pseudospikes) NAME(static_rates)(shape, group, count, weights);
        for (size_t g = 0; g < count; g++) {
            NAME(layer) *output = &group[g].layers[shape->layers - 1];
            double *times = report->times ? report->times + (b + g) * classes : own_times;
            const double loss = NAME(judge)(shape, output, labels ? labels[b + g] : -1, times);
            if (report->losses) report->losses[b + g] = loss;
            NAME(report_sample)(shape, &group[g], report, b + g);
            if (backward) NAME(place_adjoints)(shape, output);
        }
        if (!backward) continue;
        NAME(static_layers)(shape, weights, group, count, gradients);
        NAME(backward_layers)(
            shape, weights, states_end, group, count, gradients, phase_gradients,
            input_gradients + b * (shape->bins + 1) * input_stride);
    }
    return 0;
}

// ---------------------------------------------------------------------------------------------
// First weights and optimiser

RNV_INLINE void NAME(sum_samples)(
    size_t blocks, const uint64_t *masks, size_t samples, size_t bins, size_t stride,
    const REAL *from, REAL *to) {
    const size_t words = (samples + 63) / 64;
    WIDE sums[4];
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
        for (; i + 4 * RNV_EXACT_LANES <= stride; i += 4 * RNV_EXACT_LANES) {
            NAME(sum_samples)(4, mask, samples, bins, stride, from + i, to + i);
        }
        const size_t rest = (stride - i) / RNV_EXACT_LANES;
        if (rest == 3) NAME(sum_samples)(3, mask, samples, bins, stride, from + i, to + i);
        if (rest == 2) NAME(sum_samples)(2, mask, samples, bins, stride, from + i, to + i);
        if (rest == 1) NAME(sum_samples)(1, mask, samples, bins, stride, from + i, to + i);
    }
}

RNV_LEVELS
void NAME(rnv_exact_add)(const REAL *from, REAL *to, size_t n) {
    for (size_t i = 0; i + RNV_EXACT_LANES <= n; i += RNV_EXACT_LANES) {
        NAME(store)(to + i, NAME(load)(to + i) + NAME(load)(from + i));
    }
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
        const WIDE size = __builtin_elementwise_sqrt(s * correction) + epsilon;
        NAME(store)(mean + i, m);
        NAME(store)(variance + i, s);
        NAME(store)(parameters + i, NAME(load)(parameters + i) - m * rate / size);
    }
}

#undef WIDE
#undef WIDE_INT
#undef REAL
#undef REAL_INT
#undef NAME
#undef SERIES_TERMS
#undef ATAN_TERMS
#undef TILE
