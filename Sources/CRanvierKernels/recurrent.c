#include "rnv_recurrent.h"

#include "bits.h"
#include "lif_passage.h"
#include "rnv_tiles.h"

enum { block = 1024 };

RNV_INLINE void step(const rnv_lif_t *neuron, size_t n, float *state, passage p) {
    switch (neuron->reset * 2 + (neuron->tie_fires != 0)) {
    case 0: advance(neuron, 1, n, state, p, RNV_RESET_HARD, 0); break;
    case 1: advance(neuron, 1, n, state, p, RNV_RESET_HARD, 1); break;
    case 2: advance(neuron, 1, n, state, p, RNV_RESET_SOFT, 0); break;
    case 3: advance(neuron, 1, n, state, p, RNV_RESET_SOFT, 1); break;
    case 4: advance(neuron, 1, n, state, p, RNV_RESET_SOFT_DELAYED, 0); break;
    default: advance(neuron, 1, n, state, p, RNV_RESET_SOFT_DELAYED, 1); break;
    }
}

/// What samples hear of their last spikes: few are added, many multiplied on matrix units.
RNV_INLINE void hear(const uint64_t *words, size_t first, size_t samples, size_t features,
                     const float *weights, size_t stride, const uint16_t *tiles,
                     uint16_t *tile_scratch, float *heard) {
    const size_t group = tiles ? 32 : samples;
    for (size_t sample = 0; sample < samples; sample += group) {
        const size_t n = samples - sample < group ? samples - sample : group;
        const size_t begin = first + sample * features, end = begin + n * features;
        size_t found = 0;
        for (size_t bit = begin; tiles && bit < end; bit += 64) {
            const size_t width = end - bit < 64 ? end - bit : 64;
            found += (size_t)__builtin_popcountll(bits_at(words, bit, width));
        }
        float *to = heard + sample * features;
        if (found * 8 > n * features) {  // about where the two take the same time
            rnv_tiles_spike_product(words, begin, n, features, tiles, features, 0, tile_scratch,
                                    to);
        } else {
            rnv_spike_product(words, begin, n, features, weights, stride, features, 0, 0, to);
        }
    }
}

RNV_LEVELS
void rnv_recurrent_forward(const rnv_lif_t *neuron, size_t steps, size_t columns, size_t from,
                           size_t to, size_t features, const float *current,
                           size_t current_stride, const float *weights, size_t stride,
                           const uint16_t *tiles, uint16_t *tile_scratch, const uint64_t *before, uint64_t *words, size_t words_per_row,
                           float *membrane, float *state, float *scratch) {
    // Room for whole groups of 64 behind both arrays.
    const size_t n = to - from, room = (n + 63) / 64 * 64;
    float *heard = scratch, *v = scratch + room;
    memset(scratch, 0, 2 * room * sizeof(float));
    memcpy(v, state + from, n * sizeof(float));
    for (size_t t = 0; t < steps; t++) {
        const uint64_t *last = t > 0 ? words + (t - 1) * words_per_row : before;
        if (last) {
            hear(last, t > 0 ? from : 0, n / features, features, weights, stride, tiles,
                 tile_scratch, heard);
        }
        const passage p = {.current = current + t * current_stride + from,
                           .added = heard,
                           .words = words + t * words_per_row + from / 64,
                           .membrane = membrane ? membrane + t * columns + from : 0};
        step(neuron, n, v, p);
    }
    memcpy(state + from, v, n * sizeof(float));
}

RNV_LEVELS
void rnv_recurrent_backward_step(const rnv_lif_t *neuron, size_t t, size_t columns, size_t from,
                                 size_t to, const rnv_lif_backward_t *pass, const float *heard,
                                 float *gv) {
    float slope[block], thin[block + 16];
    const int hard = neuron->reset == RNV_RESET_HARD;
    const uint64_t *row = pass->words + t * pass->words_per_row;
    for (size_t first = from; first < to; first += block) {
        const size_t n = to - first < block ? to - first : block;
        rnv_surrogate(pass->surrogate, neuron->threshold, pass->membrane + t * columns + first,
                      slope, n);
        const float *g = thin;
        if (pass->thin_upstream.rows) {
            rnv_thin_product(&pass->thin_upstream, t, 1, columns, first, n, thin, 0);
        } else if (pass->upstream) {
            g = pass->upstream + t * pass->upstream_stride + first;
        } else {
            memset(thin, 0, sizeof thin);
        }
        float *out = pass->current_gradient + t * columns + first;
        for (size_t i = 0; i < n; i += 64) {
            const size_t left = n - i;
            const group D = group_load(slope + i, left), G = group_load(g + i, left);
            const group R = group_load(heard + first + i, left);
            group V = group_load(gv + first + i, left), O;
            for (int j = 0; j < 4; j++) {
                const lanes_int s = lanes_mask((uint16_t)(row[(first + i) / 64] >> (16 * j)));
                lanes kept = V.v[j];
                if (hard) kept = lanes_select(s, lanes_all(0), kept);
                O.v[j] = kept + (G.v[j] + R.v[j]) * D.v[j];
                V.v[j] = neuron->leak * O.v[j];
            }
            group_store(out + i, O, left);
            group_store(gv + first + i, V, left);
        }
    }
}
