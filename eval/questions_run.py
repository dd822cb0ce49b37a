"""A whole run over a file of questions: reports indexed, questions asked, figures computed."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from eval.ablations import without
from eval.asking import ask
from eval.datasets import load_questions
from eval.journal import Journal
from eval.outcome import Outcome
from eval.progress import progress
from eval.report_html import questions_page
from eval.report_json import report
from eval.results import Result
from eval.runner import run
from eval.scoring import Scorer
from eval.session import cache_dir, configuration, opened, run_key, settings
from eval.splits import Split, select
from eval.summary import summarise


def run_questions(
    file: Path,
    reports: Sequence[Path],
    *,
    limit: int | None = None,
    split: str = "all",
    model: str | None = None,
    workers: int = 1,
    parts_out: Sequence[str] = (),
) -> Outcome:
    """Raises `BadDataset`, `IngestError`, `StoreError`, `RunError`; nothing is written but the caches."""
    rows = select(load_questions(file), Split(split))[:limit]
    with opened(reports, settings(model=model)) as runtime:
        config = configuration(runtime, file, workers=workers, without=sorted(parts_out))
        core = without(runtime, parts_out)
        journal = Journal(cache_dir() / "runs", run_key(config))
        with progress("Asking", len(rows)) as advance:
            evaluate = partial(ask, core=core, scorer=Scorer(core.index))
            results = run(rows, evaluate, Result, journal, workers=workers, advance=advance)
    content = report(results, {**config, "split": split})
    journal.finish()
    title = f"{len(results)} questions of {file.name}"
    return Outcome(title, summarise(results), content, lambda: questions_page(title, results, content))
