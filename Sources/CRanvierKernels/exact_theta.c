// Layered theta networks: one text for both precisions, in exact_theta_precision.h.
#include "rnv_exact_theta.h"

#include "lanes.h"

#include <math.h>

// Rows of gradients listed at a time.
#define LISTED 1024

size_t rnv_exact_theta_stride(size_t neurons) {
    return (neurons + RNV_EXACT_LANES - 1) / RNV_EXACT_LANES * RNV_EXACT_LANES;
}

/// Bit k is set where pixel k of at most 64 has the value `bin`.
RNV_INLINE uint64_t pixel_bits(const uint8_t *pixels, size_t count, uint8_t bin) {
    typedef uint8_t bytes __attribute__((ext_vector_type(16)));
    uint16_t parts[4] = {0};
    for (size_t k = 0; k < 4 && 16 * k < count; k++) {
        const size_t n = count - 16 * k;
        bytes v = (bytes)(uint8_t)255;
        // A constant size is one load.
        if (n >= 16) memcpy(&v, pixels + 16 * k, 16);
        else memcpy(&v, pixels + 16 * k, n);
        const lanes_bits on = __builtin_convertvector((v == bin), lanes_bits);
        memcpy(&parts[k], &on, sizeof parts[k]);
        if (n < 16) parts[k] &= (uint16_t)((1u << n) - 1);
    }
    uint64_t set;
    memcpy(&set, parts, sizeof set);
    return set;
}

/// Appends `base` + the positions of the bits; `list` has room for 64 more than there are.
RNV_INLINE size_t list_bits(uint64_t set, uint32_t base, uint32_t step, uint32_t *list) {
    const size_t count = (size_t)__builtin_popcountll(set);
    // Sixteen at a time whether there are as many or not: fewer branches go wrong.
    while (set) {
        for (size_t k = 0; k < 16; k++, set &= set - 1) {
            *list++ = base + step * (uint32_t)__builtin_ctzll(set | (uint64_t)1 << 63);
        }
    }
    return count;
}

/// Lists the pixels with the value `bin`, in order; `list` has room for 64 more.
RNV_INLINE size_t list_pixels(
    const uint8_t *pixels, size_t inputs, uint8_t bin, uint32_t *list) {
    size_t count = 0;
    for (size_t i = 0; i < inputs; i += 64) {
        const size_t n = inputs - i < 64 ? inputs - i : 64;
        count += list_bits(pixel_bits(pixels + i, n, bin), (uint32_t)i, 1, list + count);
    }
    return count;
}

/// Turns 64 rows of 64 bits into columns.
RNV_INLINE void turn_bits(uint64_t *rows) {
    uint64_t mask = 0x00000000ffffffff;
    for (int j = 32; j > 0; j >>= 1, mask ^= mask << j) {
        for (int block = 0; block < 64; block += 2 * j) {
            for (int k = block; k < block + j; k++) {
                const uint64_t swapped = ((rows[k] >> j) ^ rows[k + j]) & mask;
                rows[k] ^= swapped << j;
                rows[k + j] ^= swapped;
            }
        }
    }
}

RNV_LEVELS
void rnv_exact_theta_masks(
    const uint8_t *pixels, size_t samples, size_t inputs, size_t bins, uint64_t *masks) {
    const size_t words = (samples + 63) / 64;
    for (size_t w = 0; w < words; w++) {
        const size_t rows = samples - 64 * w < 64 ? samples - 64 * w : 64;
        for (size_t i = 0; i < inputs; i += 64) {
            const size_t columns = inputs - i < 64 ? inputs - i : 64;
            for (size_t bin = 0; bin < bins; bin++) {
                uint64_t bits[64] = {0};
                for (size_t k = 0; k < rows; k++) {
                    const uint8_t *row = pixels + (64 * w + k) * inputs + i;
                    bits[k] = pixel_bits(row, columns, (uint8_t)bin);
                }
                turn_bits(bits);
                for (size_t k = 0; k < columns; k++) {
                    masks[((i + k) * bins + bin) * words + w] = bits[k];
                }
            }
        }
    }
}

// States are scaled back to length 1 every so many events.
#define RNV_EXACT_RENORM 32

/// 1/n!
static const double inverse_factorials[] = {
    1 / 1.0, 1 / 1.0, 1 / 2.0, 1 / 6.0, 1 / 24.0, 1 / 120.0, 1 / 720.0, 1 / 5040.0, 1 / 40320.0,
    1 / 362880.0, 1 / 3628800.0, 1 / 39916800.0, 1 / 479001600.0, 1 / 6227020800.0,
    1 / 87178291200.0, 1 / 1307674368000.0, 1 / 20922789888000.0, 1 / 355687428096000.0,
    1 / 6402373705728000.0, 1 / 121645100408832000.0, 1 / 2432902008176640000.0,
    1 / 51090942171709440000.0, 1 / 1124000727777607680000.0, 1 / 25852016738884976640000.0,
};

/// atan(t)/t as a polynomial in t^2 for t^2 <= tan(pi/8)^2: interpolation at the Chebyshev nodes, relative
/// error below 7e-10 and 2e-18.
static const double atan_short[] = {
    0.99999999937122819, -0.33333306893048514, 0.19998183041083206, -0.14239532669648974,
    0.10569828806414448, -0.060263052276584593,
};
static const double atan_long[] = {
    1.0, -0.33333333333333121, 0.19999999999940893, -0.14285714279250245, 0.11111110744919658,
    -0.090908968090640266, 0.076920453309022252, -0.066629518136291907, 0.058468782973308722,
    -0.05035102456601552, 0.037965257453865933, -0.017805397205419446,
};

// Intervals between two states that the backward pass may start from.
#define CHECKPOINT 8

// Samples whose static passes share each row of weights that is read.
#define GROUP 8

// Vectors of a row that are summed side by side.
#define ROW 8

#define REAL float
#define REAL_INT int32_t
#define NAME(name) name##_f32
#define SERIES_TERMS 6
#define ATAN atan_short
#define ATAN_TERMS 6
#define TILE 4
#define PRODUCT 3
#define ROOT_GUESS 0x5f3759df
#define ROOT_STEPS 3
#include "exact_theta_precision.h"

#define REAL double
#define REAL_INT int64_t
#define NAME(name) name##_f64
#define SERIES_TERMS 11
#define ATAN atan_long
#define ATAN_TERMS 12
#define TILE 3
#define PRODUCT 1
#define ROOT_GUESS 0x5fe6eb50c7b537a9
#define ROOT_STEPS 4
#include "exact_theta_precision.h"
