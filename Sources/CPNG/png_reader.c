#include "CPNG.h"

#include <png.h>
#include <setjmp.h>
#include <stdio.h>

// libpng leaves by longjmp when something is wrong, which Swift must never see: hence this file.

typedef struct {
    const uint8_t *bytes;
    size_t count;
    size_t position;
    char *message;
    size_t message_size;
} source_t;

static void read_bytes(png_structp png, png_bytep target, size_t count) {
    source_t *source = png_get_io_ptr(png);
    if (count > source->count - source->position) png_error(png, "the file ends too early");
    for (size_t i = 0; i < count; i++) target[i] = source->bytes[source->position + i];
    source->position += count;
}

static void fail(png_structp png, png_const_charp text) {
    source_t *source = png_get_error_ptr(png);
    snprintf(source->message, source->message_size, "%s", text);
    png_longjmp(png, 1);
}

static void ignore(png_structp png, png_const_charp text) {
    (void)png;
    (void)text;
}

int rnv_png_read(
    const uint8_t *bytes, size_t count, rnv_png_t *image, uint8_t *pixels, size_t capacity,
    char *message, size_t message_size) {
    source_t source = {bytes, count, 0, message, message_size};
    png_structp png =
        png_create_read_struct(PNG_LIBPNG_VER_STRING, &source, fail, ignore);
    png_infop info = png ? png_create_info_struct(png) : NULL;
    if (!info) {
        snprintf(message, message_size, "no memory");
        png_destroy_read_struct(&png, NULL, NULL);
        return 1;
    }
    if (setjmp(png_jmpbuf(png))) {
        png_destroy_read_struct(&png, &info, NULL);
        return 1;
    }
    png_set_read_fn(png, &source, read_bytes);
    // Texts and profiles are not kept, so none can be a bomb.
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
    // Sides beyond are refused, so that no size of an image overflows, however libpng was built.
    png_set_user_limits(png, 1000000, 1000000);
    png_read_info(png, info);
    png_set_expand(png);
    int passes = png_set_interlace_handling(png);
    png_read_update_info(png, info);
    image->width = png_get_image_width(png, info);
    image->height = png_get_image_height(png, info);
    image->channels = png_get_channels(png, info);
    image->depth = png_get_bit_depth(png, info);
    if (pixels) {
        size_t row = png_get_rowbytes(png, info);
        if (row == 0 || capacity / row < image->height || row * image->height != capacity)
            png_error(png, "the size is not that of the header");
        for (int pass = 0; pass < passes; pass++)
            for (uint32_t y = 0; y < image->height; y++) png_read_row(png, pixels + y * row, NULL);
        png_read_end(png, NULL);
    }
    png_destroy_read_struct(&png, &info, NULL);
    return 0;
}
