"""The results as a table in Markdown."""
BEGIN, END = "<!-- table: begin, written by compare.py --readme -->", "<!-- table: end -->"
HEAD = (
    "workload", "Ranvier ms", "P ms", "O ms", "P / ours", "target", "O / ours", "target",
    "floor ms", "ours / floor", "memory ours", "memory P", "memory O")


def text(report):
    lines = [
        f"Machine: {report['machine']}. Date: {report['date']}. Command: `{report['command']}`, "
        f"{report['rounds']} rounds.", "", line(HEAD), line(["---"] * len(HEAD))]
    lines += [line(cells(row)) for row in report["rows"]]
    lines += ["", "All frameworks, ms: " + versions(report), ""]
    seen = set()
    for row in report["rows"]:
        times = {n: f["seconds"] for n, f in row["frameworks"].items()}
        key = tuple(times.items())
        if times and key not in seen:
            seen.add(key)
            lines.append(
                f"- {row['name']}: "
                + ", ".join(f"{n} {milliseconds(times[n])}" for n in sorted(times, key=times.get)))
    lines += missing(report)
    return "\n".join(lines) + "\n"


def cells(row):
    ours = row["ranvier"]
    users, optimized = (row["frameworks"].get(row["best"][k]) for k in ("users", "optimized"))
    floor = ours and ours["floorSeconds"]
    return [
        row["name"], milliseconds(ours and ours["seconds"]),
        named(users, row["best"]["users"]), named(optimized, row["best"]["optimized"]),
        ratio(users, ours), f"{row['targets']['users']:g}x",
        ratio(optimized, ours), f"{row['targets']['optimized']:g}x",
        milliseconds(floor), f"{ours['seconds'] / floor:.1f}" if floor else "–",
        *(memory(x) for x in (ours, users, optimized))]


def line(cells):
    return "| " + " | ".join(cells) + " |"


def milliseconds(seconds):
    return f"{seconds * 1e3:.3g}" if seconds else "–"


def named(framework, name):
    return f"{milliseconds(framework['seconds'])} {name}" if framework else "–"


def ratio(theirs, ours):
    return f"{theirs['seconds'] / ours['seconds']:.2f}x" if theirs and ours else "–"


def memory(contestant):
    return f"{contestant['peakResidentBytes'] / 2**20:.0f} MiB" if contestant else "–"


def versions(report):
    found = {f["version"] for row in report["rows"] for f in row["frameworks"].values()}
    return ", ".join(sorted(found)) + "."


def missing(report):
    """What did not run, and why; once for each workload."""
    lines = []
    for row in report["rows"]:
        for name, reason in row["missing"].items():
            text = f"- missing in {row['name'].split()[0].rstrip('s')}: {name} ({reason})"
            if text not in lines:
                lines.append(text)
    return lines


def write_readme(report, path):
    """Replaces the table between the marks."""
    before, rest = path.read_text().split(BEGIN)
    path.write_text(before + BEGIN + "\n\n" + text(report) + "\n" + END + rest.split(END)[1])
