#ifndef RANVIER_ONEDNN_H
#define RANVIER_ONEDNN_H

#include "rnv_convolution.h"

#include <stdint.h>

/// Row-major single-precision product C = op(A) op(B) + beta C on the calling thread alone, where
/// op is the transpose when the flag is set; C is m x n, the inner dimension is k. Strides are the
/// row lengths in memory. Returns 0, or oneDNN's status.
int rnv_dense_product(int transpose_a, int transpose_b, int64_t m, int64_t n, int64_t k,
                      const float *a, int64_t stride_a, const float *b, int64_t stride_b,
                      float beta, float *c, int64_t stride_c);

/// Version of the oneDNN library that was linked, as major * 10000 + minor * 100 + patch.
int rnv_onednn_version(void);

#endif
