#include "rnv_population.h"

#include "lanes.h"

// Neurons are taken in blocks whose state stays in the first-level cache while time passes.
enum { block = 512 };

RNV_INLINE lanes as_number(lanes_int mask) {
    return lanes_select(mask, lanes_all(1), lanes_all(0));
}

/// Numbers per channel written out for the neurons of a block.
RNV_INLINE void spread(const float *values, int per_channel, size_t channels, size_t first,
                       float *out) {
    for (size_t i = 0; i < block; i++) {
        out[i] = values ? values[per_channel ? (first + i) % channels : 0] : 0;
    }
}

/// Copies part of an array, or zeros, into a block and fills it up.
RNV_INLINE void fetch(const float *from, size_t first, size_t n, float *to) {
    memset(to, 0, block * sizeof(float));
    if (from) memcpy(to, from + first, n * sizeof(float));
}

RNV_INLINE void give(const float *from, size_t first, size_t n, float *to) {
    if (to) memcpy(to + first, from, n * sizeof(float));
}

RNV_INLINE lanes after_reset(lanes u, lanes_int s, lanes threshold, const rnv_population_t *p) {
    if (p->reset == RNV_RESET_HARD) return lanes_select(s, lanes_all(p->reset_potential), u);
    if (p->reset == RNV_RESET_SOFT) return lanes_select(s, u - threshold, u);
    return u;
}

/// What is left of a membrane after leak and reset, before its levels.
RNV_INLINE lanes decayed(lanes v, lanes beta, const rnv_population_t *p) {
    const lanes kept = beta * v;
    return p->leak_target == 0 ? kept : kept + (1.0f - beta) * p->leak_target;
}

// Adding and taking away 1.5 * 2^23 rounds anything below 2^22, half to even; what is larger stays as it is.
#define MAGIC lanes_all(12582912.0f)
#define LARGE lanes_all(4194304.0f)

RNV_INLINE lanes within(lanes x, lanes limit) {
    const lanes v = lanes_select(x < -limit, -limit, x);
    return lanes_select(v > limit, limit, v);
}

/// The whole number next to each number on the way to zero.
RNV_INLINE lanes towards_zero(lanes x) {
    const lanes size = lanes_select(x < 0, -x, x);
    lanes whole = (size + MAGIC) - MAGIC;
    whole = lanes_select(whole > size, whole - 1.0f, whole);
    whole = lanes_select(size < LARGE, whole, size);
    return lanes_select(x < 0, -whole, whole);
}

/// What is left of a membrane in whole steps, cut towards zero. A leak of m / 4096 is exact for whole numbers below 2^24,
/// as 12-bit engines multiply: what counts 4096 is multiplied by itself, and leaves nothing to cut.
RNV_INLINE lanes cut_code(lanes v, lanes beta, const rnv_population_t *p) {
    const lanes limit = lanes_all(p->membrane_limit);
    if (p->leak_target != 0) return within(towards_zero(decayed(v, beta, p) / p->membrane_step), limit);
    const lanes scaled = v / p->membrane_step, parts = beta * 4096.0f;
    const lanes_int is_whole = (parts + MAGIC) - MAGIC == parts;
    const lanes high = lanes_select(is_whole, 4096.0f * towards_zero(scaled / 4096.0f), lanes_all(0));
    return within(beta * high + towards_zero(beta * (scaled - high)), limit);
}

/// What is left of a membrane in whole steps, within the limit.
RNV_INLINE lanes membrane_code(lanes before, lanes beta, const rnv_population_t *p) {
    if (p->membrane_rule == RNV_MEMBRANE_TOWARDS_ZERO) return cut_code(before, beta, p);
    const lanes v = within(decayed(before, beta, p) / p->membrane_step, lanes_all(p->membrane_limit));
    lanes whole = (v + MAGIC) - MAGIC;
    if (p->membrane_rule == RNV_MEMBRANE_UP) {
        whole = lanes_select(whole < v, whole + 1.0f, whole);
    }
    return lanes_select((v < LARGE) & (v > -LARGE), whole, v);
}

