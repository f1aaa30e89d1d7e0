"""W6: one sample at a time through 700-256-256-20 neurons, 100 steps, 1 % input: latency.

Two layers of LIF and a leaky readout, whose last membrane is the answer. PyTorch, snnTorch and Norse
step by step; the others see the whole sequence, layer by layer.
"""
import torch
import torch.nn.functional as F
from torch import nn

from sizes import LATENCY
from work import Work

from .neurons import STEPPING, SnnTorchNeuron, integrate, jelly_neuron, lif
from .training import compiled, linear, reset

STEPS, BETA = LATENCY["steps"], LATENCY["beta"]


def build(framework, start):
    samples = torch.tensor(start.input).transpose(0, 1).contiguous()  # [samples, T, 700]
    layers = [linear(*start.linear(f"linear{index}")) for index in (1, 2, 3)]
    makers = {
        "torch_opt": by_layers, "torch_compile": in_one, "snntorch": snntorch,
        "spikingjelly": jelly}
    if framework in makers:
        network = makers[framework](*layers)
    else:
        network = by_steps(STEPPING[framework], *layers)
    count = 0

    def step():
        nonlocal count
        count += 1
        with torch.inference_mode():
            return network(samples[count % len(samples)])

    return Work(step, samples=1)


def by_steps(neuron, first, second, third):
    neurons = [neuron(BETA), neuron(BETA)]

    def network(x):
        state1 = state2 = None
        membrane = 0
        for t in range(STEPS):
            s, state1 = neurons[0](first(x[t : t + 1]), state1)
            s, state2 = neurons[1](second(s), state2)
            membrane = BETA * membrane + third(s)
        return membrane

    return network


def by_layers(first, second, third):
    def network(x):
        s = lif(first(x), BETA)
        s = lif(second(s), BETA)
        return integrate(third(s), BETA)[-1]

    return network


def in_one(first, second, third):
    """Compiled; the last membrane of a leaky readout is a weighted sum of the spikes."""

    @compiled
    def run(x, w1, b1, w2, b2, w3, b3):
        s = lif(F.linear(x, w1, b1), BETA)
        s = lif(F.linear(s, w2, b2), BETA)
        kernel = BETA ** torch.arange(STEPS - 1, -1, -1, dtype=torch.float32)
        return F.linear(kernel @ s, w3) + b3 * kernel.sum()

    parameters = [p for layer in (first, second, third) for p in (layer.weight, layer.bias)]
    return lambda x: run(x, *parameters)


def snntorch(first, second, third):
    neurons = [SnnTorchNeuron(BETA), SnnTorchNeuron(BETA)]
    integrator = SnnTorchNeuron(BETA, reset_mechanism="none").layer

    def network(x):
        state1 = state2 = None
        membrane = integrator.reset_mem()
        for t in range(STEPS):
            s, state1 = neurons[0](first(x[t : t + 1]), state1)
            s, state2 = neurons[1](second(s), state2)
            _, membrane = integrator(third(s), membrane)
        return membrane

    return network


def jelly(first, second, third):
    from spikingjelly.activation_based import functional

    modules = nn.Sequential(first, jelly_neuron(BETA), second, jelly_neuron(BETA), third)
    functional.set_step_mode(modules, "m")

    def network(x):
        reset(modules)
        return integrate(modules(x.unsqueeze(1)), BETA)[-1]

    return network
