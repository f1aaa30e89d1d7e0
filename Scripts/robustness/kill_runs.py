#!/usr/bin/env python3
"""Kills runs of `ranvier` at random moments and holds what is left against runs that nobody disturbed.

    Scripts/robustness/kill_runs.py .build/release/ranvier --kills 300 [--seed 0] [--jobs 2] [--study STUDY] [--keep]

Runs of both methods, runs with --overwrite, sweeps and a study are ended by SIGKILL: a third at any moment, a third shortly before
the known end, a third when a file of the final writes appears. Some are killed again while they resume. Then each goes on to its
end, and

- every file has the bits of a run that was never interrupted, but for durations, memory and the command line,
- metrics.jsonl has a line for each epoch, the index says "finished",
- no partial file, no hidden folder of a run, no unfinished index is left,
- at no time is a run's folder gone once it was there; with --overwrite it holds the old run or the new one.

Python 3 with its standard library; Linux or macOS. Exit status 0, or 1 with a line for each difference.
"""

import argparse
import collections
import concurrent.futures
import json
import os
import pathlib
import random
import re
import shlex
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import time
import zlib

SURROGATE = """\
dataset: {name: digits, limit: 40, validation-fraction: 0.2}
encoding: {direct: {steps: 2}}
network:
  - linear: {outputs: 6, gain: 2}
  - lif: {membrane-time-constant: 10e-3}
  - linear: {outputs: 10}
  - leaky-integrator
training: {epochs: 4, optimizer: {adam: {learning-rate: 1e-2}}, early-stop: 3}
baseline: none
"""

EXACT = """\
method: exact
dataset: {name: digits, limit: 40, validation-fraction: 0.2}
encoding:
  first-spike: {curve: linear, bins: 4, trial: 4, latest: 1.5}
network:
  - theta: {outputs: 6}
  - theta: {outputs: 10}
training: {epochs: 4, batch-size: 16, learning-rate: 4e-3}
baseline: none
"""

# What differs between two undisturbed runs of one seed.
VOLATILE = {"seconds", "trainingSeconds", "samplesPerSecond", "secondsPerSample", "peakResidentBytes", "command", "training-time",
    "page", "table", "folder", "checksum"}
LEFTOVER = re.compile(r"\.partial-\d+-\d+$|^\..*\.(new|old|removed)-\d+(-\d+)?$|-journal$")
FINAL = ["model.safetensors", "certainty.json", "result.json", "report.json", "report.html", "figures", "checkpoint.safetensors"]


def without_durations(value):
    if isinstance(value, dict):
        if {value.get("name"), value.get("measure")} & VOLATILE or value.get("unit") == "s":
            return None
        return {k: without_durations(v) for k, v in value.items() if k not in VOLATILE}
    if isinstance(value, list):
        return [without_durations(v) for v in value]
    if isinstance(value, str) and value[:1] == "[" and '"seconds"' in value:
        return without_durations(json.loads(value))
    return value


def safetensors(data):
    (size,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + size])
    names = sorted(name for name in header if name != "__metadata__")
    begin = 8 + size
    tensors = {}
    for name in names:
        first, last = header[name]["data_offsets"]
        tensors[name] = (header[name]["dtype"], header[name]["shape"], data[begin + first : begin + last])
    # A checksum over metadata that hold durations differs with them.
    metadata = {k: v for k, v in header.get("__metadata__", {}).items() if "sum" not in k and "digest" not in k}
    return without_durations(metadata), tensors


def content(path):
    """What must be equal in a file: its bytes, with durations taken out."""
    data = path.read_bytes()
    if path.suffix == ".safetensors":
        return safetensors(data)
    if path.suffix == ".json":
        # A checksum covers durations, so that it differs; it must be that of its file all the same.
        seal = re.match(rb'\{\s*"checksum"\s*:\s*"crc32:([0-9a-f]{8})",', data)
        if seal and zlib.crc32(data[seal.end() :]) != int(seal.group(1), 16):
            return "a wrong checksum"
        return without_durations(json.loads(data))
    if path.suffix == ".jsonl":
        return [without_durations(json.loads(line)) for line in data.decode().splitlines()], data[-1:]
    if path.suffix in (".html", ".svg"):
        return re.split(r"(?=<)", data.decode())
    if path.suffix == ".csv":
        lines = [line.split(",") for line in data.decode().splitlines()]
        kept = [i for i, name in enumerate(lines[0]) if not re.search(r"time|second|\(s\)", name)] if lines else []
        return [[line[i] for i in kept if i < len(line)] for line in lines]
    return data


