"""The networks in Spyx, with its own neuron (spikes from the membrane of the step before)."""
import jax.numpy as jnp
import spyx
import spyx.nn as snn
from flax import nnx

from sizes import LATENCY, LIF_LAYER, PERCEPTRON, RECURRENT

RANDOM = nnx.Rngs(0)
ARCTANGENT = spyx.axn.arctan()


def linear(start, layer):
    weights, bias = start.linear(layer)
    module = nnx.Linear(*weights.shape, rngs=RANDOM)
    module.kernel[...] = jnp.array(weights)
    module.bias[...] = jnp.array(bias)
    return module


def lif(width, beta):
    return snn.LIF((width,), beta=beta, activation=ARCTANGENT, rngs=RANDOM)


def integrator(width, beta):
    return snn.LI((width,), beta=beta, rngs=RANDOM)


def split(layers):
    graph, state = nnx.split(snn.Sequential(*layers))
    return state, lambda p, x: snn.run(nnx.merge(graph, p), x)[0]


def lif_layer(start, unroll):
    return split([linear(start, "linear1"), lif(start.input.shape[-1], LIF_LAYER["beta"])])


def perceptron(start, unroll):
    (_, hidden, classes), beta = PERCEPTRON["layers"], PERCEPTRON["beta"]
    state, run = split([
        linear(start, "linear1"), lif(hidden, beta), linear(start, "linear2"),
        integrator(classes, beta)])
    return state, lambda p, x: run(p, jnp.broadcast_to(x, (PERCEPTRON["steps"], *x.shape)))


def recurrent(start, unroll):
    (_, hidden, classes), beta = RECURRENT["layers"], RECURRENT["beta"]
    neurons = snn.RLIF((hidden,), beta=beta, activation=ARCTANGENT, rngs=RANDOM)
    state, run = split([
        linear(start, "linear1"), neurons, linear(start, "linear2"), integrator(classes, beta)])
    return state, lambda p, x: run(p, x).mean(0)


def latency(start, unroll):
    (_, first, second, classes), beta = LATENCY["layers"], LATENCY["beta"]
    state, run = split([
        linear(start, "linear1"), lif(first, beta), linear(start, "linear2"), lif(second, beta),
        linear(start, "linear3"), integrator(classes, beta)])
    return state, lambda p, x: run(p, x)[-1]
