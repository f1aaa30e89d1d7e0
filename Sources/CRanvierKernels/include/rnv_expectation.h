#ifndef RNV_EXPECTATION_H
#define RNV_EXPECTATION_H

#include <stddef.h>
#include <stdint.h>

// Expectation propagation on dense layers: numbers in single precision, moments of factors in double precision inside.
// Matrices have rows of `columns` numbers that lie `stride` apart, so that a part of the columns can be given.

enum { RNV_WEIGHTS_GAUSSIAN, RNV_WEIGHTS_BINARY, RNV_WEIGHTS_CATEGORICAL };
enum { RNV_ACTIVATION_SPIKE, RNV_ACTIVATION_SIGNED, RNV_ACTIVATION_RECTIFIED };

/// How prior and site totals of a weight become its moments.
typedef struct {
    int family;
    float prior_variance;  // of Gaussians
    float share;           // of the totals: 1, or less for a cavity
    const float *values, *log_prior;
    size_t value_count;
} rnv_expectation_weights_t;

/// Means and variances of weights; `squares`, unless null, the squared means. `prior` may be null for categorical weights.
void rnv_expectation_moments(const rnv_expectation_weights_t *weights, size_t rows, size_t columns,
                             size_t stride, const float *prior, const float *precision,
                             const float *linear, float *mean, float *variance, float *squares);

/// precision = keep precision + gain sums;  linear = linear + gain mean sums.
void rnv_expectation_relax(float keep, float gain, size_t rows, size_t columns, size_t stride,
                           const float *sums, size_t sums_stride, const float *mean,
                           float *precision, float *linear);

/// The same with messages by exact division, d = max(1 - s a^2 gamma, 0.1), summed over samples; `linear` is multiplied by keep,
/// too. `a` is samples x rows.
void rnv_expectation_divide(float keep, float gain, size_t samples, size_t rows, size_t columns,
                            size_t stride, const float *a, const float *slope,
                            const float *curvature, const float *mean, const float *variance,
                            float *precision, float *linear);

/// a = scale m, squares = a^2, own = scale^2 s (where variances are given), spread = (a^2 + own) / discount.
void rnv_expectation_inputs(float scale, float discount, size_t count, const float *mean,
                            const float *variance, float *a, float *squares, float *own,
                            float *spread);

/// Moments of what neurons hand on, from those of their potentials, whose variances are brought above a floor first.
void rnv_expectation_activate(int activation, size_t count, const float *potential,
                              float *potential_variance, float *mean, float *variance);

/// What the factor of a neuron tells of its potential, given messages from above: `a` and `b` without the factors that all
/// share, A = scale^2 a and B = scale b + A m. Curvatures are brought to at least 0.
void rnv_expectation_descend(int activation, float scale, size_t count, const float *potential,
                             const float *potential_variance, const float *mean, const float *a,
                             const float *b, float *slope, float *curvature);

enum { RNV_OUTPUT_ARGMAX, RNV_OUTPUT_PAIRWISE, RNV_OUTPUT_ONE_VERSUS_ALL, RNV_OUTPUT_GAUSSIAN };

/// An output factor; nodes are a multiple of eight.
typedef struct {
    int factor;
    size_t node_count;
    const double *nodes, *log_weights;
} rnv_expectation_output_t;

/// Slopes and curvatures (at least 0) of all outputs, samples x outputs, and the sum of log Z. `labels` for classes, `targets` for
/// values. `work` holds 2 x outputs x nodes numbers. Returns log Z summed over the samples; `right` counts samples whose largest
/// output is that of the label.
double rnv_expectation_output(const rnv_expectation_output_t *output, size_t samples,
                              size_t outputs, const float *potential, const float *variance,
                              const int32_t *labels, const float *targets, double *work,
                              float *slope, float *curvature, int64_t *right);

/// Probabilities that each output is the largest, samples x outputs.
void rnv_expectation_probabilities(const rnv_expectation_output_t *output, size_t samples,
                                   size_t outputs, const float *potential, const float *variance,
                                   float *probabilities);

/// log Phi, hazard and hazard + z, for tests.
void rnv_expectation_normal(size_t count, const double *z, double *log_cumulative, double *hazard,
                            double *hazard_plus);

#endif
