#include "rnv_sparse_products.h"

#include "lanes.h"

RNV_LEVELS
size_t rnv_sparse_list(const float *x, size_t n, uint32_t *places, float *values) {
    size_t found = 0;
    for (size_t i = 0; i < n; i += 16) {
        float part[16] = {0};
        memcpy(part, x + i, (n - i < 16 ? n - i : 16) * sizeof(float));
        uint32_t set = lanes_mask_bits(lanes_load(part) != 0);
        for (; set; set &= set - 1, found++) {
            const int j = __builtin_ctz(set);
            places[found] = (uint32_t)i + (uint32_t)j;
            values[found] = part[j];
        }
    }
    return found;
}

/// Some columns of a row, of which the last vector holds `n`.
RNV_INLINE void add_row(const uint32_t *places, const float *values, size_t count, size_t block,
                        const float *matrix, size_t stride, const float *bias, float *out,
                        int vectors, size_t n) {
    lanes total[8];
    for (int v = 0; v < vectors; v++) {
        total[v] = bias ? lanes_load_part(bias + 16 * v, v == vectors - 1 ? n : 16) : lanes_all(0);
    }
    for (size_t s = 0, end = block; s < count; end += block) {
        lanes sum[8];
        for (int v = 0; v < vectors; v++) sum[v] = lanes_all(0);
        for (; s < count && places[s] < end; s++) {
            const float *row = matrix + (size_t)places[s] * stride;
            const lanes x = lanes_all(values[s]);
            for (int v = 0; v < vectors; v++) {
                const lanes w = lanes_load_part(row + 16 * v, v == vectors - 1 ? n : 16);
                sum[v] = __builtin_elementwise_fma(x, w, sum[v]);
            }
        }
        for (int v = 0; v < vectors; v++) total[v] += sum[v];
    }
    for (int v = 0; v < vectors; v++) {
        lanes_store_part(out + 16 * v, total[v], v == vectors - 1 ? n : 16);
    }
}

RNV_LEVELS
void rnv_sparse_product(const rnv_sparse_rows_t *rows, size_t from_row, size_t to_row,
                        size_t from_column, size_t to_column, size_t block, const float *matrix,
                        size_t stride, const float *bias, float *out, size_t out_stride) {
    size_t width;
    // Columns outside: the part of the matrix that all rows read stays in the cache.
    for (size_t c = from_column; c < to_column; c += width) {
        const size_t left = to_column - c;
        width = left >= 128 ? 128 : left >= 64 ? 64 : left >= 16 ? 16 : left;
        const float *start = bias ? bias + c : 0;
        for (size_t r = from_row; r < to_row; r++) {
            const uint32_t *places = rows->places + rows->starts[r];
            const float *values = rows->values + rows->starts[r];
            const size_t count = rows->starts[r + 1] - rows->starts[r];
            float *to = out + r * out_stride + c;
            switch (width) {
            case 128: add_row(places, values, count, block, matrix + c, stride, start, to, 8, 16); break;
            case 64: add_row(places, values, count, block, matrix + c, stride, start, to, 4, 16); break;
            case 16: add_row(places, values, count, block, matrix + c, stride, start, to, 1, 16); break;
            default: add_row(places, values, count, block, matrix + c, stride, start, to, 1, width);
            }
        }
    }
}
