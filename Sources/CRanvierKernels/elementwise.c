#include "rnv_elementwise.h"

#include "lanes_math.h"

// A tail shorter than a vector goes through the same lanes, so that the position of an element in the
// array never changes its bits.
#define BINARY(name, expression)                                                              \
    RNV_LEVELS                                                                                \
    void name(const float *a, int step_a, const float *b, int step_b, float *out, size_t n) { \
        lanes x = lanes_all(n > 0 ? a[0] : 0), y = lanes_all(n > 0 ? b[0] : 0);               \
        size_t i = 0;                                                                         \
        for (; i + 16 <= n; i += 16) {                                                        \
            if (step_a) x = lanes_load(a + i);                                                \
            if (step_b) y = lanes_load(b + i);                                                \
            lanes_store(out + i, (expression));                                               \
        }                                                                                     \
        if (i < n) {                                                                          \
            float rest[16] = {0};                                                             \
            if (step_a) memcpy(rest, a + i, (n - i) * sizeof(float)), x = lanes_load(rest);   \
            if (step_b) memcpy(rest, b + i, (n - i) * sizeof(float)), y = lanes_load(rest);   \
            lanes_store(rest, (expression));                                                  \
            memcpy(out + i, rest, (n - i) * sizeof(float));                                   \
        }                                                                                     \
    }

BINARY(rnv_add, x + y)
BINARY(rnv_subtract, x - y)
BINARY(rnv_multiply, x *y)
BINARY(rnv_divide, x / y)
BINARY(rnv_maximum, lanes_max(x, y))
BINARY(rnv_minimum, lanes_min(x, y))
BINARY(rnv_greater, lanes_select(x > y, lanes_all(1), lanes_all(0)))
BINARY(rnv_greater_equal, lanes_select(x >= y, lanes_all(1), lanes_all(0)))

#define UNARY(name, expression)                                 \
    RNV_LEVELS                                                  \
    void name(const float *p, float *out, size_t n) {           \
        size_t i = 0;                                           \
        for (; i + 16 <= n; i += 16) {                          \
            const lanes x = lanes_load(p + i);                  \
            lanes_store(out + i, (expression));                 \
        }                                                       \
        if (i < n) {                                            \
            float rest[16] = {0};                               \
            memcpy(rest, p + i, (n - i) * sizeof(float));       \
            const lanes x = lanes_load(rest);                   \
            lanes_store(rest, (expression));                    \
            memcpy(out + i, rest, (n - i) * sizeof(float));     \
        }                                                       \
    }

UNARY(rnv_negate, -x)
UNARY(rnv_exp, lanes_exp(x))
UNARY(rnv_log, lanes_log(x))
UNARY(rnv_sqrt, lanes_sqrt(x))
UNARY(rnv_tanh, lanes_tanh(x))
UNARY(rnv_sigmoid, lanes_sigmoid(x))
UNARY(rnv_relu, lanes_select(x < 0, lanes_all(0), x))
UNARY(rnv_abs, lanes_abs(x))
UNARY(rnv_sign, lanes_select(x > 0, lanes_all(1), lanes_select(x < 0, lanes_all(-1), x)))

RNV_LEVELS
void rnv_clamp(const float *x, float low, float high, float *out, size_t n) {
    for (size_t i = 0; i < n; i++) {
        const float v = x[i] < low ? low : x[i];
        out[i] = v > high ? high : v;
    }
}

RNV_LEVELS
int rnv_all_finite(const float *x, size_t n) {
    uint32_t bad = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t bits;
        memcpy(&bits, x + i, sizeof bits);
        bad |= (bits & 0x7f800000u) == 0x7f800000u;
    }
    return bad == 0;
}

RNV_INLINE lanes load_part(const float *p, size_t n, float fill) {
    if (n >= 16) return lanes_load(p);
    float rest[16];
    for (int i = 0; i < 16; i++) rest[i] = fill;
    memcpy(rest, p, n * sizeof(float));
    return lanes_load(rest);
}

RNV_LEVELS
void rnv_log_softmax(const float *x, size_t rows, size_t classes, float *out) {
    for (size_t row = 0; row < rows; row++) {
        const float *in = x + row * classes;
        float *to = out + row * classes;
        float largest = in[0];
        for (size_t i = 1; i < classes; i++) largest = in[i] > largest ? in[i] : largest;
        lanes sum = lanes_all(0);
        for (size_t i = 0; i < classes; i += 16) {
            sum += lanes_exp(load_part(in + i, classes - i, -__builtin_inff()) - largest);
        }
        const float logarithm = lanes_log(lanes_all(lanes_sum(sum)))[0];
        if (largest < -1024 || largest > 1024) {
            // Beside large numbers the logarithm would lose its digits, and the shares would no longer add up to 1.
            for (size_t i = 0; i < classes; i++) to[i] = (in[i] - largest) - logarithm;
        } else {
            const float shift = largest + logarithm;
            for (size_t i = 0; i < classes; i++) to[i] = in[i] - shift;
        }
    }
}
