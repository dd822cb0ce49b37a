"""The values of answering: the question, the events while it is answered, and the answer.

The `answer` event carries the whole `Answer`; a client that reads only that one misses nothing. Field names are
those of the HTTP API, which serialises these values as they are.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from service.llm.types import Turn


class Status(StrEnum):
    ANSWERED = "answered"
    PARTLY_ANSWERED = "partly_answered"
    NOT_IN_REPORTS = "not_in_reports"
    OUT_OF_SCOPE = "out_of_scope"
    NEEDS_CLARIFICATION = "needs_clarification"
    FALSE_PREMISE = "false_premise"

    @property
    def refused(self) -> bool:
        return self not in (Status.ANSWERED, Status.PARTLY_ANSWERED)


class Verdict(StrEnum):
    SUPPORTED = "supported"
    PARTLY = "partly"
    UNSUPPORTED = "unsupported"


@dataclass(frozen=True, slots=True)
class Question:
    text: str
    history: tuple[Turn, ...] = ()
    document_ids: frozenset[str] | None = None
    years: frozenset[int] | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    passage_id: str
    document_id: str
    document_title: str
    heading: str
    page: int | None
    text: str
    """Readable text of the passage."""
    score: float
    year: int | None = None


@dataclass(frozen=True, slots=True)
class Citation:
    number: int
    passage_id: str
    document_id: str
    document_title: str
    heading: str
    page: int | None
    quote: str
    """Exactly `document.text[start:end]`: at most two sentences and 60 words."""
    start: int
    end: int
    url: str
    """`/documents/<document id>#<start>-<end>`: the page opens the report at the quotation."""
    readable: str = ""
    """The quote without Markdown marks, for display."""
    year: int | None = None


@dataclass(frozen=True, slots=True)
class AnswerSentence:
    text: str
    """With its markers: `AI is the stand-out trend for 2024 [1].`"""
    start: int
    end: int
    """Half-open code points into `Answer.answer`."""
    verdict: Verdict
    reason: str | None
    support: float
    """Calibrated probability that the cited text supports the sentence."""
    citations: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Withheld:
    text: str
    verdict: Verdict
    reason: str


@dataclass(frozen=True, slots=True)
class Timings:
    search_ms: int
    first_token_ms: int | None
    first_sentence_ms: int | None
    total_ms: int


@dataclass(frozen=True, slots=True)
class Answer:
    id: str
    status: Status
    reason: str | None
    """Why it was refused or only partly answered, in a sentence for the person."""
    clarifications: tuple[str, ...]
    """With `needs_clarification`: the readings to choose from, each a question that can be asked as it is."""
    question: str
    standalone_question: str
    answer: str
    """The sentences joined by one space; for a refusal the sentence that says so."""
    sentences: tuple[AnswerSentence, ...]
    citations: tuple[Citation, ...]
    evidence: tuple[Evidence, ...]
    """The passages nearest to the question, best first, at most five."""
    withheld: tuple[Withheld, ...]
    model: str
    timings: Timings
    notices: tuple[str, ...] = ()
    """What the person should know, such as that the oldest turns were left out."""
    neutralised: int = 0
    """Invisible or control characters removed from the question."""


@dataclass(frozen=True, slots=True)
class EvidenceEvent:
    evidence: tuple[Evidence, ...]
    search_ms: int
    name: Literal["evidence"] = field(default="evidence", init=False)


@dataclass(frozen=True, slots=True)
class TokenEvent:
    """Provisional text: a draft that is still being checked. It may be withheld."""

    text: str
    sentence: int
    """0-based number of the draft sentence that the text belongs to."""
    name: Literal["token"] = field(default="token", init=False)


@dataclass(frozen=True, slots=True)
class SentenceEvent:
    """A final sentence with its verdict and the citations that it is the first to use."""

    sentence: AnswerSentence
    citations: tuple[Citation, ...]
    name: Literal["sentence"] = field(default="sentence", init=False)


@dataclass(frozen=True, slots=True)
class AnswerEvent:
    answer: Answer
    name: Literal["answer"] = field(default="answer", init=False)


Event = EvidenceEvent | TokenEvent | SentenceEvent | AnswerEvent
