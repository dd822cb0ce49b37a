"""One question through the answering core, without HTTP."""

from eval.datasets import QuestionRow
from eval.records import BadDataset
from eval.results import Result
from eval.scoring import Scorer
from index.types import Index
from service.answering import gate
from service.answering.answerer import Answerer
from service.answering.types import Question
from service.errors import CallerError, RunError


def ask(row: QuestionRow, core: Answerer, scorer: Scorer) -> Result:
    """A question that ends in one of our errors is a failed row, not the end of the run."""
    question = question_of(row, core.index)
    try:
        answer = core.answer(question)
        probability = answerable(core, question)
    except (CallerError, RunError) as error:
        return Result.failure(row, error, scorer.failed(row))
    return Result.of(row, answer, {**scorer.score(row, answer), "answerable_probability": probability})


def answerable(core: Answerer, question: Question) -> float:
    """The gate's probability that the reports answer the question."""
    values = core.considered(question)
    return 0.0 if gate.hopeless(values) else core.calibration.answerable.probability(values)


def question_of(row: QuestionRow, index: Index) -> Question:
    """Raises `BadDataset` where the row names a report that is not indexed."""
    if not row.within:
        return Question(row.question, row.history)
    ids = {info.source: info.id for info in index.documents() if info.state == "ready"}
    missing = [name for name in row.within if name not in ids]
    if missing:
        raise BadDataset(f"Row {row.id} is about {missing[0]}, which is not among the reports: give it with --reports.")
    return Question(row.question, row.history, document_ids=frozenset(ids[name] for name in row.within))
