#include "levels.h"
#include "rnv_random.h"

#include <math.h>

RNV_INLINE void philox_round(uint32_t c[4], uint32_t k0, uint32_t k1) {
    const uint64_t p0 = (uint64_t)0xD2511F53u * c[0];
    const uint64_t p1 = (uint64_t)0xCD9E8D57u * c[2];
    const uint32_t c1 = c[1], c3 = c[3];
    c[0] = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
    c[1] = (uint32_t)p1;
    c[2] = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
    c[3] = (uint32_t)p0;
}

RNV_INLINE void philox(uint64_t key, uint64_t low, uint64_t high, uint32_t out[4]) {
    uint32_t c[4] = {(uint32_t)low, (uint32_t)(low >> 32), (uint32_t)high, (uint32_t)(high >> 32)};
    uint32_t k0 = (uint32_t)key, k1 = (uint32_t)(key >> 32);
    for (int round = 0; round < 10; round++) {
        philox_round(c, k0, k1);
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    memcpy(out, c, sizeof c);
}

void rnv_philox(uint64_t key, uint64_t counter_low, uint64_t counter_high, uint32_t out[4]) {
    philox(key, counter_low, counter_high, out);
}

RNV_LEVELS
void rnv_philox_words(uint64_t key, uint64_t stream, uint64_t first, size_t n, uint32_t *out) {
    size_t i = 0;
    uint32_t words[4];
    while (i < n) {
        const uint64_t position = first + i;
        const size_t inside = (size_t)(position & 3);
        philox(key, position >> 2, stream, words);
        for (size_t j = inside; j < 4 && i < n; j++) out[i++] = words[j];
    }
}

RNV_LEVELS
void rnv_philox_uniform(uint64_t key, uint64_t stream, uint64_t first, size_t n, float *out) {
    uint32_t words[256];
    for (size_t i = 0; i < n; i += 256) {
        const size_t part = n - i < 256 ? n - i : 256;
        rnv_philox_words(key, stream, first + i, part, words);
        for (size_t j = 0; j < part; j++) out[i + j] = (float)(words[j] >> 8) * 0x1p-24f;
    }
}

// Natural logarithm of a positive normal number from arithmetic alone, so that its bits do not
// depend on the processor's mathematical library; relative error below 1e-15.
static double portable_log(double x) {
    int exponent;
    double m = frexp(x, &exponent);
    if (m < 0.70710678118654752) {
        m *= 2;
        exponent -= 1;
    }
    const double s = (m - 1) / (m + 1), s2 = s * s;
    double sum = 0;
    for (int k = 25; k >= 1; k -= 2) sum = sum * s2 + 1.0 / k;
    return 2 * s * sum + exponent * 0.69314718055994531;
}

RNV_INLINE double polynomial(const double *c, double x) {
    double sum = c[7];
    for (int i = 6; i >= 0; i--) sum = sum * x + c[i];
    return sum;
}

// AS 241, routine PPND16.
static double inverse_normal(double p) {
    static const double a[8] = {
        3.3871328727963666080e0, 1.3314166789178437745e+2, 1.9715909503065514427e+3,
        1.3731693765509461125e+4, 4.5921953931549871457e+4, 6.7265770927008700853e+4,
        3.3430575583588128105e+4, 2.5090809287301226727e+3};
    static const double b[8] = {
        1.0, 4.2313330701600911252e+1, 6.8718700749205790830e+2, 5.3941960214247511077e+3,
        2.1213794301586595867e+4, 3.9307895800092710610e+4, 2.8729085735721942674e+4,
        5.2264952788528545610e+3};
    static const double c[8] = {
        1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0,
        3.64784832476320460504e0, 1.27045825245236838258e0, 2.41780725177450611770e-1,
        2.27238449892691845833e-2, 7.74545014278341407640e-4};
    static const double d[8] = {
        1.0, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1,
        1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4,
        1.05075007164441684324e-9};
    static const double e[8] = {
        6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0,
        2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
        2.71155556874348757815e-5, 2.01033439929228813265e-7};
    static const double f[8] = {
        1.0, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
        7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7,
        2.04426310338993978564e-15};
    const double q = p - 0.5;
    if (fabs(q) <= 0.425) {
        const double r = 0.180625 - q * q;
        return q * polynomial(a, r) / polynomial(b, r);
    }
    double r = sqrt(-portable_log(q < 0 ? p : 1 - p));
    double z;
    if (r <= 5) {
        r -= 1.6;
        z = polynomial(c, r) / polynomial(d, r);
    } else {
        r -= 5;
        z = polynomial(e, r) / polynomial(f, r);
    }
    return q < 0 ? -z : z;
}

void rnv_philox_normal(uint64_t key, uint64_t stream, uint64_t first, size_t n, float *out) {
    uint32_t words[256];
    for (size_t i = 0; i < n; i += 256) {
        const size_t part = n - i < 256 ? n - i : 256;
        rnv_philox_words(key, stream, first + i, part, words);
        for (size_t j = 0; j < part; j++) {
            out[i + j] = (float)inverse_normal(((double)words[j] + 0.5) * 0x1p-32);
        }
    }
}
