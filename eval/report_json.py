"""The results of a run as JSON: what was run, the figures, and every row."""

import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from eval.curves import curves
from eval.fingerprint import ROOT
from eval.results import Result
from eval.summary import Metric, by_kind, statuses, summarise


def report(results: Sequence[Result], config: Mapping[str, Any]) -> dict[str, Any]:
    metrics = summarise(results)
    return {
        **head(config, metrics),
        "statuses": statuses(results),
        "slices": {kind: values(summarise(rows)) | {"rows": len(rows)} for kind, rows in by_kind(results).items()},
        **_curves(results),
        "rows": [result.to_json() for result in results],
    }


def _curves(results: Sequence[Result]) -> dict[str, Any]:
    """Of the gate's probability; right is who was answered though answerable, or refused though not."""
    rows = [result for result in results if "answerable_probability" in result.scores]
    right = [bool(r.scores.get("right_refusal", 1 - r.scores.get("false_refusal", 0))) for r in rows]
    return curves([r.scores["answerable_probability"] for r in rows], [r.answerable for r in rows], right)


def head(config: Mapping[str, Any], metrics: Sequence[Metric]) -> dict[str, Any]:
    """What every report begins with."""
    return {
        "commit": commit(),
        "config": dict(config),
        "metrics": values(metrics),
        "intervals": intervals(metrics),
        "counts": {metric.name: metric.n for metric in metrics},
    }


def values(metrics: Sequence[Metric]) -> dict[str, float]:
    return {metric.name: round(metric.value, 4) for metric in metrics}


def intervals(metrics: Sequence[Metric]) -> dict[str, list[float]]:
    return {m.name: [round(m.interval.low, 4), round(m.interval.high, 4)] for m in metrics if m.interval}


def write(path: Path, content: Mapping[str, Any]) -> None:
    """Beside the target first, so that a failure leaves an older report whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(path.name + ".part")
    draft.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", "utf-8")
    draft.replace(path)


def commit() -> str | None:
    """The commit of the code, with `+` where files differ from it; None outside a checkout."""
    head = _git("rev-parse", "--short=12", "HEAD")
    return head and head + ("+" if _git("status", "--porcelain", "--untracked-files=no") else "")


def _git(*arguments: str) -> str | None:
    try:
        done = subprocess.run(["git", "-C", str(ROOT), *arguments], capture_output=True, text=True, timeout=10)  # noqa: S607
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def slim(name: str, content: Mapping[str, Any]) -> dict[str, Any]:
    """A report small enough to be committed: without texts of reports, of rows only ids, statuses and scores."""
    config = {**content["config"], "reports": len(content["config"].get("reports", []))}
    rows = [{field: row[field] for field in ("id", "status", "scores")} for row in content["rows"]]
    title = f"{len(rows)} rows of {config['dataset']}"
    return {"name": name, "title": title, **content, "config": config, "rows": rows}
