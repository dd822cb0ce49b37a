"""How an index on this machine's disk grows: filling, size, memory, opening, searching, deleting.

    python -m eval.bench.scale FOLDER --data DIR --sizes 5000 50000 200000 --json eval/bench/results/scale.json

The reports of a data folder (the sample reports by default) are embedded by the real model and are the beginning. More are made of
them (`eval.bench.grown`) and stored as `trendwise index copy` stores reports; real text is embedded at the speed that
`eval.bench.ingest` gives. FOLDER keeps the index: a run that was interrupted, or one to fewer passages, is gone on with.

Each size is measured in a process of its own, which has not filled anything. Times of the clock are those of this machine as
busy as it is; those of the processor are of this process with all of its threads.
"""

import argparse
import itertools
import multiprocessing
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
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
from service.answering.answerer import Answerer
from service.answering.types import Question
from service.llm import catalogue
from service.llm.scripted import ScriptedModel
from service.runtime import prepare_environment

NEAREST = 10
YEAR = frozenset({2020})
_RANGE = 1_000_000
"""Numbers of reports that are kept for each run to another size."""
_LOOK = 0.01
_WORDS = 6
Figures = dict[str, list[float]]


def main(arguments: Sequence[str] | None = None) -> None:
    given = _arguments(arguments)
    begun = options.about(given)
    settings = options.settings(given)
    prepare_environment(settings)
    model = catalogue.path("embedder", settings.models_dir)
    embedder = SentenceTransformerEmbedder(model)
    made = Grown(real_reports(options.data_dir(given), embedder))
    questions = [row.question for row in options.chosen(given)]
    tables: dict[str, dict[str, Spread]] = {}
    for size in sorted(given.sizes):
        figures = {**fill(given.folder, embedder, made, size), **_apart(given.folder, model, questions)}
        for title, values in figures.items():
            tables.setdefault(title, {})[f"{size:,} passages"] = spread(values)
        options.deliver("scale", {**begun, "figures": tables}, given.json)


def fill(folder: Path, embedder: SentenceTransformerEmbedder, made: Grown, size: int) -> Figures:
    """Stores reports up to so many passages, then compacts."""
    figures: Figures = {}
    index = LocalIndex.open(folder, embedder)
    try:
        shelf, stats = LocalShelf(index), index.stats()
        number, total = stats.generation * _RANGE, stats.passages
        with _timed(figures, "Seconds to store what was missing"):
            while total < size:
                report = made.report(number)
                shelf.put(report)
                number, total = number + 1, total + len(report.passages)
        with _timed(figures, "Seconds to compact"):
            index.compact()
    finally:
        index.close()
    figures["Passages stored"] = [total - stats.passages]
    figures["Gigabytes on the disk"] = [sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e9]
    return figures


def _apart(folder: Path, model: Path, questions: Sequence[str]) -> Figures:
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(_measured, folder, model, questions).result()


def _measured(folder: Path, model: Path, questions: Sequence[str]) -> Figures:
    return measure(folder, SentenceTransformerEmbedder(model), questions)


def measure(folder: Path, embedder: SentenceTransformerEmbedder, questions: Sequence[str]) -> Figures:
    embedder.embed(["ready"], kind="query")
    before, figures = resident_mb(), Figures()
    with _timed(figures, "Seconds to open and search once"):
        index = LocalIndex.open(folder, embedder)
        index.search(questions[0])
    try:
        _each(figures, "Seconds to the evidence of an answer", _evidence(index), questions)
        _each(figures, "Seconds of a search, the question embedded before", _search(index, None), questions)
        _each(figures, "The same among a tenth of the reports", _search(index, Filters(years=YEAR)), questions)
        figures["Megabytes held"] = [resident_mb() - before]
        figures[f"Recall@{NEAREST} of the vectors"] = _recall(index, folder, embedder, questions)
        _delete(figures, index, questions)
    finally:
        index.close()
    return figures


def _evidence(index: LocalIndex) -> Callable[[str], Any]:
    """Runs an answer to its first event: the model is asked nothing."""
    answerer = Answerer(index, ScriptedModel())
    return lambda question: next(answerer.stream(Question(question)))


def _search(index: LocalIndex, filters: Filters | None) -> Callable[[str], Any]:
    return lambda question: index.search(question, limit=NEAREST, filters=filters)


def _each(figures: Figures, title: str, run: Callable[[str], Any], questions: Iterable[str]) -> None:
    for question in questions:
        with _timed(figures, title):
            run(question)


def _delete(figures: Figures, index: LocalIndex, questions: Sequence[str]) -> None:
    """For good: one report alone, another while somebody searches and a third one writes as soon as it is not found any more."""
    alone, gone, other = index.documents()[:3]
    with _timed(figures, "Seconds to delete a report for good"):
        index.remove(alone.id)
    words, only = index.passages(gone.id)[0].readable.split()[:_WORDS], Filters(document_ids=frozenset({gone.id}))
    over = threading.Event()

    def search() -> None:
        for question in itertools.cycle(questions):
            with _clocked(figures, "Seconds of a search beside that"):
                index.search(question)
            if over.is_set():
                return

    def write() -> None:
        with _clocked(figures, "Seconds until the deleted report is not found any more"):
            while index.search(" ".join(words), filters=only):
                time.sleep(_LOOK)
        with _clocked(figures, "Seconds that another writer takes beside that"):
            index.edit(other.id, year=other.year)

    others = [threading.Thread(target=work) for work in (search, write)]
    for thread in others:
        thread.start()
    with _clocked(figures, "Seconds to delete a report while others search and write"):
        index.remove(gone.id)
    over.set()
    for thread in others:
        thread.join()


@contextmanager
def _timed(figures: Figures, title: str) -> Iterator[None]:
    started = time.process_time()
    with _clocked(figures, title):
        yield
    figures.setdefault(f"{title}: of the processor", []).append(time.process_time() - started)


@contextmanager
def _clocked(figures: Figures, title: str) -> Iterator[None]:
    started = time.perf_counter()
    yield
    figures.setdefault(title, []).append(time.perf_counter() - started)


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
