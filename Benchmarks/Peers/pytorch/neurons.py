"""The neuron of all workloads in each framework.

    v[t] = beta v[t-1] + x[t] - s[t-1]     soft reset, detached in the backward pass
    s[t] = v[t] > 1                        surrogate 1 / (1 + (pi (v - 1))^2)
"""
import math

import torch


class Arctangent(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return (x > 0).to(x.dtype)

    @staticmethod
    def backward(ctx, gradient):
        (x,) = ctx.saved_tensors
        return gradient / (1 + (math.pi * x) ** 2)


spike = Arctangent.apply


def lif_step(x, v, s, beta):
    v = beta * v + x - s.detach()
    return v, spike(v - 1.0)


def lif_part(currents, v, s, beta):
    """Some steps, with the state passed in and handed back."""
    spikes = []
    for x in currents.unbind(0):  # not currents[t], whose backward fills T tensors of full size
        v, s = lif_step(x, v, s, beta)
        spikes.append(s)
    return torch.stack(spikes), v, s


def lif(currents, beta):
    """All steps: currents `[T, ...]` to spikes `[T, ...]`."""
    zero = torch.zeros_like(currents[0])
    return lif_part(currents, zero, zero, beta)[0]


def integrate(currents, beta):
    """A leaky integrator without spikes: currents `[T, ...]` to membranes `[T, ...]`."""
    v, membranes = torch.zeros_like(currents[0]), []
    for x in currents.unbind(0):
        v = beta * v + x
        membranes.append(v)
    return torch.stack(membranes)


class TorchNeuron:
    """One step at a time; the state is membrane and spikes."""

    def __init__(self, beta):
        self.beta = beta

    def __call__(self, x, state=None):
        v, s = state or (torch.zeros_like(x), torch.zeros_like(x))
        state = lif_step(x, v, s, self.beta)
        return state[1], state

    def membrane(self, state):
        return state[0]


class SnnTorchNeuron:
    """`snntorch.Leaky`; the state is the membrane."""

    def __init__(self, beta, **options):
        import snntorch
        from snntorch import surrogate

        self.layer = snntorch.Leaky(beta=beta, spike_grad=surrogate.atan(alpha=2.0), **options)

    def __call__(self, x, state=None):
        return self.layer(x, self.layer.reset_mem() if state is None else state)

    def membrane(self, state):
        return state


class NorseNeuron:
    """`norse.torch.LIFBoxCell`.

    It scales its input by 1 - beta, so the current is divided by that. Its surrogate is SuperSpike.
    """

    def __init__(self, beta):
        import norse.torch as norse
        from norse.torch.functional.lif_box import LIFBoxParameters
        from norse.torch.functional.reset import reset_subtract

        self.gain = 1 / (1 - beta)
        self.cell = norse.LIFBoxCell(
            LIFBoxParameters(
                tau_mem_inv=torch.tensor((1 - beta) / 1e-3), v_th=torch.tensor(1.0),
                alpha=torch.tensor(25.0), reset_method=reset_subtract))

    def __call__(self, x, state=None):
        return self.cell(x * self.gain, state)

    def membrane(self, state):
        return state.v


STEPPING = {"torch": TorchNeuron, "snntorch": SnnTorchNeuron, "norse": NorseNeuron}


def jelly_neuron(beta, step_mode="m", **options):
    """SpikingJelly's `LIFNode`, for whole sequences; it resets before the leak."""
    from spikingjelly.activation_based import neuron, surrogate

    return neuron.LIFNode(
        tau=1 / (1 - beta), decay_input=False, v_reset=None, detach_reset=True,
        surrogate_function=surrogate.ATan(alpha=2.0), step_mode=step_mode, **options)


class SequenceNeuron(torch.nn.Module):
    """A stepping neuron run over a sequence `[T, ...]`."""

    def __init__(self, neuron):
        super().__init__()
        self.neuron = neuron

    def forward(self, currents):
        state, spikes = None, []
        for x in currents.unbind(0):
            s, state = self.neuron(x, state)
            spikes.append(s)
        return torch.stack(spikes)


class FastSequenceNeuron(torch.nn.Module):
    """Plain PyTorch over a sequence `[T, ...]`."""

    def __init__(self, beta):
        super().__init__()
        self.beta = beta

    def forward(self, currents):
        return lif(currents, self.beta)


def sequence_neuron(framework, beta):
    """A module from currents `[T, ...]` to spikes `[T, ...]` with the framework's neuron."""
    if framework == "spikingjelly":
        return jelly_neuron(beta)
    if framework in ("snntorch", "norse"):
        return SequenceNeuron(STEPPING[framework](beta))
    return FastSequenceNeuron(beta)
