#include "rnv_spike_products.h"

#include "lanes.h"

enum { block = 512 };  // spikes listed at once

/// Lists the set bits `from <= bit < to` of a row as indices relative to `base`; stops when `list` is
/// full. Returns how many; *next is where to go on.
RNV_INLINE size_t list_spikes(const uint64_t *words, size_t base, size_t from, size_t to,
                              uint32_t *list, size_t *next) {
    size_t found = 0, bit = from;
    while (bit < to) {
        const size_t shift = bit & 63, left = to - bit;
        const size_t width = 64 - shift < left ? 64 - shift : left;
        if (found + width > block) break;
        uint64_t word = words[bit >> 6] >> shift;
        if (width < 64) word &= ((uint64_t)1 << width) - 1;
        while (word) {
            list[found++] = (uint32_t)(bit - base + (size_t)__builtin_ctzll(word));
            word &= word - 1;
        }
        bit += width;
    }
    *next = bit;
    return found;
}

RNV_INLINE void store_part(float *p, lanes v, size_t n) {
    if (n >= 16) {
        lanes_store(p, v);
    } else {
        float rest[16];
        lanes_store(rest, v);
        memcpy(p, rest, n * sizeof(float));
    }
}

/// Adds the listed weight rows to vectors of sums that begin at column `column`.
#define ACCUMULATE(vectors)                                                    \
    for (size_t s = 0; s < found; s++) {                                       \
        const float *row = weights + (size_t)list[s] * stride + column;        \
        for (int v = 0; v < vectors; v++) sum[v] += lanes_load(row + 16 * v);  \
    }

size_t rnv_product_block(size_t inputs) {
    const size_t blocks = (inputs + 383) / 384;
    return blocks > 1 ? ((inputs + blocks - 1) / blocks + 15) / 16 * 16 : inputs;
}

/// Sums of one block of inputs for one row: out = (begun ? out : bias or 0) + sum of listed rows.
RNV_INLINE void add_block(const uint32_t *list, size_t found, const float *weights, size_t stride,
                          size_t outputs, const float *bias, int begun, float *out) {
    for (size_t column = 0; column < outputs; column += 64) {
        const size_t left = outputs - column;
        const int vectors = left >= 64 ? 4 : (int)((left + 15) / 16);
        lanes sum[4] = {lanes_all(0), lanes_all(0), lanes_all(0), lanes_all(0)};
        switch (vectors) {
        case 4: ACCUMULATE(4) break;
        case 3: ACCUMULATE(3) break;
        case 2: ACCUMULATE(2) break;
        default: ACCUMULATE(1) break;
        }
        for (int v = 0; v < vectors; v++) {
            const size_t at = column + 16 * (size_t)v;
            const size_t n = outputs - at < 16 ? outputs - at : 16;
            if (begun) {
                float earlier[16] = {0};
                memcpy(earlier, out + at, n * sizeof(float));
                sum[v] = lanes_load(earlier) + sum[v];
            } else if (bias) {
                sum[v] = lanes_load(bias + at) + sum[v];
            }
            store_part(out + at, sum[v], n);
        }
    }
}

RNV_LEVELS
void rnv_spike_product(const uint64_t *words, size_t first, size_t rows, size_t inputs,
                       const float *weights, size_t stride, size_t outputs, const float *bias,
                       float *out) {
    uint32_t list[block];
    const size_t length = rnv_product_block(inputs);
    for (size_t r = 0; r < rows; r++) {
        const size_t base = first + r * inputs;
        for (size_t from = 0; from < inputs; from += length) {
            const size_t to = inputs - from < length ? inputs : from + length;
            size_t next;
            const size_t found = list_spikes(words, base, base + from, base + to, list, &next);
            add_block(list, found, weights, stride, outputs, bias, from > 0, out + r * outputs);
        }
    }
}

RNV_LEVELS
void rnv_spike_product_weight_gradient(const uint64_t *words, size_t first, size_t rows,
                                       size_t inputs, size_t from_input, size_t to_input,
                                       const float *upstream, size_t stride, float *gradient) {
    uint32_t list[block];
    for (size_t r = 0; r < rows; r++) {
        const size_t base = first + r * inputs;
        const float *g = upstream + r * stride;
        size_t next = base + from_input;
        while (next < base + to_input) {
            const size_t found = list_spikes(words, base, next, base + to_input, list, &next);
            for (size_t column = 0; column < stride; column += 64) {
                const size_t left = stride - column;
                if (left >= 64) {
                    const lanes a = lanes_load(g + column), b = lanes_load(g + column + 16),
                                c = lanes_load(g + column + 32), d = lanes_load(g + column + 48);
                    for (size_t s = 0; s < found; s++) {
                        float *row = gradient + (size_t)list[s] * stride + column;
                        lanes_store(row, lanes_load(row) + a);
                        lanes_store(row + 16, lanes_load(row + 16) + b);
                        lanes_store(row + 32, lanes_load(row + 32) + c);
                        lanes_store(row + 48, lanes_load(row + 48) + d);
                    }
                } else {
                    for (size_t at = column; at < stride; at += 16) {
                        const lanes a = lanes_load(g + at);
                        for (size_t s = 0; s < found; s++) {
                            float *row = gradient + (size_t)list[s] * stride + at;
                            lanes_store(row, lanes_load(row) + a);
                        }
                    }
                }
            }
        }
    }
}
