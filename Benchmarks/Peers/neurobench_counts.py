#!/usr/bin/env python3
"""NeuroBench's numbers for a network that Ranvier stored, beside Ranvier's own.

    neurobench_counts.py RUN DIGITS.csv.gz [--ours ours.json]

RUN is the folder of a run, with `model.json` and `model.safetensors`, of a chain of `linear`, `lif` and `leaky-integrator`
behind a direct code: the digits example, dense or masked. DIGITS is the file of digits in the sources of Ranvier,
`Sources/RanvierData/Resources/digits.csv.gz`; every fifth sample is a test sample. The network is built again in PyTorch with
the same numbers, and the harness counts it: footprint, connection sparsity, activation sparsity, synaptic operations and
accuracy. `--ours` is the output of `ranvier analyze neurobench RUN --json`; with it the script ends with status 1 where a number
differs.

Neurons are modules of this script and not snnTorch's: `snntorch.Leaky` 1.0 subtracts the threshold once more where a membrane is
still above it after a reset, and its buffers of options (beta, graded spikes, reset mechanism) would count as footprint. The
threshold is a buffer here, as Ranvier stores it.
"""
import argparse
import csv
import gzip
import json
import math
import sys
from pathlib import Path

import numpy as np
import torch
from torch.utils.data import DataLoader, TensorDataset

from neurobench.benchmarks import Benchmark
from neurobench.metrics.static import ConnectionSparsity, Footprint
from neurobench.metrics.workload import (
    ActivationSparsity, ClassificationAccuracy, SynapticOperations)
from neurobench.models import TorchModel

from start import read_safetensors

BATCH = 128


class Neurons(torch.nn.Module):
    """u = β v + I, s = [u ≥ θ], v = u − θ s or v_r where s."""

    def __init__(self, threshold, leak, reset, potential, scales):
        super().__init__()
        self.register_buffer("threshold", torch.tensor(np.array(threshold, np.float32)))
        self.leak, self.reset, self.potential, self.scales = leak, reset, potential, scales
        self.state = None

    def forward(self, current):
        before = torch.zeros_like(current) if self.state is None else self.state
        if self.scales:
            current = (1 - self.leak) * current
        u = self.leak * before + current
        spikes = (u >= self.threshold).float()
        if self.reset == "hard":
            self.state = u * (1 - spikes) + self.potential * spikes
        else:
            self.state = u - self.threshold * spikes
        return spikes


class Integrators(torch.nn.Module):
    """v = β v + I."""

    def __init__(self, leak, scales):
        super().__init__()
        self.leak, self.scales, self.state = leak, scales, None

    def forward(self, current):
        if self.scales:
            current = (1 - self.leak) * current
        self.state = current if self.state is None else self.leak * self.state + current
        return self.state


class Chain(torch.nn.Module):
    """The layers in order, at every step of a sequence `[B, T, features]`; the mean of the outputs."""

    def __init__(self, layers):
        super().__init__()
        self.layers = torch.nn.ModuleList(layers)

    def forward(self, sequence):
        for layer in self.layers:
            if hasattr(layer, "state"):
                layer.state = None
        outputs = []
        for step in range(sequence.shape[1]):
            x = sequence[:, step]
            for layer in self.layers:
                x = layer(x)
            outputs.append(x)
        return torch.stack(outputs).mean(0)


def main():
    options = arguments()
    torch.manual_seed(0)
    torch.set_num_threads(1)
    description = json.loads((options.run / "model.json").read_text())
    weights, _ = read_safetensors(options.run / "model.safetensors")
    steps, network = build(description, weights)
    images, labels = digits(options.digits)
    model = TorchModel(network)
    model.add_activation_module(Neurons)
    loader = DataLoader(TensorDataset(images, labels), batch_size=BATCH)
    benchmark = Benchmark(
        model, loader, [lambda data: (data[0].unsqueeze(1).repeat(1, steps, 1), data[1])],
        [lambda outputs: outputs.argmax(1)],
        [[Footprint, ConnectionSparsity],
         [ActivationSparsity, SynapticOperations, ClassificationAccuracy]])
    with torch.no_grad():
        results = benchmark.run(quiet=True)
    found = dict(
        footprint=results["Footprint"], connectionSparsity=results["ConnectionSparsity"],
        activationSparsity=results["ActivationSparsity"],
        effectiveMACs=results["SynapticOperations"]["Effective_MACs"],
        effectiveACs=results["SynapticOperations"]["Effective_ACs"],
        denseOperations=results["SynapticOperations"]["Dense"],
        accuracy=results["ClassificationAccuracy"])
    print(json.dumps(found, indent=2))
    if options.ours:
        sys.exit(not agrees(json.loads(options.ours.read_text()), found))


