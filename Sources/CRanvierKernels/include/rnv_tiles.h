#ifndef RNV_TILES_PUBLIC_H
#define RNV_TILES_PUBLIC_H

#include "rnv_spike_products.h"

// Products on matrix units, which multiply bfloat16 and add floats. A spike is a bfloat16 without error, and a float the
// sum of three; of two floats the products of small parts, 2⁻²⁴ of the whole, are left out. So the products are as good as
// in single precision.

/// Whether this processor has matrix units for bfloat16 and for bytes, and the system lends them.
int rnv_has_tiles(void);

/// Products of tiles in registers, four in a round of RNV_TILE_OPERATIONS operations on sixteen lanes each, and
/// nothing else: what the matrix units of one core can do at most.
void rnv_tiles_peak(size_t rounds);
#define RNV_TILE_OPERATIONS 512

/// Halves of packed weights, inputs x outputs.
size_t rnv_tiles_packed_halves(size_t inputs, size_t outputs);

/// Steps in which inputs are packed, an even number.
size_t rnv_tiles_steps(size_t inputs);

/// Splits the inputs of some steps of weights, inputs x outputs, in the tiles that products load.
void rnv_tiles_pack(const float *weights, size_t inputs, size_t outputs, size_t from_step,
                    size_t to_step, uint16_t *packed);

/// Most rows of a product that are taken together; they are in groups of 32.
#define RNV_TILES_GROUP 128

/// Halves of scratch memory for a product.
size_t rnv_tiles_rows_halves(size_t inputs);

/// Products of up to RNV_TILES_GROUP spike rows, which begin at bit `first`, with packed weights, and a bias (or null)
/// added to each.
void rnv_tiles_spike_product(const uint64_t *words, size_t first, size_t rows, size_t inputs,
                             const uint16_t *weights, size_t outputs, const float *bias,
                             uint16_t *scratch, float *out);

/// The same for rows of numbers.
void rnv_tiles_product(const float *x, size_t rows, size_t inputs, const uint16_t *weights,
                       size_t outputs, const float *bias, uint16_t *scratch, float *out);

/// Rows of a gradient that are taken together.
#define RNV_TILES_ROWS 512

/// Floats of scratch memory for the gradient of weights that spikes, or numbers, go through.
size_t rnv_tiles_gradient_scratch(size_t inputs, size_t columns, int spikes);

/// gradient[i, j] = (begun ? gradient[i, j] : 0) + sum of upstream[r, j] over the rows r of first ..< first + count (at
/// most RNV_TILES_ROWS) in which input i spiked. `upstream` begins with row `first` and has `columns` columns, as the gradient.
void rnv_tiles_spike_gradient(const rnv_spike_rows_t *rows, size_t first, size_t count,
                              const float *upstream, size_t columns, int begun, float *scratch,
                              float *gradient);

/// gradient[i, j] = (begun ? gradient[i, j] : 0) + sum of x[r, i] * upstream[r, j] over `count` rows, which lie `x_stride`
/// and `stride` numbers apart; those of the gradient, inputs x columns, lie `gradient_stride` apart.
void rnv_tiles_gradient(const float *x, size_t x_stride, size_t inputs, size_t count,
                        const float *upstream, size_t stride, size_t columns, int begun,
                        float *scratch, float *gradient, size_t gradient_stride);

#endif
