"""W3: training step of a convolutional network, 8 steps, batch 64, the same images at every step.

28x28x1 - conv 12, 5x5 - maxpool 2 - LIF - conv 64, 5x5 - maxpool 2 - LIF - linear 10 - LIF. Loss:
cross-entropy of the output spikes, summed over the steps; Adam. Source: snnTorch's tutorial 6.
"""
import torch
import torch.nn.functional as F
from torch import nn

from sizes import CONVOLUTIONAL

from .neurons import STEPPING, sequence_neuron
from .training import compiled, convolution, cross_entropy_of_each_step, linear, reset, training

STEPS, BETA = CONVOLUTIONAL["steps"], CONVOLUTIONAL["beta"]


def build(framework, start):
    images = torch.tensor(start.input[0]).permute(0, 3, 1, 2).contiguous()
    layers = Layers(start)
    network = by_layers(framework, layers)
    if framework in STEPPING:
        network = by_steps(STEPPING[framework], layers)
    return training(
        network, layers.parameters(), cross_entropy_of_each_step, CONVOLUTIONAL["rate"], images,
        start.labels)


class Layers(nn.Module):
    """The three layers with weights."""

    def __init__(self, start):
        super().__init__()
        self.first = convolution(*start.convolution("conv2d1"))
        self.second = convolution(*start.convolution("conv2d2"))
        weights, bias = start.linear("linear1")
        # Channels lie last in Ranvier and first in PyTorch, so the flattened inputs are reordered.
        weights = weights.reshape(4, 4, 64, 10).transpose(2, 0, 1, 3).reshape(1024, 10)
        self.output = linear(weights, bias)


def by_steps(neuron, layers):
    """Time loop outside, as in the tutorial."""
    neurons = [neuron(BETA) for _ in range(3)]

    def network(x):
        states, spikes = [None] * 3, []
        for _ in range(STEPS):
            s, states[0] = neurons[0](F.max_pool2d(layers.first(x), 2), states[0])
            s, states[1] = neurons[1](F.max_pool2d(layers.second(s), 2), states[1])
            s, states[2] = neurons[2](layers.output(s.flatten(1)), states[2])
            spikes.append(s)
        return torch.stack(spikes)

    return network


class ByLayers(nn.Module):
    """All steps folded into the batch; `once`: the first convolution sees the image once."""

    def __init__(self, framework, layers):
        super().__init__()
        self.layers = layers
        self.once = framework != "spikingjelly"
        self.neurons = nn.ModuleList(sequence_neuron(framework, BETA) for _ in range(3))

    def forward(self, x):
        if self.once:
            h = F.max_pool2d(self.layers.first(x), 2)
            h = h.unsqueeze(0).expand(STEPS, *h.shape)
        else:
            h = F.max_pool2d(self.layers.first(x.repeat(STEPS, 1, 1, 1)), 2)
            h = h.unflatten(0, (STEPS, -1))
        s = self.neurons[0](h)
        h = F.max_pool2d(self.layers.second(s.flatten(0, 1)), 2).unflatten(0, (STEPS, -1))
        s = self.neurons[1](h)
        return self.neurons[2](self.layers.output(s.flatten(2)))


def by_layers(framework, layers):
    module = ByLayers(framework, layers)
    if framework == "torch_compile":
        return compiled(module)
    if framework != "spikingjelly":
        return module

    def network(x):
        reset(module)
        return module(x)

    return network
