// A step of sampling neurons: potentials, candidates, spikes.
//
// A neuron that may fire waits for a candidate, drawn with the probability at a bound above its potential; the candidate is a spike
// with the probability at the potential over that at the bound. Where the potential passes the bound before, it is drawn again:
// waiting has no memory, so this is exact. Nothing is done for a neuron in steps in which nothing happens to it. Where spikes are so
// many that this saves nothing, every neuron is asked at every step; a population goes from one way to the other between blocks.
#ifndef RNV_SAMPLING_NEURONS_H
#define RNV_SAMPLING_NEURONS_H

#include "sampling_layout.h"

typedef int16_t shorts __attribute__((ext_vector_type(32)));
typedef _Bool shorts_bits __attribute__((ext_vector_type(32)));

/// How far above the potential the bound lies.
#define SAMPLING_MARGIN 0.5f

RNV_INLINE shorts shorts_load(const int16_t *p) {
    shorts v;
    memcpy(&v, p, sizeof v);
    return v;
}

RNV_INLINE void shorts_store(int16_t *p, shorts v) { memcpy(p, &v, sizeof v); }

/// Adds rows of weights to `count` vectors of potentials, and marks which are above their bounds.
RNV_INLINE void sampling_add_part(sampling_population *p, size_t first, const int16_t *const *plus,
                                  size_t plus_count, const int16_t *const *minus,
                                  size_t minus_count, const size_t count) {
    shorts u[8];
#pragma clang loop unroll(full)
    for (size_t i = 0; i < count; i++) u[i] = shorts_load(p->u + first + 32 * i);
    for (size_t k = 0; k < plus_count; k++) {
        const int16_t *row = plus[k] + first;
#pragma clang loop unroll(full)
        for (size_t i = 0; i < count; i++) u[i] += shorts_load(row + 32 * i);
    }
    for (size_t k = 0; k < minus_count; k++) {
        const int16_t *row = minus[k] + first;
#pragma clang loop unroll(full)
        for (size_t i = 0; i < count; i++) u[i] -= shorts_load(row + 32 * i);
    }
#pragma clang loop unroll(full)
    for (size_t i = 0; i < count; i++) {
        shorts_store(p->u + first + 32 * i, u[i]);
        const shorts_bits bits = __builtin_convertvector(
            u[i] > shorts_load(p->bound + first + 32 * i), shorts_bits);
        memcpy(p->above + first / 32 + i, &bits, sizeof(uint32_t));
    }
}

RNV_INLINE void sampling_add(sampling_population *p, size_t stride, const int16_t *const *plus,
                             size_t plus_count, const int16_t *const *minus, size_t minus_count) {
    size_t first = 0;
    for (; first + 256 <= stride; first += 256) {
        sampling_add_part(p, first, plus, plus_count, minus, minus_count, 8);
    }
    if (first + 128 <= stride) {
        sampling_add_part(p, first, plus, plus_count, minus, minus_count, 4);
        first += 128;
    }
    if (first + 64 <= stride) {
        sampling_add_part(p, first, plus, plus_count, minus, minus_count, 2);
        first += 64;
    }
    if (first < stride) sampling_add_part(p, first, plus, plus_count, minus, minus_count, 1);
}

RNV_INLINE void sampling_unschedule(sampling_population *p, size_t words, uint32_t k) {
    const size_t place = p->slot[k] & (sampling_real - 1);
    p->wheel[place * words + k / 64] &= ~((uint64_t)1 << (k & 63));
}

/// Draws the next candidates of the listed neurons, from step t + base on.
RNV_INLINE void sampling_draw(const rnv_sampling_network_t *n, size_t q, sampling_population *p,
                              sampling_random *random, const uint16_t *list, size_t count,
                              uint32_t t, uint32_t base) {
    const float *units = n->units[q], *logs = n->log_periods[q];
    const size_t words = sampling_words(n->sizes[q]);
    const uint32_t most = sampling_horizon - 1 - base;
    for (size_t i = 0; i < count; i += 16) {
        const size_t part = count - i < 16 ? count - i : 16;
        float x[16] = {0}, wait[16], limit[16];
        for (size_t j = 0; j < part; j++) {
            const uint32_t k = list[i + j];
            const float unit = units[k], far = (float)p->u[k] + SAMPLING_MARGIN / unit;
            const int16_t bound = far < 32767.0f ? (int16_t)far : 32767;
            p->bound[k] = bound;
            x[j] = (float)bound * unit - logs[k];
        }
        const lanes e = sampling_exp(lanes_load(x));
        // ln(1 + e) is the rate at which waiting ends; for small e by its series.
        const lanes rate =
            lanes_select(e < 0.01f, e * (1.0f - 0.5f * e), lanes_log(1.0f + e));
        const lanes drawn = -lanes_log(sampling_random_uniform(random)) / rate;
        lanes_store(wait, lanes_select(drawn < 1024.0f, drawn, lanes_all(1024.0f)));
        lanes_store(limit, e / (1.0f + e));
        for (size_t j = 0; j < part; j++) {
            const uint32_t k = list[i + j], steps = (uint32_t)wait[j];
            const uint32_t after = base + (steps < most ? steps : most);
            const uint32_t place = (t + after) & (sampling_horizon - 1);
            p->limit[k] = limit[j];
            p->slot[k] = (uint8_t)(place | (steps < most ? sampling_real : 0));
            p->wheel[place * words + k / 64] |= (uint64_t)1 << (k & 63);
        }
    }
}

