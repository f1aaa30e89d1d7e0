// Matrix units: eight tile registers of 16 rows of 32 bfloat16 (or 16 floats), and products of them.
#ifndef RNV_TILES_H
#define RNV_TILES_H

#include "levels.h"

enum {
    tile = 16,                  // rows of a tile, and columns of a tile of sums
    depth = 32,                 // halves in a row: inner terms of one product
    tile_halves = tile * depth  // in a tile
};

/// Blocks of 16 rows that are taken two at a time.
static inline size_t tile_pairs(size_t rows) { return (rows + 2 * tile - 1) / (2 * tile) * 2; }

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

/// Registers 4 and 5 hold two blocks of rows, 6 and (with a second) 7 two of columns, 0 to 3 the sums of their products.
#define TILES_ADD(second)                        \
    _tile_dpbf16ps(0, 4, 6);                     \
    _tile_dpbf16ps(1, 5, 6);                     \
    if (second) _tile_dpbf16ps(2, 4, 7);         \
    if (second) _tile_dpbf16ps(3, 5, 7);

RNV_TILED static inline void tiles_zero(void) {
    _tile_zero(0), _tile_zero(1), _tile_zero(2), _tile_zero(3);
}

/// Writes the sums to a matrix with rows of `columns`.
RNV_TILED static inline void tiles_store(float *at, size_t columns, int second) {
    const size_t row = columns * sizeof(float);
    _tile_stored(0, at, row);
    _tile_stored(1, at + tile * columns, row);
    if (second) _tile_stored(2, at + tile, row);
    if (second) _tile_stored(3, at + tile * columns + tile, row);
}

typedef uint32_t words16 __attribute__((ext_vector_type(16)));

/// Exchanges rows and columns of the 16 x 16 words of a tile: squares of 8, of 4, of 2, of 1.
RNV_TILED static inline void tile_transpose(const uint16_t *from, uint16_t *to) {
    words16 v[tile];
    for (int i = 0; i < tile; i++) memcpy(&v[i], from + i * depth, sizeof v[i]);
#define EXCHANGE_WORDS(side, upper, lower)                               \
    for (int i = 0; i < tile; i++) {                                     \
        if (i & (side)) continue;                                        \
        const words16 a = v[i], b = v[i + (side)];                       \
        v[i] = __builtin_shufflevector(a, b, upper);                     \
        v[i + (side)] = __builtin_shufflevector(a, b, lower);            \
    }
#define LIST(...) __VA_ARGS__
    EXCHANGE_WORDS(8, LIST(0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23),
                   LIST(8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31))
    EXCHANGE_WORDS(4, LIST(0, 1, 2, 3, 16, 17, 18, 19, 8, 9, 10, 11, 24, 25, 26, 27),
                   LIST(4, 5, 6, 7, 20, 21, 22, 23, 12, 13, 14, 15, 28, 29, 30, 31))
    EXCHANGE_WORDS(2, LIST(0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29),
                   LIST(2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31))
    EXCHANGE_WORDS(1, LIST(0, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26, 12, 28, 14, 30),
                   LIST(1, 17, 3, 19, 5, 21, 7, 23, 9, 25, 11, 27, 13, 29, 15, 31))
    for (int i = 0; i < tile; i++) memcpy(to + i * depth, &v[i], sizeof v[i]);
}

#endif
#endif