def agrees(ours, found):
    """Whether all numbers are those of Ranvier."""
    same = True
    for name, value in found.items():
        near = math.isclose(ours[name], value, rel_tol=1e-5, abs_tol=1e-9)
        same = same and near
        print(f"{name}: {ours[name]} and {value}{'' if near else ': DIFFERS'}", file=sys.stderr)
    return same


def build(description, weights):
    """The number of steps, and the network."""
    network, encoder = description["network"], description["encoder"]
    if list(network) != ["clocked"] or list(encoder) != ["direct"]:
        refuse("a clocked network behind a direct code", f"{list(network)} behind {encoder}")
    steps, content = encoder["direct"]["steps"], network["clocked"]
    views = {
        view if isinstance(view, str) else next(iter(view))
        for words in content.get("views", {}).values() for view in words}
    if not views <= {"mask"}:
        refuse("weights that are stored as they are, or masked", f"{views}")
    # A masked weight is stored as zero.
    weights = {
        name.removeprefix("parameters/"): value for name, value in weights.items()
        if name.startswith("parameters/") and "/mask/" not in name}
    layers = []
    for index, layer in enumerate(content["layers"]):
        kind, options = next(iter(layer.items()))
        if kind not in LAYERS:
            refuse(", ".join(LAYERS), kind)
        name = options.get("name", f"{kind}{index + 1}")
        numbers = {
            key.removeprefix(f"{name}."): value for key, value in weights.items()
            if key.startswith(f"{name}.")}
        layers.append(LAYERS[kind](options, numbers, content["time-step"]))
    return steps, Chain(layers)


def refuse(expected, found):
    sys.exit(f"neurobench_counts: expected {expected}, found {found}")


def linear(options, numbers, time_step):
    weight = numbers["weights"].T.copy()
    layer = torch.nn.Linear(weight.shape[1], weight.shape[0], bias="bias" in numbers)
    with torch.no_grad():
        layer.weight.copy_(torch.from_numpy(weight))
        if "bias" in numbers:
            layer.bias.copy_(torch.from_numpy(numbers["bias"].copy()))
    return layer


def lif(options, numbers, time_step):
    usual = {"leak-target": "zero", "output": "spikes", "tie": "fires", "learns-leak": False}
    for key, value in usual.items():
        if options.get(key, value) != value:
            refuse(f"lif with {key}: {value}", options[key])
    if options["reset"] not in ("soft", "hard"):
        refuse("a soft or a hard reset", options["reset"])
    return Neurons(
        numbers["threshold"], factor(options, time_step), options["reset"],
        options.get("reset-potential", 0), options.get("input-scale") == "oneMinusLeak")


def integrator(options, numbers, time_step):
    return Integrators(factor(options, time_step), options.get("input-scale") == "oneMinusLeak")


def factor(options, time_step):
    """The share of a membrane that is left a step later."""
    for key, value in options.items():
        if key == "leak" and value is not None:
            return float(np.float32(value))
        if key == "membrane-time-constant" and value is not None:
            return float(np.float32(math.exp(-time_step / value)))
    refuse("a leak or a time constant", sorted(options))


LAYERS = {"linear": linear, "lif": lif, "leaky-integrator": integrator}


def digits(path):
    """The test samples: every fifth, values 0 to 1."""
    with gzip.open(path, "rt") as file:
        rows = np.array([[float(x) for x in row] for row in csv.reader(file)], np.float32)
    test = rows[4::5]
    return torch.from_numpy(test[:, :64] / 16), torch.from_numpy(test[:, 64].astype(np.int64))


def arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path, help="folder of the run")
    parser.add_argument("digits", type=Path, help="digits.csv.gz of Ranvier's sources")
    parser.add_argument("--ours", type=Path, help="output of `ranvier analyze neurobench RUN --json`")
    return parser.parse_args()


if __name__ == "__main__":
    main()
