"""Lists are quoted whole: one item of what was asked for is not an answer.

A list item reads after its lead ("Do not use assistants to: generate keys"), so neighbours with the same lead are one list.
"""

import itertools
import re
from collections.abc import Iterable, Sequence

from service.answering.sources import Source

MOST_WORDS = 60
"""Words of a quoted list; of a longer one as many items around the one that was found. A citation holds as many."""
_ROW = re.compile(r";\s[^;:]{1,60}:\s")
"""A table row names its columns."""
_END = " ;,."


def around(source: Source, sources: Sequence[Source]) -> tuple[Source, ...]:
    """The items of the list that a source belongs to or introduces, in order; the source alone where there is no list."""
    place = {other.ordinal: other for other in sources if other.hit.passage.id == source.hit.passage.id}
    first = source
    if source.sentence.readable.endswith(":") and source.ordinal + 1 in place:
        first = place[source.ordinal + 1]
    lead = _lead(first)
    if not lead or (first is not source and f"{lead}:" != source.sentence.readable):
        return (source,)
    run, words = [first], first.words
    for steps in (itertools.count(first.ordinal + 1), itertools.count(first.ordinal - 1, -1)):
        for ordinal in steps:
            other = place.get(ordinal)
            if other is None or _lead(other) != lead or words + len(_item(other).split()) > MOST_WORDS:
                break
            run.append(other)
            words += len(_item(other).split())
    return tuple(sorted(run, key=lambda item: item.ordinal))


def of_one_list(one: Source, other: Source) -> bool:
    """Whether two sentences of a passage have the same lead."""
    return bool(_lead(one)) and _lead(one) == _lead(other)


def told(sources: Iterable[Source]) -> str:
    """Their readable text, the lead of a list only once."""
    texts: list[str] = []
    for lead, group in itertools.groupby(sources, key=_lead):
        run = list(group)
        if lead and len(run) > 1:
            texts.append(f"{lead}: " + "; ".join(_item(item).rstrip(_END) for item in run))
        else:
            texts += [source.sentence.readable.strip() for source in run]
    return " ".join(texts)


def bare(sources: Iterable[Source]) -> str:
    """The same without leads: what the items themselves say."""
    return " ".join(_item(source) if _lead(source) else source.sentence.readable for source in sources)


def _lead(source: Source) -> str:
    lead, _, item = source.sentence.readable.partition(": ")
    return lead if item.strip() and not _ROW.search(item) else ""


def _item(source: Source) -> str:
    return source.sentence.readable.partition(": ")[2].strip()
