#ifndef RNV_SELECTION_H
#define RNV_SELECTION_H

#include <stddef.h>
#include <stdint.h>

/// Counts of a digit of the sizes |x|: of the numbers whose bits above the digit are `prefix`, how many have each
/// value of the `digits` bits from `shift` on. Sizes are ordered as their bit patterns are. Where `alive` is not null,
/// numbers beside its zeros are left out. Counts are added to what is there.
void rnv_magnitude_histogram(const float *x, const float *alive, size_t n, uint32_t prefix, int shift,
                             int digits, uint64_t *counts);

/// out[i] = 1 for living numbers whose size lies above that of the bit pattern `limit`, and for those of the same size once
/// `ties` of them have been passed over, the first ones first; 0 elsewhere.
/// Returns the ties that are still to be passed over, for the next tensor.
uint64_t rnv_keep_larger(const float *x, const float *alive, size_t n, uint32_t limit, uint64_t ties,
                         float *out);

/// Living numbers whose size lies below that of the bit pattern `limit`.
uint64_t rnv_count_smaller(const float *x, const float *alive, size_t n, uint32_t limit);

/// Living numbers whose size is up to that of the bit pattern `limit`; `next` becomes the smallest size above it, if that is smaller.
uint64_t rnv_next_larger(const float *x, const float *alive, size_t n, uint32_t limit, uint32_t *next);

/// Position of the living number of largest size, the first of equal ones; n where none lives.
size_t rnv_largest_magnitude(const float *x, const float *alive, size_t n);

#endif
