// Layered theta networks: one text for both precisions, in exact_theta_precision.h.
#include "rnv_exact_theta.h"

#include "lanes.h"

#include <math.h>

// Pixels listed at a time.
#define PIXELS 1024

size_t rnv_exact_theta_stride(size_t neurons) {
    return (neurons + RNV_EXACT_LANES - 1) / RNV_EXACT_LANES * RNV_EXACT_LANES;
}

/// Lists the pixels with a value in low ... high, in order; `list` has room for 64 more.
RNV_INLINE size_t list_pixels(
    const uint8_t *pixels, size_t inputs, uint8_t low, uint8_t high, uint32_t *list) {
    typedef uint8_t bytes __attribute__((ext_vector_type(16)));
    size_t count = 0;
    for (size_t i = 0; i < inputs; i += 64) {
        uint16_t parts[4] = {0};
        for (size_t k = 0; k < 4 && i + 16 * k < inputs; k++) {
            const size_t at = i + 16 * k, n = inputs - at;
            bytes v = (bytes)(uint8_t)255;
            // A constant size is one load.
            if (n >= 16) memcpy(&v, pixels + at, 16);
            else memcpy(&v, pixels + at, n);
            const lanes_bits on = __builtin_convertvector(
                ((bytes)(v - low) <= (uint8_t)(high - low)), lanes_bits);
            memcpy(&parts[k], &on, sizeof parts[k]);
            if (n < 16) parts[k] &= (uint16_t)((1u << n) - 1);
        }
        uint64_t set;
        memcpy(&set, parts, sizeof set);
        // Sixteen at a time whether there are as many or not: fewer branches go wrong.
        uint32_t *to = list + count;
        count += (size_t)__builtin_popcountll(set);
        while (set) {
            for (size_t k = 0; k < 16; k++, set &= set - 1) {
                *to++ = (uint32_t)i + (uint32_t)__builtin_ctzll(set | (uint64_t)1 << 63);
            }
        }
    }
    return count;
}

RNV_LEVELS
void rnv_exact_theta_masks(
    const uint8_t *pixels, size_t samples, size_t inputs, size_t bins, uint64_t *masks) {
    const size_t words = (samples + 63) / 64;
    memset(masks, 0, inputs * bins * words * sizeof *masks);
    if (bins == 0) return;
    uint32_t list[PIXELS + 64];
    for (size_t s = 0; s < samples; s++) {
        const uint64_t bit = (uint64_t)1 << (s & 63);
        uint64_t *to = masks + (s >> 6);
        for (size_t start = 0; start < inputs; start += PIXELS) {
            const uint8_t *row = pixels + s * inputs + start;
            const size_t n = inputs - start < PIXELS ? inputs - start : PIXELS;
            const size_t count = list_pixels(row, n, 0, (uint8_t)(bins - 1), list);
            for (size_t k = 0; k < count; k++) {
                to[((start + list[k]) * bins + row[list[k]]) * words] |= bit;
            }
        }
    }
}

// States are scaled back to length 1 every so many events.
#define RNV_EXACT_RENORM 32

// Samples whose static passes share each row of weights that is read.
#define GROUP 8

// Vectors of a row that are summed side by side.
#define ROW 8

#define REAL float
#define REAL_INT int32_t
#define NAME(name) name##_f32
#define SERIES_TERMS 6
#define ATAN_TERMS 9
#define TILE 4
#define ROOT_GUESS 0x5f3759df
#define ROOT_STEPS 3
#include "exact_theta_precision.h"

#define REAL double
#define REAL_INT int64_t
#define NAME(name) name##_f64
#define SERIES_TERMS 11
#define ATAN_TERMS 20
#define TILE 3
#define ROOT_GUESS 0x5fe6eb50c7b537a9
#define ROOT_STEPS 4
#include "exact_theta_precision.h"
