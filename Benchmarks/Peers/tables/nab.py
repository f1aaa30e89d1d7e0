#!/usr/bin/env python3
"""Series of NAB (Numenta anomaly benchmark) one step ahead with scikit-learn, beside the last value.

    nab.py [DATA] [--window 20] [--json FILE] [FILE.csv …]

DATA holds `nab/`; RANVIER_DATA if not given. All CSV files below it with the columns `timestamp` and `value` are taken one by one,
in the order of the file; also single files can be named.

A sample is W values, its target the value after them; steps of other length are counted, samples reach over them. Split by time: the first
60 % of the rows (rounded) are for training, the next 20 % for validation, the others for test. A sample belongs to the part of
its target's row; its window may reach back into the part before, which at that time is the past. `--inside` takes only samples
that lie wholly in their part. Values are scaled to mean 0 and deviation 1 over the training rows; errors are in units of the file.

Models: the last value; the mean of the training rows; ridge regression and gradient-boosted trees, each on the value itself and on
its change from the last value, with the settings of the smallest RMSE on the validation rows (trees cannot answer with a value
that they have not seen, with the change they need not). Models are fitted on the training part only. R² is against the mean of the
test targets. Intervals are 95 % of a bootstrap of blocks of `--block` rows in order, drawn together for all models, so
that also the ratio of RMSE to that of the last value has one.
"""
import argparse
import json
import os
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import Ridge
from threadpoolctl import threadpool_limits

from scores import PERCENTILES, block_weights, regression

SCORES = ("rmse", "mae", "r2", "rmseToLastValue")


def main():
    options = arguments()
    threadpool_limits(options.threads)
    results = [report(path, name, options) for path, name in series(options)]
    print("\n\n".join(text(r) for r in results))
    if options.json:
        options.json.write_text(json.dumps(results, indent=1) + "\n")


def arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("data", nargs="*", default=[os.environ.get("RANVIER_DATA")], help="a folder with nab/, or CSV files")
    add("--window", type=int, default=20)
    add("--inside", action="store_true", help="only samples wholly within their part")
    add("--seed", type=int, default=0, help="of models and bootstrap")
    add("--block", type=int, default=288, help="rows of a block of the bootstrap; 288 is a day of the series")
    add("--bootstrap", type=int, default=1000, help="samples of the bootstrap")
    add("--threads", type=int, default=1, help="more help only where nothing else works on the machine")
    add("--json", type=Path, help="where to write everything")
    options = parser.parse_args()
    if not options.data or not options.data[0]:
        parser.error("no data: name the folder or set RANVIER_DATA")
    if options.window < 1 or options.block < 1:
        parser.error("--window and --block are 1 or more")
    return options


def series(options):
    """Paths of the series and what they are called."""
    found = []
    for word in map(Path, options.data):
        if word.is_file():
            found.append((word, word.name))
            continue
        folder = word / "nab" if (word / "nab").is_dir() else word
        found += [(p, p.relative_to(folder).as_posix()) for p in sorted(folder.glob("**/*.csv"))]
    if not found:
        sys.exit(f"nab: no CSV file in {', '.join(map(str, options.data))}")
    return found


def samples(values, options):
    """Windows `[n, W]` and targets `[n]` by part."""
    first, second = round(0.6 * len(values)), round(0.8 * len(values))
    windows = np.lib.stride_tricks.sliding_window_view(values, options.window)[:-1]
    targets = np.arange(options.window, len(values))
    parts = {}
    for part, begin, end in (
            ("train", 0, first), ("validation", first, second), ("test", second, len(values))):
        begin += options.window if options.inside and begin else 0
        at = (targets >= begin) & (targets < end)
        parts[part] = windows[at], values[targets[at]]
    return parts, first


def candidates(seed):
    ridge = [(dict(alpha=a), lambda a=a: Ridge(a)) for a in (1e-3, 0.1, 10.0, 1e3, 1e4, 1e5)]
    trees = [
        (dict(rate=r, leaves=n, iterations=m), lambda r=r, n=n, m=m: HistGradientBoostingRegressor(
            learning_rate=r, max_leaf_nodes=n, max_iter=m, early_stopping=False, random_state=seed))
        for r, n, m in ((0.1, 31, 100), (0.1, 7, 100), (0.03, 15, 150), (0.03, 7, 300))]
    return {"ridge": ridge, "boosted trees": trees}


