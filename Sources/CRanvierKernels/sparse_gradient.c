#include "rnv_sparse_gradient.h"

#include "lanes.h"

enum { width = 16 };

static size_t blocks(size_t count) { return (count + width - 1) / width; }
static size_t taps_of(const rnv_window_t *p) { return p->window_height * p->window_width; }

// The sums of all taps must fit the registers.
int rnv_sparse_gradient_has(const rnv_window_t *p) {
    return p->window_height == p->window_width && (p->window_width == 3 || p->window_width == 5);
}

RNV_LEVELS
size_t rnv_count_nonzero(const float *x, size_t count) {
    size_t found = 0, i = 0;
    for (; i + width <= count; i += width) {
        found += (size_t)__builtin_popcount(lanes_mask_bits(lanes_load(x + i) != lanes_all(0)));
    }
    for (; i < count; i++) found += x[i] != 0;
    return found;
}

size_t rnv_sparse_gradient_packed(const rnv_window_t *p, size_t outputs) {
    return blocks(p->channels) * blocks(outputs) * width * taps_of(p) * width;
}

void rnv_sparse_gradient_pack(const rnv_window_t *p, size_t outputs, const float *weights,
                              float *packed) {
    const size_t taps = taps_of(p), channels = p->channels;
    memset(packed, 0, rnv_sparse_gradient_packed(p, outputs) * sizeof(float));
    for (size_t k = 0; k < taps; k++) {
        for (size_t c = 0; c < channels; c++) {
            float *to = packed + c / width * blocks(outputs) * width * taps * width +
                        k * width + c % width;
            const float *row = weights + (k * channels + c) * outputs;
            for (size_t o = 0; o < outputs; o++) to[o * taps * width] = row[o];
        }
    }
}

size_t rnv_sparse_gradient_scratch(const rnv_window_t *p) {
    return (p->height + 2 * p->padding_height) * (p->width + 2 * p->padding_width) * width;
}

#define UNROLLED _Pragma("clang loop unroll(full)")

/// Defines a function that adds a block of outputs at all positions to the image, for windows side x side.
#define ADD_OUTPUTS(name, side)                                                                    \
    RNV_INLINE void name(const rnv_window_t *p, size_t outputs, size_t first,                      \
                         const float *weights, const float *upstream, float *image) {              \
        const size_t row = (p->width + 2 * p->padding_width) * width;                              \
        const size_t n = outputs - first < width ? outputs - first : width;                        \
        for (size_t i = 0; i < p->output_height; i++) {                                            \
            for (size_t j = 0; j < p->output_width; j++) {                                         \
                const float *g = upstream + (i * p->output_width + j) * outputs + first;           \
                float values[width] = {0};                                                         \
                memcpy(values, g, n * sizeof(float));                                              \
                uint32_t left = lanes_mask_bits(lanes_load(values) != lanes_all(0));               \
                if (left == 0) continue;                                                           \
                lanes sums[(side) * (side)];                                                       \
                UNROLLED                                                                           \
                for (int k = 0; k < (side) * (side); k++) sums[k] = lanes_all(0);                  \
                for (; left; left &= left - 1) {                                                   \
                    const int o = __builtin_ctz(left);                                             \
                    const lanes value = lanes_all(g[o]);                                           \
                    const float *w = weights + (size_t)o * (side) * (side) * width;                \
                    UNROLLED                                                                       \
                    for (int k = 0; k < (side) * (side); k++) {                                    \
                        sums[k] = __builtin_elementwise_fma(value, lanes_load(w + k * width),      \
                                                            sums[k]);                              \
                    }                                                                              \
                }                                                                                  \
                float *to = image + i * p->stride_height * row + j * p->stride_width * width;      \
                UNROLLED                                                                           \
                for (int k = 0; k < (side) * (side); k++) {                                        \
                    float *at = to + (size_t)(k / (side)) * row + (size_t)(k % (side)) * width;    \
                    lanes_store(at, lanes_load(at) + sums[k]);                                     \
                }                                                                                  \
            }                                                                                      \
        }                                                                                          \
    }

ADD_OUTPUTS(add_outputs_3, 3)
ADD_OUTPUTS(add_outputs_5, 5)

RNV_LEVELS
void rnv_sparse_gradient(const rnv_window_t *p, size_t outputs, const float *packed,
                         const float *upstream, float *scratch, float *result) {
    const size_t taps = taps_of(p), row = (p->width + 2 * p->padding_width) * width;
    const float *weights = packed;
    for (size_t channel = 0; channel < p->channels; channel += width) {
        memset(scratch, 0, rnv_sparse_gradient_scratch(p) * sizeof(float));
        for (size_t o = 0; o < outputs; o += width, weights += width * taps * width) {
            if (p->window_width == 3) add_outputs_3(p, outputs, o, weights, upstream, scratch);
            else add_outputs_5(p, outputs, o, weights, upstream, scratch);
        }
        const size_t left = p->channels - channel, n = left < width ? left : width;
        for (size_t y = 0; y < p->height; y++) {
            const float *from =
                scratch + (y + p->padding_height) * row + p->padding_width * width;
            float *to = result + y * p->width * p->channels + channel;
            for (size_t x = 0; x < p->width; x++) {
                memcpy(to + x * p->channels, from + x * width, n * sizeof(float));
            }
        }
    }
}
