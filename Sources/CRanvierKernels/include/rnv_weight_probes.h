#ifndef RNV_WEIGHT_PROBES_H
#define RNV_WEIGHT_PROBES_H

#include <stddef.h>
#include <stdint.h>

/// Two layers of spiking neurons whose weights are inferred from the times of their spikes.
typedef struct {
    /// Neurons of both layers.
    size_t lower, upper;
    /// Steps in all, and steps until other lower neurons fire.
    size_t steps, block;
    /// Lower neurons that fire at a time.
    size_t active;
    /// Probability of a spike of one of those in a step.
    float spike;
    /// What traces keep in a step; a spike adds 1 to the fast one and `jump_slow` to the slow one.
    float keep_fast, keep_slow, jump_slow;
    /// What synapses and membranes of upper neurons keep in a step.
    float keep_synapse, keep_membrane;
    /// Spikes per step that thresholds bring upper neurons to, and how fast.
    float target, adaptation;
    /// Length of a step of the estimate, and its decay.
    float rate, decay;
    /// Key and stream of the random numbers.
    uint64_t seed, stream;
} rnv_stdwi_t;

/// At each spike of an upper neuron i, for all j: w_ij += rate ((fast_j - slow_j) - decay w_ij).
///
/// `weights` lie [lower, upper], `estimate` [upper, lower]; `threshold` [upper] goes on. Returns the spikes of the upper layer.
uint64_t rnv_stdwi(const rnv_stdwi_t *probe, const float *weights, float *estimate, float *threshold);

/// Two layers of spiking neurons of which the effects of the lower ones' spikes are found.
typedef struct {
    /// Neurons of both layers.
    size_t lower, upper;
    /// Steps in all, of a window, and without a spike after one.
    size_t steps, window, refractory;
    /// What synapses and membranes keep in a step.
    float keep_synapse, keep_membrane;
    /// How near to the threshold of 1 a membrane opens a window.
    float margin;
    /// Mean drive, and deviation of the white noise behind it.
    float drive, noise;
    /// Length of a step of the fits.
    float rate;
    /// Key and stream of the random numbers.
    uint64_t seed, stream;
} rnv_rdd_t;

/// Fits the change of signals of the upper layer in windows, apart where the lower neuron fired and where it did not.
///
/// `weights` lie [lower, upper], `fits` [lower, upper, 4] hold c1 and c2 of both cases and go on; `effects` [lower, upper] become the
/// gap of the fits at the threshold. Returns the windows of the lower layer.
uint64_t rnv_rdd(const rnv_rdd_t *probe, const float *weights, float *fits, float *effects);

#endif
