#!/usr/bin/env python3
"""Damages the files that a run stores, has `ranvier` read them, and says what it made of them.

    Scripts/robustness/mutate_stored.py .build/release/ranvier
    Scripts/robustness/mutate_stored.py .build/release/ranvier --count 300 --seed 7 --keep /tmp/failures

Tiny runs of each kind are made first. Then, `--count` times, one file of a copy is changed and laid out anew, so that it is
consistent in itself: a safetensors file has a right header and right offsets (unless these are what is changed), a JSON file
is JSON. Its checksum is mostly made right again, sometimes left wrong, sometimes removed. A verb that reads the file follows,
with a limit of time and of memory. What has to come of it:

    refused        status 1, 2 or 3, and standard error names the file
    told           status 0, and a warning names the file
    without effect status 0; the change has no meaning (a text for people, a value put back by itself)
    valid content  status 0; the checksum is right and what is stored is another possible file: nobody can tell

Anything else is a failure: a signal, a hang, a status that does not exist, an error that does not name the file, a wrong
checksum that is taken, a missing one that is not told, and a change that cannot be a true file (`must refuse`) and is taken in
silence. Each is printed with a command that repeats it; `--keep` keeps the changed folders. Exit status 1 if there is one.

Python 3, standard library alone. The same seed changes the same things.
"""

import argparse
import concurrent.futures
import copy
import json
import os
import random
import re
import resource
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import zlib

BLANK = "crc32:00000000"


def crc(data):
    return "crc32:%08x" % (zlib.crc32(data) & 0xFFFFFFFF)


# --- The runs ---------------------------------------------------------------------------------------------------------

HEAD = """method: %(method)s
dataset: {name: csv, train: %(table)s%(data)s}
encoding:
  %(encoding)s
network:
%(network)s
training: {epochs: 2, batch-size: 20%(training)s}
baseline: %(baseline)s
"""

INPUT = "  - linear: {outputs: 4, gain: 3}\n"
OUTPUT = """  - linear: {outputs: %d}
  - leaky-integrator: {membrane-time-constant: 20e-3}"""
LIF = "  - lif: {membrane-time-constant: 10e-3}\n"
CONVOLUTION = """  - conv2d: {channels: 2, size: 3, padding: 1}
  - batch-norm
  - lif: {membrane-time-constant: 10e-3}
  - max-pool2d: {size: 2}
  - flatten
"""
THETA = "  - theta: {outputs: 4}\n  - theta: {outputs: 2}"
LINEAR_LATENCY = "first-spike: {curve: linear, bins: 8, trial: 4, latest: 1.5}"
KIND, VALUE = ", label-column: kind, drop: [y]", ", target-column: y, drop: [kind]"


def configuration(
    network=INPUT + LIF + OUTPUT % 2, encoding="direct: {steps: 2, time-step: 1e-3}", method="surrogate",
    training=", optimizer: adam", data=KIND + ", scaling: standard", table="table.csv", baseline="none"):
    return HEAD % dict(
        network=network, encoding=encoding, method=method, training=training, data=data, table=table,
        baseline=baseline)


RUNS = {
    "adam": configuration(baseline="ann"),
    "sgd": configuration(training=", optimizer: sgd"),
    "adamw-best": configuration(
        training=", optimizer: adamw, early-stop: 5",
        data=KIND + ", scaling: range, validation-fraction: 0.3"),
    "adabelief": configuration(training=", optimizer: adabelief"),
    "recurrent": configuration(
        network=INPUT + "  - recurrent-lif: {membrane-time-constant: 10e-3}\n" + OUTPUT % 2,
        encoding="latency: {steps: 4, time-step: 1e-3}", data=KIND + ", scaling: range"),
    "convolution": configuration(
        network=CONVOLUTION + OUTPUT % 2, data=", label-column: kind, images: true, image-shape: [4, 4]",
        table="images.csv"),
    "exact": configuration(THETA, LINEAR_LATENCY, "exact", "", KIND + ", scaling: range"),
    "exact-best": configuration(
        THETA, LINEAR_LATENCY, "exact", ", early-stop: 5",
        KIND + ", scaling: range, validation-fraction: 0.3"),
    "classes": configuration(data=KIND + ", scaling: standard, validation-fraction: 0.3"),
    "regression": configuration(
        network=INPUT + LIF + OUTPUT % 1, data=VALUE + ", scaling: standard, validation-fraction: 0.3"),
}
# Those whose rows `predict` reads.
ROWS = [name for name in RUNS if name != "convolution"]


