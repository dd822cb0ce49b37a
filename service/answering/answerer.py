"""One question, from text to a checked and cited answer, as a stream of events.

Evidence comes first, then provisional tokens, then each sentence once it is checked, and the whole answer last. The
core is synchronous and may be used from many threads; the index and the model take care of their own safety.
"""

import time
import uuid
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Self

from index.types import Index
from ingest.neutralise import neutralise
from service.answering import gate
from service.answering.ambiguity import readings
from service.answering.calibration import Calibration, load
from service.answering.completing import MOST_WORDS_OF_WHOLE, is_manifold, missing, of_whole
from service.answering.compose import REPLIES, answer_prompt, answerable_prompt, answered, beginning, begun_prompt
from service.answering.directives import without_directives
from service.answering.drafting import MOST_ANSWER_WORDS, Draft
from service.answering.expects import Expected, asks_yes_or_no, expected, gives
from service.answering.finding import Finder, Found
from service.answering.followup import Standalone
from service.answering.growing import GrowingEvidence
from service.answering.options import Options
from service.answering.premise import is_stated, premise
from service.answering.segment import Segmenter
from service.answering.types import (
    Answer,
    AnswerEvent,
    Event,
    Evidence,
    EvidenceEvent,
    Question,
    SentenceEvent,
    Status,
    Timings,
    TokenEvent,
    Verdict,
)
from service.answering.verify import Verifier
from service.errors import BadQuestion, IndexEmpty
from service.llm.types import Cancel, Prompt, TextModel

FAR_BELOW = 0.3
"""How much less relevant than the best sentence one may be that the model only copies. Of the sentences that it reads 50% are further
away, and 16% of those that hold the evidence (tuning questions)."""
BELOW = 0.2
"""How much less relevant such a sentence may be to be told at once; one further away waits for a better one."""
MOST_QUESTION = 4000
"""Code points of a question."""


class _Clock:
    def __init__(self) -> None:
        self._started = time.perf_counter()
        self.marks: dict[str, int] = {}

    def mark(self, name: str) -> None:
        self.marks.setdefault(name, self.now())

    def now(self) -> int:
        return round((time.perf_counter() - self._started) * 1000)

    def timings(self) -> Timings:
        return Timings(
            self.marks.get("search", 0), self.marks.get("first_token"), self.marks.get("first_sentence"), self.now()
        )


@dataclass(frozen=True, slots=True)
class _Asking:
    """A question without what commands instead of asking."""

    text: str
    notices: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> Self:
        kept, commanded = without_directives(text)
        return cls(kept, ("An instruction in the question was not followed.",) if commanded else ())


