#include "rnv_neurons.h"

#include "levels.h"

enum { block = 1024 };

RNV_LEVELS
void rnv_integrator_forward(float leak, float input_scale, size_t steps, size_t columns,
                            size_t from, size_t to, const float *current, size_t current_stride,
                            const float *initial, float *membrane) {
    for (size_t first = from; first < to; first += block) {
        const size_t n = to - first < block ? to - first : block;
        float state[block] = {0};
        if (initial) memcpy(state, initial + first, n * sizeof(float));
        for (size_t t = 0; t < steps; t++) {
            const float *restrict in = current + t * current_stride + first;
            float *restrict out = membrane + t * columns + first;
            for (size_t i = 0; i < n; i++) {
                state[i] = leak * state[i] + input_scale * in[i];
                out[i] = state[i];
            }
        }
    }
}

RNV_LEVELS
void rnv_integrator_backward(float leak, float input_scale, size_t steps, size_t columns,
                             size_t from, size_t to, const float *upstream,
                             size_t upstream_stride, const float *membrane, const float *initial,
                             const float *scaled_current, size_t current_stride,
                             int sum_over_time, float *current_gradient, float *initial_gradient,
                             double *leak_gradient) {
    for (size_t first = from; first < to; first += block) {
        const size_t n = to - first < block ? to - first : block;
        float gv[block] = {0};
        if (sum_over_time) memset(current_gradient + first, 0, n * sizeof(float));
        for (size_t t = steps; t-- > 0;) {
            const float *restrict g = upstream + t * upstream_stride + first;
            float *restrict out = current_gradient + (sum_over_time ? 0 : t * columns) + first;
            for (size_t i = 0; i < n; i++) {
                gv[i] = leak * gv[i] + g[i];
                out[i] = sum_over_time ? out[i] + input_scale * gv[i] : input_scale * gv[i];
            }
            if (!leak_gradient) continue;
            const float *before = t > 0 ? membrane + (t - 1) * columns : initial;
            for (size_t i = 0; i < n; i++) {
                if (before) *leak_gradient += (double)gv[i] * (double)before[first + i];
                if (scaled_current) {
                    *leak_gradient -=
                        (double)gv[i] * (double)scaled_current[t * current_stride + first + i];
                }
            }
        }
        if (initial_gradient) {
            for (size_t i = 0; i < n; i++) initial_gradient[first + i] = leak * gv[i];
        }
    }
}
