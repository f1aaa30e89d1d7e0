#include "levels.h"
#include "rnv_random.h"
#include "rnv_weight_probes.h"

#include <stdlib.h>

// Memory of a kernel; without it nothing could go on.
static void *zeroed(size_t count, size_t size) {
    void *memory = calloc(count > 0 ? count : 1, size);
    if (memory == NULL) abort();
    return memory;
}

RNV_LEVELS
static void scale(float *x, size_t n, float factor) {
    for (size_t i = 0; i < n; i++) x[i] *= factor;
}

RNV_LEVELS
static void add(float *x, const float *y, size_t n) {
    for (size_t i = 0; i < n; i++) x[i] += y[i];
}

RNV_LEVELS
static void infer(float *w, const float *fast, const float *slow, size_t n, float rate, float decay) {
    for (size_t j = 0; j < n; j++) w[j] += rate * ((fast[j] - slow[j]) - decay * w[j]);
}

RNV_LEVELS
static void integrate(float *v, float *current, size_t n, float keep_membrane, float keep_synapse) {
    for (size_t i = 0; i < n; i++) {
        v[i] = keep_membrane * v[i] + (1 - keep_membrane) * current[i];
        current[i] *= keep_synapse;
    }
}

// The lower neurons that fire in a block: the first of a random order.
static void choose(const rnv_stdwi_t *p, uint32_t *order, size_t block) {
    for (size_t j = 0; j < p->lower; j++) order[j] = (uint32_t)j;
    for (size_t j = 0; j < p->active && j + 1 < p->lower; j++) {
        uint32_t word;
        rnv_philox_words(p->seed, p->stream ^ 0x9E3779B97F4A7C15u, block * p->active + j, 1, &word);
        const size_t other = j + (size_t)(((uint64_t)word * (p->lower - j)) >> 32);
        const uint32_t held = order[j];
        order[j] = order[other];
        order[other] = held;
    }
}

uint64_t rnv_stdwi(const rnv_stdwi_t *p, const float *weights, float *estimate, float *threshold) {
    float *fast = zeroed(p->lower, sizeof(float)), *slow = zeroed(p->lower, sizeof(float));
    float *current = zeroed(p->upper, sizeof(float)), *v = zeroed(p->upper, sizeof(float));
    float *draws = zeroed(p->active, sizeof(float));
    uint32_t *order = zeroed(p->lower, sizeof(uint32_t));
    uint64_t spikes = 0;
    for (size_t t = 0; t < p->steps; t++) {
        if (t % p->block == 0) choose(p, order, t / p->block);
        scale(fast, p->lower, p->keep_fast);
        scale(slow, p->lower, p->keep_slow);
        rnv_philox_uniform(p->seed, p->stream, t * p->active, p->active, draws);
        for (size_t k = 0; k < p->active; k++) {
            if (!(draws[k] < p->spike)) continue;
            const size_t j = order[k];
            fast[j] += 1;
            slow[j] += p->jump_slow;
            add(current, weights + j * p->upper, p->upper);
        }
        integrate(v, current, p->upper, p->keep_membrane, p->keep_synapse);
        for (size_t i = 0; i < p->upper; i++) {
            const int fires = v[i] >= threshold[i];
            if (fires) {
                spikes += 1;
                v[i] = 0;
                infer(estimate + i * p->lower, fast, slow, p->lower, p->rate, p->decay);
            }
            threshold[i] *= 1 + p->adaptation * ((float)fires - p->target);
        }
    }
    free(fast);
    free(slow);
    free(current);
    free(v);
    free(draws);
    free(order);
    return spikes;
}

// One gradient step of both coefficients from the same error, for all signals of a trial; the gap of the fits at 1.
RNV_LEVELS
static void fit(float *fits, float *effects, const float *change, size_t n, size_t side, float u,
                float rate) {
    for (size_t k = 0; k < n; k++) {
        float *c = fits + 4 * k + 2 * side;
        const float error = c[0] + c[1] * u - change[k];
        c[1] -= rate * error * u;
        c[0] -= rate * error;
        effects[k] = (fits[4 * k] + fits[4 * k + 1]) - (fits[4 * k + 2] + fits[4 * k + 3]);
    }
}

RNV_LEVELS
static void accumulate(double *sums, const float *signal, size_t n) {
    for (size_t k = 0; k < n; k++) sums[k] += (double)signal[k];
}

uint64_t rnv_rdd(const rnv_rdd_t *p, const float *weights, float *fits, float *effects) {
    const size_t lower = p->lower, upper = p->upper;
    float *input = zeroed(lower, sizeof(float)), *v = zeroed(lower, sizeof(float));
    float *u = zeroed(lower, sizeof(float)), *largest = zeroed(lower, sizeof(float));
    float *noise = zeroed(lower, sizeof(float));
    size_t *rest = zeroed(lower, sizeof(size_t)), *open = zeroed(lower, sizeof(size_t));
    unsigned char *fired = zeroed(lower, 1);
    float *current = zeroed(upper, sizeof(float)), *signal = zeroed(upper, sizeof(float));
    float *change = zeroed(upper, sizeof(float));
    double *sums = zeroed(upper, sizeof(double));
    float *first_signal = zeroed(lower * upper, sizeof(float));
    double *first_sum = zeroed(lower * upper, sizeof(double));
    uint64_t windows = 0;
    for (size_t i = 0; i < lower * upper; i++) {
        const float *c = fits + 4 * i;
        effects[i] = (c[0] + c[1]) - (c[2] + c[3]);
    }
    for (size_t t = 0; t < p->steps; t++) {
        rnv_philox_normal(p->seed, p->stream, t * lower, lower, noise);
        integrate(signal, current, upper, p->keep_membrane, p->keep_synapse);
        accumulate(sums, signal, upper);
        for (size_t a = 0; a < lower; a++) {
            input[a] = p->keep_synapse * input[a] + p->noise * noise[a];
            const float drive = (1 - p->keep_membrane) * (p->drive + input[a]);
            u[a] = p->keep_membrane * u[a] + drive;
            const int rests = rest[a] > 0;
            if (rests) {
                rest[a] -= 1;
            } else {
                v[a] = p->keep_membrane * v[a] + drive;
            }
            // A window opens below the threshold; from there on u is the membrane without a reset.
            if (open[a] == 0 && !rests && v[a] < 1 && 1 - v[a] < p->margin) {
                open[a] = p->window + 1;
                u[a] = v[a];
                largest[a] = v[a];
                fired[a] = 0;
                memcpy(first_signal + a * upper, signal, upper * sizeof(float));
                memcpy(first_sum + a * upper, sums, upper * sizeof(double));
            }
            if (open[a] > 0 && u[a] > largest[a]) largest[a] = u[a];
            if (!rests && v[a] >= 1) {
                fired[a] = 1;
                v[a] = 0;
                rest[a] = p->refractory;
                add(current, weights + a * upper, upper);
            }
            if (open[a] > 0 && --open[a] == 0) {
                for (size_t k = 0; k < upper; k++) {
                    const double sum = sums[k] - first_sum[a * upper + k];
                    change[k] = (float)(sum / (double)p->window) - first_signal[a * upper + k];
                }
                fit(fits + 4 * a * upper, effects + a * upper, change, upper, fired[a] ? 0 : 1,
                    largest[a], p->rate);
                windows += 1;
            }
        }
    }
    free(input);
    free(v);
    free(u);
    free(largest);
    free(noise);
    free(rest);
    free(open);
    free(fired);
    free(current);
    free(signal);
    free(change);
    free(sums);
    free(first_signal);
    free(first_sum);
    return windows;
}
