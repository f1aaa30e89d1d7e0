#ifndef RNV_EXACT_THETA_H
#define RNV_EXACT_THETA_H

#include <stddef.h>
#include <stdint.h>

// Layered networks of theta neurons, event by event with exact gradients, all neurons of a layer side
// by side in vector lanes. Rows of weights are padded to a multiple of RNV_EXACT_LANES neurons.

#define RNV_EXACT_LANES 16

/// What one run of a layered theta network is made of; the same for both precisions.
typedef struct {
    /// Number of weight matrices, and the sizes of the inputs and of each layer (layers + 1 numbers).
    size_t layers;
    const size_t *sizes;
    /// Number of input time bins and the spike time of each; a pixel of value >= bins is silent.
    size_t bins;
    const double *bin_times;
    /// tau, r = sqrt(I0 - 1/4), end of the trial T.
    double time_constant, rate, trial;
    /// Loss: weight gamma of the earliness term, divisor of times in the softmax.
    double earliness, temperature;
    /// Most events of one layer in one trial.
    size_t capacity;
    /// 1: spikes after the trial count with their formal times; 0: they count as T.
    int pseudospikes;
} rnv_exact_theta_shape;

/// What a run reports for each sample; any pointer may be NULL.
typedef struct {
    /// [B] losses.
    double *losses;
    /// [B][classes] first spike times of the outputs, ordinary or pseudo.
    double *times;
    /// [B][layers] spikes of each layer in the trial, and those before the first output spike.
    uint32_t *spikes, *early_spikes;
    /// [neurons of all layers] spikes of each neuron in the trials of this call are added.
    uint32_t *neuron_spikes;
} rnv_exact_theta_report;

/// Neurons of a layer rounded up to whole lanes.
size_t rnv_exact_theta_stride(size_t neurons);

/// Bytes of scratch memory that a run needs, for one thread.
size_t rnv_exact_theta_scratch_f32(const rnv_exact_theta_shape *shape);
size_t rnv_exact_theta_scratch_f64(const rnv_exact_theta_shape *shape);

/// Runs samples first ..< last of a batch; 0, or 1 where a layer had more events than `capacity`.
///
/// weights[l]: [sizes[l] + 1][stride of layer l], row j the weights from neuron j, the last row zero.
/// transposed[l] for l >= 1: [sizes[l + 1]][stride of layer l - 1], see `rnv_exact_theta_transpose`; only
/// the backward pass reads them.
/// phases[l]: [stride] initial phases in [0, period].
/// pixels: [B][sizes[0]] bins, labels: [B] (NULL: no loss).
/// Backward pass where `gradients` is not NULL: gradients[l] for l >= 1 and phase_gradients[l] are
/// added to (same layouts); input_gradients[B][bins + 1][stride of layer 0] is set to the derivative of each
/// sample's loss by the summed weights of the pixels of a bin, which
/// `rnv_exact_theta_input_gradient` turns into the gradient of the first weights.
int rnv_exact_theta_run_f32(
    const rnv_exact_theta_shape *shape, const float *const *weights,
    const float *const *transposed, const float *const *phases, const uint8_t *pixels,
    const int32_t *labels, size_t first, size_t last, void *scratch,
    const rnv_exact_theta_report *report, float *const *gradients, float *const *phase_gradients,
    float *input_gradients);
int rnv_exact_theta_run_f64(
    const rnv_exact_theta_shape *shape, const double *const *weights,
    const double *const *transposed, const double *const *phases, const uint8_t *pixels,
    const int32_t *labels, size_t first, size_t last, void *scratch,
    const rnv_exact_theta_report *report, double *const *gradients,
    double *const *phase_gradients, double *input_gradients);

/// Marks which samples switch a pixel on: bit s of masks[(pixel * bins + bin) * words] onwards, where
/// words = (samples + 63) / 64.
void rnv_exact_theta_masks(
    const uint8_t *pixels, size_t samples, size_t inputs, size_t bins, uint64_t *masks);

/// gradient[pixel][:] = sum over samples and bins that have the pixel on of input_gradients, for pixels
/// first ..< last, in one fixed order: 64 samples after 64, in them bin after bin.
void rnv_exact_theta_input_gradient_f32(
    const uint64_t *masks, size_t samples, size_t bins, size_t stride, const float *input_gradients,
    size_t first, size_t last, float *gradient);
void rnv_exact_theta_input_gradient_f64(
    const uint64_t *masks, size_t samples, size_t bins, size_t stride,
    const double *input_gradients, size_t first, size_t last, double *gradient);

/// transposed[i][j] = weights[j][i] of a layer, rows padded to whole lanes; the padding is left alone.
void rnv_exact_theta_transpose_f32(
    const float *weights, size_t inputs, size_t neurons, float *transposed);
void rnv_exact_theta_transpose_f64(
    const double *weights, size_t inputs, size_t neurons, double *transposed);

/// to[i] += from[i] for i < n, n a multiple of RNV_EXACT_LANES.
void rnv_exact_add_f32(const float *from, float *to, size_t n);
void rnv_exact_add_f64(const double *from, double *to, size_t n);

/// One step of AdaBelief on n (a multiple of RNV_EXACT_LANES) parameters (see `AdaBelief`); the gradient is multiplied by `scale` first.
/// `previous` compares the gradient with the mean before the step.
typedef struct {
    double rate, beta1, beta2, correction1, correction2, epsilon, scale;
    int previous;
} rnv_exact_adabelief;
void rnv_exact_adabelief_f32(
    const rnv_exact_adabelief *step, size_t n, const float *gradient, float *mean,
    float *variance, float *parameters);
void rnv_exact_adabelief_f64(
    const rnv_exact_adabelief *step, size_t n, const double *gradient, double *mean,
    double *variance, double *parameters);

#endif
