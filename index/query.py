"""What is really asked: a question's misspelt words repaired and its acronyms spelt out, from the reports' own words.

Only words that neither the reports nor the embedder's vocabulary know are repaired. The original words stay in the
lexical query, where a word that no report has does no harm.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

import Stemmer

from index import lexical

_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_TOKEN = re.compile(r"\w+")
_PARTS = re.compile(
    r"(?<=[?.!;])\s+|:\s+|,?\s+and\s+(?=(?:what|how|who|which|when|where|why|would|did|does|do|is|are|was|were|can|"
    r"could|should|by|for)\b)",
    re.IGNORECASE,
)
"""Where a question of several parts is cut: at the end of a sentence, at a colon, and before a second question."""

_SHORTEST = 4
"""Letters that a word must have to be repaired: shorter ones have too many neighbours."""
_LONG = 10
"""Letters from which a word may have two wrong ones."""


@dataclass(frozen=True, slots=True)
class Query:
    dense: str
    """The text that is embedded."""
    terms: tuple[str, ...]
    """The words that are searched for."""


class Vocabulary(Protocol):
    """The reports' own words and acronyms."""

    def documents_with(self, word: str) -> int:
        """How many reports have the word."""
        ...

    def words_like(self, word: str, limit: int) -> Iterable[tuple[str, int]]:
        """Words, with how many reports have them, that begin alike and differ in length by at most `limit`."""
        ...

    def expansion(self, acronym: str) -> str | None:
        """What most reports that introduce the acronym let it stand for."""
        ...


def understand(words: Vocabulary, question: str, knows: Callable[[str], bool]) -> list[Query]:
    """The whole question first, then its parts, if it has several. `knows` tells ordinary words from misspelt ones."""
    parts = [part for part in _PARTS.split(question) if len(lexical.terms(part)) > 1]
    texts = [question, *parts] if len(parts) > 1 else [question]
    return [_query(words, text, knows) for text in texts]


def _query(words: Vocabulary, text: str, knows: Callable[[str], bool]) -> Query:
    repaired = _WORD.sub(lambda match: _repaired(words, match.group(), knows), text)
    expansions = _expansions(words, repaired, knows)
    dense = " ".join((repaired, *(f"({expansion})" for expansion in expansions)))
    return Query(dense, tuple(dict.fromkeys((*lexical.terms(text), *lexical.terms(dense)))))


def distance(left: str, right: str, limit: int) -> int:
    """Edits between two words, neighbours exchanged being one (optimal string alignment); over `limit`: limit + 1."""
    if abs(len(left) - len(right)) > limit:
        return limit + 1
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, start=1):
        older, before, row = before, row, [i]
        for j, b in enumerate(right, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and left[i - 2] == b:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
        if min(row) > limit:
            return limit + 1
    return min(row[-1], limit + 1)


def _repaired(words: Vocabulary, word: str, knows: Callable[[str], bool]) -> str:
    plain = word.casefold()
    if len(plain) < _SHORTEST or word.isupper() or _is_ordinary(plain, knows) or words.documents_with(plain):
        return word
    return _nearest(words, plain) or word


def _is_ordinary(word: str, knows: Callable[[str], bool]) -> bool:
    """Known as it is or by its stem: vocabularies have `swap`, but not always `swapping`."""
    return knows(word) or knows(Stemmer.Stemmer("english").stemWord(word))


def _nearest(words: Vocabulary, word: str) -> str | None:
    """The nearest word of the reports that begins with the same letter; of equally near ones the most common."""
    limit = 1 if len(word) < _LONG else 2
    letters = set(word)
    near = [
        (edits, -documents, candidate)
        for candidate, documents in words.words_like(word, limit)
        if len(letters ^ set(candidate)) <= 2 * limit and (edits := distance(word, candidate, limit)) <= limit
    ]
    return min(near)[2] if near else None


def _expansions(words: Vocabulary, question: str, knows: Callable[[str], bool]) -> list[str]:
    """What the question's acronyms stand for, each by the reading that most reports have, unless it is there already.

    Acronyms that are ordinary words to the embedder need none: `AI` says more to it than its expansion.
    """
    found = []
    for word in dict.fromkeys(_TOKEN.findall(question)):
        if knows(word.casefold()) or lexical.is_stop_word(word.casefold()):
            continue
        expansion = words.expansion(word.casefold())
        if expansion and expansion not in question.casefold():
            found.append(expansion)
    return found
