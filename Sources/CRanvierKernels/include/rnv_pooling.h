#ifndef RNV_POOLING_H
#define RNV_POOLING_H

#include <stddef.h>
#include <stdint.h>

/// A window sliding over images that lie channels last. Elements outside the image count as 0 for the
/// average and not at all for the maximum.
typedef struct {
    size_t height, width, channels, out_height, out_width;
    size_t window_height, window_width, stride_height, stride_width;
    size_t padding_height, padding_width;
} rnv_pool_t;

/// Mean over the window (padding included), for `images` images.
void rnv_average_pool(const rnv_pool_t *pool, size_t images, const float *in, float *out);

/// Adjoint of the average; writes all of `gradient`.
void rnv_average_pool_backward(const rnv_pool_t *pool, size_t images, const float *upstream,
                               float *gradient);

/// Largest element in the window.
void rnv_max_pool(const rnv_pool_t *pool, size_t images, const float *in, float *out);

/// Adjoint of the maximum: the gradient goes to the first largest element. `in` and `out` are those of
/// the forward pass; writes all of `gradient`.
void rnv_max_pool_backward(const rnv_pool_t *pool, size_t images, const float *in,
                           const float *out, const float *upstream, float *gradient);

/// Maximum of bits. Images `first_image` up to `first_image + images` of a row of images that lie one
/// behind the other; the first result bit must begin a word of `out`.
void rnv_max_pool_spikes(const rnv_pool_t *pool, size_t first_image, size_t images,
                         const uint64_t *in, uint64_t *out);

#endif
