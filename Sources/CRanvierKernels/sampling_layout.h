// Memory of a run of sampling neurons: replicas side by side, and the spikes of a block of steps with the traces that they meet.
#ifndef RNV_SAMPLING_LAYOUT_H
#define RNV_SAMPLING_LAYOUT_H

#include "rnv_sampling.h"
#include "sampling_random.h"

enum {
    sampling_horizon = 128,     // steps of the wheel of candidates
    sampling_real = 128,        // marks a candidate that is none of the horizon
    sampling_block = 32,        // steps between two passes over the sums
    sampling_most_populations = 64,
    sampling_powers = 256
};

/// A spike that will leave a window.
typedef struct {
    int32_t step;
    uint32_t neuron;
} sampling_entry;

/// Neurons of a population in one replica.
typedef struct {
    int16_t *u, *bound;      // [stride]
    float *limit;            // [n] probability at the bound
    uint8_t *slot;           // [n] where the candidate of a neuron lies in the wheel
    uint64_t *wheel;         // [horizon][words]
    uint32_t *above;         // [stride / 32] neurons whose potential is above the bound
    uint64_t *free;          // [words] neurons that may fire
    int is_dense;            // whether every neuron is asked at every step
    uint32_t fired;          // spikes since it was last decided
    int32_t *off_head;       // [longest + 2]
    int32_t *off_next;       // [n]
    uint16_t *on, *off;      // [delays + 2][n], [delays + 1][n]
    uint32_t *on_count, *off_count;
    float *trace;            // [trace stride]
    int32_t *last;           // [trace stride]
    uint8_t *inside;         // [n] spikes in the window
    sampling_entry *queue;
    size_t queue_first, queue_count;
    int32_t trace_step;
} sampling_population;

typedef struct {
    sampling_population *populations;
    sampling_random random;
    uint32_t state;
} sampling_replica;

/// A spike of a block and the row of traces that it meets.
typedef struct {
    uint16_t neuron, row;
} sampling_event;

typedef struct {
    sampling_replica *replicas;
    size_t replica_count;
    float **history;         // of each population [parts][replicas * block][part]
    sampling_event **events; // of each population
    size_t *event_count;
    uint32_t *starts;        // [most neurons + 1]
    uint16_t *sorted;        // as many as the events of a population
    const int16_t **plus, **minus;  // rows of weights of one step
    uint16_t *list;
    float powers[sampling_powers + 1];
} sampling_group;

RNV_INLINE size_t sampling_words(size_t n) { return (n + 63) / 64; }
RNV_INLINE size_t sampling_stride(size_t n) { return (n + 31) / 32 * 32; }
/// Traces of a row, and how many of them lie together: rows are cut into parts, and the same part of all rows lies together.
RNV_INLINE size_t sampling_part(size_t n) { return n > 48 ? 64 : (n + 15) / 16 * 16; }
RNV_INLINE size_t sampling_trace_stride(size_t n) {
    return (n + sampling_part(n) - 1) / sampling_part(n) * sampling_part(n);
}
RNV_INLINE size_t sampling_queue(const rnv_sampling_network_t *n, size_t size) {
    return size * (n->window / (n->shortest + 1) + 2);
}
RNV_INLINE size_t sampling_events(const rnv_sampling_network_t *n, size_t size, size_t replicas) {
    return replicas * size * (sampling_block / (n->shortest + 1) + 1);
}

/// Places things one after the other, each on a cache line; with base 0 it only counts.
typedef struct {
    char *base;
    size_t used;
} sampling_arena;

RNV_INLINE void *sampling_take(sampling_arena *a, size_t bytes) {
    char *p = a->base ? a->base + a->used : 0;
    a->used += (bytes + 63) / 64 * 64;
    return p;
}

/// Lays a group out; with an arena without memory it only counts bytes.
static size_t sampling_lay(sampling_group *g, const rnv_sampling_network_t *n, size_t replicas,
                           sampling_arena arena) {
    sampling_arena *a = &arena;
    size_t most = 1, rows = 1, most_events = 1;
    g->replica_count = replicas;
    g->replicas = sampling_take(a, replicas * sizeof(sampling_replica));
    g->history = sampling_take(a, n->populations * sizeof(float *));
    g->events = sampling_take(a, n->populations * sizeof(sampling_event *));
    g->event_count = sampling_take(a, n->populations * sizeof(size_t));
    for (size_t q = 0; q < n->populations; q++) {
        const size_t size = n->sizes[q], events = sampling_events(n, size, replicas);
        if (size > most) most = size;
        if (events > most_events) most_events = events;
        float *history = sampling_take(
            a, replicas * sampling_block * sampling_trace_stride(size) * sizeof(float));
        sampling_event *list = sampling_take(a, events * sizeof(sampling_event));
        if (a->base) {
            g->history[q] = history;
            g->events[q] = list;
        }
    }
    for (size_t q = 0; q < n->populations; q++) {
        size_t heard = 0;
        for (size_t b = 0; b < n->blocks; b++) {
            if (n->block[b].target == q) heard += n->sizes[n->block[b].source] * (n->delays + 1);
        }
        if (heard > rows) rows = heard;
    }
    g->starts = sampling_take(a, (most + 1) * sizeof(uint32_t));
    g->sorted = sampling_take(a, most_events * sizeof(uint16_t));
    g->plus = sampling_take(a, rows * sizeof(int16_t *));
    g->minus = sampling_take(a, rows * sizeof(int16_t *));
    g->list = sampling_take(a, 2 * most * sizeof(uint16_t));
    for (size_t r = 0; r < replicas; r++) {
        sampling_population *all = sampling_take(a, n->populations * sizeof(sampling_population));
        if (a->base) g->replicas[r].populations = all;
        for (size_t q = 0; q < n->populations; q++) {
            const size_t size = n->sizes[q], stride = sampling_stride(size);
            sampling_population p = {0};
            p.u = sampling_take(a, stride * sizeof(int16_t));
            p.bound = sampling_take(a, stride * sizeof(int16_t));
            p.limit = sampling_take(a, size * sizeof(float));
            p.slot = sampling_take(a, size);
            p.wheel = sampling_take(a, sampling_horizon * sampling_words(size) * sizeof(uint64_t));
            p.above = sampling_take(a, stride / 32 * sizeof(uint32_t));
            p.free = sampling_take(a, sampling_words(size) * sizeof(uint64_t));
            p.off_head = sampling_take(a, (n->longest + 2) * sizeof(int32_t));
            p.off_next = sampling_take(a, size * sizeof(int32_t));
            p.on = sampling_take(a, (n->delays + 2) * size * sizeof(uint16_t));
            p.off = sampling_take(a, (n->delays + 1) * size * sizeof(uint16_t));
            p.on_count = sampling_take(a, (n->delays + 2) * sizeof(uint32_t));
            p.off_count = sampling_take(a, (n->delays + 1) * sizeof(uint32_t));
            p.trace = sampling_take(a, sampling_trace_stride(size) * sizeof(float));
            p.last = sampling_take(a, sampling_trace_stride(size) * sizeof(int32_t));
            p.inside = sampling_take(a, size);
            p.queue = sampling_take(a, sampling_queue(n, size) * sizeof(sampling_entry));
            if (a->base) all[q] = p;
        }
    }
    return a->used;
}

#endif
