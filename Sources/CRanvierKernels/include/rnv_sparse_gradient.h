#ifndef RNV_SPARSE_GRADIENT_H
#define RNV_SPARSE_GRADIENT_H

#include "rnv_spike_products.h"

/// Whether there is a kernel for windows of this size: 3 x 3 and 5 x 5.
int rnv_sparse_gradient_has(const rnv_window_t *window);

/// Numbers that are not zero, of `count` numbers.
size_t rnv_count_nonzero(const float *x, size_t count);

/// Floats of packed weights: channels and outputs rounded up to 16, times the taps of the window.
size_t rnv_sparse_gradient_packed(const rnv_window_t *window, size_t outputs);

/// Brings weights, taps x channels x outputs, in the order in which rnv_sparse_gradient reads them.
void rnv_sparse_gradient_pack(const rnv_window_t *window, size_t outputs, const float *weights,
                              float *packed);

/// Floats of the scratch memory: one padded image of 16 channels.
size_t rnv_sparse_gradient_scratch(const rnv_window_t *window);

/// Gradient of a convolution with respect to one image, where most of `upstream` (output_height x output_width x
/// outputs) is zero: adds the weights of what is not.
///
/// result[y, x, c] = sum of upstream[i, j, o] * weights[y + p - i s, x + p - j s, c, o], sums in the order of
/// blocks of 16 outputs, positions, outputs. `result` is height x width x channels.
void rnv_sparse_gradient(const rnv_window_t *window, size_t outputs, const float *packed,
                         const float *upstream, float *scratch, float *result);

#endif
