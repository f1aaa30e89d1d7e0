#include "rnv_tiles.h"

#include "bits.h"
#include "tiles.h"

enum { parts = 3, part_steps = RNV_TILES_ROWS / depth };

static size_t blocks(size_t count) { return (count + tile - 1) / tile; }
static size_t input_blocks(size_t inputs) { return (inputs + 2 * tile - 1) / (2 * tile) * 2; }

// Steps are packed in pairs.
static size_t steps_of(size_t inputs) { return (inputs + 63) / 64 * 2; }

size_t rnv_tiles_packed_halves(size_t inputs, size_t outputs) {
    return steps_of(inputs) * parts * blocks(outputs) * tile_halves;
}

size_t rnv_tiles_rows_halves(size_t inputs) { return steps_of(inputs) * 2 * parts * tile_halves; }

size_t rnv_tiles_gradient_scratch(size_t inputs, size_t columns) {
    return part_steps * (input_blocks(inputs) + parts * blocks(columns)) * tile_halves / 2;
}

#if RNV_HAS_TILES

#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>

int rnv_has_tiles(void) {
    unsigned a, b, c, d;
    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return 0;
    const unsigned tiles = 1u << 24, halves = 1u << 22;
    if ((d & (tiles | halves)) != (tiles | halves)) return 0;
    if (!__builtin_cpu_supports("avx512bf16")) return 0;
    // Linux lends the state of tiles on demand: arch_prctl(ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA).
    return syscall(SYS_arch_prctl, 0x1023, 18) == 0;
}

RNV_TILED
void rnv_tiles_peak(size_t rounds) {
    tiles_begin();
    _tile_zero(0), _tile_zero(1), _tile_zero(2), _tile_zero(3);
    _tile_zero(4), _tile_zero(5), _tile_zero(6), _tile_zero(7);
    for (size_t i = 0; i < rounds; i++) {
        _tile_dpbf16ps(0, 4, 6);
        _tile_dpbf16ps(1, 4, 7);
        _tile_dpbf16ps(2, 5, 6);
        _tile_dpbf16ps(3, 5, 7);
    }
    _tile_release();
}

/// Writes spikes as tiles of inputs x rows, step by step of 32 rows.
RNV_TILED static void pack_spikes(const rnv_spike_rows_t *rows, size_t first, size_t count,
                                  uint16_t *to) {
    const size_t inputs = rows->inputs, per_step = input_blocks(inputs) * tile_halves;
    const __m512i one = _mm512_set1_epi16(0x3f80);
    uint64_t square[64];
    for (size_t group = 0; group < count; group += 64) {
        const size_t there = count - group < 64 ? count - group : 64;
        for (size_t input = 0; input < input_blocks(inputs) * tile; input += 64) {
            const size_t left = inputs > input ? inputs - input : 0;
            const size_t width = left < 64 ? left : 64;
            size_t t = (first + group) / rows->samples, b = (first + group) % rows->samples;
            for (size_t r = 0; r < 64; r++) {
                square[r] = r < there && width > 0
                                ? bits_at(rows->words + t * rows->words_per_row,
                                          b * inputs + input, width)
                                : 0;
                if (++b == rows->samples) b = 0, t++;
            }
            bits_transpose(square);
            const size_t rest = input_blocks(inputs) * tile - input;
            uint16_t *step = to + group / depth * per_step + input * depth;
            for (size_t i = 0; i < (rest < 64 ? rest : 64); i++) {
                const uint64_t word = square[i];
                _mm512_store_si512(step + i * depth,
                                   _mm512_maskz_mov_epi16((__mmask32)word, one));
                _mm512_store_si512(step + per_step + i * depth,
                                   _mm512_maskz_mov_epi16((__mmask32)(word >> 32), one));
            }
        }
    }
}

/// The leading part of numbers that is a bfloat16, and what is left of them.
RNV_TILED static inline __m512i leading(__m512 *v) {
    const __m512i part =
        _mm512_and_si512(_mm512_castps_si512(*v), _mm512_set1_epi32((int)0xffff0000));
    *v = _mm512_sub_ps(*v, _mm512_castsi512_ps(part));
    return part;
}

