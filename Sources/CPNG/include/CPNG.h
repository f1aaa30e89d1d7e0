#ifndef CPNG_H
#define CPNG_H

#include <stddef.h>
#include <stdint.h>

/// What a PNG image holds once palettes and small depths are expanded.
typedef struct {
    uint32_t width;
    uint32_t height;
    /// 1 grey, 2 grey and alpha, 3 colour, 4 colour and alpha.
    uint32_t channels;
    /// Bits of a sample: 8, or 16 with the high byte first.
    uint32_t depth;
} rnv_png_t;

/// Reads an image from memory; the samples are those of the file, without correction of gamma.
///
/// With `pixels` null only `image` is filled in. Otherwise the rows go to `pixels`, which must have room for exactly
/// width × height × channels × depth / 8 bytes.
///
/// Returns 0, or another number with a text in `message`.
int rnv_png_read(
    const uint8_t *bytes, size_t count, rnv_png_t *image, uint8_t *pixels, size_t capacity,
    char *message, size_t message_size);

#endif
