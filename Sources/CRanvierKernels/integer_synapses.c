#include "integer_steps.h"

enum { slack = 4 };  // places written at once

// Compilers gather the places into a vector, which takes longer than to write them one by one.
#define KEEP_SCALAR(value) __asm__ volatile("" : "+r"(value))

/// Writes the places of the set bits, some of them more than once past the end. Returns how many there are.
static size_t list_bits(const uint64_t *words, size_t inputs, uint32_t *list) {
    size_t found = 0;
    for (size_t bit = 0; bit < inputs; bit += 64) {
        uint64_t word = words[bit >> 6];
        uint32_t *to = list + found;
        found += (size_t)__builtin_popcountll(word);
        for (; word; to += slack) {
            // Four at a time, wanted or not: the branch of a loop over single spikes is a coin toss.
            for (int j = 0; j < slack; j++) {
                to[j] = (uint32_t)bit + (word ? (uint32_t)__builtin_ctzll(word) : 0);
                word &= word - 1;
                KEEP_SCALAR(word);
            }
        }
    }
    return found;
}

#if defined(__x86_64__) && !defined(RNV_ONE_LEVEL)
typedef char bytes_64 __attribute__((vector_size(64)));
typedef uint8_t places_16 __attribute__((ext_vector_type(16)));
typedef uint32_t wide_places_16 __attribute__((ext_vector_type(16)));

/// The same by compression: no branch asks how many spikes a word has, unless there are more than sixteen.
__attribute__((target("avx512f,avx512bw,avx512vbmi2,popcnt,prefer-256-bit")))
static size_t compress_bits(const uint64_t *words, size_t inputs, uint32_t *list) {
    static const char every[64] = {
        0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
        22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43,
        44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63};
    bytes_64 all;
    memcpy(&all, every, sizeof all);
    size_t found = 0;
    for (size_t bit = 0; bit < inputs; bit += 64) {
        const uint64_t word = words[bit >> 6];
        const size_t count = (size_t)__builtin_popcountll(word);
        const bytes_64 set = (bytes_64)__builtin_ia32_compressqi512_mask(all, (bytes_64){0}, word);
        // Most words have few.
        places_16 part;
        memcpy(&part, &set, sizeof part);
        wide_places_16 places = __builtin_convertvector(part, wide_places_16) + (uint32_t)bit;
        memcpy(list + found, &places, sizeof places);
        for (size_t j = 16; j < count; j += 16) {
            memcpy(&part, (const char *)&set + j, sizeof part);
            places = __builtin_convertvector(part, wide_places_16) + (uint32_t)bit;
            memcpy(list + found + j, &places, sizeof places);
        }
        found += count;
    }
    return found;
}

#define LIST_BITS(words, inputs, list)                                     \
    (__builtin_cpu_supports("avx512vbmi2") ? compress_bits(words, inputs, list) \
                                           : list_bits(words, inputs, list))
#else
#define LIST_BITS list_bits
#endif

size_t rnv_integer_list(const uint64_t *words, size_t inputs, const uint32_t *fan_out,
                        uint32_t *list, int64_t *additions) {
    const size_t found = LIST_BITS(words, inputs, list);
    if (fan_out) {
        uint64_t all = 0;
        for (size_t s = 0; s < found; s++) all += fan_out[list[s]];
        *additions += (int64_t)all;
    }
    return found;
}

RNV_INLINE void narrow_columns(const uint32_t *list, size_t found, const int8_t *codes,
                               size_t padded, size_t group, int shift, const int16_t *base,
                               int16_t *out, const int vectors) {
    lanes_16 sum[8];
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) sum[v] = (lanes_16)(0);
    add_rows(list, found, codes, padded, group, vectors, sum);
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) {
        sum[v] = shifted_16(sum[v], shift);
        if (base) sum[v] += load_16(base + 32 * v);
        store_16(out + 32 * v, sum[v]);
    }
}

RNV_INLINE void wide_columns(const uint32_t *list, size_t found, const int8_t *codes,
                             size_t padded, size_t group, size_t block, int shift,
                             const int32_t *base, int32_t *out, const int vectors) {
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) {
        store_32(out + 32 * v, base ? load_32(base + 32 * v) : (lanes_32)(0));
    }
    for (size_t s = 0; s < found; s += block) {
        lanes_16 sum[8];
#pragma clang loop unroll(full)
        for (int v = 0; v < vectors; v++) sum[v] = (lanes_16)(0);
        add_rows(list + s, found - s < block ? found - s : block, codes, padded, group, vectors,
                 sum);
#pragma clang loop unroll(full)
        for (int v = 0; v < vectors; v++) {
            store_32(out + 32 * v, load_32(out + 32 * v) + shifted_32(WIDER_32(sum[v]), shift));
        }
    }
}

#define FOR_COLUMNS(call)                                        \
    for (size_t column = 0; column < padded;) {                  \
        const size_t left = (padded - column) / 32;              \
        if (left >= 8) {                                         \
            call(8)                                              \
            column += 256;                                       \
        } else if (left >= 4) {                                  \
            call(4)                                              \
            column += 128;                                       \
        } else if (left >= 2) {                                  \
            call(2)                                              \
            column += 64;                                        \
        } else {                                                 \
            call(1)                                              \
            column += 32;                                        \
        }                                                        \
    }

