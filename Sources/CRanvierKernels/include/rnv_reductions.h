#ifndef RNV_REDUCTIONS_H
#define RNV_REDUCTIONS_H

#include <stddef.h>
#include <stdint.h>

/// Sum of n numbers: sixteen running sums, joined in a fixed order.
float rnv_sum(const float *x, size_t n);

/// Sum of products.
float rnv_dot(const float *x, const float *y, size_t n);

/// Sum of squares, accumulated in double precision.
double rnv_sum_of_squares(const float *x, size_t n);

/// out[i] = sum over r of x[r * stride + i], i < n: rows are added first to last.
void rnv_sum_rows(const float *x, size_t rows, size_t stride, size_t n, float *out);

/// out[i] = maximum over r of x[r * stride + i], i < n.
void rnv_max_rows(const float *x, size_t rows, size_t stride, size_t n, float *out);

#endif
