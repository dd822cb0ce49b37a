"""FAISS index types as reports grow: speed, recall, memory and build time. `python -m eval.bench.search --data DIR`.

The vectors of the reports in a data folder are the beginning; larger sets are made of them: the sum of a real vector,
a share of another one and noise, so that new vectors lie where real ones lie and every query has many near neighbours.
The queries are real questions. One thread, one question at a time; recall is against exact search. Times are the
processor's, so that what else the machine does adds nothing: on a free core they are the latency.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from eval.bench.machine import describe
from eval.datasets import load_questions
from eval.fingerprint import ROOT
from eval.report_json import commit, write
from index import kinds
from index.compaction import read_vectors
from index.embedder import SentenceTransformerEmbedder
from index.local import LocalIndex
from service.llm import catalogue
from service.runtime import prepare_environment
from service.settings import Settings

Vectors = NDArray[np.float32]

SHIPPED = ("flat", "sq8", "ivf")
"""Built as an index builds its generations."""
FACTORIES = {
    "sq16": ("SQfp16", ""),
    "hnsw32-ef64": ("HNSW32,Flat", "efSearch=64"),
    "hnsw32-ef256": ("HNSW32,Flat", "efSearch=256"),
    "hnsw16-sq8-ef256": ("HNSW16,SQ8", "efSearch=256"),
    "ivf-sq8-np16": ("IVF{lists},SQ8", "nprobe=16"),
    "ivf-sq8-np64": ("IVF{lists},SQ8", "nprobe=64"),
}
"""Of others: names to FAISS's own description of the index and of how it searches."""
KINDS = (*SHIPPED, *FACTORIES)

OTHER, NOISE = 0.4, 0.4
"""Lengths of the second real vector's share and of the noise beside the first one's 1."""
FOUND = 50
"""Neighbours that are asked for, as search does: it then ranks them by their exact cosines."""


@dataclass(frozen=True, slots=True)
class Row:
    kind: str
    base: int
    """Passages of real reports that the vectors were made of."""
    vectors: int
    queries: int
    build_s: float
    memory_mb: float | None
    """Of the index as it is on the disk and, read from there, in memory; None where it was not looked at."""
    ms_p50: float
    ms_p95: float
    recall_at_10: float
    recall_at_10_rescored: float
    """Of the ten true neighbours, those among the fifty found: rescoring them exactly makes them the first ten."""


def main() -> None:
    arguments = _arguments()
    faiss.omp_set_num_threads(1)
    settings = Settings() if arguments.data is None else Settings(data_dir=arguments.data)
    embedder, base = _real(settings)
    questions = [row.question for path in arguments.questions for row in load_questions(path)]
    queries = embedder.embed(questions[: arguments.queries], kind="query")
    rows = _measured(arguments.json)
    for size in arguments.sizes:
        vectors = grown(base, size)
        truth = _exact(vectors, queries)
        for kind in arguments.kinds:
            row = measure(kind, len(base), vectors, queries, truth)
            rows[row.vectors, row.kind] = row
            print(row, flush=True)
            write(arguments.json, _report([rows[key] for key in sorted(rows)], embedder.id))


def _real(settings: Settings) -> tuple[SentenceTransformerEmbedder, Vectors]:
    """The embedder, and the vectors of the passages that it made in the data folder."""
    prepare_environment(settings)
    embedder = SentenceTransformerEmbedder(catalogue.path("embedder", settings.models_dir), threads=1)
    index = LocalIndex.open(settings.data_dir, embedder)
    with index.database.read() as connection:
        _, vectors = read_vectors(connection, embedder.dimension)
    index.close()
    return embedder, vectors


def _measured(path: Path) -> dict[tuple[int, str], Row]:
    """What an earlier run wrote there: what is measured now replaces its own row alone."""
    rows = [Row(**row) for row in json.loads(path.read_text("utf-8"))["rows"]] if path.exists() else []
    return {(row.vectors, row.kind): row for row in rows}


