#include "rnv_spike_products.h"

#include "bits.h"
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
                to_list[j] = (uint32_t)(bit - base) + (word ? (uint32_t)__builtin_ctzll(word) : 64);
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
                sum[v] = lanes_load_part(out + at, n) + sum[v];
            } else if (bias) {
                sum[v] = lanes_load(bias + at) + sum[v];
            }
            lanes_store_part(out + at, sum[v], n);
        }
    }
}

RNV_LEVELS
void rnv_spike_product(const uint64_t *words, size_t first, size_t rows, size_t inputs,
                       const float *weights, size_t stride, size_t outputs, const float *bias,
                       const uint8_t *living, float *out) {
    uint32_t list[block + slack];
    const size_t length = rnv_product_block(inputs);
    for (size_t r = 0; r < rows; r++) {
        const size_t base = first + r * inputs;
        for (size_t from = 0; from < inputs; from += length) {
            const size_t to = inputs - from < length ? inputs : from + length;
            size_t next;
            size_t found = list_spikes(words, base, base + from, base + to, list, &next);
            if (living) {
                size_t kept = 0;
                for (size_t s = 0; s < found; s++) {
                    list[kept] = list[s];
                    kept += living[list[s]];
                }
                found = kept;
            }
            add_block(list, found, weights, stride, outputs, bias, from > 0, out + r * outputs);
        }
    }
}

typedef float quad __attribute__((vector_size(16), aligned(4)));

RNV_LEVELS
void rnv_spike_list_product(const uint64_t *words, size_t first, size_t rows, size_t inputs,
                            const rnv_sparse_rows_t *weights, int width, size_t outputs,
                            const float *bias, float *sum, float *out) {
    uint32_t list[block + slack];
    const size_t length = rnv_product_block(inputs);
    for (size_t r = 0; r < rows; r++) {
        const size_t base = first + r * inputs;
        float *to_row = out + r * outputs;
        for (size_t from = 0; from < inputs; from += length) {
            const size_t to = inputs - from < length ? inputs : from + length;
            size_t next;
            const size_t found = list_spikes(words, base, base + from, base + to, list, &next);
            memset(sum, 0, (outputs + 3) / 4 * 4 * sizeof(float));
            for (size_t s = 0; s < found; s++) {
                const uint32_t begin = weights->starts[list[s]], end = weights->starts[list[s] + 1];
                if (width == 4) {
                    for (uint32_t e = begin; e < end; e++) {
                        *(quad *)(sum + weights->places[e]) +=
                            *(const quad *)(weights->values + 4 * (size_t)e);
                    }
                } else {
                    for (uint32_t e = begin; e < end; e++) {
                        sum[weights->places[e]] += weights->values[e];
                    }
                }
            }
            const float *begun = from > 0 ? to_row : bias;
            if (begun) {
                for (size_t j = 0; j < outputs; j++) to_row[j] = begun[j] + sum[j];
            } else {
                memcpy(to_row, sum, outputs * sizeof(float));
            }
        }
    }
}

size_t rnv_list_groups(const float *x, size_t n, uint32_t *places, float *values) {
    size_t found = 0;
    for (size_t i = 0; i < n; i += 4) {
        float group[4] = {0};
        memcpy(group, x + i, (n - i < 4 ? n - i : 4) * sizeof(float));
        if (group[0] == 0 && group[1] == 0 && group[2] == 0 && group[3] == 0) continue;
        places[found] = (uint32_t)i;
        memcpy(values + 4 * found, group, sizeof group);
        found++;
    }
    return found;
}

