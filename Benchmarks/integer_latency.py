#!/usr/bin/env python3
"""Ratios of the workload integer-latency: to Ranvier's floats, to plain C, and to the fastest framework on W6.

    Benchmarks/integer_latency.py [--ranvier COMMAND] [--rounds 3] [--compared FILE]

Plain C is Peers/integer_dense.c, compiled by gcc -O2. Frameworks are not run here: --compared names what
compare.py --json wrote for W6. A time is the median over rounds of the median of a round, one thread.
"""
import argparse
import json
import subprocess
import tempfile
from pathlib import Path
from statistics import median

from contestants import PROJECT, Ranvier

PLAIN = PROJECT / "Benchmarks" / "Peers" / "integer_dense.c"


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ranvier", type=Path, default=PROJECT / ".build/release/ranvier")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--runs", type=int, default=2000)
    parser.add_argument("--compared", type=Path, help="what compare.py --json wrote")
    options = parser.parse_args()
    ranvier = Ranvier(str(options.ranvier), 1, False)
    ours, plain = [], []
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "integer_dense"
        subprocess.run(
            ["gcc", "-O2", "-std=c99", str(PLAIN), "-o", str(program)], check=True)
        for _ in range(options.rounds):
            ours.append(ranvier.bench("integer-latency", ["--runs", str(options.runs)]))
            output = subprocess.run(
                [str(program), str(options.runs)], check=True, capture_output=True, text=True)
            plain.append(json.loads(output.stdout)["seconds"])
    times = {
        part["name"]: median(
            p["medianSeconds"] for result in ours for p in result["parts"]
            if p["name"] == part["name"])
        for part in ours[0]["parts"]}
    times["plain C, int8 dense"] = median(plain)
    if options.compared:
        name, seconds = fastest(options.compared)
        times[f"{name}, float"] = seconds
    eight = times["int8 dense"]
    print(f"{'':32s} {'microseconds':>12s} {'times int8 dense':>17s}")
    for name, seconds in times.items():
        print(f"{name:32s} {1e6 * seconds:12.2f} {seconds / eight:17.2f}")


def fastest(file):
    """The fastest framework on W6 and its seconds."""
    rows = json.loads(file.read_text())["rows"]
    frameworks = next(row["frameworks"] for row in rows if row["name"] == "W6")
    return min(((n, f["seconds"]) for n, f in frameworks.items()), key=lambda pair: pair[1])


if __name__ == "__main__":
    main()
