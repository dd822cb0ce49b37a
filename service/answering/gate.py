"""Whether the reports answer a question: decided by calibrated features, not by asking the model to refuse.

Small models told to refuse refuse too much; told nothing they answer from memory. So code decides, before anything
is presented, from how near the best sentences are and how much of the question they cover.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from index.types import Hit
from service.answering.calibration import Calibration
from service.answering.expects import expected, gives
from service.answering.names import missing_names
from service.answering.numbers import missing_numbers
from service.answering.sources import Source
from service.answering.types import Status
from service.answering.words import asked, coverage, stems

FAR = 0.22
"""Cosine of question and best passage under which nothing in the reports is even near its subject: no model is asked."""
UNJUDGED = 1.0
"""What stands for the model's log-odds where its engine gives none: about their mean over the tuning questions."""
BELIEVED = 2.0
"""Their mean over those with an answer."""
SCOPE = 0.32
"""Cosine under which an unanswered question counts as out of scope rather than as not answered by the reports."""


@dataclass(frozen=True, slots=True)
class Decision:
    answerable: bool
    probability: float
    status: Status
    reason: str | None
    clarifications: tuple[str, ...] = ()
    """Questions to ask back, each with one meaning."""


OPEN = Decision(True, 1.0, Status.ANSWERED, None)
"""The decision where the gate is switched off."""
COMMAND = Decision(False, 0.0, Status.OUT_OF_SCOPE, "That is an instruction, not a question about the reports.")
"""The decision on a message that only commands."""


NOT_SAID = "The reports do not say. The nearest passages are shown."
PREMISE = "The reports do not say what this question takes for granted. The nearest passages are shown."


def ambiguous(readings: tuple[str, ...]) -> Decision | None:
    """The refusal of a question that means several things, where it does."""
    if not readings:
        return None
    return Decision(False, 0.0, Status.NEEDS_CLARIFICATION, "This could mean more than one thing.", readings)


def invented(probability: float) -> Decision:
    """The refusal where the model, asked for what the reports do not say, made something up."""
    return Decision(False, probability, Status.NOT_IN_REPORTS, NOT_SAID)


def lacks(what: str, probability: float) -> Decision:
    """The refusal where everything that was written is supported, and nothing gives what was asked for."""
    reason = f"The reports give no {what} for this. The nearest passages are shown."
    return Decision(False, probability, Status.NOT_IN_REPORTS, reason)


def features(question: str, subject: str, hits: Sequence[Hit], sources: Sequence[Source]) -> dict[str, float]:
    """Named values for the calibrated gate, none where nothing was found. `subject` is the question without what a follow-up
    takes from the conversation."""
    if not hits or not sources:
        return {}
    wanted = asked(question)
    nearest = sorted((source.likeness for source in sources), reverse=True)[:5]
    by_likeness = sorted(sources, key=lambda s: -s.relevance)[:6]
    evidence = " ".join(f"{s.hit.document_title} {s.hit.passage.heading} {s.sentence.readable}" for s in by_likeness)
    top = hits[0]
    dense = [hit.dense_score for hit in hits if hit.dense_score is not None]
    return {
        "best_dense": max(dense, default=0.0),
        "best_sentence": nearest[0],
        "near_sentences": sum(nearest) / len(nearest),
        "value_gap": _without_value(subject, sources, nearest[0]),
        "length": min(len(wanted), 12) / 12,
        "coverage": coverage(wanted, stems(evidence)),
        "agreement": float(
            top.dense_rank is not None and top.lexical_rank is not None and top.dense_rank + top.lexical_rank <= 4
        ),
        "names_missing": float(bool(missing_names(question, evidence))),
        "numbers_missing": float(any(re.search(r"\d", each.written) for each in missing_numbers(question, evidence))),
    }


def judged(values: Mapping[str, float], judge: float | None) -> dict[str, float]:
    """The features with the model's log-odds, or with what stands for them."""
    return {**values, "judge": UNJUDGED if judge is None else judge}


def _without_value(subject: str, sources: Sequence[Source], best: float) -> float:
    """How much less near than the best sentence the best one is that gives the kind of value that is asked for."""
    value = expected(subject)
    giving = [s.likeness for s in sources if value is None or gives(value, s.sentence.readable, subject)]
    return best - max(giving, default=0.0)


def hopeless(values: Mapping[str, float]) -> Decision | None:
    """The refusal that needs no model: nothing was found, or nothing that is even near."""
    if not values:
        return Decision(False, 0.0, Status.NOT_IN_REPORTS, "Nothing in the reports is close to this question.")
    if values["best_dense"] < FAR:
        return Decision(False, 0.0, Status.OUT_OF_SCOPE, "The question is not about what these reports cover.")
    return None


def decide(values: Mapping[str, float], calibration: Calibration) -> Decision:
    refusal = hopeless(values)
    if refusal:
        return refusal
    probability = calibration.answerable.probability(values)
    if probability >= calibration.answerable_threshold:
        return Decision(True, probability, Status.ANSWERED, None)
    if values["best_dense"] < SCOPE and values["coverage"] < 0.5:
        return Decision(False, probability, Status.OUT_OF_SCOPE, "The question is not about what these reports cover.")
    return Decision(False, probability, Status.NOT_IN_REPORTS, NOT_SAID)
