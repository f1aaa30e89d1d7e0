#ifndef RNV_CONVOLUTION_H
#define RNV_CONVOLUTION_H

#include <stddef.h>
#include <stdint.h>

/// Sizes of a convolution of `images` images that lie channels last.
typedef struct {
    int64_t images, height, width, channels;
    int64_t outputs, kernel_height, kernel_width;
    int64_t stride_height, stride_width, padding_height, padding_width, groups;
} rnv_convolution_shape_t;

enum {
    RNV_CONVOLUTION_FORWARD,
    RNV_CONVOLUTION_INPUT_GRADIENT,
    RNV_CONVOLUTION_WEIGHT_GRADIENT
};

/// A convolution prepared for one shape and direction. It may run on any number of threads at once.
typedef struct rnv_convolution rnv_convolution;

/// Prepares a convolution; `has_bias` does not apply to the input gradient. Returns null where the
/// library refuses, with its status in `status`.
rnv_convolution *rnv_convolution_create(const rnv_convolution_shape_t *shape, int direction,
                                        int has_bias, int *status);

void rnv_convolution_destroy(rnv_convolution *convolution);

/// Bytes of scratch memory that each running call needs of its own, aligned to 64.
size_t rnv_convolution_scratch_bytes(const rnv_convolution *convolution);

/// Bytes of the weights (or their gradient) in the order that the library prefers.
size_t rnv_convolution_packed_bytes(const rnv_convolution *convolution);

/// Weights [kernel height, kernel width, channels / groups, outputs] into the library's order; for the
/// weight gradient the other way round.
int rnv_convolution_pack(const rnv_convolution *convolution, const void *from, void *to,
                         void *scratch);

/// Runs on the calling thread. `images` is [images, H, W, C] and `result` [images, H', W', outputs]
/// or their gradients: forward reads images and packed weights, writes result; the input gradient
/// reads packed weights and result, writes images; the weight gradient reads images and result,
/// writes packed weights and `bias`.
int rnv_convolution_run(const rnv_convolution *convolution, void *images, void *packed,
                        void *bias, void *result, void *scratch);

#endif