def write_tables(folder):
    draw = random.Random(0)
    with open(os.path.join(folder, "table.csv"), "w") as file:
        file.write("a,b,c,y,kind\n")
        for _ in range(60):
            row = [draw.uniform(-1, 1) for _ in range(3)]
            file.write(
                ",".join("%.4f" % v for v in row)
                + ",%.4f,%s\n" % (sum(row), "up" if row[0] + row[1] > 0 else "down"))
    with open(os.path.join(folder, "images.csv"), "w") as file:
        file.write(",".join("p%d" % i for i in range(16)) + ",kind\n")
        for _ in range(60):
            row = [draw.uniform(0, 1) for _ in range(16)]
            file.write(",".join("%.4f" % v for v in row) + ",%s\n" % ("up" if row[5] > 0.5 else "down"))


# --- Safetensors ------------------------------------------------------------------------------------------------------

SIZES = {"F32": 4, "U8": 1, "I64": 8}


class Tensors:
    """A safetensors file in parts."""

    def __init__(self, data):
        (length,) = struct.unpack("<Q", data[:8])
        header = json.loads(data[8 : 8 + length])
        self.metadata = header.pop("__metadata__", {})
        self.metadata.pop("checksum", None)
        body = data[8 + length :]
        self.tensors = {}
        for name, fields in header.items():
            begin, end = fields["data_offsets"]
            self.tensors[name] = [fields["dtype"], fields["shape"], body[begin:end]]
        self.header_edit = None

    def encoded(self, checksum):
        metadata = dict(self.metadata)
        if checksum != "removed":
            metadata["checksum"] = BLANK
        names = sorted(self.tensors, key=lambda n: (-SIZES.get(self.tensors[n][0], 4), n))
        header, body = {}, b""
        for name in names:
            dtype, shape, data = self.tensors[name]
            header[name] = {
                "data_offsets": [len(body), len(body) + len(data)], "dtype": dtype, "shape": shape}
            body += data
        header["__metadata__"] = metadata
        if self.header_edit:
            self.header_edit(header)
        text = json.dumps(header, separators=(",", ":"), sort_keys=True, ensure_ascii=False)
        text = getattr(self, "text_edit", lambda t: t)(text).encode()
        text += b" " * (-len(text) % 8)
        data = struct.pack("<Q", len(text)) + text + body
        if checksum == "removed":
            return data
        right = crc(data)
        value = right if checksum == "right" else "crc32:%08x" % (int(right[6:], 16) ^ 0x5A5A)
        return data.replace(BLANK.encode(), value.encode(), 1)


