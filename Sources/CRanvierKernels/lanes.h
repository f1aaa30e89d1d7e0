// Sixteen float lanes as one value. The compiler splits them into the registers that a level has;
// the order of additions is the same on all of them.
#ifndef RNV_LANES_H
#define RNV_LANES_H

#include "levels.h"

// Every function below is inlined, so no vector ever crosses a call.
#pragma clang diagnostic ignored "-Wpsabi"

typedef float lanes __attribute__((ext_vector_type(16)));
typedef int32_t lanes_int __attribute__((ext_vector_type(16)));
typedef _Bool lanes_bits __attribute__((ext_vector_type(16)));

RNV_INLINE lanes lanes_load(const float *p) {
    lanes v;
    memcpy(&v, p, sizeof v);
    return v;
}

RNV_INLINE void lanes_store(float *p, lanes v) { memcpy(p, &v, sizeof v); }

RNV_INLINE lanes lanes_all(float x) { return (lanes)(x); }

/// The lanes of `a` where the mask (all ones or zero per lane) is set, else those of `b`.
RNV_INLINE lanes lanes_select(lanes_int mask, lanes a, lanes b) { return mask ? a : b; }

RNV_INLINE uint16_t lanes_mask_bits(lanes_int mask) {
    const lanes_bits bits = __builtin_convertvector(mask, lanes_bits);
    uint16_t out;
    memcpy(&out, &bits, sizeof out);
    return out;
}

RNV_INLINE lanes_int lanes_mask(uint16_t bits) {
    lanes_bits b;
    memcpy(&b, &bits, sizeof bits);
    return -__builtin_convertvector(b, lanes_int);
}

/// Up to sixteen numbers; missing ones are zero.
RNV_INLINE lanes lanes_load_part(const float *p, size_t n) {
    if (n >= 16) return lanes_load(p);
    float part[16] = {0};
    memcpy(part, p, n * sizeof(float));
    return lanes_load(part);
}

RNV_INLINE void lanes_store_part(float *p, lanes v, size_t n) {
    if (n >= 16) {
        lanes_store(p, v);
    } else {
        float part[16];
        lanes_store(part, v);
        memcpy(p, part, n * sizeof(float));
    }
}

/// Sum of the sixteen lanes in one fixed order.
RNV_INLINE float lanes_sum(lanes v) {
    typedef float eight __attribute__((ext_vector_type(8)));
    typedef float four __attribute__((ext_vector_type(4)));
    const eight e = v.lo + v.hi;
    const four f = e.lo + e.hi;
    return (f.x + f.z) + (f.y + f.w);
}

#endif
