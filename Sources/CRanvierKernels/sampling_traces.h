// Traces of spikes, and sums of the traces that spikes meet.
#ifndef RNV_SAMPLING_TRACES_H
#define RNV_SAMPLING_TRACES_H

#include "sampling_layout.h"

RNV_INLINE float sampling_power(const sampling_group *g, int32_t steps) {
    float value = 1;
    for (; steps > sampling_powers; steps -= sampling_powers) {
        value *= g->powers[sampling_powers];
        if (value == 0) return 0;
    }
    return value * g->powers[steps];
}

/// Lets traces decay to step t; spikes of step t are not in them yet.
RNV_INLINE void sampling_bring(const rnv_sampling_network_t *n, const sampling_group *g,
                               sampling_population *p, size_t stride, int32_t t) {
    if (n->pairing == RNV_SAMPLING_TRIANGULAR || p->trace_step == t) return;
    const lanes decay = lanes_all(sampling_power(g, t - p->trace_step));
    for (size_t i = 0; i < stride; i += 16) {
        const lanes x = lanes_load(p->trace + i) * decay;
        // What is left of long silence is nothing, before numbers become too small for fast arithmetic.
        lanes_store(p->trace + i, lanes_select(x > 1e-20f, x, lanes_all(0)));
    }
    p->trace_step = t;
    if (n->pairing != RNV_SAMPLING_WINDOW) return;
    const int32_t oldest = t - (int32_t)n->window;
    while (p->queue_count > 0 && p->queue[p->queue_first].step <= oldest) {
        const sampling_entry e = p->queue[p->queue_first];
        p->queue_first++;
        p->queue_count--;
        // The last one leaves nothing, where a difference would leave what was rounded off.
        if (--p->inside[e.neuron] == 0) {
            p->trace[e.neuron] = 0;
        } else {
            p->trace[e.neuron] -= sampling_power(g, t - e.step);
        }
    }
}

/// Traces at step t, before its spikes, go to a row of the history, which has so many.
RNV_INLINE void sampling_copy(const rnv_sampling_network_t *n, const sampling_population *p,
                              size_t size, int32_t t, float *history, size_t row, size_t rows) {
    const size_t part = sampling_part(size), stride = sampling_trace_stride(size);
    const lanes slope = lanes_all((float)(1 / n->trace_time));
    for (size_t first = 0; first < stride; first += part) {
        float *out = history + first * rows + row * part;
        if (n->pairing != RNV_SAMPLING_TRIANGULAR) {
            for (size_t i = 0; i < part; i += 16) {
                lanes_store(out + i, lanes_load(p->trace + first + i));
            }
            continue;
        }
        for (size_t i = 0; i < part; i += 16) {
            lanes_int last;
            memcpy(&last, p->last + first + i, sizeof last);
            const lanes lag = __builtin_convertvector((lanes_int)(t) - last, lanes);
            lanes_store(out + i, lanes_max(1.0f - lag * slope, lanes_all(0)));
        }
    }
}

/// Adds the spikes of step t to traces that have been brought to it.
RNV_INLINE void sampling_add_spikes(const rnv_sampling_network_t *n, sampling_population *p,
                                    size_t size, const uint16_t *list, size_t count, int32_t t) {
    const size_t room = sampling_queue(n, size);
    for (size_t i = 0; i < count; i++) {
        const uint32_t k = list[i];
        switch (n->pairing) {
            case RNV_SAMPLING_TRIANGULAR: p->last[k] = t; break;
            case RNV_SAMPLING_NEAREST: p->trace[k] = 1; break;
            case RNV_SAMPLING_WINDOW:
                if (p->queue_first + p->queue_count == room) {
                    memmove(p->queue, p->queue + p->queue_first,
                            p->queue_count * sizeof(sampling_entry));
                    p->queue_first = 0;
                }
                p->queue[p->queue_first + p->queue_count++] = (sampling_entry){t, k};
                p->inside[k]++;
                p->trace[k] += 1;
                break;
            default: p->trace[k] += 1;
        }
    }
}

/// sums[i][:] += the rows that the spikes of i met, for a part of `count` vectors.
RNV_INLINE void sampling_sum_part(const sampling_group *g, size_t neurons, const float *history,
                                  float *sums, const size_t count) {
    for (size_t k = 0; k < neurons; k++) {
        const uint32_t from = g->starts[k], to = g->starts[k + 1];
        if (from == to) continue;
        float *out = sums + k * 16 * count;
        lanes sum[4];
#pragma clang loop unroll(full)
        for (size_t i = 0; i < count; i++) sum[i] = lanes_load(out + 16 * i);
        for (uint32_t e = from; e < to; e++) {
            const float *row = history + g->sorted[e] * 16 * count;
#pragma clang loop unroll(full)
            for (size_t i = 0; i < count; i++) sum[i] += lanes_load(row + 16 * i);
        }
#pragma clang loop unroll(full)
        for (size_t i = 0; i < count; i++) lanes_store(out + 16 * i, sum[i]);
    }
}

/// Sorts the spikes of a population in a block by neuron.
RNV_INLINE void sampling_sort(const sampling_group *g, size_t q, size_t neurons) {
    const sampling_event *events = g->events[q];
    const size_t count = g->event_count[q];
    uint32_t *starts = g->starts;
    memset(starts, 0, (neurons + 1) * sizeof *starts);
    for (size_t i = 0; i < count; i++) starts[events[i].neuron]++;
    uint32_t sum = 0;
    for (size_t k = 0; k < neurons; k++) {
        sum += starts[k];
        starts[k] = sum;
    }
    starts[neurons] = sum;
    // From behind, so that events of a neuron keep their order.
    for (size_t i = count; i > 0; i--) g->sorted[--starts[events[i - 1].neuron]] = events[i - 1].row;
}

/// Adds what the spikes of a block met to all sums.
RNV_INLINE void sampling_sum(const rnv_sampling_network_t *n, sampling_group *g,
                             const rnv_sampling_report_t *report) {
    for (size_t q = 0; q < n->populations; q++) {
        int is_sorted = 0;
        for (size_t c = 0; report->sums && c < n->correlators; c++) {
            if (n->correlator[c].spiking != q || g->event_count[q] == 0) continue;
            if (!is_sorted) sampling_sort(g, q, n->sizes[q]);
            is_sorted = 1;
            const size_t traced = n->correlator[c].traced;
            const size_t part = sampling_part(n->sizes[traced]);
            const size_t stride = sampling_trace_stride(n->sizes[traced]);
            const size_t rows = g->replica_count * sampling_block;
            for (size_t first = 0; first < stride; first += part) {
                const float *history = g->history[traced] + first * rows;
                float *sums = report->sums[c] + first * n->sizes[q];
                switch (part) {
                    case 16: sampling_sum_part(g, n->sizes[q], history, sums, 1); break;
                    case 32: sampling_sum_part(g, n->sizes[q], history, sums, 2); break;
                    case 48: sampling_sum_part(g, n->sizes[q], history, sums, 3); break;
                    default: sampling_sum_part(g, n->sizes[q], history, sums, 4);
                }
            }
        }
        g->event_count[q] = 0;
    }
}

#endif
