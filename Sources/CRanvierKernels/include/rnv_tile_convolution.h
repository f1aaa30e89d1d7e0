#ifndef RNV_TILE_CONVOLUTION_H
#define RNV_TILE_CONVOLUTION_H

#include "rnv_spike_products.h"

// Convolutions with a stride of one on matrix units, as good as in single precision; see rnv_tiles.h.

/// Halves of packed weights.
size_t rnv_tile_convolution_packed(const rnv_window_t *window, size_t outputs);

/// Splits weights, taps x channels x outputs, in the tiles that a convolution loads.
void rnv_tile_convolution_pack(const rnv_window_t *window, size_t outputs, const float *weights,
                               uint16_t *packed);

/// Halves of scratch memory for an image of spikes or of numbers.
size_t rnv_tile_convolution_scratch(const rnv_window_t *window, int spikes);

/// Convolves the image whose first bit is bit `first` of `words`; `bias` (or null) is added. `out` is output_height x
/// output_width x outputs.
void rnv_tile_convolution_spikes(const rnv_window_t *window, size_t outputs,
                                 const uint16_t *packed, const uint64_t *words, size_t first,
                                 const float *bias, uint16_t *scratch, float *out);

/// The same for an image of numbers.
void rnv_tile_convolution(const rnv_window_t *window, size_t outputs, const uint16_t *packed,
                          const float *image, const float *bias, uint16_t *scratch, float *out);

/// Images whose gradients are worth being summed together.
size_t rnv_tile_convolution_images(const rnv_window_t *window);

/// Rows and columns of the gradient of the weights below: for each row of the window, window_width * channels rounded up
/// to 16, and the outputs rounded up to 16.
size_t rnv_tile_convolution_gradient_rows(const rnv_window_t *window);
size_t rnv_tile_convolution_gradient_columns(size_t outputs);

/// Halves of scratch memory for the gradient of as many images.
size_t rnv_tile_convolution_gradient_scratch(const rnv_window_t *window, size_t outputs,
                                             size_t images);

/// Adds to the gradient of the weights what `count` images give, of spikes (samples of `rows`) from
/// image `first` on and the gradients of what they gave, of which `upstream` is the first.
void rnv_tile_convolution_gradient(const rnv_window_t *window, size_t outputs,
                                   const rnv_spike_rows_t *rows, size_t first, size_t count,
                                   const float *upstream, uint16_t *scratch,
                                   float *gradient);

#endif
