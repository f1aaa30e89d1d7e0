"""What the workloads share."""
import torch
import torch.nn.functional as F
from torch import nn

from work import Work


def compiled(function):
    return torch.compile(function, dynamic=False)


def linear(weights, bias=None):
    """A layer with given weights `[inputs, outputs]`; PyTorch keeps them the other way round."""
    layer = nn.Linear(*weights.shape, bias=bias is not None)
    with torch.no_grad():
        layer.weight.copy_(torch.tensor(weights).T)
        if bias is not None:
            layer.bias.copy_(torch.tensor(bias))
    return layer


def convolution(weights, bias):
    """A layer with given weights `[height, width, inputs, outputs]`."""
    height, width, inputs, outputs = weights.shape
    layer = nn.Conv2d(inputs, outputs, (height, width))
    with torch.no_grad():
        layer.weight.copy_(torch.tensor(weights).permute(3, 2, 0, 1))
        layer.bias.copy_(torch.tensor(bias))
    return layer


def reset(network):
    """Forgets the state that SpikingJelly keeps in its modules."""
    from spikingjelly.activation_based import functional

    functional.reset_net(network)


def cross_entropy_of_each_step(scores, labels):
    """Scores `[T, B, classes]`: the mean over the batch, summed over the steps."""
    steps, batch, classes = scores.shape
    return F.cross_entropy(
        scores.reshape(steps * batch, classes), labels.repeat(steps), reduction="sum") / batch


def training(network, parameters, loss, rate, x, labels):
    """Training steps with Adam on one batch."""
    optimizer = torch.optim.Adam(parameters, lr=rate, betas=(0.9, 0.999))
    labels = torch.tensor(labels)

    def step():
        value = loss(network(x), labels)
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
        return value.detach()

    return Work(step, samples=len(labels))
