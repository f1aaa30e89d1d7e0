"""The networks in plain JAX. Each gives its parameters and a function of parameters and input."""
import math

import jax
import jax.numpy as jnp

from sizes import LATENCY, LIF_LAYER, PERCEPTRON, RECURRENT


@jax.custom_vjp
def spike(x):
    return (x > 0).astype(x.dtype)


spike.defvjp(lambda x: (spike(x), x), lambda x, g: (g / (1 + (math.pi * x) ** 2),))


def lif(currents, beta, unroll, recurrence=None):
    """Currents `[T, ...]` to spikes and membranes `[T, ...]`."""

    def step(state, x):
        v, s = state
        if recurrence is not None:
            x = x + s @ recurrence
        v = beta * v + x - jax.lax.stop_gradient(s)
        s = spike(v - 1)
        return (v, s), (s, v)

    zero = jnp.zeros(currents.shape[1:])
    return jax.lax.scan(step, (zero, zero), currents, unroll=unroll)[1]


def integrate(currents, beta, unroll):
    def step(v, x):
        v = beta * v + x
        return v, v

    return jax.lax.scan(step, jnp.zeros(currents.shape[1:]), currents, unroll=unroll)[1]


def product(x, layer):
    return x @ layer[0] + layer[1]


def layers(start, count):
    return [tuple(map(jnp.array, start.linear(f"linear{i + 1}"))) for i in range(count)]


def lif_layer(start, unroll):
    beta = LIF_LAYER["beta"]
    unroll = unroll or 10
    return layers(start, 1), lambda p, x: lif(product(x, p[0]), beta, unroll)[0]


def perceptron(start, unroll):
    steps, beta = PERCEPTRON["steps"], PERCEPTRON["beta"]
    unroll = unroll or steps

    def network(p, x):
        current = product(x, p[0])  # the image is constant in time
        spikes, _ = lif(jnp.broadcast_to(current, (steps, *current.shape)), beta, unroll)
        return lif(product(spikes, p[1]), beta, unroll)[1]

    return layers(start, 2), network


def recurrent(start, unroll):
    beta = RECURRENT["beta"]
    unroll = unroll or 10

    def network(p, x):
        spikes, _ = lif(product(x, p[0][0]), beta, unroll, recurrence=p[1])
        return integrate(product(spikes, p[0][1]), beta, unroll).mean(0)

    return (layers(start, 2), jnp.array(start.recurrence("recurrent-lif1"))), network


def latency(start, unroll):
    beta = LATENCY["beta"]
    unroll = unroll or 10

    def network(p, x):
        for layer in p[:2]:
            x, _ = lif(product(x, layer), beta, unroll)
        return integrate(product(x, p[2]), beta, unroll)[-1]

    return layers(start, 3), network
