/* The network of the workload integer-latency as one writes it down first: dense rows of 8 bits, one neuron after the other.
 * 700-256-256-20, 100 steps, 1 % of the inputs firing; prints seconds of the middle sample, and spikes of a sample.
 *
 *     gcc -O2 -std=c99 integer_dense.c -o integer_dense && ./integer_dense [runs]
 */
#define _POSIX_C_SOURCE 199309L
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { INPUTS = 700, HIDDEN = 256, OUTPUTS = 20, STEPS = 100, SAMPLES = 64 };

static int8_t first[INPUTS * HIDDEN], second[HIDDEN * HIDDEN], third[HIDDEN * OUTPUTS];
static uint8_t samples[SAMPLES * STEPS * INPUTS];
static int32_t v1[HIDDEN], v2[HIDDEN], v3[OUTPUTS];
static uint8_t s1[HIDDEN], s2[HIDDEN];
static long spikes;

static uint32_t draw(void) {
    static uint64_t state = 1;
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(state >> 33);
}

static void fill(int8_t *weights, int count) {
    for (int i = 0; i < count; i++) weights[i] = (int8_t)((int)(draw() % 255) - 127);
}

static int32_t leaked(int32_t v) {
    return v < 0 ? -((-v * 3891) >> 12) : (v * 3891) >> 12;
}

/* u = leaked v + sum of the rows that spiked - threshold where it spiked before; a spike where u > threshold. */
static void layer(const int8_t *weights, int inputs, const uint8_t *in, int outputs, int32_t threshold,
                  int32_t *v, uint8_t *out) {
    int32_t sums[HIDDEN] = {0};
    for (int i = 0; i < inputs; i++) {
        if (!in[i]) continue;
        for (int o = 0; o < outputs; o++) sums[o] += weights[i * outputs + o];
    }
    for (int o = 0; o < outputs; o++) {
        v[o] = leaked(v[o]) + sums[o];
        if (!out) continue;
        v[o] -= threshold * out[o];
        out[o] = v[o] > threshold;
        spikes += out[o];
    }
}

static void sample(const uint8_t *rows) {
    memset(v1, 0, sizeof v1);
    memset(v2, 0, sizeof v2);
    memset(v3, 0, sizeof v3);
    memset(s1, 0, sizeof s1);
    memset(s2, 0, sizeof s2);
    for (int t = 0; t < STEPS; t++) {
        layer(first, INPUTS, rows + t * INPUTS, HIDDEN, 840, v1, s1);
        layer(second, HIDDEN, s1, HIDDEN, 678, v2, s2);
        layer(third, HIDDEN, s2, OUTPUTS, 0, v3, 0);
    }
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static int smaller(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int main(int count, char **arguments) {
    const int runs = count > 1 && atoi(arguments[1]) > 0 ? atoi(arguments[1]) : 2000;
    double *seconds = malloc((size_t)runs * sizeof *seconds);
    if (!seconds) return 1;
    fill(first, INPUTS * HIDDEN);
    fill(second, HIDDEN * HIDDEN);
    fill(third, HIDDEN * OUTPUTS);
    for (int i = 0; i < SAMPLES * STEPS * INPUTS; i++) samples[i] = draw() % 100 == 0;
    for (int i = 0; i < SAMPLES; i++) sample(samples + i * STEPS * INPUTS);
    spikes = 0;
    for (int i = 0; i < runs; i++) {
        const double start = now();
        sample(samples + i % SAMPLES * STEPS * INPUTS);
        seconds[i] = now() - start;
    }
    qsort(seconds, (size_t)runs, sizeof *seconds, smaller);
    printf("{\"seconds\": %.9g, \"spikesPerSample\": %.1f, \"lastScore\": %ld}\n", seconds[runs / 2],
           (double)spikes / runs, (long)v3[0]);
    free(seconds);
    return 0;
}
