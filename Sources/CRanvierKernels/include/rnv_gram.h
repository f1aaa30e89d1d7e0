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

// Matrix units multiply whole numbers of eight bits thirty times as fast as vector units multiply floats, so that three
// such products in place of one of floats are still many times as fast. A panel holds some columns of all samples as whole
// numbers of 16 bits, counted in a unit of each sample, in the tiles that matrix units load. What rounding does to a sum over
// thousands of columns is what it does to one in single precision; a few hundred columns are better multiplied as floats.

/// Columns of a panel.
#define RNV_GRAM_WIDTH 256

/// Bytes of a panel; a panel begins at a multiple of 64.
size_t rnv_gram_tiles_bytes(size_t samples);

/// Sums of all pairs of samples, in the order in which they are added to.
size_t rnv_gram_tiles_sums(size_t samples);

/// Writes 16 samples, rows of RNV_GRAM_WIDTH numbers behind one another, to their place in a panel, and their units; missing
/// samples of the last blocks are to be zero, and blocks there are in pairs. A sample with a number that is not finite
/// has sums that are not finite.
void rnv_gram_tiles_pack(const float *x, size_t block, int8_t *panel, float *units);

/// Adds to the sums of the 32 samples of a stripe with all from its first on; between different samples the products of
/// low bytes, 2⁻¹⁶ of the whole and of either sign, are left out.
void rnv_gram_tiles_add(const int8_t *panel, const float *units, size_t samples, size_t stripe,
                        float *sums);

/// Writes the sums of a stripe to a matrix samples x samples, on and above the diagonal.
void rnv_gram_tiles_unpack(const float *sums, size_t samples, size_t stripe, float *kernel);

/// Row sums without the diagonal of a symmetric n × n matrix of which the part above the diagonal
/// is there.
void rnv_gram_row_sums(const float *kernel, size_t n, double *sums);

/// Rounding of the sums of n numbers in double precision, as a share of one of them.
double rnv_gram_rounding(size_t n);

/// Adds offset[i] + offset[j] + constant to the part above the diagonal and writes it row by row, times √2,
/// to `out`: n (n - 1) / 2 numbers. What is rounding beside the number it is left of becomes 0.
void rnv_gram_center(const float *kernel, size_t n, const double *offset, double constant,
                     float *out);

/// out[i * stride + j] += Σ a_i[k] b_j[k] in double precision, for up to four rows each.
void rnv_gram_inner(const float *const *a, size_t rows_a, const float *const *b, size_t rows_b,
                    size_t count, double *out, size_t stride);

#endif
