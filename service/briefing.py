"""A report in a few of its own sentences: the ones that stand for it as a whole, at most one from each of its sections.

They are chosen as for a question about a whole report, from more of its passages. A brief is quoted, never written: it needs no
language model, is there as soon as the report is, and goes with it.
"""

import re

from index.types import DocumentInfo, Filters, Index
from service.answering import overview
from service.answering.sources import Source, gather, is_title

PASSAGES = 30
"""Looked at, in a report that has more."""
SENTENCES = 6
_SHORTEST, _LONGEST = 8, 45
"""Words of a sentence that says something by itself."""
_LEANS = re.compile(
    r"(?:it|its|they|their|this|that|these|those|he|she|such|here|there|however|but|and|or|so|also|then|yet|thus|hence|instead|"
    r"therefore|moreover|furthermore|additionally|similarly|likewise|for example|for instance|in addition|as a result|both)\b",
    re.IGNORECASE,
)
"""How sentences begin that need the one before them."""


def brief(index: Index, report: DocumentInfo) -> list[Source]:
    """In reading order; none of a report that was superseded, or has no such sentence."""
    scope = Filters(document_ids=frozenset({report.id}))
    hits = overview.find(index, report.title, [scope], limit=PASSAGES)
    meaning = index.embedder.embed([report.title], kind="query")[0]
    found = gather(frozenset(), meaning, hits, index.embedder)
    return overview.best([source for source in found if _stands_alone(source)], most=SENTENCES)


def _stands_alone(source: Source) -> bool:
    fits = _SHORTEST <= source.words <= _LONGEST
    return fits and not _LEANS.match(source.sentence.readable) and not is_title(source.hit.passage)
