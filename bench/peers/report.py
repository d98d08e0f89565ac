"""Writes performance.md and performance.svg from what bench.py has measured.

    report.py RESULTS FOLDER
"""

import html
import json
import pathlib
import statistics
import sys

STEPS = {
    "empty": "{files} files into an empty schema",
    "on_top": "{files} more on top",
    "nothing": "nothing to do, {files} files applied",
    "indexed": "{files} files with keys and indexes into an empty schema",
    "tenants": "{tenants} tenants × {files} files",
}
# The cases of the chart, in this order; those that were not measured are left out.
CHART = [
    ("empty", 0),
    ("on_top", 0),
    ("nothing", 0),
    ("tenants", 0),
    ("empty", 1),
    ("tenants", 1),
    ("empty", 5),
    ("tenants", 5),
]


def grouped(number):
    return f"{number:,}"


def title(case):
    text = STEPS[case["step"]].format(
        files=grouped(case["files"]), tenants=grouped(case["tenants"])
    )
    if case["latency_ms"]:
        text += f", {case['latency_ms']:g} ms of latency"
    return text


def seconds(value):
    if value >= 100:
        return f"{value:.0f}"
    return f"{value:.2f}" if value >= 1 else f"{value:.3f}"


def in_order(data, case):
    peers = data["peers"]
    return sorted(case["peers"].items(), key=lambda item: peers[item[0]]["order"])


def median(entry):
    return statistics.median(entry["seconds"]) if entry.get("seconds") else None


