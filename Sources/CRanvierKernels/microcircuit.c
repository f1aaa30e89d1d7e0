#include "rnv_microcircuit.h"

#include "lanes_math.h"
#include "rnv_random.h"

enum { room = 4096 };

/// Numbers of cells and weights.
typedef struct {
    size_t student, inter, teacher, cells, padded;
} counts;

RNV_INLINE counts count(const rnv_microcircuit_t *p) {
    counts c = {0, 0, 0, 0, 0};
    for (size_t l = 0; l < p->layers; l++) {
        c.student += p->sizes[l];
        if (l > 0) c.teacher += p->sizes[l];
        if (l > 1) c.inter += p->sizes[l];
    }
    c.cells = c.student + c.inter + c.teacher;
    c.padded = (c.cells + 15) / 16 * 16;
    return c;
}

size_t rnv_microcircuit_scratch(const rnv_microcircuit_t *p) {
    const counts c = count(p);
    // Voltages basal, apical; u and p in single precision; flags; differences; random numbers.
    return 2 * c.student + 2 * c.padded + c.student + (room > c.cells ? room : c.cells) + 64;
}

/// sum over active lower cells of their rows, [lower][upper].
RNV_INLINE void hear(const double *weights, const int32_t *left, size_t lower, size_t upper,
                     double *out) {
    for (size_t i = 0; i < upper; i++) out[i] = 0;
    for (size_t j = 0; j < lower; j++) {
        if (left[j] <= 0) continue;
        for (size_t i = 0; i < upper; i++) out[i] += weights[j * upper + i];
    }
}

RNV_INLINE void sigmoids(const float *x, size_t n, float *out) {
    for (size_t i = 0; i < n; i += 16) lanes_store(out + i, lanes_sigmoid(lanes_load(x + i)));
}

/// phi(mean u) - phi(mean of the basal voltage) of cells of a layer.
RNV_INLINE void differences(const double *u, const double *basal, size_t n, double *out) {
    for (size_t i = 0; i < n; i += 8) {
        float x[16] = {0}, y[16];
        const size_t part = n - i < 8 ? n - i : 8;
        for (size_t k = 0; k < part; k++) {
            x[k] = (float)u[i + k];
            x[8 + k] = (float)basal[i + k];
        }
        sigmoids(x, 16, y);
        for (size_t k = 0; k < part; k++) out[i + k] = (double)y[k] - (double)y[8 + k];
    }
}

/// Takes a value into a moving average, and the one out that has grown too old.
RNV_INLINE void remember(double *mean, double *old, double value, double rate) {
    *mean += rate * (value - *old);
    *old = value;
}

RNV_INLINE double factor(const double *factors, size_t i) { return factors ? factors[i] : 1; }

