#!/usr/bin/env python3
"""Foreign data files, damaged by chance: no signal, no hang, no memory out of proportion.

Makes small valid files of every format that ranvier reads, damages one of them a number of times (header fields at
extreme numbers, inconsistent lengths, cuts, extensions, flipped bits, gzip bombs, huge axes, odd encodings, NaN), and
lets ranvier read each: `ranvier data info`, `ranvier data check` for tables, and `ranvier run` for one epoch. Right is

- an exit status of 0 to 3, without a signal and within --timeout seconds of processor time;
- for a failure, a file of the data that were read named on standard error (in the report, for `data check`);
- a peak of memory of at most BASE + MULTIPLE x bytes, where bytes are those of the file, unpacked for gzip. A file
  that unpacks to more than 250 times its size and 64 MiB is refused, so that unpacked bytes are counted up to there.

    python3 Scripts/robustness/mutate_data.py                      1000 damaged files of each format
    python3 Scripts/robustness/mutate_data.py --count 50 --format idx,wav --seed 7 --keep findings

Prints formats and outcomes as a table, and each finding with its command; --keep FOLDER keeps the files of findings.
The exit status is 1 where there are findings. The same seed damages the same bytes. Standard library only.
"""

import argparse
import collections
import gzip
import multiprocessing
import os
import random
import resource
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
import zlib

MIB = 1 << 20
BASE = 128 * MIB
MULTIPLE = 64
UNPACKED_TIMES, UNPACKED_LEAST = 250, 64 * MIB

EXTREMES = [0, -1, 1, 2, 255, 256, 65535, 2**31 - 1, 2**31, 2**32 - 1, 2**63 - 1, 2**63, 2**64 - 1]


# --- Valid files ---------------------------------------------------------------------------------


def idx(shape, kind, payload):
    return bytes([0, 0, kind, len(shape)]) + b"".join(struct.pack(">I", n) for n in shape) + payload


def npy(shape, descriptor, payload):
    header = "{'descr': '%s', 'fortran_order': False, 'shape': %r, }" % (descriptor, tuple(shape))
    header += " " * ((-len(header) - 11) % 64) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + payload


def wav(samples, rate=8000):
    data = struct.pack("<%dh" % len(samples), *samples)
    head = struct.pack("<HHIIHH", 1, 1, rate, 2 * rate, 2, 16)
    body = b"WAVE" + b"fmt " + struct.pack("<I", 16) + head + b"data" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", len(body)) + body


def png(width, height, rows):
    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    raw = b"".join(b"\x00" + row for row in rows)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
        + chunk(b"IDAT", zlib.compress(raw))
        + chunk(b"IEND", b"")
    )


