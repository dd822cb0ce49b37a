"""Questions about a whole report: "summarise it", "what are the main trends".

No passage resembles such a question, so similarity finds little. What represents a report is its sentences nearest to
what the report as a whole says, one from each of its sections.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from index.types import Filters, Hit, Index
from service.answering.search import in_turn
from service.answering.sources import Source
from service.answering.words import asked, stem

_OVERVIEW = re.compile(
    r"\b(?:summar(?:y|ies|i[sz]e)|overview|in a nutshell|gist|key (?:findings|messages|points|takeaways|themes)|"
    r"main (?:findings|messages|points|trends|themes|conclusions|ideas)|what is (?:it|this|the report) about|brief me|"
    r"tl;?dr|at a glance|headlines?)\b",
    re.I,
)
_WORDS = frozenset(
    stem(word)
    for word in [
        "summary",
        "summarise",
        "summarize",
        "overview",
        "nutshell",
        "gist",
        "key",
        "findings",
        "messages",
        "points",
        "takeaways",
        "themes",
        "main",
        "trends",
        "conclusions",
        "ideas",
        "about",
        "brief",
        "tldr",
        "glance",
        "headlines",
        "public",
        "sector",
        "digital",
        "technology",
        "report",
        "whole",
        "year",
        "short",
        "minutes",
    ]
)
_PROBE = "main trends, key findings, conclusions and priorities"
SENTENCES = 9


def is_overview(question: str) -> bool:
    """Whether it asks for a whole report rather than for what the report says on a subject."""
    return (
        bool(_OVERVIEW.search(question))
        and len(asked(question) - _WORDS - {w for w in asked(question) if w.isdigit()}) <= 2
    )


def find(index: Index, question: str, scopes: Sequence[Filters], *, limit: int) -> list[Hit]:
    """Passages that stand for the reports in scope, in turn from each scope."""
    per_scope = [index.search(f"{question} {_PROBE}", limit=limit * 2, filters=scope) for scope in scopes]
    if len(scopes) == 1 and per_scope[0]:
        # Several reports are in scope: the one that the question is nearest to, unless the question names a few.
        first = per_scope[0][0].passage.document_id
        alone = replace(scopes[0], document_ids=frozenset({first}))
        per_scope = [index.search(f"{per_scope[0][0].document_title} {_PROBE}", limit=limit * 2, filters=alone)]
    return in_turn(per_scope, limit)


def best(sources: Sequence[Source], *, most: int = SENTENCES) -> list[Source]:
    """The sentence nearest to its report's centre from each section, in reading order."""
    chosen: dict[tuple[str, str], tuple[float, Source]] = {}
    centres = _centres(sources)
    for source in sources:
        passage = source.hit.passage
        if not source.sentence.readable.rstrip().endswith((".", "!", "”", "’")):
            continue
        nearness = float(source.vector @ centres[passage.document_id])
        key = (passage.document_id, passage.heading)
        if key not in chosen or nearness > chosen[key][0]:
            chosen[key] = (nearness, source)
    nearest = sorted(chosen.values(), key=lambda item: -item[0])[:most]
    return sorted(
        (source for _, source in nearest), key=lambda s: (s.hit.passage.document_id, s.hit.passage.ordinal, s.ordinal)
    )


def _centres(sources: Sequence[Source]) -> dict[str, NDArray[np.float32]]:
    rows: dict[str, list[NDArray[np.float32]]] = {}
    for source in sources:
        rows.setdefault(source.hit.passage.document_id, []).append(source.vector)
    return {document: np.mean(np.stack(vectors), axis=0) for document, vectors in rows.items()}
