#include "rnv_expectation.h"

#include "expectation_lanes.h"

#define LEAST_VARIANCE 1e-12

RNV_LEVELS void rnv_expectation_activate(int activation, size_t count, const float *potential,
                                         float *potential_variance, float *mean,
                                         float *variance) {
    for (size_t i = 0; i < count; i += 8) {
        const size_t left = count - i;
        const wide omega = wide_load_floats(potential + i, left, 0);
        const wide v = wide_max(wide_load_floats(potential_variance + i, left, 1),
                                wide_all(LEAST_VARIANCE));
        wide_store_floats(potential_variance + i, v, left);
        const wide root = wide_sqrt(v);
        const normal n = normal_at(omega / root);
        const wide fires = normal_cumulative(n), silent = normal_complement(n);
        wide m, s;
        if (activation == RNV_ACTIVATION_SPIKE) {
            m = fires;
            s = fires * silent;
        } else if (activation == RNV_ACTIVATION_SIGNED) {
            m = fires - silent;
            s = 4.0 * fires * silent;
        } else {
            const wide density = normal_density(n);
            m = omega * fires + root * density;
            s = wide_max((omega * omega + v) * fires + omega * root * density - m * m, wide_all(0));
        }
        wide_store_floats(mean + i, m, left);
        wide_store_floats(variance + i, s, left);
    }
}

/// A spike of which log-odds are known within +-30, so that nothing below overflows.
RNV_INLINE void descend_spike(wide log_odds, wide omega, wide v, wide *slope, wide *curvature) {
    const wide bounded = wide_max(wide_min(log_odds, wide_all(30)), wide_all(-30));
    const wide root = wide_sqrt(v), odds = wide_exp(bounded);
    const normal n = normal_at(omega / root);
    const wide z = normal_complement(n) + odds * normal_cumulative(n);
    const wide g = (odds - 1.0) * normal_density(n) / (root * z);
    *slope = g;
    *curvature = wide_max(g * (g + omega / v), wide_all(0));
}

RNV_INLINE void descend_rectified(wide a, wide b, wide omega, wide v, wide *slope,
                                  wide *curvature) {
    const wide root = wide_sqrt(v), above = 1.0 / (1.0 / v + a), width = wide_sqrt(above);
    const wide middle = above * (omega / v + b);
    const normal low = normal_at(-omega / root), high = normal_at(middle / width);
    const wide negative = normal_log_cumulative(low);
    const wide positive = 0.5 * (wide_log(above / v) + high.z * high.z - low.z * low.z) +
                          normal_log_cumulative(high);
    // Shares of both sides by the logistic function of the difference.
    const wide gap = positive - negative, decay = wide_exp(-wide_size(gap));
    const wide small = decay / (1.0 + decay), large = 1.0 / (1.0 + decay);
    const wide share = wide_select(gap > 0, large, small), rest = wide_select(gap > 0, small, large);
    const wide low_hazard = normal_hazard(low), high_hazard = normal_hazard(high);
    const wide low_plus = normal_hazard_plus(low, low_hazard);
    const wide high_plus = normal_hazard_plus(high, high_hazard);
    const wide low_mean = -root * low_plus, high_mean = width * high_plus;
    const wide low_loss = v * low_hazard * low_plus;
    const wide high_loss = v - above + above * high_hazard * high_plus;
    const wide between = high_mean - low_mean;
    *slope = (rest * -root * low_hazard + share * (middle - omega + width * high_hazard)) / v;
    const wide loss = rest * low_loss + share * high_loss - rest * share * between * between;
    *curvature = wide_max(loss / (v * v), wide_all(0));
}

RNV_LEVELS void rnv_expectation_descend(int activation, float scale, size_t count,
                                        const float *potential, const float *potential_variance,
                                        const float *mean, const float *a, const float *b,
                                        float *slope, float *curvature) {
    const double c = scale;
    for (size_t i = 0; i < count; i += 8) {
        const size_t left = count - i;
        const wide omega = wide_load_floats(potential + i, left, 0);
        const wide v = wide_load_floats(potential_variance + i, left, 1);
        const wide m = wide_load_floats(mean + i, left, 0);
        const wide precision = c * c * wide_load_floats(a + i, left, 0);
        const wide linear = c * wide_load_floats(b + i, left, 0) + precision * m;
        wide g, gamma;
        if (activation == RNV_ACTIVATION_RECTIFIED) {
            descend_rectified(precision, linear, omega, v, &g, &gamma);
        } else {
            const wide log_odds = activation == RNV_ACTIVATION_SPIKE ? linear - 0.5 * precision
                                                                     : 2.0 * linear;
            descend_spike(log_odds, omega, v, &g, &gamma);
        }
        wide_store_floats(slope + i, g, left);
        wide_store_floats(curvature + i, gamma, left);
    }
}

RNV_LEVELS void rnv_expectation_normal(size_t count, const double *z, double *log_cumulative,
                                       double *hazard, double *hazard_plus) {
    for (size_t i = 0; i < count; i++) {
        const normal n = normal_at(wide_all(z[i]));
        const wide h = normal_hazard(n);
        log_cumulative[i] = normal_log_cumulative(n)[0];
        hazard[i] = h[0];
        hazard_plus[i] = normal_hazard_plus(n, h)[0];
    }
}
