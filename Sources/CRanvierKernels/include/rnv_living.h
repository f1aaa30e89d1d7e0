#ifndef RNV_LIVING_H
#define RNV_LIVING_H

#include <stddef.h>
#include <stdint.h>

// What masks leave: weights by a bit each, rows and columns by lists of their places.

/// out[i] = x[i] where bit i is set, else 0; `out` may be `x`.
void rnv_keep(const float *x, const uint64_t *bits, size_t n, float *out);

/// Makes x[i] zero where bit first + i is not set.
void rnv_keep_part(float *x, const uint64_t *bits, size_t first, size_t n);

/// out[r, k] = x[r, list[k]] for k < count: some columns of rows.
void rnv_gather_columns(const float *x, size_t rows, size_t columns, const uint32_t *list,
                        size_t count, float *out);

/// out[r, list[k]] = x[r, k], and background[c] (0 where it is null) in all other columns c.
void rnv_scatter_columns(const float *x, size_t rows, size_t count, const uint32_t *list,
                         const float *background, size_t columns, float *out);

/// The spikes of some features: of `bits` bits, `features` at a time, bit f goes to place places[f] of `living`, or nowhere
/// where that is negative. Writes (bits / features * living + 63) / 64 words.
void rnv_spikes_gather(const uint64_t *words, size_t bits, size_t features, const int32_t *places,
                       size_t living, uint64_t *out);

#endif
