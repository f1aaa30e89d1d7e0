#!/usr/bin/env python3
"""Ranvier's sampling neurons beside NumPy on the same work: the workload `sampling`.

    Benchmarks/sampling.py [--ranvier COMMAND] [--python COMMAND] [--rounds 3] [--json FILE]

In a round all have their turn one after the other, each on as many threads as the machine has. A time is the median over rounds of
the median of a round, for a simulated step of all replicas.
"""
import argparse
import json
import os
import subprocess
from pathlib import Path
from statistics import median

from contestants import PROJECT, Ranvier

PEER = PROJECT / "Benchmarks" / "Peers" / "sampling_numpy.py"
WORK = [("2 x 512, 32 replicas", "2 x 512", 512, 32, 200, 100),
        ("50 x 50, 8 replicas", "50 x 50", 50, 8, 1250, 1250)]


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ranvier", type=Path, default=PROJECT / ".build/release/ranvier")
    parser.add_argument("--python", default="python3", help="a Python that has NumPy")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    ranvier = Ranvier(str(options.ranvier), options.threads, False)
    environment = dict(os.environ, OPENBLAS_NUM_THREADS=str(options.threads))
    times = {}
    for _ in range(options.rounds):
        parts = ranvier.bench("sampling", ["--runs", "20"])["parts"]
        for name, prefix, neurons, replicas, steps, peer_steps in WORK:
            ours = next(part for part in parts if part["name"].startswith(prefix))
            times.setdefault((name, "ranvier"), []).append(ours["medianSeconds"] / steps)
            for dtype in ("float64", "float32"):
                output = subprocess.run(
                    [options.python, str(PEER), str(neurons), str(replicas), str(peer_steps),
                     "--dtype", dtype], check=True, capture_output=True, text=True,
                    env=environment)
                times.setdefault((name, f"NumPy, {dtype}"), []).append(
                    median(json.loads(output.stdout)["seconds"]) / peer_steps)
    rows = []
    print(f"{'':44s} {'microseconds a step':>20s} {'times Ranvier':>14s}")
    for (work, who), values in times.items():
        seconds, ours = median(values), median(times[work, "ranvier"])
        rows.append({"work": work, "who": who, "seconds": seconds, "ratio": seconds / ours})
        print(f"{work + ', ' + who:44s} {1e6 * seconds:20.2f} {seconds / ours:14.1f}")
    if options.json:
        options.json.write_text(json.dumps({"threads": options.threads, "rows": rows}, indent=2))


if __name__ == "__main__":
    main()
