"""The words and acronyms of the reports: what a question's spelling is repaired with and its acronyms mean."""

import re
from collections.abc import Iterable, Iterator

_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_ACRONYM = re.compile(r"[\"'‘’“”]?\s?\((?:or\s)?([A-Z][A-Za-z]{1,7})\)")
_MINOR = frozenset(("a", "an", "and", "for", "in", "of", "on", "the", "to", "with"))


def words(text: str) -> Iterator[str]:
    """Words of letters, in small letters; hyphenated ones also in their parts."""
    for match in _WORD.finditer(text):
        word = match.group().casefold().replace("’", "'").removesuffix("'s")
        yield word
        if "-" in word:
            yield from word.split("-")


def acronyms(texts: Iterable[str]) -> set[tuple[str, str]]:
    """Acronyms that are introduced as `extended reality (XR)`, with what they stand for."""
    found = set()
    for text in texts:
        for match in _ACRONYM.finditer(text):
            before = re.findall(r"[^\W_]+", text[max(0, match.start() - 120) : match.start()])
            if expansion := _expansion(match.group(1), before):
                found.add((match.group(1).casefold(), expansion))
    return found


def _expansion(acronym: str, before: list[str]) -> str | None:
    """The shortest run of words before the acronym whose first letters (or an `x` inside, as in XR) spell it."""
    letters = acronym.casefold().rstrip("s") if acronym.endswith("s") else acronym.casefold()
    for count in range(2, min(len(letters) + 4, len(before)) + 1):
        run = [word.casefold() for word in before[-count:]]
        if run[0] in _MINOR:
            continue
        spelt = [word for word in run if word not in _MINOR]
        if _spells(spelt, letters) or _spells(run, letters):
            return " ".join(run)
    return None


def _spells(run: list[str], letters: str) -> bool:
    if len(run) != len(letters):
        return False
    return all(
        word[0] == letter or (letter == "x" and "x" in word[:3]) for word, letter in zip(run, letters, strict=True)
    )