def grown(base: Vectors, size: int, seed: int = 7) -> Vectors:
    """So many unit vectors near the real ones, the same at each call."""
    chance = np.random.default_rng(seed)
    made = np.empty((size, base.shape[1]), np.float32)
    for start in range(0, size, 50_000):
        part = made[start : start + 50_000]
        first, second = chance.integers(len(base), size=(2, len(part)))
        noise = chance.standard_normal(part.shape, np.float32) / np.sqrt(base.shape[1])
        part[:] = base[first] + OTHER * base[second] + NOISE * noise
        part /= np.linalg.norm(part, axis=1, keepdims=True)
    return made


def measure(kind: str, base: int, vectors: Vectors, queries: Vectors, truth: NDArray[np.int64]) -> Row:
    start = time.thread_time()
    index = _build(kind, vectors)
    build = time.thread_time() - start
    index.search(queries[:1], FOUND)
    milliseconds, found = [], []
    for query in queries:
        start = time.thread_time()
        found.append(index.search(query[None], FOUND)[1][0])
        milliseconds.append(1000 * (time.thread_time() - start))
    p50, p95 = np.percentile(milliseconds, [50, 95])
    figures = (build, _megabytes(index), p50, p95, _recall(found, truth, 10), _recall(found, truth, FOUND))
    return Row(kind, base, len(vectors), len(queries), *(round(float(figure), 4) for figure in figures))


def _build(kind: str, vectors: Vectors) -> Any:
    if kind in SHIPPED:
        return kinds.build(kind, vectors)
    factory, search = FACTORIES[kind]
    lists = 2 ** round(np.log2(4 * np.sqrt(len(vectors))))
    index = faiss.index_factory(vectors.shape[1], factory.format(lists=lists), faiss.METRIC_INNER_PRODUCT)
    index.train(vectors[np.linspace(0, len(vectors) - 1, min(len(vectors), 100_000)).astype(int)])
    for start in range(0, len(vectors), 50_000):
        index.add(vectors[start : start + 50_000])
    if search:
        tuning: Any = faiss.ParameterSpace()
        tuning.set_index_parameters(index, search)
    return index


def _megabytes(index: Any) -> float:
    with tempfile.NamedTemporaryFile() as file:
        faiss.write_index(index, file.name)
        return Path(file.name).stat().st_size / 1e6


def _exact(vectors: Vectors, queries: Vectors) -> NDArray[np.int64]:
    """Rows of the ten nearest vectors of each query; without FAISS, which is what is measured."""
    parts = np.array_split(queries, max(1, len(queries) // 20))
    return np.concatenate([np.argpartition(-(part @ vectors.T), 10)[:, :10] for part in parts])


def _recall(found: Sequence[NDArray[np.int64]], truth: NDArray[np.int64], first: int) -> float:
    return float(np.mean([np.isin(true, rows[:first]).mean() for true, rows in zip(truth, found, strict=True)]))


def _report(rows: Sequence[Row], embedder: str) -> dict[str, Any]:
    metrics: dict[str, float] = {}
    counts: dict[str, int] = {}
    for row in rows:
        name = f"{row.kind} {row.vectors:,}"
        figures = {f"{name}: search_ms_p50": row.ms_p50, f"{name}: recall_at_10": row.recall_at_10_rescored}
        metrics |= figures
        counts |= dict.fromkeys(figures, row.queries)
    return {
        "name": "search",
        "title": "real questions against vectors made of those of real passages, one thread, processor time",
        "commit": commit(),
        "config": {"model": embedder, "found": FOUND, "other": OTHER, "noise": NOISE, "machine": describe()},
        "metrics": metrics,
        "intervals": {},
        "counts": counts,
        "rows": [asdict(row) for row in rows],
    }


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    own = ROOT / "eval" / "questions"
    parser.add_argument("--data", type=Path, metavar="DIR", help="Data folder with reports. Default: your own.")
    parser.add_argument("--questions", nargs="+", type=Path, default=[own / "corpus.jsonl", own / "samples.jsonl"])
    parser.add_argument("--queries", type=int, default=200)
    parser.add_argument("--sizes", nargs="+", type=int, default=[1_000, 10_000, 100_000])
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=KINDS)
    parser.add_argument("--json", type=Path, default=ROOT / "eval" / "results" / "search.json")
    return parser.parse_args()


if __name__ == "__main__":
    main()
