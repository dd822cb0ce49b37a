"""The results of a run over claims as one HTML file."""

import json
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from eval.claim_results import ClaimResult, summarise_claims
from eval.report_html import about, calibration, page, section, table
from eval.summary import Metric
from eval.svg import Bar, bars


def claims_page(title: str, results: Sequence[ClaimResult], content: Mapping[str, Any]) -> str:
    """`content` is the JSON report of the same run."""
    metrics = summarise_claims(results)
    kinds = [m for m in metrics if m.name.startswith(("caught_", "passed_"))]
    wrong = sorted((result for result in results if not result.right), key=_sureness, reverse=True)
    sections = (
        section("Figures", table(metrics)),
        section("By corruption and style", bars("Rates", [_bar(metric) for metric in kinds])),
        section("Calibration and risk", calibration(content)),
        section("Wrong verdicts, the surest first", "".join(map(_case, wrong)) or "<p>None.</p>"),
        section("Configuration", f"<pre>{escape(json.dumps(content['config'], indent=1))}</pre>"),
    )
    return page(title, about(content, len(results)), "".join(sections))


def _bar(metric: Metric) -> Bar:
    return Bar(metric.name, metric.value, f"{metric.value:.2f} of {metric.n}", metric.interval)


def _sureness(result: ClaimResult) -> float:
    return abs(result.support - 0.5)


def _case(result: ClaimResult) -> str:
    gold = "supported" if result.supported else f"unsupported ({result.corruption})"
    return (
        f"<article><h3>{escape(result.id)}: {escape(result.claim)}</h3>"
        f"<p>Gold: <b>{escape(gold)}</b>; verdict: <b>{escape(result.verdict)}</b>, support {result.support:.2f}. "
        f"{escape(result.reason or '')}</p><blockquote>{escape(result.passage)}</blockquote></article>"
    )
