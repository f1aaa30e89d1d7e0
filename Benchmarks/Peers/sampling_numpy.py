"""Stochastic spiking neurons in two layers with the sums that alignment needs, as one writes them in NumPy.

    sampling_numpy.py NEURONS REPLICAS STEPS [--bias B] [--dtype float64] [--runs 3]

Every step does all neurons of all replicas at once; prints seconds per run, and the occupancy, as JSON.
"""
import argparse
import json
import time

import numpy as np


def run(neurons, replicas, steps, bias, dtype, seed, tau=10):
    random = np.random.default_rng(seed)
    bound = np.sqrt(3 / neurons)
    forward = random.uniform(-bound, bound, (neurons, neurons)).astype(dtype)   # [lower, upper]
    feedback = random.uniform(-bound, bound, (neurons, neurons)).astype(dtype)  # [lower, upper]
    back = np.ascontiguousarray(feedback.T)
    log_tau = dtype(np.log(tau))
    decay = dtype(np.exp(-1 / tau))
    # Of the lower and the upper layer: steps since the last spike, and traces.
    since = [np.full((replicas, neurons), tau + 1, np.int32) for _ in range(2)]
    trace = [np.zeros((replicas, neurons), dtype) for _ in range(2)]
    change = np.zeros((neurons, neurons), dtype)
    count = 0
    start = time.perf_counter()
    for _ in range(steps):
        active = [(s <= tau).astype(dtype) for s in since]
        potential = [active[1] @ back + dtype(bias), active[0] @ forward + dtype(bias)]
        spikes = []
        for layer in range(2):
            probability = 1 / (1 + np.exp(log_tau - potential[layer]))
            drawn = random.random((replicas, neurons), dtype=dtype)
            spikes.append((since[layer] > tau) & (drawn < probability))
        fired = [s.astype(dtype) for s in spikes]
        for layer in range(2):
            trace[layer] *= decay
        change += trace[0].T @ fired[1] - fired[0].T @ trace[1]
        for layer in range(2):
            trace[layer] += fired[layer]
            since[layer] += 1
            since[layer][spikes[layer]] = 1
            count += int(spikes[layer].sum())
    seconds = time.perf_counter() - start
    return seconds, tau * count / (2 * neurons * replicas * steps), float(np.abs(change).sum())


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("neurons", type=int)
    parser.add_argument("replicas", type=int)
    parser.add_argument("steps", type=int)
    parser.add_argument("--bias", type=float, default=0)
    parser.add_argument("--dtype", choices=["float32", "float64"], default="float64")
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    dtype = np.dtype(options.dtype).type
    runs = [run(options.neurons, options.replicas, options.steps, options.bias, dtype, seed)
            for seed in range(options.runs + 1)][1:]
    print(json.dumps({
        "seconds": [r[0] for r in runs], "occupancy": runs[0][1], "numpy": np.__version__}))


if __name__ == "__main__":
    main()
