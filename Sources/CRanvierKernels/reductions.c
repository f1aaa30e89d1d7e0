#include "rnv_reductions.h"

#include "lanes_math.h"

RNV_LEVELS
float rnv_sum(const float *x, size_t n) {
    lanes a = lanes_all(0), b = lanes_all(0);
    size_t i = 0;
    for (; i + 32 <= n; i += 32) {
        a += lanes_load(x + i);
        b += lanes_load(x + i + 16);
    }
    float sum = lanes_sum(a + b);
    for (; i < n; i++) sum += x[i];
    return sum;
}

RNV_LEVELS
float rnv_dot(const float *x, const float *y, size_t n) {
    lanes a = lanes_all(0), b = lanes_all(0);
    size_t i = 0;
    for (; i + 32 <= n; i += 32) {
        a += lanes_load(x + i) * lanes_load(y + i);
        b += lanes_load(x + i + 16) * lanes_load(y + i + 16);
    }
    float sum = lanes_sum(a + b);
    for (; i < n; i++) sum += x[i] * y[i];
    return sum;
}

RNV_LEVELS
double rnv_sum_of_squares(const float *x, size_t n) {
    double part[16] = {0};
    size_t i = 0;
    for (; i + 16 <= n; i += 16) {
        for (int j = 0; j < 16; j++) part[j] += (double)x[i + j] * (double)x[i + j];
    }
    double sum = 0;
    for (int j = 0; j < 16; j++) sum += part[j];
    for (; i < n; i++) sum += (double)x[i] * (double)x[i];
    return sum;
}

RNV_LEVELS
void rnv_sum_rows(const float *x, size_t rows, size_t stride, size_t n, float *out) {
    size_t i = 0;
    for (; i + 64 <= n; i += 64) {
        lanes a = lanes_all(0), b = a, c = a, d = a;
        for (size_t r = 0; r < rows; r++) {
            const float *row = x + r * stride + i;
            a += lanes_load(row);
            b += lanes_load(row + 16);
            c += lanes_load(row + 32);
            d += lanes_load(row + 48);
        }
        lanes_store(out + i, a);
        lanes_store(out + i + 16, b);
        lanes_store(out + i + 32, c);
        lanes_store(out + i + 48, d);
    }
    if (i == n) return;
    for (size_t j = i; j < n; j++) out[j] = 0;
    for (size_t r = 0; r < rows; r++) {
        for (size_t j = i; j < n; j++) out[j] += x[r * stride + j];
    }
}

RNV_LEVELS
void rnv_max_rows(const float *x, size_t rows, size_t stride, size_t n, float *out) {
    if (rows == 0) return;
    memcpy(out, x, n * sizeof(float));
    for (size_t r = 1; r < rows; r++) {
        const float *row = x + r * stride;
        for (size_t i = 0; i < n; i++) out[i] = row[i] > out[i] ? row[i] : out[i];
    }
}
