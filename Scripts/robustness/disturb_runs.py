#!/usr/bin/env python3
"""Disturbs runs of `ranvier` in the ways that machines do, and looks at what they say and leave.

    Scripts/robustness/disturb_runs.py .build/release/ranvier [--seed 0] [--only full-disk]

Eight runs at once in one folder while the index is rebuilt, eight that overwrite one run while it is removed and gone on with, a full
disk, a folder that cannot be written, closed pipes, /dev/full, closed streams, SIGHUP with and without nohup. Each must end with the
right status and a message that names the file, no trace of the program's inside, and nothing half-written.

The full disk is a small tmpfs and the read-only folder a bind mount, in a mount namespace of their own where this runs as root on
Linux; elsewhere they are skipped (the folder then is one without permission to write), and the last line says so.
Python 3 with its standard library. Exit status 0, or 1 with a line for each finding.
"""

import argparse
import json
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

CONFIGURATION = """\
dataset: {name: digits, limit: 40, validation-fraction: 0.2}
encoding: {direct: {steps: 2}}
network:
  - linear: {outputs: 6, gain: 2}
  - lif: {membrane-time-constant: 10e-3}
  - linear: {outputs: 10}
  - leaky-integrator
training: {epochs: 3, optimizer: {adam: {learning-rate: 1e-2}}}
baseline: none
"""
LEFTOVER = re.compile(r"\.partial-\d+-\d+$|^\..*\.(new|old|removed)-\d+(-\d+)?$|-journal$")
INSIDE = re.compile(r"Fatal error|Crash|stack|\.swift:\d+|NSCocoa|Error Domain|Illegal instruction|NSPOSIX")


