"""A run over a file of claims: each is checked against its passage, as a drafted sentence would be."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from eval.claim_results import ClaimResult, summarise_claims
from eval.claims_html import claims_page
from eval.curves import curves
from eval.datasets import ClaimRow, load_claims
from eval.journal import Journal
from eval.outcome import Outcome
from eval.passages import ReportTexts
from eval.progress import progress
from eval.report_json import head
from eval.reports import report_files
from eval.runner import run
from eval.session import cache_dir, checking, run_key, settings
from eval.splits import Split, select
from service.answering.verify import Verifier


def run_claims(
    file: Path,
    reports: Sequence[Path],
    *,
    limit: int | None = None,
    split: str = "all",
    model: str | None = None,
    workers: int = 1,
    judge: bool = True,
) -> Outcome:
    """Raises `BadDataset`, `IngestError`, `RunError`."""
    rows = select(load_claims(file), Split(split))[:limit]
    texts = ReportTexts(report_files(reports) if reports else [])
    passages = {row.id: texts.passage(row) for row in rows}
    with checking(settings(model=model), judge=judge) as (verifier, language_model):
        config = {"dataset": file.name, "split": split, "model": language_model.name, "judge": judge}
        journal = Journal(cache_dir() / "runs", run_key({**config, "passages": passages}))
        with progress("Checking", len(rows)) as advance:
            results = run(
                rows,
                lambda row: check(row, passages[row.id], verifier),
                ClaimResult,
                journal,
                workers=workers,
                advance=advance,
            )
    metrics = summarise_claims(results)
    shapes = curves([r.support for r in results], [r.supported for r in results], [r.right for r in results])
    content = {**head(config, metrics), **shapes, "rows": [row(result) for result in results]}
    journal.finish()
    title = f"{len(results)} claims of {file.name}"
    return Outcome(title, metrics, content, lambda: claims_page(title, results, content))


def check(row: ClaimRow, passage: str, verifier: Verifier) -> ClaimResult:
    started = time.perf_counter()
    [found] = verifier.check([(row.claim, passage)])
    ms = (time.perf_counter() - started) * 1000
    return ClaimResult(
        id=row.id,
        claim=row.claim,
        passage=passage,
        supported=row.supported,
        corruption=row.corruption,
        style=row.style,
        verdict=str(found.verdict),
        support=found.support,
        reason=found.reason,
        ms=round(ms, 1),
    )


def row(result: ClaimResult) -> dict[str, Any]:
    """As the rows of every other report: id, status, scores and text."""
    kept = {name: value for name, value in result.to_json().items() if name not in ("support", "ms", "verdict")}
    scores = {"support": round(result.support, 4), "right": float(result.right), "ms": result.ms}
    return {**kept, "status": result.verdict, "scores": scores, "answer": result.reason or ""}
