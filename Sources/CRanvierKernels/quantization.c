#include "rnv_quantization.h"

#include "levels.h"

// Adding and taking away 1.5 * 2^23 leaves the nearest whole number, half to even, of anything below 2^22:
// one instruction each on every processor, where rounding itself is a call on old ones.
RNV_INLINE float rounded(float v, int rounding) {
    const float magic = 12582912.0f;
    float whole = (v + magic) - magic;
    if (rounding == RNV_ROUND_AWAY) {
        const float rest = v - whole;
        whole += (v > 0 && rest == 0.5f) ? 1.0f : (v < 0 && rest == -0.5f) ? -1.0f : 0.0f;
    }
    return __builtin_copysignf(whole, v);
}

RNV_INLINE float clipped(float v, float limit) {
    const float low = v < -limit ? -limit : v;
    return low > limit ? limit : low;
}

RNV_INLINE float code(float x, float s, float limit, int rounding) {
    // Clipping first gives the same, because the limit is a whole number.
    return rounded(clipped(x / s, limit), rounding);
}

#define FOR_EACH(per_column, body)                                        \
    if (per_column) {                                                     \
        for (size_t r = 0; r < rows; r++)                                 \
            for (size_t c = 0; c < columns; c++) {                        \
                const size_t i = r * columns + c;                         \
                const float s = scales[c];                                \
                body                                                      \
            }                                                             \
    } else {                                                              \
        const float s = scales[0];                                        \
        for (size_t i = 0; i < rows * columns; i++) { body }              \
    }

RNV_LEVELS
void rnv_quantize(const float *restrict x, const float *restrict scales, int per_column, float limit,
                  int rounding, float *restrict out, size_t rows, size_t columns) {
    if (rounding == RNV_ROUND_AWAY) {
        FOR_EACH(per_column, out[i] = s > 0 ? code(x[i], s, limit, RNV_ROUND_AWAY) * s : x[i];)
    } else {
        FOR_EACH(per_column, out[i] = s > 0 ? code(x[i], s, limit, RNV_ROUND_EVEN) * s : x[i];)
    }
}

RNV_LEVELS
void rnv_quantize_codes(const float *restrict x, const float *restrict scales, int per_column,
                        float limit, int rounding, float *restrict out, size_t rows,
                        size_t columns) {
    FOR_EACH(per_column, out[i] = s > 0 ? code(x[i], s, limit, rounding) : 0.0f;)
}

RNV_LEVELS
void rnv_quantize_gradient(const float *restrict gradient, const float *restrict x,
                           const float *restrict scales, int per_column, float reach,
                           float *restrict out, size_t rows, size_t columns) {
    // The largest number itself may lie above the limit by the rounding of its quotient.
    const float edge = reach * (1.0f + 1.1920929e-7f);
    FOR_EACH(per_column, {
        const float v = x[i] / s;
        out[i] = s > 0 && !(v <= edge && v >= -edge) ? 0.0f : gradient[i];
    })
}

RNV_LEVELS
void rnv_quantize_tanh_gradient(const float *restrict gradient, const float *restrict squashed,
                                float scale, float limit, float *restrict out, size_t n) {
    const float edge = limit * (1.0f + 1.1920929e-7f);
    for (size_t i = 0; i < n; i++) {
        const float t = squashed[i], v = t / scale;
        out[i] = v <= edge && v >= -edge ? gradient[i] * (1.0f - t * t) : 0.0f;
    }
}

RNV_INLINE float step_slope(float x, float scale, float limit, float edge, int rounding) {
    const float v = x / scale, inside = clipped(v, limit);
    const float h = rounded(inside, rounding) - inside;
    return v >= edge ? limit : v <= -edge ? -limit : h;
}

RNV_LEVELS
double rnv_quantize_step_gradient(const float *restrict gradient, const float *restrict x, float scale,
                                  float limit, int edge_is_clipped, int rounding, size_t n) {
    double sums[8] = {0};
    // The edge itself may lie beside the limit by the rounding of its quotient.
    const float edge = limit * (edge_is_clipped ? 1.0f - 2.4e-7f : 1.0f + 2.4e-7f);
    size_t i = 0;
    for (; i + 8 <= n; i += 8)
        for (int k = 0; k < 8; k++)
            sums[k] += (double)gradient[i + k] * step_slope(x[i + k], scale, limit, edge, rounding);
    for (int k = 0; i + k < n; k++)
        sums[k] += (double)gradient[i + k] * step_slope(x[i + k], scale, limit, edge, rounding);
    return ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
}

RNV_LEVELS
void rnv_column_peaks(const float *restrict x, float *restrict out, size_t rows, size_t columns) {
    for (size_t c = 0; c < columns; c++) out[c] = 0;
    for (size_t r = 0; r < rows; r++)
        for (size_t c = 0; c < columns; c++) {
            const float size = __builtin_fabsf(x[r * columns + c]);
            out[c] = size > out[c] ? size : out[c];
        }
}

RNV_LEVELS
void rnv_column_squares(const float *restrict x, double *restrict out, size_t rows, size_t columns) {
    for (size_t c = 0; c < columns; c++) out[c] = 0;
    for (size_t r = 0; r < rows; r++)
        for (size_t c = 0; c < columns; c++) {
            const double v = x[r * columns + c];
            out[c] += v * v;
        }
}
