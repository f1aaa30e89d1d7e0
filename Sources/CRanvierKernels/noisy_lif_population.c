#include "rnv_noisy_lif.h"

#include "levels.h"
#include "rnv_random.h"

#pragma clang diagnostic ignored "-Wpsabi"

// Eight neurons in double precision; the compiler splits them into the registers that a level has.
typedef double eight __attribute__((ext_vector_type(8)));
typedef int64_t eight_int __attribute__((ext_vector_type(8)));
typedef _Bool eight_bits __attribute__((ext_vector_type(8)));

RNV_INLINE eight load(const double *p) {
    eight v;
    memcpy(&v, p, sizeof v);
    return v;
}

RNV_INLINE void store(double *p, eight v) { memcpy(p, &v, sizeof v); }

RNV_INLINE unsigned mask_bits(eight_int mask) {
    const eight_bits bits = __builtin_convertvector(mask, eight_bits);
    uint8_t out;
    memcpy(&out, &bits, sizeof out);
    return out;
}

RNV_INLINE void add(double *to, const double *from, size_t n) {
    size_t i = 0;
    for (; i + 8 <= n; i += 8) store(to + i, load(to + i) + load(from + i));
    for (; i < n; i++) to[i] += from[i];
}

/// One step of all neurons; returns how many fired and lists them.
RNV_INLINE size_t neurons(const rnv_noisy_lif_t *p, double *rows, double *arriving,
                          const double *noise, uint32_t *list) {
    const size_t n = p->stride;
    const double *own = p->parameters;
    const eight zero = 0.0;
    size_t count = 0;
    for (size_t k = 0; k < n; k += 8) {
        double *at = rows + k;
        const double *of = own + k;
        const eight current = load(at + RNV_LIF_CURRENT * n) * load(of + RNV_LIF_SYNAPSE_DECAY * n)
                              + load(arriving + k);
        store(arriving + k, zero);
        store(at + RNV_LIF_CURRENT * n, current);
        const eight left = load(at + RNV_LIF_REFRACTORY * n), v = load(at + RNV_LIF_MEMBRANE * n);
        const eight_int awake = left <= 0.0;
        const eight xi = load(noise + k);
        const eight towards = load(of + RNV_LIF_DRIVE * n) + load(of + RNV_LIF_GAIN * n) * current;
        const eight moved = v + load(of + RNV_LIF_LEAK * n) * (towards - v)
                            + load(of + RNV_LIF_NOISE * n) * xi;
        const eight_int fires = awake & (moved >= load(of + RNV_LIF_THRESHOLD * n));
        store(at + RNV_LIF_MEMBRANE * n, fires ? (eight)p->reset : awake ? moved : v);
        store(at + RNV_LIF_REFRACTORY * n,
              fires ? (eight)p->refractory : awake ? zero : left - 1.0);
        const eight x = load(at + RNV_LIF_TRACE * n) * p->trace_decay;
        store(at + RNV_LIF_TRACE * n, x);
        const eight one = fires ? (eight)1.0 : zero;
        store(at + RNV_LIF_SPIKES * n, load(at + RNV_LIF_SPIKES * n) + one);
        if (p->measures) {
            const eight y = load(at + RNV_LIF_RESPONSE * n) * p->response_decay
                            + (awake ? xi : zero);
            const eight slow = load(at + RNV_LIF_SLOW * n) * p->slow_decay;
            const eight fast = load(at + RNV_LIF_FAST * n) * p->fast_decay;
            const eight heard = load(at + RNV_LIF_OWN * n) * p->trace_decay;
            const eight q = load(at + RNV_LIF_PROBE * n) * p->response_decay;
            const eight filtered = p->unit * (slow - fast);
            store(at + RNV_LIF_RESPONSE * n, y);
            store(at + RNV_LIF_PROBE * n, q);
            store(at + RNV_LIF_ANSWER * n, load(at + RNV_LIF_ANSWER * n) + (fires ? y : zero));
            store(at + RNV_LIF_PROBED * n, load(at + RNV_LIF_PROBED * n) + (fires ? q : zero));
            store(at + RNV_LIF_FLUCTUATION * n, load(at + RNV_LIF_FLUCTUATION * n) + x * filtered
                                                    - (fires ? heard : zero));
            store(at + RNV_LIF_OWN * n, heard + filtered);
            store(at + RNV_LIF_SLOW * n, slow + one);
            store(at + RNV_LIF_FAST * n, fast + one);
        }
        for (unsigned bits = mask_bits(fires); bits; bits &= bits - 1) {
            list[count++] = (uint32_t)k + (uint32_t)__builtin_ctz(bits);
        }
    }
    return count;
}

