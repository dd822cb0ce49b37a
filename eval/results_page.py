"""`eval/RESULTS.md`, made from the committed results of runs: no figure in it is typed by hand."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

_HEAD = """# Results

Made by `python -m eval.bench` from `eval/results/*.json`; how to run it is in that module. Every figure is of the shipped
default configuration at the commit named, unless its line says otherwise. Intervals are 95% (Wilson for proportions, bootstrap otherwise), n is the
number of rows, citations or sentences behind a figure. Definitions are in `eval/metrics.py` and `eval/scoring.py`.
Latencies are of the machine that ran it, with whatever else it was doing.
"""


def write_results(results: Path) -> None:
    """Beside the folder of results."""
    reports = [json.loads(path.read_text("utf-8")) for path in sorted(results.glob("*.json"))]
    (results.parent / "RESULTS.md").write_text(_HEAD + "".join(map(_section, reports)), "utf-8")


def _section(report: Mapping[str, Any]) -> str:
    lines = [
        f"\n## {report['name']}\n",
        f"{_about(report)}\n",
        "| metric | value | 95% interval | n |",
        "|---|---|---|---|",
    ]
    lines += [_row(name, value, report) for name, value in report["metrics"].items()]
    lines += _slices(report.get("slices", {}))
    return "\n".join(lines) + "\n"


def _about(report: Mapping[str, Any]) -> str:
    config = report["config"]
    parts = [report["title"], f"split {config['split']}" if config.get("split", "all") != "all" else ""]
    parts += [f"model {config['model']}", f"commit {report['commit']}"]
    parts += [f"without {part}" for part in config.get("without", [])]
    parts.append("signals alone, without the language model's judgement" if config.get("judge") is False else "")
    if statuses := report.get("statuses"):
        parts.append(", ".join(f"{n} {status}" for status, n in statuses.items()))
    return "; ".join(part for part in parts if part) + "."


def _row(name: str, value: float, report: Mapping[str, Any]) -> str:
    interval = report["intervals"].get(name)
    between = f"{interval[0]:.3f}–{interval[1]:.3f}" if interval else ""
    shown = f"{value:,.0f} ms" if "_ms_p" in name else f"{value:.3f}"
    return f"| {name} | {shown} | {between} | {report['counts'][name]} |"


_SLICED = ("key_points", "evidence_recall_at_5", "false_refusal", "right_refusal")


def _slices(slices: Mapping[str, Mapping[str, float]]) -> Sequence[str]:
    if len(slices) < 2:
        return []
    lines = ["", f"| kind | rows | {' | '.join(_SLICED)} |", "|---|---|" + "---|" * len(_SLICED)]
    for kind, values in slices.items():
        cells = [f"{values[name]:.2f}" if name in values else "" for name in _SLICED]
        lines.append(f"| {kind} | {values['rows']} | {' | '.join(cells)} |")
    return lines
