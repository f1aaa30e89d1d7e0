// Scratch memory: what one layer keeps in one trial, and where it lies; included by exact_theta_precision.h, once for each precision.

/// Scratch memory of one layer in one trial.
typedef struct {
    size_t neurons, stride;
    // Inputs: E events, their times (entry E is T), weight rows, and which spike of the previous layer;
    // cos, sin/r and r sin of the angle from the event before.
    size_t events;
    REAL *time, *cosine, *sine_q, *sine_p;
    const REAL **row;
    int32_t *row_index, *origin;
    // [stride/16][q of 16, p of 16]: states at T.
    REAL *end;
    // [E / CHECKPOINT + 1] of the same: states after every CHECKPOINT-th interval; turning back from one to
    // the one before loses little, however strongly the pulses of a long trial contract.
    REAL *checkpoints;
    // [E / RENORM + 1][stride]: squared factors by which states were scaled to keep them near 1.
    REAL *factors;
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
    // [slot][vectors][q, p' of 16]: before the pulse at the start of an interval, and after it.
    REAL *states;
    // [E + 1][vectors]: jumps of tau mu in an interval; zero but in `reverse`.
    REAL *jumps;
    // A slot for each interval with spikes: who fires, and which interval it is.
    uint64_t *fired;
    int32_t *intervals;
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
        // A vector of zeros before the first event.
        const size_t zeros = RNV_EXACT_LANES * real;
        char *times = NAME(take)(base, &used, capacity * real + zeros);
        if (base != NULL) {
            memset(times, 0, zeros);
            layer.time = (REAL *)(void *)(times + zeros);
        }
        layer.cosine = NAME(take)(base, &used, capacity * real);
        layer.sine_q = NAME(take)(base, &used, capacity * real);
        layer.sine_p = NAME(take)(base, &used, capacity * real);
        layer.row = NAME(take)(base, &used, capacity * sizeof(REAL *));
        layer.row_index = NAME(take)(base, &used, capacity * sizeof(int32_t));
        layer.origin = NAME(take)(base, &used, capacity * sizeof(int32_t));
        layer.end = NAME(take)(base, &used, 2 * stride * real);
        layer.checkpoints =
            NAME(take)(base, &used, (capacity / CHECKPOINT + 1) * 2 * stride * real);
        layer.factors =
            NAME(take)(base, &used, (capacity / RNV_EXACT_RENORM + 1) * stride * real);
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
    s.states = NAME(take)(base, &used, capacity * TILE * 2 * vector);
    s.jumps = NAME(take)(base, &used, capacity * TILE * vector);
    if (base != NULL) memset(s.jumps, 0, capacity * TILE * vector);
    s.fired = NAME(take)(base, &used, capacity * sizeof(uint64_t));
    s.intervals = NAME(take)(base, &used, capacity * sizeof(int32_t));
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
