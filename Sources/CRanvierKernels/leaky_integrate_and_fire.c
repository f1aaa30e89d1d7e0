#include "lif_passage.h"

// Neurons are taken in blocks whose state stays in the first-level cache while time passes.
enum {
    block = 1024,
    // Of a thin product, whose weights must fit the first-level cache beside it.
    thin_block = block / 4,
    thin_stride = thin_block + 16,
    thin_steps = RNV_THIN_ROWS
};

/// Copies part of the initial state, or zeros, into a block.
RNV_INLINE void begin(const float *initial, size_t first, size_t n, float *state) {
    memset(state, 0, block * sizeof(float));
    if (initial) memcpy(state, initial + first, n * sizeof(float));
}

/// The map of the steps from `t` on.
RNV_INLINE rnv_channel_map_t map_from(rnv_channel_map_t map, size_t t) {
    if (!map.scale) return map;
    return (rnv_channel_map_t){map.scale + t * map.stride, map.shift + t * map.stride, map.channels,
                               map.stride};
}

RNV_INLINE void forward(const rnv_lif_t *neuron, size_t steps, size_t columns, size_t from,
                        size_t to, const float *current, size_t current_stride,
                        rnv_channel_map_t map, const float *initial, uint64_t *words, size_t words_per_row,
                        float *membrane, float *checkpoints, float *final_state, int reset,
                        int tie_fires) {
    float state[block];
    for (size_t first = from; first < to; first += block) {
        const size_t n = to - first < block ? to - first : block;
        begin(initial, first, n, state);
        for (size_t begun = 0; begun < steps; begun += RNV_LIF_SEGMENT) {
            const size_t left = steps - begun;
            const size_t length = left < RNV_LIF_SEGMENT ? left : RNV_LIF_SEGMENT;
            if (checkpoints && begun > 0) {
                memcpy(checkpoints + (begun / RNV_LIF_SEGMENT - 1) * columns + first, state,
                       n * sizeof(float));
            }
            passage p = {.current = current + begun * current_stride + first,
                         .current_stride = current_stride,
                         .words = words + begun * words_per_row + first / 64,
                         .words_per_row = words_per_row,
                         .membrane_stride = columns};
            if (membrane) p.membrane = membrane + begun * columns + first;
            if (map.scale) {
                p.map = map_from(map, begun);
                p.column = first;
                advance(neuron, length, n, state, p, reset, tie_fires);
            } else {
                advance(neuron, length, n, state, p, reset, tie_fires);
            }
        }
        if (final_state) memcpy(final_state + first, state, n * sizeof(float));
    }
}

RNV_LEVELS
void rnv_lif_forward(const rnv_lif_t *neuron, size_t steps, size_t columns, size_t from, size_t to,
                     const float *current, size_t current_stride, rnv_channel_map_t map,
                     const float *initial, uint64_t *words, size_t words_per_row, float *membrane,
                     float *checkpoints, float *final_state) {
#define FORWARD(reset, tie)                                                                      \
    forward(neuron, steps, columns, from, to, current, current_stride, map, initial, words,      \
            words_per_row, membrane, checkpoints, final_state, reset, tie)
    switch (neuron->reset * 2 + (neuron->tie_fires != 0)) {
    case 0: FORWARD(RNV_RESET_HARD, 0); break;
    case 1: FORWARD(RNV_RESET_HARD, 1); break;
    case 2: FORWARD(RNV_RESET_SOFT, 0); break;
    case 3: FORWARD(RNV_RESET_SOFT, 1); break;
    case 4: FORWARD(RNV_RESET_SOFT_DELAYED, 0); break;
    default: FORWARD(RNV_RESET_SOFT_DELAYED, 1); break;
    }
}

/// Running sums for the gradients of leak and threshold.
typedef struct {
    lanes leak, threshold;
} parameter_sums;

/// Adds sixteen float sums to a double, in order.
RNV_INLINE void add_to(double *total, lanes sums) {
    for (int j = 0; j < 16; j++) *total += (double)sums[j];
}

/// What a block knows of one step: membrane now, membrane one step before or else the state that was left of it
/// (both null: rest), surrogate derivative, and dL/ds (or null).
typedef struct {
    const float *membrane, *before, *state, *slope, *upstream;
} moment;