/// Which of the listed candidates are spikes: those come first in `list`, the others after `room`; returns how many.
RNV_INLINE size_t sampling_accept(const rnv_sampling_network_t *n, size_t q,
                                  const sampling_population *p, sampling_random *random,
                                  uint16_t *list, size_t count, uint16_t *rest,
                                  size_t *rest_count) {
    const float *units = n->units[q], *logs = n->log_periods[q];
    size_t spikes = 0, others = 0;
    for (size_t i = 0; i < count; i += 16) {
        const size_t part = count - i < 16 ? count - i : 16;
        float x[16] = {0}, limit[16] = {0};
        for (size_t j = 0; j < part; j++) {
            const uint32_t k = list[i + j];
            x[j] = (float)p->u[k] * units[k] - logs[k];
            limit[j] = p->limit[k];
        }
        const lanes e = sampling_exp(lanes_load(x));
        const lanes u = sampling_random_uniform(random) * lanes_load(limit);
        const uint32_t bits = lanes_mask_bits(u * e + u < e);
        for (size_t j = 0; j < part; j++) {
            const uint16_t k = list[i + j];
            if (bits >> j & 1) {
                list[spikes++] = k;
            } else {
                rest[others++] = k;
            }
        }
    }
    *rest_count = others;
    return spikes;
}

/// Spikes among the candidates of step t.
RNV_INLINE size_t sampling_ask_candidates(const rnv_sampling_network_t *n, size_t q,
                                          sampling_population *p, sampling_random *random,
                                          uint16_t *list, uint32_t t, int moved) {
    const size_t size = n->sizes[q], words = sampling_words(size), stride = sampling_stride(size);
    // First those whose potential passed the bound, then those whose period has ended, then those at the horizon.
    uint16_t *rest = list + size;
    size_t count = 0;
    for (size_t w = 0; moved && w < stride / 32; w++) {
        for (uint32_t bits = p->above[w]; bits; bits &= bits - 1) {
            const uint32_t k = (uint32_t)(32 * w) + (uint32_t)__builtin_ctz(bits);
            sampling_unschedule(p, words, k);
            list[count++] = (uint16_t)k;
        }
    }
    const size_t off = t % (n->delays + 1);
    for (size_t i = 0; i < p->off_count[off]; i++) list[count++] = p->off[off * size + i];
    uint64_t *now = p->wheel + (t & (sampling_horizon - 1)) * words;
    for (size_t w = 0; w < words; w++) {
        for (uint64_t bits = now[w]; bits; bits &= bits - 1) {
            const uint32_t k = (uint32_t)(64 * w) + (uint32_t)__builtin_ctzll(bits);
            if (p->slot[k] & sampling_real) continue;
            now[w] &= ~((uint64_t)1 << (k & 63));
            list[count++] = (uint16_t)k;
        }
    }
    sampling_draw(n, q, p, random, list, count, t, 0);
    count = 0;
    for (size_t w = 0; w < words; w++) {
        for (uint64_t bits = now[w]; bits; bits &= bits - 1) {
            list[count++] = (uint16_t)(64 * w + (size_t)__builtin_ctzll(bits));
        }
        now[w] = 0;
    }
    size_t rejected = 0;
    const size_t spikes = sampling_accept(n, q, p, random, list, count, rest, &rejected);
    sampling_draw(n, q, p, random, rest, rejected, t, 1);
    return spikes;
}

