"""Questions through the answering core, without HTTP."""

import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from eval.datasets import QuestionRow
from eval.journal import Journal
from eval.results import Result
from eval.scoring import Scorer
from service.answering.types import Answer, Question
from service.errors import CallerError, RunError


class Answers(Protocol):
    def answer(self, question: Question) -> Answer: ...


def run(
    rows: Sequence[QuestionRow],
    core: Answers,
    scorer: Scorer,
    journal: Journal,
    *,
    workers: int = 1,
    advance: Callable[[str], None] = lambda description: None,
) -> list[Result]:
    """The results in the order of the rows. Rows already in the journal are taken from it.

    With several workers the questions share the model, so latencies are those of a busy server.
    """
    done = {result.id: result for result in map(Result.from_json, journal.rows())}
    writing = threading.Lock()

    def evaluate(row: QuestionRow) -> Result:
        if row.id in done:
            result = done[row.id]
        else:
            result = ask(row, core, scorer)
            with writing:
                journal.append(result.to_json())
        advance(row.id)
        return result

    return _map(evaluate, rows, workers)


def ask(row: QuestionRow, core: Answers, scorer: Scorer) -> Result:
    """A question that ends in one of our errors is a failed row, not the end of the run."""
    try:
        answer = core.answer(Question(row.question, row.history))
    except (CallerError, RunError) as error:
        return Result.failure(row, error, scorer.failed(row))
    return Result.of(row, answer, scorer.score(row, answer))


def _map(evaluate: Callable[[QuestionRow], Result], rows: Iterable[QuestionRow], workers: int) -> list[Result]:
    if workers == 1:
        return [evaluate(row) for row in rows]
    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(evaluate, rows))