class Answerer:
    def __init__(
        self, index: Index, model: TextModel, *, options: Options | None = None, calibration: Calibration | None = None
    ) -> None:
        self.index = index
        self.model = model
        self.options = options or Options()
        self._finder = Finder(index, self.options)
        self._growing = GrowingEvidence(self.options)
        self.calibration = calibration or load()
        self.verifier = Verifier(index.embedder, model, self.calibration)
        self._quick_verifier = Verifier(index.embedder, None, self.calibration)

    def answer(self, question: Question, *, cancel: Cancel | None = None) -> Answer:
        """The finished answer. Raises as `stream` does."""
        answers = [event.answer for event in self.stream(question, cancel=cancel) if isinstance(event, AnswerEvent)]
        return answers[-1]

    def prepare(self, *, cancel: Cancel | None = None) -> None:
        """Has the model read in idle time what the prompt of every answer begins with."""
        self.model.warm(beginning(), cancel=cancel)

    def warm(self, question: Question, *, cancel: Cancel | None = None) -> list[Evidence]:
        """The evidence for a question that is still being typed; its prompt is read in idle time."""
        text, _ = _readable(question.text)
        found = self._growing.grown(question, self._finder.find(text, question), is_typed=True)
        if found.sources:
            self._growing.remember(question, found)
            self.model.warm(begun_prompt(self._prompt(found)), cancel=cancel)
        return list(found.evidence)

    def considered(self, question: Question, *, cancel: Cancel | None = None) -> dict[str, float]:
        """What the gate decides by, without an answer: for calibration and evaluation."""
        text, _ = _readable(question.text)
        found = self._finder.find(_Asking.of(text).text or text, question)
        if not found.sources:
            return {}
        return gate.judged(_features(found), self._judge(found, self._prompt(found), cancel))

    def stream(self, question: Question, *, cancel: Cancel | None = None) -> Iterator[Event]:
        """Raises `BadQuestion`, `IndexEmpty`, and what the index and the model raise, before or between events."""
        clock = _Clock()
        text, neutralised = _readable(question.text)
        if not self.index.stats().passages:
            raise IndexEmpty("There are no reports yet. Add some on the page, or with: trendwise ingest PATH")
        asking = _Asking.of(text)
        found = self._growing.grown(question, self._finder.find(asking.text or text, question))
        clock.mark("search")
        yield EvidenceEvent(found.evidence, clock.marks["search"])

        draft = self._new_draft(found, text)
        values = _features(found)
        decision = self._refused(found, values) if asking.text else gate.COMMAND
        if decision is None:
            decision = yield from self._write(found, values, draft, clock, cancel)
        status, reason = self._outcome(found, draft, decision)
        yield AnswerEvent(
            Answer(
                id=uuid.uuid4().hex,
                status=status,
                reason=reason,
                clarifications=decision.clarifications if status is decision.status else (),
                question=text,
                standalone_question=found.asked.question,
                answer=draft.text or reason or "",
                sentences=tuple(draft.sentences),
                citations=tuple(draft.citations),
                evidence=found.evidence,
                withheld=tuple(draft.withheld),
                model=self.model.name,
                timings=clock.timings(),
                notices=(*asking.notices, *_notices(found.asked)),
                neutralised=neutralised,
            )
        )

    def _refused(self, found: Found, values: Mapping[str, float]) -> gate.Decision | None:
        """The refusal for which no model needs to be asked: nothing is near, or the question means several things."""
        if found.sources and not self._is_guarded(found):
            return None
        alone = len(found.asked.searches) == 1
        return gate.hopeless(values) or (
            gate.ambiguous(readings(found.asked.question, found.sources)) if alone else None
        )

    def _decide(self, found: Found, values: Mapping[str, float], judge: float | None) -> gate.Decision:
        if found.sources and not self._is_guarded(found):
            return gate.OPEN
        return gate.decide(gate.judged(values, judge), self.calibration)

    def _new_draft(self, found: Found, question: str) -> Draft:
        most = MOST_WORDS_OF_WHOLE if found.whole else MOST_ANSWER_WORDS
        draft = Draft(self.index.embedder, self.verifier, found.told, question, most)
        draft.captions, draft.earlier = found.captions, found.asked.answered
        if found.sources and self._asks_one(found):
            best = max(source.relevance for source in found.sources)
            draft.least_relevant, draft.first_rate = best - FAR_BELOW, best - BELOW
        return draft

    def _judge(self, found: Found, prompt: Prompt, cancel: Cancel | None) -> float | None:
        """The model's log-odds that the evidence answers the question, where its engine can tell. That nothing states what is asked
        may be its answer to a question of yes or no, so there its doubt does not count."""
        if not self.options.gate:
            return None
        scores = self.model.score([answerable_prompt(prompt)], REPLIES, cancel=cancel)
        if scores is None:
            return None
        judge = float(scores[0][0] - scores[0][1])
        return max(judge, gate.BELIEVED) if asks_yes_or_no(found.asked.subject) else judge

    def _prompt(self, found: Found) -> Prompt:
        chosen = found.chosen
        several = len({source.hit.passage.document_id for source in chosen}) > 1
        return answer_prompt(found.asked.subject, chosen, context=found.asked.context, name_reports=several)

    def _write(
        self, found: Found, values: Mapping[str, float], draft: Draft, clock: _Clock, cancel: Cancel | None
    ) -> Generator[Event, None, gate.Decision]:
        """Drafts, and settles each sentence. Whether the reports answer the model is asked once its first sentence is there, and
        nothing is presented before; it writes on meanwhile. Where the question asks for a kind of
        value, nothing is presented before a sentence gives one."""
        prompt = self._prompt(found)
        wanted = self._wanted(found)
        decision: gate.Decision | None = None
        held: list[SentenceEvent] = []
        for drafted in self._draft(prompt, clock, cancel):
            if isinstance(drafted, TokenEvent):
                yield drafted
                continue
            if decision is None:
                judge = self._judge(found, prompt, cancel) if self._is_guarded(found) else None
                decision = self._decide(found, values, judge)
                if not decision.answerable:
                    return decision
                held += self._settle(drafted, draft, cancel)
                if not held and self._asks_one(found) and (draft.is_made_up or draft.invents(drafted)):
                    return gate.invented(decision.probability)
            else:
                held += self._settle(drafted, draft, cancel)
            if held and _gives(wanted, draft):
                clock.mark("first_sentence")
                yield from held
                held.clear()
        decision = decision or self._decide(found, values, None)
        if not decision.answerable:
            return decision
        if self.options.complete and not (draft.denied and not draft.sentences):
            held += self._complete(found, draft)
        held += [SentenceEvent(*kept) for kept in draft.settle()]
        if wanted and not _gives(wanted, draft):
            draft.withdraw(f"It gives no {wanted.what}.")
            return gate.lacks(wanted.what, decision.probability)
        yield from held
        return decision

    def _wanted(self, found: Found) -> Expected | None:
        """The kind of value that the question asks for, where that is all that it asks for."""
        return expected(found.asked.subject) if self._asks_one(found) else None

    def _asks_one(self, found: Found) -> bool:
        """Whether one thing is asked that may not be there: of several, those that are there are told."""
        return self._is_guarded(found) and not is_manifold(found.asked.subject)

    def _is_guarded(self, found: Found) -> bool:
        """Whether the question may turn out to have no answer: a summary of a report always has one."""
        return self.options.gate and not found.whole

    def _complete(self, found: Found, draft: Draft) -> Iterator[SentenceEvent]:
        """Quotes what the draft left out."""
        if found.whole:
            quotations = of_whole(draft.text, found.chosen)
        else:
            embed = partial(self.index.embedder.embed, kind="query")
            quotations = missing(
                found.asked.searches[0],
                draft.text,
                found.told,
                tuple(draft.cited),
                tuple(draft.rejected),
                embed,
                earlier=found.asked.answered,
            )
        for quotation in quotations:
            kept = draft.quote(quotation)
            if kept:
                yield SentenceEvent(*kept)

    def _draft(self, prompt: Prompt, clock: _Clock, cancel: Cancel | None) -> Iterator[TokenEvent | str]:
        """Provisional tokens, and each sentence once it is complete."""
        segmenter = Segmenter()
        written = 0
        stream = self.model.stream(prompt, max_tokens=self.options.max_tokens, cancel=cancel)
        try:
            for piece in answered(stream):
                clock.mark("first_token")
                yield TokenEvent(piece, written)
                for sentence in segmenter.feed(piece):
                    written += 1
                    yield sentence
        finally:
            if isinstance(stream, Generator):
                stream.close()
        yield from segmenter.finish()

    @staticmethod
    def _settle(sentence: str, draft: Draft, cancel: Cancel | None) -> Iterator[SentenceEvent]:
        kept = draft.add(sentence, cancel=cancel)
        if kept:
            yield SentenceEvent(*kept)

    def _outcome(self, found: Found, draft: Draft, decision: gate.Decision) -> tuple[Status, str | None]:
        if any(sentence.verdict is Verdict.SUPPORTED for sentence in draft.sentences):
            return Status.ANSWERED, None
        if draft.sentences:
            return Status.PARTLY_ANSWERED, "No sentence of the answer is fully supported by the reports."
        if decision.status in (Status.ANSWERED, Status.NOT_IN_REPORTS):
            statement = premise(found.asked.question)
            if statement and not is_stated(statement, found.sources, self._quick_verifier):
                return Status.FALSE_PREMISE, gate.PREMISE
        if decision.answerable:
            return Status.NOT_IN_REPORTS, "The reports do not answer this. The nearest passages are shown."
        return decision.status, decision.reason


def _readable(text: str) -> tuple[str, int]:
    clean, neutralised = neutralise(text)
    clean = clean.strip()
    if not clean:
        raise BadQuestion("The question is empty. Type what you would like to know about the reports.")
    if len(clean) > MOST_QUESTION:
        raise BadQuestion(
            f"The question has {len(clean):,} characters; at most {MOST_QUESTION:,} are read. Shorten it."
        )
    return clean, neutralised


def _features(found: Found) -> dict[str, float]:
    return gate.features(found.asked.searches[0], found.asked.subject, found.hits, found.sources)


def _gives(wanted: Expected | None, draft: Draft) -> bool:
    return wanted is None or any(gives(wanted, sentence.text, draft.question) for sentence in draft.sentences)


def _notices(asked: Standalone) -> tuple[str, ...]:
    if not asked.dropped:
        return ()
    return (f"The oldest {asked.dropped} turns of this conversation were left out.",)
