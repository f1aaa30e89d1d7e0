#include "rnv_normalization.h"

#include "levels.h"

// Few channels make short rows; several rows are taken as one, so that vectors are full.
enum { wide = 512, near_by = 4096 };  // numbers in a joined row; numbers that stay in the first cache

/// Channels `first` up to `first + count`, `fold` rows at once.
typedef struct {
    size_t first, count, fold;
} strip;

RNV_INLINE strip strip_at(size_t first, size_t channels) {
    const size_t count = channels - first < wide ? channels - first : wide;
    return (strip){first, count, count == channels && channels < wide ? wide / channels : 1};
}

#define OVER_STRIPS(s, channels)                                                   \
    for (strip s = strip_at(0, channels); s.first < (channels);                     \
         s.first += s.count, s = s.first < (channels) ? strip_at(s.first, channels) : s)

/// Adds the `fold` parts of joined sums to the sums of the channels, in order.
RNV_INLINE void unfold(const float *sums, strip s, double *out) {
    for (size_t f = 0; f < s.fold; f++) {
        for (size_t c = 0; c < s.count; c++) out[c] += (double)sums[f * s.count + c];
    }
}

/// Sum over rows of one strip.
RNV_INLINE void sum_strip(const float *x, size_t rows, size_t channels, strip s, double *out) {
    float sums[wide] = {0};
    const size_t length = s.count * s.fold;
    size_t r = 0;
    for (; r + s.fold <= rows; r += s.fold) {
        const float *restrict row = x + r * channels + s.first;
        for (size_t j = 0; j < length; j++) sums[j] += row[j];
    }
    for (; r < rows; r++) {
        const float *restrict row = x + r * channels + s.first;
        for (size_t j = 0; j < s.count; j++) sums[j] += row[j];
    }
    unfold(sums, s, out);
}

/// Sum over rows of squared deviations of one strip; `center` is joined like the rows.
RNV_INLINE void squares_strip(const float *x, size_t rows, size_t channels, strip s,
                              const float *center, double *out) {
    float sums[wide] = {0};
    const size_t length = s.count * s.fold;
    size_t r = 0;
    for (; r < rows; r += s.fold) {
        const float *restrict row = x + r * channels + s.first;
        const size_t n = r + s.fold <= rows ? length : (rows - r) * s.count;
        for (size_t j = 0; j < n; j++) {
            const float d = row[j] - center[j];
            sums[j] += d * d;
        }
    }
    unfold(sums, s, out);
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
            double sum[wide] = {0}, spread[wide] = {0};
            float center[wide];
            sum_strip(from, n, channels, s, sum);
            for (size_t j = 0; j < s.count * s.fold; j++) {
                center[j] = (float)(sum[j % s.count] / (double)n);
            }
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
        const size_t length = s.count * s.fold;
        const size_t block = near_by / s.count > s.fold ? near_by / s.count / s.fold * s.fold : s.fold;
        float middle[wide];
        for (size_t j = 0; j < length; j++) middle[j] = center[s.first + j % s.count];
        for (size_t begin = 0; begin < rows; begin += block) {
            const size_t end = rows - begin < block ? rows : begin + block;
            float sums[wide] = {0}, products[wide] = {0};
            for (size_t r = begin; r < end; r += s.fold) {
                const float *restrict from = x + r * channels + s.first;
                const float *restrict up = g + r * channels + s.first;
                const size_t n = r + s.fold <= end ? length : (end - r) * s.count;
                for (size_t j = 0; j < n; j++) {
                    sums[j] += up[j];
                    products[j] += up[j] * (from[j] - middle[j]);
                }
            }
            unfold(sums, s, sum_g + s.first);
            unfold(products, s, sum_gx + s.first);
        }
    }
}

RNV_LEVELS
void rnv_channel_affine(const float *x, const float *scale, const float *shift, size_t rows,
                        size_t channels, float *out) {
    OVER_STRIPS(s, channels) {
        const size_t length = s.count * s.fold;
        float a[wide], b[wide];
        for (size_t j = 0; j < length; j++) {
            a[j] = scale[s.first + j % s.count];
            b[j] = shift[s.first + j % s.count];
        }
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
        for (size_t j = 0; j < length; j++) {
            p[j] = a[s.first + j % s.count];
            q[j] = b[s.first + j % s.count];
            c[j] = d[s.first + j % s.count];
        }
        for (size_t r = 0; r < rows; r += s.fold) {
            const float *restrict up = g + r * channels + s.first;
            const float *restrict from = x + r * channels + s.first;
            float *restrict to = out + r * channels + s.first;
            const size_t n = r + s.fold <= rows ? length : (rows - r) * s.count;
            for (size_t j = 0; j < n; j++) to[j] = up[j] * p[j] + (from[j] * q[j] + c[j]);
        }
    }
}
