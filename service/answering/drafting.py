"""Drafted sentences become checked ones: aligned with their sources, verified, cited or withheld."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from index.types import Embedder, Hit
from service.answering.align import Alignment, align
from service.answering.cite import Citations, mark, unmarked
from service.answering.completing import Quotation
from service.answering.names import missing_names
from service.answering.numbers import missing_numbers
from service.answering.premise import without_premise
from service.answering.ruling import ANSWERS_NO, DENIED, NEAR_ENOUGH, Drafted, echoes, is_made_up, ruled_out
from service.answering.sources import Source
from service.answering.types import AnswerSentence, Citation, Verdict, Withheld
from service.answering.verify import Check, Claim, Verifier
from service.answering.words import stems
from service.llm.types import Cancel

MOST_ANSWER_WORDS = 120
_COPY = 0.9
"""Share of a sentence's content words in its sources from which on it only repeats them."""
_SAID_BEFORE = 0.8
"""Share of a sentence's content words in an earlier answer from which on it says that again."""
_LEAST_REST = 5
"""Words after a colon that are a sentence by themselves."""
_OF_PASSAGES = re.compile(
    r"(?:according\s+to|based\s+on|as\s+stated\s+in|in)\s+the\s+(?:provided\s+|given\s+)?(?:passages?|texts?|excerpts?)(?:\s+provided)?,\s+|"
    r"the\s+(?:provided\s+|given\s+)?(?:passages?|texts?|excerpts?)\s+(?:states?|says?|mentions?|indicates?)\s+that\s+",
    re.I,
)
"""What the reader does not see is not spoken of."""


