#!/usr/bin/env python3
"""Trains PyTorch from the weights and the batch that Ranvier started from, and compares the losses.

    agreement.py W2=w2.safetensors W5=w5.safetensors …

The files are those of `ranvier bench WORKLOAD --trace FILE`. Ends with status 1 where a loss differs
by more than 1e-3 of its value.
"""
import sys

import numpy as np
import torch

import pytorch
from start import Start

LIMIT = 1e-3


def main():
    torch.manual_seed(0)
    differences = [compare(*word.split("=", 1)) for word in sys.argv[1:]]
    if not differences:
        sys.exit(__doc__)
    sys.exit(any(d > LIMIT for d in differences))


def compare(workload, path):
    """The largest relative difference of a loss."""
    start = Start.read(path)
    work = pytorch.build(workload, "torch", start)
    losses = np.array([float(work.step()) for _ in start.losses])
    difference = float(np.abs(losses / start.losses - 1).max())
    verdict = "agrees" if difference <= LIMIT else f"DIFFERS by more than {LIMIT:g}"
    print(
        f"{workload}: {len(losses)} steps, loss {losses[0]:.6f} to {losses[-1]:.6f} in PyTorch, "
        f"{start.losses[0]:.6f} to {start.losses[-1]:.6f} in Ranvier; largest relative difference "
        f"{difference:.1e}: {verdict}")
    return difference


if __name__ == "__main__":
    main()
