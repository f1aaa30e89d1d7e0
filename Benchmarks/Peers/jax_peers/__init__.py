"""The workloads on JAX and Spyx.

    jax           lax.scan, the products of all steps before it, layer by layer
    jax_unrolled  the same with the loop over time unrolled
    spyx          Spyx's modules, run by `spyx.nn.run`

W3 and W4 are not written for them.
"""
import importlib

FRAMEWORKS = {"jax": ("plain", 1), "jax_unrolled": ("plain", None), "spyx": ("spyx_networks", 1)}


def build(workload, framework, start):
    from . import workloads

    module, unroll = FRAMEWORKS[framework]
    networks = importlib.import_module(f".{module}", __package__)
    return workloads.build(workload, networks, start, unroll)
