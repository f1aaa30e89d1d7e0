#!/usr/bin/env python3
"""Trains PyTorch from the weights and the batch that Ranvier started from, and compares the losses.

    agreement.py W2=w2.safetensors W5=w5.safetensors …

The files are those of `ranvier bench WORKLOAD --trace FILE`. A spike more or less changes all later steps,
so that two orders of addition part after some steps; PyTorch layer by layer is therefore trained beside
PyTorch step by step, and shows how far the same work can part from itself. Ends with status 1 where a loss
of Ranvier differs by more than 1e-3 of its value and by more than PyTorch has differed from itself by then.
"""
import sys

import numpy as np
import torch

import pytorch
from start import Start

LIMIT = 1e-3


def main():
    torch.manual_seed(0)
    if not sys.argv[1:]:
        sys.exit(__doc__)
    sys.exit(not all([compare(*word.split("=", 1)) for word in sys.argv[1:]]))


def compare(workload, path):
    """Whether the losses agree."""
    start = Start.read(path)
    plain, layered = (pytorch.build(workload, form, start) for form in ("torch", "torch_opt"))
    losses, again = (
        np.array([float(work.step()) for _ in start.losses]) for work in (plain, layered))
    ours, own = np.abs(start.losses / losses - 1), np.maximum.accumulate(np.abs(again / losses - 1))
    agrees = bool(np.all(ours <= np.maximum(LIMIT, own)))
    first = int(np.argmax(ours > LIMIT)) if (ours > LIMIT).any() else len(ours)
    print(
        f"{workload}: {len(losses)} steps, loss {losses[0]:.6f} to {losses[-1]:.6f} in PyTorch, "
        f"{start.losses[0]:.6f} to {start.losses[-1]:.6f} in Ranvier; within {LIMIT:g} for {first} steps, "
        f"largest difference {ours.max():.1e}, of PyTorch from itself {own[-1]:.1e}: "
        f"{'agrees' if agrees else 'DIFFERS'}")
    return agrees


if __name__ == "__main__":
    main()
