#include "integer_steps.h"

/// Steps that thirty-two neurons still wait, after this one.
RNV_INLINE void wait_on(uint8_t *waiting, uint32_t fired, int refractory) {
    for (int j = 0; j < 32; j++) {
        const int left = waiting[j] - (waiting[j] > 0);
        waiting[j] = (uint8_t)(fired >> j & 1 ? refractory : left);
    }
}

RNV_INLINE uint32_t waiting_bits(const uint8_t *waiting) {
    return bits_of_16((lanes_16)(WIDER_16(load_8(waiting)) != 0));
}

RNV_INLINE lanes_32 kept_32(const rnv_integer_stage_t *s, lanes_32 v) {
    const int k = s->leak_amount;
    const lanes_32 sign = v >> 31;
    switch (s->leak) {
    case RNV_INTEGER_LEAK_FLOOR: return v - (v >> k);
    case RNV_INTEGER_LEAK_ZERO: {
        const lanes_u32 size = (lanes_u32)((v ^ sign) - sign);
        const lanes_32 lost = (lanes_32)(size >> (uint32_t)k);
        return v - ((lost ^ sign) - sign);
    }
    case RNV_INTEGER_LEAK_MULTIPLY: {
        const lanes_32 size = (v ^ sign) - sign;
        lanes_32 rest;
        if (s->highest < 1 << 18) {
            rest = (size * (4096 - k)) >> 12;
        } else {
            // Products of larger membranes leave 32 bits; the size of the least number is right without its sign.
            const lanes_u64 wide = __builtin_convertvector((lanes_u32)size, lanes_u64);
            rest = __builtin_convertvector((wide * (uint64_t)(4096 - k)) >> 12, lanes_32);
        }
        return (rest ^ sign) - sign;
    }
    default: return v;
    }
}

RNV_INLINE lanes_32 bounded_32(lanes_32 u, const rnv_integer_stage_t *s) {
    u = u < s->lowest ? (lanes_32)(s->lowest) : u;
    return u > s->highest ? (lanes_32)(s->highest) : u;
}

/// What most layers are: sixteen bits in and out, nothing but a leak, a threshold and a reset.
RNV_INLINE void pass_plain(const rnv_integer_stage_t *stage, uint8_t *state, const int16_t *currents,
                           const int leak, const int is_delayed, rnv_integer_counts_t *counts) {
    rnv_integer_stage_t copy = *stage;  // no store through a pointer changes it
    copy.leak = leak;
    int16_t *membranes = (int16_t *)(state + copy.membranes);
    const int16_t *thresholds = copy.narrow_threshold;
    uint8_t *bits = state + copy.bits;
    const lanes_16 is_hard = (lanes_16)((int16_t)(copy.reset == RNV_INTEGER_HARD ? -1 : 0));
    int64_t spikes = 0, saturated = 0;
    for (size_t k = 0; k < copy.padded; k += 32) {
        const lanes_16 kept = kept_16(&copy, load_16(membranes + k));
        const lanes_16 threshold = load_16(thresholds + k);
        lanes_16 current = load_16(currents + k);
        if (is_delayed) current -= threshold & mask_16(bits_from(bits, k));
        const lanes_16 u = __builtin_elementwise_add_sat(kept, current);
        const lanes_16 sum = (lanes_16)((lanes_u16)kept + (lanes_u16)current);
        const lanes_16 fires = (lanes_16)(copy.above ? u > threshold : u >= threshold);
        // A hard reset takes u itself.
        const lanes_16 taken = (is_hard & u) | (~is_hard & threshold);
        store_16(membranes + k, is_delayed ? u : u - (fires & taken));
        const uint32_t fired = bits_of_16(fires);
        memcpy(bits + k / 8, &fired, sizeof fired);
        spikes += __builtin_popcount(fired);
        saturated += __builtin_popcount(bits_of_16((lanes_16)(u != sum)));
    }
    counts->last_spikes = spikes;
    counts->last_saturated = saturated;
}

