"""The service in a process of its own, as people run it: what a test's own work costs it is no part of a measurement."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
import psutil
from prometheus_client.parser import text_string_to_metric_families

from index.hash_embedder import HashEmbedder
from index.local import LocalIndex
from ingest.read import read_bytes
from ingest.split import split
from service import logs
from service.api import serving
from service.api.app import create_app
from service.llm.engine import LlamaModel
from service.llm.scripted import Rule, ScriptedModel
from service.llm.types import TextModel
from service.runtime import Runtime
from service.settings import Settings

SENTENCE = "Artificial intelligence is the stand-out technology trend for councils in 2024. "
REPORT = f"# Trends 2024\n\n## Artificial intelligence\n\n{SENTENCE}\n"


@dataclass(frozen=True, slots=True)
class Service:
    url: str
    process: subprocess.Popen[str]

    @property
    def address(self) -> tuple[str, int]:
        host, port = self.url.removeprefix("http://").split(":")
        return host, int(port)

    @property
    def megabytes(self) -> float:
        return float(psutil.Process(self.process.pid).memory_info().rss / 1e6)

    @property
    def threads(self) -> int:
        return int(psutil.Process(self.process.pid).num_threads())

    def gauges(self) -> dict[str, float]:
        """Metrics without labels, by name."""
        families = text_string_to_metric_families(httpx2.get(f"{self.url}/metrics", timeout=30).text)
        return {sample.name: sample.value for family in families for sample in family.samples if not sample.labels}


@contextmanager
def served(
    folder: Path, *, sentences: int = 1, delay: float = 0.0, model: Path | None = None, queue: int = 64
) -> Iterator[Service]:
    """A model that writes a sentence of the report so many times, a piece each `delay` seconds, or a real one."""
    options = {"sentences": sentences, "delay": delay, "model": str(model) if model else None, "queue": queue}
    command = [sys.executable, "-m", "tests.api.own_process", str(folder), json.dumps(options)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=os.environ) as it:
        try:
            assert it.stdout
            url = it.stdout.readline().strip()
            assert url, "the service did not start"
            yield Service(url, it)
        finally:
            it.terminate()
            it.wait(30)


def main(folder: Path, sentences: int, delay: float, model: str | None, queue: int) -> None:
    logs.configure(log_texts=False)
    index = LocalIndex.open(folder, HashEmbedder())
    document = read_bytes(REPORT.encode(), "trends.md")
    index.add(document, split(document), source_path="/trends", original=REPORT.encode())
    listener = serving.bind("127.0.0.1", 0)
    with Runtime.assemble(Settings(data_dir=folder, queue=queue), index, _model(sentences, delay, model)) as runtime:
        serving.serve(create_app(runtime), listener, ready=lambda: print(serving.address(listener), flush=True))
    os._exit(0)  # as the command does


def _model(sentences: int, delay: float, model: str | None) -> TextModel:
    if model:
        return LlamaModel(Path(model), template="chatml")
    yes = lambda _, option: 0.98 if option in ("Yes", "Answer") else 0.02  # noqa: E731
    return ScriptedModel([Rule(".", SENTENCE * sentences)], delay=delay, score=yes)


if __name__ == "__main__":
    main(Path(sys.argv[1]), **json.loads(sys.argv[2]))
