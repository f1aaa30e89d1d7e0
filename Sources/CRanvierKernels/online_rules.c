#include "rnv_online.h"

#include "bits.h"
#include "lanes.h"

// Neurons are taken in blocks whose state stays in the first-level cache while time passes.
enum { block = 512 };

RNV_INLINE void fetch(const float *from, size_t first, size_t n, float *to) {
    memset(to, 0, block * sizeof(float));
    if (from) memcpy(to, from + first, n * sizeof(float));
}

RNV_INLINE void give(const float *from, size_t first, size_t n, float *to) {
    if (to) memcpy(to + first, from, n * sizeof(float));
}

RNV_LEVELS
void rnv_own_past_backward(const rnv_own_past_t *p, size_t steps, size_t columns, size_t from,
                           size_t to, const rnv_own_past_pass_t *pass) {
    float filtered[block], membrane[block], adaptation[block], slope[block];
    const int adapts = pass->adaptation != 0;
    for (size_t first = from; first < to; first += block) {
        const size_t n = to - first < block ? to - first : block;
        fetch(pass->filtered, first, n, filtered);
        fetch(pass->membrane, first, n, membrane);
        fetch(pass->adaptation, first, n, adaptation);
        memset(slope, 0, sizeof slope);
        for (size_t t = steps; t-- > 0;) {
            const size_t at = t * columns + first;
            if (pass->derivative) {
                memcpy(slope, pass->derivative + at, n * sizeof(float));
            } else {
                rnv_surrogate(pass->surrogate, p->threshold, pass->margin + at, slope, n);
            }
            const float *upstream = pass->upstream ? pass->upstream + at : 0;
            float *out = pass->current_gradient ? pass->current_gradient + at : 0;
            float *local = pass->local_gradient ? pass->local_gradient + at : 0;
            for (size_t k = 0; k < n; k += 16) {
                const size_t left = n - k;
                const lanes d = lanes_load(slope + k);
                const lanes l = upstream ? lanes_load_part(upstream + k, left) : lanes_all(0);
                const lanes g = lanes_load(filtered + k) + l;
                lanes m = d * g;
                if (adapts) {
                    const lanes a = lanes_load(adaptation + k);
                    m = d * (g + a);
                    lanes_store(adaptation + k,
                                p->adaptation_leak * a - p->adaptation_strength * m);
                }
                const lanes u = lanes_load(membrane + k) + m;
                lanes_store(filtered + k, p->filter * g);
                lanes_store(membrane + k, p->leak * u);
                if (out) lanes_store_part(out + k, p->input_scale * u, left);
                if (local) lanes_store_part(local + k, p->input_scale * (d * l), left);
            }
        }
        give(filtered, first, n, pass->filtered);
        give(membrane, first, n, pass->membrane);
        give(adaptation, first, n, pass->adaptation);
    }
}

RNV_LEVELS
void rnv_trace_advance(float leak, size_t steps, rnv_sequence_t x, size_t from, size_t to,
                       float *trace) {
    for (size_t first = from; first < to; first += block) {
        const size_t n = to - first < block ? to - first : block;
        float now[block];
        fetch(trace, first, n, now);
        for (size_t t = 0; t < steps; t++) {
            if (x.words) {
                const uint64_t *row = x.words + t * x.words_per_row + first / 64;
                for (size_t k = 0; k < n; k += 16) {
                    const lanes_int s = lanes_mask((uint16_t)(row[k / 64] >> (k & 63)));
                    const lanes one = lanes_select(s, lanes_all(1), lanes_all(0));
                    lanes_store(now + k, leak * lanes_load(now + k) + one);
                }
            } else {
                const float *row = x.numbers + t * x.stride + first;
                for (size_t k = 0; k < n; k += 16) {
                    const lanes in = lanes_load_part(row + k, n - k);
                    lanes_store(now + k, leak * lanes_load(now + k) + in);
                }
            }
        }
        give(now, first, n, trace);
    }
}

