"""Which reports a question is about: those it names by title, and those of the years it compares.

A question that sets two reports or years side by side needs passages of each, however much better one of them matches.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from index.types import DocumentInfo, Filters, Hit
from service.answering.words import stems

_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_LOOSE = frozenset(stems("uk us digest annex draft version edition"))
"""Words of a title, beside years, that people leave out when they name a report."""
_GENERIC = frozenset(
    stems("report reports summary public sector government digital strategy action plan case study guidance")
)
"""Words that many titles share: a title of these alone names no report."""


def scopes(question: str, documents: Sequence[DocumentInfo], filters: Filters) -> list[Filters]:
    """The filters to search with, each equally important: one as given, or one for each side of a comparison."""
    ready = [document for document in documents if document.state == "ready" and _allowed(document, filters)]
    sides = [replace(filters, document_ids=frozenset({document.id})) for document in named(question, ready)]
    if len(sides) > 1:
        return sides
    of_reports = {document.year for document in ready if document.year is not None}
    years = [year for year in dict.fromkeys(int(text) for text in _YEAR.findall(question)) if year in of_reports]
    if len(years) > 1:
        return [replace(filters, years=frozenset({year})) for year in years]
    return sides or [filters]


def within(hit: Hit, scope: Filters) -> bool:
    return (scope.document_ids is None or hit.passage.document_id in scope.document_ids) and (
        scope.years is None or hit.year in scope.years
    )


def named(question: str, documents: Sequence[DocumentInfo]) -> list[DocumentInfo]:
    """Reports of whose title the question has every telling word; of several that fit, those that fit most closely."""
    asked = set(stems(question))
    found: list[tuple[int, DocumentInfo]] = []
    for document in documents:
        title = _telling(document.title)
        years = {word for word in stems(document.title) if _YEAR.fullmatch(word)}
        fits = title <= asked and not (years and _years(question) and not years & _years(question))
        if len(title) >= 2 and title - _GENERIC and fits:
            found.append((len(title) + len(years & asked), document))
    return [document for size, document in found if not _part_of_another(size, document, found)]


def _years(text: str) -> set[str]:
    return set(_YEAR.findall(text))


def _telling(title: str) -> set[str]:
    """The words of a title that somebody uses to name the report."""
    return {word for word in stems(title) if not _YEAR.fullmatch(word)} - _LOOSE


def _part_of_another(size: int, document: DocumentInfo, found: Sequence[tuple[int, DocumentInfo]]) -> bool:
    """Whether another report is named too whose title has all of this one's words and more, or whose year is named."""
    title = _telling(document.title)
    return any(other_size > size and title <= _telling(other.title) for other_size, other in found)


def _allowed(document: DocumentInfo, filters: Filters) -> bool:
    return (filters.document_ids is None or document.id in filters.document_ids) and (
        filters.years is None or document.year in filters.years
    )
