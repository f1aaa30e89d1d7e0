#ifndef RNV_ONLINE_H
#define RNV_ONLINE_H

#include "rnv_neurons.h"

#include <stddef.h>
#include <stdint.h>

/// Neurons whose errors go back through their own past and no other neuron's.
///
///     u[t] = leak v[t-1] + input_scale I[t]     s[t] = u[t] >= threshold + b a[t-1]     a[t] = rho a[t-1] + s[t]
///     e[t] = kappa e[t-1] + s[t]                 what a read-out still hears of them
typedef struct {
    float leak, input_scale, filter, adaptation_leak, adaptation_strength, threshold;
} rnv_own_past_t;

/// What the way back needs and gives; a row holds `columns` numbers of one step.
typedef struct {
    const float *margin;        // u, less what the threshold has risen by
    const float *derivative;    // of a spike, or null: computed from `surrogate`
    rnv_surrogate_t surrogate;
    const float *upstream;      // gradient of s at the same step, or null
    float *current_gradient;    // of I, or null
    float *local_gradient;      // of I by the upstream of the same step alone, or null
    // Gradient of the state after the last step on entry, before the first on return.
    float *filtered, *membrane, *adaptation;
} rnv_own_past_pass_t;

/// Goes back over all steps for the columns `from <= i < to`:
///
///     G = filtered + upstream     m = slope (G + adaptation)     g = membrane + m     dL/dI = input_scale g
///     filtered <- kappa G     membrane <- leak g     adaptation <- rho adaptation - b m
void rnv_own_past_backward(const rnv_own_past_t *neuron, size_t steps, size_t columns, size_t from,
                           size_t to, const rnv_own_past_pass_t *pass);

/// A sequence with `columns` numbers per step: bits, or where `words` is null numbers, `stride` apart (0: always the same).
typedef struct {
    const uint64_t *words;
    size_t words_per_row;
    const float *numbers;
    size_t stride;
} rnv_sequence_t;

/// trace <- leak trace + x[t] over all steps, for the columns `from <= i < to`, `from` a multiple of 64.
void rnv_trace_advance(float leak, size_t steps, rnv_sequence_t x, size_t from, size_t to,
                       float *trace);

/// The same with all values on the way: earlier[t] = leak trace, what is left of the steps before t; then trace <- earlier[t] +
/// x[t], or with `last_alone` x[t] where that is not 0.
void rnv_trace_sequence(float leak, int last_alone, size_t steps, size_t columns, rnv_sequence_t x,
                        size_t from, size_t to, float *trace, float *earlier);

/// What samples keep for each of their synapses, samples x inputs x outputs, and how it goes on over some steps.
typedef struct {
    float *kept;                // e
    int is_fresh;               // e is 0 whatever is stored
    const float *gradient_of;   // samples x outputs, dL/de, or null: nothing is added to `gradient`
    float *gradient;            // inputs x outputs: += the sum over samples of dL/de e
    int goes_on;                // whether e is advanced
    float decay;                // e <- decay e or, where `decays` is not null, decays[sample, output] e
    const float *decays;
    const float *other;         // + other other_factor[sample, output], of the shape of e, or null
    const float *other_factor;
    const float *trace;         // + trace[sample, input] trace_factor[sample, output]
    const float *trace_factor;
    rnv_sequence_t x;           // + the sum over t of x[t][sample, input] x_factor[t][sample, output]
    const float *x_factor;
} rnv_eligibility_t;

/// For the inputs `from <= i < to` of all samples.
void rnv_eligibility_advance(const rnv_eligibility_t *e, size_t steps, size_t samples,
                             size_t inputs, size_t outputs, size_t from, size_t to);

#endif