/// One step back for `n` neurons of a block. `gv` is dL/dv[t] and becomes dL/dv[t-1]; for the delayed
/// reset `gnext` is dL/du[t+1].
RNV_INLINE void step_back(const rnv_lif_t *neuron, const rnv_lif_backward_t *pass, size_t t,
                          size_t columns, size_t first, size_t n, moment now, float *gv,
                          float *gnext, parameter_sums *sums, int reset, int attached,
                          int parameters) {
    const float leak = neuron->leak, scale = neuron->input_scale, threshold = neuron->threshold;
    const float potential = neuron->reset_potential;
    const float *g = now.upstream;
    const float *h = pass->membrane_upstream
                         ? pass->membrane_upstream + t * pass->membrane_upstream_stride + first
                         : 0;
    const float *before = now.before;
    const uint64_t *row = pass->words + t * pass->words_per_row + first / 64;
    const uint64_t *row_before = row - pass->words_per_row;
    float *out = pass->current_gradient + (pass->sum_over_time ? 0 : t * columns) + first;
    for (size_t i = 0; i < n; i += 64) {
        const size_t left = n - i;
        const group U = group_load(now.membrane + i, left), D = group_load(now.slope + i, left);
        const group none = {{lanes_all(0), lanes_all(0), lanes_all(0), lanes_all(0)}};
        const group G = g ? group_load(g + i, left) : none;
        const group H = h ? group_load(h + i, left) : none;
        group V = none, I = none, O = none;
        if (parameters) {
            if (before) {
                V = group_load(before + i, left);
            } else if (now.state) {
                V = group_load(now.state + i, left);
            }
            if (pass->scales_input) {
                I = group_load(pass->current + t * pass->current_stride + first + i, left);
            }
        }
        if (pass->sum_over_time) O = group_load(out + i, left);
        for (int j = 0; j < 4; j++) {
            const size_t at = i + 16 * (size_t)j;
            const lanes_int s = lanes_mask((uint16_t)(row[i / 64] >> (16 * j)));
            const lanes from_state = lanes_load(gv + at), u = U.v[j], slope_here = D.v[j];
            lanes gs = G.v[j], gu = from_state, next = lanes_all(0);
            if (reset == RNV_RESET_SOFT_DELAYED) next = lanes_load(gnext + at);
            if (attached) {
                if (reset == RNV_RESET_HARD) gs += from_state * (potential - u);
                if (reset == RNV_RESET_SOFT) gs -= threshold * from_state;
                if (reset == RNV_RESET_SOFT_DELAYED) gs -= threshold * next;
            }
            if (reset == RNV_RESET_HARD) gu = lanes_select(s, lanes_all(0), from_state);
            gu += gs * slope_here + H.v[j];
            lanes_store(gv + at, leak * gu);
            if (reset == RNV_RESET_SOFT_DELAYED) lanes_store(gnext + at, gu);
            if (pass->sum_over_time) {
                O.v[j] += scale * gu;
            } else {
                O.v[j] = scale * gu;
            }
            if (parameters) {
                lanes v = V.v[j];
                if (before && reset != RNV_RESET_SOFT_DELAYED) {
                    const lanes_int earlier = lanes_mask((uint16_t)(row_before[i / 64] >> (16 * j)));
                    v = after_reset(v, earlier, reset, threshold, potential);
                }
                sums->leak += gu * (v - pass->leak_target - I.v[j]);
                const lanes lost = reset == RNV_RESET_SOFT ? from_state : next;
                sums->threshold -= gs * slope_here;
                if (reset != RNV_RESET_HARD) {
                    sums->threshold -= lanes_select(s, lost, lanes_all(0));
                }
            }
        }
        group_store(out + i, O, left);
    }
}

/// Where the steps of a segment lie for a block, membranes `stride` apart.
typedef struct {
    size_t begin, end, stride;
    const float *membrane, *state;
} segment;

/// The last segment of steps that ends at `end`: all of them where membranes were kept, else those that are
/// repeated now.
RNV_INLINE segment segment_before(size_t end, const rnv_lif_t *neuron,
                                  const rnv_lif_backward_t *pass, size_t columns, size_t first,
                                  size_t n, int reset) {
    if (pass->membrane) {
        const float *state = pass->initial ? pass->initial + first : 0;
        return (segment){0, end, columns, pass->membrane + first, state};
    }
    const size_t begin_at = (end - 1) / RNV_LIF_SEGMENT * RNV_LIF_SEGMENT;
    const float *all = begin_at == 0
                           ? pass->initial
                           : pass->checkpoints + (begin_at / RNV_LIF_SEGMENT - 1) * columns;
    float state[block];
    begin(all, first, n, state);
    const passage p = {.current = pass->current + begin_at * pass->current_stride + first,
                       .current_stride = pass->current_stride,
                       .map = map_from(pass->map, begin_at),
                       .column = first,
                       .membrane = pass->scratch,
                       .membrane_stride = block};
    if (neuron->tie_fires) advance(neuron, end - begin_at, n, state, p, reset, 1);
    else advance(neuron, end - begin_at, n, state, p, reset, 0);
    return (segment){begin_at, end, block, pass->scratch, all ? all + first : 0};
}

