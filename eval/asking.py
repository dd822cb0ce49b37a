"""One question through the answering core, without HTTP."""

from typing import Protocol

from eval.datasets import QuestionRow
from eval.results import Result
from eval.scoring import Scorer
from service.answering.types import Answer, Question
from service.errors import CallerError, RunError


class Answers(Protocol):
    def answer(self, question: Question) -> Answer: ...


def ask(row: QuestionRow, core: Answers, scorer: Scorer) -> Result:
    """A question that ends in one of our errors is a failed row, not the end of the run."""
    try:
        answer = core.answer(Question(row.question, row.history))
    except (CallerError, RunError) as error:
        return Result.failure(row, error, scorer.failed(row))
    return Result.of(row, answer, scorer.score(row, answer))
