#!/usr/bin/env python3
"""Runs Ranvier and the other frameworks alternately on the same work and prints the ratios.

    Benchmarks/compare.py [--workloads W2,W5] [--rounds 3] [--quick] [--json FILE] [--readme]

P is the fastest of snnTorch, SpikingJelly, Norse and Spyx as their users write it, O the strongest
of the hand-optimised forms in PyTorch and JAX. All start from the weights and the input
that Ranvier wrote. A time is the median over rounds of the median of a round.
"""
import argparse
import datetime
import json
import os
import platform
import sys
import tempfile
from pathlib import Path
from statistics import median

import table
from contestants import ON_AMD, PROJECT, Missing, Peer, Ranvier, is_amd
from rows import USERS, chosen


def main():
    options = arguments()
    groups = chosen(options.workloads)
    ranvier = Ranvier(str(options.ranvier), options.threads, options.priority)
    with tempfile.TemporaryDirectory() as folder:
        results = [r for group in groups for r in compare(group, ranvier, options, Path(folder))]
    report = dict(
        machine=machine(options.threads), date=datetime.date.today().isoformat(),
        command=command(), rounds=options.rounds, rows=results)
    print(table.text(report))
    if options.json:
        options.json.write_text(json.dumps(report, indent=1) + "\n")
    if options.readme:
        table.write_readme(report, PROJECT / "Benchmarks" / "README.md")


def arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--workloads", type=lambda s: s.split(","), help="for example W2,W5; all if not given")
    add("--rounds", type=int, help="how often each has its turn; 3 if not given")
    add("--seconds", type=float, help="time for a framework in a round; 2 if not given")
    add("--quick", action="store_true", help="one short round: to see that all works")
    add("--threads", type=int, default=len(os.sched_getaffinity(0)))
    add("--priority", action="store_true",
        help="more weight than other work while timed (Linux, root)")
    add("--json", type=Path, help="where to write everything that was measured")
    add("--readme", action="store_true", help="put the table into Benchmarks/README.md")
    add("--ranvier", type=Path, default=PROJECT / ".build/release/ranvier")
    add("--peers", type=Path, default=Path(os.environ.get("PEERS", PROJECT / ".peers")),
        help="where Peers/setup.sh made the environments")
    options = parser.parse_args()
    options.rounds = options.rounds or (1 if options.quick else 3)
    options.seconds = options.seconds or (0.5 if options.quick else 2)
    return options


def compare(group, ranvier, options, folder):
    """The results of the rows of a group."""
    start = folder / f"{group.workload}{''.join(group.start)}.safetensors"
    say(f"{group.workload} {' '.join(group.start)}: preparing")
    missing = {}
    try:
        ranvier.bench(group.workload, [*group.start, "--runs", "1", "--trace", str(start)])
    except Missing as reason:
        missing["ranvier"] = str(reason)
    # With batch normalisation, activity hardly depends on the first weights.
    peers = prepared(group, start if group.workload != "W4" else None, options, missing)
    try:
        ours, theirs = alternate(group, ranvier, peers, options, missing)
    finally:
        for peer in peers:
            peer.end()
    versions = {peer.framework: peer.version for peer in peers}
    return [result(row, ours[row.name], theirs, versions, missing) for row in group.rows]


def prepared(group, start, options, missing):
    peers = []
    frameworks = list(group.frameworks)
    if is_amd():
        frameworks += [f + ON_AMD for f in group.frameworks if f in ("torch_opt", "torch_compile")]
    if start and not start.exists():
        missing.update({f: "nothing to start from" for f in frameworks})
        return []
    for framework in frameworks:
        say(f"{group.workload}: preparing {framework}")
        try:
            peers.append(Peer(framework, group.workload, start, options))
        except Missing as reason:
            missing[framework] = str(reason)
    return peers


def alternate(group, ranvier, peers, options, missing):
    """All take turns. Times and peak memory of each round, ours by row and theirs by framework."""
    ours = {row.name: [] for row in group.rows}
    theirs = {peer.framework: [] for peer in peers}
    for turn in range(options.rounds):
        say(f"{group.workload}: round {turn + 1} of {options.rounds}")
        for row in group.rows:
            if "ranvier" not in missing:
                ours[row.name].append(ranvier.bench(group.workload, row.arguments))
        for peer in peers:
            try:
                seconds, memory = peer.measure(options.seconds, 3)
                theirs[peer.framework].append((median(seconds), memory))
            except Missing as reason:
                missing[peer.framework] = str(reason)
    return ours, theirs


def result(row, ours, theirs, versions, missing):
    """One row: our time, memory and floor, and the same of every other framework."""
    frameworks = {
        name: dict(
            seconds=median(s for s, _ in rounds), rounds=[s for s, _ in rounds],
            peakResidentBytes=rounds[-1][1], version=versions[name])
        for name, rounds in theirs.items() if rounds}
    best = {
        kind: min(
            (f for f in frameworks if (f in USERS) == (kind == "users")),
            key=lambda f: frameworks[f]["seconds"], default=None)
        for kind in ("users", "optimized")}
    outcome = dict(
        name=row.name, what=row.what, frameworks=frameworks, best=best, missing=missing,
        targets=dict(users=row.target_users, optimized=row.target_optimized), ranvier=None)
    if ours:
        outcome["ranvier"] = dict(
            seconds=median(r["medianSeconds"] for r in ours),
            rounds=[r["medianSeconds"] for r in ours],
            peakResidentBytes=max(r["peakResidentBytes"] for r in ours),
            floorSeconds=(ours[-1].get("floor") or {}).get("secondsPerStep"), details=ours[-1])
    return outcome


def machine(threads):
    model = platform.processor() or platform.machine()
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                model = line.split(":")[1].strip()
                break
    except OSError:
        pass
    return f"{model}, {os.cpu_count()} cores, {threads} threads"


def command():
    hidden = ("--json", "--readme", "--ranvier", "--peers")
    words, skip = ["Benchmarks/compare.py"], False
    for word in sys.argv[1:]:
        if skip or word.startswith(hidden):
            skip = word in ("--json", "--ranvier", "--peers") and not skip
            continue
        words.append(word)
    return " ".join(words)


def say(text):
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