RNV_INLINE void step(const rnv_microcircuit_t *p, rnv_microcircuit_state_t *s, const counts c,
                     const float *uniform, double *scratch) {
    double *basal = scratch, *apical = basal + c.student, *error = apical + c.student;
    float *u = (float *)(void *)(error + c.student), *chance = u + c.padded;
    uint8_t *fires = (uint8_t *)(void *)(chance + c.padded);
    const size_t top = p->layers - 1, first = p->sizes[0], learning = c.student - first;
    double *mean_u = s->means, *mean_basal = mean_u + learning, *mean_target = mean_basal + learning;

    double *old = s->history + s->step % p->window * 3 * learning;
    const double rate = 1 / (double)p->window;

    for (size_t k = 0; k < first; k++) u[k] = (float)(p->input_drives[k] - p->log_tau);
    // Basal voltages, from the bottom up.
    size_t begin = 0, matrix = 0, inter = 0, taught = 0, feedback = 0;
    for (size_t l = 1; l <= top; l++) {
        const size_t lower = p->sizes[l - 1], upper = p->sizes[l], own = begin + lower;
        hear(s->forward + matrix, s->left + begin, lower, upper, basal + own);
        if (l > 1) {
            for (size_t i = 0; i < upper; i++) {
                const double heard = basal[own + i] * factor(p->interneuron_gains, inter + i);
                u[c.student + inter + i] =
                    (float)(p->biases[own - first + i] + heard - p->log_tau);
            }
            inter += upper;
        }
        const int32_t *below = l > 1 ? s->left + c.student + c.inter + taught - lower : s->left;
        double *drive = error;
        hear(p->teacher + matrix, below, lower, upper, drive);
        for (size_t i = 0; i < upper; i++) {
            const double target = p->teacher_biases[taught + i] + drive[i];
            remember(mean_target + taught + i, old + 2 * learning + taught + i, target, rate);
            u[c.student + c.inter + taught + i] = (float)(target - p->log_tau);
        }
        taught += upper;
        begin = own;
        matrix += lower * upper;
    }
    // Apical voltages and what cells are driven by.
    begin = first;
    inter = 0;
    matrix = p->sizes[0] * p->sizes[1];
    for (size_t l = 1; l <= top; l++) {
        const size_t size = p->sizes[l];
        for (size_t i = 0; i < size; i++) {
            const size_t at = begin + i, own = at - first;
            const double free = p->biases[own] + basal[at];
            double voltage = free;
            if (l < top) {
                const size_t upper = p->sizes[l + 1];
                const double *weights =
                    (p->copies ? s->forward + matrix : s->backward + feedback) + i * upper;
                double heard = 0;
                for (size_t b = 0; b < upper; b++) {
                    if (s->left[begin + size + b] > 0) heard += weights[b];
                    if (p->interneurons && s->left[c.student + inter + b] > 0) {
                        heard -= weights[b] * factor(p->interneuron_weights, feedback + i * upper + b);
                    }
                }
                apical[at] = heard;
                s->apical_sums[own] += heard;
                s->apical_sums[learning - p->sizes[top] + own] += heard * heard;
                voltage += p->apical * heard;
            } else if (p->nudging != 0) {
                voltage += p->nudging * (mean_target[own] - mean_basal[own]);
            }
            remember(mean_u + own, old + own, voltage, rate);
            remember(mean_basal + own, old + learning + own, free, rate);
            u[at] = (float)(voltage - p->log_tau);
        }
        if (l < top) {
            inter += p->sizes[l + 1];
            matrix += size * p->sizes[l + 1];
            feedback += size * p->sizes[l + 1];
        }
        begin += size;
    }
    sigmoids(u, c.padded, chance);
    for (size_t k = 0; k < c.cells; k++) {
        fires[k] = s->left[k] <= 0 && uniform[k] < chance[k];
        s->left[k] = fires[k] ? (int32_t)p->tau : s->left[k] > 0 ? s->left[k] - 1 : 0;
    }
    // Forward weights, at each spike of a lower cell.
    if (p->forward_rates) {
        begin = 0;
        matrix = 0;
        for (size_t l = 1; l <= top; l++) {
            const size_t lower = p->sizes[l - 1], upper = p->sizes[l], own = begin + lower;
            int known = 0;
            for (size_t j = 0; j < lower; j++) {
                if (!fires[begin + j]) continue;
                if (!known) differences(mean_u + own - first, mean_basal + own - first, upper, error);
                known = 1;
                for (size_t i = 0; i < upper; i++) {
                    const size_t at = matrix + j * upper + i;
                    s->forward[at] +=
                        p->forward_rates[l - 1] * factor(p->forward_plasticity, at) * error[i];
                }
            }
            begin = own;
            matrix += lower * upper;
        }
    }
    // Feedback weights, by pairs of spikes.
    if (p->backward_rate != 0) {
        double *x = s->traces;
        for (size_t k = 0; k < c.student; k++) x[k] *= p->trace_decay;
        begin = first;
        feedback = 0;
        for (size_t l = 1; l < top; l++) {
            const size_t lower = p->sizes[l], upper = p->sizes[l + 1];
            for (size_t a = 0; a < lower; a++) {
                for (size_t b = 0; b < upper; b++) {
                    const size_t low = begin + a, high = begin + lower + b;
                    if (!fires[low] && !fires[high]) continue;
                    const double pairs = (fires[high] ? x[low] : 0) - (fires[low] ? x[high] : 0);
                    const size_t at = feedback + a * upper + b;
                    s->backward[at] +=
                        p->backward_rate * factor(p->backward_plasticity, at) * pairs;
                }
            }
            begin += lower;
            feedback += lower * upper;
        }
        for (size_t k = 0; k < c.student; k++) x[k] += fires[k];
    }
    s->step++;
}

RNV_LEVELS
void rnv_microcircuit_run(const rnv_microcircuit_t *p, rnv_microcircuit_state_t *s, size_t steps,
                          uint64_t key, uint64_t stream, double *scratch) {
    const counts c = count(p);
    const size_t most = room > c.cells ? room / c.cells : 1;
    float *uniform = (float *)(void *)(scratch + 3 * c.student + 2 * c.padded);
    float *padding = (float *)(void *)(scratch + 3 * c.student);
    for (size_t k = c.cells; k < c.padded; k++) padding[k] = 0;
    for (size_t t = 0; t < steps; t += most) {
        const size_t part = steps - t < most ? steps - t : most;
        rnv_philox_uniform(key, stream, s->step * c.cells, part * c.cells, uniform);
        for (size_t i = 0; i < part; i++) step(p, s, c, uniform + i * c.cells, scratch);
    }
}
