#ifndef RNV_TILES_PUBLIC_H
#define RNV_TILES_PUBLIC_H

#include "rnv_spike_products.h"

// Products with spikes on matrix units. A spike is a bfloat16 without error, and a float is the sum of three, so
// the products are as good as in single precision.

/// Whether this processor has matrix units for bfloat16, and the system lends them.
int rnv_has_tiles(void);

/// Products of tiles in registers, four in a round of RNV_TILE_OPERATIONS operations on sixteen lanes each, and
/// nothing else: what the matrix units of one core can do at most.
void rnv_tiles_peak(size_t rounds);
#define RNV_TILE_OPERATIONS 512

/// Halves of packed weights, inputs x outputs.
size_t rnv_tiles_packed_halves(size_t inputs, size_t outputs);

/// Splits weights, inputs x outputs, in the tiles that products load.
void rnv_tiles_pack(const float *weights, size_t inputs, size_t outputs, uint16_t *packed);

/// Rows of a product that are taken together.
#define RNV_TILES_GROUP 32

/// Halves of scratch memory for a product.
size_t rnv_tiles_rows_halves(size_t inputs);

/// Products of up to RNV_TILES_GROUP spike rows, which begin at bit `first`, with packed weights; `outputs` is a multiple
/// of 16.
void rnv_tiles_spike_product(const uint64_t *words, size_t first, size_t rows, size_t inputs,
                             const uint16_t *weights, size_t outputs, uint16_t *scratch,
                             float *out);

/// The same for rows of numbers, also split in three; products of parts that are 2⁻²⁴ of the whole are left out.
void rnv_tiles_product(const float *x, size_t rows, size_t inputs, const uint16_t *weights,
                       size_t outputs, uint16_t *scratch, float *out);

/// Rows of a gradient that are taken together.
#define RNV_TILES_ROWS 512

/// Floats of scratch memory for a weight gradient.
size_t rnv_tiles_gradient_scratch(size_t inputs, size_t columns);

/// gradient[i, j] = (begun ? gradient[i, j] : 0) + sum of upstream[r, j] over the rows r of first ..< first + count (at
/// most RNV_TILES_ROWS) in which input i spiked. `upstream` begins with row `first` and has `columns` columns;
/// `gradient` has rows of `columns` rounded up to 16, and rows for the inputs rounded up to 32.
void rnv_tiles_gradient(const rnv_spike_rows_t *rows, size_t first, size_t count,
                        const float *upstream, size_t columns, int begun, float *scratch,
                        float *gradient);

#endif
