#!/usr/bin/env python3
"""One workload in one framework, prepared once and timed whenever asked.

    measure.py W2 snntorch --start FILE [--threads N]

Prints a line of JSON when it is ready: version, seconds of preparation. Then, for each line
`SECONDS RUNS` on standard input, it works for that long and at least so often, and prints the wall
seconds of each run and the peak memory of the process. Ends with the input.
"""
import argparse
import importlib.metadata
import json
import os
import resource
import sys
import time

from start import Start

JAX = ("jax", "jax_unrolled", "spyx")
WARMUP = 3


def main():
    options = arguments()
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: options.threads])
    os.environ["OMP_NUM_THREADS"] = str(options.threads)
    answers = os.fdopen(os.dup(1), "w")  # some libraries print; their words go to standard error
    os.dup2(2, 1)

    began = time.perf_counter()
    work = prepare(options)
    for _ in range(WARMUP):
        work.step()
    say(answers, version=version(options.framework), samples=work.samples,
        preparation=time.perf_counter() - began)

    for line in sys.stdin:
        seconds, runs = line.split()
        times = timed(work.step, float(seconds), int(runs))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        say(answers, seconds=times, peakResidentBytes=peak)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("workload")
    parser.add_argument("framework")
    parser.add_argument("--start", help="file of `ranvier bench --trace`; W4 needs none")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    return parser.parse_args()


def prepare(options):
    start = Start.read(options.start) if options.start else None
    if options.framework in JAX:
        import jax_peers

        return jax_peers.build(options.workload, options.framework, start)
    import torch

    import pytorch

    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    return pytorch.build(options.workload, options.framework, start)


def timed(step, seconds, runs):
    times, end = [], time.perf_counter() + seconds
    while len(times) < runs or time.perf_counter() < end:
        begin = time.perf_counter()
        step()
        times.append(time.perf_counter() - begin)
    return times


def version(framework):
    package = "torch" if framework.startswith("torch") else framework.split("_")[0]
    return f"{package} {importlib.metadata.version(package)}"


def say(answers, **words):
    print(json.dumps(words), file=answers, flush=True)


if __name__ == "__main__":
    main()
