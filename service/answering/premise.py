"""What a question takes for granted: "Since postage costs most, …" and "Why was the fund abolished?" state something."""

import re
from collections.abc import Sequence

from service.answering.align import align
from service.answering.difference import MOST_NOVEL, difference
from service.answering.sources import Source
from service.answering.types import Verdict
from service.answering.verify import Claim, Verifier
from service.answering.words import stems

_LEAST = 4
"""Words of a statement; fewer only name an occasion, as in "After the cuts, …"."""
_CLAUSE = re.compile(
    r"^\W*(?:since|given that|given|now that|because|seeing that|considering that|as|after|once)\s+(?P<premise>[^,?]+),",
    re.I,
)
_WHY = re.compile(
    r"\bwhy\s+(?:did|does|do|has|have|had|is|are|was|were|will|would)(?:n['’]t)?\s+(?P<premise>[^?]+)", re.I
)


def premise(question: str) -> str | None:
    """The part of a question that is a statement, as far as its form shows one."""
    found = _CLAUSE.search(question) or _WHY.search(question)
    return found["premise"].strip() if found else None


def granted(question: str) -> str | None:
    """What a question says before it asks: "Given that …, how should I …?"."""
    found = _CLAUSE.search(question)
    return found["premise"].strip() if found and len(found["premise"].split()) >= _LEAST else None


def without_premise(sentence: str, question: str) -> str:
    """A drafted sentence without the clause that grants what the question does, whose words are the question's alone: what
    it says has to stand by itself."""
    found = _CLAUSE.match(sentence)
    rest = sentence[found.end() :].strip() if found else ""
    if not found or not rest or not set(stems(found["premise"])) <= set(stems(question)):
        return sentence
    return rest[:1].upper() + rest[1:]


def is_stated(statement: str, sources: Sequence[Source], verifier: Verifier) -> bool:
    """Whether the sources support the statement at least in part. `verifier` should have no model: this decides only in
    which words a question is refused."""
    vector = verifier.embedder.embed([statement], kind="passage")[0]
    alignment = align(statement, vector, sources)
    cited = tuple(source.sentence.readable for source in alignment.sources)
    unlike = difference(statement, cited)
    if not cited or len(unlike.novel) > MOST_NOVEL * max(1, unlike.content):
        return False
    return verifier.check_all([Claim(statement, cited)])[0].verdict is not Verdict.UNSUPPORTED
