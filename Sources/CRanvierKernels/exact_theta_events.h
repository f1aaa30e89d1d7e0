// What reaches a layer: pixels of a bin as one event, spikes of the layer before, the angles between; included by exact_theta_precision.h, once for each precision.

/// out[:] = sum of `count` rows of a matrix, or more by that where it `adds`; `blocks` is a constant where
/// it is inlined.
RNV_INLINE void NAME(sum_rows_of)(
    size_t blocks, const uint32_t *rows, size_t count, const REAL *matrix, size_t stride,
    int adds, REAL *out) {
    WIDE sums[ROW];
    for (size_t b = 0; b < blocks; b++) {
        sums[b] = adds ? NAME(load)(out + b * RNV_EXACT_LANES) : (WIDE)(REAL)0;
    }
    for (size_t k = 0; k < count; k++) {
        const REAL *row = matrix + (size_t)rows[k] * stride;
        for (size_t b = 0; b < blocks; b++) sums[b] += NAME(load)(row + b * RNV_EXACT_LANES);
    }
    for (size_t b = 0; b < blocks; b++) NAME(store)(out + b * RNV_EXACT_LANES, sums[b]);
}

/// `sum_rows_of` for all vectors of a row.
RNV_INLINE void NAME(sum_rows)(
    const uint32_t *rows, size_t count, const REAL *matrix, size_t stride, int adds, REAL *out) {
    size_t i = 0;
    for (; i + ROW * RNV_EXACT_LANES <= stride; i += ROW * RNV_EXACT_LANES) {
        NAME(sum_rows_of)(ROW, rows, count, matrix + i, stride, adds, out + i);
    }
    switch ((stride - i) / RNV_EXACT_LANES) {
    case 7: NAME(sum_rows_of)(7, rows, count, matrix + i, stride, adds, out + i); break;
    case 6: NAME(sum_rows_of)(6, rows, count, matrix + i, stride, adds, out + i); break;
    case 5: NAME(sum_rows_of)(5, rows, count, matrix + i, stride, adds, out + i); break;
    case 4: NAME(sum_rows_of)(4, rows, count, matrix + i, stride, adds, out + i); break;
    case 3: NAME(sum_rows_of)(3, rows, count, matrix + i, stride, adds, out + i); break;
    case 2: NAME(sum_rows_of)(2, rows, count, matrix + i, stride, adds, out + i); break;
    case 1: NAME(sum_rows_of)(1, rows, count, matrix + i, stride, adds, out + i); break;
    default: break;
    }
}

/// Adds one event to a layer, and empty ones before it wherever the layer would turn by more than 3 rad
/// without one (a spike is found by a change of sign, so nothing may turn by pi unseen).
RNV_INLINE int NAME(append)(
    const rnv_exact_theta_shape *shape, NAME(layer) *layer, REAL time, const REAL *row,
    int32_t row_index, int32_t origin, const REAL *zero_row, int32_t zero_index) {
    const REAL longest = (REAL)(3 * shape->time_constant / shape->rate);
    REAL last = layer->events > 0 ? layer->time[layer->events - 1] : 0;
    while (time - last > longest) {
        if (layer->events >= shape->capacity) return 1;
        last += longest;
        layer->time[layer->events] = last;
        layer->row[layer->events] = zero_row;
        layer->row_index[layer->events] = zero_index;
        layer->origin[layer->events++] = -1;
    }
    if (row == NULL) return 0;
    if (layer->events >= shape->capacity) return 1;
    layer->time[layer->events] = time;
    layer->row[layer->events] = row;
    layer->row_index[layer->events] = row_index;
    layer->origin[layer->events++] = origin;
    return 0;
}

RNV_INLINE int NAME(read_pixels)(
    const rnv_exact_theta_shape *shape, const REAL *weights, const uint8_t *pixels,
    NAME(scratch) *scratch) {
    NAME(layer) *layer = &scratch->layers[0];
    const size_t stride = layer->stride, inputs = shape->sizes[0];
    const REAL *zero_row = weights + inputs * stride;
    layer->events = 0;
    uint32_t *list = scratch->shared->pixels;
    for (size_t bin = 0; bin < shape->bins; bin++) {
        const size_t count = list_pixels(pixels, inputs, (uint8_t)bin, list);
        if (count == 0) continue;  // no event
        REAL *row = scratch->bin_weights + bin * stride;
        NAME(sum_rows)(list, count, weights, stride, 0, row);
        if (!(shape->bin_times[bin] < shape->trial)) continue;
        if (NAME(append)(
                shape, layer, (REAL)shape->bin_times[bin], row, (int32_t)bin, -1, zero_row,
                (int32_t)shape->bins)) {
            return 1;
        }
    }
    return NAME(append)(
        shape, layer, (REAL)shape->trial, NULL, 0, -1, zero_row, (int32_t)shape->bins);
}

/// cos, sin/r and r sin of the angle from each event to the next; entry 0 is up to the first event.
RNV_INLINE void NAME(rotations)(const rnv_exact_theta_shape *shape, const NAME(layer) *layer) {
    const REAL speed = (REAL)(shape->rate / shape->time_constant);
    const REAL r = (REAL)shape->rate, inverse_r = (REAL)(1 / shape->rate);
    for (size_t e = 0; e <= layer->events; e += RNV_EXACT_LANES) {
        WIDE s, c;
        // The entry before the first event holds 0.
        const WIDE gap = NAME(load)(layer->time + e) - NAME(load)(layer->time + e - 1);
        NAME(sine_cosine)(gap * speed, &s, &c);
        NAME(store)(layer->cosine + e, c);
        NAME(store)(layer->sine_q + e, s * inverse_r);
        NAME(store)(layer->sine_p + e, s * r);
    }
}

/// Fills the list of events of layer l from the spikes of the layer before.
RNV_INLINE int NAME(read_spikes)(
    const rnv_exact_theta_shape *shape, const REAL *weights, NAME(layer) *layer) {
    const NAME(layer) *previous = layer - 1;
    const size_t inputs = previous->neurons, stride = layer->stride;
    const REAL *zero_row = weights + inputs * stride;
    layer->events = 0;
    for (size_t k = 0; k < previous->spikes; k++) {
        const int32_t j = previous->spike_neuron[previous->sorted[k]];
        if (NAME(append)(
                shape, layer, previous->spike_time[k], weights + (size_t)j * stride, j, (int32_t)k,
                zero_row, (int32_t)inputs)) {
            return 1;
        }
    }
    return NAME(append)(
        shape, layer, (REAL)shape->trial, NULL, 0, -1, zero_row, (int32_t)inputs);
}
