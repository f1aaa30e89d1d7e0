// One passage of a block of leaky integrate-and-fire neurons through time, as the feed-forward and the
// recurrent kernels share it.
#ifndef RNV_LIF_PASSAGE_H
#define RNV_LIF_PASSAGE_H

#include "lanes.h"
#include "rnv_neurons.h"

/// A group of up to 64 numbers as four vectors; missing ones are zero.
typedef struct {
    lanes v[4];
} group;

RNV_INLINE group group_load(const float *p, size_t n) {
    group g;
    if (n >= 64) {
        for (int j = 0; j < 4; j++) g.v[j] = lanes_load(p + 16 * j);
    } else {
        float rest[64] = {0};
        memcpy(rest, p, n * sizeof(float));
        for (int j = 0; j < 4; j++) g.v[j] = lanes_load(rest + 16 * j);
    }
    return g;
}

RNV_INLINE void group_store(float *p, group g, size_t n) {
    if (n >= 64) {
        for (int j = 0; j < 4; j++) lanes_store(p + 16 * j, g.v[j]);
    } else {
        float rest[64];
        for (int j = 0; j < 4; j++) lanes_store(rest + 16 * j, g.v[j]);
        memcpy(p, rest, n * sizeof(float));
    }
}

RNV_INLINE lanes_int fires(lanes u, float threshold, int tie_fires) {
    return tie_fires ? u >= threshold : u > threshold;
}

RNV_INLINE lanes after_reset(lanes u, lanes_int s, int reset, float threshold, float potential) {
    if (reset == RNV_RESET_HARD) return lanes_select(s, lanes_all(potential), u);
    if (reset == RNV_RESET_SOFT) return lanes_select(s, u - threshold, u);
    return u;
}

/// Where a block of neurons reads and writes while time passes. Pointers are at the first neuron.
typedef struct {
    const float *current;
    size_t current_stride;
    rnv_channel_map_t map;
    size_t column;       // of the first neuron, for its channel
    const float *added;  // to the current of every step, or null
    uint64_t *words;     // or null
    size_t words_per_row;
    float *membrane;     // or null
    size_t membrane_stride;
} passage;

/// Advances `n` neurons of a block over all steps.
RNV_INLINE void advance(const rnv_lif_t *neuron, size_t steps, size_t n, float *state, passage p,
                        int reset, int tie_fires) {
    const float leak = neuron->leak, scale = neuron->input_scale, drift = neuron->drift;
    const float threshold = neuron->threshold, potential = neuron->reset_potential;
    for (size_t t = 0; t < steps; t++) {
        const float *in = p.current + t * p.current_stride;
        const float *scale_row = p.map.scale ? p.map.scale + t * p.map.stride : 0;
        const float *shift_row = p.map.scale ? p.map.shift + t * p.map.stride : 0;
        size_t channel = p.map.scale ? p.column % p.map.channels : 0;
        for (size_t i = 0; i < n; i += 64) {
            const size_t left = n - i;
            group I = group_load(in + i, left);
            if (p.map.scale) {
                for (int j = 0; j < 4; j++) {
                    I.v[j] = I.v[j] * lanes_load(scale_row + channel) + lanes_load(shift_row + channel);
                    channel += 16;
                    if (channel == p.map.channels) channel = 0;
                }
            }
            if (p.added) {
                for (int j = 0; j < 4; j++) I.v[j] = lanes_load(p.added + i + 16 * j) + I.v[j];
            }
            group U;
            uint64_t word = 0;
            for (int j = 0; j < 4; j++) {
                const lanes v = lanes_load(state + i + 16 * j);
                lanes u = leak * v + (scale * I.v[j] + drift);
                if (reset == RNV_RESET_SOFT_DELAYED) {
                    u = lanes_select(fires(v, threshold, tie_fires), u - threshold, u);
                }
                const lanes_int s = fires(u, threshold, tie_fires);
                if (p.words) word |= (uint64_t)lanes_mask_bits(s) << (16 * j);
                lanes_store(state + i + 16 * j, after_reset(u, s, reset, threshold, potential));
                U.v[j] = u;
            }
            if (p.words) {
                if (left < 64) word &= ((uint64_t)1 << left) - 1;
                p.words[t * p.words_per_row + i / 64] = word;
            }
            if (p.membrane) group_store(p.membrane + t * p.membrane_stride + i, U, left);
        }
    }
}

#endif
