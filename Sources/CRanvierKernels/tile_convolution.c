#include "rnv_tile_convolution.h"

#include "bits.h"
#include "tiles.h"

// What one row of a window sees is a run of halves in the image, padded at its sides: window_width * channels from the
// pixel on. So the tile of 16 positions is that many runs one pixel apart, and is nowhere copied. Where a row of the
// image is not whole tiles, the runs are copied one behind the other instead, so that tiles go on into the next row.

static size_t run(const rnv_window_t *p) { return p->window_width * p->channels; }
static size_t run_steps(const rnv_window_t *p) { return (run(p) + depth - 1) / depth; }
static int is_copied(const rnv_window_t *p) { return p->output_width % tile != 0; }
static size_t padded_row(const rnv_window_t *p) {
    return (p->width + 2 * p->padding_width) * p->channels;
}
static size_t padded_height(const rnv_window_t *p) { return p->height + 2 * p->padding_height; }
static size_t pixel_halves(const rnv_window_t *p) {
    return is_copied(p) ? run_steps(p) * depth : p->channels;
}
static size_t row_halves(const rnv_window_t *p) {
    return is_copied(p) ? p->output_width * pixel_halves(p) : padded_row(p);
}
static size_t whole(size_t halves, size_t unit) { return (halves + unit - 1) / unit * unit; }

/// Halves of one part of an image: its rows, and what the last tile reads behind them.
static size_t part_halves(const rnv_window_t *p) {
    return whole(padded_height(p) * row_halves(p) + tile * pixel_halves(p) + depth, depth);
}

/// Halves of one part of a row before its runs are copied.
static size_t line_halves(const rnv_window_t *p) { return whole(padded_row(p) + depth, depth); }

size_t rnv_tile_convolution_packed(const rnv_window_t *p, size_t outputs) {
    return p->window_height * run_steps(p) * tile_blocks(outputs) * parts * tile_halves;
}

size_t rnv_tile_convolution_scratch(const rnv_window_t *p, int spikes) {
    return (spikes ? 1 : parts) * (part_halves(p) + line_halves(p));
}

// For gradients of weights, each tap and channel has a plane: the positions that see it spike, as halves.

static size_t positions(const rnv_window_t *p) { return p->output_height * p->output_width; }
static size_t position_steps(const rnv_window_t *p) { return (positions(p) + depth - 1) / depth; }
static size_t planes(const rnv_window_t *p) { return whole(run(p), tile); }

/// Halves of a plane: an odd number of lines of the cache, so that planes spread over its sets.
static size_t plane_halves(const rnv_window_t *p) {
    const size_t seen = position_steps(p) * depth + (p->window_height - 1) * p->output_width;
    return ((seen + depth - 1) / depth | 1) * depth;
}

size_t rnv_tile_convolution_images(const rnv_window_t *p) {
    return (255 + positions(p)) / positions(p);
}

size_t rnv_tile_convolution_gradient_rows(const rnv_window_t *p) {
    return p->window_height * planes(p);
}

size_t rnv_tile_convolution_gradient_columns(size_t outputs) { return whole(outputs, tile); }

static size_t upstream_halves(const rnv_window_t *p, size_t outputs) {
    return position_steps(p) * tile_blocks(outputs) * parts * tile_halves;
}

size_t rnv_tile_convolution_gradient_scratch(const rnv_window_t *p, size_t outputs, size_t images) {
    const size_t pixels = padded_height(p) * (p->width + 2 * p->padding_width);
    return images * (planes(p) * plane_halves(p) + upstream_halves(p, outputs)) +
           whole(pixels, depth) + plane_halves(p);
}

#if RNV_HAS_TILES

RNV_TILED
void rnv_tile_convolution_pack(const rnv_window_t *p, size_t outputs, const float *weights,
                               uint16_t *packed) {
    for (size_t r = 0; r < p->window_height; r++) {
        pack_numbers(weights + r * run(p) * outputs, outputs, run(p), outputs, run_steps(p), 0,
                     packed + r * run_steps(p) * tile_blocks(outputs) * parts * tile_halves);
    }
}

