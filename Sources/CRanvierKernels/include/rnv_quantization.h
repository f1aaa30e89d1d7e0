#ifndef RNV_QUANTIZATION_H
#define RNV_QUANTIZATION_H

#include <stddef.h>

/// How quotients become whole numbers: half to even, or half away from zero.
enum { RNV_ROUND_EVEN = 0, RNV_ROUND_AWAY = 1 };

/// out = s clip(round(x / s), -limit, limit), with scales[c] for column c of x [rows][columns], or scales[0] for all where
/// `per_column` is 0. Where a scale is not positive the number stays as it is. `limit` is a whole number below 2^22.
void rnv_quantize(const float *x, const float *scales, int per_column, float limit, int rounding,
                  float *out, size_t rows, size_t columns);

/// The whole numbers themselves, clip(round(x / s), -limit, limit); 0 where a scale is not positive.
void rnv_quantize_codes(const float *x, const float *scales, int per_column, float limit, int rounding,
                        float *out, size_t rows, size_t columns);

/// out = gradient where |x / s| is at most `reach` (up to one rounding), else 0.
void rnv_quantize_gradient(const float *gradient, const float *x, const float *scales, int per_column,
                           float reach, float *out, size_t rows, size_t columns);

/// The same for numbers that were squashed before, t = tanh(w): out = gradient (1 - t^2) where |t / s| is within the limit.
void rnv_quantize_tanh_gradient(const float *gradient, const float *squashed, float scale, float limit,
                                float *out, size_t n);

/// Sum of gradient * h with h = round(x / s) - x / s inside the limit and ±limit outside: the gradient of a learned
/// step before its factor. Whether a number at the limit counts as outside is the caller's. In double precision, eight running
/// sums joined in a fixed order.
double rnv_quantize_step_gradient(const float *gradient, const float *x, float scale, float limit,
                                  int edge_is_clipped, int rounding, size_t n);

/// Largest |x| of each column of [rows][columns].
void rnv_column_peaks(const float *x, float *out, size_t rows, size_t columns);

/// Sum of x^2 of each column of [rows][columns], row by row in double precision.
void rnv_column_squares(const float *x, double *out, size_t rows, size_t columns);

#endif
