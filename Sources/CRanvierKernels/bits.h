// Bits of a spike row that begin anywhere.
#ifndef RNV_BITS_H
#define RNV_BITS_H

#include "levels.h"

/// The `count` (1 to 64) bits from bit `first` on, which all lie inside the row; zeros above them.
RNV_INLINE uint64_t bits_at(const uint64_t *words, size_t first, size_t count) {
    const size_t word = first >> 6, shift = first & 63;
    uint64_t value = words[word] >> shift;
    if (shift + count > 64) value |= words[word + 1] << (64 - shift);
    return count < 64 ? value & (((uint64_t)1 << count) - 1) : value;
}

/// Writes bits one behind the other.
typedef struct {
    uint64_t *next, word;
    size_t filled;
} bit_writer;

/// Appends `count` (0 to 64) bits; those above them are zero.
RNV_INLINE void bits_append(bit_writer *w, uint64_t bits, size_t count) {
    w->word |= bits << w->filled;
    if (w->filled + count >= 64) {
        *w->next++ = w->word;
        // A shift by 64 is not defined.
        w->word = w->filled ? bits >> (64 - w->filled) : 0;
        w->filled = w->filled + count - 64;
    } else {
        w->filled += count;
    }
}

/// Writes the last word, zeros behind its bits.
RNV_INLINE void bits_finish(const bit_writer *w) {
    if (w->filled) *w->next = w->word;
}

/// Exchanges bit c of word r with bit r of word c.
RNV_INLINE void bits_transpose(uint64_t *a) {
#define EXCHANGE_BITS(j, mask)                                               \
    for (int k = 0; k < 64; k += 2 * (j)) {                             \
        for (int i = k; i < k + (j); i++) {                             \
            const uint64_t t = ((a[i] >> (j)) ^ a[i + (j)]) & (mask);   \
            a[i] ^= t << (j);                                           \
            a[i + (j)] ^= t;                                            \
        }                                                               \
    }
    EXCHANGE_BITS(32, 0x00000000ffffffffu)
    EXCHANGE_BITS(16, 0x0000ffff0000ffffu)
    EXCHANGE_BITS(8, 0x00ff00ff00ff00ffu)
    EXCHANGE_BITS(4, 0x0f0f0f0f0f0f0f0fu)
    EXCHANGE_BITS(2, 0x3333333333333333u)
    EXCHANGE_BITS(1, 0x5555555555555555u)
}

#endif
