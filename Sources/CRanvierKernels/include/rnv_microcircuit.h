#ifndef RNV_MICROCIRCUIT_H
#define RNV_MICROCIRCUIT_H

#include <stddef.h>
#include <stdint.h>

/// Layers of pyramidal cells with interneurons, beside a teacher that hears the same input. All cells are stochastic ones
/// with a rectangular effect of a spike, as long as they are refractory (`tau` steps):
///
///     z = 1 for tau steps after a spike,   P(spike | z = 0) = 1 / (1 + exp(-(u - ln tau)))
///
/// Cells in order: layers of the student from the input on; interneurons, one for each cell of layers 2 and up; layers of the
/// teacher from 1 on. Weights of a pair of layers lie [lower][upper], pairs one after the other; feedback and interneurons
/// begin at the pair of layers 1 and 2.
typedef struct {
    size_t layers;
    const size_t *sizes;
    size_t tau;
    double log_tau;
    size_t window;                // steps of moving averages
    double trace_decay;
    double apical, nudging;       // lambda of the apical voltage, of the target; 0 for none
    int interneurons;             // whether they are heard
    int copies;                   // whether feedback is the forward weight
    const double *forward_rates;  // one for each pair; null where forward weights stay
    double backward_rate;         // 0 where feedback weights stay
    const double *input_drives;   // of the input cells
    const double *biases;         // of layers 1 and up
    const double *teacher;        // weights
    const double *teacher_biases;
    // What steps are multiplied by, and what interneurons hear and say; null for ones.
    const double *forward_plasticity, *backward_plasticity, *interneuron_gains, *interneuron_weights;
} rnv_microcircuit_t;

/// What changes while time passes.
typedef struct {
    double *forward, *backward;
    int32_t *left;        // steps for which each cell is refractory
    double *means;        // of u, of the basal voltage with bias, of the teacher's u: cells of layers 1 and up, three times
    double *history;      // what they are of: window x as many
    double *traces;       // of the student's spikes
    double *apical_sums;  // sums of the apical voltage, of layers 1 and up but the last, and then as many sums of squares
    uint64_t step;
} rnv_microcircuit_state_t;

/// Numbers of doubles of scratch that `rnv_microcircuit_run` needs.
size_t rnv_microcircuit_scratch(const rnv_microcircuit_t *p);

/// Steps with uniform numbers (key, stream), number step * cells + k.
void rnv_microcircuit_run(const rnv_microcircuit_t *p, rnv_microcircuit_state_t *s, size_t steps,
                          uint64_t key, uint64_t stream, double *scratch);

#endif