/// What is left of a membrane, on its levels; of two that are as near the lower one.
RNV_INLINE lanes on_levels(lanes v, lanes beta, const rnv_population_t *p) {
    if (p->membrane_rule == RNV_MEMBRANE_EXACT) return decayed(v, beta, p);
    if (p->membrane_rule != RNV_MEMBRANE_LISTED) return membrane_code(v, beta, p) * p->membrane_step;
    const lanes x = decayed(v, beta, p);
    lanes level = lanes_all(p->levels[0]);
    for (size_t i = 1; i < p->level_count; i++) {
        const float middle = 0.5f * (p->levels[i - 1] + p->levels[i]);
        level = lanes_select(x > middle, lanes_all(p->levels[i]), level);
    }
    return level;
}

/// Whether a membrane lies between the lowest and the highest level, where the derivative is taken to be 1.
RNV_INLINE lanes_int inside_levels(lanes x, const rnv_population_t *p) {
    if (p->membrane_rule == RNV_MEMBRANE_LISTED) {
        return (x >= p->levels[0]) & (x <= p->levels[p->level_count - 1]);
    }
    const lanes scaled = x / p->membrane_step;
    return (scaled >= -p->membrane_limit) & (scaled <= p->membrane_limit);
}

/// Working copy of a block: state and parameters, a number per neuron.
typedef struct {
    float membrane[block], last[block], synapse[block], adaptation[block], waiting[block];
    float leak[block], coupling[block], threshold[block];
} working;

RNV_INLINE void advance(const rnv_population_t *p, working *w, const float *in,
                        const rnv_population_record_t *r, size_t t, size_t columns, size_t first,
                        size_t n) {
    uint64_t *row = r->words + t * r->words_per_row + first / 64;
    uint64_t *free_row = r->free_words ? r->free_words + t * r->words_per_row + first / 64 : 0;
    const size_t at = t * columns + first;
    for (size_t i = 0; i < n; i += 64) {
        uint64_t word = 0, free_word = 0;
        for (size_t j = 0; j < 64 && i + j < n; j += 16) {
            const size_t k = i + j, left = n - k;
            const lanes v = lanes_load(w->membrane + k), last = lanes_load(w->last + k);
            const lanes beta = lanes_load(w->leak + k), base = lanes_load(w->threshold + k);
            lanes input = lanes_load_part(in + k, left);
            if (p->coupling) input += lanes_load(w->coupling + k) * last;
            if (p->has_synapse) input = p->synaptic_leak * lanes_load(w->synapse + k) + input;
            const lanes scale = p->scales_input ? 1.0f - beta : lanes_all(1);
            lanes u = on_levels(v, beta, p) + scale * input, held = v, theta = base;
            if (p->reset == RNV_RESET_SOFT_DELAYED) {
                u -= base * last;
                held -= base * last;
            }
            const lanes a = lanes_load(w->adaptation + k);
            if (p->adapts) theta += p->adaptation_strength * a;
            lanes_int s = p->tie_fires ? u >= theta : u > theta;
            if (p->refractory > 0) {
                const lanes waiting = lanes_load(w->waiting + k);
                const lanes_int is_free = waiting <= 0;
                u = lanes_select(is_free, u, held);
                s &= is_free;
                const lanes rest = lanes_select(is_free, lanes_all(0), waiting - 1.0f);
                lanes_store(w->waiting + k, lanes_select(s, lanes_all(p->refractory), rest));
                free_word |= (uint64_t)lanes_mask_bits(is_free) << j;
            }
            uint16_t bits = lanes_mask_bits(s);
            if (left < 16) bits &= (uint16_t)((1u << left) - 1);
            word |= (uint64_t)bits << j;
            lanes_store(w->membrane + k, after_reset(u, s, base, p));
            lanes_store(w->last + k, as_number(s));
            if (p->has_synapse) lanes_store(w->synapse + k, input);
            if (p->adapts) {
                lanes_store(w->adaptation + k, p->adaptation_leak * a + as_number(s));
                if (r->adaptation) lanes_store_part(r->adaptation + at + k, a, left);
            }
            if (r->membrane) lanes_store_part(r->membrane + at + k, u, left);
            if (r->synapse) lanes_store_part(r->synapse + at + k, input, left);
        }
        row[i / 64] = word;
        if (free_row) free_row[i / 64] = free_word;
    }
}

