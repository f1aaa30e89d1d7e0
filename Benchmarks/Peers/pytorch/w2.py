"""W2: training step of 784-1000-10, 25 steps, batch 128, the same images at every step.

Loss: cross-entropy of the output membrane, summed over the steps; Adam. Source: snnTorch's tutorial
5.
"""
import torch
from torch import nn

from sizes import PERCEPTRON

from .neurons import STEPPING, jelly_neuron, lif, lif_step
from .training import compiled, cross_entropy_of_each_step, linear, reset, training

STEPS, BETA = PERCEPTRON["steps"], PERCEPTRON["beta"]


def build(framework, start):
    hidden, output = linear(*start.linear("linear1")), linear(*start.linear("linear2"))
    parameters = [*hidden.parameters(), *output.parameters()]
    return training(
        forward(framework, hidden, output), parameters, cross_entropy_of_each_step,
        PERCEPTRON["rate"], torch.tensor(start.input[0]), start.labels)


def forward(framework, hidden, output):
    """From images `[B, 784]` to membranes `[T, B, 10]`."""
    if framework in ("torch_opt", "torch_compile"):
        body = compiled(layerwise) if framework == "torch_compile" else layerwise
        return lambda x: body(hidden(x), output.weight, output.bias)
    if framework == "spikingjelly":
        return jelly(hidden, output)
    first, second = STEPPING[framework](BETA), STEPPING[framework](BETA)

    def network(x):
        state1 = state2 = None
        membranes, spikes = [], []
        for _ in range(STEPS):
            s1, state1 = first(hidden(x), state1)
            s2, state2 = second(output(s1), state2)
            spikes.append(s2)
            membranes.append(second.membrane(state2))
        torch.stack(spikes)  # tutorials return them as well
        return torch.stack(membranes)

    return network


def layerwise(current, weight, bias):
    """The image's current `[B, 1000]`, computed once, to membranes."""
    spikes = lif(current.expand(STEPS, *current.shape), BETA)
    currents = nn.functional.linear(spikes, weight, bias)
    v = s = torch.zeros_like(currents[0])
    membranes = []
    for x in currents.unbind(0):
        v, s = lif_step(x, v, s, BETA)
        membranes.append(v)
    return torch.stack(membranes)


def jelly(hidden, output):
    from spikingjelly.activation_based import functional

    modules = nn.Sequential(
        hidden, jelly_neuron(BETA), output, jelly_neuron(BETA, store_v_seq=True))
    functional.set_step_mode(modules, "m")

    def network(x):
        reset(modules)
        modules(x.unsqueeze(0).repeat(STEPS, 1, 1))
        return modules[3].v_seq

    return network
