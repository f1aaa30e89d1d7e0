// Matrix units: eight tile registers of 16 rows of 32 bfloat16 (or 16 floats), and products of them.
#ifndef RNV_TILES_H
#define RNV_TILES_H

#include "levels.h"

enum {
    tile = 16,                  // rows of a tile, and columns of a tile of sums
    depth = 32,                 // halves in a row: inner terms of one product
    tile_halves = tile * depth  // in a tile
};

#if defined(__x86_64__) && defined(__linux__) && __has_include(<immintrin.h>)
#define RNV_HAS_TILES 1

#include <immintrin.h>

// Every processor with matrix units has the vector instructions too.
#define RNV_TILED __attribute__((target("amx-tile,amx-bf16,avx512f,avx512bw,avx512vl,avx512bf16")))

/// Configures all registers as full tiles on this thread; _tile_release() ends it.
RNV_TILED static inline void tiles_begin(void) {
    struct {
        uint8_t palette, start, reserved[14];
        uint16_t row_bytes[16];
        uint8_t rows[16];
    } shapes = {.palette = 1};
    for (int i = 0; i < 8; i++) {
        shapes.row_bytes[i] = 2 * depth;
        shapes.rows[i] = tile;
    }
    _tile_loadconfig(&shapes);
}

#endif
#endif