RNV_LEVELS
void rnv_population_forward(const rnv_population_t *p, size_t begin, size_t end, size_t columns,
                            size_t from, size_t to, const float *current, size_t current_stride,
                            const rnv_population_state_t *state,
                            const rnv_population_record_t *record) {
    for (size_t first = from; first < to; first += block) {
        const size_t n = to - first < block ? to - first : block;
        working w;
        fetch(state->membrane, first, n, w.membrane);
        fetch(state->last, first, n, w.last);
        fetch(state->synapse, first, n, w.synapse);
        fetch(state->adaptation, first, n, w.adaptation);
        fetch(state->waiting, first, n, w.waiting);
        spread(p->leak, p->leak_per_channel, p->channels, first, w.leak);
        spread(p->coupling, p->coupling_per_channel, p->channels, first, w.coupling);
        spread(p->threshold, p->threshold_per_channel, p->channels, first, w.threshold);
        for (size_t t = begin; t < end; t++) {
            advance(p, &w, current + t * current_stride + first, record, t, columns, first, n);
        }
        give(w.membrane, first, n, state->membrane);
        give(w.last, first, n, state->last);
        give(w.synapse, first, n, state->synapse);
        give(w.adaptation, first, n, state->adaptation);
        give(w.waiting, first, n, state->waiting);
    }
}

/// Working copy of a block on the way back.
typedef struct {
    // Gradients of the state.
    float membrane[block], last[block], synapse[block], adaptation[block];
    // Sums over time for the parameters.
    float leak_sum[block], threshold_sum[block], coupling_sum[block], synaptic_leak_sum[block],
        adaptation_leak_sum[block], adaptation_strength_sum[block], membrane_step_sum[block];
    float leak[block], coupling[block], threshold[block], slope[block], distance[block];
} working_back;

RNV_INLINE void add_at(float *sums, size_t k, lanes v) {
    lanes_store(sums + k, lanes_load(sums + k) + v);
}

/// Number of the state before step t: from the record of the step before, or the initial state.
RNV_INLINE lanes earlier(const float *record, const float *initial, size_t t, size_t columns,
                         size_t at, size_t left) {
    if (t > 0 && record) return lanes_load_part(record + (t - 1) * columns + at, left);
    return t == 0 && initial ? lanes_load_part(initial + at, left) : lanes_all(0);
}

RNV_INLINE const float *slopes(const rnv_population_t *p, const rnv_population_backward_t *pass,
                               working_back *w, size_t at, size_t n) {
    if (pass->derivative) return pass->derivative + at;
    const float *u = pass->record.membrane + at;
    if (!p->adapts && !p->threshold_per_channel) {
        rnv_surrogate(pass->surrogate, p->threshold[0], u, w->slope, n);
        return w->slope;
    }
    const float *a = p->adapts ? pass->record.adaptation + at : 0;
    for (size_t i = 0; i < n; i++) {
        const float theta = w->threshold[i];
        w->distance[i] = u[i] - (a ? theta + p->adaptation_strength * a[i] : theta);
    }
    rnv_surrogate(pass->surrogate, 0, w->distance, w->slope, n);
    return w->slope;
}

