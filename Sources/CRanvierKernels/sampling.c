#include "rnv_sampling.h"

#include <math.h>

#include "sampling_neurons.h"
#include "sampling_traces.h"

size_t rnv_sampling_stride(size_t neurons) { return sampling_stride(neurons); }

size_t rnv_sampling_trace_stride(size_t neurons) { return sampling_trace_stride(neurons); }

void rnv_sampling_collect(const float *sums, size_t neurons, size_t traced, double *out) {
    const size_t part = sampling_part(traced);
    for (size_t i = 0; i < neurons; i++) {
        for (size_t j = 0; j < traced; j++) {
            const size_t first = j / part * part;
            out[i * traced + j] += (double)sums[first * neurons + i * part + j - first];
        }
    }
}

size_t rnv_sampling_scratch(const rnv_sampling_network_t *network, size_t replicas) {
    sampling_group group;
    const sampling_arena nothing = {0, 0};
    return sampling_lay(&group, network, replicas, nothing) + 64;
}

/// e^-x for x in (0, 1] by its series, so that its bits do not depend on the processor's library.
static double decay_of(double x) {
    double term = 1, sum = 1;
    for (int i = 1; i < 30; i++) {
        term *= -x / i;
        sum += term;
    }
    return sum;
}

static void begin(const rnv_sampling_network_t *n, sampling_group *g, uint64_t seed,
                  const uint64_t *streams) {
    for (size_t q = 0; q < n->populations; q++) g->event_count[q] = 0;
    // Trace times below one step are cut into parts whose series ends.
    const size_t parts = n->trace_time < 1 ? (size_t)(1 / n->trace_time) + 1 : 1;
    double decay = 1, part = decay_of(1 / (n->trace_time * (double)parts));
    for (size_t i = 0; i < parts; i++) decay *= part;
    double power = 1;
    for (size_t i = 0; i <= sampling_powers; i++) {
        g->powers[i] = power < 1e-30 ? 0 : (float)power;
        power *= decay;
    }
    for (size_t r = 0; r < g->replica_count; r++) {
        sampling_random_begin(&g->replicas[r].random, seed, streams[r]);
        g->replicas[r].state = 0;
        for (size_t q = 0; q < n->populations; q++) {
            sampling_population *p = g->replicas[r].populations + q;
            const size_t size = n->sizes[q], stride = sampling_stride(size);
            memset(p->u, 0, stride * sizeof *p->u);
            memcpy(p->u, n->biases[q], size * sizeof *p->u);
            // Neurons that are not there are never above their bound, as those that may not fire.
            for (size_t i = 0; i < stride; i++) p->bound[i] = 32767;
            memset(p->wheel, 0, sampling_horizon * sampling_words(size) * sizeof *p->wheel);
            memset(p->free, 0, sampling_words(size) * sizeof *p->free);
            for (size_t k = 0; k < size; k++) p->free[k / 64] |= (uint64_t)1 << (k & 63);
            p->is_dense = 1;
            p->fired = 0;
            memset(p->above, 0, stride / 32 * sizeof *p->above);
            for (size_t i = 0; i < n->longest + 2; i++) p->off_head[i] = -1;
            memset(p->on_count, 0, (n->delays + 2) * sizeof *p->on_count);
            memset(p->off_count, 0, (n->delays + 1) * sizeof *p->off_count);
            memset(p->trace, 0, sampling_trace_stride(size) * sizeof *p->trace);
            for (size_t i = 0; i < sampling_trace_stride(size); i++) p->last[i] = -(1 << 30);
            memset(p->inside, 0, size);
            p->queue_first = p->queue_count = 0;
            p->trace_step = 0;
        }
    }
}