/// Weights of one spike on their way to `n` neurons.
RNV_INLINE void send(const double *weights, const uint16_t *delays, double *arrivals, size_t slot,
                     const rnv_noisy_lif_t *p, size_t first, size_t n) {
    if (!delays) {
        add(arrivals + slot * p->stride + first, weights, n);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        arrivals[(slot + delays[i]) % p->slots * p->stride + first + i] += weights[i];
    }
}

RNV_INLINE void step(const rnv_noisy_lif_t *p, rnv_noisy_lif_state_t *s, const double *probes,
                     uint8_t *fired) {
    const size_t n = p->stride, now = s->step % p->slots, next = (s->step + 1) % p->slots;
    const size_t count = neurons(p, s->rows, s->arrivals + now * n, s->numbers, s->list);
    double *x = s->rows + RNV_LIF_TRACE * n;
    size_t layer = 0, first = 0, below = 0, matrix = 0;
    for (size_t i = 0; i < count; i++) {
        const size_t k = s->list[i];
        // The list is in order, so that layers come one after the other.
        while (k >= first + p->sizes[layer]) {
            if (layer > 0) matrix += p->sizes[layer - 1] * p->sizes[layer];
            below = first;
            first += p->sizes[layer++];
        }
        const size_t size = p->sizes[layer], own = k - first;
        if (layer > 0) {
            const size_t lower = p->sizes[layer - 1], at = matrix + own * lower;
            add(s->after + at, x + below, lower);
            send(p->backward + at, p->backward_delay ? p->backward_delay + at : 0, s->arrivals,
                 next, p, below, lower);
        }
        if (layer + 1 < p->layers) {
            const size_t upper = p->sizes[layer + 1];
            const size_t at = matrix + (layer > 0 ? p->sizes[layer - 1] * size : 0) + own * upper;
            add(s->before + at, x + first + size, upper);
            send(p->forward + at, p->forward_delay ? p->forward_delay + at : 0, s->arrivals, next,
                 p, first + size, upper);
        }
        if (fired) fired[k] = 1;
    }
    for (size_t i = 0; i < count; i++) x[s->list[i]] += 1;
    if (probes) {
        double *q = s->rows + RNV_LIF_PROBE * n, *arriving = s->arrivals + next * n;
        for (size_t k = 0; k < p->neurons; k++) {
            q[k] += probes[k];
            arriving[k] += p->probe_weight * probes[k];
        }
    }
    s->step++;
}

RNV_LEVELS
void rnv_noisy_lif_advance(const rnv_noisy_lif_t *p, rnv_noisy_lif_state_t *s, size_t steps,
                           const double *noise, const double *probes, uint8_t *fired) {
    const size_t n = p->neurons;
    for (size_t t = 0; t < steps; t++) {
        memcpy(s->numbers, noise + t * n, n * sizeof(double));
        if (fired) memset(fired + t * n, 0, n);
        step(p, s, probes ? probes + t * n : 0, fired ? fired + t * n : 0);
    }
}

/// Signs of probes from random words.
RNV_INLINE void draw_probes(const uint32_t *words, size_t n, uint32_t limit, double *signs) {
    for (size_t k = 0; k < n; k++) {
        signs[k] = words[k] >> 1 < limit ? (words[k] & 1 ? 1.0 : -1.0) : 0.0;
    }
}

RNV_LEVELS
void rnv_noisy_lif_run(const rnv_noisy_lif_t *p, rnv_noisy_lif_state_t *s, size_t steps,
                       uint64_t key, uint64_t noise_stream, uint64_t probe_stream,
                       uint32_t *words) {
    const size_t n = p->neurons, room = n > 4096 ? n : 4096, most = room / n;
    const int probing = p->probe_probability > 0;
    const uint32_t limit = (uint32_t)(p->probe_probability * 0x1p31);
    float *drawn = (float *)(void *)words;
    uint32_t *signs = words + room;
    double *probes = s->numbers + p->stride;
    for (size_t t = 0; t < steps; t += most) {
        const size_t part = steps - t < most ? steps - t : most;
        rnv_philox_normal(key, noise_stream, s->step * n, part * n, drawn);
        if (probing) rnv_philox_words(key, probe_stream, s->step * n, part * n, signs);
        for (size_t i = 0; i < part; i++) {
            for (size_t k = 0; k < n; k++) s->numbers[k] = drawn[i * n + k];
            if (probing) draw_probes(signs + i * n, n, limit, probes);
            step(p, s, probing ? probes : 0, 0);
        }
    }
}
