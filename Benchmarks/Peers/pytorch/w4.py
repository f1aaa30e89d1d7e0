"""W4: training step of a spiking ResNet-20, 3x32x32, 4 steps, batch 32, direct coding.

Stem conv 16 - BN - LIF; three stages (16, 32, 64 channels; strides 1, 2, 2) of three blocks
conv3 - BN - LIF - conv3 - BN - (+ shortcut, 1x1 conv - BN where the shape changes) - LIF; mean over
the image, linear 10, mean over the steps. BN over steps and batch together. Cross-entropy, Adam.
Random images. All frameworks fold time into the batch; only the neuron differs.
"""
import torch
import torch.nn.functional as F
from torch import nn

from sizes import RESNET

from .neurons import sequence_neuron
from .training import compiled, reset, training

STEPS, BETA = RESNET["steps"], RESNET["beta"]


def build(framework, start):
    module = ResNet20(framework)
    run = compiled(module) if framework == "torch_compile" else module

    def network(x):
        if framework == "spikingjelly":
            reset(module)
        return run(x)

    batch = RESNET["batch"]
    return training(
        network, module.parameters(), F.cross_entropy, RESNET["rate"],
        torch.randn(batch, 3, 32, 32), torch.randint(0, 10, (batch,)).numpy())


class Folded(nn.Module):
    """Layers of single images on `[T, B, ...]`."""

    def __init__(self, *layers):
        super().__init__()
        self.layers = nn.Sequential(*layers)

    def forward(self, x):
        return self.layers(x.flatten(0, 1)).unflatten(0, x.shape[:2])


def normalized(inputs, outputs, size, stride):
    return Folded(
        nn.Conv2d(inputs, outputs, size, stride, size // 2, bias=False), nn.BatchNorm2d(outputs))


class Block(nn.Module):
    def __init__(self, framework, inputs, outputs, stride):
        super().__init__()
        self.first = normalized(inputs, outputs, 3, stride)
        self.second = normalized(outputs, outputs, 3, 1)
        changes = stride != 1 or inputs != outputs
        self.shortcut = normalized(inputs, outputs, 1, stride) if changes else nn.Identity()
        self.inner = sequence_neuron(framework, BETA)
        self.outer = sequence_neuron(framework, BETA)

    def forward(self, x):
        return self.outer(self.second(self.inner(self.first(x))) + self.shortcut(x))


class ResNet20(nn.Module):
    def __init__(self, framework):
        super().__init__()
        layers, inputs = [normalized(3, 16, 3, 1), sequence_neuron(framework, BETA)], 16
        for outputs, stride in ((16, 1), (32, 2), (64, 2)):
            for index in range(3):
                layers.append(Block(framework, inputs, outputs, 1 if index else stride))
                inputs = outputs
        self.layers = nn.Sequential(*layers)
        self.output = nn.Linear(64, 10)

    def forward(self, x):
        x = self.layers(x.unsqueeze(0).expand(STEPS, *x.shape))
        return self.output(x.mean((3, 4))).mean(0)