RNV_LEVELS
size_t rnv_spike_rows_count(const rnv_spike_rows_t *rows, size_t first, size_t count) {
    size_t total = 0;
    while (count > 0) {
        const size_t b = first % rows->samples, rest = rows->samples - b;
        const size_t n = count < rest ? count : rest;
        const uint64_t *words = rows->words + first / rows->samples * rows->words_per_row;
        const size_t end = (b + n) * rows->inputs;
        for (size_t bit = b * rows->inputs; bit < end; bit += 64) {
            const size_t width = end - bit < 64 ? end - bit : 64;
            total += (size_t)__builtin_popcountll(bits_at(words, bit, width));
        }
        first += n;
        count -= n;
    }
    return total;
}

RNV_LEVELS
void rnv_spike_rows_by_input(const rnv_spike_rows_t *rows, size_t first, size_t count,
                             uint32_t *starts, uint16_t *list, uint64_t *scratch) {
    const size_t inputs = rows->inputs, groups = (count + 63) / 64;
    uint32_t all = 0;
    for (size_t input = 0; input < inputs; input += 64) {
        const size_t width = inputs - input < 64 ? inputs - input : 64;
        for (size_t group = 0; group < groups; group++) {
            uint64_t *square = scratch + 64 * group;
            const size_t there = count - 64 * group < 64 ? count - 64 * group : 64;
            size_t t = (first + 64 * group) / rows->samples, b = (first + 64 * group) % rows->samples;
            for (size_t r = 0; r < there; r++) {
                square[r] = bits_at(rows->words + t * rows->words_per_row,
                                    b * inputs + input, width);
                if (++b == rows->samples) b = 0, t++;
            }
            for (size_t r = there; r < 64; r++) square[r] = 0;
            bits_transpose(square);
        }
        for (size_t i = 0; i < width; i++) {
            starts[input + i] = all;
            for (size_t group = 0; group < groups; group++) {
                uint64_t word = scratch[64 * group + i];
                uint16_t *to = list + all;
                all += (uint32_t)__builtin_popcountll(word);
                for (; word; to += slack) {
                    for (int j = 0; j < slack; j++) {
                        const uint32_t bit = word ? (uint32_t)__builtin_ctzll(word) : 0;
                        to[j] = (uint16_t)(64 * group + bit);
                        word &= word - 1;
                        KEEP_SCALAR(word);
                    }
                }
            }
        }
    }
    starts[inputs] = all;
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
void rnv_spike_weight_gradient(const uint32_t *starts, const uint16_t *all, int begun,
                               size_t from_input, size_t to_input, size_t from_column,
                               size_t to_column, const float *upstream, size_t stride,
                               float *gradient) {
    for (size_t input = from_input; input < to_input; input++) {
        const size_t found = starts[input + 1] - starts[input];
        const uint16_t *list = all + starts[input];
        if (found == 0 && begun) continue;
        size_t width;
        for (size_t column = from_column; column < to_column; column += width) {
            const size_t left = to_column - column;
            const float *from = upstream + column;
            float *to = gradient + input * stride + column;
            width = left >= 128 ? 128 : left >= 64 ? 64 : 16;
            switch (width) {
            case 128: GATHER(8)
            case 64: GATHER(4)
            default: GATHER(1)
            }
        }
    }
}

RNV_LEVELS
void rnv_spike_thin_gradient(const rnv_spike_rows_t *rows, size_t count, size_t from_input,
                             size_t to_input, const float *upstream, float *gradient) {
    uint32_t list[block + slack];
    for (size_t input = from_input; input < to_input; input++) {
        lanes_store(gradient + 16 * input, lanes_all(0));
    }
    for (size_t r = 0; r < count; r++) {
        const uint64_t *words = rows->words + r / rows->samples * rows->words_per_row;
        const size_t base = r % rows->samples * rows->inputs;
        const lanes g = lanes_load(upstream + 16 * r);
        for (size_t next = base + from_input; next < base + to_input;) {
            const size_t found = list_spikes(words, base, next, base + to_input, list, &next);
            for (size_t s = 0; s < found; s++) {
                float *to = gradient + 16 * (size_t)list[s];
                lanes_store(to, lanes_load(to) + g);
            }
        }
    }
}
