#include "rnv_spikes.h"

#include "bits.h"
#include "lanes.h"

RNV_LEVELS
uint64_t rnv_spikes_pack(const float *values, size_t bits, uint64_t *words) {
    uint64_t spikes = 0;
    for (size_t w = 0; w * 64 < bits; w++) {
        const size_t first = w * 64;
        uint64_t word = 0;
        size_t lane = 0;
        for (; lane + 16 <= 64 && first + lane + 16 <= bits; lane += 16) {
            const lanes v = lanes_load(values + first + lane);
            word |= (uint64_t)lanes_mask_bits(v != 0) << lane;
        }
        for (; lane < 64 && first + lane < bits; lane++) {
            word |= (uint64_t)(values[first + lane] != 0) << lane;
        }
        words[w] = word;
        spikes += (uint64_t)__builtin_popcountll(word);
    }
    return spikes;
}

RNV_LEVELS
void rnv_spikes_unpack(const uint64_t *words, size_t first, size_t count, float *values) {
    size_t i = 0;
    for (; i + 16 <= count; i += 16) {
        const lanes_int mask = lanes_mask((uint16_t)bits_at(words, first + i, 16));
        lanes_store(values + i, lanes_select(mask, lanes_all(1), lanes_all(0)));
    }
    for (; i < count; i++) {
        const size_t bit = first + i;
        values[i] = (float)((words[bit >> 6] >> (bit & 63)) & 1);
    }
}

RNV_LEVELS
uint64_t rnv_spikes_count(const uint64_t *words, size_t words_count) {
    uint64_t sum = 0;
    for (size_t i = 0; i < words_count; i++) sum += (uint64_t)__builtin_popcountll(words[i]);
    return sum;
}

RNV_LEVELS
void rnv_spikes_accumulate(const uint64_t *words, size_t first, size_t count, float *counts) {
    size_t i = 0;
    for (; i + 16 <= count; i += 16) {
        const lanes_int mask = lanes_mask((uint16_t)bits_at(words, first + i, 16));
        const lanes one = lanes_select(mask, lanes_all(1), lanes_all(0));
        lanes_store(counts + i, lanes_load(counts + i) + one);
    }
    for (; i < count; i++) {
        const size_t bit = first + i;
        counts[i] += (float)((words[bit >> 6] >> (bit & 63)) & 1);
    }
}
