#include "integer_lanes.h"

RNV_LEVELS
void rnv_integer_pack(const int32_t *x, size_t n, uint64_t *words) {
    for (size_t i = 0; i < n; i += 64) {
        const size_t rest = n - i < 64 ? n - i : 64;
        uint64_t word = 0;
        if (rest == 64) {
            word = bits_of_32(load_32(x + i) > 0) | (uint64_t)bits_of_32(load_32(x + i + 32) > 0) << 32;
        } else {
            for (size_t j = 0; j < rest; j++) word |= (uint64_t)(x[i + j] > 0) << j;
        }
        words[i / 64] = word;
    }
}

/// What comes into a stage: bits, or values of 32 or 16 bits.
typedef struct {
    const uint64_t *words;
    const void *values;
    int narrow;
} shown;

static void dense(const rnv_integer_stage_t *s, uint8_t *state, shown in,
                  rnv_integer_counts_t *counts) {
    int32_t *out = (int32_t *)(state + s->out);
    counts->narrow = 0;
    if (!in.words) {
        rnv_integer_dense_values(s, in.values, out, &counts->last_additions);
        return;
    }
    uint32_t *list = (uint32_t *)(state + s->list);
    const size_t found =
        rnv_integer_list(in.words, s->inputs, s->fan_out, list, &counts->last_additions);
    if (found >= s->planes_from) {
        rnv_integer_planes(in.words, (s->inputs + 63) / 64, s->plus, s->minus, s->outputs,
                           s->padded, s->shift, s->bias, out);
    } else if (s->starts) {
        rnv_integer_listed(list, found, s->starts, s->places, s->listed, s->padded, s->shift,
                           s->bias, out);
    } else if (found < s->narrow_spikes) {
        counts->narrow = 1;
        rnv_integer_rows_narrow(list, found, s->codes, s->padded, s->largest, s->shift,
                                s->narrow_bias, (int16_t *)out);
    } else {
        rnv_integer_rows(list, found, s->codes, s->padded, s->largest, s->shift, s->bias, out);
    }
}

/// Adds to what comes in what the layer's own last spikes cause, in a place of its own.
static shown heard_of_itself(const rnv_integer_stage_t *s, uint8_t *state, shown in,
                             rnv_integer_counts_t *counts) {
    const uint64_t *before = (const uint64_t *)(state + s->bits);
    void *currents = state + s->currents;
    if (in.words) {
        int32_t *to = currents;
        for (size_t k = 0; k < s->outputs; k++) to[k] = (int32_t)(in.words[k >> 6] >> (k & 63) & 1);
        in = (shown){0, currents, 0};
    }
    if (!s->codes && !(s->coupling && s->fan_out)) return in;
    uint32_t *list = (uint32_t *)(state + s->list);
    const size_t found =
        rnv_integer_list(before, s->outputs, s->fan_out, list, &counts->last_additions);
    if (!s->codes) return in;
    if (in.narrow) {
        rnv_integer_rows_narrow(list, found, s->codes, s->padded, s->largest, s->shift, in.values,
                                currents);
    } else {
        rnv_integer_rows(list, found, s->codes, s->padded, s->largest, s->shift, in.values,
                         currents);
    }
    return (shown){0, currents, in.narrow};
}

static void advance(const rnv_integer_stage_t *s, uint8_t *state, shown in, int heard,
                    rnv_integer_counts_t *counts) {
    counts->last_additions = 0;
    switch (s->kind) {
    case RNV_INTEGER_DENSE: dense(s, state, in, counts); break;
    case RNV_INTEGER_DELAYED:
        rnv_integer_delayed(s, state, in.words, in.values, (int32_t *)(state + s->out), counts);
        break;
    case RNV_INTEGER_CONVOLUTION:
        counts->narrow = in.words && s->narrow_spikes > 0;
        rnv_integer_convolve(s, in.words, in.values, state + s->out, (int)counts->narrow,
                             &counts->last_additions);
        break;
    case RNV_INTEGER_MAXIMUM:
    case RNV_INTEGER_SUM: rnv_integer_pool(s, state, in.words, in.values); break;
    case RNV_INTEGER_NEURONS:
        in = heard_of_itself(s, state, in, counts);
        rnv_integer_neurons(s, state, in.values, in.narrow, heard, counts);
        break;
    }
}

