"""The workloads on PyTorch, snnTorch, SpikingJelly and Norse, one file each.

`build(framework, start)` gives a `Work`: something that can be repeated and timed.

    torch          PyTorch as in tutorials, time loop outside
    torch_opt      layer by layer, one product for all steps, a constant input multiplied once
    torch_compile  the same through torch.compile, time unrolled
    snntorch, norse, spikingjelly   as their users write it
"""
from . import w1, w2, w3, w4, w5, w6

WORKLOADS = {"W1": w1, "W2": w2, "W3": w3, "W4": w4, "W5": w5, "W6": w6}
FRAMEWORKS = ("torch", "torch_opt", "torch_compile", "snntorch", "spikingjelly", "norse")


def build(workload, framework, start):
    return WORKLOADS[workload].build(framework, start)
