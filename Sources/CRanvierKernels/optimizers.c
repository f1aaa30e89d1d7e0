#include "rnv_optimizers.h"

#include "levels.h"


RNV_LEVELS
void rnv_sgd(float *restrict weights, const float *restrict gradient,
             float *restrict momentum_buffer, size_t n, float rate, float momentum, float decay,
             int nesterov) {
    const float ahead = nesterov ? momentum : 1.0f, now = nesterov ? 1.0f : 0.0f;
    for (size_t i = 0; i < n; i++) {
        const float g = gradient[i] + decay * weights[i];
        const float m = momentum * momentum_buffer[i] + g;
        momentum_buffer[i] = m;
        weights[i] -= rate * (now * g + ahead * m);
    }
}

RNV_LEVELS
void rnv_adam(float *restrict weights, const float *restrict gradient, float *restrict first,
              float *restrict second, size_t n, float rate, float beta1, float beta2,
              float epsilon, float correction1, float correction2, float coupled_decay,
              float decoupled_decay) {
    const float step = rate / correction1, root = 1.0f / __builtin_elementwise_sqrt(correction2);
    const float keep = 1.0f - rate * decoupled_decay, rest1 = 1.0f - beta1, rest2 = 1.0f - beta2;
    for (size_t i = 0; i < n; i++) {
        const float g = gradient[i] + coupled_decay * weights[i];
        const float m = beta1 * first[i] + rest1 * g;
        const float v = beta2 * second[i] + rest2 * (g * g);
        first[i] = m;
        second[i] = v;
        weights[i] = keep * weights[i] - step * m / (__builtin_elementwise_sqrt(v) * root + epsilon);
    }
}
