"""How fast an index in PostgreSQL is filled and searched, and what its HNSW graph misses.

    python -m eval.bench.database postgresql://… --data DIR --passages 200000 --json eval/bench/results/database.json

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

from eval.bench import options
from eval.bench.figures import spread
from eval.bench.grown import YEARS, Grown, real_reports
from eval.bench.machine import describe
from eval.report_json import write
from index.embedder import SentenceTransformerEmbedder
from index.postgres.copying import PostgresShelf
from index.postgres.database import Connection
from index.postgres.index import PostgresIndex
from index.postgres.searched import vector_text
from index.search import TUNING
from index.types import Filters
from service.llm import catalogue
from service.runtime import prepare_environment

FOUND = 10
ADDED, SPARE = 20, 10**9
"""Reports that are added one by one at the end, as an upload is, and where their numbers begin."""
NEAREST = f"SELECT key FROM vectors ORDER BY vector <#> :vector::vector LIMIT {TUNING.dense}"  # noqa: S608
RANKED = f"SELECT key FROM vectors WHERE key = ANY(:keys) ORDER BY vector <#> :vector::vector LIMIT {FOUND}"  # noqa: S608
EXACT = f"/* every vector */ {RANKED.replace('WHERE key = ANY(:keys)', '')}"


def main(arguments: Sequence[str] | None = None) -> None:
    given = _arguments(arguments)
    settings = options.settings(given)
    prepare_environment(settings)
    embedder = SentenceTransformerEmbedder(catalogue.path("embedder", settings.models_dir))
    made = Grown(real_reports(options.data_dir(given), embedder))
    questions = [row.question for row in options.chosen(given)]
    index = PostgresIndex.open(given.url, embedder)
    try:
        figures = {**_filled(index, made, given.passages), **_searched(index, questions), **_added(index, made)}
    finally:
        index.close()
    result = {"name": "database", "machine": describe(), "measured": figures}
    print(json.dumps(result, indent=1))
    if given.json:
        write(given.json, result)


def _filled(index: PostgresIndex, made: Grown, passages: int) -> dict[str, Any]:
    """Up to so many passages: a run that was interrupted, or one of fewer, is gone on with."""
    shelf, total, copied = PostgresShelf(index), index.stats().passages, 0
    began = time.perf_counter()
    shelf.begin()
    while total < passages:
        report = made.report(total)
        shelf.put(report)
        total, copied = total + len(report.passages), copied + len(report.passages)
    stored = time.perf_counter() - began
    shelf.finish()
    seconds = time.perf_counter() - began
    [[size]] = index.database.read("SELECT pg_database_size(current_database())")
    return {
        "backend": index.stats().backend,
        "passages": total,
        "copied_per_s": round(copied / seconds, 1) if copied else None,
        "graph_s": round(seconds - stored, 1) if copied else None,
        "kb_a_passage": round(size / total / 1000, 1),
    }


def _searched(index: PostgresIndex, questions: Sequence[str]) -> dict[str, Any]:
    vectors = index.embedder.embed(questions, kind="query")
    shares = []
    for vector in vectors:
        text = vector_text(vector)
        keys = [key for (key,) in index.database.read(NEAREST, vector=text)]
        found = index.database.read(RANKED, vector=text, keys=keys)
        exact = index.database.write(lambda connection, text=text: _exact(connection, text))  # type: ignore[misc]
        shares.append(len({key for (key,) in found} & exact) / FOUND)
    return {
        "ms": _times(index, questions, None),
        "ms_one_year_of_ten": _times(index, questions, Filters(years=frozenset({YEARS[0]}))),
        "recall_at_10": round(float(np.mean(shares)), 4),
    }


def _exact(connection: Connection, vector: str) -> set[int]:
    connection.script("SET LOCAL enable_indexscan = off; SET LOCAL plan_cache_mode = force_custom_plan")
    return {key for (key,) in connection.run(EXACT, vector=vector)}


def _times(index: PostgresIndex, questions: Sequence[str], filters: Filters | None) -> dict[str, float]:
    """Whole searches, each question's words and vector included; the second round, so that everything is warm."""
    for question in questions:
        index.search(question, limit=FOUND, filters=filters)
    times = []
    for question in questions:
        began = time.perf_counter()
        index.search(question, limit=FOUND, filters=filters)
        times.append(1000 * (time.perf_counter() - began))
    return spread(times)


def _added(index: PostgresIndex, made: Grown) -> dict[str, Any]:
    """Reports one by one into an index that is full and has its graph; then they are taken out again."""
    reports, shelf = [made.report(SPARE + number) for number in range(ADDED)], PostgresShelf(index)
    began = time.perf_counter()
    for report in reports:
        shelf.put(report)
    seconds = time.perf_counter() - began
    for report in reports:
        index.remove(report.info.id)
    return {"added_one_by_one_per_s": round(sum(len(report.passages) for report in reports) / seconds, 1)}


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = options.parser(__doc__ or "", limit=60)
    parser.add_argument("url", help="of an empty PostgreSQL database, or of one that an earlier run began to fill")
    parser.add_argument("--passages", type=int, default=20_000, metavar="N")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
