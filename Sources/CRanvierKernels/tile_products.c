#include "rnv_tiles.h"

#include "bits.h"
#include "tiles.h"

enum { part_steps = RNV_TILES_ROWS / depth };

// Steps are packed in pairs.
static size_t steps_of(size_t inputs) { return (inputs + 63) / 64 * 2; }
size_t rnv_tiles_steps(size_t inputs) { return steps_of(inputs); }

size_t rnv_tiles_packed_halves(size_t inputs, size_t outputs) {
    return steps_of(inputs) * parts * tile_blocks(outputs) * tile_halves;
}

size_t rnv_tiles_rows_halves(size_t inputs) {
    return RNV_TILES_GROUP / tile * steps_of(inputs) * parts * tile_halves;
}

size_t rnv_tiles_gradient_scratch(size_t inputs, size_t columns, int spikes) {
    const size_t row_parts = spikes ? 1 : parts;
    return part_steps * (row_parts * tile_pairs(inputs) + parts * tile_blocks(columns)) *
           tile_halves / 2;
}

#if RNV_HAS_TILES

#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>

int rnv_has_tiles(void) {
#ifdef RNV_EMULATED_TILES
    return __builtin_cpu_supports("avx512bf16") != 0;
#endif
    unsigned a, b, c, d;
    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return 0;
    const unsigned units = 1u << 24 /* tiles */ | 1u << 22 /* halves */ | 1u << 25 /* bytes */;
    if ((d & units) != units) return 0;
    if (!__builtin_cpu_supports("avx512bf16")) return 0;
    // Linux lends the state of tiles on demand: arch_prctl(ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA).
    return syscall(SYS_arch_prctl, 0x1023, 18) == 0;
}

RNV_TILED
void rnv_tiles_peak(size_t rounds) {
    tiles_begin();
    tiles_zero();
    _tile_zero(4), _tile_zero(5), _tile_zero(6), _tile_zero(7);
    for (size_t i = 0; i < rounds; i++) {
        TILES_ADD(1)
    }
    _tile_release();
}

