// One precision of the layered theta network; included by exact_theta.c with REAL, REAL_INT, NAME
// and the numbers below it defined.
//
// A neuron is the pair (q, p) = (sin(a)/r, cos(a)) up to a common factor, a = r phi / tau:
//     between events   q' = q cos d + p sin(d)/r,   p' = p cos d - q r sin d,   the same for all
//     a pulse          p' = p - w q
//     a spike          q changes sign; (-q, -p) is the same state, so nobody is reset
// With n = (r q)^2 + p^2 a pulse has H_phi = n/n' and H_w = tau q^2/n', so mu = (dL/dphi)/n is constant
// between spikes of the neuron itself: the backward pass is dL/dw += tau mu q^2 and
// dL/dt += mu (n - n') = mu k (2p - k), k = w q.

#include "exact_theta_lanes.h"
#include "exact_theta_layout.h"

#include "exact_theta_events.h"
#include "exact_theta_forward.h"
#include "exact_theta_static.h"
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
    uint32_t *counts = report->neuron_spikes;
    for (size_t l = 0; l < shape->layers; l++) {
        const NAME(layer) *layer = &scratch->layers[l];
        if (report->spikes) report->spikes[sample * shape->layers + l] = (uint32_t)layer->spikes;
        if (report->early_spikes) {
            uint32_t early = 0;
            for (size_t k = 0; k < layer->spikes; k++) early += layer->spike_time[k] < decision;
            report->early_spikes[sample * shape->layers + l] = early;
        }
        if (counts) {
            for (size_t k = 0; k < layer->spikes; k++) counts[layer->spike_neuron[k]]++;
            counts += layer->neurons;
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
