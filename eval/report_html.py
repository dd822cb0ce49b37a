"""The results of a run as one HTML file without any other: figures, plots, slices by kind, the worst cases in full."""

import json
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from string import Template
from typing import Any

from eval.metrics import covers
from eval.results import Result
from eval.summary import Metric, by_kind, statuses, summarise, worst
from eval.svg import Axis, Bar, bars, curve

_TEMPLATE = Template((Path(__file__).parent / "report.html").read_text("utf-8"))
_SLICED = ("key_points", "evidence_recall_at_5", "citation_hits", "false_refusal", "right_refusal")


def questions_page(title: str, results: Sequence[Result], content: Mapping[str, Any]) -> str:
    """`content` is the JSON report of the same run."""
    sections = (
        section("Figures", table(summarise(results)) + _statuses(results)),
        section("By kind of question", _slices(results)),
        section("Whether the reports answer: calibration and risk", calibration(content)),
        section("Latency", _latency(results)),
        section("Worst cases", "".join(map(_case, worst(results))) or "<p>None.</p>"),
        section("Configuration", f"<pre>{escape(json.dumps(content['config'], indent=1))}</pre>"),
    )
    return page(title, about(content, len(results)), "".join(sections))


def page(title: str, about: str, body: str) -> str:
    return _TEMPLATE.substitute(title=escape(title), about=escape(about), body=body)


def about(content: Mapping[str, Any], rows: int) -> str:
    return f"{rows} rows, commit {content['commit'] or 'unknown'}. Intervals are 95%."


def section(heading: str, body: str) -> str:
    return f"<section><h2>{escape(heading)}</h2>{body}</section>"


def table(metrics: Sequence[Metric]) -> str:
    rows = "".join(
        f'<tr><th scope="row">{escape(m.name)}</th><td class="number">{shown(m)}</td>'
        f'<td class="number">{m.interval or ""}</td><td class="number">{m.n}</td></tr>'
        for m in metrics
    )
    return f"<table><tr><th>Metric</th><th>Value</th><th>95% interval</th><th>n</th></tr>{rows}</table>"


def shown(metric: Metric) -> str:
    return f"{metric.value:,.0f} ms" if "_ms_p" in metric.name else f"{metric.value:.3f}"


def calibration(content: Mapping[str, Any]) -> str:
    """How far a score is a probability, and what is gained by keeping only the surest."""
    bins = [(predicted, observed) for predicted, observed, _ in content["reliability"]]
    plots = (
        curve("Reliability", bins, Axis("predicted"), Axis("observed"), diagonal=True),
        curve("Risk and coverage", content["risk_coverage"], Axis("coverage"), Axis("risk")),
    )
    return f'<div class="plots">{"".join(plots)}</div>'


def _statuses(results: Sequence[Result]) -> str:
    counts = statuses(results)
    return bars("Statuses", [Bar(name, n / len(results), str(n)) for name, n in counts.items()])


def _slices(results: Sequence[Result]) -> str:
    parts = []
    for name in _SLICED:
        items = [
            Bar(kind, metric.value, f"{metric.value:.2f} of {metric.n}", metric.interval)
            for kind, rows in by_kind(results).items()
            for metric in summarise(rows)
            if metric.name == name
        ]
        if items:
            parts.append(f"<h3>{escape(name)}</h3>{bars(name, items)}")
    return "".join(parts)


def _latency(results: Sequence[Result]) -> str:
    plots = []
    for name in ("first_token_ms", "first_sentence_ms", "total_ms"):
        values = sorted(result.scores[name] / 1000 for result in results if name in result.scores)
        if values:
            points = [(value, (rank + 1) / len(values)) for rank, value in enumerate(values)]
            x = Axis(f"{name.removesuffix('_ms').replace('_', ' ')}, seconds", high=round(values[-1] + 0.05, 1))
            plots.append(curve(name, points, x, Axis("share of questions")))
    return f'<div class="plots">{"".join(plots)}</div>'


def _case(result: Result) -> str:
    points = "".join(
        f"<li{'' if covers(result.answer, point) else ' class=missed'}>{escape(point)}</li>"
        for point in result.key_points
    )
    return (
        f"<article><h3>{escape(result.id)}: {escape(result.question)}</h3>"
        f"<p><b>{escape(result.status)}</b> ({escape(result.kind)}): {escape(result.answer)}</p>"
        f"<p>Key points (missed ones underlined):</p><ul>{points}</ul>"
        f"<details><summary>Everything</summary><pre>{escape(json.dumps(result.to_json(), indent=1))}</pre></details>"
        "</article>"
    )
