#include "rnv_normalization.h"

#include "lanes.h"

// Few channels make short rows; several rows are taken as one, so that vectors are full.
enum {
    wide = 512,     // channels taken at once
    joined = 128,   // numbers in joined rows
    near_by = 4096  // numbers that stay in the first cache
};

/// Channels `first` up to `first + count`, `fold` rows at once.
typedef struct {
    size_t first, count, fold;
} strip;

RNV_INLINE strip strip_at(size_t first, size_t channels) {
    const size_t count = channels - first < wide ? channels - first : wide;
    return (strip){first, count, count == channels && channels < joined ? joined / channels : 1};
}

#define OVER_STRIPS(s, channels)                                                   \
    for (strip s = strip_at(0, channels); s.first < (channels);                     \
         s.first += s.count, s = s.first < (channels) ? strip_at(s.first, channels) : s)

/// Numbers of the channels of a strip, repeated for joined rows.
RNV_INLINE void join(const float *from, strip s, float *to) {
    for (size_t f = 0; f < s.fold; f++) {
        for (size_t c = 0; c < s.count; c++) to[f * s.count + c] = from[s.first + c];
    }
}

/// Adds the `fold` parts of joined sums to the sums of the channels, in order.
RNV_INLINE void unfold(const float *sums, strip s, double *out) {
    for (size_t f = 0; f < s.fold; f++) {
        for (size_t c = 0; c < s.count; c++) out[c] += (double)sums[f * s.count + c];
    }
}

enum { together = 4 };  // vectors whose sums stay in registers

// Sums over joined rows go through the rows once for every few columns, with the sums in registers; columns and rows
// that are left over follow one by one.
#define OVER_COLUMNS(begin, length)                                              \
    for (; (begin) + together * 16 <= (length); (begin) += together * 16)

/// Sum over rows of one strip.
RNV_INLINE void sum_strip(const float *x, size_t rows, size_t channels, strip s, double *out) {
    float sums[wide];
    const size_t length = s.count * s.fold, whole = rows - rows % s.fold;
    size_t j = 0;
    OVER_COLUMNS(j, length) {
        lanes sum[together] = {0};
        for (size_t r = 0; r < whole; r += s.fold) {
            const float *row = x + r * channels + s.first + j;
            for (int k = 0; k < together; k++) sum[k] += lanes_load(row + 16 * k);
        }
        for (int k = 0; k < together; k++) lanes_store(sums + j + 16 * k, sum[k]);
    }
    for (; j < length; j++) {
        sums[j] = 0;
        for (size_t r = 0; r < whole; r += s.fold) sums[j] += x[r * channels + s.first + j];
    }
    for (size_t r = whole; r < rows; r++) {
        const float *restrict row = x + r * channels + s.first;
        for (size_t c = 0; c < s.count; c++) sums[c] += row[c];
    }
    unfold(sums, s, out);
}

/// Sum over rows of squared deviations of one strip; `center` is joined like the rows.
RNV_INLINE void squares_strip(const float *x, size_t rows, size_t channels, strip s,
                              const float *center, double *out) {
    float sums[wide];
    const size_t length = s.count * s.fold, whole = rows - rows % s.fold;
    size_t j = 0;
    OVER_COLUMNS(j, length) {
        lanes sum[together] = {0}, middle[together];
        for (int k = 0; k < together; k++) middle[k] = lanes_load(center + j + 16 * k);
        for (size_t r = 0; r < whole; r += s.fold) {
            const float *row = x + r * channels + s.first + j;
            for (int k = 0; k < together; k++) {
                const lanes d = lanes_load(row + 16 * k) - middle[k];
                sum[k] += d * d;
            }
        }
        for (int k = 0; k < together; k++) lanes_store(sums + j + 16 * k, sum[k]);
    }
    for (; j < length; j++) {
        sums[j] = 0;
        for (size_t r = 0; r < whole; r += s.fold) {
            const float d = x[r * channels + s.first + j] - center[j];
            sums[j] += d * d;
        }
    }
    const float *restrict rest = x + whole * channels + s.first;
    for (size_t k = 0; k < (rows - whole) * s.count; k++) {
        const float d = rest[k] - center[k];
        sums[k] += d * d;
    }
    unfold(sums, s, out);
}

