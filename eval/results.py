"""One evaluated row: what came back, and how it scored. Written as JSON while a run goes on, and read again."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from eval.datasets import QuestionRow
from service.answering.types import Answer

FAILED = "failed"
"""Status of a row whose question ended in an error: never a right refusal, always a lost answer."""


@dataclass(frozen=True, slots=True)
class Result:
    id: str
    kind: str
    question: str
    answerable: bool
    key_points: tuple[str, ...]
    evidence: tuple[str, ...]
    status: str
    scores: Mapping[str, float]
    """By name; a score that does not apply to the row is absent."""
    answer: str
    details: Mapping[str, Any]
    """The other fields of the answer as plain JSON values, as the API names them; `error` where it failed."""

    @classmethod
    def of(cls, row: QuestionRow, answer: Answer, scores: Mapping[str, float]) -> Self:
        fields = json.loads(json.dumps(asdict(answer)))
        for name in ("id", "question", "status", "answer"):
            del fields[name]
        return cls._of(row, str(answer.status), scores, answer.answer, fields)

    @classmethod
    def considered(cls, row: QuestionRow, status: str, scores: Mapping[str, float]) -> Self:
        """Of a question that was not answered, only judged."""
        return cls._of(row, status, scores, "", {})

    @classmethod
    def failure(cls, row: QuestionRow, error: Exception, scores: Mapping[str, float]) -> Self:
        return cls._of(row, FAILED, scores, "", {"error": f"{type(error).__name__}: {error}"})

    @classmethod
    def _of(
        cls, row: QuestionRow, status: str, scores: Mapping[str, float], answer: str, details: Mapping[str, Any]
    ) -> Self:
        return cls(
            row.id,
            row.kind,
            row.question,
            row.answerable,
            row.key_points,
            row.evidence,
            status,
            scores,
            answer,
            details,
        )

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        fields = {**values, "key_points": tuple(values["key_points"]), "evidence": tuple(values["evidence"])}
        return cls(**fields)
