"""A run over conversations: each turn is asked with what was asked and answered before it in this run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Self

from eval.asking import ask
from eval.journal import Journal
from eval.metrics import recall_at, share
from eval.outcome import Outcome
from eval.progress import progress
from eval.qrels import Qrels
from eval.report_html import questions_page
from eval.report_json import report
from eval.results import FAILED, Result
from eval.runner import run
from eval.scenarios import DialogueRow, DialogueTurn, load_dialogues
from eval.scoring import Scorer
from eval.session import cache_dir, configuration, opened, run_key, settings
from eval.summary import summarise
from index.types import Index
from service.answering.answerer import Answerer
from service.llm.types import Turn


@dataclass(frozen=True, slots=True)
class DialogueResult:
    id: str
    turns: tuple[Result, ...]

    def to_json(self) -> dict[str, Any]:
        return {"id": self.id, "turns": [turn.to_json() for turn in self.turns]}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        return cls(values["id"], tuple(Result.from_json(turn) for turn in values["turns"]))


def run_dialogues(
    file: Path, reports: Sequence[Path], *, limit: int | None = None, model: str | None = None, workers: int = 1
) -> Outcome:
    """Raises `BadDataset`, `IngestError`, `StoreError`, `RunError`."""
    rows = load_dialogues(file)[:limit]
    with opened(reports, settings(model=model)) as runtime:
        config = configuration(runtime, file, workers=workers)
        journal = Journal(cache_dir() / "runs", run_key(config))
        evaluate = partial(
            converse, core=runtime.answerer, scorer=Scorer(runtime.index), followups=FollowUps(runtime.index)
        )
        with progress("Conversing", len(rows)) as advance:
            dialogues = run(rows, evaluate, DialogueResult, journal, workers=workers, advance=advance)
    results = [turn for dialogue in dialogues for turn in dialogue.turns]
    content = report(results, config)
    journal.finish()
    title = f"{len(dialogues)} conversations, {len(results)} turns, of {file.name}"
    return Outcome(title, summarise(results), content, lambda: questions_page(title, results, content))


class FollowUps:
    """Whether a follow-up was understood: its standalone form beside the reference."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._qrels = Qrels.of(index)

    def scores(self, turn: DialogueTurn, understood: str) -> dict[str, float]:
        """`standalone_recall_at_5` is what the reference itself would find: the bound to compare `recall_at_5` with."""
        scores = {"standalone_words": share(turn.standalone, understood)}
        if turn.question.evidence:
            found = self._index.search(turn.standalone, limit=5)
            ranking = [self._qrels.quotes_in(hit.passage.id, turn.question.evidence) for hit in found]
            scores["standalone_recall_at_5"] = recall_at(5, ranking, turn.question.evidence)
        return scores


def converse(dialogue: DialogueRow, core: Answerer, scorer: Scorer, followups: FollowUps) -> DialogueResult:
    history: list[Turn] = []
    results = []
    for turn in dialogue.turns:
        result = ask(replace(turn.question, history=tuple(history)), core, scorer)
        if result.status != FAILED:
            extra = followups.scores(turn, result.details["standalone_question"])
            result = replace(result, scores={**result.scores, **extra})
        results.append(result)
        history += [Turn("user", turn.question.question), Turn("assistant", result.answer)]
    return DialogueResult(dialogue.id, tuple(results))
