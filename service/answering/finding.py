"""What is found for a question: the passages, their sentences by relevance, and those of them that the model reads."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.types import Filters, Hit, Index
from service.answering import overview, sources
from service.answering.announcements import asks_what_is_told, is_announcement, names_the_report
from service.answering.completing import parts
from service.answering.followup import Standalone, standalone
from service.answering.options import Options
from service.answering.scope import scopes, within
from service.answering.search import in_turn, search_each
from service.answering.sources import Source
from service.answering.types import Evidence, Question
from service.answering.words import asked as content_words
from service.answering.words import stem, stems

MANY = 10
"""Reports in scope from which a filter is a filter and not a list of what the question names."""
EVIDENCE = 5
"""Passages shown."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a search brought for one question."""

    asked: Standalone
    whole: bool
    """The question is about a whole report."""
    hits: list[Hit]
    sources: list[Source]
    chosen: list[Source]
    """The sentences that the model reads."""
    evidence: tuple[Evidence, ...]

    @property
    def told(self) -> list[Source]:
        """The sources that say something."""
        captions = {source.key for source in self.captions}
        return [source for source in self.sources if source.key not in captions] or self.sources

    @property
    def captions(self) -> list[Source]:
        """Those that only name the report, unless that may be what is asked for."""
        if asks_what_is_told(self.asked.question):
            return []
        return [s for s in self.sources if names_the_report(s.sentence.readable, s.hit.document_title)]


class Finder:
    def __init__(self, index: Index, options: Options) -> None:
        self.index = index
        self.options = options

    def find(self, text: str, question: Question) -> Found:
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
        gathered = _told(sources.gather(wanted, vector, hits, self.index.embedder), asked.question)
        chosen = overview.best(gathered) if whole else self._best(gathered, sides)
        return Found(asked, whole, hits, gathered, chosen, tuple(_evidence(hit) for hit in hits[:EVIDENCE]))

    def _meaning(self, asked: Standalone, titles: frozenset[str]) -> NDArray[np.float32]:
        """Unit vector of the question: the mean of its wordings, and of what it asks once a report's title is taken out."""
        bare = " ".join(word for word in asked.subject.split() if stem(word.strip(".,?!’'\"").lower()) not in titles)
        wordings = [*asked.searches, *([bare] if titles and content_words(bare) else [])]
        together = [*wordings, *parts(asked.searches[0])]  # at once, which takes less: the parts are searched for next
        rows = self.index.embedder.embed(together, kind="query")[: len(wordings)]
        mean = np.asarray(rows.mean(axis=0), dtype=np.float32)
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
        """The best sentences; of each side of a comparison its share, of half as many more for each further side."""
        share = max(1, len(sides))
        words = self.options.evidence_words * (share + 1) // (2 * share)
        most = math.ceil(self.options.evidence_sentences * (share + 1) / (2 * share))
        per_side = [[source for source in gathered if share == 1 or within(source.hit, side)] for side in sides]
        return [source for side in per_side for source in sources.best(side, words=words, most=most)]


def _told(gathered: list[Source], question: str) -> list[Source]:
    """The sources without what only announces, where something is left."""
    if asks_what_is_told(question):
        return gathered
    return [source for source in gathered if not is_announcement(source.sentence.readable)] or gathered


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