/// A mask of the first of 32 lanes.
RNV_TILED static inline __mmask32 first_lanes(size_t count) {
    return count < depth ? (__mmask32)(((uint64_t)1 << count) - 1) : ~(__mmask32)0;
}

/// Writes spikes as halves.
RNV_TILED static void expand(const uint64_t *words, size_t first, size_t count, uint16_t *to) {
    const __m512i one = _mm512_set1_epi16(0x3f80);
    for (size_t i = 0; i < count; i += depth) {
        const size_t left = count - i;
        const __mmask32 there = first_lanes(left);
        const uint64_t bits = bits_at(words, first + i, left < depth ? left : depth);
        _mm512_mask_storeu_epi16(to + i, there, _mm512_maskz_mov_epi16((__mmask32)bits, one));
    }
}

/// Writes numbers as three parts, `part` halves apart.
RNV_TILED static void split(const float *x, size_t count, size_t part, uint16_t *to) {
    static const uint16_t upper_halves[depth] = {
        1,  3,  5,  7,  9,  11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31,
        33, 35, 37, 39, 41, 43, 45, 47, 49, 51, 53, 55, 57, 59, 61, 63,
    };
    const __m512i upper = _mm512_loadu_si512(upper_halves);
    for (size_t i = 0; i < count; i += depth) {
        const size_t left = count - i;
        const __mmask32 there = first_lanes(left);
        __m512 v = _mm512_maskz_loadu_ps((__mmask16)there, x + i);
        __m512 w = _mm512_maskz_loadu_ps((__mmask16)(there >> 16), x + i + tile);
        for (int k = 0; k < parts; k++) {
            const __m512i a = leading(&v), b = leading(&w);
            _mm512_mask_storeu_epi16(to + k * part + i, there,
                                     _mm512_permutex2var_epi16(a, upper, b));
        }
    }
}

/// Lays an image out, spikes from bit `first` of `words` on or, if those are null, numbers.
RNV_TILED static void lay_out(const rnv_window_t *p, const uint64_t *words, size_t first,
                              const float *image, uint16_t *scratch) {
    const size_t part = part_halves(p), row = row_halves(p), pixel = pixel_halves(p);
    const size_t count = p->width * p->channels, left = p->padding_width * p->channels;
    const int all = words ? 1 : parts;
    uint16_t *line = scratch + all * part;
    const size_t line_part = is_copied(p) ? line_halves(p) : part;
    if (is_copied(p)) memset(line, 0, all * line_part * sizeof *line);
    for (int k = 0; k < all; k++) {
        uint16_t *above = scratch + k * part, *below = above + (p->padding_height + p->height) * row;
        memset(above, 0, p->padding_height * row * sizeof *above);
        memset(below, 0, (size_t)(scratch + (k + 1) * part - below) * sizeof *below);
    }
    for (size_t y = 0; y < p->height; y++) {
        uint16_t *to = scratch + (p->padding_height + y) * row;
        uint16_t *at = is_copied(p) ? line : to;
        if (words) expand(words, first + y * count, count, at + left);
        else split(image + y * count, count, line_part, at + left);
        for (int k = 0; k < all; k++) {
            const uint16_t *from = line + k * line_part;
            if (!is_copied(p)) {
                memset(at + k * part, 0, left * sizeof *at);
                memset(at + k * part + left + count, 0, left * sizeof *at);
                continue;
            }
            for (size_t x = 0; x < p->output_width; x++) {
                for (size_t i = 0; i < pixel; i += depth) {
                    _mm512_storeu_si512(to + k * part + x * pixel + i,
                                        _mm512_loadu_si512(from + x * p->channels + i));
                }
            }
        }
    }
}

