"""An answerer that follows a script, over a real index: for the states that a page must show whatever the model says."""

import re
import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from index.types import Filters, Hit, Index
from service.answering.types import (
    Answer,
    AnswerEvent,
    AnswerSentence,
    Citation,
    Event,
    Evidence,
    EvidenceEvent,
    Question,
    SentenceEvent,
    Status,
    Timings,
    TokenEvent,
    Verdict,
    Withheld,
)
from service.errors import Cancelled
from service.llm.types import Cancel

TICK = 0.02


@dataclass(frozen=True, slots=True)
class Say:
    """A sentence of the model. With a quotation it is supported, without one it is withheld."""

    text: str
    quote: str | None = None
    reason: str | None = None
    """With a quotation: only partly supported, because of this."""
    dropped: bool = False
    """Settled, but not part of the answer in the end."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What happens when a question matches `pattern`."""

    pattern: str
    says: Sequence[Say] = ()
    status: Status = Status.ANSWERED
    answer: str = ""
    reason: str | None = None
    clarifications: tuple[str, ...] = ()
    error: Exception | None = None
    hold: threading.Event | None = None
    """What is waited for before the end."""
    standalone: str | None = None
    notices: tuple[str, ...] = ()


@dataclass(slots=True)
class ScriptedAnswerer:
    index: Index
    scenes: Sequence[Scene]
    asked: list[Question] = field(default_factory=list)
    warmed: list[str] = field(default_factory=list)
    cancelled: threading.Event = field(default_factory=threading.Event)

    def warm(self, question: Question, *, cancel: Cancel | None = None) -> list[Evidence]:
        self.warmed.append(question.text)
        return list(self._evidence(question))

    def stream(self, question: Question, *, cancel: Cancel | None = None) -> Iterator[Event]:
        self.asked.append(question)
        scene = next(scene for scene in self.scenes if re.search(scene.pattern, question.text))
        evidence = self._evidence(question)
        yield EvidenceEvent(evidence, 3)
        citations: list[Citation] = []
        sentences: list[AnswerSentence] = []
        for number, say in enumerate(scene.says):
            for word in re.findall(r"\S+\s*", say.text + " "):
                yield TokenEvent(word, number)
            if say.quote is not None:
                citations.append(self._citation(say.quote, len(citations) + 1))
                sentences.append(_sentence(say, len(citations)))
                yield SentenceEvent(sentences[-1], (citations[-1],))
        if scene.hold:
            _wait(scene.hold, cancel, self.cancelled)
        if scene.error:
            raise scene.error
        kept = [s for s, say in zip(sentences, [s for s in scene.says if s.quote], strict=True) if not say.dropped]
        yield AnswerEvent(_answer(question, scene, kept, citations, evidence))

    def _evidence(self, question: Question) -> tuple[Evidence, ...]:
        hits = self.index.search(question.text, limit=5, filters=Filters(question.document_ids, question.years))
        return tuple(map(_evidence, hits))

    def _citation(self, quote: str, number: int) -> Citation:
        for info in self.index.documents():
            start = self.index.document(info.id).text.find(quote)
            if start < 0:
                continue
            end = start + len(quote)
            passage = next(p for p in self.index.passages(info.id) if p.span.start <= start < p.span.end)
            url = f"/documents/{info.id}#{start}-{end}"
            readable = quote.replace("**", "")
            return Citation(
                number, passage.id, info.id, info.title, passage.heading, 3, quote, start, end, url, readable, info.year
            )
        raise AssertionError(f"no report says {quote!r}")


def _wait(hold: threading.Event, cancel: Cancel | None, cancelled: threading.Event) -> None:
    while not hold.is_set():
        if cancel:
            cancelled.set()
            raise Cancelled("Whoever asked has gone.")
        time.sleep(TICK)


def _evidence(hit: Hit) -> Evidence:
    passage = hit.passage
    return Evidence(
        passage.id,
        passage.document_id,
        hit.document_title,
        passage.heading,
        passage.page,
        passage.readable,
        hit.score,
        hit.year,
    )


def _sentence(say: Say, number: int) -> AnswerSentence:
    verdict = Verdict.PARTLY if say.reason else Verdict.SUPPORTED
    return AnswerSentence(f"{say.text[:-1]} [{number}]{say.text[-1]}", 0, 0, verdict, say.reason, 0.9, (number,))


def _answer(
    question: Question,
    scene: Scene,
    sentences: list[AnswerSentence],
    citations: list[Citation],
    evidence: tuple[Evidence, ...],
) -> Answer:
    used = {number for sentence in sentences for number in sentence.citations}
    return Answer(
        id=uuid.uuid4().hex,
        status=scene.status,
        reason=scene.reason,
        clarifications=scene.clarifications,
        question=question.text,
        standalone_question=scene.standalone or question.text,
        answer=scene.answer or " ".join(sentence.text for sentence in sentences),
        sentences=tuple(sentences),
        citations=tuple(citation for citation in citations if citation.number in used),
        evidence=evidence,
        withheld=tuple(
            Withheld(say.text, Verdict.UNSUPPORTED, "No passage says this.") for say in scene.says if say.quote is None
        ),
        model="scripted",
        timings=Timings(3, 40, 90, 200),
        notices=scene.notices,
    )