RNV_INLINE void backward(const rnv_lif_t *neuron, size_t steps, size_t columns, size_t from,
                         size_t to, const rnv_lif_backward_t *pass, int reset, int attached,
                         int parameters) {
    float gv[block], gnext[block], slope[block], thin[thin_steps * thin_stride];
    const size_t length = pass->thin_upstream.rows ? thin_block : block;
    for (size_t first = from; first < to; first += length) {
        const size_t n = to - first < length ? to - first : length;
        memset(gv, 0, sizeof gv);
        memset(gnext, 0, sizeof gnext);
        if (pass->state_gradient && !pass->local_in_time) memcpy(gv, pass->state_gradient + first, n * sizeof(float));
        if (pass->sum_over_time) memset(pass->current_gradient + first, 0, n * sizeof(float));
        parameter_sums sums = {lanes_all(0), lanes_all(0)};
        for (size_t end = steps; end > 0;) {
            const segment s = segment_before(end, neuron, pass, columns, first, n, reset);
            for (size_t t = s.end; t-- > s.begin;) {
                const float *membrane = s.membrane + (t - s.begin) * s.stride;
                moment now = {membrane, t > s.begin ? membrane - s.stride : 0, s.state, slope, 0};
                if (pass->thin_upstream.rows) {
                    // Some steps at once, at the last of them.
                    const size_t row = (t - s.begin) % thin_steps;
                    if (row + 1 == thin_steps || t + 1 == s.end) {
                        rnv_thin_product(&pass->thin_upstream, t - row, row + 1, columns, first, n,
                                         thin, thin_stride);
                    }
                    now.upstream = thin + row * thin_stride;
                } else if (pass->upstream) {
                    now.upstream = pass->upstream + t * pass->upstream_stride + first;
                }
                if (pass->derivative) {
                    now.slope = pass->derivative + t * columns + first;
                } else {
                    rnv_surrogate(pass->surrogate, neuron->threshold, membrane, slope, n);
                }
                step_back(neuron, pass, t, columns, first, n, now, gv, gnext, &sums, reset,
                          attached, parameters);
                if (pass->local_in_time) {
                    memset(gv, 0, sizeof gv);
                    memset(gnext, 0, sizeof gnext);
                }
            }
            end = s.begin;
        }
        if (parameters && reset == RNV_RESET_SOFT_DELAYED && pass->initial) {
            // The reset that the initial state left to the first step, where gnext is now dL/du[0].
            float all[block];
            begin(pass->initial, first, n, all);
            for (size_t i = 0; i < n; i += 16) {
                const lanes_int s =
                    fires(lanes_load(all + i), neuron->threshold, neuron->tie_fires);
                sums.threshold -= lanes_select(s, lanes_load(gnext + i), lanes_all(0));
            }
        }
        if (parameters) {
            if (pass->leak_gradient) add_to(pass->leak_gradient, sums.leak);
            if (pass->threshold_gradient) add_to(pass->threshold_gradient, sums.threshold);
        }
        // With the delayed reset the initial state also decides a reset; that decision is a constant.
        if (pass->initial_gradient) {
            memcpy(pass->initial_gradient + first, gv, n * sizeof(float));
        }
    }
}

RNV_LEVELS
void rnv_lif_backward(const rnv_lif_t *neuron, size_t steps, size_t columns, size_t from,
                      size_t to, const rnv_lif_backward_t *pass) {
    const int attached = !pass->detach_reset;
    const int parameters = pass->leak_gradient || pass->threshold_gradient;
#define BACKWARD(reset)                                                                      \
    if (attached) {                                                                          \
        if (parameters) backward(neuron, steps, columns, from, to, pass, reset, 1, 1);       \
        else backward(neuron, steps, columns, from, to, pass, reset, 1, 0);                  \
    } else {                                                                                 \
        if (parameters) backward(neuron, steps, columns, from, to, pass, reset, 0, 1);       \
        else backward(neuron, steps, columns, from, to, pass, reset, 0, 0);                  \
    }                                                                                        \
    break;
    switch (neuron->reset) {
    case RNV_RESET_HARD: BACKWARD(RNV_RESET_HARD)
    case RNV_RESET_SOFT: BACKWARD(RNV_RESET_SOFT)
    default: BACKWARD(RNV_RESET_SOFT_DELAYED)
    }
}
