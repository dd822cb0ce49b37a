"""Recall of dense, lexical and fused search on question files: `python -m eval.bench.retrieval FILE --reports DIR…`.

A gold quote counts as found when 60% of its stemmed content words are in one of the first k passages of its report.
Nothing but the index takes part: no gate and no model.
"""

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from eval.metrics import COVERED, share
from index.batches import NewDocument
from index.embedder import SentenceTransformerEmbedder
from index.local import LocalIndex
from index.search import TUNING, Tuning
from index.types import Hit
from ingest.files import find
from ingest.read import read_file
from ingest.split import split
from service.llm import catalogue
from service.runtime import prepare_environment
from service.settings import Settings

SYSTEMS = {
    "dense": replace(TUNING, weights=(1.0, 0.0, 0.0)),
    "lexical": replace(TUNING, weights=(0.0, 1.0, 0.0)),
    "sentences": replace(TUNING, weights=(0.0, 0.0, 1.0)),
    "fused, passages": replace(TUNING, weights=(*TUNING.weights[:2], 0.0)),
    "fused, whole": replace(TUNING, parts=0.0),
    "fused": TUNING,
}


def main() -> None:
    arguments = _arguments()
    settings = Settings()
    prepare_environment(settings)
    embedder = SentenceTransformerEmbedder(catalogue.path("embedder", settings.models_dir))
    with tempfile.TemporaryDirectory() as folder:
        index = LocalIndex.open(Path(folder), embedder)
        index.add_many(list(_reports(arguments.reports)))
        sources = {info.id: info.source for info in index.documents()}
        rows = [row for path in arguments.files for row in _rows(path, arguments.split)]
        print(f"{len(rows)} questions, {index.stats().passages} passages")
        print(f"{'':16} recall@5  recall@10  MRR    p50 ms")
        for name, tuning in SYSTEMS.items():
            print(f"{name:16} {_figures(index, rows, sources, tuning)}")
        index.close()


def _figures(index: LocalIndex, rows: Sequence[dict[str, Any]], sources: dict[str, str], tuning: Tuning) -> str:
    recall5, recall10, reciprocal, milliseconds = [], [], [], []
    for row in rows:
        index.embedder.embed([row["question"]], kind="query")
        start = time.perf_counter()
        hits = index.search(row["question"], limit=10, tuning=tuning)
        milliseconds.append(1000 * (time.perf_counter() - start))
        documents = row.get("evidence_docs") or [None] * len(row["evidence"])
        gold = list(zip(row["evidence"], documents, strict=True))
        ranks = [_rank(hits, quote, document, sources) for quote, document in gold]
        recall5.append(sum(rank <= 5 for rank in ranks) / len(ranks))
        recall10.append(sum(rank <= 10 for rank in ranks) / len(ranks))
        reciprocal.append(1 / min(ranks))
    means = [statistics.mean(values) for values in (recall5, recall10, reciprocal)]
    return "{:.3f}     {:.3f}      {:.3f}  {:.0f}".format(*means, statistics.median(milliseconds))


def _rank(hits: Sequence[Hit], quote: str, document: str | None, sources: dict[str, str]) -> float:
    """1-based rank of the first passage with the quote; infinite where there is none."""
    for rank, hit in enumerate(hits, start=1):
        if document in (None, sources[hit.passage.document_id]) and share(quote, hit.passage.readable) >= COVERED:
            return rank
    return float("inf")


def _rows(path: Path, wanted: str) -> Iterator[dict[str, Any]]:
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row["answerable"] and row.get("evidence") and wanted in ("all", row.get("split")):
            before = [turn["content"] for turn in row.get("history") or () if turn["role"] == "user"]
            yield {**row, "question": " ".join([*before[-1:], row["question"]])}


def _reports(paths: Sequence[Path]) -> Iterator[NewDocument]:
    for path in find(paths):
        document = read_file(path)
        yield NewDocument(document, split(document), str(path))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--reports", nargs="+", type=Path, required=True)
    parser.add_argument("--split", default="all", choices=["all", "tune", "report"])
    return parser.parse_args()


if __name__ == "__main__":
    main()