/// Sixteen bits: what comes in has sixteen, too, and no sum of it leaves them, or it has thirty-two.
RNV_INLINE void pass_16(const rnv_integer_stage_t *stage, uint8_t *state, const int16_t *narrow,
                        const int32_t *wide, int heard, rnv_integer_counts_t *counts) {
    const rnv_integer_stage_t copy = *stage, *s = &copy;  // no store through a pointer changes it
    int16_t *membranes = (int16_t *)(state + s->membranes);
    uint8_t *bits = state + s->bits, *waiting = s->refractory ? state + s->waiting : 0;
    int64_t spikes = 0, saturated = 0;
    const int hears_itself = s->reset == RNV_INTEGER_SOFT_DELAYED || s->coupling;
    for (size_t k = 0; k < s->padded; k += 32) {
        const lanes_16 v = load_16(membranes + k), kept = kept_16(s, v);
        const lanes_16 threshold = s->fires ? load_16(s->narrow_threshold + k) : (lanes_16)(0);
        const uint32_t before = hears_itself ? bits_from(bits, k) : 0;
        lanes_16 u, over;
        if (narrow) {
            lanes_16 current = load_16(narrow + k);
            if (hears_itself) {
                const lanes_16 mask = mask_16(before);
                if (s->coupling) current += load_16(s->narrow_coupling + k) & mask;
                if (s->reset == RNV_INTEGER_SOFT_DELAYED) current -= threshold & mask;
            }
            u = __builtin_elementwise_add_sat(kept, current);
            const lanes_16 sum = (lanes_16)((lanes_u16)kept + (lanes_u16)current);
            if (s->highest < INT16_MAX) {
                u = u < (int16_t)s->lowest ? (lanes_16)((int16_t)s->lowest) : u;
                u = u > (int16_t)s->highest ? (lanes_16)((int16_t)s->highest) : u;
            }
            over = (lanes_16)(u != sum);
        } else {
            lanes_32 current = load_32(wide + k);
            if (hears_itself) {
                const lanes_32 mask = mask_32(before);
                if (s->coupling) current += load_32(s->coupling + k) & mask;
                if (s->reset == RNV_INTEGER_SOFT_DELAYED) current -= WIDER_32(threshold) & mask;
            }
            const lanes_32 sum = __builtin_elementwise_add_sat(WIDER_32(kept), current);
            const lanes_32 bounded = bounded_32(sum, s);
            u = __builtin_convertvector(bounded, lanes_16);
            over = __builtin_convertvector(bounded != sum, lanes_16);
        }
        uint32_t free_bits = ~(uint32_t)0;
        if (waiting) {
            free_bits = ~waiting_bits(waiting + k);
            const lanes_16 is_free = mask_16(free_bits);
            u = is_free ? u : v;
            over &= is_free;
        }
        uint32_t fired = 0;
        lanes_16 next = u;
        if (s->fires) {
            lanes_16 fires = (lanes_16)(s->above ? u > threshold : u >= threshold);
            if (waiting) fires &= mask_16(free_bits);
            if (s->reset == RNV_INTEGER_HARD) next = u & ~fires;
            if (s->reset == RNV_INTEGER_SOFT) next = u - (threshold & fires);
            fired = bits_of_16(fires);
        }
        store_16(membranes + k, next);
        memcpy(bits + k / 8, &fired, sizeof fired);
        if (waiting) wait_on(waiting + k, fired, s->refractory);
        spikes += __builtin_popcount(fired);
        saturated += __builtin_popcount(bits_of_16(over));
        if (heard) store_32(state + s->heard + 4 * k, WIDER_32(u));
        if (s->gives_membrane) store_32(state + s->out + 4 * k, WIDER_32(u));
    }
    counts->last_spikes = spikes;
    counts->last_saturated = saturated;
}

RNV_INLINE void pass_32(const rnv_integer_stage_t *stage, uint8_t *state, const int32_t *currents,
                        int heard, rnv_integer_counts_t *counts) {
    const rnv_integer_stage_t copy = *stage, *s = &copy;
    int32_t *membranes = (int32_t *)(state + s->membranes);
    uint8_t *bits = state + s->bits, *waiting = s->refractory ? state + s->waiting : 0;
    int64_t spikes = 0, saturated = 0;
    const int hears_itself = s->reset == RNV_INTEGER_SOFT_DELAYED || s->coupling;
    for (size_t k = 0; k < s->padded; k += 32) {
        const lanes_32 v = load_32(membranes + k), kept = kept_32(s, v);
        const lanes_32 threshold = s->fires ? load_32(s->threshold + k) : (lanes_32)(0);
        lanes_32 current = load_32(currents + k);
        if (hears_itself) {
            const lanes_32 mask = mask_32(bits_from(bits, k));
            if (s->coupling) current += load_32(s->coupling + k) & mask;
            if (s->reset == RNV_INTEGER_SOFT_DELAYED) current -= threshold & mask;
        }
        const lanes_32 sum = (lanes_32)((lanes_u32)kept + (lanes_u32)current);
        lanes_32 u = bounded_32(__builtin_elementwise_add_sat(kept, current), s);
        lanes_32 over = u != sum;
        lanes_32 is_free = (lanes_32)(-1);
        if (waiting) {
            is_free = mask_32(~waiting_bits(waiting + k));
            u = is_free ? u : v;
            over &= is_free;
        }
        uint32_t fired = 0;
        lanes_32 next = u;
        if (s->fires) {
            const lanes_32 fires = (s->above ? u > threshold : u >= threshold) & is_free;
            if (s->reset == RNV_INTEGER_HARD) next = u & ~fires;
            if (s->reset == RNV_INTEGER_SOFT) next = u - (threshold & fires);
            fired = bits_of_32(fires);
        }
        store_32(membranes + k, next);
        memcpy(bits + k / 8, &fired, sizeof fired);
        if (waiting) wait_on(waiting + k, fired, s->refractory);
        spikes += __builtin_popcount(fired);
        saturated += __builtin_popcount(bits_of_32(over));
        if (heard) store_32(state + s->heard + 4 * k, u);
        if (s->gives_membrane) store_32(state + s->out + 4 * k, u);
    }
    counts->last_spikes = spikes;
    counts->last_saturated = saturated;
}

