"""A run over questions that asks only whether the reports answer them: the gate without the answers, which is quick."""

from collections.abc import Sequence
from pathlib import Path

from eval.asking import answerable, question_of
from eval.datasets import QuestionRow, load_questions
from eval.journal import Journal
from eval.outcome import Outcome
from eval.progress import progress
from eval.report_html import questions_page
from eval.report_json import report
from eval.results import Result
from eval.runner import run
from eval.session import cache_dir, configuration, opened, run_key, settings
from eval.splits import Split, select
from eval.summary import summarise
from service.answering.answerer import Answerer
from service.answering.types import Status


def run_answerability(
    file: Path,
    reports: Sequence[Path],
    *,
    limit: int | None = None,
    split: str = "all",
    model: str | None = None,
    workers: int = 1,
) -> Outcome:
    """Raises `BadDataset`, `IngestError`, `StoreError`, `RunError`."""
    rows = select(load_questions(file), Split(split))[:limit]
    with opened(reports, settings(model=model)) as runtime:
        config = configuration(runtime, file, only="answerability")
        journal = Journal(cache_dir() / "runs", run_key(config))
        with progress("Considering", len(rows)) as advance:
            results = run(
                rows, lambda row: consider(row, runtime.answerer), Result, journal, workers=workers, advance=advance
            )
    content = report(results, {**config, "split": split})
    journal.finish()
    title = f"Answerability of {len(results)} questions of {file.name}"
    return Outcome(title, summarise(results), content, lambda: questions_page(title, results, content))


def consider(row: QuestionRow, core: Answerer) -> Result:
    """The status is the gate's alone: verification may still refuse what it lets pass."""
    probability = answerable(core, question_of(row, core.index))
    passed = probability >= core.calibration.answerable_threshold
    scores = {"answerable_probability": probability}
    scores |= {"false_refusal": float(not passed)} if row.answerable else {"right_refusal": float(not passed)}
    status = Status.ANSWERED if passed else Status.NOT_IN_REPORTS
    return Result.considered(row, str(status), scores)
