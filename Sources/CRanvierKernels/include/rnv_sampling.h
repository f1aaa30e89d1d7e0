#ifndef RNV_SAMPLING_H
#define RNV_SAMPLING_H

#include <stddef.h>
#include <stdint.h>

// Stochastic spiking neurons in populations, event by event, with sums over pairs of their spikes. A neuron that has fired is
// silent, and heard by others, for its period; else it fires with probability 1 / (1 + exp(ln period - u)) in a step.

enum {
    RNV_SAMPLING_ALL,        // every pair of spikes, exp(-lag / trace_time)
    RNV_SAMPLING_WINDOW,     // those whose lag is shorter than the window
    RNV_SAMPLING_NEAREST,    // the last earlier spike alone
    RNV_SAMPLING_TRIANGULAR  // the last earlier spike alone, max(0, 1 - lag / trace_time)
};

/// Synapses from a population to another one, or to itself.
typedef struct {
    size_t source, target;
    /// [delays + 1][neurons of the source][stride of the target], in units of the neurons of the target.
    const int16_t *weights;
} rnv_sampling_block_t;

/// sums[i][j]: at the spikes of i of one population the traces of j of the other.
typedef struct {
    size_t spiking, traced;
} rnv_sampling_correlator_t;

typedef struct {
    size_t populations;
    const size_t *sizes;
    size_t blocks;
    const rnv_sampling_block_t *block;
    size_t correlators;
    const rnv_sampling_correlator_t *correlator;
    /// Of each population [stride]: potential that a unit stands for and ln(period); [neurons]: bias in units, period in steps.
    const float *const *units;
    const float *const *log_periods;
    const int16_t *const *biases;
    const uint16_t *const *periods;
    /// The longest and the shortest period, and the longest delay of a synapse beyond one step.
    size_t longest, shortest, delays;
    int pairing;
    size_t window;
    double trace_time;
} rnv_sampling_network_t;

/// A spike that was kept: number of the replica, step, number of the neuron counted through all populations.
typedef struct {
    uint32_t replica, step, neuron;
} rnv_sampling_spike_t;

/// What a run reports; arrays are added to, any pointer may be NULL.
typedef struct {
    /// For each correlator neurons that spike * trace stride of the traced population; see `rnv_sampling_collect`.
    float *const *sums;
    /// Spikes of each neuron of all populations.
    uint64_t *counts;
    /// [2^neurons] steps in each state of the first population, of at most 16 neurons; the first neuron is the highest bit.
    uint64_t *states;
    /// [neurons][neurons] pairs of spikes in one step in the first population.
    uint64_t *coincidences;
    /// Room for spikes, how many there is room for, and how many there were.
    rnv_sampling_spike_t *spikes;
    size_t spike_capacity, spike_count;
} rnv_sampling_report_t;

/// Numbers of a row of weights, and of a row of sums.
size_t rnv_sampling_stride(size_t neurons);
size_t rnv_sampling_trace_stride(size_t neurons);

/// Adds sums of a correlator, which lie as is best for speed, to out[neurons][traced].
void rnv_sampling_collect(const float *sums, size_t neurons, size_t traced, double *out);

/// Bytes of scratch memory, to be aligned to 64, of a run of so many replicas.
size_t rnv_sampling_scratch(const rnv_sampling_network_t *network, size_t replicas);

/// Runs replicas side by side from silence; random numbers of replica i are those of streams[i].
///
/// Steps of warm-up come first, of which nothing is reported. Results depend on nothing but the arguments.
void rnv_sampling_run(const rnv_sampling_network_t *network, uint64_t seed, const uint64_t *streams,
                      size_t replicas, size_t first_replica, size_t warmup, size_t steps,
                      void *scratch, rnv_sampling_report_t *report);

#endif
