// Layered theta networks: one text for both precisions, in exact_theta_precision.h.
#include "rnv_exact_theta.h"

#include "lanes.h"

#include <math.h>

size_t rnv_exact_theta_stride(size_t neurons) {
    return (neurons + RNV_EXACT_LANES - 1) / RNV_EXACT_LANES * RNV_EXACT_LANES;
}

RNV_LEVELS
void rnv_exact_theta_masks(
    const uint8_t *pixels, size_t samples, size_t inputs, size_t bins, uint64_t *masks) {
    const size_t words = (samples + 63) / 64;
    memset(masks, 0, inputs * bins * words * sizeof *masks);
    for (size_t s = 0; s < samples; s++) {
        const uint8_t *row = pixels + s * inputs;
        const uint64_t bit = (uint64_t)1 << (s & 63);
        typedef uint8_t bytes __attribute__((ext_vector_type(16)));
        for (size_t i = 0; i < inputs; i += 16) {
            bytes v = (bytes)(uint8_t)255;
            memcpy(&v, row + i, inputs - i < 16 ? inputs - i : 16);
            const lanes_bits on = __builtin_convertvector(v < (uint8_t)bins, lanes_bits);
            uint16_t set;
            memcpy(&set, &on, sizeof set);
            for (; set; set &= (uint16_t)(set - 1)) {
                const size_t pixel = i + (size_t)__builtin_ctz(set);
                masks[(pixel * bins + row[pixel]) * words + (s >> 6)] |= bit;
            }
        }
    }
}

// States are scaled back to length 1 every so many events.
#define RNV_EXACT_RENORM 32

// Samples whose static passes share each row of weights that is read.
#define GROUP 8

#define REAL float
#define REAL_INT int32_t
#define NAME(name) name##_f32
#define SERIES_TERMS 6
#define ATAN_TERMS 9
#include "exact_theta_precision.h"

#define REAL double
#define REAL_INT int64_t
#define NAME(name) name##_f64
#define SERIES_TERMS 11
#define ATAN_TERMS 20
#include "exact_theta_precision.h"
