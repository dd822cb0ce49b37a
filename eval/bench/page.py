"""`eval/bench/RESULTS.md` and its charts, made from the committed results: no figure in it is typed by hand.

    python -m eval.bench.page

A result has tables, a table has rows, a row is a spread: `{"figures": {title: {row: {"n", "median", "p95", …}}}}`. The
first table is drawn.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from eval.intervals import Interval
from eval.svg import Bar, bars, standalone

RESULTS = Path(__file__).parent / "results"
_HEAD = """# Speed

Made by `python -m eval.bench.page` from `eval/bench/results/*.json`. What each row means is in the module named above its
tables. Load is the average of the minute before; a busy machine makes every time longer, so compare within a table.
"""


def write_page(results: Path = RESULTS) -> None:
    """Beside the folder of results. Files of another form are left alone."""
    found = [json.loads(path.read_text("utf-8")) for path in sorted(results.glob("*.json"))]
    found = [result for result in found if result.get("figures")]
    for result in found:
        (results / f"{result['name']}.svg").write_text(standalone(chart(result)) + "\n", "utf-8")
    sections = [section(result["name"], result, chart=f"results/{result['name']}.svg") for result in found]
    (results.parent / "RESULTS.md").write_text("\n".join([_HEAD, *sections]), "utf-8")


def section(name: str, result: Mapping[str, Any], *, chart: str | None = None) -> str:
    lines = [f"## {name}", "", f"{about(name, result)}", ""]
    if chart:
        lines += [f"![{next(iter(result['figures']))}]({chart})", ""]
    for title, table in result["figures"].items():
        lines += [f"| {title} | n | median | p95 | least | most |", "|---|---|---|---|---|---|"]
        lines += [_row(label, values) for label, values in table.items()]
        lines.append("")
    return "\n".join(lines)


def about(name: str, result: Mapping[str, Any]) -> str:
    machine = result["machine"]
    parts = [f"`eval.bench.{name}`", result.get("model"), f"{machine['cores']} cores of {machine['cpu']}"]
    parts += [f"{result['threads']} threads" if "threads" in result else None, result.get("peer")]
    parts += [f"load at the start {machine['load'][0]}", machine["at"]]
    return ", ".join(part for part in parts if part) + "."


def chart(result: Mapping[str, Any]) -> str:
    """Medians as bars, from the least to the most as a line."""
    title, table = next(iter(result["figures"].items()))
    longest = max(0.0, *(values["most"] for values in table.values())) or 1.0
    items = [
        Bar(
            label,
            max(0.0, values["median"]) / longest,
            _number(values["median"]),
            Interval(max(0.0, values["least"]) / longest, max(0.0, values["most"]) / longest),
        )
        for label, values in table.items()
    ]
    return bars(title, items)


def _row(label: str, values: Mapping[str, float]) -> str:
    cells = (_number(values[name]) for name in ("median", "p95", "least", "most"))
    return f"| {label} | {values['n']} | {' | '.join(cells)} |"


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


if __name__ == "__main__":
    write_page()
