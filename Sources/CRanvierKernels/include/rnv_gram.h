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

// Matrix units multiply bfloat16 some fifteen times as fast as vector units multiply floats, so three products of
// halves are still several times as fast as one of whole numbers. A panel holds columns of all samples as two
// halves whose sum has 16 leading bits of a number, in the tiles that matrix units load.

/// Halves in a panel of `width` columns, a multiple of 32.
size_t rnv_gram_tiles_halves(size_t samples, size_t width);

/// Writes 16 samples, rows of `width` numbers behind one another, to their place in a panel; missing samples of
/// the last blocks are to be zero, and blocks there are in pairs.
void rnv_gram_tiles_pack(const float *x, size_t samples, size_t width, size_t block,
                         uint16_t *panel);

/// kernel[i, j] += (h_i + l_i) · (h_j + l_j) without l_i · l_j, which is 2⁻¹⁶ of the whole, for the 32 samples i of a
/// stripe and all j from its first on. `kernel` is samples x samples.
void rnv_gram_tiles_add(uint16_t *panel, size_t samples, size_t width, size_t stripe,
                        float *kernel);

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