RNV_INLINE void retreat(const rnv_population_t *p, const rnv_population_backward_t *pass,
                        working_back *w, size_t t, size_t columns, size_t first, size_t n) {
    const rnv_population_record_t *r = &pass->record;
    const size_t row = t * r->words_per_row + first / 64, base = t * columns + first;
    const float *slope = slopes(p, pass, w, base, n);
    const float *g = pass->upstream ? pass->upstream + t * pass->upstream_stride + first : 0;
    const float *h = pass->membrane_upstream
                         ? pass->membrane_upstream + t * pass->membrane_upstream_stride + first
                         : 0;
    float *out = pass->current_gradient + (pass->sum_over_time ? 0 : t * columns) + first;
    const int attached = !pass->detach_reset;
    for (size_t k = 0; k < n; k += 16) {
        const size_t left = n - k, at = first + k;
        const unsigned shift = (unsigned)(k & 63);
        const lanes_int s = lanes_mask((uint16_t)(r->words[row + k / 64] >> shift));
        const lanes_int is_free =
            r->free_words ? lanes_mask((uint16_t)(r->free_words[row + k / 64] >> shift))
                          : lanes_mask(0xffff);
        const lanes none = lanes_all(0), u = lanes_load_part(r->membrane + base + k, left);
        const lanes gv = lanes_load(w->membrane + k), ga = lanes_load(w->adaptation + k);
        const lanes beta = lanes_load(w->leak + k), theta = lanes_load(w->threshold + k);
        lanes_int before = lanes_mask(0);
        if (t > 0) {
            before = lanes_mask((uint16_t)(r->words[row - r->words_per_row + k / 64] >> shift));
        } else if (pass->initial.last) {
            before = lanes_load_part(pass->initial.last + at, left) != 0;
        }
        lanes gs = lanes_load(w->last + k) + ga;
        if (g) gs += lanes_load_part(g + k, left);
        if (attached && p->reset == RNV_RESET_HARD) gs += gv * (p->reset_potential - u);
        if (attached && p->reset == RNV_RESET_SOFT) gs -= theta * gv;
        const lanes m = lanes_select(is_free, gs * lanes_load_part(slope + k, left), none);
        lanes gu = p->reset == RNV_RESET_HARD ? lanes_select(s, none, gv) : gv;
        gu += m;
        if (h) gu += lanes_load_part(h + k, left);
        const lanes scale = p->scales_input ? 1.0f - beta : lanes_all(1);
        lanes gi = lanes_select(is_free, scale * gu, none);
        if (p->has_synapse) {
            gi += lanes_load(w->synapse + k);
            lanes_store(w->synapse + k, p->synaptic_leak * gi);
        }
        lanes back = none;  // to the spike of the step before
        if (p->coupling) back += lanes_load(w->coupling + k) * gi;
        if (attached && p->reset == RNV_RESET_SOFT_DELAYED) back -= theta * gu;
        lanes_store(w->last + k, back);
        // What was left of the membrane, as far as the levels or the leak ask for it.
        lanes earlier_v = none, kept = none;
        lanes_int inside = lanes_mask(0xffff);
        if (pass->leak_sums || p->membrane_rule != RNV_MEMBRANE_EXACT) {
            earlier_v = earlier(r->membrane, pass->initial.membrane, t, columns, at, left);
            if (t > 0) earlier_v = after_reset(earlier_v, before, theta, p);
        }
        if (p->membrane_rule != RNV_MEMBRANE_EXACT) {
            kept = decayed(earlier_v, beta, p);
            inside = inside_levels(kept, p);
        }
        const lanes through = lanes_select(inside, gu, none);
        lanes_store(w->membrane + k, lanes_select(is_free, beta * through, gu));
        if (p->adapts) {
            lanes_store(w->adaptation + k, p->adaptation_leak * ga - p->adaptation_strength * m);
        }
        lanes_store_part(out + k, pass->sum_over_time ? lanes_load_part(out + k, left) + gi : gi, left);
        // Parameters.
        if (pass->leak_sums) {
            lanes change = through * (earlier_v - p->leak_target);
            if (p->scales_input) change -= gu * lanes_load_part(r->synapse + base + k, left);
            add_at(w->leak_sum, k, lanes_select(is_free, change, none));
        }
        if (pass->membrane_step_sums) {
            const lanes whole = membrane_code(earlier_v, beta, p), scaled = kept / p->membrane_step;
            const lanes change = gu * (whole - lanes_select(inside, scaled, none));
            add_at(w->membrane_step_sum, k, lanes_select(is_free, change, none));
        }
        if (pass->threshold_sums) {
            lanes lost = m;
            if (p->reset == RNV_RESET_SOFT) lost += lanes_select(s, gv, none);
            if (p->reset == RNV_RESET_SOFT_DELAYED) lost += lanes_select(before, gu, none);
            add_at(w->threshold_sum, k, -lost);
        }
        if (pass->coupling_sums) add_at(w->coupling_sum, k, lanes_select(before, gi, none));
        if (pass->synaptic_leak_sums) {
            add_at(w->synaptic_leak_sum, k,
                   gi * earlier(r->synapse, pass->initial.synapse, t, columns, at, left));
        }
        if (p->adapts) {
            const lanes a = lanes_load_part(r->adaptation + base + k, left);
            if (pass->adaptation_leak_sums) add_at(w->adaptation_leak_sum, k, ga * a);
            if (pass->adaptation_strength_sums) add_at(w->adaptation_strength_sum, k, -(m * a));
        }
    }
}

