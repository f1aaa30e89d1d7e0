#include "integer_lanes.h"

typedef int8_t half_8 __attribute__((ext_vector_type(16)));
typedef int16_t half_16 __attribute__((ext_vector_type(16)));
typedef int32_t half_32 __attribute__((ext_vector_type(16)));
typedef int8_t quarter_8 __attribute__((ext_vector_type(8)));
typedef int16_t quarter_16 __attribute__((ext_vector_type(8)));
typedef int32_t quarter_32 __attribute__((ext_vector_type(8)));

#define ADD_LANES(codes_type, sums_type, width)                          \
    for (; o + width <= n; o += width) {                                 \
        codes_type w;                                                    \
        sums_type sum;                                                   \
        memcpy(&w, codes + o, sizeof w);                                 \
        memcpy(&sum, out + o, sizeof sum);                               \
        const sums_type wider = __builtin_convertvector(w, sums_type);   \
        sum += factor == 1 ? wider : wider * factor;                     \
        memcpy(out + o, &sum, sizeof sum);                               \
    }

RNV_INLINE void add_narrow(const int8_t *codes, size_t n, int16_t factor, int16_t *out) {
    size_t o = 0;
    ADD_LANES(lanes_8, lanes_16, 32)
    ADD_LANES(half_8, half_16, 16)
    ADD_LANES(quarter_8, quarter_16, 8)
    for (; o < n; o++) out[o] = (int16_t)(out[o] + codes[o] * factor);
}

RNV_INLINE void add_wide(const int8_t *codes, size_t n, int32_t factor, int32_t *out) {
    size_t o = 0;
    ADD_LANES(lanes_8, lanes_32, 32)
    ADD_LANES(half_8, half_32, 16)
    ADD_LANES(quarter_8, quarter_32, 8)
    for (; o < n; o++) out[o] += codes[o] * factor;
}

/// Adds what one input causes, wherever the window has it.
RNV_INLINE void scatter(const rnv_integer_stage_t *s, size_t row, size_t column, size_t channel,
                        int32_t factor, void *out, int narrow) {
    const rnv_window_t *w = &s->window;
    const size_t in_group = w->channels / s->groups, out_group = s->out_channels / s->groups;
    const size_t group = channel / in_group;
    for (size_t k = 0; k < w->window_height; k++) {
        if (row + w->padding_height < k) break;
        const size_t down = row + w->padding_height - k;
        if (down % w->stride_height || down / w->stride_height >= w->output_height) continue;
        for (size_t l = 0; l < w->window_width; l++) {
            if (column + w->padding_width < l) break;
            const size_t across = column + w->padding_width - l;
            if (across % w->stride_width || across / w->stride_width >= w->output_width) continue;
            const int8_t *codes = s->codes
                + ((k * w->window_width + l) * in_group + channel % in_group) * s->out_channels
                + group * out_group;
            const size_t to = (down / w->stride_height * w->output_width + across / w->stride_width)
                    * s->out_channels + group * out_group;
            if (narrow) {
                add_narrow(codes, out_group, (int16_t)factor, (int16_t *)out + to);
            } else {
                add_wide(codes, out_group, factor, (int32_t *)out + to);
            }
        }
    }
}

RNV_INLINE void convolve(const rnv_integer_stage_t *s, const uint64_t *words, const int32_t *values,
                         void *out, const int narrow, int64_t *additions) {
    const rnv_window_t *w = &s->window;
    for (size_t o = 0; o < s->outputs; o += s->out_channels) {
        for (size_t c = 0; c < s->out_channels; c++) {
            const int32_t bias = s->bias ? s->bias[c] : 0;
            if (narrow) {
                ((int16_t *)out)[o + c] = (int16_t)bias;
            } else {
                ((int32_t *)out)[o + c] = bias;
            }
        }
    }
    size_t place = 0;
    for (size_t row = 0; row < w->height; row++) {
        for (size_t column = 0; column < w->width; column++, place += w->channels) {
            if (values) {
                for (size_t c = 0; c < w->channels; c++) {
                    if (!values[place + c]) continue;
                    if (s->fan_out) *additions += s->fan_out[place + c];
                    scatter(s, row, column, c, values[place + c] * (1 << s->shift), out, 0);
                }
                continue;
            }
            for (size_t c = 0; c < w->channels; c += 64) {
                const size_t n = w->channels - c < 64 ? w->channels - c : 64;
                for (uint64_t set = bits_at(words, place + c, n); set; set &= set - 1) {
                    const size_t channel = c + (size_t)__builtin_ctzll(set);
                    if (s->fan_out) *additions += s->fan_out[place + channel];
                    scatter(s, row, column, channel, 1 << s->shift, out, narrow);
                }
            }
        }
    }
}

