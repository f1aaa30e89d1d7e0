"""CKA of all layer pairs of a spiking and an artificial ResNet-20 in PyTorch, for comparison with `ranvier bench cka`.

The same 2 x 73 maps, two batches of 1024 images of 32 x 32, 4 steps; the steps of a sample are its features, laid behind one
another. Best form on a CPU: float32 Gram matrices (the one of a map that is constant in time is made once and multiplied),
U-centred in place, all rows in one matrix, one product for all pairs. Answers are drawn beforehand, one for each shape.

    python cka_torch.py [--threads 2] [--runs 3] [--batch 1024] [--json]
"""

import argparse
import json
import resource
import time

import torch


def maps(channels=16, blocks=3, side=32):
    """(features of a step, kind) of the 21 n + 10 maps in forward order; `spiking` kinds are 'spikes' or 'values'."""
    shapes = [(side * side * channels, "constant")] * 2
    width = channels
    for stage in range(3):
        for block in range(blocks):
            outputs = channels << stage
            inside = side * side * width
            shapes.append((inside, "spikes"))
            if stage > 0 and block == 0:
                side //= 2
                shapes += [(side * side * width, "values")] + [(side * side * outputs, "values")] * 2
            size = side * side * outputs
            shapes += [(size, "values")] * 2 + [(size, "spikes")] + [(size, "values")] * 3
            width = outputs
    shapes += [(side * side * width, "spikes"), (width, "values")]
    return shapes


def answers(n, steps):
    drawn = {}
    result = []
    for features, kind in maps():
        constant = kind == "constant" or steps == 1
        key = (features, kind, steps)
        if key not in drawn:
            shape = (n, features if constant else steps * features)
            if kind == "spikes" and steps > 1:
                drawn[key] = (torch.rand(shape) < 0.2).float()
            else:
                drawn[key] = torch.randn(shape)
        result.append((drawn[key], float(steps) if constant else 1.0))
    return result


def rows(layers, n):
    """U-centred Gram matrices, one row per layer."""
    out = torch.empty(len(layers), n * n)
    for row, (x, factor) in zip(out, layers):
        k = row.view(n, n)
        torch.mm(x, x.t(), out=k)
        if factor != 1:
            k.mul_(factor)
        k.fill_diagonal_(0)
        sums = k.sum(0)
        k.sub_((sums / (n - 2)).unsqueeze(0)).sub_((sums / (n - 2)).unsqueeze(1))
        k.add_(sums.sum() / ((n - 1) * (n - 2))).fill_diagonal_(0)
    return out


def compare(layers, n, batches=2):
    hsic = torch.zeros(len(layers), len(layers), dtype=torch.float64)
    for _ in range(batches):
        r = rows(layers, n)
        hsic += (r @ r.t()).double() / (n * (n - 3))
    own = hsic.diagonal().sqrt()
    return hsic / own.unsqueeze(0) / own.unsqueeze(1)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--batch", type=int, default=1024)
    parser.add_argument("--batches", type=int, default=2)
    parser.add_argument("--warmup", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    n = options.batch
    with torch.no_grad():
        layers = answers(n, 4) + answers(n, 1)
        assert len(layers) == 146
        seconds, cpu = [], []
        for run in range(options.runs + options.warmup):
            start, own = time.perf_counter(), time.process_time()
            compare(layers, n, options.batches)
            if run >= options.warmup:
                seconds.append(time.perf_counter() - start)
                cpu.append(time.process_time() - own)
    seconds.sort()
    result = {
        "workload": "cka", "framework": f"torch {torch.__version__}", "threads": options.threads,
        "batches": options.batches,
        "medianSeconds": seconds[len(seconds) // 2], "minSeconds": seconds[0],
        "cpuSecondsPerStep": sum(cpu) / len(cpu),
        "peakResidentBytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    }
    print(json.dumps(result) if options.json else "\n".join(f"{k}: {v}" for k, v in result.items()))


if __name__ == "__main__":
    main()
