"""What is timed: the same units as in `pytorch`, each compiled as a whole."""
import jax
import jax.numpy as jnp
import optax

from work import Work
from sizes import LIF_LAYER, PERCEPTRON, RECURRENT


def build(workload, networks, start, unroll):
    return {"W1": lif_layer, "W2": perceptron, "W5": recurrent, "W6": latency}[workload](
        networks, start, unroll)


def lif_layer(networks, start, unroll):
    parameters, network = networks.lif_layer(start, unroll)
    x = jnp.array(start.input)
    gradient = jax.jit(jax.value_and_grad(lambda p, x: network(p, x).sum()))
    return Work(
        lambda: jax.block_until_ready(gradient(parameters, x)), samples=LIF_LAYER["batch"])


def perceptron(networks, start, unroll):
    parameters, network = networks.perceptron(start, unroll)

    def loss(p, x, labels):
        return cross_entropy(network(p, x), labels[None, :]).mean(1).sum()

    return training(
        parameters, loss, PERCEPTRON["rate"], jnp.array(start.input[0]), start.labels)


def recurrent(networks, start, unroll):
    parameters, network = networks.recurrent(start, unroll)

    def loss(p, x, labels):
        return cross_entropy(network(p, x), labels).mean()

    return training(parameters, loss, RECURRENT["rate"], jnp.array(start.input), start.labels)


def latency(networks, start, unroll):
    parameters, network = networks.latency(start, unroll)
    samples = [jnp.array(start.input[:, i : i + 1]) for i in range(start.input.shape[1])]
    run, count = jax.jit(network), 0

    def step():
        nonlocal count
        count += 1
        jax.block_until_ready(run(parameters, samples[count % len(samples)]))

    return Work(step, samples=1)


def cross_entropy(scores, labels):
    """Scores `[..., classes]` and labels that broadcast to the axes before."""
    labels = jnp.broadcast_to(labels, scores.shape[:-1])[..., None]
    return -jnp.take_along_axis(jax.nn.log_softmax(scores), labels, -1)[..., 0]


def training(parameters, loss, rate, x, labels):
    optimizer = optax.adam(rate)
    labels = jnp.array(labels)

    @jax.jit
    def update(parameters, state, x, labels):
        value, gradients = jax.value_and_grad(loss)(parameters, x, labels)
        changes, state = optimizer.update(gradients, state)
        return optax.apply_updates(parameters, changes), state, value

    now = (parameters, optimizer.init(parameters))

    def step():
        nonlocal now
        *now, value = jax.block_until_ready(update(*now, x, labels))
        return value

    return Work(step, samples=len(labels))