@dataclass(slots=True)
class Draft:
    """The answer as it grows. Sentences are only ever added."""

    embedder: Embedder
    verifier: Verifier
    sources: Sequence[Source]
    question: str = ""
    """Its words are not news in an answer."""
    most_words: int = MOST_ANSWER_WORDS
    least_relevant: float | None = None
    """Relevance below which a source that is only copied answers something else; None where anything may be told."""
    first_rate: float | None = None
    """Relevance from which on a source that is only copied is told at once; below, it waits for a better one."""
    captions: Sequence[Source] = ()
    """What only says which report it is: no evidence, but a sentence may name it."""
    earlier: frozenset[str] = frozenset()
    """Stems of what the conversation has answered already: to say it again waits too."""
    citations: Citations = field(default_factory=Citations)
    sentences: list[AnswerSentence] = field(default_factory=list)
    withheld: list[Withheld] = field(default_factory=list)
    cited: list[Source] = field(default_factory=list)
    """Sources of the sentences so far, in order of use."""
    waiting: list[tuple[str, Sequence[Source], Check]] = field(default_factory=list)
    """Supported sentences that are told only where nothing better is."""
    rejected: list[Source] = field(default_factory=list)
    """What withheld sentences came from, where most of their words stand there: the report itself may say it instead."""
    denied: bool = False
    """The model itself said that the passages do not answer."""
    is_made_up: bool = False
    """What the question asks for was made up from passages that do not speak of it."""

    @property
    def text(self) -> str:
        return " ".join(sentence.text for sentence in self.sentences)

    @property
    def words(self) -> int:
        return len(self.text.split())

    def add(self, text: str, *, cancel: Cancel | None = None) -> tuple[AnswerSentence, tuple[Citation, ...]] | None:
        """The checked sentence and its new citations, or None where it is withheld or says nothing new."""
        text = without_premise(_plain(text), self.question)
        if self.sentences and self._repeats(text):
            return None
        alignment = align(text, self.embedder.embed([text], kind="passage")[0], self.sources)
        drafted = Drafted(text, self.question, alignment, self._context(alignment.sources))
        check = ruled_out(drafted, self.least_relevant) or self._check(drafted, cancel)
        if check.verdict is Verdict.UNSUPPORTED:
            rest = _after_echo(text, self.question)
            if rest:
                return self.add(rest, cancel=cancel)
            self.denied = self.denied or check is DENIED
            self.is_made_up = self.is_made_up or is_made_up(drafted, check)
            near = bool(check.support) and alignment.coverage >= NEAR_ENOUGH
            self._withhold(
                text, check.reason or "The passages do not support it.", alignment.sources[:1] if near else ()
            )
            return None
        if self._is_second_rate(text, alignment):
            self.waiting.append((text, alignment.sources, check))
            return None
        return self.keep(text, alignment.sources, check)

    def settle(self) -> Iterator[tuple[AnswerSentence, tuple[Citation, ...]]]:
        """What waited for something better, at the end: told where nothing better came, and withheld otherwise."""
        is_best = not self.sentences
        for text, sources, check in self.waiting:
            if not is_best:
                self._withhold(text, "Another sentence answers the question better.")
            elif kept := self.keep(text, sources, check):
                yield kept
        self.waiting.clear()

    def _is_second_rate(self, text: str, alignment: Alignment) -> bool:
        if ANSWERS_NO.match(text):
            return False
        said = set(stems(text))
        if self.earlier and len(said & self.earlier) >= _SAID_BEFORE * len(said):
            return True
        is_copy = alignment.coverage >= _COPY
        relevance = max(source.relevance for source in alignment.sources)
        return is_copy and self.first_rate is not None and relevance < self.first_rate

    def keep(
        self, text: str, sources: Sequence[Source], check: Check
    ) -> tuple[AnswerSentence, tuple[Citation, ...]] | None:
        """Adds a sentence that was checked, if there is room for it."""
        if self.sentences and self.words + len(text.split()) > self.most_words:
            return None
        used, new = self.citations.cite(sources)
        self.cited.extend(source for source in sources if source.key not in {known.key for known in self.cited})
        marked = mark(text, used)
        start = len(self.text) + (1 if self.sentences else 0)
        sentence = AnswerSentence(
            text=marked,
            start=start,
            end=start + len(marked),
            verdict=check.verdict,
            reason=check.reason,
            support=round(check.support, 3),
            citations=tuple(citation.number for citation in used),
        )
        self.sentences.append(sentence)
        return sentence, tuple(new)

    def invents(self, text: str) -> bool:
        """Whether a sentence has a figure or a name that stands nowhere near the question."""
        found = [*self.sources, *self.captions]
        hits = {source.hit.passage.id: source.hit for source in found}.values()
        places = [f"{hit.document_title} {hit.year or ''} {hit.passage.heading}" for hit in hits]
        anywhere = "\n".join([*places, *(source.sentence.readable for source in found)])
        return bool(missing_numbers(text, anywhere) or missing_names(text, anywhere))

    def withdraw(self, reason: str) -> None:
        """Takes all sentences back before any was presented."""
        self.withheld.extend(
            Withheld(unmarked(sentence.text), Verdict.UNSUPPORTED, reason) for sentence in self.sentences
        )
        self.sentences.clear()
        self.cited.clear()
        self.citations = Citations()

    def quote(self, quotation: Quotation) -> tuple[AnswerSentence, tuple[Citation, ...]] | None:
        """Adds a sentence of the report itself, which needs no verification."""
        return self.keep(quotation.text, quotation.sources, Check(Verdict.SUPPORTED, 1.0, None))

    def _check(self, drafted: Drafted, cancel: Cancel | None) -> Check:
        return self.verifier.check_all([Claim(drafted.text, drafted.cited, drafted.context)], cancel=cancel)[0]

    def _context(self, sources: Sequence[Source]) -> str:
        """Where else a name or date of a sentence may come from: title, year, captions and heading of the cited passages."""
        hits = {source.hit.passage.id: source.hit for source in sources}.values()
        places = [(hit.document_title, str(hit.year or ""), hit.passage.heading, *self._captions(hit)) for hit in hits]
        return "; ".join(dict.fromkeys(part for place in places for part in place if part))

    def _captions(self, hit: Hit) -> list[str]:
        document = hit.passage.document_id
        return [c.sentence.readable for c in self.captions if c.hit.passage.document_id == document]

    def _repeats(self, text: str) -> bool:
        mine = set(stems(text))
        return not mine or any(mine <= set(stems(sentence.text)) for sentence in self.sentences)

    def _withhold(self, text: str, reason: str, nearest: Sequence[Source] = ()) -> None:
        self.rejected.extend(nearest)
        self.withheld.append(Withheld(text, Verdict.UNSUPPORTED, reason))


def _plain(text: str) -> str:
    """The sentence, begun as one, without its "According to the passages": the reader asked the reports, and sees where it stands."""
    introduced = _OF_PASSAGES.match(text)
    rest = text[introduced.end() :] if introduced else text
    return rest if rest[1:2].isupper() else rest[:1].upper() + rest[1:]


def _after_echo(text: str, question: str) -> str:
    """What stands after the colon of a sentence that begins with the question's own words: "Two lessons are: …"."""
    lead, _, rest = text.partition(": ")
    if len(rest.split()) < _LEAST_REST or not rest[0].isalpha() or '"' in text or not echoes(lead, question):
        return ""
    return rest[:1].upper() + rest[1:]
