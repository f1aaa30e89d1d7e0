#include "rnv_neurons.h"

#include "lanes.h"

/// Sums of `vectors` vectors from feature `at` on.
#define SUM(vectors)                                                                     \
    {                                                                                    \
        lanes sum[vectors];                                                              \
        for (int v = 0; v < vectors; v++) sum[v] = lanes_all(0);                         \
        const float *weights = p->weights + at;                                          \
        for (size_t i = 0; i < p->terms; i++, weights += p->stride) {                    \
            const lanes g = lanes_all(row[i]);                                           \
            for (int v = 0; v < vectors; v++) {                                          \
                sum[v] = __builtin_elementwise_fma(g, lanes_load(weights + 16 * v), sum[v]); \
            }                                                                            \
        }                                                                                \
        for (int v = 0; v < vectors; v++) lanes_store(out + at - begin + 16 * v, sum[v]); \
    }

RNV_LEVELS
void rnv_thin_product(const rnv_thin_product_t *p, size_t t, size_t columns, size_t first,
                      size_t n, float *out) {
    const size_t samples = columns / p->features;
    while (n > 0) {
        const size_t b = first / p->features, begin = first % p->features;
        const size_t rest = p->features - begin, count = n < rest ? n : rest, end = begin + count;
        const float *row = p->rows + (t * samples + b) * p->terms;
        size_t at = begin;
        for (; at + 128 <= end; at += 128) SUM(8)
        for (; at + 64 <= end; at += 64) SUM(4)
        for (; at < end; at += 16) SUM(1)
        first += count;
        n -= count;
        out += count;
    }
}
