#!/usr/bin/env python3
"""Writes a large table of numbers as a machine would log them, to time readers of tables on.

    make_table.py /tmp/table.csv [--rows 1000000] [--seed 0] [--time]

20 columns of numbers with 6 to 8 significant digits, from 2e-8 to 6e7, of either sign, two of them with
exponents, and a last column `state` of three classes: `ok` (about 70 % of the rows), `worn`, `broken`.
A state lasts for 50 to 500 rows and moves the level of every third column, so that it can be learned. One row is
0.1 s; `--time` puts a first column of times. A million rows are about 200 MB.

The same rows and seed give the same bytes on every machine: all is worked out in whole numbers from the raw bits of a
PCG64, and a digit is a remainder. Fewer rows are the beginning of more.
"""
import argparse
import json
import sys
import time
from dataclasses import dataclass

import numpy as np

CHUNK = 50_000  # rows at a time
STATES = ("ok", "worn", "broken")
START = np.datetime64("2024-03-09T10:14:33.000", "ms")
STEP = np.timedelta64(100, "ms")


@dataclass(frozen=True)
class Column:
    """A value is `level + drift + shift · state + noise`, in units of its last decimal."""

    name: str
    level: int
    drift: int  # half the height of a slow triangle
    period: int  # of the triangle, in rows
    shift: int  # for `worn`; twice that for `broken`
    noise: int  # standard deviation
    decimals: int
    exponents: tuple = ()  # written with one of these, in turn by blocks of 1000 rows


COLUMNS = (
    Column("spindle_speed", 1_498_372, 21_000, 90_000, -9_000, 4_000, 3),
    Column("motor_current", 1_330_217, 110_000, 52_000, 0, 60_000, 6),
    Column("voltage", 233_062_410, 2_400_000, 130_000, 0, 900_000, 6),
    Column("torque", 18_402_915, 1_900_000, 70_000, 1_400_000, 800_000, 6),
    Column("temperature", 79_336_614, 4_200_000, 210_000, 0, 350_000, 6),
    Column("ambient", -1_204_338, 6_100_000, 640_000, 0, 90_000, 6),
    Column("vibration", 265_878, 41_000, 8_700, 52_000, 30_000, 7),
    Column("acceleration_x", -127_341, 0, 1, 0, 410_000, 6),
    Column("acceleration_y", 9_803_217, 12_000, 3_300, 0, 120_000, 6),
    Column("acceleration_z", 4_410, 9_000, 4_100, 170_000, 300_000, 6),
    Column("pressure", 101_325_407, 830_000, 410_000, 0, 95_000, 3),
    Column("vacuum", 412_337, 33_000, 61_000, 0, 51_000, 5, ("e-03", "e-04")),
    Column("flow", 76_019_733, 3_300_000, 33_000, -2_700_000, 1_600_000, 6),
    Column("level", 5_120_944, 900_000, 27_000, 0, 44_000, 6),
    Column("resistance", 12_204_418, 810_000, 150_000, 0, 200_000, 1),
    Column("leak_rate", 314_159, 40_000, 97_000, 23_000, 25_000, 5, ("e-07", "e-08")),
    Column("strain", -3_117_204, 700_000, 19_000, 0, 610_000, 4),
    Column("counter_rate", 48_211_730, 5_200_000, 260_000, 0, 2_100_000, 0),
    Column("displacement", 731_206, 21_000, 12_100, -39_000, 28_000, 7),
    Column("humidity", 45_227_118, 8_100_000, 720_000, 0, 190_000, 6),
)


def main():
    options = arguments()
    began = time.perf_counter()
    bits, states = (np.random.PCG64(s) for s in np.random.SeedSequence(options.seed).spawn(2))
    kinds = state_of_rows(states, options.rows)
    written = 0
    with open(options.path, "wb") as file:
        names = (["time"] if options.time else []) + [c.name for c in COLUMNS] + ["state"]
        written += file.write((",".join(names) + "\n").encode())
        for first in range(0, options.rows, CHUNK):
            rows = np.arange(first, min(first + CHUNK, options.rows))
            # Always as many bits as a whole part takes, so that fewer rows are the beginning of more.
            noise = normal(bits.random_raw(CHUNK * len(COLUMNS)).reshape(CHUNK, -1)[: len(rows)])
            written += file.write(lines(rows, noise, kinds[rows], options.time))
    print(json.dumps(dict(
        path=options.path, rows=options.rows, columns=len(names), bytes=written, seed=options.seed,
        rowsByState={s: int((kinds == i).sum()) for i, s in enumerate(STATES)},
        seconds=round(time.perf_counter() - began, 2))))


def arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--time", action="store_true", help="a first column of times")
    options = parser.parse_args()
    if options.rows < 1:
        sys.exit(f"make_table: --rows is {options.rows}; expected 1 or more")
    return options


def state_of_rows(bits, count):
    """The class of each row: blocks of 50 to 500 rows, 70, 20 and 10 % of them."""
    blocks = bits.random_raw(count // 50 + 1)
    lengths = 50 + (blocks >> np.uint64(32)) % np.uint64(451)
    share = blocks % np.uint64(10)
    kinds = np.where(share < 7, 0, np.where(share < 9, 1, 2))
    return np.repeat(kinds, lengths.astype(np.int64))[:count]


def normal(bits):
    """Nearly normal whole numbers of mean 0 and deviation 75675, from four uniform ones of 16 bits."""
    parts = [(bits >> np.uint64(s)).astype(np.int64) & 0xFFFF for s in (0, 16, 32, 48)]
    return 2 * (parts[0] + parts[1] + parts[2] + parts[3]) - 4 * 0xFFFF


def lines(rows, noise, kinds, with_time):
    """The rows as text. Every cell is laid out at its full width beside a mask of the places that it needs; what the
    masks keep, read row by row, is the text."""
    cells, masks = [], []
    if with_time:
        times = np.datetime_as_string(START + rows * STEP, unit="ms")
        fixed(cells, masks, np.char.replace(times, "T", " ").astype("S23").view(np.uint8).reshape(len(rows), 23))
        fixed(cells, masks, comma(len(rows)))
    for index, column in enumerate(COLUMNS):
        number(cells, masks, column, rows, values(column, rows, noise[:, index], kinds))
        fixed(cells, masks, comma(len(rows)))
    names = np.array([s.ljust(6) for s in STATES], "S6")[kinds].view(np.uint8).reshape(-1, 6)
    cells.append(names)
    masks.append(names != ord(" "))
    fixed(cells, masks, np.full((len(rows), 1), ord("\n"), np.uint8))
    return np.concatenate(cells, axis=1)[np.concatenate(masks, axis=1)].tobytes()


def values(column, rows, noise, kinds):
    """Whole numbers, in units of the last decimal."""
    half = max(column.period // 2, 1)
    triangle = np.abs(rows % (2 * half) - half)  # 0 … half
    drift = column.drift * (2 * triangle - half) // half
    return column.level + drift + column.shift * kinds + noise * column.noise // 75675


def number(cells, masks, column, rows, whole):
    magnitude = np.abs(whole)
    count = max(len(str(int(magnitude.max()))), column.decimals + 1)
    digits = np.empty((len(whole), count), np.uint8)
    needed = np.ones((len(whole), count), bool)
    left = magnitude.astype(np.uint32)
    for place in range(count - 1, -1, -1):
        if place < count - column.decimals - 1:  # a leading zero is not written
            needed[:, place] = left > 0
        left, digit = np.divmod(left, np.uint32(10))
        digits[:, place] = digit
    digits += ord("0")
    cells.append(np.full((len(whole), 1), ord("-"), np.uint8))
    masks.append((whole < 0)[:, None])
    point = count - column.decimals
    cells.append(digits[:, :point])
    masks.append(needed[:, :point])
    if column.decimals:
        fixed(cells, masks, np.full((len(whole), 1), ord("."), np.uint8))
        fixed(cells, masks, digits[:, point:])
    if column.exponents:
        texts = np.array(column.exponents, "S4")[rows // 1000 % len(column.exponents)]
        fixed(cells, masks, texts.view(np.uint8).reshape(-1, 4))


def fixed(cells, masks, block):
    cells.append(block)
    masks.append(np.ones(block.shape, bool))


def comma(count):
    return np.full((count, 1), ord(","), np.uint8)


if __name__ == "__main__":
    main()
