#include "rnv_expectation.h"

#include "lanes_math.h"

// Precision of a prior and share of the totals, the same for all weights of a layer.
typedef struct {
    lanes inverse, share;
} gaussian;

RNV_INLINE void gaussian_moments(gaussian g, lanes prior, lanes precision, lanes linear,
                                 lanes *mean, lanes *variance) {
    const lanes s = 1.0f / (g.inverse + g.share * precision);
    *variance = s;
    *mean = s * (prior * g.inverse + g.share * linear);
}

/// tanh and sech^2 from e^(-2|x|), which keeps small variances.
RNV_INLINE void binary_moments(lanes field, lanes *mean, lanes *variance) {
    const lanes size = lanes_abs(field), t = lanes_exp(-2.0f * size), below = 1.0f + t;
    const lanes far = (1.0f - t) / below;
    const lanes value = lanes_select(size < 0.625f, lanes_abs(lanes_tanh(field)), far);
    *mean = lanes_select(field < 0, -value, value);
    *variance = 4.0f * t / (below * below);
}

/// Softmax of log prior + H a - G a^2 / 2, shifted by the largest.
RNV_INLINE void categorical_moments(const rnv_expectation_weights_t *w, lanes precision,
                                    lanes linear, lanes *mean, lanes *variance) {
    lanes top = lanes_all(-3.0e38f);
    for (size_t k = 0; k < w->value_count; k++) {
        const float a = w->values[k];
        top = lanes_max(top, w->log_prior[k] + (linear - precision * (0.5f * a)) * a);
    }
    lanes total = lanes_all(0), first = lanes_all(0);
    for (size_t k = 0; k < w->value_count; k++) {
        const float a = w->values[k];
        const lanes mass = lanes_exp(w->log_prior[k] + (linear - precision * (0.5f * a)) * a - top);
        total = total + mass;
        first = first + mass * a;
    }
    const lanes m = first / total;
    lanes second = lanes_all(0);
    for (size_t k = 0; k < w->value_count; k++) {
        const float a = w->values[k];
        const lanes mass = lanes_exp(w->log_prior[k] + (linear - precision * (0.5f * a)) * a - top);
        second = second + mass * (a - m) * (a - m);
    }
    *mean = m;
    *variance = second / total;
}

RNV_LEVELS void rnv_expectation_moments(const rnv_expectation_weights_t *w, size_t rows,
                                        size_t columns, size_t stride, const float *prior,
                                        const float *precision, const float *linear, float *mean,
                                        float *variance, float *squares) {
    const gaussian g = {lanes_all(1.0f / w->prior_variance), lanes_all(w->share)};
    for (size_t row = 0; row < rows; row++) {
        const size_t at = row * stride;
        for (size_t i = 0; i < columns; i += 16) {
            const size_t n = columns - i, k = at + i;
            lanes m, s;
            if (w->family == RNV_WEIGHTS_GAUSSIAN) {
                gaussian_moments(g, lanes_load_part(prior + k, n), lanes_load_part(precision + k, n),
                                 lanes_load_part(linear + k, n), &m, &s);
            } else if (w->family == RNV_WEIGHTS_BINARY) {
                binary_moments(lanes_load_part(prior + k, n) + g.share * lanes_load_part(linear + k, n),
                               &m, &s);
            } else {
                categorical_moments(w, g.share * lanes_load_part(precision + k, n),
                                    g.share * lanes_load_part(linear + k, n), &m, &s);
            }
            lanes_store_part(mean + k, m, n);
            lanes_store_part(variance + k, s, n);
            if (squares) lanes_store_part(squares + k, m * m, n);
        }
    }
}

RNV_LEVELS void rnv_expectation_relax(float keep, float gain, size_t rows, size_t columns,
                                      size_t stride, const float *sums, size_t sums_stride,
                                      const float *mean, float *precision, float *linear) {
    for (size_t row = 0; row < rows; row++) {
        for (size_t i = 0; i < columns; i += 16) {
            const size_t n = columns - i, k = row * stride + i;
            const lanes s = gain * lanes_load_part(sums + row * sums_stride + i, n);
            lanes_store_part(precision + k, keep * lanes_load_part(precision + k, n) + s, n);
            lanes_store_part(linear + k,
                             lanes_load_part(linear + k, n) + lanes_load_part(mean + k, n) * s, n);
        }
    }
}

RNV_LEVELS void rnv_expectation_divide(float keep, float gain, size_t samples, size_t rows,
                                       size_t columns, size_t stride, const float *a,
                                       const float *slope, const float *curvature,
                                       const float *mean, const float *variance, float *precision,
                                       float *linear) {
    for (size_t row = 0; row < rows; row++) {
        for (size_t i = 0; i < columns; i += 16) {
            const size_t n = columns - i, k = row * stride + i;
            const lanes m = lanes_load_part(mean + k, n), s = lanes_load_part(variance + k, n);
            lanes first = lanes_all(0), second = lanes_all(0);
            for (size_t sample = 0; sample < samples; sample++) {
                const float x = a[sample * rows + row];
                const size_t at = sample * stride + i;
                const lanes q = lanes_load_part(curvature + at, n) * (x * x);
                const lanes d = lanes_max(1.0f - s * q, lanes_all(0.1f));
                first = first + q / d;
                second = second + (lanes_load_part(slope + at, n) * x + m * q) / d;
            }
            lanes_store_part(precision + k, keep * lanes_load_part(precision + k, n) + gain * first, n);
            lanes_store_part(linear + k, keep * lanes_load_part(linear + k, n) + gain * second, n);
        }
    }
}

RNV_LEVELS void rnv_expectation_inputs(float scale, float discount, size_t count,
                                       const float *mean, const float *variance, float *a,
                                       float *squares, float *own, float *spread) {
    const float left = 1.0f / discount;
    for (size_t i = 0; i < count; i += 16) {
        const size_t n = count - i;
        const lanes x = scale * lanes_load_part(mean + i, n), square = x * x;
        lanes sum = square;
        lanes_store_part(a + i, x, n);
        lanes_store_part(squares + i, square, n);
        if (variance) {
            const lanes s = (scale * scale) * lanes_load_part(variance + i, n);
            lanes_store_part(own + i, s, n);
            sum = sum + s;
        }
        if (spread) lanes_store_part(spread + i, sum * left, n);
    }
}