/// Spikes among all neurons that may fire.
RNV_INLINE size_t sampling_ask_all(const rnv_sampling_network_t *n, size_t q,
                                   const sampling_population *p, sampling_random *random,
                                   uint16_t *list) {
    typedef int16_t half __attribute__((ext_vector_type(16)));
    const float *units = n->units[q], *logs = n->log_periods[q];
    const size_t stride = sampling_stride(n->sizes[q]);
    size_t spikes = 0;
    for (size_t w = 0; 64 * w < stride; w++) {
        uint64_t bits = 0;
        for (size_t i = 0; i < 4 && 64 * w + 16 * i < stride; i++) {
            const size_t first = 64 * w + 16 * i;
            half u;
            memcpy(&u, p->u + first, sizeof u);
            const lanes e = sampling_exp(
                __builtin_convertvector(u, lanes) * lanes_load(units + first)
                - lanes_load(logs + first));
            const lanes drawn = sampling_random_uniform(random);
            bits |= (uint64_t)lanes_mask_bits(drawn * e + drawn < e) << (16 * i);
        }
        for (bits &= p->free[w]; bits; bits &= bits - 1) {
            list[spikes++] = (uint16_t)(64 * w + (size_t)__builtin_ctzll(bits));
        }
    }
    return spikes;
}

/// Goes over to the cheaper way between blocks of steps, the next of which is t.
RNV_INLINE void sampling_decide(const rnv_sampling_network_t *n, size_t q, sampling_population *p,
                                sampling_random *random, uint16_t *list, uint32_t t) {
    const size_t size = n->sizes[q], words = sampling_words(size);
    const size_t fired = p->fired;
    p->fired = 0;
    if (p->is_dense && 120 * fired < size * sampling_block) {
        size_t count = 0;
        for (size_t k = 0; k < size; k++) {
            if (p->free[k / 64] >> (k & 63) & 1) list[count++] = (uint16_t)k;
        }
        sampling_draw(n, q, p, random, list, count, t, 0);
        p->is_dense = 0;
    } else if (!p->is_dense && 80 * fired > size * sampling_block) {
        memset(p->wheel, 0, sampling_horizon * words * sizeof *p->wheel);
        p->is_dense = 1;
    }
}

/// The potentials of a population at step t, and the spikes in it, which go to on[t].
RNV_INLINE void sampling_step(const rnv_sampling_network_t *n, sampling_group *g,
                              sampling_replica *r, size_t q, uint32_t t) {
    sampling_population *p = r->populations + q;
    const size_t size = n->sizes[q], words = sampling_words(size), stride = sampling_stride(size);
    const size_t on_ring = n->delays + 2, off_ring = n->delays + 1, ring = n->longest + 2;
    size_t plus = 0, minus = 0;
    for (size_t b = 0; b < n->blocks; b++) {
        if (n->block[b].target != q) continue;
        const size_t s = n->block[b].source, from = n->sizes[s];
        const sampling_population *source = r->populations + s;
        for (size_t d = 0; d <= n->delays && d < t; d++) {
            const int16_t *weights = n->block[b].weights + d * from * stride;
            const size_t on = (t - 1 - d) % on_ring, off = (t - d) % off_ring;
            const uint16_t *list = source->on + on * from;
            for (size_t i = 0; i < source->on_count[on]; i++) {
                g->plus[plus++] = weights + list[i] * stride;
            }
            list = source->off + off * from;
            for (size_t i = 0; i < source->off_count[off]; i++) {
                g->minus[minus++] = weights + list[i] * stride;
            }
        }
    }
    if (plus + minus > 0) sampling_add(p, stride, g->plus, plus, g->minus, minus);
    const size_t off = t % off_ring;
    for (size_t i = 0; i < p->off_count[off]; i++) {
        const uint32_t k = p->off[off * size + i];
        p->free[k / 64] |= (uint64_t)1 << (k & 63);
    }
    uint16_t *list = g->list;
    const size_t spikes = p->is_dense
        ? sampling_ask_all(n, q, p, &r->random, list)
        : sampling_ask_candidates(n, q, p, &r->random, list, t, plus + minus > 0);
    const size_t on = t % on_ring;
    p->on_count[on] = (uint32_t)spikes;
    p->fired += (uint32_t)spikes;
    for (size_t i = 0; i < spikes; i++) {
        const uint16_t k = list[i];
        p->on[on * size + i] = k;
        p->bound[k] = 32767;
        p->free[k / 64] &= ~((uint64_t)1 << (k & 63));
        const size_t end = (t + n->periods[q][k] + 1) % ring;
        p->off_next[k] = p->off_head[end];
        p->off_head[end] = k;
    }
}

/// Neurons of a population whose period ends at step t: they go to off[t].
RNV_INLINE void sampling_end_periods(const rnv_sampling_network_t *n, sampling_population *p,
                                     size_t q, uint32_t t) {
    const size_t size = n->sizes[q], off = t % (n->delays + 1), end = t % (n->longest + 2);
    uint32_t count = 0;
    for (int32_t k = p->off_head[end]; k >= 0; k = p->off_next[k]) {
        p->off[off * size + count++] = (uint16_t)k;
    }
    p->off_head[end] = -1;
    p->off_count[off] = count;
}

#endif
