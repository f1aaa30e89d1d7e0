#!/usr/bin/env python3
"""SKAB (Skoltech anomaly benchmark) with scikit-learn: is the pump disturbed in this window? Split by file.

    skab.py [DATA] [--window 20] [--stride 5] [--label last] [--seed 0] [--splits N] [--json FILE]

DATA holds `skab/`, or is that folder; RANVIER_DATA if not given. All files with a column `anomaly` are read.

A sample is a window of W rows within one file, of the eight sensors; its label is `anomaly` of the last row, of most rows
(half of them counts as one), or of any row. Neither time nor row number is an input: anomalies lie at nearly the same rows in
most files.

Split: the files, sorted by their path below `skab/`, are shuffled by Python's `random.Random(seed)`; the first 60 %
(rounded) are for training, the next 20 % for validation, the others for test. `--train-files`, `--validation-files` and
`--test-files` give them instead, one path a line; without validation files every fourth of the shuffled training files
validates. Every sensor is scaled to mean 0 and deviation 1 over the training rows. Models are fitted on training files only, and
their settings are those with the best balanced accuracy on the validation files (`--select`). The test files are not looked at
before.

Inputs: `windows`, all W × 8 values, and `features`, mean, deviation, smallest, largest and slope of each sensor.
Scores are of the test windows, F1 and PR-AUC of class 1 (anomaly), with the 95 % bootstrap interval over windows and over
files. Windows of one file overlap and resemble each other, so that the interval over files is the honest one. `--splits N` repeats
all with the seeds 0 to N−1 and gives mean and deviation over the splits.
"""
import argparse
import json
import os
import random
import sys
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from scores import SCORES, TwoClasses

SENSORS = (
    "Accelerometer1RMS", "Accelerometer2RMS", "Current", "Pressure", "Temperature", "Thermocouple", "Voltage",
    "Volume Flow RateRMS")
LABELS = dict(
    last=lambda rows: rows[:, -1], majority=lambda rows: (2 * rows.sum(1) >= rows.shape[1]).astype(int),
    any=lambda rows: rows.max(1))


def main():
    options = arguments()
    threadpool_limits(options.threads)
    files = read(options.data)
    if options.splits:
        reports = [report(files, by_seed(list(files), seed), options, seed) for seed in range(options.splits)]
        result = dict(splits=reports, overSplits=over_splits(reports))
        print(text_of_splits(result["overSplits"], options.splits))
    else:
        result = report(files, split(files, options), options, options.seed)
        print(text(result))
    if options.json:
        options.json.write_text(json.dumps(result, indent=1) + "\n")


def arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("data", nargs="?", default=os.environ.get("RANVIER_DATA"))
    add("--window", type=int, default=20)
    add("--stride", type=int, default=5)
    add("--label", choices=LABELS, default="last")
    add("--seed", type=int, default=0, help="of split, models and bootstrap")
    add("--splits", type=int, default=0, help="repeat with so many splits")
    for part in ("train", "validation", "test"):
        add(f"--{part}-files", type=Path, help="a text file with the paths of these files, one a line")
    add("--select", choices=SCORES, default="balancedAccuracy", help="what settings are chosen by")
    add("--bootstrap", type=int, default=1000, help="samples of the bootstrap")
    add("--threads", type=int, default=1, help="more help only where nothing else works on the machine")
    add("--json", type=Path, help="where to write everything")
    options = parser.parse_args()
    if not options.data:
        parser.error("no data: name the folder or set RANVIER_DATA")
    given = [options.train_files, options.test_files]
    if any(given) != all(given):
        parser.error("--train-files and --test-files go together")
    if options.validation_files and not options.train_files:
        parser.error("--validation-files needs --train-files and --test-files")
    if options.splits and options.train_files:
        parser.error("--splits makes its own splits; leave it out with files given")
    if options.window < 1 or options.stride < 1:
        parser.error("--window and --stride are 1 or more")
    return options


# MARK: files and splits