/// Adds to the sums in tiles 0 to 2 the products of one step: three blocks of rows, as of tiles_add, with one block of
/// columns of three parts.
RNV_TILED static inline __attribute__((always_inline)) void add_column(
    const uint16_t *const *a, size_t offset, size_t row, size_t part, int row_parts,
    const uint16_t *b) {
#define ROWS(p)                                                                  \
    _tile_loadd(3, a[0] + offset + (p) * part, row);                             \
    _tile_loadd(4, a[1] + offset + (p) * part, row);                             \
    _tile_loadd(5, a[2] + offset + (p) * part, row);
#define ADD(column)                                                              \
    _tile_dpbf16ps(0, 3, column);                                                \
    _tile_dpbf16ps(1, 4, column);                                                \
    _tile_dpbf16ps(2, 5, column);
    ROWS(0)
    _tile_loadd(6, b + 2 * tile_halves, 2 * depth);
    ADD(6)
    _tile_loadd(7, b + tile_halves, 2 * depth);
    ADD(7)
    _tile_loadd(6, b, 2 * depth);
    ADD(6)
    if (row_parts == 1) return;
    ROWS(1)
    ADD(7)
    ADD(6)
    ROWS(2)
    ADD(6)
#undef ROWS
#undef ADD
}

/// Writes one tile of sums, in rows of `outputs`, but for what lies outside.
#define STORE(i, to, rows, columns, outputs)                                     \
    if ((rows) >= tile && (columns) >= tile) {                                   \
        _tile_stored(i, to, (outputs) * sizeof(float));                          \
    } else {                                                                     \
        float sums[tile * tile];                                                 \
        _tile_stored(i, sums, tile * sizeof(float));                             \
        for (size_t r = 0; r < ((rows) < tile ? (rows) : tile); r++) {           \
            memcpy((to) + r * (outputs), sums + r * tile,                        \
                   ((columns) < tile ? (columns) : tile) * sizeof(float));       \
        }                                                                        \
    }

RNV_TILED static inline __attribute__((always_inline)) void convolve(
    const rnv_window_t *p, size_t outputs, const uint16_t *packed, int row_parts,
    const float *bias, const uint16_t *laid, float *out) {
    const size_t part = part_halves(p), row = row_halves(p), pixel = pixel_halves(p);
    const size_t stride = pixel * sizeof *laid, steps = run_steps(p), count = positions(p);
    const size_t b_step = tile_blocks(outputs) * parts * tile_halves;
    tiles_begin();
    for (size_t j = 0; j < outputs; j += 2 * tile) {
        const size_t columns = outputs - j;
        const int second = columns > tile;
        const size_t blocks = second ? 2 : 3;
        float start[2 * tile] = {0};
        if (bias) memcpy(start, bias + j, (columns < 2 * tile ? columns : 2 * tile) * sizeof(float));
        for (size_t first = 0; first < count; first += blocks * tile) {
            const uint16_t *a[3], *b = packed + j / tile * parts * tile_halves;
            for (size_t i = 0; i < blocks; i++) {
                // Blocks behind the last are multiplied and not written.
                const size_t at = first + i * tile, there = at < count ? at : first;
                a[i] = laid + there / p->output_width * row + there % p->output_width * pixel;
            }
            // A stride of 0 repeats the bias in all rows.
            _tile_loadd(0, start, 0);
            _tile_loadd(1, start, 0);
            _tile_loadd(2, start + (second ? tile : 0), 0);
            if (second) _tile_loadd(3, start + tile, 0);
            for (size_t r = 0; r < p->window_height; r++) {
                for (size_t k = 0; k < steps; k++, b += b_step) {
                    const size_t offset = r * row + k * depth;
                    if (second) {
                        tiles_add(a[0] + offset, a[1] + offset, stride, part, row_parts, b, 1);
                    } else {
                        add_column(a, offset, stride, part, row_parts, b);
                    }
                }
            }
            float *to = out + first * outputs + j;
            const size_t left = count - first;
            STORE(0, to, left, columns, outputs)
            if (left > tile) { STORE(1, to + tile * outputs, left - tile, columns, outputs) }
            if (second) {
                STORE(2, to + tile, left, columns - tile, outputs)
                if (left > tile) {
                    STORE(3, to + tile * outputs + tile, left - tile, columns - tile, outputs)
                }
            } else if (left > 2 * tile) {
                STORE(2, to + 2 * tile * outputs, left - 2 * tile, columns, outputs)
            }
        }
    }
    _tile_release();
}