def report(path, name, options):
    frame = pd.read_csv(path)
    if not {"timestamp", "value"} <= set(frame.columns):
        sys.exit(f"nab: {path} has the columns {', '.join(frame.columns)}; expected timestamp, value")
    values = frame["value"].to_numpy(float)
    if len(values) < 10 * options.window:
        sys.exit(f"nab: {path} has {len(values)} rows; expected at least ten windows of {options.window}")
    steps = pd.to_datetime(frame["timestamp"]).diff().dropna()
    parts, first = samples(values, options)
    mean, deviation = values[:first].mean(), values[:first].std() or 1.0
    windows, targets = parts["test"]
    answers = {
        ("mean of training rows", "value"): ({}, np.full(len(targets), mean), 0.0),
        ("last value", "value"): ({}, windows[:, -1], 0.0)}
    for kind, settings in candidates(options.seed).items():
        for target in ("value", "change"):
            began = time.perf_counter()
            setting, answer = chosen(settings, target, parts, mean, deviation)
            answers[kind, target] = setting, answer, time.perf_counter() - began
    return dict(
        series=name, rows=len(values), step=steps.mode()[0].total_seconds(), stepsThatDiffer=int((steps != steps.mode()[0]).sum()),
        window=options.window, inside=options.inside, seed=options.seed, block=options.block,
        samples={part: len(t) for part, (_, t) in parts.items()},
        trainMean=mean, trainDeviation=deviation, models=judged(answers, targets, options))


def chosen(settings, target, parts, mean, deviation):
    """The setting with the smallest RMSE on the validation rows, and its answers for the test rows."""
    best = None
    for setting, build in settings:
        windows, targets = parts["train"]
        inputs, aims = (windows - mean) / deviation, (targets - mean) / deviation
        model = build().fit(inputs, aims - (inputs[:, -1] if target == "change" else 0))
        value = regression(parts["validation"][1], answer(model, parts["validation"][0], target, mean, deviation))[0]
        if best is None or value < best[0]:
            best = value, setting, model
    return best[1], answer(best[2], parts["test"][0], target, mean, deviation)


def answer(model, windows, target, mean, deviation):
    inputs = (windows - mean) / deviation
    return mean + deviation * (model.predict(inputs) + (inputs[:, -1] if target == "change" else 0))


def judged(answers, targets, options):
    random = np.random.default_rng(options.seed)
    draws = [None] + [block_weights(len(targets), options.block, random) for _ in range(options.bootstrap)]
    last = answers["last value", "value"][1]
    base = [regression(targets, last, weights)[0] for weights in draws]
    models = []
    for (kind, target), (setting, predicted, seconds) in answers.items():
        table = np.array([regression(targets, predicted, weights) for weights in draws])
        table = np.column_stack([table, table[:, 0] / base])
        models.append(dict(
            model=kind, target=target, setting=setting, fitSeconds=seconds, test={
                score: dict(value=float(table[0, i]), interval=[
                    float(x) for x in np.nanpercentile(table[1:, i], PERCENTILES)])
                for i, score in enumerate(SCORES)}))
    return models


def text(result):
    counts = ", ".join(f"{part} {n}" for part, n in result["samples"].items())
    lines = [
        f"{result['series']}: {result['rows']} rows, step {result['step']:g} s ({result['stepsThatDiffer']} steps differ), windows of "
        f"{result['window']}; samples: {counts}; blocks of {result['block']}.", "",
        "| model | of | RMSE | MAE | R² | RMSE / last value | settings |", "|---|---|---|---|---|---|---|"]
    for model in result["models"]:
        cells = [
            f"{s['value']:.4g} ({s['interval'][0]:.4g} to {s['interval'][1]:.4g})" for s in model["test"].values()]
        setting = ", ".join(f"{k} {v:g}" for k, v in model["setting"].items())
        lines.append(f"| {model['model']} | {model['target']} | " + " | ".join(cells) + f" | {setting or '–'} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