def read(data):
    """Values `[rows, 8]` and labels of each file by its path below `skab/`."""
    folder = Path(data) / "skab" if (Path(data) / "skab").is_dir() else Path(data)
    files = {}
    for path in sorted(folder.glob("**/*.csv"), key=lambda p: p.relative_to(folder).as_posix()):
        frame = pd.read_csv(path, sep=";")
        if "anomaly" in frame:
            files[path.relative_to(folder).as_posix()] = (
                frame[list(SENSORS)].to_numpy(float), frame["anomaly"].to_numpy().astype(int))
    if len(files) < 3:
        sys.exit(f"skab: {len(files)} files with a column 'anomaly' in {folder}; expected SKAB's, at least 3")
    return files


def by_seed(names, seed):
    """60, 20 and 20 % of the files, shuffled."""
    names = sorted(names)
    random.Random(seed).shuffle(names)
    first, second = round(0.6 * len(names)), round(0.8 * len(names))
    return dict(train=names[:first], validation=names[first:second], test=names[second:])


def split(files, options):
    if not options.train_files:
        return by_seed(list(files), options.seed)
    parts = dict(
        train=listed(options.train_files, files), test=listed(options.test_files, files))
    if options.validation_files:
        parts["validation"] = listed(options.validation_files, files)
    else:
        names = sorted(parts["train"])
        random.Random(options.seed).shuffle(names)
        parts["validation"] = names[::4]
        parts["train"] = [n for i, n in enumerate(names) if i % 4]
    names = [n for part in parts.values() for n in part]
    twice = sorted({n for n in names if names.count(n) > 1})
    if twice:
        sys.exit(f"skab: '{twice[0]}' is listed more than once")
    return parts


def listed(path, files):
    """The files of a list. A path counts by its end, so that lists made elsewhere can be used."""
    names = []
    for line in path.read_text().splitlines():
        if line.strip():
            found = [n for n in files if ("/" + line.strip().replace("\\", "/")).endswith("/" + n)]
            if not found:
                sys.exit(f"skab: {path} lists '{line.strip()}'; expected one of {', '.join(files)}")
            names += found
    if not names:
        sys.exit(f"skab: {path} lists no file")
    return names


# MARK: windows


def windows(files, names, scaler, options):
    """Scaled windows `[n, W, 8]`, labels `[n]` and the file of each."""
    values, labels, groups = [], [], []
    for name in names:
        rows, marks = files[name]
        starts = np.arange(0, len(rows) - options.window + 1, options.stride)
        at = starts[:, None] + np.arange(options.window)
        values.append(scaler.transform(rows)[at])
        labels.append(LABELS[options.label](marks[at]))
        groups += [name] * len(starts)
    return np.concatenate(values), np.concatenate(labels), np.array(groups)


def features(values):
    """Mean, deviation, smallest, largest and slope of each sensor, `[n, 40]`."""
    time = np.arange(values.shape[1]) - (values.shape[1] - 1) / 2
    slope = np.einsum("t,ntc->nc", time, values) / max(float(time @ time), 1)
    return np.concatenate(
        [values.mean(1), values.std(1), values.min(1), values.max(1), slope], axis=1)


# MARK: models


def candidates(seed, count):
    """Models by kind, each with its settings, for so many training windows; the first of equals is taken."""
    linear = [
        (dict(C=c, balanced=b), lambda c=c, b=b: LogisticRegression(
            C=c, class_weight="balanced" if b else None, max_iter=2000))
        for c in (0.001, 0.01, 0.1, 1.0, 10.0, 100.0) for b in (False, True)]
    trees = [
        (dict(rate=r, leaves=n, iterations=m, balanced=b), lambda r=r, n=n, m=m, b=b: HistGradientBoostingClassifier(
            learning_rate=r, max_leaf_nodes=n, max_iter=m, class_weight="balanced" if b else None,
            early_stopping=False, random_state=seed))
        for r, n, m in ((0.1, 31, 100), (0.1, 7, 100), (0.03, 15, 100), (0.03, 7, 300)) for b in (False, True)]
    neighbours = [
        (dict(k=k, weights=w), lambda k=k, w=w: KNeighborsClassifier(k, weights=w))
        for k in (1, 5, 15, 51, 151) if k <= count for w in ("uniform", "distance")]
    return {"linear": linear, "boosted trees": trees, "nearest neighbours": neighbours}


