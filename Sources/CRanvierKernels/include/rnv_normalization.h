#ifndef RNV_NORMALIZATION_H
#define RNV_NORMALIZATION_H

#include <stddef.h>

// Rows of `channels` numbers, one per channel.

/// Mean and sum of squared deviations of each channel (Chan, Golub & LeVeque 1979: blocks joined in
/// double precision).
void rnv_channel_moments(const float *x, size_t rows, size_t channels, double *mean,
                         double *squares);

/// sum_g[c] = sum over rows of g, sum_gx[c] = sum of g (x - center[c]).
void rnv_channel_products(const float *x, const float *g, const float *center, size_t rows,
                          size_t channels, double *sum_g, double *sum_gx);

/// out = x scale[c] + shift[c].
void rnv_channel_affine(const float *x, const float *scale, const float *shift, size_t rows,
                        size_t channels, float *out);

/// out = g a[c] + x b[c] + d[c].
void rnv_channel_blend(const float *g, const float *a, const float *x, const float *b,
                       const float *d, size_t rows, size_t channels, float *out);

#endif
