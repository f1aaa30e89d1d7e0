#include "rnv_neurons.h"

#include "lanes_math.h"

#define PI 3.14159265358979324f

/// exp(-z^2 / 2 sigma^2) / (sigma sqrt(2 pi))
RNV_INLINE lanes normal_density(lanes z, float sigma) {
    const float height = 0.398942280401432678f / sigma, inside = -0.5f / (sigma * sigma);
    return height * lanes_exp(z * z * inside);
}

#define OVER_ALL(expression)                                  \
    {                                                         \
        size_t i = 0;                                         \
        for (; i + 16 <= n; i += 16) {                        \
            const lanes x = lanes_load(u + i) - threshold;    \
            lanes_store(out + i, (expression));               \
        }                                                     \
        if (i < n) {                                          \
            float rest[16] = {0};                             \
            memcpy(rest, u + i, (n - i) * sizeof(float));     \
            const lanes x = lanes_load(rest) - threshold;     \
            lanes_store(rest, (expression));                  \
            memcpy(out + i, rest, (n - i) * sizeof(float));   \
        }                                                     \
    }                                                         \
    break;

RNV_INLINE lanes inverse_square(lanes x) { return 1.0f / (x * x); }

/// 1 - tanh^2(z) without cancellation: 4 e / (1 + e)^2 with e = exp(-2 |z|).
RNV_INLINE lanes squared_secant(lanes z) {
    const lanes e = lanes_exp(lanes_abs(z) * -2.0f);
    return 4.0f * e / ((1.0f + e) * (1.0f + e));
}

RNV_LEVELS
void rnv_surrogate(rnv_surrogate_t surrogate, float threshold, const float *u, float *out,
                   size_t n) {
    const float a = surrogate.a, b = surrogate.b, c = surrogate.c;
    const lanes zero = lanes_all(0);
    switch (surrogate.kind) {
    case RNV_TRIANGULAR: {
        const float scale = 1.0f / (a * a);
        OVER_ALL(lanes_max(a - lanes_abs(x), zero) * scale)
    }
    case RNV_RECTANGULAR: OVER_ALL(lanes_select(lanes_abs(x) < 0.5f * a, lanes_all(1.0f / a), zero))
    case RNV_DSPIKE: {
        const float height = a / (2.0f * lanes_tanh(lanes_all(a * b))[0]);
        OVER_ALL(lanes_select(lanes_abs(x) <= b, height * squared_secant(a * x), zero))
    }
    case RNV_ARCTANGENT: {
        const float inside = 0.5f * PI * a;
        OVER_ALL(0.5f * a / (1.0f + (inside * x) * (inside * x)))
    }
    case RNV_FAST_SIGMOID: OVER_ALL(inverse_square(1.0f + a * lanes_abs(x)))
    case RNV_SUPER_SPIKE: OVER_ALL(a * inverse_square(1.0f + lanes_abs(x)))
    case RNV_SIGMOID: OVER_ALL(0.25f * a * squared_secant(0.5f * a * x))
    case RNV_GAUSSIAN: OVER_ALL(normal_density(x, a))
    case RNV_MULTI_GAUSSIAN:
        OVER_ALL((1.0f + b) * normal_density(x, a) -
                 b * (normal_density(x - a, c * a) + normal_density(x + a, c * a)))
    case RNV_PIECEWISE_EXPONENTIAL: OVER_ALL(0.5f * a * lanes_exp(lanes_abs(x) * -a))
    case RNV_SOFT_SIGN: OVER_ALL(0.5f * a * inverse_square(1.0f + a * lanes_abs(x)))
    default: OVER_ALL(x * 0.0f + 1.0f)
    }
}
