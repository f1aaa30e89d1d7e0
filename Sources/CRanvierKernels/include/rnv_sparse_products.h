#ifndef RNV_SPARSE_PRODUCTS_H
#define RNV_SPARSE_PRODUCTS_H

#include <stddef.h>
#include <stdint.h>

// Products of numbers of which most are zero: images with an empty background.

/// The numbers of a matrix that are not zero: those of row r are values[s] in column places[s], in order, for
/// starts[r] <= s < starts[r + 1].
typedef struct {
    const uint32_t *starts, *places;
    const float *values;
} rnv_sparse_rows_t;

/// Lists the numbers among x[0 ..< n] that are not zero. Returns how many.
size_t rnv_sparse_list(const float *x, size_t n, uint32_t *places, float *values);

/// out[r, c] = bias[c] (or 0, where it is null) + sum of values[s] * matrix[places[s], c], for some rows and columns; rows of
/// the matrix and of `out` lie so far apart. Blocks of `block` places are summed by themselves, as in a dense product.
void rnv_sparse_product(const rnv_sparse_rows_t *rows, size_t from_row, size_t to_row,
                        size_t from_column, size_t to_column, size_t block, const float *matrix,
                        size_t stride, const float *bias, float *out, size_t out_stride);

#endif
