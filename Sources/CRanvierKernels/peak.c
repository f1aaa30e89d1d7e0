#include "rnv_peak.h"

#include "lanes.h"

typedef double lanes_f64 __attribute__((ext_vector_type(16)));

// Independent chains hide the latency of an operation: eight single-precision vectors fill the
// registers of every level, double precision has room for half as many.

#define CHAINS                                                                                     \
    const lanes scale = lanes_all(0.999f), shift = lanes_all(0.001f);                              \
    lanes a = shift, b = scale, c = shift, d = scale, e = shift, f = scale, g = shift, h = scale;  \
    for (size_t i = 0; i < rounds; i++) {                                                          \
        a = a * scale + shift;                                                                     \
        b = b * scale + shift;                                                                     \
        c = c * scale + shift;                                                                     \
        d = d * scale + shift;                                                                     \
        e = e * scale + shift;                                                                     \
        f = f * scale + shift;                                                                     \
        g = g * scale + shift;                                                                     \
        h = h * scale + shift;                                                                     \
    }                                                                                              \
    return lanes_sum(a + b + c + d + e + f + g + h);

RNV_LEVELS
float rnv_peak_f32(size_t rounds) { CHAINS }

RNV_LEVELS
float rnv_peak_fused_f32(size_t rounds) {
#pragma STDC FP_CONTRACT ON
    CHAINS
}

RNV_LEVELS
double rnv_peak_f64(size_t rounds) {
    const lanes_f64 scale = (lanes_f64)(0.999), shift = (lanes_f64)(0.001);
    lanes_f64 a = shift, b = scale, c = shift, d = scale;
    for (size_t i = 0; i < 2 * rounds; i++) {
        a = a * scale + shift;
        b = b * scale + shift;
        c = c * scale + shift;
        d = d * scale + shift;
    }
    const lanes_f64 sum = a + b + c + d;
    double total = 0;
    for (int i = 0; i < 16; i++) total += sum[i];
    return total;
}
