#include "rnv_spike_products.h"

#include "bits.h"

RNV_INLINE void put_zeros(bit_writer *w, size_t count) {
    for (; count > 64; count -= 64) bits_append(w, 0, 64);
    bits_append(w, 0, count);
}

RNV_INLINE void copy(bit_writer *w, const uint64_t *words, size_t first, size_t count) {
    while (count > 0) {
        const size_t n = count < 64 ? count : 64;
        bits_append(w, bits_at(words, first, n), n);
        first += n;
        count -= n;
    }
}

void rnv_spike_patches(const rnv_window_t *p, const uint64_t *words, size_t first, uint64_t *out) {
    bit_writer w = {out, 0, 0};
    const size_t row = p->window_width * p->channels;
    for (size_t oy = 0; oy < p->output_height; oy++) {
        for (size_t ox = 0; ox < p->output_width; ox++) {
            for (size_t ky = 0; ky < p->window_height; ky++) {
                // Positions in the padded image.
                const size_t y = oy * p->stride_height + ky, x = ox * p->stride_width;
                if (y < p->padding_height || y >= p->padding_height + p->height) {
                    put_zeros(&w, row);
                    continue;
                }
                const size_t left = x < p->padding_width ? p->padding_width - x : 0;
                const size_t begin = x + left - p->padding_width;
                const size_t wanted = p->window_width > left ? p->window_width - left : 0;
                const size_t there = begin < p->width ? p->width - begin : 0;
                const size_t count = wanted < there ? wanted : there;
                const size_t zeros = left < p->window_width ? left : p->window_width;
                put_zeros(&w, zeros * p->channels);
                copy(&w, words, first + ((y - p->padding_height) * p->width + begin) * p->channels,
                     count * p->channels);
                put_zeros(&w, (p->window_width - zeros - count) * p->channels);
            }
        }
    }
    bits_finish(&w);
}
