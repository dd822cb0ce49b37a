"""Texts as the metrics see them: stemmed content words, and the sequence of all words.

Numbers are kept whole (`1,300` is `1300`, `0.33` stays), citation markers `[1]` are dropped.
"""

import re
import threading
from functools import lru_cache

import Stemmer

_MARKER = re.compile(r"\[\d+\]")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_WORD = re.compile(r"\d+(?:\.\d+)+|[^\W_]+(?:['’][^\W_]+)*")
_POSSESSIVE = re.compile(r"['’]s$")

_FUNCTION_WORDS = """
a about above after again all also although am among an and any are as at be because been before being below
between both but by can could did do does doing down during each either else few for from further had has have
having he her here hers herself him himself his how i if in into is it its itself just may me might more most must
my myself neither no nor not now of off on once one only or other our ours ourselves out over own per rather same
shall she should so some such than that the their theirs them themselves then there these they this those though
through to too under until up upon us very via was we were what when where whether which while who whom whose why
will with within without would yet you your yours yourself yourselves
don't doesn't didn't isn't aren't wasn't weren't won't wouldn't shouldn't can't cannot couldn't hasn't haven't it's
"""
STOP_WORDS = frozenset(_FUNCTION_WORDS.split())
"""Function words of English. They carry grammar, so sharing them shows nothing about content."""

_local = threading.local()


def words(text: str) -> list[str]:
    """All words in order, lower case, possessives and citation markers dropped."""
    plain = _THOUSANDS.sub("", _MARKER.sub(" ", text)).casefold().replace("’", "'")
    return [_POSSESSIVE.sub("", word) for word in _WORD.findall(plain)]


@lru_cache(maxsize=16384)
def stems(text: str) -> frozenset[str]:
    """Stems of all words."""
    return frozenset(_stemmer().stemWords(words(text)))


@lru_cache(maxsize=16384)
def content_words(text: str) -> frozenset[str]:
    """Stems of the content words; of all words where there are only function words (“no” is then a word)."""
    found = words(text)
    content = [word for word in found if word not in STOP_WORDS] or found
    return frozenset(_stemmer().stemWords(content))


def normalised(text: str) -> str:
    """The word sequence between spaces: one text is literally in another, white space and marks aside, exactly
    when its normalised form is a substring of the other's."""
    return f" {' '.join(words(text))} "


def contains(text: str, quote: str) -> bool:
    """Whether the quote's words stand in the text, in order and without a gap."""
    needle = normalised(quote)
    return needle.strip() != "" and needle in normalised(text)


def _stemmer() -> Stemmer.Stemmer:
    """A stemmer keeps state while it works, so each thread has its own."""
    if not hasattr(_local, "stemmer"):
        _local.stemmer = Stemmer.Stemmer("english")
    stemmer: Stemmer.Stemmer = _local.stemmer
    return stemmer
