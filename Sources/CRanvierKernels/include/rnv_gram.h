#ifndef RNV_GRAM_H
#define RNV_GRAM_H

#include <stddef.h>
#include <stdint.h>

// Kernel (Gram) matrices of samples, and the inner products of their centred rows.

/// Copies `bits` bits that begin at bit `first` of a row to whole words; bits past the end are zero.
void rnv_gram_pack(const uint64_t *words, size_t first, size_t bits, uint64_t *out);

/// kernel[i * stride + j] = number of bits set in both a_i and b_j, for rows of `words` words that lie
/// one behind the other.
void rnv_gram_spikes(const uint64_t *a, size_t rows_a, const uint64_t *b, size_t rows_b,
                     size_t words, float *kernel, size_t stride);

/// out[r * out_stride + c] = x[r * stride + c] - mean[c].
void rnv_gram_subtract(const float *x, size_t rows, size_t stride, size_t count, const float *mean,
                       float *out, size_t out_stride);

/// As rnv_gram_subtract, each number split into two bfloat16 whose sum has 16 leading bits of it.
void rnv_gram_split(const float *x, size_t rows, size_t stride, size_t count, const float *mean,
                    uint16_t *high, uint16_t *low, size_t out_stride);

/// Row sums without the diagonal of a symmetric n × n matrix of which the part above the diagonal
/// is there.
void rnv_gram_row_sums(const float *kernel, size_t n, double *sums);

/// Adds offset[i] + offset[j] + constant to the part above the diagonal and writes it row by row, times √2,
/// to `out`: n (n - 1) / 2 numbers.
void rnv_gram_center(const float *kernel, size_t n, const double *offset, double constant,
                     float *out);

/// out[i * stride + j] += Σ a_i[k] b_j[k] in double precision, for up to four rows each.
void rnv_gram_inner(const float *const *a, size_t rows_a, const float *const *b, size_t rows_b,
                    size_t count, double *out, size_t stride);

#endif