RNV_LEVELS
void rnv_integer_rows_narrow(const uint32_t *list, size_t found, const int8_t *codes, size_t padded,
                             int32_t largest, int shift, const int16_t *base, int16_t *out) {
    const size_t group = 127 / (size_t)largest;
#define NARROW(vectors)                                                                    \
    narrow_columns(list, found, codes + column, padded, group, shift,                      \
                   base ? base + column : base, out + column, vectors);
    FOR_COLUMNS(NARROW)
}

RNV_LEVELS
void rnv_integer_rows(const uint32_t *list, size_t found, const int8_t *codes, size_t padded,
                      int32_t largest, int shift, const int32_t *base, int32_t *out) {
    const size_t group = 127 / (size_t)largest, block = 32767 / (size_t)largest;
#define WIDE(vectors)                                                                      \
    wide_columns(list, found, codes + column, padded, group, block, shift,                 \
                 base ? base + column : base, out + column, vectors);
    FOR_COLUMNS(WIDE)
}

RNV_LEVELS
void rnv_integer_listed(const uint32_t *list, size_t found, const uint32_t *starts,
                        const uint32_t *places, const int8_t *codes, size_t padded, int shift,
                        const int32_t *bias, int32_t *out) {
    if (bias) {
        memcpy(out, bias, padded * sizeof *out);
    } else {
        memset(out, 0, padded * sizeof *out);
    }
    for (size_t s = 0; s < found; s++) {
        for (uint32_t e = starts[list[s]]; e < starts[list[s] + 1]; e++) {
            out[places[e]] += (int32_t)codes[e] * (1 << shift);
        }
    }
}

RNV_LEVELS_COUNTING
void rnv_integer_planes(const uint64_t *words, size_t count, const uint64_t *plus,
                        const uint64_t *minus, size_t outputs, size_t padded, int shift,
                        const int32_t *bias, int32_t *out) {
    enum { columns = 32 };
    for (size_t column = 0; column < padded; column += columns) {
        int64_t sum[columns] = {0};
        int64_t all = 0;
        for (size_t w = 0; w < count; w++) {
            const uint64_t spikes = words[w];
            if (!spikes) continue;
            const uint64_t *p = plus + w * padded + column;
            if (minus) {
                const uint64_t *m = minus + w * padded + column;
                for (int j = 0; j < columns; j++) {
                    sum[j] += __builtin_popcountll(spikes & p[j]);
                    sum[j] -= __builtin_popcountll(spikes & m[j]);
                }
            } else {
                all += __builtin_popcountll(spikes);
                for (int j = 0; j < columns; j++) sum[j] += 2 * __builtin_popcountll(spikes & p[j]);
            }
        }
        for (int j = 0; j < columns; j++) {
            out[column + (size_t)j] = (int32_t)(sum[j] - all) * (1 << shift)
                + (bias ? bias[column + (size_t)j] : 0);
        }
    }
    // Padding has no weights, rather than weights of -1.
    memset(out + outputs, 0, (padded - outputs) * sizeof *out);
}

RNV_LEVELS
void rnv_integer_dense_values(const rnv_integer_stage_t *s, const int32_t *values, int32_t *out,
                              int64_t *additions) {
    for (size_t column = 0; column < s->padded; column += 32) {
        lanes_32 sum = (lanes_32)(0);
        for (size_t i = 0; i < s->inputs; i++) {
            if (!values[i]) continue;
            sum += WIDER_32(load_8(s->codes + i * s->padded + column)) * values[i];
        }
        sum = shifted_32(sum, s->shift);
        if (s->bias) sum += load_32(s->bias + column);
        store_32(out + column, sum);
    }
    if (!s->fan_out) return;
    for (size_t i = 0; i < s->inputs; i++) *additions += values[i] ? s->fan_out[i] : 0;
}

RNV_LEVELS
void rnv_integer_delayed(const rnv_integer_stage_t *s, uint8_t *state, const uint64_t *words,
                         const int32_t *values, int32_t *out, rnv_integer_counts_t *counts) {
    int32_t *pending = (int32_t *)(state + s->pending);
    const size_t now = (size_t)counts->slot;
    for (size_t i = 0; i < s->inputs; i++) {
        const int32_t value = words ? (int32_t)(words[i >> 6] >> (i & 63) & 1) : values[i];
        if (!value) continue;
        if (s->fan_out) counts->last_additions += s->fan_out[i];
        for (size_t o = 0; o < s->outputs; o++) {
            const size_t place = i * s->padded + o, later = now + s->delays[place];
            const size_t slot = later < s->slots ? later : later - s->slots;
            pending[slot * s->padded + o] += (int32_t)s->codes[place] * (1 << s->shift) * value;
        }
    }
    int32_t *from = pending + now * s->padded;
    for (size_t o = 0; o < s->padded; o++) out[o] = from[o] + (s->bias ? s->bias[o] : 0);
    memset(from, 0, s->padded * sizeof *from);
    counts->slot = (int64_t)(now + 1 < s->slots ? now + 1 : 0);
}