RNV_LEVELS
void rnv_integer_convolve(const rnv_integer_stage_t *s, const uint64_t *words,
                          const int32_t *values, void *out, int narrow, int64_t *additions) {
    if (narrow) {
        convolve(s, words, 0, out, 1, additions);
    } else {
        convolve(s, words, values, out, 0, additions);
    }
}

/// The rows and columns of the image that a window sees, from a first one on.
RNV_INLINE void seen(size_t at, size_t stride, size_t padding, size_t window, size_t size,
                     size_t *from, size_t *to) {
    const size_t end = at * stride + window;
    *from = at * stride > padding ? at * stride - padding : 0;
    *to = end < padding ? 0 : end - padding < size ? end - padding : size;
}

RNV_INLINE void pool_bits(const rnv_integer_stage_t *s, const uint64_t *words, uint64_t *out) {
    const rnv_window_t *w = &s->window;
    bit_writer to = {out, 0, 0};
    for (size_t y = 0; y < w->output_height; y++) {
        size_t top, bottom;
        seen(y, w->stride_height, w->padding_height, w->window_height, w->height, &top, &bottom);
        for (size_t x = 0; x < w->output_width; x++) {
            size_t left, right;
            seen(x, w->stride_width, w->padding_width, w->window_width, w->width, &left, &right);
            for (size_t c = 0; c < w->channels; c += 64) {
                const size_t n = w->channels - c < 64 ? w->channels - c : 64;
                uint64_t any = 0;
                for (size_t row = top; row < bottom; row++) {
                    for (size_t column = left; column < right; column++) {
                        any |= bits_at(words, (row * w->width + column) * w->channels + c, n);
                    }
                }
                bits_append(&to, any, n);
            }
        }
    }
    bits_finish(&to);
}

RNV_INLINE int32_t at(const uint64_t *words, const int32_t *values, size_t place) {
    return words ? (int32_t)(words[place >> 6] >> (place & 63) & 1) : values[place];
}

RNV_LEVELS
void rnv_integer_pool(const rnv_integer_stage_t *s, uint8_t *state, const uint64_t *words,
                      const int32_t *values) {
    if (s->gives_bits) {
        pool_bits(s, words, (uint64_t *)(state + s->bits));
        return;
    }
    const rnv_window_t *w = &s->window;
    int32_t *out = (int32_t *)(state + s->out);
    for (size_t y = 0; y < w->output_height; y++) {
        size_t top, bottom;
        seen(y, w->stride_height, w->padding_height, w->window_height, w->height, &top, &bottom);
        for (size_t x = 0; x < w->output_width; x++) {
            size_t left, right;
            seen(x, w->stride_width, w->padding_width, w->window_width, w->width, &left, &right);
            for (size_t c = 0; c < w->channels; c++) {
                int32_t found = 0;
                int is_first = 1;
                for (size_t row = top; row < bottom; row++) {
                    for (size_t column = left; column < right; column++) {
                        const int32_t v = at(words, values, (row * w->width + column) * w->channels + c);
                        if (s->kind == RNV_INTEGER_SUM) {
                            found += v;
                        } else {
                            found = is_first || v > found ? v : found;
                        }
                        is_first = 0;
                    }
                }
                *out++ = found;
            }
        }
    }
}
