// Lanes of whole numbers, as many as a row's padding: thirty-two of one, two and four bytes.
#ifndef RNV_INTEGER_LANES_H
#define RNV_INTEGER_LANES_H

#include "rnv_integer.h"

#include "bits.h"

// Every function below is inlined, so no vector ever crosses a call.
#pragma clang diagnostic ignored "-Wpsabi"

typedef int8_t lanes_8 __attribute__((ext_vector_type(32)));
typedef int16_t lanes_16 __attribute__((ext_vector_type(32)));
typedef int32_t lanes_32 __attribute__((ext_vector_type(32)));
typedef uint16_t lanes_u16 __attribute__((ext_vector_type(32)));
typedef uint32_t lanes_u32 __attribute__((ext_vector_type(32)));
typedef uint64_t lanes_u64 __attribute__((ext_vector_type(32)));
typedef _Bool lanes_set __attribute__((ext_vector_type(32)));

#define RNV_LANES_OF(type, name)                        \
    RNV_INLINE type load_##name(const void *p) {        \
        type v;                                         \
        memcpy(&v, p, sizeof v);                        \
        return v;                                       \
    }                                                   \
    RNV_INLINE void store_##name(void *p, type v) { memcpy(p, &v, sizeof v); }

RNV_LANES_OF(lanes_8, 8)
RNV_LANES_OF(lanes_16, 16)
RNV_LANES_OF(lanes_32, 32)

#define WIDER_16(v) __builtin_convertvector(v, lanes_16)
#define WIDER_32(v) __builtin_convertvector(v, lanes_32)

/// Shifts to the left, negative numbers too.
RNV_INLINE lanes_16 shifted_16(lanes_16 v, int by) { return (lanes_16)((lanes_u16)v << (uint16_t)by); }
RNV_INLINE lanes_32 shifted_32(lanes_32 v, int by) { return (lanes_32)((lanes_u32)v << (uint32_t)by); }

RNV_INLINE uint32_t bits_of_16(lanes_16 mask) {
    const lanes_set set = __builtin_convertvector(mask, lanes_set);
    uint32_t bits;
    memcpy(&bits, &set, sizeof bits);
    return bits;
}

RNV_INLINE uint32_t bits_of_32(lanes_32 mask) {
    const lanes_set set = __builtin_convertvector(mask, lanes_set);
    uint32_t bits;
    memcpy(&bits, &set, sizeof bits);
    return bits;
}

/// All ones where a bit is set.
RNV_INLINE lanes_16 mask_16(uint32_t bits) {
    lanes_set set;
    memcpy(&set, &bits, sizeof set);
    return -__builtin_convertvector(set, lanes_16);
}

RNV_INLINE lanes_32 mask_32(uint32_t bits) {
    lanes_set set;
    memcpy(&set, &bits, sizeof set);
    return -__builtin_convertvector(set, lanes_32);
}

/// Parts of a step, each compiled for every level.
size_t rnv_integer_list(const uint64_t *words, size_t inputs, const uint32_t *fan_out,
                        uint32_t *list, int64_t *additions);
void rnv_integer_dense_values(const rnv_integer_stage_t *s, const int32_t *values, int32_t *out,
                              int64_t *additions);
void rnv_integer_delayed(const rnv_integer_stage_t *s, uint8_t *state, const uint64_t *words,
                         const int32_t *values, int32_t *out, rnv_integer_counts_t *counts);
void rnv_integer_convolve(const rnv_integer_stage_t *s, const uint64_t *words,
                          const int32_t *values, void *out, int narrow, int64_t *additions);
void rnv_integer_pool(const rnv_integer_stage_t *s, uint8_t *state, const uint64_t *words,
                      const int32_t *values);
/// Lets the first layers take a chunk of steps: dense synapses before plain neurons.
///
/// `words` and `stride` become what the first stage behind them is shown. Returns that stage.
size_t rnv_integer_run_chunk(const rnv_integer_network_t *network, uint8_t *state,
                             uint8_t *scratch, const uint64_t **words, size_t *stride,
                             size_t steps);
void rnv_integer_neurons(const rnv_integer_stage_t *s, uint8_t *state, const void *currents,
                         int narrow, int heard, rnv_integer_counts_t *counts);

#endif
