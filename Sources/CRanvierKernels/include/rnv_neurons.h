#ifndef RNV_NEURONS_H
#define RNV_NEURONS_H

#include <stddef.h>
#include <stdint.h>

/// Surrogate derivatives of the spike, as functions of x = u - threshold. `a`, `b`, `c` of
/// rnv_surrogate_t are the parameters in the order given here.
enum {
    RNV_TRIANGULAR,             // width gamma
    RNV_RECTANGULAR,            // width w
    RNV_DSPIKE,                 // steepness b, region r
    RNV_ARCTANGENT,             // alpha
    RNV_FAST_SIGMOID,           // k
    RNV_SUPER_SPIKE,            // alpha
    RNV_SIGMOID,                // alpha
    RNV_GAUSSIAN,               // sigma
    RNV_MULTI_GAUSSIAN,         // sigma, h, s
    RNV_PIECEWISE_EXPONENTIAL,  // alpha
    RNV_SOFT_SIGN,              // alpha
    RNV_STRAIGHT_THROUGH
};

typedef struct {
    int kind;
    float a, b, c;
} rnv_surrogate_t;

/// out[i] = derivative at u[i] - threshold.
void rnv_surrogate(rnv_surrogate_t surrogate, float threshold, const float *u, float *out,
                   size_t n);

enum { RNV_RESET_HARD, RNV_RESET_SOFT, RNV_RESET_SOFT_DELAYED };

/// Leaky integrate-and-fire: u[t] = leak v[t-1] + input_scale I[t] + drift (- threshold s[t-1] with
/// the delayed reset); s[t] = u[t] > threshold, or >= with `tie_fires`; v[t] by the reset.
typedef struct {
    float leak, input_scale, drift, threshold, reset_potential;
    int reset, tie_fires;
} rnv_lif_t;

/// Steps whose membranes the backward pass repeats at once, and numbers that it needs for them.
enum { RNV_LIF_SEGMENT = 64, RNV_LIF_SCRATCH = 65536 };

/// A linear map of the input on its way into the neurons: scale[t * stride + c] I + shift[t * stride + c] for
/// channel c = column % channels, channels a multiple of 16. With a null `scale` the input stays as it is.
typedef struct {
    const float *scale, *shift;
    size_t channels, stride;
} rnv_channel_map_t;

/// Advances neurons `from <= i < to` (multiples of 64, `to` may be the end) over all steps.
///
/// `current` holds `columns` numbers per step at a distance of `current_stride` (0: the same at
/// every step). `initial` may be null (0). Writes spikes to rows of `words_per_row` words, the
/// membrane before the reset to `membrane` (steps x columns; may be null) and the state after the
/// last step to `final_state` (may be null). `checkpoints` (may be null) receives the state before steps
/// RNV_LIF_SEGMENT, 2 RNV_LIF_SEGMENT, ..., `columns` numbers each, from which the backward pass can repeat
/// the membranes.
void rnv_lif_forward(const rnv_lif_t *neuron, size_t steps, size_t columns, size_t from, size_t to,
                     const float *current, size_t current_stride, rnv_channel_map_t map,
                     const float *initial, uint64_t *words, size_t words_per_row, float *membrane,
                     float *checkpoints, float *final_state);

/// A gradient that is a product with few inner terms, worked out where it is used: at step t and
/// column c = b * features + f it is the sum over i < terms, in order, of
/// rows[(t * samples + b) * terms + i] * weights[i * stride + f], with samples = columns / features.
/// 15 numbers behind the last feature of each row of weights must be readable.
typedef struct {
    const float *rows, *weights;
    size_t terms, stride, features;
} rnv_thin_product_t;

/// Rows of a thin product, of steps or samples, that share a weight once it is loaded.
#define RNV_THIN_ROWS 4

/// out[k * stride + i] = the product at step t + k and column first + i, for k < steps and i < n; writes up to 15 numbers
/// more in each row.
void rnv_thin_product(const rnv_thin_product_t *product, size_t t, size_t steps, size_t columns,
                      size_t first, size_t n, float *out, size_t stride);

/// What the backward pass of one block of neurons needs and gives.
typedef struct {
    const float *upstream;      // steps x columns, dL/ds, or null
    size_t upstream_stride;     // columns, or 0 where the gradient is the same at every step
    rnv_thin_product_t thin_upstream;  // dL/ds where `rows` is not null
    const float *membrane_upstream;  // steps x columns, dL/du, or null
    size_t membrane_upstream_stride;
    const float *membrane;      // steps x columns, u, or null: repeated from `current` in `scratch`
    const float *checkpoints;   // of the forward pass, where membranes are repeated
    float *scratch;             // RNV_LIF_SCRATCH numbers, or null
    const uint64_t *words;      // spikes
    size_t words_per_row;
    const float *initial;       // v before the first step, or null
    const float *derivative;    // steps x columns, or null: computed from `surrogate`
    rnv_surrogate_t surrogate;
    const float *current;       // input; may be null where nothing below needs it
    size_t current_stride;      // columns, or 0 where it is the same at every step
    rnv_channel_map_t map;      // of the input; none where it scales with a learned leak
    int scales_input;           // the leak also scales the input: its gradient has a term for that
    float leak_target;          // what the leak pulls to: the reset potential, or 0
    int detach_reset;
    int local_in_time;          // nothing goes back to the step before
    int sum_over_time;          // current_gradient is one step: the input was constant
    float *current_gradient;    // steps x columns, or columns
    float *initial_gradient;    // columns, or null
    const float *state_gradient; // columns: gradient of the state after the last step, or null
    double *leak_gradient;      // one number, added to, or null
    double *threshold_gradient; // one number, added to, or null
} rnv_lif_backward_t;

void rnv_lif_backward(const rnv_lif_t *neuron, size_t steps, size_t columns, size_t from,
                      size_t to, const rnv_lif_backward_t *pass);

/// v[t] = leak v[t-1] + input_scale I[t]; writes v (steps x columns).
void rnv_integrator_forward(float leak, float input_scale, size_t steps, size_t columns,
                            size_t from, size_t to, const float *current, size_t current_stride,
                            const float *initial, float *membrane);

/// Adjoint of the integrator; with `leak_gradient` (may be null) also of the leak:
/// sum of g[t] v[t-1], less sum of g[t] I[t] where `scaled` says that input_scale = 1 - leak.
void rnv_integrator_backward(float leak, float input_scale, size_t steps, size_t columns,
                             size_t from, size_t to, const float *upstream,
                             size_t upstream_stride, const float *membrane, const float *initial,
                             const float *scaled_current, size_t current_stride,
                             int sum_over_time, float *current_gradient, float *initial_gradient,
                             double *leak_gradient);

#endif
