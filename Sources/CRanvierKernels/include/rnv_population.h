#ifndef RNV_POPULATION_H
#define RNV_POPULATION_H

#include "rnv_neurons.h"

#include <stddef.h>
#include <stdint.h>

/// What is kept of a membrane after leak and reset: all of it, or levels. With a step d and a limit Q they are
/// d clip(round(x / d), -Q, Q), rounded to the nearest (half to even), up or towards zero; or they are listed.
enum {
    RNV_MEMBRANE_EXACT,
    RNV_MEMBRANE_NEAREST,
    RNV_MEMBRANE_UP,
    RNV_MEMBRANE_TOWARDS_ZERO,
    RNV_MEMBRANE_LISTED
};

/// Integrate-and-fire neurons with any of: a current of its own, an adaptive threshold, a refractory
/// period, a connection of each neuron to itself, a leak and a threshold per channel, a membrane of few levels.
///
///     i[t] = alpha i[t-1] + I[t] + w s[t-1]
///     u[t] = K(beta v[t-1] + (1 - beta) target) + i[t]   (or (1 - beta) i[t]; less threshold s[t-1], delayed)
///     s[t] = u[t] >= threshold + b a[t-1]     v[t] by the reset
///     a[t] = rho a[t-1] + s[t]
///
/// For `refractory` steps after a spike the membrane is held and no spike comes.
typedef struct {
    size_t channels;        // column i has channel i % channels
    const float *leak;      // beta: one number, or one per channel
    int leak_per_channel;
    const float *coupling;  // w: null (none), one number, or one per channel
    int coupling_per_channel;
    int scales_input;
    int has_synapse;
    float synaptic_leak;    // alpha
    int adapts;
    float adaptation_leak, adaptation_strength;  // rho, b
    float refractory;
    const float *threshold;  // one number, or one per channel
    int threshold_per_channel;
    float reset_potential;
    int reset, tie_fires;
    float leak_target;       // what the leak pulls to
    int membrane_rule;       // K
    float membrane_step, membrane_limit;  // d, Q
    const float *levels;     // ascending
    size_t level_count;
} rnv_population_t;

/// State of the neurons, `columns` numbers each; the last three may be null where not used.
typedef struct {
    float *membrane, *last, *synapse, *adaptation, *waiting;
} rnv_population_state_t;

/// What a forward pass leaves for the backward pass, one row per step; all but the spikes may be null.
typedef struct {
    uint64_t *words;       // spikes
    uint64_t *free_words;  // neurons that were not refractory
    size_t words_per_row;
    float *membrane;       // u[t]
    float *synapse;        // i[t]
    float *adaptation;     // a[t-1]
} rnv_population_record_t;

/// Advances neurons `from <= i < to` (`from` a multiple of 64) over steps `begin <= t < end` and updates
/// the state. Rows of step t lie at t times their stride.
void rnv_population_forward(const rnv_population_t *p, size_t begin, size_t end, size_t columns,
                            size_t from, size_t to, const float *current, size_t current_stride,
                            const rnv_population_state_t *state,
                            const rnv_population_record_t *record);

/// What the backward pass needs and gives.
typedef struct {
    rnv_population_record_t record;
    rnv_population_state_t initial;  // state before the first step; members may be null (zeros)
    const float *upstream;           // steps x columns, dL/ds, or null
    size_t upstream_stride;
    const float *membrane_upstream;  // steps x columns, dL/du, or null
    size_t membrane_upstream_stride;
    const float *derivative;         // steps x columns, or null: computed from `surrogate`
    rnv_surrogate_t surrogate;
    int detach_reset;
    int local_in_time;               // nothing goes back to the step before
    int sum_over_time;               // current_gradient is one step
    float *current_gradient;         // steps x columns, or columns
    // Gradient of the state: after the last step on entry, before the first on return.
    rnv_population_state_t carry;
    // Sums over time per column, added to; each may be null.
    float *leak_sums, *threshold_sums, *coupling_sums, *synaptic_leak_sums, *adaptation_leak_sums,
        *adaptation_strength_sums, *membrane_step_sums;
} rnv_population_backward_t;

/// Steps end - 1 down to begin.
void rnv_population_backward(const rnv_population_t *p, size_t begin, size_t end, size_t columns,
                             size_t from, size_t to, const rnv_population_backward_t *pass);

#endif
