#!/usr/bin/env python3
"""Writes a table as a Japanese spreadsheet would export it, whose two classes can be learned; needs Python alone.

    spreadsheet.py /tmp/line.csv [--rows 600] [--seed 0] [--number] [--noise 0.01]

Shift-JIS, lines end with CRLF, cells are separated by `;`, numbers have a decimal comma. The columns:

    日時      2024/03/09 10:14:33, a row each 10 s; dates without a zone
    温度      21,37    temperature, about 24 ± 6, two decimals
    圧力      0,5127   pressure, about 0.5 ± 0.08, four decimals
    振動      12,8     vibration, about 12 ± 3, one decimal
    回転数     1.498,3  revolutions, about 1500 ± 400, a dot for the thousands
    表面粗さ    3,142    roughness, about 3 ± 0.7, three decimals; means nothing. The second byte of 表 is that of a backslash
    判定      良 or 不良 verdict, the label; about a third of them 不良

`--number` puts 番号, which counts the rows from 1, before them. Of the cells with numbers 0.75 % are `-` and 0.75 % are empty.

With every quantity as its distance from the middle in deviations, a row is 不良 where

    0.9 温度 + 0.7 圧力 + 1.3 振動 · 回転数 > 0.55

a linear part and one interaction. No row lies nearer to that border than 0.2, and a share of `--noise` of the labels, 1 % if not given,
is the other one. So no rule can be expected to be right for more than 1 − noise of new rows with all their cells; a missing cell
costs a little more. What the rule itself reaches on the rows written is printed as JSON: `ruleAccuracy` with the values as they
were before cells were lost, `ruleAccuracyWithMissing` with the middle in their place.

The true values lie beside the table as NAME.true.csv: UTF-8 without BOM, LF, commas, decimal points, times as 2024-03-09T10:14:33,
missing cells empty, otherwise the same rows, columns and digits. The same arguments give the same bytes on every machine
(sums of Python's `random()`, no transcendental functions); fewer rows are the beginning of more.
"""
import argparse
import datetime
import hashlib
import json
import random
from dataclasses import dataclass
from pathlib import Path

BAD, GOOD = "不良", "良"
START = datetime.datetime(2024, 3, 9, 10, 14, 33)
STEP = datetime.timedelta(seconds=10)
BORDER, MARGIN = 0.55, 0.2
MISSING = 0.0075  # of each mark


@dataclass(frozen=True)
class Column:
    name: str
    middle: float
    deviation: float
    decimals: int


COLUMNS = (
    Column("温度", 24, 6, 2), Column("圧力", 0.5, 0.08, 4), Column("振動", 12, 3, 1), Column("回転数", 1500, 400, 1),
    Column("表面粗さ", 3, 0.7, 3))


def main():
    options = arguments()
    rows = [row for _, row in zip(range(options.rows), table(random.Random(options.seed), options.noise))]
    names = (["番号"] if options.number else []) + ["日時"] + [c.name for c in COLUMNS] + ["判定"]
    export, true = [";".join(names)], [",".join(names)]
    for index, (texts, marks, label, *_) in enumerate(rows):
        time = START + index * STEP
        number = [str(index + 1)] if options.number else []
        cells = [local(t) if m is None else m for t, m in zip(texts, marks)]
        export.append(";".join(number + [time.strftime("%Y/%m/%d %H:%M:%S")] + cells + [label]))
        cells = [t if m is None else "" for t, m in zip(texts, marks)]
        true.append(",".join(number + [time.isoformat()] + cells + [label]))
    data = ("\r\n".join(export) + "\r\n").encode("shift_jis")
    options.path.write_bytes(data)
    beside = options.path.with_suffix(".true.csv")
    beside.write_bytes(("\n".join(true) + "\n").encode("utf-8"))
    print(json.dumps(dict(
        path=str(options.path), true=str(beside), rows=len(rows), bytes=len(data), sha256=hashlib.sha256(data).hexdigest(),
        bad=sum(r[2] == BAD for r in rows), missing=sum(m is not None for r in rows for m in r[1]),
        flipped=sum(r[3] for r in rows), ruleAccuracy=share(not r[3] for r in rows),
        ruleAccuracyWithMissing=share((r[2] == BAD) == r[4] for r in rows)), ensure_ascii=False))


def arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("path", type=Path)
    add("--rows", type=int, default=600)
    add("--seed", type=int, default=0)
    add("--number", action="store_true", help="a first column that counts the rows")
    add("--noise", type=float, default=0.01, help="share of the labels that are the other one")
    options = parser.parse_args()
    if options.rows < 1 or not 0 <= options.noise < 0.5:
        parser.error("--rows is 1 or more, --noise from 0 to below 0.5")
    return options


def table(source, noise):
    """Rows without end: texts with decimal points, marks of missing cells, label, whether the label is the other one, and what the rule
    says with the middle in the place of missing cells."""
    while True:
        # Always as many draws for a row, so that other shares change no other cell.
        draws = [sum(source.random() for _ in range(12)) - 6 for _ in COLUMNS]
        lost = [source.random() for _ in COLUMNS]
        other = source.random() < noise
        texts = [f"{c.middle + c.deviation * d:.{c.decimals}f}" for c, d in zip(COLUMNS, draws)]
        distances = [(float(t) - c.middle) / c.deviation for c, t in zip(COLUMNS, texts)]
        score = rule(distances)
        if abs(score - BORDER) < MARGIN:
            continue
        marks = ["-" if x < MISSING else "" if x < 2 * MISSING else None for x in lost]
        seen = rule([0 if m is not None else d for d, m in zip(distances, marks)]) > BORDER
        label = BAD if (score > BORDER) != other else GOOD
        yield texts, marks, label, other, seen


def rule(distances):
    temperature, pressure, vibration, revolutions, _ = distances
    return 0.9 * temperature + 0.7 * pressure + 1.3 * vibration * revolutions


def local(text):
    """`1498.3` as `1.498,3`."""
    whole, _, decimals = text.partition(".")
    sign, whole = ("-", whole[1:]) if whole.startswith("-") else ("", whole)
    return sign + f"{int(whole):,}".replace(",", ".") + ("," + decimals if decimals else "")


def share(marks):
    marks = list(marks)
    return round(sum(marks) / len(marks), 4)


if __name__ == "__main__":
    main()