/// Sums over rows of one strip of `g` and of its products with the deviations of `x`.
RNV_INLINE void products_strip(const float *x, const float *g, size_t rows, size_t channels,
                               strip s, const float *center, double *sum_g, double *sum_gx) {
    float sums[wide], products[wide];
    const size_t length = s.count * s.fold, whole = rows - rows % s.fold;
    size_t j = 0;
    OVER_COLUMNS(j, length) {
        lanes sum[together] = {0}, product[together] = {0}, middle[together];
        for (int k = 0; k < together; k++) middle[k] = lanes_load(center + j + 16 * k);
        for (size_t r = 0; r < whole; r += s.fold) {
            const size_t at = r * channels + s.first + j;
            for (int k = 0; k < together; k++) {
                const lanes up = lanes_load(g + at + 16 * k);
                sum[k] += up;
                product[k] += up * (lanes_load(x + at + 16 * k) - middle[k]);
            }
        }
        for (int k = 0; k < together; k++) {
            lanes_store(sums + j + 16 * k, sum[k]);
            lanes_store(products + j + 16 * k, product[k]);
        }
    }
    for (; j < length; j++) {
        sums[j] = products[j] = 0;
        for (size_t r = 0; r < whole; r += s.fold) {
            const size_t at = r * channels + s.first + j;
            sums[j] += g[at];
            products[j] += g[at] * (x[at] - center[j]);
        }
    }
    const size_t rest = whole * channels + s.first;
    for (size_t k = 0; k < (rows - whole) * s.count; k++) {
        sums[k] += g[rest + k];
        products[k] += g[rest + k] * (x[rest + k] - center[k]);
    }
    unfold(sums, s, sum_g);
    unfold(products, s, sum_gx);
}

RNV_LEVELS
void rnv_channel_moments(const float *x, size_t rows, size_t channels, double *mean,
                         double *squares) {
    for (size_t c = 0; c < channels; c++) mean[c] = squares[c] = 0;
    OVER_STRIPS(s, channels) {
        const size_t block = near_by / s.count > s.fold ? near_by / s.count : s.fold;
        for (size_t r = 0; r < rows; r += block) {
            const size_t n = rows - r < block ? rows - r : block;
            const float *from = x + r * channels;
            double sum[wide], spread[wide];
            float middle[wide], center[wide];
            for (size_t c = 0; c < s.count; c++) sum[c] = spread[c] = 0;
            sum_strip(from, n, channels, s, sum);
            for (size_t c = 0; c < s.count; c++) middle[c] = (float)(sum[c] / (double)n);
            join(middle, (strip){0, s.count, s.fold}, center);
            squares_strip(from, n, channels, s, center, spread);
            const double share = (double)n / (double)(r + n);
            for (size_t c = 0; c < s.count; c++) {
                const double offset = (double)center[c] - sum[c] / (double)n;
                const double apart = sum[c] / (double)n - mean[s.first + c];
                mean[s.first + c] += apart * share;
                squares[s.first + c] +=
                    spread[c] - (double)n * offset * offset + apart * apart * (double)r * share;
            }
        }
    }
}

RNV_LEVELS
void rnv_channel_products(const float *x, const float *g, const float *center, size_t rows,
                          size_t channels, double *sum_g, double *sum_gx) {
    for (size_t c = 0; c < channels; c++) sum_g[c] = sum_gx[c] = 0;
    OVER_STRIPS(s, channels) {
        const size_t block = near_by / s.count > s.fold ? near_by / s.count / s.fold * s.fold : s.fold;
        float middle[wide];
        join(center, s, middle);
        for (size_t r = 0; r < rows; r += block) {
            const size_t at = r * channels;
            products_strip(x + at, g + at, rows - r < block ? rows - r : block, channels, s,
                           middle, sum_g + s.first, sum_gx + s.first);
        }
    }
}

RNV_LEVELS
void rnv_channel_affine(const float *x, const float *scale, const float *shift, size_t rows,
                        size_t channels, float *out) {
    OVER_STRIPS(s, channels) {
        const size_t length = s.count * s.fold;
        float a[wide], b[wide];
        join(scale, s, a);
        join(shift, s, b);
        for (size_t r = 0; r < rows; r += s.fold) {
            const float *restrict from = x + r * channels + s.first;
            float *restrict to = out + r * channels + s.first;
            const size_t n = r + s.fold <= rows ? length : (rows - r) * s.count;
            for (size_t j = 0; j < n; j++) to[j] = from[j] * a[j] + b[j];
        }
    }
}

RNV_LEVELS
void rnv_channel_blend(const float *g, const float *a, const float *x, const float *b,
                       const float *d, size_t rows, size_t channels, float *out) {
    OVER_STRIPS(s, channels) {
        const size_t length = s.count * s.fold;
        float p[wide], q[wide], c[wide];
        join(a, s, p);
        join(b, s, q);
        join(d, s, c);
        for (size_t r = 0; r < rows; r += s.fold) {
            const float *restrict up = g + r * channels + s.first;
            const float *restrict from = x + r * channels + s.first;
            float *restrict to = out + r * channels + s.first;
            const size_t n = r + s.fold <= rows ? length : (rows - r) * s.count;
            for (size_t j = 0; j < n; j++) to[j] = up[j] * p[j] + (from[j] * q[j] + c[j]);
        }
    }
}
