#include "rnv_spike_products.h"

#include "lanes.h"

enum { block = 512, slack = 4 };  // spikes listed at once, and places written past them

// Compilers gather the four places into a vector, which takes longer than to write them one by one.
#define KEEP_SCALAR(value) __asm__ volatile("" : "+r"(value))

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
        // Four at a time, wanted or not: the branch of a loop over single spikes is a coin toss.
        uint32_t *to_list = list + found;
        found += (size_t)__builtin_popcountll(word);
        while (word) {
            for (int j = 0; j < slack; j++) {
                to_list[j] = (uint32_t)(bit - base) + (word ? (uint32_t)__builtin_ctzll(word) : 0);
                word &= word - 1;
                KEEP_SCALAR(word);
            }
            to_list += slack;
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
    size_t width;
    for (size_t column = 0; column < outputs; column += width) {
        const size_t left = outputs - column;
        const int vectors = left >= 128 ? 8 : left >= 64 ? 4 : (int)((left + 15) / 16);
        width = 16 * (size_t)vectors;
        lanes sum[8];
        for (int v = 0; v < 8; v++) sum[v] = lanes_all(0);
        switch (vectors) {
        case 8: ACCUMULATE(8) break;
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
    uint32_t list[block + slack];
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

enum { chunk = 512 };  // rows whose spikes are listed input by input

/// Bit c of word k becomes bit k of word c.
RNV_INLINE void transpose_bits(uint64_t m[64]) {
    uint64_t mask = 0x00000000ffffffff;
    for (size_t j = 32; j != 0; j >>= 1, mask ^= mask << j) {
        for (size_t k = 0; k < 64; k = ((k | j) + 1) & ~j) {
            const uint64_t t = ((m[k] >> j) ^ m[k | j]) & mask;
            m[k] ^= t << j;
            m[k | j] ^= t;
        }
    }
}

/// Up to 64 bits of a row from bit `first` on.
RNV_INLINE uint64_t bits_at(const uint64_t *words, size_t first, size_t count) {
    const size_t word = first >> 6, shift = first & 63;
    uint64_t value = words[word] >> shift;
    if (shift + count > 64) value |= words[word + 1] << (64 - shift);
    return count < 64 ? value & (((uint64_t)1 << count) - 1) : value;
}

/// Rows of a chunk in which each of up to 64 inputs spiked, one bit per row.
typedef struct {
    uint64_t of_input[64][chunk / 64];
} columns_of_bits;

RNV_INLINE void read_columns(const uint64_t *words, size_t words_per_row, size_t samples,
                             size_t inputs, size_t first_row, size_t rows, size_t input,
                             size_t count, columns_of_bits *out) {
    size_t t = first_row / samples, b = first_row % samples;
    for (size_t group = 0; group < chunk / 64; group++) {
        uint64_t m[64] = {0};
        for (size_t k = 0; k < 64 && group * 64 + k < rows; k++) {
            m[k] = bits_at(words + t * words_per_row, b * inputs + input, count);
            if (++b == samples) {
                b = 0;
                t++;
            }
        }
        transpose_bits(m);
        for (size_t i = 0; i < count; i++) out->of_input[i][group] = m[i];
    }
}

/// Adds the listed rows to a part of a row of the gradient.
#define GATHER(vectors)                                                                     \
    {                                                                                       \
        lanes sum[vectors];                                                                 \
        for (int v = 0; v < vectors; v++) {                                                 \
            sum[v] = begun ? lanes_load(to + 16 * v) : lanes_all(0);                        \
        }                                                                                   \
        for (size_t s = 0; s < found; s++) {                                                \
            const float *row = from + (size_t)list[s] * stride;                             \
            for (int v = 0; v < vectors; v++) sum[v] += lanes_load(row + 16 * v);           \
        }                                                                                   \
        for (int v = 0; v < vectors; v++) lanes_store(to + 16 * v, sum[v]);                 \
    }                                                                                       \
    break;

RNV_LEVELS
void rnv_spike_weight_gradient(const uint64_t *words, size_t words_per_row, size_t steps,
                               size_t samples, size_t inputs, size_t from_input, size_t to_input,
                               size_t from_column, size_t to_column, const float *upstream,
                               size_t stride, float *gradient) {
    columns_of_bits bits;
    uint32_t list[chunk + slack];
    const size_t all = steps * samples;
    for (size_t first = 0; first < all; first += chunk) {
        const size_t rows = all - first < chunk ? all - first : chunk;
        const int begun = first > 0;
        for (size_t input = from_input; input < to_input; input += 64) {
            const size_t count = to_input - input < 64 ? to_input - input : 64;
            read_columns(words, words_per_row, samples, inputs, first, rows, input, count, &bits);
            for (size_t i = 0; i < count; i++) {
                size_t next;
                const size_t found = list_spikes(bits.of_input[i], 0, 0, chunk, list, &next);
                if (found == 0 && begun) continue;
                size_t width;
                for (size_t column = from_column; column < to_column; column += width) {
                    const size_t left = to_column - column;
                    const float *from = upstream + first * stride + column;
                    float *to = gradient + (input + i) * stride + column;
                    width = left >= 128 ? 128 : left >= 64 ? 64 : 16;
                    switch (width) {
                    case 128: GATHER(8)
                    case 64: GATHER(4)
                    default: GATHER(1)
                    }
                }
            }
        }
    }
}
