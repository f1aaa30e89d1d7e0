// The matrix units in plain C, for builds with RNV_EMULATED_TILES: their kernels can then be checked on a processor
// without them, and by the address sanitiser, which does not see what the instructions touch. Far too slow for use.
#ifndef RNV_TILES_EMULATED_H
#define RNV_TILES_EMULATED_H

#include <stdint.h>
#include <string.h>

typedef union {
    uint16_t halves[16][32];
    int8_t bytes[16][64];
    float sums[16][16];
    int32_t counts[16][16];
} emulated_tile;

static __thread emulated_tile emulated_tiles[8];

// All registers are configured as full tiles.
static inline void emulated_load(int t, const void *from, size_t stride) {
    for (size_t r = 0; r < 16; r++) {
        memcpy(emulated_tiles[t].bytes[r], (const char *)from + r * stride, 64);
    }
}

static inline void emulated_store(int t, void *to, size_t stride) {
    for (size_t r = 0; r < 16; r++) {
        memcpy((char *)to + r * stride, emulated_tiles[t].bytes[r], 64);
    }
}

static inline void emulated_zero(int t) { memset(&emulated_tiles[t], 0, sizeof *emulated_tiles); }

static inline float emulated_number(uint16_t half) {
    const uint32_t bits = (uint32_t)half << 16;
    float number;
    memcpy(&number, &bits, sizeof number);
    return number;
}

static inline void emulated_add_halves(int t, int left, int right) {
    for (int r = 0; r < 16; r++) {
        for (int k = 0; k < 32; k++) {
            const float a = emulated_number(emulated_tiles[left].halves[r][k]);
            for (int c = 0; c < 16; c++) {
                emulated_tiles[t].sums[r][c] +=
                    a * emulated_number(emulated_tiles[right].halves[k / 2][2 * c + k % 2]);
            }
        }
    }
}

static inline void emulated_add_bytes(int t, int left, int right) {
    for (int r = 0; r < 16; r++) {
        for (int k = 0; k < 64; k++) {
            const int a = emulated_tiles[left].bytes[r][k];
            for (int c = 0; c < 16; c++) {
                emulated_tiles[t].counts[r][c] +=
                    a * emulated_tiles[right].bytes[k / 4][4 * c + k % 4];
            }
        }
    }
}

#undef _tile_loadd
#undef _tile_stored
#undef _tile_zero
#undef _tile_dpbf16ps
#undef _tile_dpbssd
#define _tile_loadconfig(shapes) ((void)(shapes))
#define _tile_release() ((void)0)
#define _tile_loadd(t, from, stride) emulated_load(t, from, stride)
#define _tile_stored(t, to, stride) emulated_store(t, to, stride)
#define _tile_zero(t) emulated_zero(t)
#define _tile_dpbf16ps(t, left, right) emulated_add_halves(t, left, right)
#define _tile_dpbssd(t, left, right) emulated_add_bytes(t, left, right)

#endif
