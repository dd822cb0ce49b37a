"""One question, from text to a checked and cited answer, as a stream of events.

Evidence comes first, then provisional tokens, then each sentence once it is checked, and the whole answer last. The
core is synchronous and may be used from many threads; the index and the model take care of their own safety.
"""

import time
import uuid
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Self

import numpy as np
from numpy.typing import NDArray

from index.types import Filters, Hit, Index
from ingest.neutralise import neutralise
from service.answering import gate, overview, sources
from service.answering.calibration import Calibration, load
from service.answering.completing import MOST_WORDS_OF_WHOLE, missing, of_whole, parts
from service.answering.compose import answer_prompt, answerable_prompt
from service.answering.directives import without_directives
from service.answering.drafting import MOST_ANSWER_WORDS, Draft
from service.answering.followup import Standalone, standalone
from service.answering.scope import scopes, within
from service.answering.search import in_turn, search_each
from service.answering.segment import Segmenter
from service.answering.sources import Source
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
from service.answering.verify import YES_NO, Verifier
from service.answering.words import asked as content_words
from service.answering.words import stem, stems
from service.errors import BadQuestion, IndexEmpty
from service.llm.types import Cancel, Prompt, TextModel

MOST_QUESTION = 4000
"""Code points of a question."""
MANY = 10
"""Reports in scope from which a filter is a filter and not a list of what the question names."""
EVIDENCE = 5
"""Passages shown."""


