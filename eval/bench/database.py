"""How fast an index in PostgreSQL is filled and searched, and what its HNSW graph misses.

    python -m eval.bench.database postgresql://… --data DIR --passages 200000 --json eval/results/database.json

The reports of a data folder (the sample reports by default) are the beginning. More are made of them: passages whose words are
exchanged here and there, with vectors between those of two real ones, and noise. They are stored as `trendwise index copy`
stores reports. The questions are real. The database is filled up to the number of passages and then searched.
"""

import argparse
import json
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eval.bench import options
from eval.bench.database_search import PARTS, WatchedIndex, recall, times
from eval.bench.grown import YEARS, Grown, real_reports
from eval.bench.machine import describe, load
from eval.report_json import commit, write
from index.embedder import SentenceTransformerEmbedder
from index.postgres.copying import PostgresShelf
from index.postgres.index import PostgresIndex
from index.types import Filters
from service.llm import catalogue
from service.runtime import prepare_environment

ADDED, SPARE = 20, 10**9
"""Reports that are added one by one at the end, as an upload is, and where their numbers begin."""

Figures = dict[str, tuple[float, int]]
"""Values, each with how many it was taken from."""


def main(arguments: Sequence[str] | None = None) -> None:
    given = _arguments(arguments)
    settings = options.settings(given)
    prepare_environment(settings)
    embedder = SentenceTransformerEmbedder(catalogue.path("embedder", settings.models_dir))
    made = Grown(real_reports(options.data_dir(given), embedder))
    rows = options.chosen(given)
    questions = [row.question for row in rows]
    index = WatchedIndex(given.url, embedder)
    try:
        figures = _filled(index, made, given.passages)
        loads = [load()]
        found = times(index, questions, given.rounds)
        loads.append(load())
        figures |= _searched(found, "")
        if not given.unfiltered:
            in_a_year = times(index, questions, given.rounds, Filters(years=frozenset({YEARS[0]})))
            figures |= _searched(in_a_year, "one_year_of_ten: ")
        if not given.times_only:
            figures |= {"recall_at_10": (float(np.mean(recall(index, questions))), len(questions))} | _added(
                index, made
            )
        config = {"model": embedder.id, "backend": index.stats().backend, "passages": index.stats().passages}
    finally:
        index.close()
    config |= {"rounds": given.rounds, "machine": describe(), "load_while_searching": loads}
    report = _report(config, figures, {row.id: _parts(found[:, at]) for at, row in enumerate(rows)})
    print(json.dumps({name: report[name] for name in ("config", "metrics")}, indent=1))
    if given.json:
        write(given.json, report)


def _filled(index: PostgresIndex, made: Grown, passages: int) -> Figures:
    """Up to so many passages: a run that was interrupted, or one of fewer, is gone on with."""
    shelf, total, copied = PostgresShelf(index), index.stats().passages, 0
    began = time.perf_counter()
    shelf.begin()
    while total < passages:
        report = made.report(total)
        shelf.put(report)
        total, copied = total + len(report.passages), copied + len(report.passages)
    stored = time.perf_counter() - began
    [[unfinished]] = index.database.read("SELECT to_regclass('vectors_nearest') IS NULL")
    if copied or unfinished:
        shelf.finish()
    seconds = time.perf_counter() - began
    [[size]] = index.database.read("SELECT pg_database_size(current_database())")
    figures = {"kb_a_passage": (size / total / 1000, total)}
    if copied:
        figures |= {"copied_per_s": (copied / seconds, copied), "graph_s": (seconds - stored, total)}
    return figures


def _searched(found: NDArray[Any], name: str) -> Figures:
    """Of all searches of all rounds, and of each question's fastest."""
    rounds, questions, _ = found.shape
    figures: Figures = {}
    for part, taken in zip(PARTS, np.moveaxis(found, -1, 0), strict=True):
        figures |= {
            f"{name}{part}_ms_p50": (float(np.median(taken)), rounds * questions),
            f"{name}{part}_ms_p95": (float(np.percentile(taken, 95)), rounds * questions),
            f"{name}{part}_fastest_of_{rounds}_ms_p50": (float(np.median(taken.min(axis=0))), questions),
        }
    return figures


def _parts(found: NDArray[Any]) -> dict[str, float]:
    """The median of a question's rounds."""
    return {part: round(float(value), 2) for part, value in zip(PARTS, np.median(found, axis=0), strict=True)}


def _added(index: PostgresIndex, made: Grown) -> Figures:
    """Reports one by one into an index that is full and has its graph; then they are taken out again."""
    reports, shelf = [made.report(SPARE + number) for number in range(ADDED)], PostgresShelf(index)
    began = time.perf_counter()
    for report in reports:
        shelf.put(report)
    seconds = time.perf_counter() - began
    for report in reports:
        index.remove(report.info.id)
    passages = sum(len(report.passages) for report in reports)
    return {"added_one_by_one_per_s": (passages / seconds, passages)}


def _report(config: dict[str, Any], figures: Figures, rows: dict[str, dict[str, float]]) -> dict[str, Any]:
    return {
        "name": "database",
        "title": f"whole searches among {config['passages']:,} passages in {config['backend']}, the question's vector remembered from a round before",
        "commit": commit(),
        "config": config,
        "metrics": {name: round(value, 4) for name, (value, _) in figures.items()},
        "intervals": {},
        "counts": {name: count for name, (_, count) in figures.items()},
        "rows": [{"id": key, **parts} for key, parts in rows.items()],
    }


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = options.parser(__doc__ or "", limit=60)
    parser.add_argument("url", help="of an empty PostgreSQL database, or of one that an earlier run began to fill")
    parser.add_argument("--passages", type=int, default=20_000, metavar="N")
    parser.add_argument("--rounds", type=int, default=6, metavar="N", help="of all questions")
    parser.add_argument(
        "--times-only", action="store_true", help="neither recall nor adding: what must be alone on the machine"
    )
    parser.add_argument("--unfiltered", action="store_true", help="without searches of one year, which take far longer")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