/// Writes numbers as three tiles of pairs of rows x columns for each block of columns, step by step of 32 rows.
RNV_TILED static void pack_numbers(const float *x, size_t count, size_t columns, uint16_t *to) {
    const size_t steps = steps_of(count);
    for (size_t step = 0; step < steps; step++) {
        for (size_t column = 0; column < columns; column += tile, to += parts * tile_halves) {
            const size_t left = columns - column;
            const __mmask16 lanes = left < 16 ? (__mmask16)((1u << left) - 1) : (__mmask16)0xffff;
            for (size_t pair = 0; pair < tile; pair++) {
                const size_t r = step * depth + 2 * pair;
                const float *at = x + r * columns + column;
                __m512 even = _mm512_setzero_ps(), odd = _mm512_setzero_ps();
                if (r < count) even = _mm512_maskz_loadu_ps(lanes, at);
                if (r + 1 < count) odd = _mm512_maskz_loadu_ps(lanes, at + columns);
                for (int part = 0; part < parts; part++) {
                    const __m512i low = _mm512_srli_epi32(leading(&even), 16);
                    _mm512_store_si512(to + part * tile_halves + pair * depth,
                                       _mm512_or_si512(leading(&odd), low));
                }
            }
        }
    }
}

/// Adds to the sums in tiles 0 to 3 the products of two blocks of rows with one or two of columns. A row block has
/// `row_parts` parts, a column block three; parts of which both are small would not count.
RNV_TILED static inline __attribute__((always_inline)) void add_products(
    const uint16_t *a, size_t a_block, size_t a_step, int row_parts, const uint16_t *b,
    size_t b_step, size_t steps, int second) {
    for (size_t k = 0; k < steps; k++, a += a_step, b += b_step) {
        for (int i = 0; i < row_parts; i++) {
            _tile_loadd(4, a + i * tile_halves, 2 * depth);
            _tile_loadd(5, a + a_block + i * tile_halves, 2 * depth);
            for (int j = 0; j < parts - i; j++) {
                _tile_loadd(6, b + j * tile_halves, 2 * depth);
                _tile_dpbf16ps(0, 4, 6);
                _tile_dpbf16ps(1, 5, 6);
                if (second) {
                    _tile_loadd(7, b + (parts + j) * tile_halves, 2 * depth);
                    _tile_dpbf16ps(2, 4, 7);
                    _tile_dpbf16ps(3, 5, 7);
                }
            }
        }
    }
}

RNV_TILED static inline void begin_sums(void) {
    _tile_zero(0), _tile_zero(1), _tile_zero(2), _tile_zero(3);
}

RNV_TILED static inline void load_sums(const float *at, size_t columns, int second) {
    const size_t row = columns * sizeof(float);
    _tile_loadd(0, at, row);
    _tile_loadd(1, at + tile * columns, row);
    if (second) _tile_loadd(2, at + tile, row);
    if (second) _tile_loadd(3, at + tile * columns + tile, row);
}

RNV_TILED static inline void store_sums(float *at, size_t columns, int second) {
    const size_t row = columns * sizeof(float);
    _tile_stored(0, at, row);
    _tile_stored(1, at + tile * columns, row);
    if (second) _tile_stored(2, at + tile, row);
    if (second) _tile_stored(3, at + tile * columns + tile, row);
}

RNV_TILED
void rnv_tiles_gradient(const rnv_spike_rows_t *rows, size_t first, size_t count,
                        const float *upstream, size_t outputs, int begun, float *scratch,
                        float *gradient) {
    const size_t inputs = input_blocks(rows->inputs), columns = blocks(outputs) * tile;
    const size_t spikes_step = inputs * tile_halves, numbers_step = parts * columns * depth;
    const size_t steps = steps_of(count);
    uint16_t *spikes = (uint16_t *)scratch, *numbers = spikes + part_steps * spikes_step;
    pack_spikes(rows, first, count, spikes);
    pack_numbers(upstream, count, outputs, numbers);
    tiles_begin();
    for (size_t i = 0; i < inputs; i += 2) {
        for (size_t j = 0; j < columns; j += 2 * tile) {
            const uint16_t *a = spikes + i * tile_halves, *b = numbers + parts * j * depth;
            float *at = gradient + i * tile * columns + j;
            const int second = columns - j > tile;
            if (begun) load_sums(at, columns, second);
            else begin_sums();
            if (second) add_products(a, tile_halves, spikes_step, 1, b, numbers_step, steps, 1);
            else add_products(a, tile_halves, spikes_step, 1, b, numbers_step, steps, 0);
            store_sums(at, columns, second);
        }
    }
    _tile_release();
}

RNV_TILED
void rnv_tiles_pack(const float *weights, size_t inputs, size_t outputs, uint16_t *packed) {
    pack_numbers(weights, inputs, outputs, packed);
}

