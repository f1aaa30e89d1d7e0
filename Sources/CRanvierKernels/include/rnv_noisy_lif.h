#ifndef RNV_NOISY_LIF_H
#define RNV_NOISY_LIF_H

#include <stddef.h>
#include <stdint.h>

/// Rows of parameters, `stride` numbers each.
enum {
    RNV_LIF_SYNAPSE_DECAY,  // exp(-dt / tau_s)
    RNV_LIF_LEAK,           // 1 - exp(-dt / tau_m)
    RNV_LIF_NOISE,          // sigma sqrt(1 - exp(-2 dt / tau_m))
    RNV_LIF_THRESHOLD,
    RNV_LIF_DRIVE,
    RNV_LIF_GAIN,
    RNV_LIF_PARAMETERS
};

/// Rows of state, `stride` numbers each.
enum {
    RNV_LIF_MEMBRANE,
    RNV_LIF_CURRENT,
    RNV_LIF_REFRACTORY,  // steps that are left
    RNV_LIF_TRACE,       // x, of spikes
    RNV_LIF_OWN,         // X, of the filtered train
    RNV_LIF_SLOW,        // p1
    RNV_LIF_FAST,        // p2
    RNV_LIF_RESPONSE,    // y, of noise
    RNV_LIF_PROBE,       // q, of probes
    RNV_LIF_SPIKES,      // sums from here on: N
    RNV_LIF_ANSWER,      // R
    RNV_LIF_FLUCTUATION, // A
    RNV_LIF_PROBED,      // Q
    RNV_LIF_STATES
};

/// Layers of noisy leaky integrate-and-fire neurons one above the other, each joined to the next both ways.
///
///     I <- I exp(-dt / tau_s) + weights of what arrives
///     refractory: v is held; else v += leak (drive + gain I - v) + noise xi
///     v >= threshold: spike, v = reset
///
/// Neurons of all layers lie one after the other. `stride` is their number rounded up to a multiple of 8; a filler has an
/// infinite threshold and no noise.
typedef struct {
    size_t layers;
    const size_t *sizes;
    size_t neurons, stride;
    const double *parameters;
    double reset, refractory;
    double trace_decay, response_decay, slow_decay, fast_decay, unit;
    int measures;  // whether the sums N, R, A, Q are kept
    double probe_probability, probe_weight;
    // Matrices of all pairs of layers one after the other.
    const double *forward;                           // [lower][upper]
    const double *backward;                          // [upper][lower]
    const uint16_t *forward_delay, *backward_delay;  // further steps, or null
    size_t slots;                                    // largest further delay + 2
} rnv_noisy_lif_t;

/// What changes while time passes.
typedef struct {
    double *rows;
    double *arrivals;     // slots x stride
    uint64_t step;        // of the next one
    double *after;        // sums of x of lower neurons at spikes of upper ones, [upper][lower]
    double *before;       // sums of x of upper neurons at spikes of lower ones, [lower][upper]
    double *numbers;      // scratch, twice the stride, zeros at first
    uint32_t *list;       // scratch, neurons
} rnv_noisy_lif_state_t;

/// Steps with listed standard normal numbers, [steps][neurons], and signs of probes, [steps][neurons] of -1, 0, 1, or null.
/// `fired`, unless null, gets 1 for each spike, [steps][neurons].
void rnv_noisy_lif_advance(const rnv_noisy_lif_t *p, rnv_noisy_lif_state_t *s, size_t steps,
                           const double *noise, const double *probes, uint8_t *fired);

/// Steps with normal numbers (key, noise_stream), number step * neurons + k, and probes of (key, probe_stream). `words` is
/// scratch for at least max(neurons, 4096) numbers, twice.
void rnv_noisy_lif_run(const rnv_noisy_lif_t *p, rnv_noisy_lif_state_t *s, size_t steps,
                       uint64_t key, uint64_t noise_stream, uint64_t probe_stream,
                       uint32_t *words);

#endif
