#include "rnv_gram.h"

#include <float.h>
#include <math.h>

#include "lanes.h"

typedef uint64_t words8 __attribute__((ext_vector_type(8)));
typedef float floats8 __attribute__((ext_vector_type(8)));
typedef double doubles8 __attribute__((ext_vector_type(8)));

RNV_LEVELS
void rnv_gram_pack(const uint64_t *words, size_t first, size_t bits, uint64_t *out) {
    const uint64_t *from = words + (first >> 6);
    const unsigned shift = (unsigned)(first & 63);
    const size_t whole = bits >> 6, rest = bits & 63;
    if (shift == 0) {
        memcpy(out, from, whole * sizeof(uint64_t));
    } else {
        for (size_t i = 0; i < whole; i++) out[i] = from[i] >> shift | from[i + 1] << (64 - shift);
    }
    if (rest == 0) return;
    uint64_t last = from[whole] >> shift;
    if (shift + rest > 64) last |= from[whole + 1] << (64 - shift);
    out[whole] = last & (((uint64_t)1 << rest) - 1);
}

// MARK: - Spikes

// Four by four rows at a time: each word that is loaded meets four others.
enum { TILE = 4 };

RNV_INLINE words8 words8_load(const uint64_t *p) {
    words8 v;
    memcpy(&v, p, sizeof v);
    return v;
}

RNV_INLINE uint64_t words8_sum(words8 v) {
    uint64_t sum = 0;
    for (int i = 0; i < 8; i++) sum += v[i];
    return sum;
}

RNV_LEVELS_COUNTING
void rnv_gram_spikes(const uint64_t *a, size_t rows_a, const uint64_t *b, size_t rows_b,
                     size_t words, float *kernel, size_t stride) {
    for (size_t i = 0; i < rows_a; i += TILE) {
        const size_t height = rows_a - i < TILE ? rows_a - i : TILE;
        for (size_t j = 0; j < rows_b; j += TILE) {
            const size_t width = rows_b - j < TILE ? rows_b - j : TILE;
            const uint64_t *p[TILE], *q[TILE];
            // Rows that are not there are stood for by the last one and left out at the end.
            for (size_t r = 0; r < TILE; r++) {
                p[r] = a + (i + (r < height ? r : height - 1)) * words;
                q[r] = b + (j + (r < width ? r : width - 1)) * words;
            }
            words8 both[TILE][TILE];
            for (int r = 0; r < TILE; r++) {
                for (int c = 0; c < TILE; c++) both[r][c] = (words8)(0);
            }
            size_t w = 0;
            for (; w + 8 <= words; w += 8) {
                words8 left[TILE], right[TILE];
                for (int r = 0; r < TILE; r++) {
                    left[r] = words8_load(p[r] + w);
                    right[r] = words8_load(q[r] + w);
                }
                for (int r = 0; r < TILE; r++) {
                    for (int c = 0; c < TILE; c++) {
                        both[r][c] += __builtin_elementwise_popcount(left[r] & right[c]);
                    }
                }
            }
            for (size_t r = 0; r < height; r++) {
                for (size_t c = 0; c < width; c++) {
                    uint64_t sum = words8_sum(both[r][c]);
                    for (size_t k = w; k < words; k++) {
                        sum += (uint64_t)__builtin_popcountll(p[r][k] & q[c][k]);
                    }
                    kernel[(i + r) * stride + j + c] = (float)sum;
                }
            }
        }
    }
}

// MARK: - Numbers

RNV_LEVELS
void rnv_gram_subtract(const float *x, size_t rows, size_t stride, size_t count, const float *mean,
                       float *out, size_t out_stride) {
    for (size_t r = 0; r < rows; r++) {
        const float *from = x + r * stride;
        float *to = out + r * out_stride;
        for (size_t c = 0; c < count; c++) to[c] = from[c] - mean[c];
    }
}

RNV_INLINE doubles8 doubles8_of(const float *p) {
    floats8 v;
    memcpy(&v, p, sizeof v);
    return __builtin_convertvector(v, doubles8);
}

RNV_INLINE double doubles8_sum(doubles8 v) {
    return ((v[0] + v[4]) + (v[2] + v[6])) + ((v[1] + v[5]) + (v[3] + v[7]));
}

RNV_LEVELS
void rnv_gram_row_sums(const float *kernel, size_t n, double *sums) {
    for (size_t i = 0; i < n; i++) sums[i] = 0;
    for (size_t i = 0; i < n; i++) {
        const float *row = kernel + i * n;
        doubles8 part = (doubles8)(0);
        size_t j = i + 1;
        for (; j + 8 <= n; j += 8) {
            const doubles8 v = doubles8_of(row + j);
            doubles8 down;
            memcpy(&down, sums + j, sizeof down);
            down += v;
            memcpy(sums + j, &down, sizeof down);
            part += v;
        }
        double sum = doubles8_sum(part);
        for (; j < n; j++) {
            sums[j] += (double)row[j];
            sum += (double)row[j];
        }
        sums[i] += sum;
    }
}

double rnv_gram_rounding(size_t n) { return 8 * DBL_EPSILON * (double)n; }

RNV_LEVELS
void rnv_gram_center(const float *kernel, size_t n, const double *offset, double constant,
                     float *out) {
    const double root = 1.4142135623730951, share = rnv_gram_rounding(n);
    for (size_t i = 0; i < n; i++) {
        const float *row = kernel + i * n;
        const double own = offset[i] + constant;
        for (size_t j = i + 1; j < n; j++) {
            const double value = (double)row[j] + (own + offset[j]);
            *out++ = fabs(value) > share * fabs((double)row[j]) ? (float)(root * value) : 0;
        }
    }
}

RNV_LEVELS
void rnv_gram_inner(const float *const *a, size_t rows_a, const float *const *b, size_t rows_b,
                    size_t count, double *out, size_t stride) {
    const float *p[TILE], *q[TILE];
    for (size_t r = 0; r < TILE; r++) {
        p[r] = a[r < rows_a ? r : rows_a - 1];
        q[r] = b[r < rows_b ? r : rows_b - 1];
    }
    doubles8 sums[TILE][TILE];
    for (int r = 0; r < TILE; r++) {
        for (int c = 0; c < TILE; c++) sums[r][c] = (doubles8)(0);
    }
    size_t k = 0;
    for (; k + 8 <= count; k += 8) {
        doubles8 left[TILE], right[TILE];
        for (int r = 0; r < TILE; r++) {
            left[r] = doubles8_of(p[r] + k);
            right[r] = doubles8_of(q[r] + k);
        }
        for (int r = 0; r < TILE; r++) {
            for (int c = 0; c < TILE; c++) sums[r][c] += left[r] * right[c];
        }
    }
    for (size_t r = 0; r < rows_a; r++) {
        for (size_t c = 0; c < rows_b; c++) {
            double sum = doubles8_sum(sums[r][c]);
            for (size_t i = k; i < count; i++) sum += (double)p[r][i] * (double)q[c][i];
            out[r * stride + c] += sum;
        }
    }
}
