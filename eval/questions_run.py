"""A whole run over a file of questions: reports indexed, questions asked, figures computed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from eval.asking import ask
from eval.datasets import load_questions
from eval.journal import Journal
from eval.progress import progress
from eval.report_json import report
from eval.results import Result
from eval.runner import run
from eval.scoring import Scorer
from eval.session import cache_dir, configuration, opened, run_key, settings
from eval.summary import Metric, summarise


@dataclass(frozen=True, slots=True)
class Outcome:
    results: Sequence[Result]
    metrics: Sequence[Metric]
    content: Mapping[str, Any]
    """The JSON report."""


def run_questions(
    file: Path,
    reports: Sequence[Path],
    *,
    limit: int | None = None,
    model: str | None = None,
    workers: int = 1,
) -> Outcome:
    """Raises `BadDataset`, `IngestError`, `StoreError`, `RunError`; nothing is written but the caches."""
    rows = load_questions(file)[:limit]
    with opened(reports, settings(model=model)) as runtime:
        config = configuration(runtime, file, workers=workers)
        journal = Journal(cache_dir() / "runs", run_key(config))
        with progress("Asking", len(rows)) as advance:
            evaluate = partial(ask, core=runtime.answerer, scorer=Scorer(runtime.index))
            results = run(rows, evaluate, Result, journal, workers=workers, advance=advance)
    content = report(results, config)
    journal.finish()
    return Outcome(results, summarise(results), content)
