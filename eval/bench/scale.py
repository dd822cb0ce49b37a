"""How an index on this machine's disk grows: filling, size, memory, opening, searching, deleting.

    python -m eval.bench.scale FOLDER --data DIR --sizes 5000 50000 200000 --json eval/bench/results/scale.json

The reports of a data folder (the sample reports by default) are embedded by the real model and are the beginning. More are made of
them (`eval.bench.grown`) and stored as `trendwise index copy` stores reports; real text is embedded at the speed that
`eval.bench.ingest` gives. FOLDER keeps the index: a run that was interrupted, or one to fewer passages, is gone on with.
"""

import argparse
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from eval.bench import options
from eval.bench.figures import Spread, spread
from eval.bench.grown import Grown, real_reports
from eval.bench.machine import resident_mb
from index.compaction import load_view, read_vectors
from index.dense import DenseView
from index.embedder import SentenceTransformerEmbedder
from index.local import LocalIndex
from index.local_copying import LocalShelf
from index.search import TUNING
from index.types import Filters
from service.llm import catalogue
from service.runtime import prepare_environment

NEAREST = 10
YEAR = frozenset({2020})
_RANGE = 1_000_000
"""Numbers of reports that are kept for each run to another size."""


def main(arguments: Sequence[str] | None = None) -> None:
    given = _arguments(arguments)
    begun = options.about(given)
    settings = options.settings(given)
    prepare_environment(settings)
    embedder = SentenceTransformerEmbedder(catalogue.path("embedder", settings.models_dir))
    made = Grown(real_reports(options.data_dir(given), embedder))
    questions = [row.question for row in options.chosen(given)]
    embedder.embed(questions, kind="query")
    tables: dict[str, dict[str, Spread]] = {}
    for size in sorted(given.sizes):
        figures = {**fill(given.folder, embedder, made, size), **measure(given.folder, embedder, questions)}
        for title, values in figures.items():
            tables.setdefault(title, {})[f"{size:,} passages"] = spread(values)
        options.deliver("scale", {**begun, "figures": tables}, given.json)


def fill(folder: Path, embedder: SentenceTransformerEmbedder, made: Grown, size: int) -> dict[str, list[float]]:
    """Stores reports up to so many passages, then compacts."""
    index = LocalIndex.open(folder, embedder)
    try:
        shelf, stats = LocalShelf(index), index.stats()
        number, total, started = stats.generation * _RANGE, stats.passages, time.perf_counter()
        while total < size:
            report = made.report(number)
            shelf.put(report)
            number, total = number + 1, total + len(report.passages)
        stored = time.perf_counter() - started
        index.compact()
        compacted = time.perf_counter() - started - stored
    finally:
        index.close()
    return {
        "Passages stored a second": [(total - stats.passages) / stored],
        "Seconds to compact": [compacted],
        "Gigabytes on the disk": [sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e9],
    }


def measure(folder: Path, embedder: SentenceTransformerEmbedder, questions: Sequence[str]) -> dict[str, list[float]]:
    before, started = resident_mb(), time.perf_counter()
    index = LocalIndex.open(folder, embedder)
    try:
        index.search(questions[0])
        opened = time.perf_counter() - started
        searches = list(_milliseconds(index, questions, None))
        filtered = list(_milliseconds(index, questions, Filters(years=YEAR)))
        held = resident_mb() - before
        recall = _recall(index, folder, embedder, questions)
        report = index.documents()[0].id
        started = time.perf_counter()
        index.remove(report)
        removed = time.perf_counter() - started
    finally:
        index.close()
    return {
        "Milliseconds of a search, the question embedded": searches,
        "The same among a tenth of the reports": filtered,
        f"Recall@{NEAREST} of the vectors": recall,
        "Seconds to open and search once": [opened],
        "Megabytes held": [held],
        "Seconds to delete a report for good": [removed],
    }


def _milliseconds(index: LocalIndex, questions: Sequence[str], filters: Filters | None) -> Iterator[float]:
    for question in questions:
        started = time.perf_counter()
        index.search(question, limit=NEAREST, filters=filters)
        yield 1000 * (time.perf_counter() - started)


def _recall(
    index: LocalIndex, folder: Path, embedder: SentenceTransformerEmbedder, questions: Sequence[str]
) -> list[float]:
    """Of the nearest by exact comparison, the share among the candidates that a search ranks."""
    with index.database.read() as connection:
        view = load_view(connection, folder / "generations", embedder.dimension)
        keys, vectors = read_vectors(connection, embedder.dimension)
    return [_share(view, keys, vectors, vector) for vector in embedder.embed(questions, kind="query")]


def _share(view: DenseView, keys: Any, vectors: Any, question: Any) -> float:
    nearest = keys[np.argpartition(-(vectors @ question), NEAREST)[:NEAREST]]
    return float(np.isin(nearest, [key for key, _ in view.search(question, limit=TUNING.dense)]).mean())


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = options.parser(__doc__ or "", limit=50)
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    parser.add_argument("--sizes", type=int, nargs="+", default=[5_000, 50_000, 200_000], metavar="N")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