def table(chance, separator=",", rows=80):
    lines = [separator.join(["time", "a", "b", "größe", "class"])]
    for row in range(rows):
        label = chance.choice(["ok", "ng"])
        shift = 0.5 if label == "ok" else -0.5
        lines.append(
            separator.join(
                ["2024-01-01 00:%02d:%02d" % (row // 60, row % 60)]
                + ["%.3f" % (chance.gauss(0, 1) + shift) for _ in range(3)]
                + [label]
            )
        )
    return "\r\n".join(lines) + "\r\n"


def noise(chance, count):
    return bytes(chance.randrange(256) for _ in range(count))


NETWORK = """
encoding: {direct: {steps: 2, time-step: 1e-3}}
network: [{linear: {outputs: 4}}, lif, {linear: {outputs: %d}}, leaky-integrator]
training: {epochs: 1, batch-size: 8}
baseline: none
"""
SEQUENCE = """
encoding: {sequence: {steps: 10, time-step: %s}}
network: [{linear: {outputs: 4}}, lif, {linear: {outputs: 10}}, leaky-integrator]
training: {epochs: 1, batch-size: 8}
baseline: none
"""


class Format:
    """Files of one format in a folder, those that may be damaged, and what reads them."""

    def __init__(self, name, make, damaged, verbs, fields):
        self.name, self.make, self.damaged, self.verbs, self.fields = name, make, damaged, verbs, fields


def write(folder, path, data):
    target = os.path.join(folder, path)
    os.makedirs(os.path.dirname(target), exist_ok=True)
    with open(target, "wb") as file:
        file.write(data if isinstance(data, bytes) else data.encode())


def tables(name, encode, path):
    def make(folder, chance):
        write(folder, path, encode(table(chance, "\t" if path.endswith(".tsv") else ",")))

    verbs = [["data", "info", path], ["data", "check", path], ["run", path, "--set", "training.epochs=1"]]
    return Format(name, make, [path], verbs, [])


def idx_files(folder, chance, count=20, pack=lambda data: data, suffix=""):
    for part in ["train", "t10k"]:
        write(folder, f"mnist/{part}-images-idx3-ubyte{suffix}", pack(idx([count, 4, 4], 8, noise(chance, 16 * count))))
        labels = bytes(i % 10 for i in range(count))
        write(folder, f"mnist/{part}-labels-idx1-ubyte{suffix}", pack(idx([count], 8, labels)))


def idx_format(name, suffix, pack, source):
    files = [f"mnist/train-images-idx3-ubyte{suffix}", f"mnist/train-labels-idx1-ubyte{suffix}"]

    def make(folder, chance):
        idx_files(folder, chance, pack=pack, suffix=suffix)
        if source == "idx":
            keys = "name: idx, train-images: %s, train-labels: %s, " % tuple(files)
            keys += "test-images: %s, test-labels: %s" % tuple(f.replace("train", "t10k") for f in files)
        else:
            keys = "name: mnist"
        write(folder, "c.yaml", "dataset: {%s}\n" % keys + NETWORK % 10)

    fields = [(4 * i, 4, ">") for i in range(4)]
    return Format(name, make, files, [["data", "info", None], ["run", "c.yaml", "--data-directory", "."]], fields)


def npy_format():
    def make(folder, chance):
        values = [chance.gauss(0, 1) for _ in range(240)]
        write(folder, "x.npy", npy([40, 6], "<f4", struct.pack("<240f", *values)))
        write(folder, "y.npy", npy([40], "<i8", struct.pack("<40q", *[i % 3 for i in range(40)])))
        write(folder, "c.yaml", "dataset: {name: npy, train-features: x.npy, train-labels: y.npy}\n" + NETWORK % 3)

    return Format("npy", make, ["x.npy", "y.npy"], [["data", "info", None], ["run", "c.yaml"]], [(6, 1, "<"), (8, 2, "<")])


def wav_format():
    names = [f"fsdd/{digit}_{who}_{i}.wav" for digit in range(10) for who in ["a"] for i in [0, 10]]

    def make(folder, chance):
        for name in names:
            write(folder, name, wav([chance.randrange(-9000, 9000) for _ in range(900)]))
        write(folder, "c.yaml", "dataset: {name: fsdd, steps: 10, time-step: 10e-3}\n" + SEQUENCE % "10e-3")

    fields = [(4, 4, "<"), (16, 4, "<"), (20, 2, "<"), (22, 2, "<"), (24, 4, "<"), (28, 4, "<"), (32, 2, "<"), (34, 2, "<"), (40, 4, "<")]
    return Format("wav", make, names[:2], [["data", "info", None], ["run", "c.yaml", "--data-directory", "."]], fields)


def image_format(name, suffix, encode, fields):
    names = [f"images/{label}/{i}.{suffix}" for label in ["a", "b"] for i in range(8)]

    def make(folder, chance):
        for path in names:
            write(folder, path, encode(chance))
        write(folder, "c.yaml", "dataset: {name: image-folder, train: images}\n" + NETWORK % 2)

    return Format(name, make, names[:2], [["data", "info", None], ["run", "c.yaml"]], fields)


def cifar_format(name, files, record, folder_name):
    def make(folder, chance):
        for path in files:
            write(folder, path, b"".join(bytes([i % 10] * (record - 3072)) + noise(chance, 3072) for i in range(12)))
        if name == "cifar100":
            for what, count in [("fine", 100), ("coarse", 20)]:
                write(folder, f"{folder_name}/{what}_label_names.txt", "".join(f"{what}{i}\n" for i in range(count)))
        write(folder, "c.yaml", "dataset: {name: %s}\n" % name + NETWORK % (100 if name == "cifar100" else 10))

    return Format(name, make, files[:1], [["data", "info", None], ["run", "c.yaml", "--data-directory", "."]], [(0, 1, "<"), (record, 1, "<")])


def event_format():
    names = [f"n-mnist/{part}/{digit}/{i:05d}.bin" for part in ["Train", "Test"] for digit in range(10) for i in [1]]

    def make(folder, chance):
        for path in names:
            ticks = sorted(chance.randrange(100000) for _ in range(120))
            write(
                folder,
                path,
                b"".join(
                    bytes([chance.randrange(34), chance.randrange(34), chance.randrange(2) << 7 | tick >> 16, tick >> 8 & 255, tick & 255])
                    for tick in ticks
                ),
            )
        write(folder, "c.yaml", "dataset: {name: n-mnist, steps: 10, time-step: 10e-3}\n" + SEQUENCE % "10e-3")

    return Format("n-mnist", make, names[:2], [["data", "info", None], ["run", "c.yaml", "--data-directory", "."]], [(0, 1, "<"), (1, 1, "<"), (2, 3, ">")])


def safetensors_format():
    def make(folder, chance):
        header = b'{"w":{"dtype":"F32","shape":[4,4],"data_offsets":[0,64]}}'
        write(folder, "w.safetensors", struct.pack("<Q", len(header)) + header + noise(chance, 64))

    return Format("safetensors as data", make, ["w.safetensors"], [["data", "info", None], ["run", "w.safetensors"]], [(0, 8, "<")])


def rows_of(chance):
    return [noise(chance, 6) for _ in range(6)]


FORMATS = [
    tables("csv", lambda text: text.encode(), "t.csv"),
    tables("tsv", lambda text: text.encode(), "t.tsv"),
    tables("csv utf-16", lambda text: b"\xff\xfe" + text.encode("utf-16-le"), "t.csv"),
    tables("csv latin-1", lambda text: text.encode("latin-1"), "t.csv"),
    tables("csv.gz", lambda text: gzip.compress(text.encode(), mtime=0), "t.csv.gz"),
    idx_format("idx", "", lambda data: data, "idx"),
    idx_format("idx.gz", ".gz", lambda data: gzip.compress(data, mtime=0), "idx"),
    idx_format("mnist", "", lambda data: data, "mnist"),
    npy_format(),
    wav_format(),
    image_format("png", "png", lambda c: png(6, 6, rows_of(c)), [(8, 4, ">"), (16, 4, ">"), (20, 4, ">"), (24, 1, ">"), (25, 1, ">")]),
    image_format("pgm", "pgm", lambda c: b"P5\n6 6\n255\n" + noise(c, 36), []),
    image_format("ppm plain", "ppm", lambda c: b"P3\n4 4\n255\n" + b" ".join(b"%d" % v for v in noise(c, 48)) + b"\n", []),
    cifar_format("cifar10", ["cifar10/data_batch_1.bin", "cifar10/test_batch.bin"], 3073, "cifar10"),
    cifar_format("cifar100", ["cifar100/train.bin", "cifar100/test.bin"], 3074, "cifar100"),
    event_format(),
    safetensors_format(),
]


# --- Damage --------------------------------------------------------------------------------------


def number(chance, size, order):
    value = chance.choice(EXTREMES) if chance.random() < 0.8 else chance.getrandbits(8 * size)
    return (value & ((1 << 8 * size) - 1)).to_bytes(size, "big" if order == ">" else "little")


CELLS = ["NaN", "nan", "inf", "-inf", "1e999", "-1e308", "1e-320", "9223372036854775807", "9223372036854775808",
         "99999999999999999999999999", "", '"', '""', "'", "\u0000", "\u2028", "２", "0x1p99", "1,5", "1.5.5", "-",
         "2024-13-45 99:99:99", "999999999999-01-01", "+" * 50, "a" * 5000, "\ud83d\ude00", "1_000", "TRUE", "#N/A"]
SIGNS = [b",", b"\t", b";", b"\n", b"\r", b"\x00", b'"', b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\x1a", b"\xc3", b"|"]


def damage_cells(chance, data):
    # A cell between two separators, in whatever encoding.
    wide = data.startswith(b"\xff\xfe")
    text = data.decode("utf-16-le" if wide else "latin-1", "replace")
    for _ in range(chance.choice([1, 1, 1, 3, 20])):
        marks = [i for i, sign in enumerate(text) if sign in ",\t;\n "]
        if len(marks) < 2:
            break
        at = chance.randrange(len(marks) - 1)
        text = text[: marks[at] + 1] + chance.choice(CELLS) + text[marks[at + 1] :]
    return text.encode("utf-16-le" if wide else "utf-8", "surrogatepass")


def damage_digits(chance, data):
    # A number in text, as the header of an .npy or .pgm file has.
    digits = [i for i, byte in enumerate(data[:256]) if 48 <= byte <= 57]
    if not digits:
        return data
    start = end = chance.choice(digits)
    while end < len(data) and 48 <= data[end] <= 57:
        end += 1
    return data[:start] + str(chance.choice(EXTREMES)).encode() + data[end:]


def damage(chance, data, form):
    if form.name.endswith(".gz") and chance.random() < 0.5:
        plain = gzip.decompress(data)
        if chance.random() < 0.15:
            # A bomb: zeros, or a cell that goes on, far beyond what is needed. It is never whole in memory.
            more = chance.choice([b"\x00", b"1", b"1,", b"1\n"]) * (MIB // 2)
            packer, times = zlib.compressobj(6, zlib.DEFLATED, 31), chance.choice([1, 100])
            parts = [packer.compress(plain)] + [packer.compress(more) for _ in range(times)]
            return b"".join(parts) + packer.flush(), len(plain) + times * len(more)
        plain = damage_plain(chance, plain, form)
        return gzip.compress(plain, mtime=0) + (data if chance.random() < 0.1 else b""), len(plain) + MIB
    damaged = damage_plain(chance, data, form)
    return damaged, len(damaged)


def damage_plain(chance, data, form):
    isText = form.name.startswith(("csv", "tsv"))
    for _ in range(chance.choice([1, 1, 1, 2, 4])):
        way = chance.randrange(11)
        if isText and way < 5:
            data = damage_cells(chance, data)
        elif way < 4 and form.fields:
            start, size, order = chance.choice(form.fields)
            data = data[:start] + number(chance, size, order) + data[start + size :]
        elif way == 4:
            data = damage_digits(chance, data)
        elif way == 5:
            data = data[: chance.randrange(len(data) + 1)]
        elif way == 6:
            data += noise(chance, chance.choice([1, 3, 100, 5000]))
        elif way == 7:
            bytes_ = bytearray(data)
            for _ in range(chance.choice([1, 1, 4, 60])):
                if bytes_:
                    bytes_[chance.randrange(len(bytes_))] ^= 1 << chance.randrange(8)
            data = bytes(bytes_)
        elif way == 8:
            at = chance.randrange(len(data) + 1)
            data = data[:at] + chance.choice(SIGNS) * chance.choice([1, 1, 2, 3000]) + data[at:]
        elif way == 9 and len(data) > 8:
            at, size = chance.randrange(len(data) - 8), chance.choice([1, 2, 4, 8])
            data = data[:at] + number(chance, size, chance.choice("<>")) + data[at + size :]
        elif len(data) > 2:
            a, b = sorted(chance.randrange(len(data)) for _ in range(2))
            data = data[:a] + data[b:] if chance.random() < 0.5 else data[:b] + data[a:b] + data[b:]
    return data


# --- Running -------------------------------------------------------------------------------------


def run(command, folder, timeout):
    """Exit status (negative for a signal, None for a hang), what was said, peak memory in bytes.

    The peak is the command's alone as long as this process is smaller: the kernel counts from the fork on.
    """
    environment = dict(os.environ, SWIFT_BACKTRACE="enable=no", NO_COLOR="1")
    with tempfile.TemporaryFile() as errors:
        output = errors if "check" in command else subprocess.DEVNULL
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=errors)
        # Other work on the machine may slow this one, so that the wall clock only ends what waits for ever.
        end = time.monotonic() + 10 * timeout
        status = None
        while True:
            pid, word, usage = os.wait4(process.pid, os.WNOHANG)
            if pid:
                if usage.ru_utime + usage.ru_stime <= timeout:
                    status = os.waitstatus_to_exitcode(word)
                break
            if time.monotonic() > end:
                process.kill()
                _, _, usage = os.wait4(process.pid, 0)
                break
            time.sleep(0.005)
        process.returncode = 0
        errors.seek(0)
        return status, errors.read().decode("utf-8", "replace"), usage.ru_maxrss * 1024


def judge(form, index, options):
    chance = random.Random(f"{options.seed} {form.name} {index}")
    folder = tempfile.mkdtemp(prefix="ranvier-data-")
    results = []
    try:
        form.make(folder, random.Random(f"{options.seed} {form.name}"))
        path = chance.choice(form.damaged)
        target = os.path.join(folder, path)
        with open(target, "rb") as file:
            whole = file.read()
        damaged, unpacked = (whole, len(whole)) if index < 0 else damage(chance, whole, form)
        with open(target, "wb") as file:
            file.write(damaged)
        size = max(len(damaged), min(unpacked, max(UNPACKED_TIMES * len(damaged), UNPACKED_LEAST)))
        for verb in form.verbs:
            words = [path if word is None else word for word in verb]
            if verb[0] == "run":
                words += ["--output", "out", "--quiet", "--threads", "1"]
            status, errors, memory = run([options.ranvier] + words, folder, options.timeout)
            shutil.rmtree(os.path.join(folder, "out"), ignore_errors=True)
            finding = None
            if status is None:
                outcome, finding = "hang", "no end"
            elif status < 0:
                outcome, finding = "signal", signal.Signals(-status).name
            else:
                outcome = f"status {status}"
                if status not in (0, 1, 2, 3):
                    finding = outcome
                elif status and not any(os.path.basename(name) in errors for name in form.damaged):
                    finding = "the file is not named: " + " ".join(errors.split())[:300]
                elif index < 0 and status and form.name != "safetensors as data":
                    finding = "a sound file is refused: " + " ".join(errors.split())[:300]
            if not finding and memory > BASE + MULTIPLE * size:
                finding = f"{memory // MIB} MiB for {size} bytes"
            results.append((verb[0] + " " + verb[1] if verb[0] == "data" else verb[0], outcome, memory, size, finding))
            if finding:
                print(f"  {form.name} {index}: ranvier {' '.join(words)}: {finding}", flush=True)
                if options.keep:
                    kept = os.path.join(options.keep, f"{form.name}-{index}".replace(" ", "-"))
                    shutil.copytree(folder, kept, dirs_exist_ok=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return form.name, results


def work(task):
    name, index, options = task
    return judge(next(form for form in FORMATS if form.name == name), index, options)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ranvier", default=".build/release/ranvier", help="the command (default: %(default)s)")
    parser.add_argument("--count", type=int, default=1000, help="damaged files of each format (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--format", help="only these formats, by commas: " + ", ".join(form.name for form in FORMATS))
    parser.add_argument("--timeout", type=float, default=30, help="seconds (default: %(default)s)")
    parser.add_argument("--jobs", type=int, default=2, help="processes at once (default: %(default)s)")
    parser.add_argument("--keep", metavar="FOLDER", help="keep the files of findings here")
    options = parser.parse_args()
    options.ranvier = os.path.abspath(options.ranvier)
    if not os.access(options.ranvier, os.X_OK):
        parser.error(f"no command at {options.ranvier}; build it, or name it with --ranvier")
    names = options.format.split(",") if options.format else [form.name for form in FORMATS]
    for name in names:
        if name not in [form.name for form in FORMATS]:
            parser.error(f"unknown format '{name}'")
    if options.keep:
        os.makedirs(options.keep, exist_ok=True)
    # Index -1 is the sound file: it must be read.
    tasks = [(name, index, options) for name in names for index in range(-1, options.count)]
    outcomes, findings, memories = collections.Counter(), collections.Counter(), {}
    with multiprocessing.Pool(options.jobs) as pool:
        for name, results in pool.imap_unordered(work, tasks, chunksize=4):
            for verb, outcome, memory, size, finding in results:
                outcomes[name, outcome] += 1
                findings[name] += finding is not None
                share = max(memory - BASE, 0) / max(size, 1)
                memories[name] = max(memories.get(name, (0, 0)), (share, memory)) if share else (
                    memories.get(name, (0, 0))[0], max(memory, memories.get(name, (0, 0))[1]))
    columns = sorted({outcome for _, outcome in outcomes})
    print("%-20s" % "format" + "".join("%10s" % column for column in columns) + "%12s%14s%10s" % ("peak MiB", "x beyond base", "findings"))
    for name in names:
        print(
            "%-20s" % name + "".join("%10d" % outcomes[name, column] for column in columns)
            + "%12d%14.1f%10d" % (memories[name][1] // MIB, memories[name][0], findings[name]))
    total = sum(findings.values())
    print(f"{total} findings in {sum(outcomes.values())} commands on {len(tasks)} files (seed {options.seed}); "
          f"allowed: {BASE // MIB} MiB + {MULTIPLE} x bytes")
    return 1 if total else 0


if __name__ == "__main__":
    sys.exit(main())