def report(files, parts, options, seed):
    scaler = StandardScaler().fit(np.concatenate([files[n][0] for n in parts["train"]]))
    sets = {part: windows(files, names, scaler, options) for part, names in parts.items()}
    for part, (_, labels, _) in sets.items():
        if len(set(labels)) < 2:
            sys.exit(f"skab: all {len(labels)} windows of the {part} files have one class; choose other files")
    result = dict(
        window=options.window, stride=options.stride, label=options.label, seed=seed, select=options.select,
        files=parts, sets={
            part: dict(windows=len(labels), anomalies=int(labels.sum())) for part, (_, labels, _) in sets.items()},
        models=[])
    majority = DummyClassifier().fit(sets["train"][0], sets["train"][1])
    result["models"].append(scored("majority", "–", {}, majority, sets, lambda v: v, options, seed, 0.0))
    for kind, settings in candidates(seed, len(sets["train"][1])).items():
        for inputs, make in (("windows", lambda v: v.reshape(len(v), -1)), ("features", features)):
            began = time.perf_counter()
            train, validation = (make(sets[part][0]) for part in ("train", "validation"))
            best = None
            for setting, build in settings:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore", ConvergenceWarning)
                    model = build().fit(train, sets["train"][1])
                value = judged(model, validation, sets["validation"][1]).values()[SCORES.index(options.select)]
                if best is None or value > best[0]:
                    best = value, setting, model
            result["models"].append(
                scored(kind, inputs, best[1], best[2], sets, make, options, seed, time.perf_counter() - began))
    return result


def judged(model, values, labels):
    return TwoClasses(labels, model.predict(values), model.predict_proba(values)[:, 1])


def scored(kind, inputs, setting, model, sets, make, options, seed, seconds):
    values, labels, groups = sets["test"]
    validation = judged(model, make(sets["validation"][0]), sets["validation"][1]).values()
    return dict(
        model=kind, inputs=inputs, setting=setting, fitSeconds=seconds,
        validation=dict(zip(SCORES, map(float, validation))),
        test=judged(model, make(values), labels).report(groups, options.bootstrap, seed))


# MARK: text


HEADS = ("accuracy", "balanced acc.", "F1 anomaly", "PR-AUC")


def text(result):
    sets = result["sets"]
    lines = [
        f"SKAB: windows of {result['window']} rows, stride {result['stride']}, label: {result['label']}; split by file, "
        f"seed {result['seed']}."]
    lines += [
        f"  {part}: {len(names)} files, {sets[part]['windows']} windows, {sets[part]['anomalies']} anomalous: "
        + " ".join(names) for part, names in result["files"].items()]
    lines += ["", "| model | inputs | " + " | ".join(HEADS) + " | settings |", "|---|---|---|---|---|---|---|"]
    for model in result["models"]:
        cells = [
            f"{s['value']:.3f} ({span(s['overWindows'])}; files {span(s['overFiles'])})" for s in model["test"].values()]
        setting = ", ".join(f"{k} {v}" for k, v in model["setting"].items())
        lines.append(f"| {model['model']} | {model['inputs']} | " + " | ".join(cells) + f" | {setting or '–'} |")
    return "\n".join(lines)


def span(interval):
    return f"{interval[0]:.3f}–{interval[1]:.3f}" if interval else "–"


def over_splits(reports):
    """Mean and deviation of the test scores over the splits."""
    rows = []
    for models in zip(*(r["models"] for r in reports)):
        values = np.array([[m["test"][s]["value"] for s in SCORES] for m in models])
        deviation = values.std(0, ddof=1) if len(values) > 1 else np.full(len(SCORES), np.nan)
        rows.append(dict(model=models[0]["model"], inputs=models[0]["inputs"], scores={
            s: dict(mean=float(values[:, i].mean()), deviation=float(deviation[i]), values=values[:, i].tolist())
            for i, s in enumerate(SCORES)}))
    return rows


def text_of_splits(rows, count):
    lines = [f"SKAB: mean ± deviation over {count} splits by file (seeds 0 to {count - 1}).", "",
             "| model | inputs | " + " | ".join(HEADS) + " |", "|---|---|---|---|---|---|"]
    for row in rows:
        cells = [f"{s['mean']:.3f} ± {s['deviation']:.3f}" for s in row["scores"].values()]
        lines.append(f"| {row['model']} | {row['inputs']} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
