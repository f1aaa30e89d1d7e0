#include "integer_steps.h"

/// Spikes of a chunk of steps, step by step.
typedef struct {
    uint32_t *list;
    uint32_t starts[RNV_INTEGER_CHUNK + 1];
} listed_steps;

/// Dense synapses and plain neurons over the steps of a chunk, for `vectors` vectors of columns: membranes and what fired last
/// stay in registers.
RNV_INLINE void run_columns(const rnv_integer_stage_t *synapses, const rnv_integer_stage_t *neurons,
                            uint8_t *state, const listed_steps *shown, size_t steps,
                            uint8_t *fired, size_t stride, size_t column, const int leak,
                            const int is_delayed, const int vectors, rnv_integer_counts_t *counts) {
    rnv_integer_stage_t copy = *neurons;  // no store through a pointer changes it
    copy.leak = leak;
    const int8_t *codes = synapses->codes + column;
    const size_t padded = synapses->padded, group = 127 / (size_t)synapses->largest;
    const int16_t *bias = synapses->narrow_bias ? synapses->narrow_bias + column : 0;
    const int16_t *thresholds = copy.narrow_threshold + column;
    const int shift = synapses->shift, above = copy.above;
    const lanes_16 is_hard = (lanes_16)((int16_t)(copy.reset == RNV_INTEGER_HARD ? -1 : 0));
    int16_t *membranes = (int16_t *)(state + copy.membranes) + column;
    const uint8_t *before = state + copy.bits + column / 8;
    const uint32_t *list = shown->list;
    lanes_16 membrane[4], last[4];
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) {
        membrane[v] = load_16(membranes + 32 * v);
        last[v] = mask_16(bits_from(before, (size_t)(32 * v)));
    }
    int64_t spikes = 0, saturated = 0, last_spikes = 0, last_saturated = 0;
    for (size_t t = 0; t < steps; t++) {
        lanes_16 sum[4];
#pragma clang loop unroll(full)
        for (int v = 0; v < vectors; v++) sum[v] = (lanes_16)(0);
        add_rows(list + shown->starts[t], shown->starts[t + 1] - shown->starts[t], codes, padded,
                 group, vectors, sum);
        last_spikes = last_saturated = 0;
#pragma clang loop unroll(full)
        for (int v = 0; v < vectors; v++) {
            lanes_16 current = shifted_16(sum[v], shift);
            if (bias) current += load_16(bias + 32 * v);
            const lanes_16 threshold = load_16(thresholds + 32 * v);
            if (is_delayed) current -= threshold & last[v];
            const lanes_16 kept = kept_16(&copy, membrane[v]);
            const lanes_16 u = __builtin_elementwise_add_sat(kept, current);
            const lanes_16 all = (lanes_16)((lanes_u16)kept + (lanes_u16)current);
            const lanes_16 fires = (lanes_16)(above ? u > threshold : u >= threshold);
            // A hard reset takes u itself.
            const lanes_16 taken = (is_hard & u) | (~is_hard & threshold);
            membrane[v] = is_delayed ? u : u - (fires & taken);
            last[v] = fires;
            const uint32_t bits = bits_of_16(fires);
            memcpy(fired + t * stride + column / 8 + 4 * (size_t)v, &bits, sizeof bits);
            last_spikes += __builtin_popcount(bits);
            last_saturated += __builtin_popcount(bits_of_16((lanes_16)(u != all)));
        }
        spikes += last_spikes;
        saturated += last_saturated;
    }
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) store_16(membranes + 32 * v, membrane[v]);
    counts->spikes += spikes;
    counts->saturated += saturated;
    counts->last_spikes += last_spikes;
    counts->last_saturated += last_saturated;
}

RNV_INLINE void run_layer(const rnv_integer_stage_t *synapses, const rnv_integer_stage_t *neurons,
                          uint8_t *state, const listed_steps *shown, size_t steps, uint8_t *fired,
                          size_t stride, const int leak, const int is_delayed,
                          rnv_integer_counts_t *counts) {
    counts->last_spikes = counts->last_saturated = 0;
    for (size_t column = 0; column < synapses->padded;) {
        const size_t left = (synapses->padded - column) / 32;
        if (left >= 4) {
            run_columns(synapses, neurons, state, shown, steps, fired, stride, column, leak,
                        is_delayed, 4, counts);
            column += 128;
        } else if (left >= 2) {
            run_columns(synapses, neurons, state, shown, steps, fired, stride, column, leak,
                        is_delayed, 2, counts);
            column += 64;
        } else {
            run_columns(synapses, neurons, state, shown, steps, fired, stride, column, leak,
                        is_delayed, 1, counts);
            column += 32;
        }
    }
}

