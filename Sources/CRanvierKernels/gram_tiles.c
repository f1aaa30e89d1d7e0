#include "rnv_gram.h"

#include "tiles.h"

// A number is (256 h + l) units with whole h and l of eight bits. Products of 32 samples with 16 are two tiles of
// h · hᵀ and two of h · lᵀ + l · hᵀ; each step takes 64 columns.

enum {
    step = 2 * depth,                       // columns of a step: bytes of a row of a tile
    steps = RNV_GRAM_WIDTH / step,
    tile_bytes = 2 * tile_halves,
    block_bytes = steps * 2 * tile_bytes,   // of 16 samples: high and low bytes, step by step
    block_sums = 2 * tile * tile,           // of 32 samples with 16
    largest_whole = 127 * 256 + 127
};

size_t rnv_gram_tiles_bytes(size_t samples) { return tile_pairs(samples) * block_bytes; }

/// Where the sums of a stripe of 32 samples with themselves and all later ones begin.
static size_t sums_before(size_t samples, size_t stripe) {
    return stripe * (tile_pairs(samples) - stripe + 1) * block_sums;
}

size_t rnv_gram_tiles_sums(size_t samples) {
    return sums_before(samples, tile_pairs(samples) / 2);
}

void rnv_gram_tiles_unpack(const float *sums, size_t samples, size_t stripe, float *kernel) {
    const float *block = sums + sums_before(samples, stripe);
    for (size_t j = 2 * stripe * tile; j < samples; j += tile, block += block_sums) {
        for (size_t i = 0; i < 2 * tile; i++) {
            const size_t row = 2 * stripe * tile + i;
            if (row >= samples) break;
            const size_t columns = samples - j < tile ? samples - j : tile;
            memcpy(kernel + row * samples + j, block + i * tile, columns * sizeof(float));
        }
    }
}

#if RNV_HAS_TILES

/// The unit in which a row is counted, and its inverse; what is not finite makes the unit so, and with it every sum.
RNV_TILED static float unit_of(const float *row, float *inverse) {
    __m512i bits = _mm512_setzero_si512();
    for (size_t k = 0; k < RNV_GRAM_WIDTH; k += 16) {
        bits = _mm512_max_epu32(bits, _mm512_and_si512(_mm512_loadu_si512(row + k),
                                                       _mm512_set1_epi32(0x7fffffff)));
    }
    const uint32_t top = _mm512_reduce_max_epu32(bits);
    float largest;
    memcpy(&largest, &top, sizeof largest);
    // Products of numbers that are so small are zero in single precision.
    const int is_number = largest > 1e-30f && top < 0x7f800000;
    *inverse = is_number ? largest_whole / largest : 0;
    return is_number || top >= 0x7f800000 ? largest / largest_whole : 0;
}

RNV_TILED
void rnv_gram_tiles_pack(const float *x, size_t block, int8_t *panel, float *units) {
    int8_t *to = panel + block * block_bytes;
    float inverse[tile];
    for (size_t i = 0; i < tile; i++) {
        units[block * tile + i] = unit_of(x + i * RNV_GRAM_WIDTH, inverse + i);
    }
    for (size_t k = 0; k < RNV_GRAM_WIDTH; k += step, to += 2 * tile_bytes) {
        for (size_t i = 0; i < tile; i++) {
            const __m512 scale = _mm512_set1_ps(inverse[i]);
            for (size_t c = 0; c < step; c += 16) {
                const __m512 v = _mm512_loadu_ps(x + i * RNV_GRAM_WIDTH + k + c);
                const __m512i whole = _mm512_cvtps_epi32(_mm512_mul_ps(v, scale));
                const __m512i high =
                    _mm512_srai_epi32(_mm512_add_epi32(whole, _mm512_set1_epi32(128)), 8);
                // The low byte of the whole, with a sign, is what is left of it.
                const __m128i bytes[2] = {_mm512_cvtepi32_epi8(high), _mm512_cvtepi32_epi8(whole)};
                memcpy(to + i * step + c, &bytes[0], sizeof bytes[0]);
                memcpy(to + tile_bytes + i * step + c, &bytes[1], sizeof bytes[1]);
            }
        }
        // Second operands have columns in their rows: four of them, sample by sample.
        tile_transpose((uint16_t *)to, (uint16_t *)to);
        tile_transpose((uint16_t *)(to + tile_bytes), (uint16_t *)(to + tile_bytes));
    }
}

/// What is added to the sums of 32 samples with 16, once their products are stored.
typedef struct {
    const int32_t *products; // two tiles of h · hᵀ, two of the others
    const float *row_units, *column_units;
    float *sums;
} pending_t;

