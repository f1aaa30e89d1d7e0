#include "rnv_living.h"

#include "bits.h"
#include "lanes.h"

RNV_LEVELS
void rnv_keep(const float *x, const uint64_t *bits, size_t n, float *out) {
    size_t i = 0;
    for (; i + 16 <= n; i += 16) {
        const lanes_int mask = lanes_mask((uint16_t)(bits[i >> 6] >> (i & 63)));
        lanes_store(out + i, lanes_select(mask, lanes_load(x + i), lanes_all(0)));
    }
    for (; i < n; i++) out[i] = (bits[i >> 6] >> (i & 63)) & 1 ? x[i] : 0;
}

RNV_LEVELS
void rnv_keep_part(float *x, const uint64_t *bits, size_t first, size_t n) {
    size_t i = 0;
    for (; i + 16 <= n; i += 16) {
        const lanes_int mask = lanes_mask((uint16_t)bits_at(bits, first + i, 16));
        lanes_store(x + i, lanes_select(mask, lanes_load(x + i), lanes_all(0)));
    }
    for (; i < n; i++) {
        if (!((bits[(first + i) >> 6] >> ((first + i) & 63)) & 1)) x[i] = 0;
    }
}

RNV_LEVELS
void rnv_gather_columns(const float *x, size_t rows, size_t columns, const uint32_t *list,
                        size_t count, float *out) {
    for (size_t r = 0; r < rows; r++) {
        const float *from = x + r * columns;
        float *to = out + r * count;
        for (size_t k = 0; k < count; k++) to[k] = from[list[k]];
    }
}

RNV_LEVELS
void rnv_scatter_columns(const float *x, size_t rows, size_t count, const uint32_t *list,
                         const float *background, size_t columns, float *out) {
    for (size_t r = 0; r < rows; r++) {
        const float *from = x + r * count;
        float *to = out + r * columns;
        if (background) {
            memcpy(to, background, columns * sizeof(float));
        } else {
            memset(to, 0, columns * sizeof(float));
        }
        for (size_t k = 0; k < count; k++) to[list[k]] = from[k];
    }
}

void rnv_spikes_gather(const uint64_t *words, size_t bits, size_t features, const int32_t *places,
                       size_t living, uint64_t *out) {
    memset(out, 0, (bits / features * living + 63) / 64 * sizeof(uint64_t));
    size_t base = 0, to = 0;
    for (size_t w = 0; w * 64 < bits; w++) {
        for (uint64_t word = words[w]; word; word &= word - 1) {
            const size_t bit = w * 64 + (size_t)__builtin_ctzll(word);
            while (bit >= base + features) base += features, to += living;
            const int32_t place = places[bit - base];
            if (place < 0) continue;
            const size_t at = to + (size_t)place;
            out[at >> 6] |= (uint64_t)1 << (at & 63);
        }
    }
}
