// Random numbers in vectors: xoshiro128++ on each of sixteen lanes, begun with words of a counter-based stream.
//
// Source: Blackman & Vigna, "Scrambled linear pseudorandom number generators", ACM Transactions on Mathematical Software 2021.
#ifndef RNV_SAMPLING_RANDOM_H
#define RNV_SAMPLING_RANDOM_H

#include "lanes_math.h"
#include "rnv_random.h"

typedef uint32_t lanes_word __attribute__((ext_vector_type(16)));

/// A stream of random numbers.
typedef struct {
    uint32_t state[4][16];
} sampling_random;

static void sampling_random_begin(sampling_random *r, uint64_t key, uint64_t stream) {
    uint32_t words[64];
    rnv_philox_words(key, stream, 0, 64, words);
    for (int i = 0; i < 64; i++) r->state[i / 16][i % 16] = words[i];
    // A state of zeros would stay so.
    for (int i = 0; i < 16; i++) r->state[0][i] |= 1;
}

RNV_INLINE lanes_word lanes_rotated(lanes_word x, int by) { return x << by | x >> (32 - by); }

/// Sixteen numbers in (0, 1), odd multiples of 2^-25.
RNV_INLINE lanes sampling_random_uniform(sampling_random *r) {
    lanes_word a, b, c, d;
    memcpy(&a, r->state[0], sizeof a);
    memcpy(&b, r->state[1], sizeof b);
    memcpy(&c, r->state[2], sizeof c);
    memcpy(&d, r->state[3], sizeof d);
    const lanes_word w = lanes_rotated(a + d, 7) + a, t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = lanes_rotated(d, 11);
    memcpy(r->state[0], &a, sizeof a);
    memcpy(r->state[1], &b, sizeof b);
    memcpy(r->state[2], &c, sizeof c);
    memcpy(r->state[3], &d, sizeof d);
    const lanes_int high = __builtin_convertvector(w >> 8, lanes_int);
    return (__builtin_convertvector(high, lanes) + 0.5f) * 0x1p-24f;
}

/// e^x within 2^±115, which is all that a probability can show; relative error below 3e-7.
RNV_INLINE lanes sampling_exp(lanes x) {
    const lanes inside = lanes_max(lanes_min(x, lanes_all(80)), lanes_all(-80));
    const lanes magic = lanes_all(12582912.0f);
    const lanes shifted = inside * 1.44269504f + magic, n = shifted - magic;
    const lanes r = inside - n * 0.693147181f;
    lanes p = r * 8.3334519073e-3f + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    p = p * (r * r) + r + 1.0f;
    // The lowest bits of the shifted number are n.
    return (lanes)((lanes_int)p + ((lanes_int)shifted << 23));
}

#endif
