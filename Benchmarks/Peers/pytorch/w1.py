"""W1: linear n to n and LIF, 500 steps, batch 16, forward and backward from the sum of spikes.

Source: the open-neuromorphic comparison of SNN libraries.
"""
import torch
from torch import nn

from sizes import LIF_LAYER
from work import Work

from .neurons import STEPPING, jelly_neuron, lif, lif_part
from .training import compiled, linear, reset

PART = 25  # steps that torch.compile unrolls at once


def build(framework, start):
    x = torch.tensor(start.input)
    layer = linear(*start.linear("linear1"))
    network = forward(framework, layer, LIF_LAYER["beta"])

    def step():
        for parameter in layer.parameters():
            parameter.grad = None
        network(x).sum().backward()

    return Work(step, samples=LIF_LAYER["batch"])


def forward(framework, layer, beta):
    if framework == "torch_opt":
        return lambda x: lif(layer(x), beta)
    if framework == "torch_compile":
        return in_parts(layer, beta)
    if framework == "spikingjelly":
        return jelly(layer, beta)
    neuron = STEPPING[framework](beta)

    def network(x):
        state, spikes = None, []
        for x_t in x:
            s, state = neuron(layer(x_t), state)
            spikes.append(s)
        return torch.stack(spikes)

    return network


def in_parts(layer, beta):
    part = compiled(lif_part)

    def network(x):
        currents = layer(x)
        v = s = torch.zeros_like(currents[0])
        spikes = []
        for some in currents.split(PART):
            out, v, s = part(some, v, s, beta)
            spikes.append(out)
        return torch.cat(spikes)

    return network


def jelly(layer, beta):
    from spikingjelly.activation_based import functional

    modules = nn.Sequential(layer, jelly_neuron(beta))
    functional.set_step_mode(modules, "m")

    def network(x):
        reset(modules)
        return modules(x)

    return network