/// Leaves nothing for the step before.
RNV_INLINE void forget(working_back *w) {
    memset(w->membrane, 0, sizeof w->membrane);
    memset(w->last, 0, sizeof w->last);
    memset(w->synapse, 0, sizeof w->synapse);
    memset(w->adaptation, 0, sizeof w->adaptation);
}

RNV_INLINE void add_sums(const float *from, size_t first, size_t n, float *to) {
    if (!to) return;
    for (size_t i = 0; i < n; i++) to[first + i] += from[i];
}

RNV_LEVELS
void rnv_population_backward(const rnv_population_t *p, size_t begin, size_t end, size_t columns,
                             size_t from, size_t to, const rnv_population_backward_t *pass) {
    for (size_t first = from; first < to; first += block) {
        const size_t n = to - first < block ? to - first : block;
        working_back w;
        memset(&w, 0, sizeof w);
        fetch(pass->carry.membrane, first, n, w.membrane);
        fetch(pass->carry.last, first, n, w.last);
        fetch(pass->carry.synapse, first, n, w.synapse);
        fetch(pass->carry.adaptation, first, n, w.adaptation);
        spread(p->leak, p->leak_per_channel, p->channels, first, w.leak);
        spread(p->coupling, p->coupling_per_channel, p->channels, first, w.coupling);
        spread(p->threshold, p->threshold_per_channel, p->channels, first, w.threshold);
        if (pass->sum_over_time) memset(pass->current_gradient + first, 0, n * sizeof(float));
        if (pass->local_in_time) forget(&w);
        for (size_t t = end; t-- > begin;) {
            retreat(p, pass, &w, t, columns, first, n);
            if (pass->local_in_time) forget(&w);
        }
        give(w.membrane, first, n, pass->carry.membrane);
        give(w.last, first, n, pass->carry.last);
        give(w.synapse, first, n, pass->carry.synapse);
        give(w.adaptation, first, n, pass->carry.adaptation);
        add_sums(w.leak_sum, first, n, pass->leak_sums);
        add_sums(w.threshold_sum, first, n, pass->threshold_sums);
        add_sums(w.coupling_sum, first, n, pass->coupling_sums);
        add_sums(w.synaptic_leak_sum, first, n, pass->synaptic_leak_sums);
        add_sums(w.adaptation_leak_sum, first, n, pass->adaptation_leak_sums);
        add_sums(w.adaptation_strength_sum, first, n, pass->adaptation_strength_sums);
        add_sums(w.membrane_step_sum, first, n, pass->membrane_step_sums);
    }
}