def tree(folder):
    return {
        str(path.relative_to(folder)): content(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith("index.sqlite") and path.name != ".lock"
    }


class Reference:
    """Files of undisturbed runs; pieces of pages that differ between three of them hold durations."""

    def __init__(self, folders):
        trees = [tree(folder) for folder in folders]
        self.files = trees[0]
        self.masked = collections.defaultdict(set)
        for other in trees[1:]:
            if other.keys() != self.files.keys():
                raise SystemExit(f"undisturbed runs differ in their files: {self.files.keys() ^ other.keys()}")
            for name, one in self.files.items():
                if name.endswith((".html", ".svg")):
                    self.masked[name] |= {i for i, (a, b) in enumerate(zip(one, other[name])) if a != b}
                elif one != other[name]:
                    raise SystemExit(f"undisturbed runs differ in {name}; they cannot be a reference")

    def differences(self, folder):
        try:
            found = tree(folder)
        except Exception as error:  # a damaged file is a finding
            return [f"{folder}: cannot be read: {error!r}"]
        missing = [f"{name} is missing" for name in self.files.keys() - found.keys()]
        more = [f"{name} is too many" for name in found.keys() - self.files.keys()]
        different = []
        for name in self.files.keys() & found.keys():
            one, other = self.files[name], found[name]
            if name.endswith((".html", ".svg")):
                # Words that only undisturbed durations share are not masked: a few pieces may differ by them.
                pieces = [i for i, (a, b) in enumerate(zip(one, other)) if a != b and i not in self.masked[name]]
                pieces = [i for i in pieces if not self.is_duration(one[i], other[i])]
                if len(one) != len(other) or pieces:
                    different.append(f"{name} differs ({[other[i][:80] for i in pieces[:2]]})")
            elif one != other:
                different.append(f"{name} differs")
        return missing + more + different

    @staticmethod
    def is_duration(one, other):
        mask = re.compile(r"[\d.,]+(?=\s*(?:s|ms|µs|ns|min|h|samples/s|samples per second|[KMG]i?B)\b)|\s--(?:resume|overwrite)")
        return mask.sub("", one) == mask.sub("", other)


class Killer:
    def __init__(self, options, folder):
        self.binary = str(pathlib.Path(options.binary).resolve())
        self.folder = folder
        self.options = options
        self.lock = threading.Lock()
        self.failures = []
        self.kills = collections.Counter()
        (folder / "surrogate.yaml").write_text(SURROGATE)
        (folder / "exact.yaml").write_text(EXACT)
        (folder / "sweep.yaml").write_text(SURROGATE.replace("epochs: 4", "epochs: 2"))

    def start(self, *words):
        return subprocess.Popen(
            [self.binary, *map(str, words), "--quiet", "--threads", "1"], cwd=self.folder, start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)

    def finish(self, *words):
        process = self.start(*words)
        errors = process.communicate()[1].decode()
        return process.returncode, errors

    def fail(self, what, message):
        with self.lock:
            self.failures.append(f"{what}: {message}")
            print(f"FAILED {what}: {message}", flush=True)

    def reference(self, *words, output):
        """Three undisturbed runs, the first of which stays, and how long one takes."""
        folders, seconds = [], []
        for number in range(3):
            folder = self.folder / "reference" / str(number) / output
            begun = time.monotonic()
            status, errors = self.finish(*words, "--output", folder)
            seconds.append(time.monotonic() - begun)
            if status != 0:
                raise SystemExit(f"the undisturbed {' '.join(words)} ends with status {status}: {errors}")
            folders.append(folder)
        return Reference(folders), folders[0], min(seconds)

    # MARK: killing

    def kill(self, process, chance, seconds, target, scenario):
        """Ends a process at a moment of chance; whether it was still at work."""
        manner = chance.choice(["any", "late", "file"])
        if manner == "file":
            name = chance.choice(FINAL + ["partial", "hidden", "journal"])
            self.wait_for(process, target, name)
            time.sleep(chance.choice([0, 0, 0.0005, 0.002, 0.01]))
        else:
            until = seconds * (chance.random() if manner == "any" else chance.uniform(0.8, 1.1))
            deadline = time.monotonic() + until
            while time.monotonic() < deadline and process.poll() is None:
                time.sleep(0.001)
        alive = process.poll() is None
        if alive:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        if alive:
            with self.lock:
                self.kills[scenario] += 1
        return alive

    @staticmethod
    def wait_for(process, target, name):
        """Waits until a file of the final writes appears below a folder; one that is there from the start does not count."""
        def stamp():
            if name in ("hidden", "journal"):
                try:
                    names = os.listdir(target.parent)
                except OSError:
                    return None
                wanted = f".{target.name}." if name == "hidden" else "index.sqlite-journal"
                return next((n for n in names if n.startswith(wanted)), None)
            if name == "partial":
                try:
                    return next((n for n in os.listdir(target) if ".partial-" in n), None)
                except OSError:
                    return None
            try:
                status = os.stat(target / name)
                return (status.st_ino, status.st_mtime_ns)
            except OSError:
                return None
        before = stamp()
        while process.poll() is None:
            now = stamp()
            if now is not None and now != before:
                return

    # MARK: what must hold

    def check(self, what, reference, folder, root, expected_runs=1):
        for line in reference.differences(folder):
            self.fail(what, line)
        for path in root.rglob("*"):
            if LEFTOVER.search(path.name):
                self.fail(what, f"left over: {path.relative_to(root)}")

    def check_index(self, what, root, names):
        answer = subprocess.run(
            [self.binary, "runs", "list", "--json", "--output", str(root)], capture_output=True, text=True)
        if answer.returncode != 0:
            return self.fail(what, f"runs list ends with {answer.returncode}: {answer.stderr.strip()}")
        found = {run["path"]: run["status"] for run in json.loads(answer.stdout)["runs"]}
        for name in names:
            if found.get(name) != "finished":
                self.fail(what, f"the index says of {name}: {found.get(name)}")

    # MARK: scenarios

    def run(self, number, chance, method):
        reference, _, seconds = self.references[method]
        root = self.folder / f"work-{number}"
        target = root / "run"
        what = f"{number} {method}"
        words = ["run", f"{method}.yaml", "--seed", "0", "--output", target]
        self.kill(self.start(*words), chance, seconds, target, method)
        for _ in range(3):
            if chance.random() < 0.6:
                break
            again = words + (["--resume"] if target.exists() else [])
            self.kill(self.start(*again), chance, seconds, target, method + " resumed")
        status, errors = self.finish(*words, *(["--resume"] if target.exists() else []))
        if status != 0:
            self.fail(what, f"going on ends with status {status}: {errors.strip()}")
        self.check(what, reference, target, root)
        self.check_index(what, root, ["run"])
        return root

    def overwrite(self, number, chance, method):
        reference, _, seconds = self.references[method]
        old_reference, old, _ = self.references[method + " old"]
        root = self.folder / f"work-{number}"
        target = root / "run"
        root.mkdir()
        shutil.copytree(old, target)
        what = f"{number} overwrite {method}"
        gone = threading.Event()
        stop = threading.Event()

        def watch():
            while not stop.is_set():
                if not os.path.exists(target / "config.yaml"):
                    gone.set()

        watcher = threading.Thread(target=watch)
        watcher.start()
        words = ["run", f"{method}.yaml", "--seed", "0", "--output", target]
        self.kill(self.start(*words, "--overwrite"), chance, seconds, target, "overwrite")
        stop.set()
        watcher.join()
        if gone.is_set():
            self.fail(what, "the run's folder was gone for a moment")
        text = (target / "config.yaml").read_text() if (target / "config.yaml").exists() else ""
        if re.search(r"^seed: 1$", text, re.M):
            for line in old_reference.differences(target):
                self.fail(what, f"the old run: {line}")
            option = "--overwrite"
        else:
            option = "--resume"
        status, errors = self.finish(*words, option)
        if status != 0:
            self.fail(what, f"going on with {option} ends with status {status}: {errors.strip()}")
        self.check(what, reference, target, root)
        self.check_index(what, root, ["run"])
        return root

    def sweep(self, number, chance):
        reference, first, seconds = self.references["sweep"]
        root = self.folder / f"work-{number}" / "sweep"
        what = f"{number} sweep"
        words = ["sweep", "sweep.yaml", "--seeds", "2", "--jobs", "2", "--output", root]
        self.kill(self.start(*words), chance, seconds, root / "sweep-seed0", "sweep")
        # Its runs are processes of their own, which go on to their ends; until then the sweep is refused.
        for _ in range(100):
            status, errors = self.finish(*words)
            if status not in (1, 2) or not re.search("another process is writing|there is a run already", errors):
                break
            time.sleep(0.2)
        if status != 0:
            self.fail(what, f"going on ends with status {status}: {errors.strip()}")
        self.check(what, reference, root, root)
        self.check_index(what, root, [p.name for p in root.iterdir() if p.is_dir()])
        return root.parent

    def study(self, number, chance):
        reference, _, seconds = self.references["study"]
        root = self.folder / f"work-{number}"
        what = f"{number} study"
        words = ["reproduce", *shlex.split(self.options.study), "--quick", "--output", root]
        self.kill(self.start(*words), chance, seconds, root / shlex.split(self.options.study)[0], "study")
        status, errors = self.finish(*words)
        if status != 0:
            self.fail(what, f"going on ends with status {status}: {errors.strip()}")
        self.check(what, reference, root, root)
        return root

    def prepare(self):
        self.references = {}
        for method in ["surrogate", "exact"]:
            self.references[method] = self.reference("run", f"{method}.yaml", "--seed", "0", output="run")
            shutil.move(self.folder / "reference", self.folder / f"reference-{method}")
            self.references[method + " old"] = self.reference("run", f"{method}.yaml", "--seed", "1", output="run")
            moved = self.folder / f"reference-{method}-old"
            shutil.move(self.folder / "reference", moved)
            one, _, seconds = self.references[method + " old"]
            self.references[method + " old"] = (one, moved / "0" / "run", seconds)
        self.references["sweep"] = self.reference(
            "sweep", "sweep.yaml", "--seeds", "2", "--jobs", "2", output="sweep")
        shutil.move(self.folder / "reference", self.folder / "reference-sweep")
        if self.options.study:
            self.references["study"] = self.reference(
                "reproduce", *shlex.split(self.options.study), "--quick", output="study")

    def one(self, number):
        chance = random.Random(f"{self.options.seed} {number}")
        part = number % 12
        try:
            if self.options.study and part == 11:
                root = self.study(number, chance)
            elif part in (9, 10):
                root = self.sweep(number, chance)
            elif part in (2, 5, 8):
                root = self.overwrite(number, chance, chance.choice(["surrogate", "exact"]))
            else:
                root = self.run(number, chance, ["surrogate", "exact"][part % 2])
        except Exception as error:
            return self.fail(f"{number}", f"the script itself: {error!r}")
        if not self.failures or not self.options.keep:
            shutil.rmtree(root, ignore_errors=True)

    def perform(self):
        begun = time.monotonic()
        self.prepare()
        print(", ".join(f"{k} {s:.1f} s" for k, (_, _, s) in self.references.items()), flush=True)
        number = 0
        with concurrent.futures.ThreadPoolExecutor(self.options.jobs) as pool:
            pending = set()
            while sum(self.kills.values()) < self.options.kills and number < 4 * self.options.kills + 20:
                while len(pending) < self.options.jobs:
                    pending.add(pool.submit(self.one, number))
                    number += 1
                done, pending = concurrent.futures.wait(pending, return_when=concurrent.futures.FIRST_COMPLETED)
                if number % 25 == 0:
                    print(f"{sum(self.kills.values())} kills, {len(self.failures)} findings", flush=True)
        kills = ", ".join(f"{name} {count}" for name, count in sorted(self.kills.items()))
        print(
            f"{sum(self.kills.values())} kills in {number} runs ({kills}), {time.monotonic() - begun:.0f} s: "
            f"{len(self.failures)} findings")
        return 1 if self.failures or not self.kills else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("binary", help="the built command")
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--seed", default="0", help="of the moments; the same seed aims at the same ones")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="runs at once")
    parser.add_argument(
        "--study", default="smooth/single-neuron",
        help="what is reproduced; 'cka/width --epochs 1 --seed 0 --settings \"4 channels\"' has a store of networks and takes longer")
    parser.add_argument("--keep", action="store_true", help="leave the folder after a finding")
    options = parser.parse_args()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="ranvier-kills-"))
    try:
        status = Killer(options, folder).perform()
    finally:
        if options.keep:
            print(f"kept: {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)
    sys.exit(status)


if __name__ == "__main__":
    main()
