#!/usr/bin/env python3
"""Reads a table with pandas and scales its numbers, as one would before training: seconds and memory.

    read_table.py /tmp/table.csv [--runs 5] [--engines c,pyarrow] [--separator ,] [--threads N]

A run is a fresh process. `seconds` are those of `pandas.read_csv(file)` with default settings, of scaling every column of
numbers to mean 0 and deviation 1, and of turning it into float32; `readSeconds` those of reading alone, `processSeconds`
those of the whole process with interpreter and imports. `peakResidentBytes` is the largest resident size of the process.
A column without deviation is only centred.

Engines: `c` is the default of pandas, run as `pip install pandas` leaves it, that is with no pyarrow to be found. `pyarrow` is
`read_csv(file, engine="pyarrow")` on as many threads as there are processors; it is left out where pyarrow is not
installed. Prints JSON: for each engine the smallest and the median of the runs' seconds,
the median and the smallest memory (threads make it vary), and all runs.
"""
import argparse
import importlib.metadata
import importlib.util
import json
import os
import subprocess
import sys
import time
from statistics import median

ENGINES = ("c", "pyarrow")


def main():
    options = arguments()
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: options.threads])
    if options.once:
        print(json.dumps(read(options.path, options.once, options.separator)))
        return
    report = dict(
        path=options.path, bytes=os.path.getsize(options.path), threads=options.threads,
        machine=machine(), python=sys.version.split()[0],
        pandas=importlib.metadata.version("pandas"), engines={}, missing={})
    # The engines take turns, so that they see the same machine.
    runs = {engine: [] for engine in options.engines}
    for engine in options.engines:
        if engine == "pyarrow" and not importlib.util.find_spec("pyarrow"):
            report["missing"][engine] = "pyarrow is not installed"
            del runs[engine]
    for _ in range(options.runs):
        for engine in runs:
            runs[engine].append(in_a_process(options, engine))
    report["engines"] = {engine: summary(rounds) for engine, rounds in runs.items()}
    print(json.dumps(report, indent=1))


def arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path")
    parser.add_argument("--runs", type=int, default=1, help="fresh processes for each engine")
    parser.add_argument("--engines", type=lambda s: s.split(","), default=list(ENGINES))
    parser.add_argument("--separator", default=",")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--once", choices=ENGINES, help=argparse.SUPPRESS)
    options = parser.parse_args()
    for engine in options.engines:
        if engine not in ENGINES:
            parser.error(f"unknown engine '{engine}'; expected some of {', '.join(ENGINES)}")
    if options.runs < 1:
        parser.error(f"--runs is {options.runs}; expected 1 or more")
    if not os.path.exists(options.path):
        parser.error(f"no file '{options.path}'; make_table.py writes one")
    return options


def in_a_process(options, engine):
    """One run. This process has no libraries loaded: a child's largest size begins with its parent's."""
    began = time.perf_counter()
    answer = subprocess.run(
        [sys.executable, __file__, options.path, "--once", engine, "--separator", options.separator,
         "--threads", str(options.threads)],
        stdout=subprocess.PIPE, text=True, check=True)
    return dict(json.loads(answer.stdout), processSeconds=time.perf_counter() - began)


def summary(runs):
    return dict(
        seconds=min(r["seconds"] for r in runs), medianSeconds=median(r["seconds"] for r in runs),
        readSeconds=min(r["readSeconds"] for r in runs),
        processSeconds=min(r["processSeconds"] for r in runs),
        peakResidentBytes=median(r["peakResidentBytes"] for r in runs),
        smallestPeakResidentBytes=min(r["peakResidentBytes"] for r in runs),
        rows=runs[0]["rows"], columns=runs[0]["columns"], scaledColumns=runs[0]["scaledColumns"],
        runs=runs)


def read(path, engine, separator):
    if engine == "c":
        sys.modules["pyarrow"] = None  # pandas then finds none
    import resource

    import pandas

    words = {} if separator == "," else dict(sep=separator)
    if engine == "pyarrow":
        words["engine"] = "pyarrow"
    began = time.perf_counter()
    frame = pandas.read_csv(path, **words)
    read = time.perf_counter()
    numbers = frame.select_dtypes("number")
    deviation = numbers.std(ddof=0)
    scaled = ((numbers - numbers.mean()) / deviation.where(deviation > 0, 1)).astype("float32")
    ended = time.perf_counter()
    return dict(
        seconds=ended - began, readSeconds=read - began,
        peakResidentBytes=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        rows=len(frame), columns=frame.shape[1], scaledColumns=scaled.shape[1],
        firstScaled=[round(float(x), 4) for x in scaled.iloc[0, :3]])


def machine():
    try:
        with open("/proc/cpuinfo") as file:
            for line in file:
                if line.startswith("model name"):
                    return f"{line.split(':')[1].strip()}, {os.cpu_count()} cores"
    except OSError:
        pass
    return f"{os.uname().machine}, {os.cpu_count()} cores"


if __name__ == "__main__":
    main()