RNV_INLINE int64_t kept_64(const rnv_integer_stage_t *s, int64_t v) {
    const int64_t k = s->leak_amount, size = v < 0 ? -v : v;
    int64_t above = v, below = 1, rest = v;  // what the leak leaves is above / below
    switch (s->leak) {
    case RNV_INTEGER_LEAK_FLOOR:
        rest = v - (v >> k);
        below = (int64_t)1 << k;
        above = v * (below - 1);
        break;
    case RNV_INTEGER_LEAK_ZERO:
        rest = v < 0 ? v + (size >> k) : v - (size >> k);
        below = (int64_t)1 << k;
        above = v * (below - 1);
        break;
    case RNV_INTEGER_LEAK_MULTIPLY:
        rest = (size * (4096 - k)) >> 12;
        rest = v < 0 ? -rest : rest;
        below = 4096;
        above = v * (4096 - k);
        break;
    default: break;
    }
    if (!s->level_step) return rest;
    const int64_t unit = below * s->level_step;
    int64_t code = above >= 0 ? above / unit : -((-above + unit - 1) / unit);
    const int64_t left = above - code * unit;
    code += s->level_up ? left > 0 : 2 * left > unit || (2 * left == unit && code % 2 != 0);
    const int64_t most = s->level_most;
    return (code > most ? most : code < -most ? -most : code) * s->level_step;
}

/// One by one: levels.
static void pass_64(const rnv_integer_stage_t *s, uint8_t *state, const int32_t *currents,
                    int heard, rnv_integer_counts_t *counts) {
    uint8_t *waiting = s->refractory ? state + s->waiting : 0;
    uint64_t *words = (uint64_t *)(state + s->bits);
    int64_t spikes = 0, saturated = 0;
    for (size_t k = 0; k < s->outputs; k++) {
        const int64_t v = s->narrow ? ((int16_t *)(state + s->membranes))[k]
                                    : ((int32_t *)(state + s->membranes))[k];
        const int before = (int)(words[k >> 6] >> (k & 63) & 1), waits = waiting && waiting[k];
        int64_t u = v;
        if (!waits) {
            u = kept_64(s, v) + currents[k];
            if (before && s->coupling) u += s->coupling[k];
            if (before && s->reset == RNV_INTEGER_SOFT_DELAYED) u -= s->threshold[k];
        }
        const int64_t bounded = u < s->lowest ? s->lowest : u > s->highest ? s->highest : u;
        saturated += bounded != u;
        u = bounded;
        const int fired = !waits && s->fires
            && (s->above ? u > s->threshold[k] : u >= s->threshold[k]);
        int64_t next = u;
        if (fired && s->reset == RNV_INTEGER_HARD) next = 0;
        if (fired && s->reset == RNV_INTEGER_SOFT) next = u - s->threshold[k];
        if (s->narrow) {
            ((int16_t *)(state + s->membranes))[k] = (int16_t)next;
        } else {
            ((int32_t *)(state + s->membranes))[k] = (int32_t)next;
        }
        if (waiting) waiting[k] = (uint8_t)(fired ? s->refractory : waiting[k] - (waiting[k] > 0));
        words[k >> 6] = (words[k >> 6] & ~((uint64_t)1 << (k & 63))) | (uint64_t)fired << (k & 63);
        spikes += fired;
        if (heard) ((int32_t *)(state + s->heard))[k] = (int32_t)u;
        if (s->gives_membrane) ((int32_t *)(state + s->out))[k] = (int32_t)u;
    }
    counts->last_spikes = spikes;
    counts->last_saturated = saturated;
}

RNV_LEVELS
void rnv_integer_neurons(const rnv_integer_stage_t *s, uint8_t *state, const void *currents,
                         int narrow, int heard, rnv_integer_counts_t *counts) {
    const int is_plain = narrow && !heard && rnv_integer_is_plain(s);
    if (s->exact) {
        pass_64(s, state, currents, heard, counts);
    } else if (!s->narrow) {
        pass_32(s, state, currents, heard, counts);
    } else if (is_plain) {
        const int is_delayed = s->reset == RNV_INTEGER_SOFT_DELAYED;
#define PLAIN(leak)                                                       \
    if (is_delayed) {                                                     \
        pass_plain(s, state, currents, leak, 1, counts);                  \
    } else {                                                              \
        pass_plain(s, state, currents, leak, 0, counts);                  \
    }                                                                     \
    break;
        switch (s->leak) {
        case RNV_INTEGER_LEAK_FLOOR: PLAIN(RNV_INTEGER_LEAK_FLOOR)
        case RNV_INTEGER_LEAK_ZERO: PLAIN(RNV_INTEGER_LEAK_ZERO)
        case RNV_INTEGER_LEAK_MULTIPLY: PLAIN(RNV_INTEGER_LEAK_MULTIPLY)
        default: PLAIN(RNV_INTEGER_LEAK_NONE)
        }
    } else if (narrow) {
        pass_16(s, state, currents, 0, heard, counts);
    } else {
        pass_16(s, state, 0, currents, heard, counts);
    }
}
