"""What rules a drafted sentence out before anything is verified: what it is, and how it uses the question's words.

The signals of verification compare a sentence with its source. Words of the question count as known there, so what a draft does
with them is looked at here.
"""

import re
from dataclasses import dataclass

from service.answering.align import Alignment
from service.answering.difference import MOST_NOVEL, difference
from service.answering.expects import asks_yes_or_no
from service.answering.names import missing_names, names
from service.answering.numbers import missing_numbers, numbers
from service.answering.types import Verdict
from service.answering.verify import Check
from service.answering.words import asked, stems

NEAR_ENOUGH = 0.5
"""Share of a withheld sentence's content words that its source must have to be quoted in its place."""
_LIST = re.compile(r",[^,]+,?\s+(?:and|or)\s")
_LEAST_TAKEN = 3
"""Content words of the question that a list has and its sources lack, if it is made up."""
_FOREIGN = re.compile(r"https?://|www\.|!\[|\]\(|<[a-z/!]|javascript:|data:[a-z]+/", re.I)
_NO_ANSWER = re.compile(
    r"^\W*not\s+stated\b|"
    r"\b(?:passages?|reports?|texts?|documents?|excerpts?|information|context)\b[^.]{0,60}\b(?:do(?:es)?\s+not|don['’]t|doesn['’]t|"
    r"did\s+not|no|not|never|nothing)\b[^.]{0,40}\b(?:mention|state|provide|specif|contain|say|give|list|include|available|discuss|"
    r"address|detail|answer|information)",
    re.I,
)
_NOTHING_FOUND = re.compile(
    r"there\s+(?:is|are)\s+no\s+(?:(?:specific|direct|explicit|clear|further)\s+)?(?:information|mention|details?|answers?)\b"
    r"\s*(?:about|of|on|in|regarding|that|to|provided|given|available|\.)",
    re.I,
)
_ADVISES = re.compile(r"\byou\s+(?:should|must|need\s+to|ought\s+to|have\s+to|will\s+need|can|could)\b", re.I)
_DIRECTS = re.compile(
    r"\b(?:you|your|should|must|shall|needs?|needed|ought|ha(?:s|ve)\s+to|ensure|require[sd]?|recommend\w*|advis\w+|encourag\w+|"
    r"important|essential|necessary|vital|critical|priorit\w+|do\s+not)\b",
    re.I,
)
"""What a report says of what is, is no advice to the reader, unless it tells what should be."""
ANSWERS_NO = re.compile(r"\s*(?:no|yes)\b", re.I)
"""A yes or no to a question about what a report says is an answer, not a lack of one."""


@dataclass(frozen=True, slots=True)
class Drafted:
    """A sentence of the model, with what it rests on."""

    text: str
    question: str
    alignment: Alignment
    context: str
    """Where else a name or date of it may come from."""

    @property
    def cited(self) -> tuple[str, ...]:
        return tuple(source.sentence.readable for source in self.alignment.sources)

    @property
    def stated(self) -> str:
        return "\n".join([self.context, *self.cited])


def _ruled_out(reason: str) -> Check:
    return Check(Verdict.UNSUPPORTED, 0.0, reason)


JOINED = _ruled_out("The cited texts name these things, but none says that they are what is asked for.")
DENIED = _ruled_out("It says what the passages lack, which no passage can support.")


def ruled_out(drafted: Drafted, least_relevant: float | None) -> Check | None:
    """What needs no verification to be withheld. A sentence that only copies sources below the relevance `least_relevant` answers
    something else."""
    text, question, sources = drafted.text, drafted.question, drafted.alignment.sources
    if _FOREIGN.search(text):
        return _ruled_out("An answer may not carry links or markup.")
    if (_NO_ANSWER.search(text) or _NOTHING_FOUND.match(text)) and not ANSWERS_NO.match(text):
        return DENIED
    if not (ANSWERS_NO.match(text) or asks_yes_or_no(question)) and echoes(text, question):
        return _ruled_out("It only repeats the question.")
    if not sources:
        return _ruled_out("No passage is close to it.")
    if _joins(drafted):
        return JOINED
    if _ADVISES.search(text) and not any(map(_DIRECTS.search, drafted.cited)):
        return _ruled_out("The cited text gives no such advice.")
    if unnamed := _unnamed(drafted):
        return _ruled_out(f"The cited text does not name {unnamed}.")
    is_far = least_relevant is not None and max(source.relevance for source in sources) < least_relevant
    return _unlike(drafted, is_far)


def is_made_up(drafted: Drafted, check: Check) -> bool:
    """Whether a sentence that is withheld tells of what is asked for what its source tells of something else."""
    return check is JOINED or _transfers(drafted)


def echoes(text: str, question: str) -> bool:
    """Whether a sentence has nothing but words of the question: of these, too, each has to stand in the report then."""
    return bool(question) and set(stems(text)) <= set(stems(question))


def _unlike(drafted: Drafted, is_far: bool) -> Check | None:
    bare = ANSWERS_NO.sub("", drafted.text)
    known = drafted.context if echoes(bare, drafted.question) else f"{drafted.context}\n{drafted.question}"
    unlike = difference(bare, drafted.cited, known)
    if len(unlike.novel) > MOST_NOVEL * max(1, unlike.content):
        return _ruled_out(f"The cited text does not speak of {unlike.novel[0]}.")
    return _ruled_out("It answers something else.") if is_far and not unlike.novel else None


def _unnamed(drafted: Drafted) -> str:
    """A name of the question with which the sentence begins although its source is about somebody else. Inside a sentence names
    are told by their capitals, and the verifier looks for them."""
    begun = next((name for name in names(drafted.question) if drafted.text.startswith(name)), "")
    return begun if begun and missing_names(f"It is {begun}", drafted.stated) else ""


def _joins(drafted: Drafted) -> bool:
    """Whether it is a list of things from several passages under words of the question that none of them has."""
    passages = {source.hit.passage.id for source in drafted.alignment.sources}
    if not _LIST.search(drafted.text) or len(passages) == 1:
        return False
    taken = asked(drafted.question) & set(stems(drafted.text))
    return len(taken - set(stems(drafted.stated))) >= max(_LEAST_TAKEN, len(taken) / 2)


def _transfers(drafted: Drafted) -> bool:
    """Whether it says of a figure or year of the question what its source says of another."""
    asked_for = {number.value for number in numbers(drafted.question)}
    foreign = any(number.value in asked_for for number in missing_numbers(drafted.text, drafted.stated))
    return foreign and drafted.alignment.coverage >= NEAR_ENOUGH
