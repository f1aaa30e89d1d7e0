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
        for (size_t i = 0; i < inputs; i++) {
            if (row[i] >= bins) continue;
            masks[(i * bins + row[i]) * words + (s >> 6)] |= (uint64_t)1 << (s & 63);
        }
    }
}

#define REAL float
#define REAL_INT int32_t
#define NAME(name) name##_f32
#define SERIES_TERMS 6
#define ATAN_TERMS 6
#include "exact_theta_precision.h"

#define REAL double
#define REAL_INT int64_t
#define NAME(name) name##_f64
#define SERIES_TERMS 11
#define ATAN_TERMS 12
#include "exact_theta_precision.h"