/// Counts what is reported of step t and puts the spikes into the events of a block.
RNV_INLINE void note(const rnv_sampling_network_t *n, sampling_group *g, size_t replica, uint32_t t,
                     uint32_t row, size_t first_replica, uint32_t warmup,
                     rnv_sampling_report_t *report) {
    sampling_replica *r = g->replicas + replica;
    const size_t on = t % (n->delays + 2);
    uint64_t needed = 0;
    for (size_t c = 0; report->sums && c < n->correlators; c++) {
        if (r->populations[n->correlator[c].spiking].on_count[on] > 0) {
            needed |= (uint64_t)1 << n->correlator[c].traced;
        }
    }
    size_t before = 0;
    for (size_t q = 0; q < n->populations; q++) {
        sampling_population *p = r->populations + q;
        const size_t size = n->sizes[q], stride = sampling_trace_stride(size);
        const uint16_t *list = p->on + on * size;
        const size_t count = p->on_count[on];
        if (needed >> q & 1) {
            sampling_bring(n, g, p, stride, (int32_t)t);
            sampling_copy(n, p, size, (int32_t)t, g->history[q], row,
                          g->replica_count * sampling_block);
        }
        if (report->sums && count > 0) {
            sampling_bring(n, g, p, stride, (int32_t)t);
            sampling_add_spikes(n, p, size, list, count, (int32_t)t);
            sampling_event *events = g->events[q] + g->event_count[q];
            for (size_t i = 0; i < count; i++) {
                events[i] = (sampling_event){list[i], (uint16_t)row};
            }
            g->event_count[q] += count;
        }
        for (size_t i = 0; report->counts && i < count; i++) report->counts[before + list[i]]++;
        for (size_t i = 0; report->spikes && i < count; i++) {
            if (report->spike_count < report->spike_capacity) {
                report->spikes[report->spike_count] = (rnv_sampling_spike_t){
                    (uint32_t)(first_replica + replica), t - warmup, (uint32_t)before + list[i]};
            }
            report->spike_count++;
        }
        if (q == 0 && report->coincidences) {
            for (size_t i = 0; i < count; i++) {
                for (size_t j = 0; j < count; j++) {
                    if (i != j) report->coincidences[list[i] * size + list[j]]++;
                }
            }
        }
        before += size;
    }
    if (report->states) report->states[r->state]++;
}

/// The state of the first population at step t, a bit for each neuron.
RNV_INLINE void follow(const rnv_sampling_network_t *n, sampling_replica *r, uint32_t t) {
    const sampling_population *p = r->populations;
    const size_t size = n->sizes[0], on = (t + n->delays + 1) % (n->delays + 2);
    for (size_t i = 0; t > 0 && i < p->on_count[on]; i++) {
        r->state |= (uint32_t)1 << (size - 1 - p->on[on * size + i]);
    }
    const size_t off = t % (n->delays + 1);
    for (size_t i = 0; i < p->off_count[off]; i++) {
        r->state &= ~((uint32_t)1 << (size - 1 - p->off[off * size + i]));
    }
}

RNV_LEVELS
void rnv_sampling_run(const rnv_sampling_network_t *network, uint64_t seed, const uint64_t *streams,
                      size_t replicas, size_t first_replica, size_t warmup, size_t steps,
                      void *scratch, rnv_sampling_report_t *report) {
    sampling_group group;
    const sampling_arena arena = {scratch, 0};
    sampling_lay(&group, network, replicas, arena);
    begin(network, &group, seed, streams);
    const size_t all = warmup + steps;
    for (size_t first = 0; first < all; first += sampling_block) {
        const size_t last = first + sampling_block < all ? first + sampling_block : all;
        for (size_t r = 0; r < replicas; r++) {
            sampling_replica *replica = group.replicas + r;
            for (size_t q = 0; first > 0 && q < network->populations; q++) {
                sampling_decide(network, q, replica->populations + q, &replica->random, group.list,
                                (uint32_t)first);
            }
            for (size_t t = first; t < last; t++) {
                for (size_t q = 0; q < network->populations; q++) {
                    sampling_end_periods(network, replica->populations + q, q, (uint32_t)t);
                }
                if (report->states) follow(network, replica, (uint32_t)t);
                for (size_t q = 0; q < network->populations; q++) {
                    sampling_step(network, &group, replica, q, (uint32_t)t);
                }
                if (t < warmup) continue;
                note(network, &group, r, (uint32_t)t, (uint32_t)(r * sampling_block + t - first),
                     first_replica, (uint32_t)warmup, report);
            }
        }
        sampling_sum(network, &group, report);
    }
}