RNV_LEVELS
void rnv_trace_sequence(float leak, int last_alone, size_t steps, size_t columns, rnv_sequence_t x,
                        size_t from, size_t to, float *trace, float *earlier) {
    for (size_t first = from; first < to; first += block) {
        const size_t n = to - first < block ? to - first : block;
        float now[block];
        fetch(trace, first, n, now);
        for (size_t t = 0; t < steps; t++) {
            const uint64_t *bits = x.words ? x.words + t * x.words_per_row + first / 64 : 0;
            const float *row = x.words ? 0 : x.numbers + t * x.stride + first;
            float *out = earlier + t * columns + first;
            for (size_t k = 0; k < n; k += 16) {
                const size_t left = n - k;
                lanes in;
                if (bits) {
                    const lanes_int s = lanes_mask((uint16_t)(bits[k / 64] >> (k & 63)));
                    in = lanes_select(s, lanes_all(1), lanes_all(0));
                } else {
                    in = lanes_load_part(row + k, left);
                }
                const lanes before = leak * lanes_load(now + k);
                lanes after = before + in;
                if (last_alone) after = lanes_select(in != 0, in, before);
                lanes_store_part(out + k, before, left);
                lanes_store(now + k, after);
            }
        }
        give(now, first, n, trace);
    }
}

/// to += a from
RNV_INLINE void add_scaled(float a, const float *from, float *to, size_t n) {
    size_t j = 0;
    for (; j + 16 <= n; j += 16) {
        lanes_store(to + j, lanes_load(to + j) + a * lanes_load(from + j));
    }
    for (; j < n; j++) to[j] += a * from[j];
}

/// to += a b, number by number
RNV_INLINE void add_product(const float *a, const float *b, float *to, size_t n) {
    size_t j = 0;
    for (; j + 16 <= n; j += 16) {
        lanes_store(to + j, lanes_load(to + j) + lanes_load(a + j) * lanes_load(b + j));
    }
    for (; j < n; j++) to[j] += a[j] * b[j];
}

/// What one row of synapses keeps, before anything comes in.
RNV_INLINE void decay_row(const rnv_eligibility_t *e, const float *decays, const float *other,
                          const float *other_factor, float trace, const float *trace_factor,
                          float *row, size_t n) {
    size_t j = 0;
    for (; j + 16 <= n; j += 16) {
        lanes v = lanes_all(0);
        if (!e->is_fresh) {
            v = lanes_load(row + j);
            v = decays ? v * lanes_load(decays + j) : e->decay * v;
        }
        if (other) v += lanes_load(other + j) * lanes_load(other_factor + j);
        lanes_store(row + j, v + trace * lanes_load(trace_factor + j));
    }
    for (; j < n; j++) {
        float v = 0;
        if (!e->is_fresh) v = decays ? row[j] * decays[j] : e->decay * row[j];
        if (other) v += other[j] * other_factor[j];
        row[j] = v + trace * trace_factor[j];
    }
}

RNV_LEVELS
void rnv_eligibility_advance(const rnv_eligibility_t *e, size_t steps, size_t samples,
                             size_t inputs, size_t outputs, size_t from, size_t to) {
    for (size_t b = 0; b < samples; b++) {
        float *kept = e->kept + b * inputs * outputs;
        if (e->gradient_of && !e->is_fresh) {
            const float *g = e->gradient_of + b * outputs;
            for (size_t i = from; i < to; i++) {
                add_product(kept + i * outputs, g, e->gradient + i * outputs, outputs);
            }
        }
        if (!e->goes_on) continue;
        const float *decays = e->decays ? e->decays + b * outputs : 0;
        for (size_t i = from; i < to; i++) {
            const float *other = e->other ? e->other + (b * inputs + i) * outputs : 0;
            decay_row(e, decays, other, e->other ? e->other_factor + b * outputs : 0,
                      e->trace[b * inputs + i], e->trace_factor + b * outputs, kept + i * outputs,
                      outputs);
        }
        for (size_t t = 0; t < steps; t++) {
            const float *r = e->x_factor + (t * samples + b) * outputs;
            const size_t first = b * inputs;
            if (e->x.words) {
                const uint64_t *row = e->x.words + t * e->x.words_per_row;
                for (size_t i = from; i < to; i += 64) {
                    const size_t width = to - i < 64 ? to - i : 64;
                    for (uint64_t bits = bits_at(row, first + i, width); bits; bits &= bits - 1) {
                        const size_t spike = i + (size_t)__builtin_ctzll(bits);
                        add_scaled(1, r, kept + spike * outputs, outputs);
                    }
                }
            } else {
                const float *x = e->x.numbers + t * e->x.stride + first;
                for (size_t i = from; i < to; i++) {
                    if (x[i] != 0) add_scaled(x[i], r, kept + i * outputs, outputs);
                }
            }
        }
    }
}
