// One precision of the layered theta network; included by exact_theta.c with REAL, REAL_INT, NAME
// and the numbers below it defined.
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

/// Without its sign.
RNV_INLINE WIDE NAME(size)(WIDE a) { return __builtin_elementwise_abs(a); }

/// `a`, of the other sign where b is negative (or -0).
RNV_INLINE WIDE NAME(signed_by)(WIDE a, WIDE b) {
    const WIDE_INT sign = (WIDE_INT)b & (WIDE_INT)(-(WIDE)(REAL)0);
    return (WIDE)((WIDE_INT)a ^ sign);
}

/// a b + c with one rounding, written out so that all levels round alike.
RNV_INLINE WIDE NAME(fma)(WIDE a, WIDE b, WIDE c) { return __builtin_elementwise_fma(a, b, c); }

RNV_INLINE uint32_t NAME(bits)(WIDE_INT mask) {
    const lanes_bits bits = __builtin_convertvector(mask, lanes_bits);
    uint16_t out;
    memcpy(&out, &bits, sizeof out);
    return out;
}

/// Sums of the lanes of each of sixteen vectors, in one fixed order.
RNV_INLINE WIDE NAME(sum_each)(const REAL *vectors) {
    WIDE v[RNV_EXACT_LANES];
    for (int k = 0; k < RNV_EXACT_LANES; k++) v[k] = NAME(load)(vectors + k * RNV_EXACT_LANES);
    // Adds halves, quarters, ... of two vectors side by side until each lane is one sum.
    for (int k = 0; k < 8; k++) {
        v[k] = __builtin_shufflevector(
                   v[k], v[k + 8], 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23) +
            __builtin_shufflevector(
                   v[k], v[k + 8], 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31);
    }
    for (int k = 0; k < 4; k++) {
        v[k] = __builtin_shufflevector(
                   v[k], v[k + 4], 0, 1, 2, 3, 16, 17, 18, 19, 8, 9, 10, 11, 24, 25, 26, 27) +
            __builtin_shufflevector(
                   v[k], v[k + 4], 4, 5, 6, 7, 20, 21, 22, 23, 12, 13, 14, 15, 28, 29, 30, 31);
    }
    for (int k = 0; k < 2; k++) {
        v[k] = __builtin_shufflevector(
                   v[k], v[k + 2], 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29) +
            __builtin_shufflevector(
                   v[k], v[k + 2], 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31);
    }
    return __builtin_shufflevector(
               v[0], v[1], 0, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26, 12, 28, 14, 30) +
        __builtin_shufflevector(
            v[0], v[1], 1, 17, 3, 19, 5, 21, 7, 23, 9, 25, 11, 27, 13, 29, 15, 31);
}

/// sin and cos of angles in [0, pi]: Taylor series of the half angle, which keeps small sines exact.
RNV_INLINE void NAME(sine_cosine)(WIDE angle, WIDE *sine, WIDE *cosine) {
    const WIDE x = angle * (REAL)0.5, y = -(x * x);
    WIDE s = (WIDE)(REAL)inverse_factorials[2 * SERIES_TERMS + 1];
    WIDE c = (WIDE)(REAL)inverse_factorials[2 * SERIES_TERMS];
#pragma clang loop unroll(full)
    for (int k = SERIES_TERMS - 1; k >= 0; k--) {
        s = NAME(fma)(s, y, (WIDE)(REAL)inverse_factorials[2 * k + 1]);
        c = NAME(fma)(c, y, (WIDE)(REAL)inverse_factorials[2 * k]);
    }
    s = s * x;
    *sine = (s + s) * c;
    *cosine = (REAL)1 - (s + s) * s;
}

/// atan2(y, x) in [0, pi] for y >= 0: one division brings the ratio below tan(pi/8), then a polynomial.
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
    WIDE series = (WIDE)(REAL)ATAN[ATAN_TERMS - 1];
#pragma clang loop unroll(full)
    for (int k = ATAN_TERMS - 2; k >= 0; k--) {
        series = NAME(fma)(z2, series, (WIDE)(REAL)ATAN[k]);
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

#include "exact_theta_forward.h"
#include "exact_theta_backward.h"

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
    const rnv_exact_theta_shape *shape, const REAL *const *transposed, NAME(scratch) *group,
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
            NAME(static_backward)(shape, group, count, l, transposed[l], gradients[l]);
        }
    }
}

/// The events of a group in reverse, from the outputs to the first layer.
RNV_INLINE void NAME(backward_layers)(
    const rnv_exact_theta_shape *shape, const REAL *states, NAME(scratch) *group, size_t count,
    REAL *const *gradients, REAL *const *phase_gradients, REAL *input_gradients) {
    const REAL inverse_tau = (REAL)(1 / shape->time_constant);
    const NAME(shared) *shared = group[0].shared;
    for (size_t l = shape->layers; l-- > 0;) {
        const size_t stride = group[0].layers[l].stride;
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
                    vectors, shape, &group[g].layers[l], at, states, to, phase_gradients[l],
                    shared);
            }
            at += vectors * RNV_EXACT_LANES;
        }
        for (size_t g = 0; l > 0 && g < count; g++) {
            NAME(layer) *layer = &group[g].layers[l];
            for (size_t e = 0; e < layer->events; e += RNV_EXACT_LANES) {
                const WIDE by_time = NAME(sum_each)(layer->sums + e * RNV_EXACT_LANES);
                REAL each[RNV_EXACT_LANES];
                NAME(store)(each, by_time * inverse_tau);
                for (size_t k = e; k < layer->events && k < e + RNV_EXACT_LANES; k++) {
                    // An event without a pulse comes from no spike.
                    if (layer->origin[k] >= 0) {
                        layer[-1].spike_adjoint[layer->origin[k]] = each[k - e];
                    }
                }
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
    const rnv_exact_theta_shape *shape, const REAL *const *weights,
    const REAL *const *transposed, const REAL *const *phases, const uint8_t *pixels,
    const int32_t *labels, size_t first, size_t last, void *memory,
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
        NAME(static_layers)(shape, transposed, group, count, gradients);
        NAME(backward_layers)(
            shape, states_end, group, count, gradients, phase_gradients,
            input_gradients + b * (shape->bins + 1) * input_stride);
    }
    return 0;
}

#include "exact_theta_parameters.h"

#undef WIDE
#undef WIDE_INT
#undef REAL
#undef REAL_INT
#undef NAME
#undef SERIES_TERMS
#undef ATAN
#undef ATAN_TERMS
#undef TILE
#undef PRODUCT
#undef ROOT_GUESS
#undef ROOT_STEPS
