"""The runs of a full evaluation: which rows, which reports, which measure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.answerability_run import run_answerability
from eval.bench import clapnq, rgb, scifact, squad2
from eval.bench.converted import Converted
from eval.claims_run import run_claims
from eval.dialogues_run import run_dialogues
from eval.fingerprint import ROOT
from eval.injected_run import run_injected
from eval.outcome import Outcome
from eval.questions_run import run_questions
from eval.session import cache_dir
from ingest import sample

SEED = ("corpus/seed",)
FIELD = ("corpus/seed", "corpus/field")
OWN = ROOT / "eval"


@dataclass(frozen=True, slots=True)
class Run:
    rows: str
    """Below the shared folder, or below `eval` where it begins with `eval/`."""
    reports: Sequence[str]
    measure: Callable[..., Outcome]
    options: Mapping[str, Any]

    def available(self, shared: Path) -> bool:
        return all(path.exists() for path in (self._rows(shared), *self._reports(shared)))

    def start(self, shared: Path) -> Outcome:
        return self.measure(self._rows(shared), self._reports(shared), **self.options)

    def _rows(self, shared: Path) -> Path:
        return ROOT / self.rows if self.rows.startswith("eval/") else shared / self.rows

    def _reports(self, shared: Path) -> list[Path]:
        return [shared / name for name in self.reports] if self.reports else list(sample.paths())


@dataclass(frozen=True, slots=True)
class PublicRun:
    """A public set is converted into the cache first."""

    folder: str
    convert: Callable[[Path, int], Converted]
    size: int
    measure: Callable[..., Outcome]

    def available(self, shared: Path) -> bool:
        return (shared / "bench" / self.folder).is_dir()

    def start(self, shared: Path) -> Outcome:
        converted = self.convert(shared / "bench" / self.folder, self.size)
        rows, reports = converted.write(cache_dir() / "public" / self.folder)
        return self.measure(rows, [reports] if converted.reports else [])


REPORT: Mapping[str, Any] = {"split": "report"}

RUNS: Mapping[str, Run | PublicRun] = {
    "seed": Run("bench/dev_questions_seed.jsonl", SEED, run_questions, {}),
    "field": Run("bench/dev_questions_field.jsonl", FIELD, run_questions, {}),
    "samples": Run("eval/questions/samples.jsonl", (), run_questions, {}),
    "corpus": Run("eval/questions/corpus.jsonl", FIELD, run_questions, REPORT),
    "claims_dev": Run("bench/claims_dev.jsonl", FIELD, run_claims, {}),
    "claims": Run("eval/claims/corpus.jsonl", FIELD, run_claims, REPORT),
    "dialogues": Run("bench/dialogues_dev.jsonl", FIELD, run_dialogues, {}),
    "injected": Run("bench/injected_dev.jsonl", FIELD, run_injected, {}),
    "squad2": PublicRun("squad2", squad2.convert, 300, run_answerability),
    "clapnq": PublicRun("clapnq", clapnq.convert, 200, run_questions),
    "rgb": PublicRun("rgb", rgb.convert, 200, run_questions),
    "scifact": PublicRun("scifact", scifact.convert, 200, run_claims),
}


def convert_all(bench: Path, out: Path) -> None:
    for name, run in RUNS.items():
        if isinstance(run, PublicRun) and (bench / run.folder).is_dir():
            run.convert(bench / run.folder, run.size).write(out / name)