RNV_TILED
void rnv_tile_convolution_spikes(const rnv_window_t *p, size_t outputs, const uint16_t *packed,
                                 const uint64_t *words, size_t first, const float *bias,
                                 uint16_t *scratch, float *out) {
    lay_out(p, words, first, 0, scratch);
    convolve(p, outputs, packed, 1, bias, scratch, out);
}

RNV_TILED
void rnv_tile_convolution(const rnv_window_t *p, size_t outputs, const uint16_t *packed,
                          const float *image, const float *bias, uint16_t *scratch, float *out) {
    lay_out(p, 0, 0, image, scratch);
    convolve(p, outputs, packed, parts, bias, scratch, out);
}

/// Writes the planes of an image. `pixels` and `line` are memory for up to 16 channels of each pixel of the padded image
/// and of each position.
RNV_TILED static void write_planes(const rnv_window_t *p, const uint64_t *words, size_t first,
                                   uint16_t *pixels, uint16_t *line, uint16_t *to) {
    const __m512i one = _mm512_set1_epi16(0x3f80);
    const size_t row = p->width + 2 * p->padding_width, length = plane_halves(p);
    const size_t seen = padded_height(p) * p->output_width;
    const int is_whole = p->channels % tile == 0 && first % tile == 0;
    memset(pixels, 0, padded_height(p) * row * sizeof *pixels);
    memset(line + seen, 0, (length - seen) * sizeof *line);
    for (size_t channel = 0; channel < p->channels; channel += tile) {
        const size_t rest = p->channels - channel, there = rest < tile ? rest : tile;
        for (size_t y = 0; y < p->height; y++) {
            uint16_t *at = pixels + (p->padding_height + y) * row + p->padding_width;
            const size_t from = first + y * p->width * p->channels + channel;
            if (is_whole) {
                const uint16_t *halves = (const uint16_t *)words + from / tile;
                const size_t step = p->channels / tile;
                for (size_t x = 0; x < p->width; x++) memcpy(at + x, halves + x * step, sizeof *at);
            } else {
                for (size_t x = 0; x < p->width; x++) {
                    at[x] = (uint16_t)bits_at(words, from + x * p->channels, there);
                }
            }
        }
        for (size_t tap = 0; tap < p->window_width; tap++) {
            for (size_t y = 0; y < padded_height(p); y++) {
                memcpy(line + y * p->output_width, pixels + y * row + tap,
                       p->output_width * sizeof *line);
            }
            uint16_t *plane = to + (tap * p->channels + channel) * length;
            for (size_t i = 0; i < length; i += depth) {
                const __m512i bits = _mm512_loadu_si512(line + i);
                __m512i wanted = _mm512_set1_epi16(1);
                for (size_t c = 0; c < there; c++) {
                    const __mmask32 spikes = _mm512_test_epi16_mask(bits, wanted);
                    _mm512_storeu_si512(plane + c * length + i, _mm512_maskz_mov_epi16(spikes, one));
                    wanted = _mm512_add_epi16(wanted, wanted);
                }
            }
        }
    }
    memset(to + run(p) * length, 0, (planes(p) - run(p)) * length * sizeof *to);
}

