// Matrix units: eight tile registers of 16 rows of 32 bfloat16 (or 16 floats), and products of them.
#ifndef RNV_TILES_H
#define RNV_TILES_H

#include "levels.h"

enum {
    tile = 16,                  // rows of a tile, and columns of a tile of sums
    depth = 32,                 // halves in a row: inner terms of one product
    tile_halves = tile * depth, // in a tile
    parts = 3                   // bfloat16 that sum up to a float
};

static inline size_t tile_blocks(size_t count) { return (count + tile - 1) / tile; }

/// Blocks of 16 rows that are taken two at a time.
static inline size_t tile_pairs(size_t rows) { return (rows + 2 * tile - 1) / (2 * tile) * 2; }

#if defined(__x86_64__) && defined(__linux__) && __has_include(<immintrin.h>)
#define RNV_HAS_TILES 1

#include <immintrin.h>

#ifdef RNV_EMULATED_TILES
#include "tiles_emulated.h"
#endif

// Every processor with matrix units has the vector instructions too.
#define RNV_TILED __attribute__((target("amx-tile,amx-bf16,amx-int8,avx512f,avx512bw,avx512vl,avx512bf16")))

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

/// Reads them again.
RNV_TILED static inline void tiles_load(const float *at, size_t columns, int second) {
    const size_t row = columns * sizeof(float);
    _tile_loadd(0, at, row);
    _tile_loadd(1, at + tile * columns, row);
    if (second) _tile_loadd(2, at + tile, row);
    if (second) _tile_loadd(3, at + tile * columns + tile, row);
}

/// Adds to the sums in tiles 0 to 3 the products of one step: two blocks of rows, which lie `row` bytes apart and are of
/// one or three parts `part` halves apart, with one or two blocks of columns of three. Products of two small parts would
/// not count.
RNV_TILED static inline __attribute__((always_inline)) void tiles_add(
    const uint16_t *a0, const uint16_t *a1, size_t row, size_t part, int row_parts,
    const uint16_t *b, int second) {
#define ROWS(p)                                                                  \
    _tile_loadd(4, a0 + (p) * part, row);                                        \
    _tile_loadd(5, a1 + (p) * part, row);
#define COLUMNS(p)                                                               \
    _tile_loadd(6, b + (p) * tile_halves, 2 * depth);                            \
    if (second) _tile_loadd(7, b + (parts + (p)) * tile_halves, 2 * depth);
    // In an order in which most tiles stay where they are.
    ROWS(0) COLUMNS(2) TILES_ADD(second)
    COLUMNS(1) TILES_ADD(second)
    if (row_parts == 1) {
        COLUMNS(0) TILES_ADD(second)
    } else {
        ROWS(1) TILES_ADD(second)
        COLUMNS(0) TILES_ADD(second)
        ROWS(2) TILES_ADD(second)
        ROWS(0) TILES_ADD(second)
    }
#undef ROWS
#undef COLUMNS
}

typedef uint32_t words16 __attribute__((ext_vector_type(16)));

RNV_TILED static inline words16 words16_load(const uint16_t *p) {
    return (words16)_mm512_loadu_si512(p);
}

RNV_TILED static inline void words16_store(uint16_t *p, words16 v) {
    _mm512_storeu_si512(p, (__m512i)v);
}

/// Exchanges rows and columns of the 16 x 16 words of a tile: squares of 8, of 4, of 2, of 1.
RNV_TILED static inline void tile_transpose(const uint16_t *from, uint16_t *to) {
    words16 v[tile];
#define LIST(...) __VA_ARGS__
#define EXCHANGE_WORDS(side, read, write, upper, lower)                          \
    for (int i = 0; i < tile; i++) {                                             \
        if (i & (side)) continue;                                                \
        const words16 a = read(i), b = read(i + (side));                         \
        write(i, __builtin_shufflevector(a, b, upper));                          \
        write(i + (side), __builtin_shufflevector(a, b, lower));                 \
    }
#define LOAD(i) words16_load(from + (i) * depth)
#define STORE(i, value) words16_store(to + (i) * depth, value)
#define GET(i) v[i]
#define SET(i, value) v[i] = value
    EXCHANGE_WORDS(8, LOAD, SET, LIST(0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23),
                   LIST(8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31))
    EXCHANGE_WORDS(4, GET, SET, LIST(0, 1, 2, 3, 16, 17, 18, 19, 8, 9, 10, 11, 24, 25, 26, 27),
                   LIST(4, 5, 6, 7, 20, 21, 22, 23, 12, 13, 14, 15, 28, 29, 30, 31))
    EXCHANGE_WORDS(2, GET, SET, LIST(0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29),
                   LIST(2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31))
    EXCHANGE_WORDS(1, GET, STORE, LIST(0, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26, 12, 28, 14, 30),
                   LIST(1, 17, 3, 19, 5, 21, 7, 23, 9, 25, 11, 27, 13, 29, 15, 31))
#undef LIST
#undef EXCHANGE_WORDS
#undef LOAD
#undef STORE
#undef GET
#undef SET
}

/// The leading part of numbers that is a bfloat16, and what is left of them.
RNV_TILED static inline __m512i leading(__m512 *v) {
    const __m512i part =
        _mm512_and_si512(_mm512_castps_si512(*v), _mm512_set1_epi32((int)0xffff0000));
    *v = _mm512_sub_ps(*v, _mm512_castsi512_ps(part));
    return part;
}

/// Writes numbers as three tiles of pairs of rows x columns for each block of columns, step by step of 32 rows; or, as
/// left operands, of columns x rows for an even number of blocks.
RNV_TILED static inline __attribute__((always_inline)) void pack_numbers(
    const float *x, size_t stride, size_t count, size_t columns, size_t steps, int transposed,
    uint16_t *to) {
    const size_t all = transposed ? tile_pairs(columns) : tile_blocks(columns);
    for (size_t step = 0; step < steps; step++) {
        for (size_t block = 0; block < all; block++, to += parts * tile_halves) {
            const size_t column = block * tile, left = columns > column ? columns - column : 0;
            const __mmask16 lanes = left < 16 ? (__mmask16)((1u << left) - 1) : (__mmask16)0xffff;
            for (size_t pair = 0; pair < tile; pair++) {
                const size_t r = step * depth + 2 * pair;
                const float *at = x + r * stride + column;
                __m512 even = _mm512_setzero_ps(), odd = _mm512_setzero_ps();
                if (r < count) even = _mm512_maskz_loadu_ps(lanes, at);
                if (r + 1 < count) odd = _mm512_maskz_loadu_ps(lanes, at + stride);
                for (int part = 0; part < parts; part++) {
                    const __m512i low = _mm512_srli_epi32(leading(&even), 16);
                    _mm512_store_si512(to + part * tile_halves + pair * depth,
                                       _mm512_or_si512(leading(&odd), low));
                }
            }
            for (int part = 0; transposed && part < parts; part++) {
                tile_transpose(to + part * tile_halves, to + part * tile_halves);
            }
        }
    }
}

#endif
#endif
