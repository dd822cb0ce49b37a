"""What the speed benches share: their options, the questions they ask, and how a result is kept."""

import argparse
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from eval import session
from eval.bench.converted import sample
from eval.bench.machine import describe
from eval.bench.page import section
from eval.datasets import QuestionRow, load_questions
from eval.fingerprint import ROOT
from eval.reports import IndexCache, fill, is_complete
from ingest import sample as sample_reports
from service.llm import catalogue
from service.llm.engine_threads import physical_cores
from service.runtime import Runtime, opened_index
from service.settings import Settings

QUESTIONS = ROOT / "eval" / "questions" / "samples.jsonl"


def parser(about: str, *, limit: int) -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("--model", metavar="NAME", help="of the catalogue, or a GGUF file; the settings' by default")
    made.add_argument("--questions", type=Path, default=QUESTIONS, metavar="FILE", help="JSON Lines")
    made.add_argument("--data", type=Path, metavar="DIR", help="a data folder instead of the sample reports")
    made.add_argument("--limit", type=int, default=limit, metavar="N", help=f"questions; {limit} by default")
    made.add_argument("--json", type=Path, metavar="OUT")
    return made


def settings(given: argparse.Namespace) -> Settings:
    return session.settings(model=given.model, data_dir=given.data)


@contextmanager
def opened(given: argparse.Namespace) -> Iterator[Runtime]:
    """The product as it is after a start: nothing read, nothing remembered."""
    reports = [] if given.data else sample_reports.paths()
    with session.opened(reports, settings(given)) as runtime:
        yield runtime


def data_dir(given: argparse.Namespace) -> Path:
    """The data folder of the reports, indexed; no language model is loaded for that."""
    base = settings(given)
    if given.data:
        return base.data_dir
    files = sample_reports.paths()
    folder = IndexCache(session.cache_dir() / "indexes").data_dir(files)
    if not is_complete(folder):
        with opened_index(base.model_copy(update={"data_dir": folder})) as index:
            fill(index, files, folder, lambda _: None)
    return folder


def chosen(given: argparse.Namespace) -> list[QuestionRow]:
    """Answerable questions that stand alone; the same ones each time."""
    return sample(standing_alone(given.questions), given.limit)


def standing_alone(path: Path) -> list[QuestionRow]:
    return [row for row in load_questions(path) if row.answerable and not row.history and row.kind != "adversarial"]


def following(given: argparse.Namespace) -> list[QuestionRow]:
    """Follow-ups, with the conversation before them."""
    return sample([row for row in load_questions(given.questions) if row.answerable and row.history], given.history)


def model_file(chosen: Settings) -> Path:
    return catalogue.path(chosen.model, chosen.models_dir)


def threads(chosen: Settings) -> int:
    """As many as the engine takes."""
    return chosen.threads or physical_cores()


def about(given: argparse.Namespace) -> dict[str, Any]:
    """What a result begins with."""
    base = settings(given)
    return {"machine": describe(), "model": model_file(base).stem, "threads": threads(base)}


def deliver(name: str, result: Mapping[str, Any], path: Path | None) -> None:
    """Prints the figures without the rows behind them, and keeps everything in the file."""
    print(section(name, result))
    if path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"name": name, **result}, indent=1) + "\n", "utf-8")
