"""What the gate and the verifier see of each row: the inputs that `eval.fit` fits. Kept between runs, since a judgement
of the language model takes seconds."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

from eval.asking import question_of
from eval.datasets import ClaimRow, QuestionRow
from service.answering.answerer import Answerer
from service.answering.segment import sentences
from service.answering.verify import YES_NO, Claim, Verifier, is_copy, judge_prompt
from service.llm.types import TextModel


@dataclass(frozen=True, slots=True)
class Features:
    id: str
    group: str
    """The report: rows of one report are never on both sides of a fold."""
    label: bool
    values: Mapping[str, float]
    flawed: bool = False
    """A hard check already ruled it out, whatever the score."""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        return cls(**values)


def of_claim(row: ClaimRow, passage: str, verifier: Verifier, model: TextModel) -> Features:
    """The signals, and the model's log-odds of yes against no as `judge`, where verification would ask for them."""
    claim = Claim(row.claim, tuple(sentences(passage)))
    signals = verifier.signals(claim)
    values = dict(signals.values)
    open_ = not signals.flaws and not is_copy(signals)
    scores = model.score([judge_prompt(claim)], YES_NO) if open_ else None
    if scores is not None:
        values["judge"] = float(scores[0, 0] - scores[0, 1])
    return Features(row.id, row.doc, row.supported, values, bool(signals.flaws))


def of_question(row: QuestionRow, answerer: Answerer) -> Features:
    """What the gate decides by, from the same search that answering makes."""
    values = answerer.considered(question_of(row, answerer.index))
    return Features(row.id, row.docs[0] if row.docs else row.id, row.answerable, values)


def names_of(rows: Sequence[Features]) -> list[str]:
    return sorted({name for row in rows for name in row.values})
