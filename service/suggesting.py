"""Questions to begin with, which the reports can answer.

They are made of the reports' own headings. A heading is suggested only where a search for its question, over all that
is asked, finds its section first of all: what is suggested is what will be found. That takes dozens of searches, so
what was found is kept for as long as the reports stay as they are.
"""

import re
import threading
from collections.abc import Iterator, Sequence
from itertools import islice, zip_longest

from index.types import DocumentInfo, Filters, Index
from ingest.types import Passage

READ = 6
"""Reports whose headings are looked at, the latest years first."""
TRIED = 6
"""Headings that are searched for in each of them, at most."""
LEAST_SENTENCES = 2
KEPT = 64
"""Lists that are kept, each of another restriction or length."""
_TOPIC = re.compile(r"[^\W\d_][^\W\d_ -]{0,20}(?:[ -][^\W\d_]{2,20}){1,3}")
"""Two to four words: what can stand in a question."""
_STRUCTURE = re.compile(
    r"(?:introduction|background|summary|executive|contents|conclusions?|foreword|annex|appendix|glossary|references|"
    r"contacts?|about|overview|purpose|sources?|notes?|licen[cs]e|next steps|an?|the|what|how|why|where|when|who|which|"
    r"is|are|do|does|use|make|our|your|this|these|in|on|for|to)\b",
    re.IGNORECASE,
)
"""Headings of a report's structure, and such as begin like a sentence, are no subject."""
_PLAIN_WORD = re.compile(r"[A-Z][a-z]+\b")


class Suggester:
    """Safe to use from many threads; the first one searches, the others wait for what it finds."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._lock = threading.Lock()
        self._reports: list[DocumentInfo] = []
        self._kept: dict[tuple[Filters, int], tuple[str, ...]] = {}

    def questions(self, filters: Filters, limit: int) -> tuple[str, ...]:
        """At most `limit`, from several reports in turn."""
        with self._lock:
            reports = self._index.documents()
            if reports != self._reports or len(self._kept) >= KEPT:
                self._reports, self._kept = reports, {}
            wanted = (filters, limit)
            if wanted not in self._kept:
                self._kept[wanted] = _suggest(self._index, reports, filters, limit)
            return self._kept[wanted]


def _suggest(index: Index, reports: Sequence[DocumentInfo], filters: Filters, limit: int) -> tuple[str, ...]:
    each = [_questions(index, report, filters) for report in _asked(reports, filters)]
    in_turn = (question for turn in zip_longest(*each) for question in turn if question)
    return tuple(islice(dict.fromkeys(in_turn), limit))


def _asked(reports: Sequence[DocumentInfo], filters: Filters) -> list[DocumentInfo]:
    asked = [
        report
        for report in reports
        if report.state == "ready"
        and (filters.document_ids is None or report.id in filters.document_ids)
        and (filters.years is None or report.year in filters.years)
    ]
    return sorted(asked, key=lambda report: -(report.year or 0))[:READ]


def _questions(index: Index, report: DocumentInfo, filters: Filters) -> Iterator[str]:
    sections = _sections(index.passages(report.id))
    topics = [heading for heading in sections if is_topic(heading) and sections[heading] >= LEAST_SENTENCES]
    for topic in topics[:TRIED]:
        question = f"What do the reports say about {within_sentence(topic)}?"
        hits = index.search(question, limit=1, filters=filters)
        if hits and hits[0].passage.document_id == report.id and topic in hits[0].passage.headings:
            yield question


def _sections(passages: Sequence[Passage]) -> dict[str, int]:
    """How many sentences stand directly under each heading."""
    sections: dict[str, int] = {}
    for passage in passages:
        for heading in passage.headings[-1:]:
            sections[heading] = sections.get(heading, 0) + len(passage.sentences)
    return sections


def is_topic(heading: str) -> bool:
    return bool(_TOPIC.fullmatch(heading)) and not _STRUCTURE.match(heading)


def within_sentence(heading: str) -> str:
    """A heading inside a sentence. Abbreviations stay, and so do headings with other capitals: they may be names."""
    first = _PLAIN_WORD.match(heading)
    return heading[0].lower() + heading[1:] if first and heading[1:] == heading[1:].lower() else heading