def case_table(data, case):
    own = median(case["peers"].get("migrator", {}))
    lines = [
        "| | median s | min – max | runs | of migrator | peak MiB | statements | round trips | connections |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    counted = without_latency(data, case)["peers"]
    for name, entry in in_order(data, case):
        label = data["peers"][name]["title"]
        if entry.get("failed"):
            reason = entry["failed"].split("\n")[0][:60]
            lines.append(f"| {label} | {reason} | | | | | | | |")
            continue
        if not entry.get("seconds"):
            continue
        middle = median(entry)
        times = entry["seconds"]
        ratio = f"{middle / own:.1f} ×" if own else ""
        seen = counted.get(name, {}).get("server", {})
        cells = [
            label,
            seconds(middle),
            f"{seconds(min(times))} – {seconds(max(times))}",
            str(len(times)),
            ratio,
            f"{max(entry['peak_kib']) / 1024:.0f}",
            *(
                grouped(seen[key]) if key in seen else ""
                for key in ("statements", "round_trips", "connections")
            ),
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def without_latency(data, case):
    """The same case without latency: what was counted there holds here too."""
    keys = ("step", "files", "tenants")
    for other in data["cases"].values():
        if not other["latency_ms"] and all(other[key] == case[key] for key in keys):
            return other
    return case


def versions_table(data):
    cases = sorted(
        (c for c in data["cases"].values() if c["chain"] == "versions"),
        key=lambda c: int(c["step"].removeprefix("version")),
    )
    if not cases:
        return []
    names = [name for name, _ in in_order(data, cases[0])]
    heads = [data["peers"][name]["title"] for name in names]
    each = cases[0]["files"] * cases[0]["tenants"]
    lines = [
        "## Memory over many versions",
        "",
        f"{grouped(cases[0]['tenants'])} tenants, {cases[0]['files']} new files for each of them in every"
        " version. Peak memory of the client so far (VmHWM) in MiB, and seconds for the version; one run.",
        "",
        "| version | rows of history | " + " | ".join(heads) + " |",
        "|---:|---:|" + "---:|" * len(names),
    ]
    for at, case in enumerate(cases, start=1):
        cells = []
        for name in names:
            entry = case["peers"].get(name, {})
            if entry.get("seconds"):
                cells.append(f"{entry['peak_kib'][0] / 1024:.1f} ({seconds(entry['seconds'][0])} s)")
            else:
                cells.append("failed" if entry.get("failed") else "")
        lines.append(f"| {at} | {grouped(at * each)} | " + " | ".join(cells) + " |")
    return [*lines, ""]


def document(data):
    machine = data["machine"]
    lines = [
        "# How fast it is, and beside what",
        "",
        "Made by `bench/peers/run.sh`, which measures and writes this page; nothing here is typed by hand."
        " [bench/peers/README.md](../bench/peers/README.md) tells how it is measured and how to do it again.",
        "",
        "![How long each program takes](performance.svg)",
        "",
        f"Last measured on {machine['date']} at commit {machine['commit'] or 'unknown'}; cases that were"
        f" left out then are from before, on the same machine. {machine['cores']} cores"
        f" ({machine['cpu']}), {machine['memory_gib']} GiB, {machine['system']}; PostgreSQL"
        f" {machine['postgresql']} on the same machine"
        + (f" ({machine['settings']}; the rest as Debian has it)" if machine["settings"] else "")
        + ". Client, server and, where there is latency, the wire share the cores."
        + real_latency(data),
        "",
        "## Who was measured, and how they were set up",
        "",
        "| | version | configured as | checks |",
        "|---|---|---|---|",
    ]
    for peer in sorted(data["peers"].values(), key=lambda p: p["order"]):
        lines.append(
            f"| {peer['title']} | {peer['version']} | {peer['configured']} | {peer['checks']} |"
        )
    lines += [
        "",
        "The statements are the same for all. Times are from the start of the process to its end; of a"
        " service, from its start to its answer. Statements are what the server ran"
        " (`pg_stat_statements`), round trips what the client waited for.",
        "",
    ]
    for case in ordered_cases(data):
        lines += [f"## {capital(title(case))}", "", *case_table(data, case), ""]
    lines += versions_table(data)
    return "\n".join(lines)


def real_latency(data):
    real = data.get("real_latency_ms", {})
    if not real:
        return ""
    pairs = ", ".join(f"{name} ms: {value:.2f} ms" for name, value in sorted(real.items()))
    return f" A round trip through the wire took, in the median: {pairs}."


def capital(text):
    return text[:1].upper() + text[1:]


def ordered_cases(data):
    found = [c for c in data["cases"].values() if c["chain"] != "versions" and measured(c)]
    return sorted(
        found, key=lambda c: (c["latency_ms"], list(STEPS).index(c["step"]), c["files"], c["tenants"])
    )


def measured(case):
    return sum(1 for entry in case["peers"].values() if entry.get("seconds"))


# The chart: a panel for each case, a bar for each program. A bar that would dwarf the others is cut.
PANEL_WIDTH = 432
ROW = 21
LABEL = 166
CUT = 12  # times the median of migrator, beyond which a bar is cut


def bar_width(value, longest):
    return max(2.0, (PANEL_WIDTH - LABEL - 100) * min(value / longest, 1.0))


def panel(data, case, left, top):
    entries = [(n, median(e)) for n, e in in_order(data, case) if median(e) is not None]
    own = dict(entries).get("migrator")
    longest = max(value for _, value in entries)
    if own and longest > own * CUT:
        longest = min(longest, max(own * CUT, sorted(v for _, v in entries)[len(entries) // 2]))
    parts = [
        f'<text x="{left}" y="{top + 14}" class="case">{html.escape(capital(title(case)))}</text>'
    ]
    for at, (name, value) in enumerate(entries):
        y = top + 26 + at * ROW
        width = bar_width(value, longest)
        peer = data["peers"][name]
        kind = "own" if name.startswith("migrator") else "peer" if peer["compares"] else "less"
        times = f" ({value / own:.1f} ×)" if own and name != "migrator" else ""
        parts += [
            f'<text x="{left + LABEL - 8}" y="{y + 11}" class="name">'
            f"{html.escape(peer['title'].replace('`', ''))}</text>",
            f'<rect x="{left + LABEL}" y="{y}" width="{width:.1f}" height="14" rx="2" class="{kind}"/>',
        ]
        if value > longest:
            x = left + LABEL + width - 14
            parts.append(f'<path d="M{x:.1f} {y + 15} l5 -16 h4 l-5 16 z" class="cut"/>')
        parts.append(
            f'<text x="{left + LABEL + width + 6:.1f}" y="{y + 11}" class="value">'
            f"{seconds(value)} s{times}</text>"
        )
    return parts, 26 + len(entries) * ROW + 18


STYLE = """
text { font: 12px system-ui, 'Segoe UI', Helvetica, Arial, sans-serif; fill: #24292f; }
.case { font-weight: 600; font-size: 13px; }
.name { text-anchor: end; }
.value { fill: #57606a; font-size: 11px; }
.note { fill: #57606a; font-size: 11px; }
.own { fill: #0969da; }
.peer { fill: #afb8c1; }
.less { fill: #d8dee4; }
.cut { fill: #ffffff; }
"""


def chart(data):
    cases = []
    for step, latency in CHART:
        found = [c for c in ordered_cases(data) if (c["step"], c["latency_ms"]) == (step, latency)]
        # Of several sizes the one with the most programs.
        cases += sorted(found, key=lambda c: (measured(c), c["files"]))[-1:]
    parts = []
    tops = [16, 16]
    for at, case in enumerate(cases):
        column = at % 2
        if column == 0:
            tops = [max(tops)] * 2
        drawn, height = panel(data, case, 16 + column * (PANEL_WIDTH + 24), tops[column])
        parts += drawn
        tops[column] += height
    machine = data["machine"]
    bottom = max(tops) + 8
    note = (
        f"Seconds, medians, shorter is better; {machine['cores']} cores, PostgreSQL {machine['postgresql']}"
        " beside the client. Light: does not compare applied files."
    )
    width = 2 * PANEL_WIDTH + 56
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{bottom + 14}"'
        f' viewBox="0 0 {width} {bottom + 14}" role="img" aria-label="{html.escape(note)}">\n'
        f"<style>{STYLE}</style>\n"
        f'<rect width="{width}" height="{bottom + 14}" fill="#ffffff" rx="6"/>\n'
        + "\n".join(parts)
        + f'\n<text x="16" y="{bottom}" class="note">{html.escape(note)}</text>\n</svg>\n'
    )


def main():
    _, results, folder = sys.argv
    data = json.loads(pathlib.Path(results).read_text())
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "performance.md").write_text(document(data))
    (folder / "performance.svg").write_text(chart(data))
    print(f"wrote {folder}/performance.md and performance.svg", file=sys.stderr)


if __name__ == "__main__":
    main()
