#ifndef RNV_SPIKE_PRODUCTS_H
#define RNV_SPIKE_PRODUCTS_H

#include <stddef.h>
#include <stdint.h>

#include "rnv_sparse_products.h"

/// Inputs that are summed together before they join the result; a product of `inputs` inputs is a sum
/// of such blocks. Dense products are cut in the same way, and oneDNN adds the products of up to 384
/// inputs one after the other (on AVX-512), so both give the same bits.
size_t rnv_product_block(size_t inputs);

/// Where a window lies over an image of height x width x channels, channels last.
typedef struct {
    size_t height, width, channels, window_height, window_width, stride_height, stride_width;
    size_t padding_height, padding_width, output_height, output_width;
} rnv_window_t;

/// Lists what each position of the window sees, window_height * window_width * channels bits per position,
/// positions one after the other from bit 0 of `out` on; outside the image it sees no spikes. Bit `first` of
/// `words` is the first of the image.
void rnv_spike_patches(const rnv_window_t *window, const uint64_t *words, size_t first,
                       uint64_t *out);

/// Product of spike rows with weights, by adding the weight rows of the inputs that spiked.
///
/// For r < rows: out[r, j] = sum over i with bit (first + r * inputs + i) set of weights[i, j], in
/// order of i, block by block. `weights` is inputs x stride, stride a multiple of 16 and >= outputs, its padding
/// readable; `out` is rows x outputs. `bias` (may be null) has `stride` numbers. Where `living` is not null, spikes of inputs
/// beside its zeros, whose weights are all zero, are passed over.
void rnv_spike_product(const uint64_t *words, size_t first, size_t rows, size_t inputs,
                       const float *weights, size_t stride, size_t outputs, const float *bias,
                       const uint8_t *living, float *out);

/// The same with the weights that are not zero listed row by row, which gives the same bits; `bias` has `outputs` numbers.
/// With a `width` of 4 an entry stands for four outputs from its place on, and has four values. `sum` has room for
/// `outputs` numbers, rounded up to 4.
void rnv_spike_list_product(const uint64_t *words, size_t first, size_t rows, size_t inputs,
                            const rnv_sparse_rows_t *weights, int width, size_t outputs,
                            const float *bias, float *sum, float *out);

/// Lists the groups of four among x[0 ..< n], counted from 0, in which a number is not zero, zeros behind the last number.
/// Returns how many; `values` receives four for each.
size_t rnv_list_groups(const float *x, size_t n, uint32_t *places, float *values);

/// Rows of spikes of a sequence: row r = t * samples + b has the bits b * inputs ..< (b + 1) * inputs of step t.
typedef struct {
    const uint64_t *words;
    size_t words_per_row, samples, inputs;
} rnv_spike_rows_t;

/// Number of spikes in the rows first ..< first + count.
size_t rnv_spike_rows_count(const rnv_spike_rows_t *rows, size_t first, size_t count);

/// Lists for each input the rows, relative to `first`, of first ..< first + count (at most 65536) in which it
/// spiked: list[starts[i]] ..< list[starts[i + 1]], ascending. `starts` has inputs + 1 places, `list` 4 more than
/// there are spikes, `scratch` as many as rows, rounded up to 64.
void rnv_spike_rows_by_input(const rnv_spike_rows_t *rows, size_t first, size_t count,
                             uint32_t *starts, uint16_t *list, uint64_t *scratch);

/// Part of the weight gradient of a spike product, from some rows listed by input, for the inputs
/// from_input <= i < to_input and the columns from_column <= j < to_column (multiples of 16):
/// gradient[i, j] = (begun ? gradient[i, j] : 0) + sum of upstream[r, j] over the rows r of input i, in order.
/// `gradient` is inputs x stride, `upstream` begins with the first listed row, stride a multiple of 16.
void rnv_spike_weight_gradient(const uint32_t *starts, const uint16_t *list, int begun,
                               size_t from_input, size_t to_input, size_t from_column,
                               size_t to_column, const float *upstream, size_t stride,
                               float *gradient);

/// The same for at most 16 columns and all rows 0 ..< count at once, without lists: gradient[i, j] = sum of
/// upstream[r, j] over the rows in which input i spiked, in order, for from_input <= i < to_input.
/// `gradient` is inputs x 16, `upstream` count x 16.
void rnv_spike_thin_gradient(const rnv_spike_rows_t *rows, size_t count, size_t from_input,
                             size_t to_input, const float *upstream, float *gradient);

#endif
