"""W5: training step of 700 inputs, 256 recurrent neurons, 20 leaky integrators, 100 steps, batch 256.

Events come in. Loss: cross-entropy of the mean membrane; Adam. The shape of the Spiking Heidelberg
Digits.
"""
import torch
import torch.nn.functional as F
from torch import nn

from sizes import RECURRENT

from .neurons import STEPPING, SnnTorchNeuron, integrate, jelly_neuron, lif_step
from .training import compiled, linear, reset, training

STEPS, BETA = RECURRENT["steps"], RECURRENT["beta"]
PART = 10  # steps that torch.compile unrolls at once


def build(framework, start):
    layers = nn.ModuleList([
        linear(*start.linear("linear1")), linear(start.recurrence("recurrent-lif1")),
        linear(*start.linear("linear2"))])
    makers = {
        "torch_opt": hoisted, "torch_compile": in_parts, "snntorch": snntorch,
        "spikingjelly": jelly}
    if framework in makers:
        network = makers[framework](*layers)
    else:
        network = by_steps(STEPPING[framework](BETA), *layers)
    return training(
        network, list(parameters(network, layers)), F.cross_entropy, RECURRENT["rate"],
        torch.tensor(start.input), start.labels)


def parameters(network, layers):
    return getattr(network, "own_parameters", None) or layers.parameters()


def by_steps(neuron, inputs, recurrence, output):
    """Time loop outside. From events `[T, B, 700]` to mean membranes `[B, 20]`."""

    def network(x):
        s, state = torch.zeros(x.shape[1], recurrence.in_features), None
        membrane = total = 0
        for x_t in x:
            s, state = neuron(inputs(x_t) + recurrence(s), state)
            membrane = BETA * membrane + output(s)
            total = total + membrane
        return total / STEPS

    return network


def hoisted(inputs, recurrence, output):
    """The products of inputs and outputs over all steps at once."""

    def network(x):
        currents, matrix, spikes = inputs(x), recurrence.weight.t(), []
        v = s = torch.zeros_like(currents[0])
        for current in currents.unbind(0):
            v, s = lif_step(torch.addmm(current, s, matrix), v, s, BETA)
            spikes.append(s)
        return integrate(output(torch.stack(spikes)), BETA).mean(0)

    return network


def in_parts(inputs, recurrence, output):
    """Compiled; the mean over time of a leaky readout is a weighted sum of the spikes."""

    @compiled
    def part(currents, v, s, matrix):
        spikes = []
        for current in currents.unbind(0):
            v, s = lif_step(torch.addmm(current, s, matrix), v, s, BETA)
            spikes.append(s)
        return torch.stack(spikes), v, s

    @compiled
    def readout(spikes, weight, bias):
        remaining = torch.arange(STEPS, 0, -1, dtype=torch.float32)
        kernel = (1 - BETA**remaining) / ((1 - BETA) * STEPS)
        return F.linear(torch.einsum("t,tbn->bn", kernel, spikes), weight) + bias * kernel.sum()

    def network(x):
        currents, matrix, spikes = inputs(x), recurrence.weight.t(), []
        v = s = torch.zeros_like(currents[0])
        for some in currents.split(PART):
            out, v, s = part(some, v, s, matrix)
            spikes.append(out)
        return readout(torch.cat(spikes), output.weight, output.bias)

    return network


def snntorch(inputs, recurrence, output):
    import snntorch
    from snntorch import surrogate

    hidden = snntorch.RLeaky(
        beta=BETA, linear_features=recurrence.in_features, spike_grad=surrogate.atan(alpha=2.0))
    hidden.recurrent = recurrence
    integrator = SnnTorchNeuron(BETA, reset_mechanism="none").layer

    def network(x):
        s, v = hidden.init_rleaky()
        membrane, total = integrator.reset_mem(), 0
        for x_t in x:
            s, v = hidden(inputs(x_t), s, v)
            _, membrane = integrator(output(s), membrane)
            total = total + membrane
        return total / STEPS

    return network


def jelly(inputs, recurrence, output):
    """SpikingJelly's recurrent container: one product with inputs and last spikes side by side."""
    from spikingjelly.activation_based import functional, layer

    width = recurrence.in_features
    container = layer.LinearRecurrentContainer(
        jelly_neuron(BETA, "s"), in_features=width, out_features=width, bias=False)
    with torch.no_grad():
        container.rc.weight.copy_(torch.cat([torch.eye(width), recurrence.weight], 1))
    modules = nn.Sequential(inputs, container, output)
    functional.set_step_mode(container, "m")

    def network(x):
        reset(modules)
        return integrate(modules(x), BETA).mean(0)

    network.own_parameters = list(modules.parameters())
    return network
