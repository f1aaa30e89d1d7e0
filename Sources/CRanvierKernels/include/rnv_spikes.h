#ifndef RNV_SPIKES_H
#define RNV_SPIKES_H

#include <stddef.h>
#include <stdint.h>

// A spike tensor is `rows` rows of `bits` bits; each row starts on a 64-bit word and its unused bits
// are zero. Bit i of a row is bit i % 64 of word i / 64.

/// Sets bit i of a row where values[i] != 0; `words` receives (bits + 63) / 64 words.
/// Returns the number of spikes.
uint64_t rnv_spikes_pack(const float *values, size_t bits, uint64_t *words);

/// Writes 0 or 1 for bits `first` up to `first + count` of a row.
void rnv_spikes_unpack(const uint64_t *words, size_t first, size_t count, float *values);

/// Number of set bits in `words` words.
uint64_t rnv_spikes_count(const uint64_t *words, size_t words_count);

/// Adds 1 to counts[i] for every set bit `first + i` of a row, i < count.
void rnv_spikes_accumulate(const uint64_t *words, size_t first, size_t count, float *counts);

#endif
