"""How fast reports become searchable, against bare sentence-transformers on the same texts.

    python -m eval.bench.ingest --json eval/bench/results/ingest.json

Both embed every passage and every sentence once. The bare library does nothing else; ours writes the rows, the full-text index and the
vectors too. Rounds alternate, and reading and splitting the files is timed apart.
"""

import argparse
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from eval.bench import options
from eval.bench.figures import spread
from eval.reports import report_files
from index.batches import NewDocument
from index.embedder import SentenceTransformerEmbedder
from index.local import LocalIndex
from index.vectors import embedded_text
from ingest import sample
from service.adding import prepare
from service.llm import catalogue
from service.runtime import prepare_environment
from service.settings import Settings

_KB = 1024


def main(arguments: Sequence[str] | None = None) -> None:
    given = _arguments(arguments)
    base = options.settings(given)
    prepare_environment(base)
    begun = options.about(given)
    started = time.perf_counter()
    reports = [_read(path) for path in report_files(given.reports or sample.paths())]
    reading = time.perf_counter() - started
    options.deliver("ingest", {**begun, "figures": measure(reports, reading, base, given.limit)}, given.json)


def measure(reports: Sequence[NewDocument], reading: float, base: Settings, rounds: int) -> dict[str, Any]:
    from sentence_transformers import SentenceTransformer

    folder = catalogue.path("embedder", base.models_dir)
    embedder, bare = (
        SentenceTransformerEmbedder(folder),
        SentenceTransformer(str(folder), device="cpu", local_files_only=True),
    )
    embedder.load()
    bare.encode(["ready"], show_progress_bar=False)
    texts, passages = distinct_texts(reports), sum(len(report.passages) for report in reports)
    rates: dict[str, list[float]] = {"ours": [], "bare": []}
    for _ in range(rounds):
        started = time.perf_counter()
        bare.encode(texts, normalize_embeddings=True, show_progress_bar=False)
        rates["bare"].append(passages / (time.perf_counter() - started))
        seconds, kilobytes = add(reports, embedder)
        rates["ours"].append(passages / seconds)
    ratios = [ours / other for ours, other in zip(rates["ours"], rates["bare"], strict=True)]
    return {
        "Passages a second": {name: spread(values) for name, values in rates.items()},
        "Ours over bare": {"speed": spread(ratios)},
        "Passages a second, before embedding": {"read and split": spread([passages / reading])},
        "Megabytes on the disk for 1,000 passages": {"all": spread([kilobytes / _KB * 1000 / passages])},
    }


def distinct_texts(reports: Sequence[NewDocument]) -> list[str]:
    """Each once, as ours embeds them."""
    texts: dict[str, None] = {}
    for report in reports:
        for passage in report.passages:
            texts[embedded_text(report.document, passage)] = None
            texts.update((sentence.readable, None) for sentence in passage.sentences)
    return list(texts)


def add(reports: Sequence[NewDocument], embedder: SentenceTransformerEmbedder) -> tuple[float, float]:
    """Seconds to add them to a new index, and kilobytes of it."""
    with tempfile.TemporaryDirectory() as folder:
        index = LocalIndex.open(Path(folder), embedder)
        started = time.perf_counter()
        index.add_many(reports)
        seconds = time.perf_counter() - started
        index.close()
        return seconds, sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file()) / _KB


def _read(path: Path) -> NewDocument:
    document, passages, original = prepare(path)
    return NewDocument(document, passages, str(path), original)


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = options.parser(__doc__ or "", limit=3)
    parser.add_argument("--reports", nargs="*", type=Path, metavar="PATH", help="the sample reports by default")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
