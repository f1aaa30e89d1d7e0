#ifndef RNV_OPTIMIZERS_H
#define RNV_OPTIMIZERS_H

#include <stddef.h>

/// Stochastic gradient descent with momentum, in place: g' = g + decay w; m = momentum m + g' ; the
/// weights move by -rate m, or by -rate (g' + momentum m) with Nesterov's form.
void rnv_sgd(float *weights, const float *gradient, float *momentum_buffer, size_t n, float rate,
             float momentum, float decay, int nesterov);

/// Adam in place (Kingma & Ba 2015, algorithm 1). `coupled_decay` adds to the gradient (L2),
/// `decoupled_decay` shrinks the weights by rate * decay (AdamW, Loshchilov & Hutter 2019).
/// The bias corrections are 1 - beta^t, given by the caller.
void rnv_adam(float *weights, const float *gradient, float *first, float *second, size_t n,
              float rate, float beta1, float beta2, float epsilon, float correction1,
              float correction2, float coupled_decay, float decoupled_decay);

#endif
