#include "rnv_selection.h"

#include "levels.h"

RNV_INLINE uint32_t size_bits(float x) {
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits & 0x7fffffffu;
}

void rnv_magnitude_histogram(const float *x, const float *alive, size_t n, uint32_t prefix, int shift,
                             int digits, uint64_t *counts) {
    const uint32_t mask = (1u << digits) - 1;
    for (size_t i = 0; i < n; i++) {
        const uint32_t bits = size_bits(x[i]);
        if ((bits >> shift) >> digits != prefix || (alive && alive[i] == 0)) continue;
        counts[(bits >> shift) & mask]++;
    }
}

uint64_t rnv_keep_larger(const float *x, const float *alive, size_t n, uint32_t limit, uint64_t ties,
                         float *out) {
    for (size_t i = 0; i < n; i++) {
        const uint32_t bits = size_bits(x[i]);
        const int lives = !alive || alive[i] != 0;
        const int tied = lives && bits == limit;
        out[i] = lives && (bits > limit || (tied && ties == 0)) ? 1.0f : 0.0f;
        ties -= tied && ties > 0;
    }
    return ties;
}

uint64_t rnv_count_smaller(const float *x, const float *alive, size_t n, uint32_t limit) {
    uint64_t count = 0;
    for (size_t i = 0; i < n; i++) count += size_bits(x[i]) < limit && (!alive || alive[i] != 0);
    return count;
}

size_t rnv_largest_magnitude(const float *x, const float *alive, size_t n) {
    size_t found = n;
    uint32_t largest = 0;
    for (size_t i = 0; i < n; i++) {
        if (alive && alive[i] == 0) continue;
        const uint32_t bits = size_bits(x[i]);
        if (found == n || bits > largest) found = i, largest = bits;
    }
    return found;
}

uint64_t rnv_next_larger(const float *x, const float *alive, size_t n, uint32_t limit, uint32_t *next) {
    uint64_t up_to = 0;
    uint32_t least = UINT32_MAX;
    for (size_t i = 0; i < n; i++) {
        if (alive && alive[i] == 0) continue;
        const uint32_t bits = size_bits(x[i]);
        up_to += bits <= limit;
        least = bits > limit && bits < least ? bits : least;
    }
    *next = least < *next ? least : *next;
    return up_to;
}
