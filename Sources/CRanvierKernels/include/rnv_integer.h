#ifndef RNV_INTEGER_H
#define RNV_INTEGER_H

#include <stddef.h>
#include <stdint.h>

#include "rnv_spike_products.h"

/// Stages of a network of integers. Dense synapses take the rows of the weights of what spiked, lists of the weights that are
/// not zero, or bit planes; delayed ones have a delay for each weight.
enum {
    RNV_INTEGER_DENSE,
    RNV_INTEGER_DELAYED,
    RNV_INTEGER_CONVOLUTION,
    RNV_INTEGER_MAXIMUM,
    RNV_INTEGER_SUM,
    RNV_INTEGER_NEURONS
};
enum { RNV_INTEGER_LEAK_NONE, RNV_INTEGER_LEAK_FLOOR, RNV_INTEGER_LEAK_ZERO, RNV_INTEGER_LEAK_MULTIPLY };
enum { RNV_INTEGER_HARD, RNV_INTEGER_SOFT, RNV_INTEGER_SOFT_DELAYED };
enum { RNV_INTEGER_SCORE_SUM, RNV_INTEGER_SCORE_MAXIMUM, RNV_INTEGER_SCORE_LAST, RNV_INTEGER_SCORE_FIRST };

/// A stage. Values are int32; spikes are bits, LSB first. Rows of numbers are padded with zeros to `padded`, a multiple of 32.
/// Offsets count bytes from the beginning of the state.
typedef struct {
    int kind, takes_bits, gives_bits;
    size_t inputs, outputs, padded;
    size_t out;   // padded numbers: sums or values; two bytes each where counts[].narrow
    size_t bits;  // spikes of neurons, or pooled ones
    size_t list;  // room for inputs (neurons: outputs) + 64 places of uint32

    // Synapses, and connections of neurons among themselves.
    const int8_t *codes;        // inputs x padded; convolutions: window x inputs of a group x channels
    const uint32_t *starts;     // lists of dense synapses; null where rows are taken
    const uint32_t *places;
    const int8_t *listed;
    const uint64_t *plus, *minus;  // planes, words x padded; null minus: a weight without plus is -1
    size_t planes_from;         // so many spikes or more are counted by planes
    const uint8_t *delays;      // inputs x padded
    size_t pending, slots;      // ring of sums that are still to come, slots x padded
    const uint32_t *fan_out;    // weights that are not zero, for each input; null where additions are not counted
    const int32_t *bias;        // padded; convolutions: one per channel; null for none
    const int16_t *narrow_bias;
    int32_t largest;            // the largest size of a code
    int shift;
    size_t narrow_spikes;       // sums of fewer spikes, and what neurons add to them, fit 16 bits
    rnv_window_t window;        // of convolutions and pooling
    size_t out_channels, groups;

    // Neurons.
    int leak, leak_amount, reset, above, refractory, fires, gives_membrane;
    int narrow;      // membranes have 16 bits
    int exact;       // one by one in 64 bits: levels
    int32_t lowest, highest;
    const int32_t *threshold;  // padded
    const int16_t *narrow_threshold;
    const int32_t *initial;    // padded, or null
    const int32_t *coupling;   // padded, or null; of each neuron to itself, shifted
    const int16_t *narrow_coupling;
    int32_t level_step, level_most;  // step 0: no levels
    int level_up;
    size_t membranes, waiting, currents, heard;
} rnv_integer_stage_t;

/// What a stage did: since the beginning, and at the last step. First in the state, one for each stage.
typedef struct {
    int64_t spikes, additions, saturated;
    int64_t last_spikes, last_additions, last_saturated;
    int64_t narrow, slot;
} rnv_integer_counts_t;

/// A network and where its state lies. The state is one piece of memory, aligned to 64 bytes, which can be copied.
typedef struct {
    const rnv_integer_stage_t *stages;
    size_t count;
    size_t constant;  // stages at the front without a memory: the same for the same input
    size_t state_bytes;
    size_t scores, values, step;  // int32 for each output, twice; an int64
    int decoder, steps;
    const int32_t *offsets;  // or null
} rnv_integer_network_t;

/// The state before the first step.
void rnv_integer_begin(const rnv_integer_network_t *network, uint8_t *state);

/// Steps that a layer takes at once before the next layer sees them.
enum { RNV_INTEGER_CHUNK = 32 };

/// Bytes of scratch memory for steps in chunks, aligned to 64.
size_t rnv_integer_chunk_bytes(const rnv_integer_network_t *network);

/// Shows so many steps: spikes, `stride` words a step (0: the same for all), or numbers.
///
/// With `heard`, u of the neurons at the last step is kept at stage.heard. With scratch memory layers take chunks of steps where
/// they can, which changes no number but for what synapses of the first layers put out at the last step, and their last
/// additions; null for step by step.
void rnv_integer_show_spikes(const rnv_integer_network_t *network, uint8_t *state,
                             const uint64_t *words, size_t stride, size_t steps, int heard,
                             uint8_t *scratch);
void rnv_integer_show_values(const rnv_integer_network_t *network, uint8_t *state,
                             const int32_t *values, size_t stride, size_t steps, int heard);

/// Packs numbers: a bit is set where x > 0.
void rnv_integer_pack(const int32_t *x, size_t n, uint64_t *words);

/// What all levels of the kernels do for one step: out = base + (sum of the listed rows << shift), for `padded` columns.
/// Narrow ones are right where no sum leaves 16 bits. `largest` is the largest size of a code; base may be null or out.
void rnv_integer_rows(const uint32_t *list, size_t found, const int8_t *codes, size_t padded,
                      int32_t largest, int shift, const int32_t *base, int32_t *out);
void rnv_integer_rows_narrow(const uint32_t *list, size_t found, const int8_t *codes, size_t padded,
                             int32_t largest, int shift, const int16_t *base, int16_t *out);
void rnv_integer_listed(const uint32_t *list, size_t found, const uint32_t *starts,
                        const uint32_t *places, const int8_t *codes, size_t padded, int shift,
                        const int32_t *bias, int32_t *out);
void rnv_integer_planes(const uint64_t *words, size_t count, const uint64_t *plus,
                        const uint64_t *minus, size_t outputs, size_t padded, int shift,
                        const int32_t *bias, int32_t *out);

#endif