RNV_TILED
void rnv_tile_convolution_gradient(const rnv_window_t *p, size_t outputs,
                                   const rnv_spike_rows_t *rows, size_t first, size_t count,
                                   const float *upstream, uint16_t *scratch,
                                   float *gradient) {
    const size_t length = plane_halves(p), image = planes(p) * length;
    const size_t steps = position_steps(p), g_image = upstream_halves(p, outputs);
    const size_t b_step = tile_blocks(outputs) * parts * tile_halves;
    uint16_t *g = scratch + count * image, *pixels = g + count * g_image;
    uint16_t *line = pixels + whole(padded_height(p) * (p->width + 2 * p->padding_width), depth);
    for (size_t i = 0; i < count; i++) {
        const size_t row = (first + i) / rows->samples, sample = (first + i) % rows->samples;
        write_planes(p, rows->words + row * rows->words_per_row, sample * rows->inputs, pixels, line,
                     scratch + i * image);
        pack_numbers(upstream + i * positions(p) * outputs, outputs, positions(p), outputs, steps,
                     0, g + i * g_image);
    }
    const size_t per_row = planes(p) / tile, blocks = p->window_height * per_row;
    const size_t width = whole(outputs, tile), stride = length * sizeof *scratch;
    tiles_begin();
    for (size_t j = 0; j < width; j += 2 * tile) {
        const int second = width - j > tile;
        const size_t at_once = second ? 2 : 3;
        for (size_t block = 0; block < blocks; block += at_once) {
            const uint16_t *a[3];
            float *to[3];
            for (size_t i = 0; i < at_once; i++) {
                const size_t it = block + i < blocks ? block + i : block;
                a[i] = scratch + it % per_row * tile * length + it / per_row * p->output_width;
                to[i] = gradient + it * tile * width + j;
            }
            const size_t sum_row = width * sizeof(float);
            _tile_loadd(0, to[0], sum_row);
            _tile_loadd(1, to[1], sum_row);
            _tile_loadd(2, second ? to[0] + tile : to[2], sum_row);
            if (second) _tile_loadd(3, to[1] + tile, sum_row);
            for (size_t i = 0; i < count; i++) {
                const uint16_t *b = g + i * g_image + j / tile * parts * tile_halves;
                for (size_t k = 0; k < steps; k++, b += b_step) {
                    const size_t offset = i * image + k * depth;
                    if (second) tiles_add(a[0] + offset, a[1] + offset, stride, 0, 1, b, 1);
                    else add_column(a, offset, stride, 0, 1, b);
                }
            }
            // Blocks behind the last repeat the first of their group, so its sums are written last.
            if (second) {
                _tile_stored(1, to[1], sum_row);
                _tile_stored(3, to[1] + tile, sum_row);
                _tile_stored(2, to[0] + tile, sum_row);
            } else {
                _tile_stored(2, to[2], sum_row);
                _tile_stored(1, to[1], sum_row);
            }
            _tile_stored(0, to[0], sum_row);
        }
    }
    _tile_release();
}

#else

void rnv_tile_convolution_pack(const rnv_window_t *p, size_t outputs, const float *weights,
                               uint16_t *packed) {
    (void)p, (void)outputs, (void)weights, (void)packed;
}

void rnv_tile_convolution_spikes(const rnv_window_t *p, size_t outputs, const uint16_t *packed,
                                 const uint64_t *words, size_t first, const float *bias,
                                 uint16_t *scratch, float *out) {
    (void)p, (void)outputs, (void)packed, (void)words, (void)first, (void)bias, (void)scratch;
    (void)out;
}

void rnv_tile_convolution(const rnv_window_t *p, size_t outputs, const uint16_t *packed,
                          const float *image, const float *bias, uint16_t *scratch, float *out) {
    (void)p, (void)outputs, (void)packed, (void)image, (void)bias, (void)scratch, (void)out;
}

void rnv_tile_convolution_gradient(const rnv_window_t *p, size_t outputs,
                                   const rnv_spike_rows_t *rows, size_t first, size_t count,
                                   const float *upstream, uint16_t *scratch,
                                   float *gradient) {
    (void)p, (void)outputs, (void)rows, (void)first, (void)count, (void)upstream;
    (void)scratch, (void)gradient;
}

#endif
