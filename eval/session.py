"""Opens the product on the reports of a run: a cached index of files, or the index that is already there."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import platformdirs

from eval import fingerprint
from eval.progress import progress
from eval.reports import IndexCache, fill, is_complete, report_files
from index.embedder import SentenceTransformerEmbedder
from service.answering.verify import Verifier
from service.llm import catalogue
from service.llm.types import TextModel
from service.runtime import Runtime, open_model, prepare_environment
from service.settings import Settings


def cache_dir() -> Path:
    return Path(platformdirs.user_cache_dir("trendwise")) / "eval"


def settings(**given: object) -> Settings:
    """Settings of environment and file, with what was given on the command line on top."""
    return Settings(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]


@contextmanager
def opened(reports: Sequence[Path], base: Settings) -> Iterator[Runtime]:
    """Without reports: on the index of the settings. The model is loaded once, when the index is full."""
    if not reports:
        with Runtime.open(base) as runtime:
            yield runtime
        return
    files = report_files(reports)
    data_dir = IndexCache(cache_dir() / "indexes").data_dir(files)
    with Runtime.open(base.model_copy(update={"data_dir": data_dir})) as runtime:
        if not is_complete(data_dir):
            with progress("Indexing", len(files)) as advance:
                fill(runtime.index, files, data_dir, advance)
        yield runtime


@contextmanager
def checking(base: Settings, *, judge: bool = True) -> Iterator[tuple[Verifier, TextModel]]:
    """The verifier and its model, without any index. Without `judge` the signals alone decide."""
    prepare_environment(base)
    embedder = SentenceTransformerEmbedder(catalogue.path("embedder", base.models_dir))
    model = open_model(base)
    try:
        yield Verifier(embedder, model if judge else None), model
    finally:
        model.close()


def configuration(runtime: Runtime, dataset: Path, **more: object) -> dict[str, Any]:
    """What decides a run's outcome. Its hash, with the code's, is the key under which rows are kept."""
    stats = runtime.index.stats()
    return {
        "dataset": dataset.name,
        "dataset_sha256": fingerprint.of_files([dataset]),
        "reports": sorted(info.source for info in runtime.index.documents() if info.state == "ready"),
        "reports_sha256": fingerprint.of_values(sorted(info.id for info in runtime.index.documents())),
        "passages": stats.passages,
        "embedder": stats.embedder,
        "model": runtime.model.name,
        **more,
    }


def run_key(config: dict[str, Any]) -> str:
    return fingerprint.of_values([config, fingerprint.of_code("ingest", "index", "prompts", "service", "eval")])
