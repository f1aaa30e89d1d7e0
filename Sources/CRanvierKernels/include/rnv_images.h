#ifndef RNV_IMAGES_H
#define RNV_IMAGES_H

#include <stddef.h>

/// Height, width and channels of an image [height][width][channels].
typedef struct {
    size_t height, width, channels;
} rnv_image_t;

/// Numbers that rnv_image_resample needs beside the image.
size_t rnv_image_scratch(rnv_image_t shape);

/// out[y][x] = image[y - down][x - right], or mirrored left to right; `fill` from outside. A shift is less than the image or
/// leaves nothing of it.
void rnv_image_shift(rnv_image_t shape, const float *image, ptrdiff_t down, ptrdiff_t right, int mirrored,
                     float fill, float *out);

/// out[y][x] = the image at row map[0] y + map[1] x + map[2] and column map[3] y + map[4] x + map[5], linear between the four
/// pixels around; `fill` from outside. With `levels` > 0 numbers become the nearest multiples of 1 / levels.
void rnv_image_resample(rnv_image_t shape, const float *image, const float map[6], float fill, float levels,
                        float *scratch, float *out);

#endif