RNV_LEVELS
static void run_steps(const rnv_integer_stage_t *synapses, uint8_t *state,
                      const listed_steps *shown, size_t steps, uint8_t *fired, size_t stride,
                      rnv_integer_counts_t *counts) {
    const rnv_integer_stage_t *neurons = synapses + 1;
    const int is_delayed = neurons->reset == RNV_INTEGER_SOFT_DELAYED;
#define RUN(leak)                                                                        \
    if (is_delayed) {                                                                    \
        run_layer(synapses, neurons, state, shown, steps, fired, stride, leak, 1, counts); \
    } else {                                                                             \
        run_layer(synapses, neurons, state, shown, steps, fired, stride, leak, 0, counts); \
    }                                                                                    \
    break;
    switch (neurons->leak) {
    case RNV_INTEGER_LEAK_FLOOR: RUN(RNV_INTEGER_LEAK_FLOOR)
    case RNV_INTEGER_LEAK_ZERO: RUN(RNV_INTEGER_LEAK_ZERO)
    case RNV_INTEGER_LEAK_MULTIPLY: RUN(RNV_INTEGER_LEAK_MULTIPLY)
    default: RUN(RNV_INTEGER_LEAK_NONE)
    }
}

static size_t words_of(size_t places) { return (places + 63) / 64; }

size_t rnv_integer_chunk_bytes(const rnv_integer_network_t *network) {
    size_t listed = 0, words = 0;
    for (size_t i = 0; i < network->count; i++) {
        const rnv_integer_stage_t *s = network->stages + i;
        listed = s->inputs > listed ? s->inputs : listed;
        words = words_of(s->padded) > words ? words_of(s->padded) : words;
    }
    // Compression writes up to sixteen places past the last one.
    return RNV_INTEGER_CHUNK * (4 * listed + 2 * 8 * words) + 4 * 64 + 64;
}

size_t rnv_integer_run_chunk(const rnv_integer_network_t *network, uint8_t *state,
                             uint8_t *scratch, const uint64_t **words, size_t *stride,
                             size_t steps) {
    rnv_integer_counts_t *counts = (rnv_integer_counts_t *)state;
    size_t most = 0, listed = 0;
    for (size_t i = 0; i < network->count; i++) {
        const rnv_integer_stage_t *s = network->stages + i;
        listed = s->inputs > listed ? s->inputs : listed;
        most = words_of(s->padded) > most ? words_of(s->padded) : most;
    }
    uint64_t *spikes[2] = {(uint64_t *)scratch, (uint64_t *)scratch + RNV_INTEGER_CHUNK * most};
    listed_steps shown = {(uint32_t *)(spikes[1] + RNV_INTEGER_CHUNK * most), {0}};
    size_t stage = 0;
    for (; stage + 1 < network->count; stage += 2) {
        const rnv_integer_stage_t *s = network->stages + stage, *neurons = s + 1;
        if (s->kind != RNV_INTEGER_DENSE || !s->takes_bits || s->starts
            || neurons->kind != RNV_INTEGER_NEURONS || neurons->codes
            || !rnv_integer_is_plain(neurons)) {
            break;
        }
        rnv_integer_counts_t own = counts[stage];
        size_t found = 0;
        int fits = 1;
        for (size_t t = 0; t < steps && fits; t++) {
            own.last_additions = 0;
            const size_t now = rnv_integer_list(*words + t * *stride, s->inputs, s->fan_out,
                                                shown.list + found, &own.last_additions);
            own.additions += own.last_additions;
            found += now;
            shown.starts[t + 1] = (uint32_t)found;
            fits = now < s->narrow_spikes && now < s->planes_from;
        }
        if (!fits) break;
        own.narrow = 1;
        counts[stage] = own;
        uint64_t *to = spikes[stage / 2 % 2];
        // Columns are written by thirty-two: half of a last word may be nobody's.
        if (s->padded % 64 != 0) memset(to, 0, 8 * most * steps);
        run_steps(s, state, &shown, steps, (uint8_t *)to, 8 * most, counts + stage + 1);
        // What the last step spiked is what the next one and whoever asks finds.
        const uint64_t *last = to + (steps - 1) * most;
        memcpy(state + neurons->bits, last, 8 * words_of(neurons->outputs));
        *words = to;
        *stride = most;
    }
    return stage;
}
