#include "rnv_neurons.h"

#include "lanes.h"

enum { together = RNV_THIN_ROWS };

/// Products of `count` rows, 1 or `together` of them, with the features `at` up to `end`.
RNV_INLINE void multiply(const rnv_thin_product_t *p, int count, const float *row, size_t row_step,
                         size_t at, size_t end, float *out, size_t out_step) {
#define SUM(vectors)                                                                        \
    {                                                                                       \
        lanes sum[together][vectors];                                                       \
        for (int r = 0; r < count; r++) {                                                   \
            for (int v = 0; v < vectors; v++) sum[r][v] = lanes_all(0);                     \
        }                                                                                   \
        const float *weights = p->weights + at;                                             \
        for (size_t i = 0; i < p->terms; i++, weights += p->stride) {                       \
            lanes w[vectors];                                                               \
            for (int v = 0; v < vectors; v++) w[v] = lanes_load(weights + 16 * v);          \
            for (int r = 0; r < count; r++) {                                               \
                const lanes g = lanes_all(row[(size_t)r * row_step + i]);                   \
                for (int v = 0; v < vectors; v++) {                                         \
                    sum[r][v] = __builtin_elementwise_fma(g, w[v], sum[r][v]);              \
                }                                                                           \
            }                                                                               \
        }                                                                                   \
        for (int r = 0; r < count; r++) {                                                   \
            for (int v = 0; v < vectors; v++) {                                             \
                lanes_store(out + (size_t)r * out_step + 16 * v, sum[r][v]);                \
            }                                                                               \
        }                                                                                   \
        out += 16 * vectors;                                                                \
    }
    if (count == 1) {
        for (; at + 128 <= end; at += 128) SUM(8)
    }
    for (; at + 64 <= end; at += 64) SUM(4)
    for (; at < end; at += 16) SUM(1)
#undef SUM
}

RNV_LEVELS
void rnv_thin_product(const rnv_thin_product_t *p, size_t t, size_t steps, size_t columns,
                      size_t first, size_t n, float *out, size_t stride) {
    const size_t samples = columns / p->features, step = samples * p->terms;
    while (n > 0) {
        const size_t b = first / p->features, begin = first % p->features;
        const size_t rest = p->features - begin;
        size_t count = n < rest ? n : rest;
        const float *row = p->rows + (t * samples + b) * p->terms;
        if (steps == 1 && begin == 0 && n >= together * p->features && p->features % 16 == 0) {
            // Whole samples, whose ends write nothing over one another.
            multiply(p, together, row, p->terms, 0, p->features, out, p->features);
            count = together * p->features;
        } else {
            size_t k = 0;
            for (; k + together <= steps; k += together) {
                multiply(p, together, row + k * step, step, begin, begin + count, out + k * stride,
                         stride);
            }
            for (; k < steps; k++) {
                multiply(p, 1, row + k * step, step, begin, begin + count, out + k * stride, stride);
            }
        }
        first += count;
        n -= count;
        out += count;
    }
}