/// Writes spikes as tiles of inputs x rows, step by step of 32 rows.
RNV_TILED static void pack_spikes(const rnv_spike_rows_t *rows, size_t first, size_t count,
                                  uint16_t *to) {
    const size_t inputs = rows->inputs, per_step = tile_pairs(inputs) * tile_halves;
    const __m512i one = _mm512_set1_epi16(0x3f80);
    uint64_t square[64];
    for (size_t group = 0; group < count; group += 64) {
        const size_t there = count - group < 64 ? count - group : 64;
        for (size_t input = 0; input < tile_pairs(inputs) * tile; input += 64) {
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
            const size_t rest = tile_pairs(inputs) * tile - input;
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

/// Adds to the sums in tiles 0 to 3 the products of two blocks of rows with one or two of columns.
RNV_TILED static inline __attribute__((always_inline)) void add_products(
    const uint16_t *a, size_t a_block, size_t a_step, int row_parts, const uint16_t *b,
    size_t b_step, size_t steps, int second) {
    for (size_t k = 0; k < steps; k++, a += a_step, b += b_step) {
        tiles_add(a, a + a_block, 2 * depth, tile_halves, row_parts, b, second);
    }
}

/// Copies rows of up to two tiles of sums, a register at a time.
RNV_TILED static void copy_sums(const float *from, size_t from_row, float *to, size_t to_row,
                                size_t rows, size_t columns) {
    const __mmask16 first = columns < 16 ? (__mmask16)((1u << columns) - 1) : (__mmask16)0xffff;
    const __mmask16 second = columns > 16 ? (__mmask16)((1u << (columns - 16)) - 1) : (__mmask16)0;
    for (size_t r = 0; r < rows; r++, from += from_row, to += to_row) {
        _mm512_mask_storeu_ps(to, first, _mm512_maskz_loadu_ps(first, from));
        _mm512_mask_storeu_ps(to + tile, second, _mm512_maskz_loadu_ps(second, from + tile));
    }
}

/// Sums over packed rows, inputs in pairs of blocks of `row_parts` parts, columns in blocks, for a matrix inputs x columns
/// with rows `stride` apart. What is not a whole block of it goes through memory of its own.
RNV_TILED static inline __attribute__((always_inline)) void sum_rows(
    const uint16_t *left, size_t inputs, int row_parts, const uint16_t *right, size_t columns,
    size_t steps, int begun, float *gradient, size_t stride) {
    const size_t block = (size_t)row_parts * tile_halves, width = 2 * tile;
    const size_t a_step = tile_pairs(inputs) * block;
    const size_t b_step = parts * tile_blocks(columns) * tile_halves;
    float edge[4 * tile * tile] __attribute__((aligned(64))) = {0};
    tiles_begin();
    for (size_t i = 0; i < inputs; i += width) {
        for (size_t j = 0; j < columns; j += width) {
            const uint16_t *a = left + i / tile * block, *b = right + parts * j * depth;
            float *to = gradient + i * stride + j;
            const size_t rows = inputs - i < width ? inputs - i : width;
            const size_t there = columns - j < width ? columns - j : width;
            const int second = there > tile, whole = rows == width && there % tile == 0;
            float *at = whole ? to : edge;
            const size_t row = whole ? stride : width;
            if (begun && !whole) copy_sums(to, stride, edge, width, rows, there);
            if (begun) tiles_load(at, row, second);
            else tiles_zero();
            if (second) add_products(a, block, a_step, row_parts, b, b_step, steps, 1);
            else add_products(a, block, a_step, row_parts, b, b_step, steps, 0);
            tiles_store(at, row, second);
            if (!whole) copy_sums(edge, width, to, stride, rows, there);
        }
    }
    _tile_release();
}

RNV_TILED
void rnv_tiles_spike_gradient(const rnv_spike_rows_t *rows, size_t first, size_t count,
                              const float *upstream, size_t outputs, int begun, float *scratch,
                              float *gradient) {
    const size_t inputs = rows->inputs, all = tile_pairs(inputs);
    uint16_t *left = (uint16_t *)scratch, *right = left + part_steps * all * tile_halves;
    pack_spikes(rows, first, count, left);
    pack_numbers(upstream, outputs, count, outputs, steps_of(count), 0, right);
    sum_rows(left, inputs, 1, right, outputs, steps_of(count), begun, gradient, outputs);
}

RNV_TILED
void rnv_tiles_gradient(const float *x, size_t x_stride, size_t inputs, size_t count,
                        const float *upstream, size_t stride, size_t outputs, int begun,
                        float *scratch, float *gradient, size_t gradient_stride) {
    const size_t all = tile_pairs(inputs);
    uint16_t *left = (uint16_t *)scratch, *right = left + part_steps * parts * all * tile_halves;
    pack_numbers(x, x_stride, count, inputs, steps_of(count), 1, left);
    pack_numbers(upstream, stride, count, outputs, steps_of(count), 0, right);
    sum_rows(left, inputs, parts, right, outputs, steps_of(count), begun, gradient, gradient_stride);
}

RNV_TILED
void rnv_tiles_pack(const float *weights, size_t inputs, size_t outputs, size_t from_step,
                    size_t to_step, uint16_t *packed) {
    const size_t first = from_step * depth, count = inputs > first ? inputs - first : 0;
    pack_numbers(weights + first * outputs, outputs, count, outputs, to_step - from_step, 0,
                 packed + from_step * parts * tile_blocks(outputs) * tile_halves);
}

/// Products of groups of 32 rows, each packed step by step as two blocks of `row_parts` parts, with packed weights.
RNV_TILED static inline __attribute__((always_inline)) void multiply_rows(
    const uint16_t *rows, size_t count, int row_parts, const uint16_t *weights, size_t steps,
    size_t outputs, const float *bias, float *out) {
    const size_t block = (size_t)row_parts * tile_halves, width = 2 * tile;
    const size_t b_step = parts * tile_blocks(outputs) * tile_halves;
    tiles_begin();
    for (size_t j = 0; j < outputs; j += width) {
        const size_t columns = outputs - j < width ? outputs - j : width;
        const int second = columns > tile;
        const uint16_t *b = weights + parts * j * depth;
        float start[2 * tile] = {0};
        if (bias) memcpy(start, bias + j, columns * sizeof(float));
        for (size_t first = 0; first < count; first += width) {
            const uint16_t *a = rows + first / width * steps * 2 * block;
            const size_t n = count - first < width ? count - first : width;
            // A stride of 0 repeats the bias in all rows.
            _tile_loadd(0, start, 0);
            _tile_loadd(1, start, 0);
            _tile_loadd(2, start + tile, 0);
            _tile_loadd(3, start + tile, 0);
            if (second) add_products(a, block, 2 * block, row_parts, b, b_step, steps, 1);
            else add_products(a, block, 2 * block, row_parts, b, b_step, steps, 0);
            float *to = out + first * outputs + j;
            if (n == width && columns == width) {
                tiles_store(to, outputs, 1);
            } else {
                float sums[4 * tile * tile];
                tiles_store(sums, width, second);
                for (size_t r = 0; r < n; r++) {
                    memcpy(to + r * outputs, sums + r * width, columns * sizeof(float));
                }
            }
        }
    }
    _tile_release();
}

RNV_TILED
void rnv_tiles_spike_product(const uint64_t *words, size_t first, size_t rows, size_t inputs,
                             const uint16_t *weights, size_t outputs, const float *bias,
                             uint16_t *scratch, float *out) {
    const size_t steps = steps_of(inputs);
    const __m512i one = _mm512_set1_epi16(0x3f80);
    for (size_t r = 0; r < (rows + 31) / 32 * 32; r++) {
        uint16_t *to = scratch + r / 32 * steps * 2 * tile_halves + r % 32 * depth;
        for (size_t k = 0; k < steps; k++, to += 2 * tile_halves) {
            const size_t left = inputs > k * depth ? inputs - k * depth : 0;
            uint64_t bits = 0;
            if (r < rows && left > 0) {
                bits = bits_at(words, first + r * inputs + k * depth, left < depth ? left : depth);
            }
            _mm512_store_si512(to, _mm512_maskz_mov_epi16((__mmask32)bits, one));
        }
    }
    multiply_rows(scratch, rows, 1, weights, steps, outputs, bias, out);
}

RNV_TILED
void rnv_tiles_product(const float *x, size_t rows, size_t inputs, const uint16_t *weights,
                       size_t outputs, const float *bias, uint16_t *scratch, float *out) {
    const size_t steps = steps_of(inputs);
    for (size_t r = 0; r < (rows + 31) / 32 * 32; r++) {
        uint16_t *to = scratch + r / tile % 2 * parts * tile_halves + r % tile * depth +
                       r / 32 * steps * 2 * parts * tile_halves;
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
    multiply_rows(scratch, rows, parts, weights, steps, outputs, bias, out);
}

#else

int rnv_has_tiles(void) { return 0; }

void rnv_tiles_peak(size_t rounds) { (void)rounds; }

void rnv_tiles_spike_gradient(const rnv_spike_rows_t *rows, size_t first, size_t count,
                              const float *upstream, size_t outputs, int begun, float *scratch,
                              float *gradient) {
    (void)rows, (void)first, (void)count, (void)upstream, (void)outputs, (void)begun;
    (void)scratch, (void)gradient;
}

void rnv_tiles_gradient(const float *x, size_t x_stride, size_t inputs, size_t count,
                        const float *upstream, size_t stride, size_t outputs, int begun,
                        float *scratch, float *gradient, size_t gradient_stride) {
    (void)x, (void)x_stride, (void)inputs, (void)count, (void)upstream, (void)stride;
    (void)outputs, (void)begun, (void)scratch, (void)gradient, (void)gradient_stride;
}

void rnv_tiles_pack(const float *weights, size_t inputs, size_t outputs, size_t from_step,
                    size_t to_step, uint16_t *packed) {
    (void)weights, (void)inputs, (void)outputs, (void)from_step, (void)to_step, (void)packed;
}

void rnv_tiles_spike_product(const uint64_t *words, size_t first, size_t rows, size_t inputs,
                             const uint16_t *weights, size_t outputs, const float *bias,
                             uint16_t *scratch, float *out) {
    (void)words, (void)first, (void)rows, (void)inputs, (void)weights, (void)outputs;
    (void)bias, (void)scratch, (void)out;
}

void rnv_tiles_product(const float *x, size_t rows, size_t inputs, const uint16_t *weights,
                       size_t outputs, const float *bias, uint16_t *scratch, float *out) {
    (void)x, (void)rows, (void)inputs, (void)weights, (void)outputs, (void)bias, (void)scratch;
    (void)out;
}

#endif
