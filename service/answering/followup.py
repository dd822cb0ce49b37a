"""A follow-up becomes a question that stands alone, at no cost: searched with what it refers to.

"And for councils?" means little to a search; together with the question before it, it finds what is meant. Whether
a question leans on the conversation is read off its words.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from service.answering.words import asked, stems, words
from service.llm.types import Turn

MOST_TURNS = 6
"""Earlier turns (three questions with their answers) that are considered."""

_OPENING = re.compile(
    r"^\s*(?:and|but|so|or|also|then|what about|how about|what else|ok|okay|no,|yes,|sure|right)\b", re.I
)
_REFERENCE = re.compile(
    r"\b(?:it|its|they|them|their|theirs|this|that|these|those|he|she|there|such|same|one|ones|each|both|either|"
    r"former|latter|above|else|instead|again|more)\b",
    re.I,
)
_SWITCH = re.compile(
    r"\b(?:different (?:matter|topic|subject|question)|another (?:matter|topic|subject)|new topic|changing (?:the )?subject|separately|something else)\b",
    re.I,
)
_CORRECTION = re.compile(r"^\s*(?:no\b|not\b|i mean|i meant|sorry|actually|rather)", re.I)


@dataclass(frozen=True, slots=True)
class Standalone:
    question: str
    """As shown to the person: the question, with what it is about where it leans on the conversation."""
    searches: tuple[str, ...]
    """What to search with, best first."""
    subject: str
    """What its content words are read off: the bare question, since a follow-up repeats what it asks, not what it is about."""
    context: str
    """What the model is told about the conversation, or nothing."""
    dropped: int
    """Earlier turns that were not considered."""
    answered: frozenset[str] = frozenset()
    """Stems of the answer that the question leans on."""


def standalone(question: str, history: Sequence[Turn]) -> Standalone:
    recent = list(history)[-MOST_TURNS:]
    dropped = len(history) - len(recent)
    asked_before = [turn.content for turn in recent if turn.role == "user"]
    if not asked_before or not leans(question):
        return Standalone(question, (question,), question, "", dropped)
    previous = _root(asked_before)
    answer = next((turn.content for turn in reversed(recent) if turn.role == "assistant"), "")
    first = _first_sentences(answer)
    return Standalone(
        question=f"{question.rstrip()} (following “{previous.strip()}”)",
        searches=(f"{previous} {question}", f"{first} {question}" if first else question, question),
        subject=question,
        context=f"Earlier question: {previous}\n" + (f"Earlier answer: {first}\n" if first else ""),
        dropped=dropped,
        answered=frozenset(stems(answer)),
    )


def leans(question: str) -> bool:
    """Whether the question needs the conversation to be understood."""
    if _SWITCH.search(question):
        return False
    topical = len(asked(question))
    return bool(
        _OPENING.search(question)
        or _CORRECTION.search(question)
        or topical <= 2
        or (_REFERENCE.search(question) and topical <= 7 and len(words(question)) <= 20)
    )


def _root(questions: Sequence[str]) -> str:
    """The last question, with the one before it as long as it leans itself (at most two steps back)."""
    joined = questions[-1]
    for earlier in reversed(questions[:-1][-2:]):
        if not leans(joined):
            break
        joined = f"{earlier.rstrip()} {joined}"
    return joined


def _first_sentences(answer: str, most_words: int = 50) -> str:
    text = re.sub(r"\s*\[\d+\]", "", answer).strip()
    return " ".join(text.split()[:most_words])
