#include "rnv_images.h"

#include "levels.h"

// A frame of `fill` around the image, so that no pixel asks whether its neighbours are there.
enum { before = 1, behind = 2 };

size_t rnv_image_scratch(rnv_image_t shape) {
    return (shape.height + before + behind) * (shape.width + before + behind) * shape.channels;
}

void rnv_image_shift(rnv_image_t shape, const float *image, ptrdiff_t down, ptrdiff_t right, int mirrored,
                     float fill, float *out) {
    const ptrdiff_t height = (ptrdiff_t)shape.height, width = (ptrdiff_t)shape.width;
    const size_t channels = shape.channels;
    for (ptrdiff_t y = 0; y < height; y++) {
        float *row = out + (size_t)(y * width) * channels;
        const ptrdiff_t above = y - down;
        if (above < 0 || above >= height) {
            for (size_t i = 0; i < shape.width * channels; i++) row[i] = fill;
            continue;
        }
        const float *from = image + (size_t)(above * width) * channels;
        for (ptrdiff_t x = 0; x < width; x++) {
            const ptrdiff_t left = x - right;
            float *to = row + (size_t)x * channels;
            if (left < 0 || left >= width) {
                for (size_t c = 0; c < channels; c++) to[c] = fill;
            } else {
                const float *pixel = from + (size_t)(mirrored ? width - 1 - left : left) * channels;
                for (size_t c = 0; c < channels; c++) to[c] = pixel[c];
            }
        }
    }
}

RNV_INLINE void frame(rnv_image_t shape, const float *image, float fill, float *framed) {
    const size_t row = shape.width * shape.channels;
    const size_t wide = (shape.width + before + behind) * shape.channels;
    const size_t rows = shape.height + before + behind;
    for (size_t i = 0; i < rows * wide; i++) framed[i] = fill;
    for (size_t y = 0; y < shape.height; y++) {
        memcpy(framed + (y + before) * wide + before * shape.channels, image + y * row,
               row * sizeof(float));
    }
}

/// Nearest multiple of 1 / levels, half to even.
RNV_INLINE float leveled(float v, float levels) {
    const float magic = 12582912.0f;  // leaves the nearest whole number of anything below 2^22
    return ((v * levels + magic) - magic) / levels;
}

// Two passes over each row: where its pixels come from, in vectors, and then their neighbours one by one.
enum { strip = 64 };

RNV_INLINE void resample(rnv_image_t shape, const float map[6], float levels, const float *framed,
                         float *out, size_t channels) {
    const size_t wide = (shape.width + before + behind) * channels;
    const float lowest = (float)(shape.height + before), rightmost = (float)(shape.width + before);
    float down[strip], along[strip];
    int32_t place[strip];
    for (size_t y = 0; y < shape.height; y++) {
        const float first_row = map[0] * (float)y + map[2] + before;
        const float first_column = map[3] * (float)y + map[5] + before;
        for (size_t begin = 0; begin < shape.width; begin += strip) {
            const size_t n = shape.width - begin < strip ? shape.width - begin : strip;
            for (size_t k = 0; k < n; k++) {
                const float x = (float)(int32_t)(begin + k);
                float v = first_row + map[1] * x, h = first_column + map[4] * x;
                v = v < 0 ? 0 : v;
                v = v > lowest ? lowest : v;
                h = h < 0 ? 0 : h;
                h = h > rightmost ? rightmost : h;
                const int32_t i = (int32_t)v, j = (int32_t)h;
                down[k] = v - (float)i;
                along[k] = h - (float)j;
                place[k] = (i * (int32_t)(shape.width + before + behind) + j) * (int32_t)channels;
            }
            float *to = out + (y * shape.width + begin) * channels;
            for (size_t k = 0; k < n; k++) {
                const float *p = framed + place[k];
                for (size_t c = 0; c < channels; c++) {
                    const float a = p[c] + along[k] * (p[channels + c] - p[c]);
                    const float b = p[wide + c] + along[k] * (p[wide + channels + c] - p[wide + c]);
                    to[k * channels + c] = a + down[k] * (b - a);
                }
            }
            if (levels > 0) {
                for (size_t i = 0; i < n * channels; i++) to[i] = leveled(to[i], levels);
            }
        }
    }
}

RNV_LEVELS
void rnv_image_resample(rnv_image_t shape, const float *image, const float map[6], float fill, float levels,
                        float *scratch, float *out) {
    frame(shape, image, fill, scratch);
    if (shape.channels == 1) {
        resample(shape, map, levels, scratch, out, 1);
    } else {
        resample(shape, map, levels, scratch, out, shape.channels);
    }
}
