#ifndef RNV_RANDOM_H
#define RNV_RANDOM_H

#include <stddef.h>
#include <stdint.h>

/// Philox 4x32-10 (Salmon, Moraes, Dror & Shaw, SC 2011): writes the four 32-bit words that belong to
/// the 128-bit `counter` (low half, high half) under the 64-bit `key`.
void rnv_philox(uint64_t key, uint64_t counter_low, uint64_t counter_high, uint32_t out[4]);

/// 32-bit words number `first` up to `first + n` of the sequence (key, stream).
void rnv_philox_words(uint64_t key, uint64_t stream, uint64_t first, size_t n, uint32_t *out);

/// The same words as uniform numbers in [0, 1) with 24 random bits.
void rnv_philox_uniform(uint64_t key, uint64_t stream, uint64_t first, size_t n, float *out);

/// The same words as standard normal numbers: the inverse of the normal distribution function at
/// (word + 1/2) / 2^32 (Wichura 1988, AS 241).
void rnv_philox_normal(uint64_t key, uint64_t stream, uint64_t first, size_t n, float *out);

#endif
