#include "rnv_pooling.h"

#include "bits.h"

/// Taps of a window that lie inside the image: from <= i < to along one axis.
typedef struct {
    size_t from, to;
} taps;

RNV_INLINE taps inside(size_t position, size_t stride, size_t window, size_t padding, size_t length) {
    const size_t first = position * stride;  // in the padded image
    const size_t end = first + window < length + padding ? first + window - padding : length;
    return (taps){first > padding ? first - padding : 0, first + window > padding ? end : 0};
}

#define OVER_POSITIONS(pool)                                                                    \
    for (size_t i = 0; i < (pool)->out_height; i++)                                              \
        for (size_t j = 0; j < (pool)->out_width; j++)

#define OVER_TAPS(pool)                                                                          \
    const taps rows = inside(i, (pool)->stride_height, (pool)->window_height,                    \
                             (pool)->padding_height, (pool)->height);                            \
    const taps columns = inside(j, (pool)->stride_width, (pool)->window_width,                   \
                                (pool)->padding_width, (pool)->width);                           \
    for (size_t y = rows.from; y < rows.to; y++)                                                 \
        for (size_t x = columns.from; x < columns.to; x++)

RNV_LEVELS
void rnv_average_pool(const rnv_pool_t *pool, size_t images, const float *in, float *out) {
    const size_t channels = pool->channels;
    const float share = 1.0f / (float)(pool->window_height * pool->window_width);
    for (size_t n = 0; n < images; n++, in += pool->height * pool->width * channels) {
        OVER_POSITIONS(pool) {
            for (size_t c = 0; c < channels; c++) out[c] = 0;
            OVER_TAPS(pool) {
                const float *restrict from = in + (y * pool->width + x) * channels;
                for (size_t c = 0; c < channels; c++) out[c] += from[c];
            }
            for (size_t c = 0; c < channels; c++) out[c] *= share;
            out += channels;
        }
    }
}

RNV_LEVELS
void rnv_average_pool_backward(const rnv_pool_t *pool, size_t images, const float *upstream,
                               float *gradient) {
    const size_t channels = pool->channels, size = pool->height * pool->width * channels;
    const float share = 1.0f / (float)(pool->window_height * pool->window_width);
    memset(gradient, 0, images * size * sizeof(float));
    for (size_t n = 0; n < images; n++, gradient += size) {
        OVER_POSITIONS(pool) {
            OVER_TAPS(pool) {
                float *restrict to = gradient + (y * pool->width + x) * channels;
                for (size_t c = 0; c < channels; c++) to[c] += share * upstream[c];
            }
            upstream += channels;
        }
    }
}

RNV_LEVELS
void rnv_max_pool(const rnv_pool_t *pool, size_t images, const float *in, float *out) {
    const size_t channels = pool->channels;
    for (size_t n = 0; n < images; n++, in += pool->height * pool->width * channels) {
        OVER_POSITIONS(pool) {
            for (size_t c = 0; c < channels; c++) out[c] = -__builtin_inff();
            OVER_TAPS(pool) {
                const float *restrict from = in + (y * pool->width + x) * channels;
                for (size_t c = 0; c < channels; c++) out[c] = from[c] > out[c] ? from[c] : out[c];
            }
            out += channels;
        }
    }
}

enum { piece = 64 };  // channels whose gradients wait for their element at once

RNV_LEVELS
void rnv_max_pool_backward(const rnv_pool_t *pool, size_t images, const float *in,
                           const float *out, const float *upstream, float *gradient) {
    const size_t channels = pool->channels, size = pool->height * pool->width * channels;
    memset(gradient, 0, images * size * sizeof(float));
    for (size_t n = 0; n < images; n++, gradient += size, in += size) {
        OVER_POSITIONS(pool) {
            for (size_t first = 0; first < channels; first += piece) {
                const size_t count = channels - first < piece ? channels - first : piece;
                const float *largest = out + first;
                float waiting[piece];
                memcpy(waiting, upstream + first, count * sizeof(float));
                OVER_TAPS(pool) {
                    const size_t at = (y * pool->width + x) * channels + first;
                    const float *restrict from = in + at;
                    float *restrict to = gradient + at;
                    for (size_t c = 0; c < count; c++) {
                        const int hit = from[c] == largest[c];
                        to[c] += hit ? waiting[c] : 0.0f;
                        waiting[c] = hit ? 0.0f : waiting[c];
                    }
                }
            }
            out += channels;
            upstream += channels;
        }
    }
}

RNV_LEVELS
void rnv_max_pool_spikes(const rnv_pool_t *pool, size_t first_image, size_t images,
                         const uint64_t *in, uint64_t *out) {
    const size_t channels = pool->channels, size = pool->height * pool->width * channels;
    const size_t result = pool->out_height * pool->out_width * channels;
    bit_writer writer = {out + first_image * result / 64, 0, 0};
    for (size_t n = first_image; n < first_image + images; n++) {
        OVER_POSITIONS(pool) {
            for (size_t c = 0; c < channels; c += 64) {
                const size_t count = channels - c < 64 ? channels - c : 64;
                uint64_t any = 0;
                OVER_TAPS(pool) {
                    any |= bits_at(in, n * size + (y * pool->width + x) * channels + c, count);
                }
                bits_append(&writer, any, count);
            }
        }
    }
    bits_finish(&writer);
}
