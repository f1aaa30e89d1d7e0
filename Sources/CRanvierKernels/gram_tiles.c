#include "rnv_gram.h"

#include "lanes.h"
#include "tiles.h"

// The products of 32 samples with 32 samples are four tiles of sums; each step takes 32 columns of both.

size_t rnv_gram_tiles_halves(size_t samples, size_t width) {
    return 4 * tile_pairs(samples) * (width / depth) * tile_halves;
}

/// Halves of the tiles of the rows (first operand) or, behind them, of the columns (second operand).
static uint16_t *tiles_of(uint16_t *panel, size_t samples, size_t width, int second, size_t block) {
    const size_t per_block = 2 * (width / depth) * tile_halves;
    return panel + ((second ? tile_pairs(samples) : 0) + block) * per_block;
}

#if RNV_HAS_TILES

RNV_TILED
void rnv_gram_tiles_pack(const float *x, size_t samples, size_t width, size_t block,
                         uint16_t *panel) {
    uint16_t *first = tiles_of(panel, samples, width, 0, block);
    uint16_t *second = tiles_of(panel, samples, width, 1, block);
    for (size_t k = 0; k < width; k += depth, first += 2 * tile_halves, second += 2 * tile_halves) {
        for (size_t i = 0; i < tile_halves; i += 16) {
            const __m512 v = _mm512_loadu_ps(x + i / depth * width + k + i % depth);
            const __m256bh high = _mm512_cvtneps_pbh(v);
            const __m512i whole = _mm512_slli_epi32(_mm512_cvtepu16_epi32((__m256i)high), 16);
            const __m256bh low = _mm512_cvtneps_pbh(_mm512_sub_ps(v, (__m512)whole));
            memcpy(first + i, &high, sizeof high);
            memcpy(first + tile_halves + i, &low, sizeof low);
        }
        // The second operand has columns in its rows: pairs of them, sample by sample.
        tile_transpose(first, second);
        tile_transpose(first + tile_halves, second + tile_halves);
    }
}

/// Adds the four tiles of sums to those of a block of `rows` x `columns` of a matrix.
RNV_LEVELS
static void add_sums(const float *sums, size_t rows, size_t columns, float *to, size_t stride) {
    enum { row = 2 * tile };
    if (columns == row) {
        for (size_t i = 0; i < rows; i++, sums += row, to += stride) {
            lanes_store(to, lanes_load(to) + lanes_load(sums));
            lanes_store(to + tile, lanes_load(to + tile) + lanes_load(sums + tile));
        }
        return;
    }
    for (size_t i = 0; i < rows; i++) {
        for (size_t j = 0; j < columns; j++) to[i * stride + j] += sums[i * row + j];
    }
}

RNV_TILED
void rnv_gram_tiles_add(uint16_t *panel, size_t samples, size_t width, size_t stripe,
                        float *kernel) {
    tiles_begin();
    const size_t steps = width / depth, next = 2 * tile_halves, row = 2 * tile;
    const uint16_t *a0 = tiles_of(panel, samples, width, 0, 2 * stripe);
    const uint16_t *a1 = tiles_of(panel, samples, width, 0, 2 * stripe + 1);
    for (size_t other = stripe; other < tile_pairs(samples) / 2; other++) {
        const uint16_t *b0 = tiles_of(panel, samples, width, 1, 2 * other);
        const uint16_t *b1 = tiles_of(panel, samples, width, 1, 2 * other + 1);
        tiles_zero();
        for (size_t k = 0; k < steps * next; k += next) {
            _tile_loadd(4, a0 + k, 2 * depth);
            _tile_loadd(5, a1 + k, 2 * depth);
            _tile_loadd(6, b0 + k + tile_halves, 2 * depth);
            _tile_loadd(7, b1 + k + tile_halves, 2 * depth);
            // high · lowᵀ
            TILES_ADD(1)
            _tile_loadd(6, b0 + k, 2 * depth);
            _tile_loadd(7, b1 + k, 2 * depth);
            // high · highᵀ
            TILES_ADD(1)
            _tile_loadd(4, a0 + k + tile_halves, 2 * depth);
            _tile_loadd(5, a1 + k + tile_halves, 2 * depth);
            // low · highᵀ
            TILES_ADD(1)
        }
        float sums[4 * tile * tile];
        tiles_store(sums, row, 1);
        const size_t i = stripe * row, j = other * row;
        add_sums(sums, samples - i < row ? samples - i : row, samples - j < row ? samples - j : row,
                 kernel + i * samples + j, samples);
    }
    _tile_release();
}

#else

void rnv_gram_tiles_pack(const float *x, size_t samples, size_t width, size_t block,
                         uint16_t *panel) {
    (void)x, (void)samples, (void)width, (void)block, (void)panel;
}

void rnv_gram_tiles_add(uint16_t *panel, size_t samples, size_t width, size_t stripe,
                        float *kernel) {
    (void)panel, (void)samples, (void)width, (void)stripe, (void)kernel;
}

#endif