RNV_TILED static inline __attribute__((always_inline)) void add_rows(const pending_t *p,
                                                                      size_t from, size_t to) {
    const __m512 columns = _mm512_mul_ps(_mm512_loadu_ps(p->column_units), _mm512_set1_ps(256));
    for (size_t i = from; i < to; i++) {
        const __m512i high = _mm512_load_si512(p->products + i * tile);
        const __m512i others = _mm512_load_si512(p->products + (2 * tile + i) * tile);
        const __m512 whole =
            _mm512_cvtepi32_ps(_mm512_add_epi32(_mm512_slli_epi32(high, 8), others));
        const __m512 rows = _mm512_mul_ps(whole, _mm512_set1_ps(p->row_units[i]));
        float *at = p->sums + i * tile;
        _mm512_storeu_ps(at, _mm512_fmadd_ps(rows, columns, _mm512_loadu_ps(at)));
    }
}

/// Adds l · lᵀ, which has a sign only where a sample meets itself, to the sums of 16 samples with themselves.
RNV_TILED static void add_small(const int8_t *rows, const int8_t *columns, const float *units,
                                float *sums) {
    _Alignas(64) int32_t products[tile * tile];
    _tile_zero(0);
    for (size_t k = tile_bytes; k < block_bytes; k += 2 * tile_bytes) {
        _tile_loadd(4, rows + k, step);
        _tile_loadd(6, columns + k, step);
        _tile_dpbssd(0, 4, 6);
    }
    _tile_stored(0, products, step);
    for (size_t i = 0; i < tile; i++) {
        sums[i * tile + i] += (float)products[i * tile + i] * units[i] * units[i];
    }
}

RNV_TILED
void rnv_gram_tiles_add(const int8_t *panel, const float *units, size_t samples, size_t stripe,
                        float *sums) {
    _Alignas(64) int8_t rows[2 * block_bytes];
    _Alignas(64) int32_t products[2][4 * tile * tile];
    const int8_t *a0 = rows, *a1 = rows + block_bytes;
    const int8_t *own = panel + 2 * stripe * block_bytes;
    for (size_t k = 0; k < sizeof rows; k += tile_bytes) {
        tile_transpose((const uint16_t *)(own + k), (uint16_t *)(rows + k));
    }
    tiles_begin();
    float *block = sums + sums_before(samples, stripe);
    pending_t before = {0};
    for (size_t j = 2 * stripe; j < tile_pairs(samples); j++, block += block_sums) {
        const int8_t *b = panel + j * block_bytes;
        int32_t *to = products[j & 1];
        tiles_zero();
        // Sums of the block before are added between the products of this one, which do not wait for them.
        for (size_t k = 0; k < steps; k++) {
            const size_t at = k * 2 * tile_bytes;
            _tile_loadd(4, a0 + at, step);
            _tile_loadd(7, b + at + tile_bytes, step);
            _tile_loadd(6, b + at, step);
            _tile_dpbssd(2, 4, 7);
            _tile_dpbssd(0, 4, 6);
            _tile_loadd(5, a1 + at, step);
            _tile_dpbssd(3, 5, 7);
            _tile_loadd(4, a0 + at + tile_bytes, step);
            _tile_dpbssd(2, 4, 6);
            _tile_dpbssd(1, 5, 6);
            _tile_loadd(5, a1 + at + tile_bytes, step);
            _tile_dpbssd(3, 5, 6);
            if (before.sums) add_rows(&before, k * 2 * tile / steps, (k + 1) * 2 * tile / steps);
        }
        _tile_stored(0, to, step);
        _tile_stored(1, to + tile * tile, step);
        _tile_stored(2, to + 2 * tile * tile, step);
        _tile_stored(3, to + 3 * tile * tile, step);
        before = (pending_t){to, units + 2 * stripe * tile, units + j * tile, block};
    }
    add_rows(&before, 0, 2 * tile);
    block = sums + sums_before(samples, stripe);
    add_small(a0, own, before.row_units, block);
    add_small(a1, own + block_bytes, before.row_units + tile, block + block_sums + tile * tile);
    _tile_release();
}

#else

void rnv_gram_tiles_pack(const float *x, size_t block, int8_t *panel, float *units) {
    (void)x, (void)block, (void)panel, (void)units;
}

void rnv_gram_tiles_add(const int8_t *panel, const float *units, size_t samples, size_t stripe,
                        float *sums) {
    (void)panel, (void)units, (void)samples, (void)stripe, (void)sums;
}

#endif
