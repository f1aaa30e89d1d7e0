// What a step of sixteen bits is made of, for kernels that take one step and for those that take many.
#ifndef RNV_INTEGER_STEPS_H
#define RNV_INTEGER_STEPS_H

#include "integer_lanes.h"

RNV_INLINE uint32_t bits_from(const uint8_t *bits, size_t k) {
    uint32_t word;
    memcpy(&word, bits + k / 8, sizeof word);
    return word;
}

/// Whether neurons are what most are: a leak, a threshold, a reset, sixteen bits and nothing else.
RNV_INLINE int rnv_integer_is_plain(const rnv_integer_stage_t *s) {
    return s->narrow && !s->exact && s->fires && !s->coupling && !s->refractory
        && !s->gives_membrane && s->highest == INT16_MAX;
}

RNV_INLINE lanes_16 kept_16(const rnv_integer_stage_t *s, lanes_16 v) {
    const int k = s->leak_amount;
    switch (s->leak) {
    case RNV_INTEGER_LEAK_FLOOR: return v - (v >> (int16_t)(k < 15 ? k : 15));
    case RNV_INTEGER_LEAK_ZERO: {
        if (k > 15) return v;
        const lanes_16 sign = v >> 15;
        const lanes_u16 size = (lanes_u16)((v ^ sign) - sign);
        const lanes_16 lost = (lanes_16)(size >> (uint16_t)k);
        return v - ((lost ^ sign) - sign);
    }
    case RNV_INTEGER_LEAK_MULTIPLY: {
        // (|v| m) >> 12 is the upper half of |v| (16 m), which 16 bits hold but for m = 4096.
        if (k == 0) return v;
        const lanes_16 sign = v >> 15;
        const lanes_u32 size = __builtin_convertvector((lanes_u16)((v ^ sign) - sign), lanes_u32);
        const lanes_u32 product = size * (uint32_t)(uint16_t)(16 * (4096 - k));
        const lanes_16 rest = (lanes_16)__builtin_convertvector(product >> 16, lanes_u16);
        return (rest ^ sign) - sign;
    }
    default: return v;
    }
}

/// Adds rows to `vectors` vectors of sums. Small codes are added in bytes first, as many rows as a byte holds.
RNV_INLINE void add_rows(const uint32_t *list, size_t found, const int8_t *codes, size_t padded,
                         size_t group, const int vectors, lanes_16 *sum) {
    if (group < 2) {
        for (size_t s = 0; s < found; s++) {
            const int8_t *row = codes + (size_t)list[s] * padded;
#pragma clang loop unroll(full)
            for (int v = 0; v < vectors; v++) sum[v] += WIDER_16(load_8(row + 32 * v));
        }
        return;
    }
    for (size_t s = 0; s < found;) {
        const size_t to = found - s < group ? found : s + group;
        lanes_8 part[8];
#pragma clang loop unroll(full)
        for (int v = 0; v < vectors; v++) part[v] = (lanes_8)(0);
        for (; s < to; s++) {
            const int8_t *row = codes + (size_t)list[s] * padded;
#pragma clang loop unroll(full)
            for (int v = 0; v < vectors; v++) part[v] += load_8(row + 32 * v);
        }
#pragma clang loop unroll(full)
        for (int v = 0; v < vectors; v++) sum[v] += WIDER_16(part[v]);
    }
}

#endif