/// Products of 32 rows, packed step by step as two blocks of `row_parts` parts, with packed weights.
RNV_TILED static inline __attribute__((always_inline)) void multiply_rows(
    const uint16_t *rows, size_t count, int row_parts, const uint16_t *weights, size_t steps,
    size_t outputs, float *out) {
    const size_t block = (size_t)row_parts * tile_halves;
    tiles_begin();
    for (size_t j = 0; j < outputs; j += 2 * tile) {
        const int second = outputs - j > tile;
        const uint16_t *b = weights + parts * j * depth;
        const size_t b_step = parts * outputs * depth;
        begin_sums();
        if (second) add_products(rows, block, 2 * block, row_parts, b, b_step, steps, 1);
        else add_products(rows, block, 2 * block, row_parts, b, b_step, steps, 0);
        if (count == 2 * tile) {
            store_sums(out + j, outputs, second);
        } else {
            float sums[4 * tile * tile];
            store_sums(sums, 2 * tile, second);
            for (size_t r = 0; r < count; r++) {
                memcpy(out + r * outputs + j, sums + r * 2 * tile,
                       (second ? 2 : 1) * tile * sizeof(float));
            }
        }
    }
    _tile_release();
}

RNV_TILED
void rnv_tiles_spike_product(const uint64_t *words, size_t first, size_t rows, size_t inputs,
                             const uint16_t *weights, size_t outputs, uint16_t *scratch,
                             float *out) {
    const size_t steps = steps_of(inputs);
    const __m512i one = _mm512_set1_epi16(0x3f80);
    for (size_t r = 0; r < 2 * tile; r++) {
        uint16_t *to = scratch + r * depth;
        for (size_t k = 0; k < steps; k++, to += 2 * tile_halves) {
            const size_t left = inputs > k * depth ? inputs - k * depth : 0;
            uint64_t bits = 0;
            if (r < rows && left > 0) {
                bits = bits_at(words, first + r * inputs + k * depth, left < depth ? left : depth);
            }
            _mm512_store_si512(to, _mm512_maskz_mov_epi16((__mmask32)bits, one));
        }
    }
    multiply_rows(scratch, rows, 1, weights, steps, outputs, out);
}

RNV_TILED
void rnv_tiles_product(const float *x, size_t rows, size_t inputs, const uint16_t *weights,
                       size_t outputs, uint16_t *scratch, float *out) {
    const size_t steps = steps_of(inputs);
    for (size_t r = 0; r < 2 * tile; r++) {
        uint16_t *to = scratch + r / tile * parts * tile_halves + r % tile * depth;
        for (size_t k = 0; k < steps; k++, to += 2 * parts * tile_halves) {
            for (size_t half = 0; half < 2; half++) {
                const size_t at = k * depth + half * tile;
                const size_t left = r < rows && inputs > at ? inputs - at : 0;
                const __mmask16 there = left < 16 ? (__mmask16)((1u << left) - 1) : (__mmask16)0xffff;
                __m512 v = _mm512_maskz_loadu_ps(there, x + r * inputs + at);
                for (int part = 0; part < parts; part++) {
                    const __m512i upper = _mm512_srli_epi32(leading(&v), 16);
                    _mm256_store_si256((__m256i *)(to + part * tile_halves + half * tile),
                                       _mm512_cvtepi32_epi16(upper));
                }
            }
        }
    }
    multiply_rows(scratch, rows, parts, weights, steps, outputs, out);
}

#else

int rnv_has_tiles(void) { return 0; }

void rnv_tiles_peak(size_t rounds) { (void)rounds; }

void rnv_tiles_gradient(const rnv_spike_rows_t *rows, size_t first, size_t count,
                        const float *upstream, size_t columns, int begun, float *scratch,
                        float *gradient) {
    (void)rows, (void)first, (void)count, (void)upstream, (void)columns, (void)begun;
    (void)scratch, (void)gradient;
}

void rnv_tiles_pack(const float *weights, size_t inputs, size_t outputs, uint16_t *packed) {
    (void)weights, (void)inputs, (void)outputs, (void)packed;
}

void rnv_tiles_spike_product(const uint64_t *words, size_t first, size_t rows, size_t inputs,
                             const uint16_t *weights, size_t outputs, uint16_t *scratch,
                             float *out) {
    (void)words, (void)first, (void)rows, (void)inputs, (void)weights, (void)outputs;
    (void)scratch, (void)out;
}

void rnv_tiles_product(const float *x, size_t rows, size_t inputs, const uint16_t *weights,
                       size_t outputs, uint16_t *scratch, float *out) {
    (void)x, (void)rows, (void)inputs, (void)weights, (void)outputs, (void)scratch, (void)out;
}

#endif
