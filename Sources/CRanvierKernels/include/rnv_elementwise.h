#ifndef RNV_ELEMENTWISE_H
#define RNV_ELEMENTWISE_H

#include <stddef.h>
#include <stdint.h>

// out[i] = a[i * step_a] op b[i * step_b]; a step is 1, or 0 for one number that stands for all.
// `out` may be `a` or `b`.
void rnv_add(const float *a, int step_a, const float *b, int step_b, float *out, size_t n);
void rnv_subtract(const float *a, int step_a, const float *b, int step_b, float *out, size_t n);
void rnv_multiply(const float *a, int step_a, const float *b, int step_b, float *out, size_t n);
void rnv_divide(const float *a, int step_a, const float *b, int step_b, float *out, size_t n);
void rnv_maximum(const float *a, int step_a, const float *b, int step_b, float *out, size_t n);
void rnv_minimum(const float *a, int step_a, const float *b, int step_b, float *out, size_t n);
/// 1 where a > b, else 0.
void rnv_greater(const float *a, int step_a, const float *b, int step_b, float *out, size_t n);
/// 1 where a >= b, else 0.
void rnv_greater_equal(const float *a, int step_a, const float *b, int step_b, float *out,
                       size_t n);

void rnv_negate(const float *x, float *out, size_t n);
void rnv_exp(const float *x, float *out, size_t n);
void rnv_log(const float *x, float *out, size_t n);
void rnv_sqrt(const float *x, float *out, size_t n);
void rnv_tanh(const float *x, float *out, size_t n);
void rnv_sigmoid(const float *x, float *out, size_t n);
void rnv_relu(const float *x, float *out, size_t n);
void rnv_abs(const float *x, float *out, size_t n);
/// -1, 0 or 1.
void rnv_sign(const float *x, float *out, size_t n);

/// out[i] = x[i] limited to [low, high].
void rnv_clamp(const float *x, float low, float high, float *out, size_t n);

/// 1 if every number is finite.
int rnv_all_finite(const float *x, size_t n);

/// Rows of `classes` numbers: each row minus the logarithm of the sum of its exponentials.
void rnv_log_softmax(const float *x, size_t rows, size_t classes, float *out);

#endif
