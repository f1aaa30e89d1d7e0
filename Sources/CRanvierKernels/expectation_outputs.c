#include "rnv_expectation.h"

#include "expectation_lanes.h"

#define LEAST_VARIANCE 1e-12

RNV_INLINE double floored(float variance) {
    return variance > LEAST_VARIANCE ? (double)variance : LEAST_VARIANCE;
}

RNV_INLINE double root_of(double x) { return wide_sqrt(wide_all(x))[0]; }

RNV_INLINE double log_of(double x) { return wide_log(wide_all(x))[0]; }

/// log(w prod Phi((x - omega_k) / sqrt V_k)) at eight nodes. Mantissas are multiplied, and their logarithm is taken before they
/// could underflow. With `work` the hazards q_k and bends h (h + z) / V_k are kept there, 2 x outputs x 8.
RNV_INLINE wide log_terms(const rnv_expectation_output_t *o, size_t node, size_t outputs,
                          const float *omega, const float *variance, size_t label, double *work) {
    const wide x = omega[label] + root_of(floored(variance[label])) * wide_load(o->nodes + node);
    wide sum = wide_load(o->log_weights + node), product = wide_all(1);
    size_t waiting = 0;
    for (size_t k = 0; k < outputs; k++) {
        if (k == label) continue;
        const double v = floored(variance[k]), root = root_of(v);
        const normal n = normal_at((x - (double)omega[k]) / root);
        product = product * normal_mantissa(n);
        sum = sum + normal_offset(n);
        if (++waiting == 16) {
            sum = sum + wide_log(product);
            product = wide_all(1);
            waiting = 0;
        }
        if (work) {
            const wide h = normal_hazard(n);
            wide_store(work + 16 * k, h / root);
            wide_store(work + 16 * k + 8, h * normal_hazard_plus(n, h) / v);
        }
    }
    return sum + wide_log(product);
}

/// Derivatives by quadrature; see OutputFactor for the equations.
RNV_INLINE double argmax(const rnv_expectation_output_t *o, size_t outputs,
                                const float *omega, const float *variance, size_t label,
                                double *work, float *slope, float *curvature) {
    wide terms[16];
    const size_t blocks = o->node_count / 8;
    double top = -1e300;
    for (size_t b = 0; b < blocks; b++) {
        terms[b] = log_terms(o, 8 * b, outputs, omega, variance, label, work + 16 * outputs * b);
        for (int i = 0; i < 8; i++) top = terms[b][i] > top ? terms[b][i] : top;
    }
    double total = 0;
    for (size_t b = 0; b < blocks; b++) {
        terms[b] = wide_exp(terms[b] - top);
        total += wide_sum(terms[b]);
    }
    double own = 0, own_second = 0;
    wide sums[16], rests[16];
    for (size_t b = 0; b < blocks; b++) {
        terms[b] = terms[b] / total;
        sums[b] = rests[b] = wide_all(0);
    }
    for (size_t k = 0; k < outputs; k++) {
        if (k == label) continue;
        wide first = wide_all(0), second = wide_all(0);
        for (size_t b = 0; b < blocks; b++) {
            const double *at = work + 16 * outputs * b + 16 * k;
            const wide q = wide_load(at), bend = wide_load(at + 8);
            first = first + terms[b] * q;
            second = second + terms[b] * (bend - q * q);
            sums[b] = sums[b] + q;
            rests[b] = rests[b] + bend;
        }
        const double g = -wide_sum(first), gamma = g * g + wide_sum(second);
        slope[k] = (float)g;
        curvature[k] = gamma > 0 ? (float)gamma : 0;
    }
    for (size_t b = 0; b < blocks; b++) {
        own += wide_sum(terms[b] * sums[b]);
        own_second += wide_sum(terms[b] * (sums[b] * sums[b] - rests[b]));
    }
    const double gamma = own * own - own_second;
    slope[label] = (float)own;
    curvature[label] = gamma > 0 ? (float)gamma : 0;
    return top + log_of(total);
}

