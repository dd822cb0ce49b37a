"""Whether a question fits several things equally well, and what to ask back.

"What's the limit?" has an answer in every report that has a limit. Such a question points at something that it does not
name (`the limit`, `it`), in one or two telling words that several reports, or several sections of the only one, have.
"""

import re
from collections.abc import Sequence

from service.answering.sources import Source
from service.answering.words import asked, stem, stems

READINGS = 2
"""Questions that are asked back."""
_FEW = 2
"""Telling words up to which a question can be too short to tell what it means."""
_CLOSE = 0.8
"""Share of the best reading's likeness that the second must have: else the first is what is meant."""
_POINTS = re.compile(r"\b(?:the|it|its|they|them|their|this|that|these|those|we|our)\b", re.I)
_NAMES = re.compile(r"(?<!^)(?<![.?!]\s)\b[A-Z][\w-]*|\d")
"""A name, an acronym or a year after the first word says what is meant."""
_LOOSE = frozenset(
    map(
        stem,
        [
            "report",
            "say",
            "big",
            "long",
            "many",
            "much",
            "take",
            "need",
            "good",
            "use",
            "work",
            "make",
            "get",
            "give",
            "there",
        ],
    )
)


def readings(question: str, sources: Sequence[Source]) -> tuple[str, ...]:
    """Questions with one meaning each, best first; none where the question has one meaning, or none at all."""
    telling = asked(question) - _LOOSE
    if len(telling) > _FEW or not _POINTS.search(question) or _NAMES.search(question):
        return ()
    several = len({source.hit.passage.document_id for source in sources}) > 1
    nearest: dict[str, float] = {}
    for source in sources:
        place = source.hit.document_title if several else source.hit.passage.heading
        if place and telling <= set(stems(f"{source.sentence.readable} {source.hit.passage.heading}")):
            nearest[place] = max(nearest.get(place, 0.0), source.likeness)
    places = sorted(nearest, key=lambda place: -nearest[place])
    close = [place for place in places if nearest[place] >= _CLOSE * nearest[places[0]]]
    if len(close) < READINGS:
        return ()
    bare = question.rstrip(" ?!.")
    return tuple(f"{bare} in “{place}”?" for place in close[:READINGS])