class Disturber:
    def __init__(self, options, folder):
        self.binary = str(pathlib.Path(options.binary).resolve())
        self.chance = random.Random(options.seed)
        self.folder = folder
        self.findings, self.skipped, self.checks = [], [], 0
        (folder / "small.yaml").write_text(CONFIGURATION)
        (folder / "long.yaml").write_text(CONFIGURATION.replace("epochs: 3", "epochs: 2000"))

    def start(self, *words, wrapper=(), **options):
        options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL} | options
        return subprocess.Popen(
            [*wrapper, self.binary, *map(str, words)], cwd=self.folder, text=True, **options)

    def finish(self, *words, **options):
        process = self.start(*words, **options)
        output, errors = process.communicate()
        return process.returncode, output or "", errors or ""

    def expect(self, holds, what):
        self.checks += 1
        if not holds:
            self.findings.append(what)
            print(f"FINDING {what}", flush=True)

    def ended(self, what, ending, status, *words, lines=None):
        """A process ended with a status, and said these words and nothing of its inside."""
        errors = ending[2]
        wanted = status if isinstance(status, (list, tuple)) else [status]
        self.expect(ending[0] in wanted, f"{what}: status {ending[0]}, expected {status}: {errors.strip()[-300:]}")
        for word in words:
            self.expect(word in errors, f"{what}: '{word}' is not in the message: {errors.strip()[-300:]}")
        self.expect(not INSIDE.search(errors), f"{what}: shows the program's inside: {errors.strip()[-300:]}")
        if lines is not None:
            count = len(errors.strip().splitlines())
            self.expect(count <= lines, f"{what}: {count} lines of messages: {errors.strip()[-300:]}")

    def clean(self, what, root):
        left = [str(p.relative_to(root)) for p in root.rglob("*") if LEFTOVER.search(p.name)]
        self.expect(not left, f"{what}: left over: {left}")

    def statuses(self, root):
        _, output, errors = self.finish("runs", "list", "--json", "--output", root)
        try:
            return {run["path"]: run["status"] for run in json.loads(output)["runs"]}
        except (ValueError, KeyError):
            self.expect(False, f"runs list in {root}: {output[:200]} {errors[:200]}")
            return {}

    def is_whole(self, what, run, seed=None):
        for name in ["config.yaml", "model.json", "model.safetensors", "metrics.jsonl", "result.json", "report.json", "report.html"]:
            self.expect((run / name).exists(), f"{what}: {run.name}/{name} is missing")
        if (run / "result.json").exists() and (run / "config.yaml").exists():
            result = json.loads((run / "result.json").read_text())
            stated = int(re.search(r"^seed: (\d+)", (run / "config.yaml").read_text(), re.M)[1])
            self.expect(result["seed"] == stated, f"{what}: the result is of seed {result['seed']}, the configuration of {stated}")
            lines = len((run / "metrics.jsonl").read_text().splitlines())
            self.expect(lines == result["training"]["epochs"], f"{what}: {lines} lines of metrics")

    # MARK: several at once

    def many_runs(self):
        root = self.folder / "many"
        processes = [
            self.start("run", "small.yaml", "--seed", seed, "--output", root / f"run-{seed}", "--quiet") for seed in range(8)]
        rebuilds = 0
        while any(p.poll() is None for p in processes):
            if root.exists():
                ending = self.finish("runs", "list", "--rebuild", "--output", root)
                self.ended("rebuild while runs run", ending, 0)
                rebuilds += 1
        for seed, process in enumerate(processes):
            output, errors = process.communicate()
            self.ended(f"run {seed} while the index is rebuilt", (process.returncode, output, errors), 0)
            self.expect("index" not in errors, f"run {seed} tells of the index: {errors}")
            self.is_whole("eight at once", root / f"run-{seed}")
        found = self.statuses(root)
        self.expect(
            found == {f"run-{seed}": "finished" for seed in range(8)}, f"the index after {rebuilds} rebuilds: {found}")
        self.clean("eight at once", root)
        print(f"eight runs at once, the index rebuilt {rebuilds} times meanwhile")

    def many_overwrites(self):
        root = self.folder / "overwrites"
        run = root / "run"
        self.ended("the first run", self.finish("run", "small.yaml", "--output", run, "--quiet"), 0)
        gone, stop = threading.Event(), threading.Event()

        def watch():
            while not stop.is_set():
                if not (run / "config.yaml").exists():
                    gone.set()

        watcher = threading.Thread(target=watch)
        watcher.start()
        won = refused = 0
        for _ in range(3):
            processes = [
                self.start("run", "small.yaml", "--seed", seed, "--output", run, "--overwrite", "--quiet") for seed in range(8)]
            processes.append(self.start("run", "small.yaml", "--output", run, "--resume", "--quiet"))
            for process in processes:
                output, errors = process.communicate()
                self.ended("one of eight overwrites", (process.returncode, output, errors), [0, 2])
                won += process.returncode == 0
                refused += process.returncode == 2
                if process.returncode == 2:
                    self.expect(
                        str(run) in errors and ("another process is writing" in errors or "begun with another" in errors),
                        f"a refused overwrite says: {errors}")
        stop.set()
        watcher.join()
        self.expect(not gone.is_set(), "the run's folder was gone for a moment")
        self.expect(won > 0, "no overwrite went through")
        self.is_whole("eight overwrites", run)
        # Removing meanwhile: whole or gone.
        processes = []
        for seed in range(8):
            processes.append(self.start("run", "small.yaml", "--seed", seed, "--output", run, "--overwrite", "--quiet"))
            processes.append(self.start("runs", "remove", run, "--output", root))
        for process in processes:
            output, errors = process.communicate()
            self.ended("overwrite or remove", (process.returncode, output, errors), [0, 2])
        if run.exists():
            self.is_whole("overwrites and removals", run)
        self.expect(sorted(p.name for p in root.iterdir()) in (["index.sqlite"], ["index.sqlite", "run"]), f"in the folder: {sorted(p.name for p in root.iterdir())}")
        self.clean("overwrites", root)
        print(f"overwrites: {won} went through, {refused} were refused")

    # MARK: disks

    def is_privileged(self):
        return sys.platform == "linux" and os.geteuid() == 0 and shutil.which("mount") is not None

    def full_disk(self):
        if not self.is_privileged():
            return self.skipped.append("full disk")
        disk = self.folder / "disk"
        disk.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "none", str(disk)], check=True)
        try:
            self.ended("a run with room", self.finish("run", "small.yaml", "--output", disk / "runs/run", "--quiet"), 0)
            before = {p.name: p.read_bytes() for p in (disk / "runs/run").iterdir() if p.is_file()}
            for room in [0, 4096, 8192, 16384, 24576, 40960, 65536, 98304, 131072]:
                filler = disk / "filler"
                with open(filler, "wb") as file:
                    free = os.statvfs(disk)
                    file.write(b"x" * max(0, free.f_bavail * free.f_frsize - room))
                what = f"a disk with {room} bytes left"
                for name, words in [
                    ("overwrite", ["run", "small.yaml", "--seed", "1", "--output", disk / "runs/run", "--overwrite"]),
                    ("new run", ["run", "small.yaml", "--output", disk / "runs/new"]),
                    ("report", ["report", disk / "runs/run"]),
                    ("predict", ["predict", disk / "runs/run", self.folder / "rows.csv", "-o", disk / "answers.csv"]),
                    ("init", ["init", self.folder / "rows.csv", "--target", "p0", "-o", disk / "implied.yaml"]),
                    ("sweep", ["sweep", "small.yaml", "--seeds", "2", "--output", disk / "sweep"]),
                    ("study", ["reproduce", "smooth/concept", "--quick", "--output", disk / "study"]),
                    ("remove", ["runs", "remove", disk / "runs/new", "--output", disk / "runs"]),
                ]:
                    if name == "remove" and not (disk / "runs/new").exists():
                        continue
                    ending = self.finish(*words)
                    self.ended(f"{name} on {what}", ending, [0, 1, 2] if name in ("init", "sweep") else [0, 1])
                    if ending[0] == 1:
                        self.expect(str(disk) in ending[2], f"{name} on {what}: names no file: {ending[2][-200:]}")
                        self.expect("No space left" in ending[2] or "full" in ending[2], f"{name} on {what}: {ending[2][-200:]}")
                    left = [str(p) for p in disk.rglob("*") if ".partial-" in p.name]
                    self.expect(not left, f"{name} on {what}: half-written: {left}")
                    if name == "overwrite" and ending[0] == 1:
                        text = (disk / "runs/run/config.yaml").read_text()
                        if re.search("^seed: 0", text, re.M):
                            now = {p.name: p.read_bytes() for p in (disk / "runs/run").iterdir() if p.is_file()}
                            self.expect(now == before, f"the old run changed on {what}")
                filler.unlink()
                for part in ["runs", "sweep", "study"]:
                    shutil.rmtree(disk / part, ignore_errors=True)
                for part in ["answers.csv", "implied.yaml"]:
                    (disk / part).unlink(missing_ok=True)
                self.ended(f"a run with room again after {what}", self.finish("run", "small.yaml", "--output", disk / "runs/run", "--quiet"), 0)
                before = {p.name: p.read_bytes() for p in (disk / "runs/run").iterdir() if p.is_file()}
                self.clean(f"after {what}", disk)
        finally:
            subprocess.run(["umount", str(disk)])

    def read_only_folder(self):
        folder = self.folder / "read-only"
        self.ended("a run", self.finish("run", "small.yaml", "--output", folder / "run", "--quiet"), 0)
        if self.is_privileged():
            subprocess.run(["mount", "--bind", str(folder), str(folder)], check=True)
            subprocess.run(["mount", "-o", "remount,ro,bind", str(folder)], check=True)
        elif os.geteuid() == 0:
            return self.skipped.append("read-only folder")
        else:
            folder.chmod(0o555)
            (folder / "run").chmod(0o555)
        try:
            for name, words in [
                ("new run", ["run", "small.yaml", "--output", folder / "new"]),
                ("overwrite", ["run", "small.yaml", "--output", folder / "run", "--overwrite"]),
                ("resume", ["run", "small.yaml", "--output", folder / "run", "--resume"]),
                ("report", ["report", folder / "run"]),
                ("remove", ["runs", "remove", folder / "run"]),
                ("rebuild", ["runs", "list", "--rebuild", "--output", folder]),
                ("predict", ["predict", folder / "run", self.folder / "rows.csv", "-o", folder / "answers.csv"]),
                ("sweep", ["sweep", "small.yaml", "--seeds", "2", "--output", folder / "sweep"]),
                ("study", ["reproduce", "smooth/concept", "--quick", "--output", folder / "study"]),
            ]:
                self.ended(f"{name} in a read-only folder", self.finish(*words), 2, str(folder))
            # Reading needs no permission to write.
            self.ended("runs list in a read-only folder", self.finish("runs", "list", "--output", folder), 0)
            self.ended("evaluate in a read-only folder", self.finish("evaluate", folder / "run"), 0)
        finally:
            if self.is_privileged():
                subprocess.run(["umount", str(folder)])
            else:
                folder.chmod(0o755)
                (folder / "run").chmod(0o755)

    # MARK: streams

    VERBS = [
        ["--help"], ["--version"], ["help", "run"], ["runs", "--help"], ["data", "list"], ["data", "list", "--json"],
        ["runs", "list", "--output", "streams"], ["runs", "list", "--output", "streams", "--json"],
        ["runs", "show", "run", "--output", "streams"], ["evaluate", "streams/run"], ["evaluate", "streams/run", "--json"],
        ["report", "streams/run"], ["predict", "streams/run", "rows.csv"], ["predict", "streams/run", "rows.csv", "--json"],
        ["reproduce", "--list"], ["data", "check", "rows.csv", "--target", "p0"], ["data", "info", "rows.csv"],
        ["explain", "streams/run"], ["run", "small.yaml", "--output", "streams/again", "--overwrite"],
        ["run", "small.yaml", "--output", "streams/again", "--overwrite", "--json"],
        ["--generate-completion-script", "bash"],
    ]

    def streams(self):
        self.ended("a run", self.finish("run", "small.yaml", "--output", "streams/run", "--quiet"), 0)
        for words in self.VERBS:
            what = " ".join(words)
            usual = self.finish(*words)
            if usual[0] != 0 and "check" not in words:
                self.expect(False, f"{what} ends with {usual[0]}: {usual[2][-200:]}")
                continue
            quiet = words + (["--quiet"] if "run" in words[:1] or "explain" in words[:1] else [])
            if os.path.exists("/dev/full"):
                with open("/dev/full", "w") as full:
                    ending = self.finish(*quiet, stdout=full)
                self.ended(f"{what} > /dev/full", ending, 1, "standard output")
            reading, writing = os.pipe()
            os.close(reading)
            ending = self.finish(*quiet, stdout=writing)
            os.close(writing)
            self.ended(f"{what} | true", ending, 1, "standard output")
            told = [line for line in ending[2].splitlines() if "standard output" in line]
            self.expect(len(told) == 1, f"{what} | true: {len(told)} lines tell of it")
            ending = self.finish(*quiet, wrapper=["/bin/sh", "-c", 'exec "$0" "$@" >&-'])
            self.ended(f"{what} >&-", ending, 1, "standard output")
            ending = self.finish(*words, wrapper=["/bin/sh", "-c", 'exec "$0" "$@" 2>&-'])
            self.expect(ending[0] == usual[0], f"{what} 2>&-: status {ending[0]}")
            self.is_whole(what, self.folder / "streams/run")

    def hang_up(self):
        for name, wrapper, number, status in [
            ("SIGHUP", [], signal.SIGHUP, 130), ("SIGINT", [], signal.SIGINT, 130), ("SIGTERM", [], signal.SIGTERM, 130),
            ("SIGHUP under nohup", ["/bin/sh", "-c", 'trap "" HUP; exec "$0" "$@"'], signal.SIGHUP, None),
        ]:
            run = self.folder / f"signals/{name.replace(' ', '-')}"
            process = self.start("run", "long.yaml", "--output", run, wrapper=wrapper)
            while process.poll() is None and not (run / "metrics.jsonl").exists():
                time.sleep(0.01)
            process.send_signal(number)
            if status is None:
                time.sleep(0.5)
                self.expect(process.poll() is None, f"{name} ends a run that shall outlive its terminal")
                process.send_signal(signal.SIGTERM)
            output, errors = process.communicate()
            self.ended(name, (process.returncode, output, errors), 130, "--resume")
            self.clean(name, run.parent)
        sweep = self.folder / "signals/sweep"
        process = self.start("sweep", "long.yaml", "--seeds", "2", "--jobs", "2", "--output", sweep)
        runs = [sweep / "long-seed0", sweep / "long-0"]
        while process.poll() is None and not any((r / "metrics.jsonl").exists() for r in runs):
            time.sleep(0.01)
        process.send_signal(signal.SIGHUP)
        output, errors = process.communicate()
        self.ended("SIGHUP to a sweep", (process.returncode, output, errors), 130)
        found = self.statuses(sweep)
        self.expect(found and set(found.values()) == {"interrupted"}, f"the runs of a sweep after SIGHUP: {found}")

    def perform(self, only):
        rows = [[f"p{i}" for i in range(64)]]
        rows += [[str(self.chance.randint(0, 16)) for _ in range(64)] for _ in range(200)]
        (self.folder / "rows.csv").write_text("\n".join(",".join(row) for row in rows) + "\n")
        for name, part in [
            ("many-runs", self.many_runs), ("many-overwrites", self.many_overwrites), ("full-disk", self.full_disk),
            ("read-only-folder", self.read_only_folder), ("streams", self.streams), ("hang-up", self.hang_up),
        ]:
            if only and name not in only:
                continue
            begun = time.monotonic()
            try:
                part()
            except Exception as error:
                self.expect(False, f"{name}: the script itself: {error!r}")
            print(f"{name}: {time.monotonic() - begun:.0f} s, {len(self.findings)} findings so far", flush=True)
        skipped = f"; skipped: {', '.join(self.skipped)}" if self.skipped else ""
        print(f"{self.checks} checks, {len(self.findings)} findings{skipped}")
        return 1 if self.findings else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("binary", help="the built command")
    parser.add_argument("--seed", type=int, default=0, help="of the rows that are predicted")
    parser.add_argument("--only", action="append", help="a part: many-runs, many-overwrites, full-disk, read-only-folder, streams, hang-up")
    options = parser.parse_args()
    if sys.platform == "linux" and os.geteuid() == 0 and "RANVIER_DISTURBED" not in os.environ and shutil.which("unshare"):
        # Mounts stay in a namespace of their own and go with this process.
        os.environ["RANVIER_DISTURBED"] = "1"
        os.execvp("unshare", ["unshare", "-m", sys.executable, *sys.argv])
    folder = pathlib.Path(tempfile.mkdtemp(prefix="ranvier-disturbed-"))
    try:
        status = Disturber(options, folder).perform(options.only)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    sys.exit(status)


if __name__ == "__main__":
    main()
