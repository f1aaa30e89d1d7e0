"""A pass of expectation propagation over drawn images in NumPy, for comparison with `ranvier bench expectation-propagation`.

A straightforward vectorised form in float64: 784-200-10 spikes, Gaussian weights, argmax by 24 nodes, relaxed messages, memory of ten
passes, 64 batches. Products by the BLAS of NumPy, tails of the normal distribution by SciPy.

    python expectation_numpy.py [--threads 2] [--runs 3] [--batch 32] [--json]
"""

import argparse
import json
import os
import resource
import sys
import time


def options():
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--batches", type=int, default=64)
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    chosen = options()
    # Before NumPy is there.
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = str(chosen.threads)

import numpy as np
from numpy.polynomial.hermite_e import hermegauss
from scipy.special import log_ndtr, ndtr

NODES, WEIGHTS = hermegauss(24)
LOG_WEIGHTS = np.log(WEIGHTS / WEIGHTS.sum())
ROOT = np.sqrt(2 * np.pi)


def hazard(z):
    """phi(z) / Phi(z)."""
    return np.exp(-0.5 * z * z - log_ndtr(z)) / ROOT


class Layer:
    """Priors and site totals, weights as [inputs, outputs]."""

    def __init__(self, inputs, outputs, noise, rng, variance=3.0, is_last=False):
        self.scale, self.noise, self.s0 = inputs ** -0.5, noise, variance
        self.m0 = 0.5 * np.sqrt(variance) * rng.standard_normal((inputs, outputs))
        self.b0 = np.zeros(outputs) if is_last else 0.5 * rng.standard_normal(outputs)
        self.G, self.H = np.zeros((inputs, outputs)), np.zeros((inputs, outputs))
        self.bG, self.bH = np.zeros(outputs), np.zeros(outputs)

    def forward(self, mean, variance, share):
        self.s = 1 / (1 / self.s0 + share * self.G)
        self.m = self.s * (self.m0 / self.s0 + share * self.H)
        self.sb = 1 / (1 + share * self.bG)
        self.mb = self.sb * (self.b0 + share * self.bH)
        self.mv, self.a = mean, self.scale * mean
        self.a2 = self.a * self.a
        omega = self.a @ self.m + self.mb
        spread = self.a2 @ self.s + self.sb + self.noise
        if variance is not None:
            own = self.scale ** 2 * variance
            spread += own @ (self.m * self.m + self.s)
        return omega, spread

    def to_inputs(self, g, gamma):
        a = self.scale ** 2 * gamma @ (self.m * self.m).T
        return a, self.scale * g @ self.m.T + a * self.mv

    def update(self, g, gamma, keep):
        sums = self.a2.T @ gamma
        self.G = keep * self.G + sums
        self.H = keep * self.H + self.a.T @ g + self.m * sums
        d = np.maximum(1 - self.sb * gamma, 0.1)
        self.bG = keep * self.bG + (gamma / d).sum(0)
        self.bH = keep * self.bH + ((g + self.mb * gamma) / d).sum(0)


def argmax(omega, spread, labels):
    """Slopes, curvatures and log Z of all outputs."""
    rows = np.arange(len(labels))
    root = np.sqrt(spread)
    x = omega[rows, labels][:, None] + root[rows, labels][:, None] * NODES
    z = (x[:, :, None] - omega[:, None, :]) / root[:, None, :]
    logs = log_ndtr(z)
    logs[rows, :, labels] = 0
    terms = LOG_WEIGHTS + logs.sum(2)
    top = terms.max(1, keepdims=True)
    shares = np.exp(terms - top)
    total = shares.sum(1, keepdims=True)
    shares /= total
    h = hazard(z)
    q = h / root[:, None, :]
    bend = h * (h + z) / spread[:, None, :]
    q[rows, :, labels] = 0
    bend[rows, :, labels] = 0
    g = -np.einsum("nt,ntk->nk", shares, q)
    second = np.einsum("nt,ntk->nk", shares, q * q - bend)
    sums, rests = q.sum(2), bend.sum(2)
    g[rows, labels] = (shares * sums).sum(1)
    second[rows, labels] = (shares * (sums * sums - rests)).sum(1)
    return g, g * g - second, (top + np.log(total)).sum()


def visit(layers, x, labels, share, keep):
    omega1, spread1 = layers[0].forward(x, None, share)
    z = omega1 / np.sqrt(spread1)
    fires, silent = ndtr(z), ndtr(-z)
    omega2, spread2 = layers[1].forward(fires, fires * silent, share)
    g, gamma, log_z = argmax(omega2, spread2, labels)
    gamma = np.maximum(gamma, 0)
    a, b = layers[1].to_inputs(g, gamma)
    layers[1].update(g, gamma, keep)
    odds = np.exp(np.clip(b - a / 2, -30, 30))
    total = silent + odds * fires
    g = (odds - 1) * np.exp(-0.5 * z * z) / ROOT / (np.sqrt(spread1) * total)
    gamma = np.maximum(g * (g + omega1 / spread1), 0)
    layers[0].update(g, gamma, keep)
    return log_z


def main(chosen):
    rng = np.random.default_rng(1)
    images = [0.5 * rng.standard_normal((chosen.batch, 784)) for _ in range(chosen.batches)]
    labels = np.arange(chosen.batch) % 10
    layers = [Layer(784, 200, 0.01, rng), Layer(200, 10, 0.1, rng, is_last=True)]
    weight = 10 * chosen.batch * chosen.batches
    seconds, cpu, loss = [], [], 0.0
    for run in range(chosen.runs + 1):
        start, own = time.perf_counter(), time.process_time()
        loss = -sum(
            visit(layers, x, labels, 1 - 1 / weight, 1 - chosen.batch / weight) for x in images)
        if run > 0:
            seconds.append(time.perf_counter() - start)
            cpu.append(time.process_time() - own)
    seconds.sort()
    result = {
        "workload": "expectation-propagation", "framework": f"numpy {np.__version__}",
        "threads": chosen.threads, "batch": chosen.batch * chosen.batches,
        "loss": loss / (chosen.batch * chosen.batches),
        "medianSeconds": seconds[len(seconds) // 2], "minSeconds": seconds[0],
        "cpuSecondsPerStep": sum(cpu) / len(cpu),
        "peakResidentBytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    }
    print(json.dumps(result) if chosen.json else "\n".join(f"{k}: {v}" for k, v in result.items()))


if __name__ == "__main__":
    main(chosen)
    sys.exit(0)
