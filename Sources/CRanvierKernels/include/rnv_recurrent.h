#ifndef RNV_RECURRENT_H
#define RNV_RECURRENT_H

#include "rnv_neurons.h"

/// Advances leaky integrate-and-fire neurons that hear each other's last spikes, for whole samples.
///
/// The columns `from <= i < to` (`from` a multiple of 64) hold samples of `features` neurons. To the current of
/// step t comes the product of the spikes of step t - 1 with `weights` (features x stride, stride a
/// multiple of 16); where `tiles` is not null, it holds the weights packed by rnv_tiles_pack, and groups of samples with
/// many spikes are multiplied on matrix units. `before` holds the spikes before the first step, its bit 0 that of column `from`;
/// null: none. Writes spikes, membranes before the reset (may be null) and, into `state`, the membranes
/// after the last step. `scratch` has room for 2 (to - from) + 128 numbers, `tile_scratch` for
/// rnv_tiles_rows_halves(features).
void rnv_recurrent_forward(const rnv_lif_t *neuron, size_t steps, size_t columns, size_t from,
                           size_t to, size_t features, const float *current,
                           size_t current_stride, const float *weights, size_t stride,
                           const uint16_t *tiles, uint16_t *tile_scratch, const uint64_t *before, uint64_t *words, size_t words_per_row,
                           float *membrane, float *state, float *scratch);

/// One step back with a detached reset, for the columns `from <= i < to`, `from` a multiple of 64:
///
///     gu = (1 - s) gv or gv, + (upstream + heard) * slope;  gradient = gu;  gv = leak gu
///
/// `heard` is what the next step sends back through the recurrent weights. Of `pass` the upstream, membrane,
/// words, surrogate and current_gradient are read.
void rnv_recurrent_backward_step(const rnv_lif_t *neuron, size_t t, size_t columns, size_t from,
                                 size_t to, const rnv_lif_backward_t *pass, const float *heard,
                                 float *gv);

#endif