static void note(const rnv_integer_network_t *network, uint8_t *state, shown out) {
    const size_t outputs = network->stages[network->count - 1].outputs;
    int32_t *scores = (int32_t *)(state + network->scores);
    int64_t *step = (int64_t *)(state + network->step);
    const int32_t now = (int32_t)*step;
    const int32_t *values = out.values;
    if (out.words) {
        int32_t *spikes = (int32_t *)(state + network->values);
        for (size_t o = 0; o < outputs; o++) spikes[o] = (int32_t)(out.words[o >> 6] >> (o & 63) & 1);
        values = spikes;
    }
    switch (network->decoder) {
    case RNV_INTEGER_SCORE_SUM:
        for (size_t o = 0; o < outputs; o++) scores[o] += values[o];
        break;
    case RNV_INTEGER_SCORE_MAXIMUM:
        for (size_t o = 0; o < outputs; o++) scores[o] = values[o] > scores[o] ? values[o] : scores[o];
        break;
    case RNV_INTEGER_SCORE_LAST: memcpy(scores, values, outputs * sizeof *scores); break;
    default:
        for (size_t o = 0; o < outputs; o++) {
            if (values[o] && scores[o] == -network->steps) scores[o] = -now;
        }
        break;
    }
    *step = now + 1;
}

/// A step of the stages from `first` on.
static void show(const rnv_integer_network_t *network, uint8_t *state, shown in, size_t first,
                 int is_again, int heard) {
    rnv_integer_counts_t *counts = (rnv_integer_counts_t *)state;
    for (size_t i = first; i < network->count; i++) {
        const rnv_integer_stage_t *s = network->stages + i;
        if (!is_again || i >= network->constant) advance(s, state, in, heard, counts + i);
        counts[i].spikes += counts[i].last_spikes;
        counts[i].additions += counts[i].last_additions;
        counts[i].saturated += counts[i].last_saturated;
        in = s->gives_bits ? (shown){(const uint64_t *)(state + s->bits), 0, 0}
                           : (shown){0, state + s->out, (int)counts[i].narrow};
    }
    note(network, state, in);
}

void rnv_integer_show_spikes(const rnv_integer_network_t *network, uint8_t *state,
                             const uint64_t *words, size_t stride, size_t steps, int heard,
                             uint8_t *scratch) {
    if (!scratch || stride == 0 || heard || steps < 4) {
        for (size_t t = 0; t < steps; t++) {
            show(network, state, (shown){words + t * stride, 0, 0}, 0, t > 0 && stride == 0, heard);
        }
        return;
    }
    for (size_t t = 0; t < steps; t += RNV_INTEGER_CHUNK) {
        const size_t chunk = steps - t < RNV_INTEGER_CHUNK ? steps - t : RNV_INTEGER_CHUNK;
        const uint64_t *seen = words + t * stride;
        size_t seen_stride = stride;
        const size_t first =
            rnv_integer_run_chunk(network, state, scratch, &seen, &seen_stride, chunk);
        for (size_t k = 0; k < chunk; k++) {
            show(network, state, (shown){seen + k * seen_stride, 0, 0}, first, 0, 0);
        }
    }
}

void rnv_integer_show_values(const rnv_integer_network_t *network, uint8_t *state,
                             const int32_t *values, size_t stride, size_t steps, int heard) {
    for (size_t t = 0; t < steps; t++) {
        show(network, state, (shown){0, values + t * stride, 0}, 0, t > 0 && stride == 0, heard);
    }
}

void rnv_integer_begin(const rnv_integer_network_t *network, uint8_t *state) {
    memset(state, 0, network->state_bytes);
    for (size_t i = 0; i < network->count; i++) {
        const rnv_integer_stage_t *s = network->stages + i;
        if (s->kind != RNV_INTEGER_NEURONS || !s->initial) continue;
        for (size_t k = 0; k < s->padded; k++) {
            if (s->narrow) {
                ((int16_t *)(state + s->membranes))[k] = (int16_t)s->initial[k];
            } else {
                ((int32_t *)(state + s->membranes))[k] = s->initial[k];
            }
        }
    }
    int32_t *scores = (int32_t *)(state + network->scores);
    for (size_t o = 0; o < network->stages[network->count - 1].outputs; o++) {
        switch (network->decoder) {
        case RNV_INTEGER_SCORE_SUM: scores[o] = network->offsets ? network->offsets[o] : 0; break;
        case RNV_INTEGER_SCORE_MAXIMUM: scores[o] = INT32_MIN; break;
        case RNV_INTEGER_SCORE_FIRST: scores[o] = -network->steps; break;
        default: break;
        }
    }
}