/// Factors of a step with a known side: eight outputs at once. Returns log Z of the lanes that are there.
RNV_INLINE double steps(int factor, size_t outputs, const float *omega,
                               const float *variance, size_t label, float *slope,
                               float *curvature) {
    double log_z = 0, own = 0, own_second = 0;
    for (size_t i = 0; i < outputs; i += 8) {
        const size_t left = outputs - i;
        wide mean = wide_load_floats(omega + i, left, 0), v;
        wide spread = wide_max(wide_load_floats(variance + i, left, 1), wide_all(LEAST_VARIANCE));
        wide side = wide_all(1), counts = wide_all(0);
        for (size_t k = i; k < outputs && k < i + 8; k++) {
            counts[k - i] = factor == RNV_OUTPUT_PAIRWISE && k == label ? 0 : 1;
            if (factor != RNV_OUTPUT_PAIRWISE && k != label) side[k - i] = -1;
        }
        if (factor == RNV_OUTPUT_PAIRWISE) {
            mean = (double)omega[label] - mean;
            v = spread + floored(variance[label]);
        } else {
            v = spread;
        }
        const wide root = wide_sqrt(v);
        const normal n = normal_at(side * mean / root);
        const wide h = normal_hazard(n);
        const wide g = counts * side * h / root, gamma = counts * h * normal_hazard_plus(n, h) / v;
        log_z += wide_sum(counts * normal_log_cumulative(n));
        own += wide_sum(g);
        own_second += wide_sum(gamma);
        wide_store_floats(slope + i, factor == RNV_OUTPUT_PAIRWISE ? -g : g, left);
        wide_store_floats(curvature + i, gamma, left);
    }
    if (factor == RNV_OUTPUT_PAIRWISE) {
        slope[label] = (float)own;
        curvature[label] = (float)own_second;
    }
    return log_z;
}

RNV_LEVELS double rnv_expectation_output(const rnv_expectation_output_t *o, size_t samples,
                                         size_t outputs, const float *potential,
                                         const float *variance, const int32_t *labels,
                                         const float *targets, double *work, float *slope,
                                         float *curvature, int64_t *right) {
    double log_z = 0;
    int64_t hits = 0;
    for (size_t n = 0; n < samples; n++) {
        const size_t at = n * outputs;
        const float *omega = potential + at, *v = variance + at;
        if (o->factor == RNV_OUTPUT_GAUSSIAN) {
            for (size_t k = 0; k < outputs; k++) {
                const double spread = floored(v[k]), error = (double)targets[at + k] - omega[k];
                slope[at + k] = (float)(error / spread);
                curvature[at + k] = (float)(1 / spread);
                log_z -= 0.5 * (log_of(6.283185307179586477 * spread) + error * error / spread);
            }
            continue;
        }
        const size_t label = (size_t)labels[n];
        log_z += o->factor == RNV_OUTPUT_ARGMAX
                     ? argmax(o, outputs, omega, v, label, work, slope + at, curvature + at)
                     : steps(o->factor, outputs, omega, v, label, slope + at, curvature + at);
        size_t best = 0;
        for (size_t k = 1; k < outputs; k++) best = omega[k] > omega[best] ? k : best;
        hits += best == label;
    }
    if (right) *right = hits;
    return log_z;
}

RNV_LEVELS void rnv_expectation_probabilities(const rnv_expectation_output_t *o, size_t samples,
                                              size_t outputs, const float *potential,
                                              const float *variance, float *probabilities) {
    for (size_t n = 0; n < samples; n++) {
        const float *omega = potential + n * outputs, *v = variance + n * outputs;
        double total = 0;
        for (size_t c = 0; c < outputs; c++) {
            double sum = 0;
            for (size_t node = 0; node < o->node_count; node += 8) {
                sum += wide_sum(wide_exp(log_terms(o, node, outputs, omega, v, c, 0)));
            }
            probabilities[n * outputs + c] = (float)sum;
            total += sum;
        }
        for (size_t c = 0; c < outputs; c++) {
            probabilities[n * outputs + c] = (float)(probabilities[n * outputs + c] / total);
        }
    }
}