@dataclass(frozen=True, slots=True)
class Options:
    """What an evaluation may switch off to see what it contributes."""

    gate: bool = True
    complete: bool = True
    """Quote what the draft left out."""
    candidates: int = 20
    """Passages searched for."""
    passages: int = 10
    """Passages kept after reranking, from which the best sentences are taken."""
    evidence_words: int = 220
    evidence_sentences: int = 9
    max_tokens: int = 160


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
class _Found:
    """What a search brought for one question."""

    asked: Standalone
    whole: bool
    """The question is about a whole report."""
    hits: list[Hit]
    sources: list[Source]
    chosen: list[Source]
    """The sentences that the model reads."""
    evidence: tuple[Evidence, ...]


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
        self.calibration = calibration or load()
        self.verifier = Verifier(index.embedder, model, self.calibration)

    def answer(self, question: Question, *, cancel: Cancel | None = None) -> Answer:
        """The finished answer. Raises as `stream` does."""
        answers = [event.answer for event in self.stream(question, cancel=cancel) if isinstance(event, AnswerEvent)]
        return answers[-1]

    def warm(self, question: Question, *, cancel: Cancel | None = None) -> list[Evidence]:
        """The evidence for a question that is still being typed; its prompt is read in idle time."""
        text, _ = _readable(question.text)
        found = self._find(text, question)
        if found.sources:
            self.model.warm(self._prompt(found), cancel=cancel)
        return list(found.evidence)

    def considered(self, question: Question, *, cancel: Cancel | None = None) -> dict[str, float]:
        """What the gate decides by, without an answer: for calibration and evaluation."""
        text, _ = _readable(question.text)
        found = self._find(_Asking.of(text).text or text, question)
        judge = self._judge(self._prompt(found), cancel) if found.sources else None
        return gate.features(found.asked.searches[0], found.hits, found.sources, judge)

    def stream(self, question: Question, *, cancel: Cancel | None = None) -> Iterator[Event]:
        """Raises `BadQuestion`, `IndexEmpty`, and what the index and the model raise, before or between events."""
        clock = _Clock()
        text, neutralised = _readable(question.text)
        if not self.index.stats().passages:
            raise IndexEmpty("There are no reports yet. Add some on the page, or with: trendwise ingest PATH")
        asking = _Asking.of(text)
        found = self._find(asking.text or text, question)
        clock.mark("search")
        yield EvidenceEvent(found.evidence, clock.marks["search"])

        draft = Draft(
            self.index.embedder,
            self.verifier,
            found.sources,
            text,
            MOST_WORDS_OF_WHOLE if found.whole else MOST_ANSWER_WORDS,
        )
        decision = self._hopeless(found) if asking.text else gate.COMMAND
        if decision is None:
            decision = yield from self._write(found, draft, clock, cancel)
        status, reason = _outcome(draft, decision)
        yield AnswerEvent(
            Answer(
                id=uuid.uuid4().hex,
                status=status,
                reason=reason,
                clarifications=(),
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

    def _find(self, text: str, question: Question) -> _Found:
        asked = standalone(text, question.history)
        filters = Filters(question.document_ids, question.years)
        sides = scopes(asked.searches[0], self.index.documents(), filters)
        titles = self._titles(sides) if sides != [filters] else frozenset()
        vector = self._meaning(asked, titles)
        wanted = content_words(asked.subject) - titles or content_words(asked.subject)
        whole = overview.is_overview(text)
        if whole:
            hits = overview.find(self.index, asked.searches[0], sides, limit=self.options.passages)
        else:
            hits = self._search(asked, wanted, vector, sides, filters)
        gathered = sources.gather(wanted, vector, hits, self.index.embedder)
        chosen = overview.best(gathered) if whole else self._best(gathered, sides)
        return _Found(asked, whole, hits, gathered, chosen, tuple(_evidence(hit) for hit in hits[:EVIDENCE]))

    def _meaning(self, asked: Standalone, titles: frozenset[str]) -> NDArray[np.float32]:
        """Unit vector of the question: the mean of its wordings, and of what it asks once a report's title is taken out."""
        bare = " ".join(word for word in asked.subject.split() if stem(word.strip(".,?!’'\"").lower()) not in titles)
        wordings = [*asked.searches, *([bare] if titles and content_words(bare) else [])]
        mean = np.asarray(self.index.embedder.embed(wordings, kind="query").mean(axis=0), dtype=np.float32)
        return mean / np.float32(max(float(np.linalg.norm(mean)), 1e-9))

    def _titles(self, sides: Sequence[Filters]) -> frozenset[str]:
        """Stems of the titles of the reports that a question names: they say where to look, not what for."""
        named = {document for side in sides for document in side.document_ids or ()} if len(sides) < MANY else set()
        titles = [info.title for info in self.index.documents() if info.id in named] if len(named) < MANY else []
        return frozenset(word for title in titles for word in stems(title))

    def _search(
        self,
        asked: Standalone,
        wanted: frozenset[str],
        vector: NDArray[np.float32],
        sides: Sequence[Filters],
        filters: Filters,
    ) -> list[Hit]:
        """Passages for the question as a whole, then in turn for each question that it is made of."""
        embedder = self.index.embedder
        found = search_each(self.index, asked.searches, sides, filters, limit=self.options.candidates)
        rankings = [found if len(sides) > 1 else sources.rerank(wanted, vector, found, embedder)]
        several = parts(asked.searches[0]) if len(asked.searches) == len(sides) == 1 else []
        if len(several) > 1:
            rankings += [self.index.search(part, limit=self.options.passages, filters=filters) for part in several]
        return in_turn(rankings, self.options.passages)

    def _best(self, gathered: Sequence[Source], sides: Sequence[Filters]) -> list[Source]:
        """The best sentences; of each side of a comparison its share of them."""
        share = max(1, len(sides))
        words, most = self.options.evidence_words // share, -(-self.options.evidence_sentences // share)
        per_side = [[source for source in gathered if share == 1 or within(source.hit, side)] for side in sides]
        return [source for side in per_side for source in sources.best(side, words=words, most=most)]

    def _hopeless(self, found: _Found) -> gate.Decision | None:
        """The refusal for which no model needs to be asked."""
        if found.sources and (found.whole or not self.options.gate):
            return None
        return gate.hopeless(gate.features(found.asked.searches[0], found.hits, found.sources))

    def _decide(self, found: _Found, judge: float | None) -> gate.Decision:
        if found.sources and (found.whole or not self.options.gate):
            return gate.OPEN
        return gate.decide(gate.features(found.asked.searches[0], found.hits, found.sources, judge), self.calibration)

    def _judge(self, prompt: Prompt, cancel: Cancel | None) -> float | None:
        """The model's log-odds that the evidence answers the question, where its engine can tell."""
        scores = self.model.score([answerable_prompt(prompt)], YES_NO, cancel=cancel) if self.options.gate else None
        return None if scores is None else float(scores[0][0] - scores[0][1])

    def _prompt(self, found: _Found) -> Prompt:
        chosen = found.chosen
        several = len({source.hit.passage.document_id for source in chosen}) > 1
        return answer_prompt(found.asked.subject, chosen, context=found.asked.context, name_reports=several)

    def _write(
        self, found: _Found, draft: Draft, clock: _Clock, cancel: Cancel | None
    ) -> Generator[Event, None, gate.Decision]:
        """Drafts, and settles each sentence. The gate's last word is asked for while the model writes its first
        sentence: the engine answers both at once, and nothing is presented before."""
        prompt = self._prompt(found)
        decision: gate.Decision | None = None
        for drafted in self._draft(prompt, clock, cancel):
            if isinstance(drafted, TokenEvent):
                yield drafted
                continue
            if decision is None:
                decision = self._decide(found, self._judge(prompt, cancel))
                if not decision.answerable:
                    return decision
            yield from self._settle(drafted, draft, clock, cancel)
        decision = decision or self._decide(found, None)
        if decision.answerable and self.options.complete and not (draft.denied and not draft.sentences):
            yield from self._complete(found, draft)
        return decision

    def _complete(self, found: _Found, draft: Draft) -> Iterator[SentenceEvent]:
        """Quotes what the draft left out."""
        if found.whole:
            quotations = of_whole(draft.text, found.chosen)
        else:
            embed = partial(self.index.embedder.embed, kind="query")
            quotations = missing(
                found.asked.searches[0], draft.text, found.sources, tuple(draft.cited), tuple(draft.rejected), embed
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
            for piece in stream:
                clock.mark("first_token")
                yield TokenEvent(piece, written)
                for sentence in segmenter.feed(piece):
                    written += 1
                    yield sentence
        finally:
            if isinstance(stream, Generator):
                stream.close()
        yield from segmenter.finish()

    def _settle(self, sentence: str, draft: Draft, clock: _Clock, cancel: Cancel | None) -> Iterator[SentenceEvent]:
        kept = draft.add(sentence, cancel=cancel)
        if kept:
            clock.mark("first_sentence")
            yield SentenceEvent(*kept)


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


def _evidence(hit: Hit) -> Evidence:
    passage = hit.passage
    return Evidence(
        passage_id=passage.id,
        document_id=passage.document_id,
        document_title=hit.document_title,
        heading=passage.heading,
        page=passage.page,
        text=sources.shown(passage),
        score=round(hit.score, 4),
        year=hit.year,
    )


def _outcome(draft: Draft, decision: gate.Decision) -> tuple[Status, str | None]:
    if any(sentence.verdict is Verdict.SUPPORTED for sentence in draft.sentences):
        return Status.ANSWERED, None
    if draft.sentences:
        return Status.PARTLY_ANSWERED, "No sentence of the answer is fully supported by the reports."
    if decision.answerable:
        return Status.NOT_IN_REPORTS, "The reports do not answer this. The nearest passages are shown."
    return decision.status, decision.reason


def _notices(asked: Standalone) -> tuple[str, ...]:
    if not asked.dropped:
        return ()
    return (f"The oldest {asked.dropped} turns of this conversation were left out.",)