def floats(data):
    return list(struct.unpack("<%df" % (len(data) // 4), data[: len(data) // 4 * 4]))


def packed(values):
    return struct.pack("<%df" % len(values), *values)


HUGE = [0, -1, 1, 10**9, 2**63 - 1, 2**63, -(2**63)]


def mutate_tensors(file, draw, kind):
    """Changes a file in place. Returns what was done and whether the result can be a true file:
    `refuse` (it cannot), `valid` (it can), `any` (who knows)."""
    names = sorted(file.tensors)
    name = draw.choice(names)
    tensor = file.tensors[name]
    dtype, shape, data = tensor
    state = name.startswith(("optimizer/", "best/"))
    choices = [
        "nan", "inf", "huge", "negative", "value", "drop", "rename", "strange", "reshape", "transpose",
        "resize", "duplicate", "dtype", "offset", "extent", "rank", "empty-shape", "metadata",
        "twice", "text-twice", "header-field", "swap"]
    if kind == "checkpoint":
        choices += ["steps", "steps", "reports", "reports", "reports", "reports", "drop-entry", "drop-best", "drop-optimizer"]
    what = draw.choice(choices)
    place = draw.randrange(max(len(data) // 4, 1))

    def set_value(value):
        values = floats(data)
        values[place % len(values)] = value
        tensor[2] = packed(values)

    if what in ("nan", "inf"):
        set_value(float("nan") if what == "nan" else float("inf") * draw.choice([1, -1]))
        return "%s in %s" % (what, name), "refuse"
    if what == "huge":
        values = floats(data)
        factor = draw.choice([1e30, -1e30, 3.4e38])
        tensor[2] = packed([factor] * len(values) if draw.random() < 0.5 else values[:-1] + [factor])
        return "huge numbers in %s" % name, "any"
    if what == "negative":
        tensor[2] = packed([-abs(v) - 1 for v in floats(data)])
        squares = name.startswith(("optimizer/second", "optimizer/variance"))
        return "negative numbers in %s" % name, "refuse" if squares else "any"
    if what == "value":
        set_value(draw.uniform(-1, 1))
        return "another number in %s" % name, "any"
    if what == "drop":
        del file.tensors[name]
        return "%s dropped" % name, "refuse"
    if what == "rename":
        file.tensors[name + draw.choice(["x", "/y", "2"])] = file.tensors.pop(name)
        return "%s renamed" % name, "refuse"
    if what == "strange":
        prefix = draw.choice(["parameters/", "optimizer/", "best/", "other/", ""])
        file.tensors[prefix + "strange" + draw.choice(["", ".weights", "/mask/alive"])] = ["F32", [2], packed([1, 2])]
        ignored = kind == "model" and prefix in ("optimizer/", "best/")
        return "a tensor under '%s' that nothing asks for" % prefix, "refuse"
    if what in ("reshape", "transpose", "rank"):
        if what == "transpose":
            tensor[1] = shape[::-1]
        elif what == "reshape":
            tensor[1] = [len(data) // 4]
        else:
            tensor[1] = shape + [1]
        return "%s of %s" % (what, name), "refuse" if tensor[1] != shape else "same"
    if what == "resize":
        axis = draw.randrange(len(shape)) if shape else 0
        extent = draw.choice([0, 1, 2, 7, 100])
        tensor[1] = shape[:axis] + [extent] + shape[axis + 1 :] if shape else [extent]
        count = 1
        for e in tensor[1]:
            count *= e
        tensor[2] = packed([0.5] * count)
        return "%s resized to %s" % (name, tensor[1]), "refuse" if tensor[1] != shape else "valid"
    if what == "duplicate":
        file.tensors[name + ".copy"] = copy.deepcopy(tensor)
        return "%s twice under two names" % name, "refuse"
    if what == "swap":
        other = draw.choice(names)
        a, b = file.tensors[name], file.tensors[other]
        file.tensors[name], file.tensors[other] = b, a
        return "%s and %s swapped" % (name, other), "refuse" if a[1] != b[1] else "any"
    if what == "dtype":
        tensor[0] = draw.choice(["U8", "I64", "F64", "BF16", "F32x", ""])
        if tensor[0] == "U8":
            tensor[2] = tensor[2][: len(data) // 4]
        if tensor[0] == "I64":
            tensor[2] = tensor[2] * 2
        return "%s of type '%s'" % (name, tensor[0]), "refuse"

    def edit(change):
        file.header_edit = lambda header: change(header[name])

    if what == "offset":
        value, which = draw.choice(HUGE + [2**62, 4]), draw.randrange(2)

        def change(fields):
            fields["data_offsets"][which] = value

        edit(change)
        return "offset %d of %s = %d" % (which, name, value), "any"
    if what == "extent":
        value = draw.choice(HUGE + [2**32, 2**62])

        def change(fields):
            fields["shape"] = [value] * max(len(fields["shape"]), draw.randrange(1, 4))

        edit(change)
        return "extents of %s = %d" % (name, value), "any" if value == 1 else "refuse"
    if what == "empty-shape":
        edit(lambda fields: fields.update(shape=[]))
        return "shape of %s empty" % name, "refuse" if shape else "same"
    if what == "header-field":
        edit(lambda fields: fields.update(extra=1))
        return "a field of %s that does not belong" % name, "refuse"
    if what == "twice":
        file.text_edit = lambda text: text[:-1] + "," + json.dumps(name) + ":" + json.dumps(
            {"data_offsets": [0, len(data)], "dtype": dtype, "shape": shape}) + "}"
        return "%s twice in the header" % name, "refuse"
    if what == "text-twice":
        file.text_edit = lambda text: text.replace('"format":', '"format":"ranvier-1","format":', 1)
        return "format twice in the header", "refuse"
    if what == "metadata":
        key, value = draw.choice(
            [("format", "ranvier-3"), ("format", "ranvier-1"), ("format", ""), ("format", "ranvier-" + "9" * 30),
             ("other", "1"), ("step-count", "12"), ("reports", "[]")])
        file.metadata[key] = value
        return "metadata %s = %s" % (key, value[:20]), "any" if kind == "checkpoint" and key == "step-count" else "refuse"
    if what == "steps":
        value = draw.choice(["0", "-1", "1", "1000000000", str(2**63 - 1), str(2**63), str(2**62), "nan", "1e3", "", " 4", "+4"])
        file.metadata["step-count"] = value
        valid = value in ("0", "1", "1000000000", "+4")
        return "step-count '%s'" % value, "any" if valid else "refuse"
    if what == "drop-entry":
        key = draw.choice(sorted(file.metadata))
        del file.metadata[key]
        return "metadata %s dropped" % key, "refuse"
    if what == "drop-best":
        found = [n for n in names if n.startswith("best/")]
        for n in found:
            del file.tensors[n]
        return "all of best/ dropped", "refuse" if found else "same"
    if what == "drop-optimizer":
        for n in names:
            if n.startswith("optimizer/"):
                del file.tensors[n]
        return "all of optimizer/ dropped", "refuse"
    # reports
    reports = json.loads(file.metadata["reports"])
    done, verdict = mutate_json(reports, draw, REPORT_RULES)
    file.metadata["reports"] = json.dumps(done_value(reports), separators=(",", ":"))
    return "reports: " + done, verdict


# --- JSON -------------------------------------------------------------------------------------------------------------


class Wrapped:
    """A changed value that takes the place of the whole."""

    def __init__(self, value):
        self.value = value


def done_value(value):
    return value.value if isinstance(value, Wrapped) else value


def nodes(value, path=()):
    found = [(path, value)]
    if isinstance(value, dict):
        for key, child in value.items():
            found += nodes(child, path + (key,))
    elif isinstance(value, list):
        for index, child in enumerate(value):
            found += nodes(child, path + (index,))
    return found


VALUES = [0, -1, 10**9, 2**63 - 1, 2**63, 1e308, "nan", "inf", "-inf", None, "text", [], {}, True, False, -0.5, 1.5]

# Keys whose values are for people, or records of what was measured, by the end of their path. Another value of the same type
# there is another possible file.
REPORT_RULES = []


def mutate_json(root, draw, rules):
    """Changes a tree in place. Returns what was done, and what can be said of the result."""
    all_nodes = nodes(root)
    # Long lists of numbers must not hide the rest.
    seen, short = {}, []
    for path, value in all_nodes:
        shape = tuple("#" if isinstance(step, int) else step for step in path)
        if seen.setdefault(shape, 0) < 4:
            seen[shape] += 1
            short.append((path, value))
    path, value = draw.choice(short[1:] or short)
    parent = root
    for step in path[:-1]:
        parent = parent[step]
    key = path[-1] if path else None
    place = ".".join(map(str, path))
    what = draw.choice(
        ["value", "value", "value", "value", "list", "list", "drop", "rename", "nest", "near"])
    if key is None:
        return "nothing", "same"
    if what == "list":
        lists = [(p, v) for p, v in short if isinstance(v, list) and v]
        if not lists:
            what = "value"
        else:
            path, value = draw.choice(lists)
            how = draw.choice(["cut", "longer", "twice", "empty", "reversed"])
            before = copy.deepcopy(value)
            if how == "cut":
                value.pop()
            elif how == "longer":
                value.append(copy.deepcopy(value[-1]))
            elif how == "twice":
                value.extend(copy.deepcopy(value))
            elif how == "empty":
                value.clear()
            else:
                value.reverse()
            return "%s: %s" % (".".join(map(str, path)), how), "same" if before == value else "any"
    if what == "drop":
        del parent[key]
        return "%s dropped" % place, "any"
    if what == "rename" and isinstance(parent, dict):
        parent[str(key) + "x"] = parent.pop(key)
        return "%s renamed" % place, "any"
    if what == "nest":
        depth = draw.choice([3, 100, 3000])
        nested = value
        for _ in range(depth):
            nested = [nested]
        parent[key] = nested
        return "%s nested %d deep" % (place, depth), "any"
    if what == "near" and isinstance(value, (int, float)) and not isinstance(value, bool):
        parent[key] = value + draw.choice([1, -1, 0.5, value])
        return "%s = %r" % (place, parent[key]), "any" if parent[key] != value else "same"
    new = draw.choice(VALUES)
    parent[key] = new
    same = new == value and type(new) is type(value)
    return "%s = %r" % (place, new), "same" if same else "any"


class Document:
    """A JSON file with its checksum."""

    def __init__(self, data):
        self.value = json.loads(data)
        self.has_checksum = self.value.pop("checksum", None) is not None
        self.pretty = data[:2] == b"{\n"
        self.text_edit = lambda text: text

    def encoded(self, checksum):
        sys.setrecursionlimit(20000)
        if self.pretty:
            text = json.dumps(self.value, indent=2, separators=(",", " : "), ensure_ascii=False)
            start, colon = "{\n  ", " : "
        else:
            text = json.dumps(self.value, separators=(",", ":"), ensure_ascii=False)
            start, colon = "{", ":"
        rest = self.text_edit(text)[1:].encode()
        if checksum == "removed":
            return b"{" + rest
        right = crc(rest)
        value = right if checksum == "right" else "crc32:%08x" % (int(right[6:], 16) ^ 0x5A5A)
        return (start + '"checksum"' + colon + '"' + value + '",').encode() + rest


# What must not be taken in silence, by file and the path that was changed: structure that later is an index or a size.
MUST_REFUSE = [
    ("model.json", r"^(inputShape|imageShape|featureNames|outputNames|parameters|duration|presentation)\b"),
    ("model.json", r"^(scaling\.(offset|scale|featureShape|substitutes))(: (cut|longer|twice|empty))"),
    ("report.json", r"^(confusion|reliability\.bins|classNames)\b.*(: (cut|longer|twice|empty)| = -1| = '| = 1000000000| = 9223)"),
    ("report.json", r"^sample\.layers.*(step|neuron|neurons|steps) = (-1|1000000000|9223|-)"),
    ("certainty.json", r": (cut|longer|empty)"),
]
# Keys that are missing where nothing is known: without them it is another possible file.
OPTIONAL = re.compile(
    r"(imageShape|featureNames|timeStep|scaling|substitutes|confusion|reliability|sample|calibration|accuracy|interval|"
    r"baseline|baselines|classes|layers|detail|differences|higherIsBetter|recall|precision|f1|y\.\d+)( |x| dropped)")


def mutate_document(document, draw, name):
    if draw.random() < 0.03:
        found = [p for p, v in nodes(document.value) if p and isinstance(p[-1], str)]
        key = json.dumps(draw.choice(found)[-1])
        document.text_edit = lambda text: text.replace(key, key + ":" + "0," + key, 1)
        return "key %s twice" % key, "any"
    if draw.random() < 0.03:
        number = draw.choice([2, 3, 99, 10**9])
        document.value["format"] = number
        return "format = %d" % number, "same" if name == "model.json" and number == 2 else "refuse"
    done, verdict = mutate_json(document.value, draw, [])
    if verdict == "any":
        for file, pattern in MUST_REFUSE:
            if file == name and re.search(pattern, done) and not OPTIONAL.search(done):
                verdict = "refuse"
    return done, verdict


# --- One trial --------------------------------------------------------------------------------------------------------


def verbs(name, run, draw):
    """Commands that read a file of a run; RUN stands for the changed folder, OTHER for one that is whole."""
    resume = ["run", "RUN.yaml", "--output", "RUN", "--resume", "--set", "training.epochs=3"]
    reading = [["evaluate", "RUN"], ["explain", "RUN", "--samples", "40"]]
    if run in ROWS:
        reading.append(["predict", "RUN", "table.csv"])
    if run not in ("exact", "exact-best"):
        reading.append(["analyze", "robustness", "RUN", "--samples", "10", "--output", "OUT"])
    reading.append(["analyze", "cka", "RUN", "OTHER", "--samples", "20", "--output", "OUT"])
    return {
        "checkpoint.safetensors": [resume],
        "model.safetensors": reading,
        "model.json": reading + [resume],
        "report.json": [["report", "RUN", "--output", "OUT"], ["compare", "RUN", "OTHER", "--output", "OUT"]],
        "result.json": [
            ["runs", "list", "--rebuild", "--output", "."], ["runs", "compare", "RUN", "OTHER", "--output", "."],
            ["explain", "RUN", "--samples", "40"], ["evaluate", "RUN"]],
        "certainty.json": [["predict", "RUN", "table.csv", "--error", "0.5"]],
        "metrics.jsonl": [["evaluate", "RUN"], ["explain", "RUN", "--samples", "40"]],
        "config.yaml": [["evaluate", "RUN"]],
    }[name]


WEIGHTS = {
    "checkpoint.safetensors": 30, "model.safetensors": 14, "model.json": 26, "report.json": 14, "result.json": 9,
    "certainty.json": 3, "metrics.jsonl": 3, "config.yaml": 1}


class Trial:
    """One change of one file, made from a seed and a number alone."""

    def __init__(self, bench, seed, number):
        self.number = number
        draw = random.Random("%d %d" % (seed, number))
        while True:
            self.run = draw.choice(sorted(RUNS))
            self.file = draw.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
            source = os.path.join(bench, self.run, self.file)
            if os.path.exists(source) and (self.file != "certainty.json" or self.run in ROWS):
                break
        with open(source, "rb") as file:
            data = file.read()
        self.checksum = draw.choices(["right", "wrong", "removed"], [8, 1, 1])[0]
        raw = draw.random() < 0.12
        if raw or self.file == "config.yaml":
            self.checksum = "raw"
            self.done, self.verdict, self.data = self.damage(data, draw)
        elif self.file.endswith(".safetensors"):
            parts = Tensors(data)
            self.done, self.verdict = mutate_tensors(parts, draw, self.file.split(".")[0])
            self.data = parts.encoded(self.checksum)
        elif self.file == "metrics.jsonl":
            self.checksum = "none"
            lines = [json.loads(line) for line in data.splitlines()]
            self.done, self.verdict = mutate_json(lines, draw, [])
            self.data = "".join(json.dumps(line) + "\n" for line in lines).encode()
        else:
            document = Document(data)
            self.done, self.verdict = mutate_document(document, draw, self.file)
            self.data = document.encoded(self.checksum)
        self.verb = draw.choice(verbs(self.file, self.run, draw))

    def damage(self, data, draw):
        how = draw.choice(["flip", "cut", "longer", "turned"])
        if how == "flip":
            place = draw.randrange(len(data))
            data = data[:place] + bytes([data[place] ^ (1 << draw.randrange(8))]) + data[place + 1 :]
            return "a bit of byte %d turned" % place, "damaged", data
        if how == "cut":
            length = draw.randrange(len(data))
            return "cut to %d bytes" % length, "damaged", data[:length]
        if how == "longer":
            return "8 bytes longer", "damaged", data + bytes(draw.randrange(33, 126) for _ in range(8))
        place = draw.randrange(len(data))
        end = min(len(data), place + 40)
        turned = bytes(byte ^ 0xFF for byte in data[place:end])
        return "all bits of bytes %d to %d turned" % (place, end), "damaged", data[:place] + turned + data[end:]

    def perform(self, binary, bench, folder, timeout, memory):
        shutil.copytree(os.path.join(bench, self.run), os.path.join(folder, "run"))
        shutil.copytree(os.path.join(bench, self.run), os.path.join(folder, "other"))
        shutil.copy(os.path.join(bench, self.run + ".yaml"), os.path.join(folder, self.run + ".yaml"))
        for table in ("table.csv", "images.csv"):
            shutil.copy(os.path.join(bench, table), folder)
        with open(os.path.join(folder, "run", self.file), "wb") as file:
            file.write(self.data)
        words = {"RUN": "run", "RUN.yaml": self.run + ".yaml", "OTHER": "other", "OUT": "out"}
        self.command = [words.get(word, word) for word in self.verb]
        self.command += ["--threads", "1"] if self.verb[0] in ("run", "evaluate", "explain", "predict") else []

        def limit():
            resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

        process = subprocess.Popen(
            [binary] + self.command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            preexec_fn=limit)
        try:
            self.messages = process.communicate(timeout=timeout)[1].decode(errors="replace")
            self.status = process.returncode
        except subprocess.TimeoutExpired:
            process.kill()
            self.messages = process.communicate()[1].decode(errors="replace")
            self.status = "hang"
        return self.judge()

    def judge(self):
        # What does not fit a user's table may be the model's fault or the table's: the message sets them side by side.
        named = self.file in self.messages or (
            self.file == "model.json" and self.verb[0] == "predict" and "table.csv" in self.messages)
        told = any(self.file in line for line in self.messages.splitlines() if "warning" in line or "note" in line)
        if self.status == "hang":
            return "HANG"
        if self.status not in (0, 1, 2, 3):
            return "SIGNAL %s" % -self.status if self.status < 0 else "STATUS %s" % self.status
        if self.status != 0:
            return "refused" if named else "FILE NOT NAMED"
        if self.file == "config.yaml":
            return "told" if told else "CHANGE NOT TOLD"
        if self.checksum == "wrong":
            return "told" if told and self.file == "result.json" else "WRONG CHECKSUM TAKEN"
        if self.checksum == "removed" and not told:
            return "MISSING CHECKSUM NOT TOLD"
        if self.checksum == "raw":
            if told:
                return "told"
            return "valid content" if self.file == "metrics.jsonl" else "DAMAGE TAKEN"
        if told and self.checksum != "removed":
            return "told"
        if self.verdict == "refuse" and not (told and self.done.endswith(("twice in the header", "belong"))):
            return "IMPOSSIBLE TAKEN"
        if self.verdict == "same":
            return "without effect"
        return "told" if self.checksum == "removed" else "valid content"


def main():
    parser = argparse.ArgumentParser(
        description=__doc__.split("\n")[0], formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("ranvier", help="the command to try")
    parser.add_argument("--count", type=int, default=9000, help="changes in all")
    parser.add_argument("--first", type=int, default=0, help="number of the first change")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", help="where the folders of failures are kept")
    parser.add_argument("--jobs", type=int, default=2, help="processes at once")
    parser.add_argument("--timeout", type=float, default=30, help="seconds for one command")
    parser.add_argument("--memory", type=float, default=8, help="gibibytes of addresses for one command")
    options = parser.parse_args()
    binary = os.path.abspath(options.ranvier)
    memory = int(options.memory * 2**30)
    bench = tempfile.mkdtemp(prefix="ranvier-stored-")
    try:
        write_tables(bench)
        for name, text in RUNS.items():
            with open(os.path.join(bench, name + ".yaml"), "w") as file:
                # A run that goes on must find the very file that it was begun with.
                file.write(text.replace("train: ", "train: %s/" % bench))
            made = subprocess.run(
                [binary, "run", name + ".yaml", "--output", name, "--quiet"], cwd=bench,
                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            if made.returncode != 0:
                sys.exit("the run '%s' cannot be made: %s" % (name, made.stderr.decode()))
        table, failures = {}, []

        def tell(trial, outcome):
            last = trial.messages.strip().splitlines()[-1:] or [""]
            print(
                "%s: %s of '%s': %s, checksum %s\n  %s\n  ranvier %s\n  again: %s %s --seed %d --first %d "
                "--count 1 --keep DIR\n" % (
                    outcome, trial.file, trial.run, trial.done, trial.checksum, last[0][:300],
                    " ".join(trial.command), sys.argv[0], options.ranvier, options.seed, trial.number),
                flush=True)

        def one(number):
            trial = Trial(bench, options.seed, number)
            folder = tempfile.mkdtemp(prefix="trial-", dir=bench)
            outcome = trial.perform(binary, bench, folder, options.timeout, memory)
            if outcome.isupper() or outcome.startswith(("SIGNAL", "STATUS")):
                if options.keep:
                    kept = os.path.join(options.keep, "%d-%d" % (options.seed, number))
                    shutil.rmtree(kept, ignore_errors=True)
                    shutil.move(folder, kept)
                failures.append(trial)
                tell(trial, outcome)
            shutil.rmtree(folder, ignore_errors=True)
            return trial.file, outcome

        with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
            numbers = range(options.first, options.first + options.count)
            for done, (file, outcome) in enumerate(pool.map(one, numbers), 1):
                table[(file, outcome)] = table.get((file, outcome), 0) + 1
                if done % 500 == 0:
                    print("%d of %d, %d failures" % (done, options.count, len(failures)), file=sys.stderr, flush=True)
    finally:
        shutil.rmtree(bench, ignore_errors=True)
    outcomes = sorted({outcome for _, outcome in table}, key=lambda o: (o.isupper(), o))
    width = max(len(file) for file in WEIGHTS) + 2
    print("file".ljust(width) + "  ".join(outcomes))
    for file in list(WEIGHTS) + ["all"]:
        counts = [
            sum(n for (f, o), n in table.items() if o == outcome and file in (f, "all")) for outcome in outcomes]
        print(file.ljust(width) + "  ".join(str(n).rjust(len(o)) for n, o in zip(counts, outcomes)))
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
