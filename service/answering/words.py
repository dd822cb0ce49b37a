"""What can be read off a text without a model: content words, numbers with units, names, hedges.

Everything here is plain, deterministic and English. It feeds selection, the answerability gate and verification.
"""

import re
import threading
from collections.abc import Iterable
from functools import lru_cache

import Stemmer

STOP_WORDS = frozenset(
    [
        "a",
        "about",
        "above",
        "after",
        "again",
        "all",
        "also",
        "am",
        "an",
        "and",
        "any",
        "are",
        "aren't",
        "as",
        "at",
        "be",
        "because",
        "been",
        "before",
        "being",
        "below",
        "between",
        "both",
        "but",
        "by",
        "can",
        "can't",
        "cannot",
        "could",
        "did",
        "didn't",
        "do",
        "does",
        "doesn't",
        "doing",
        "don't",
        "down",
        "during",
        "each",
        "few",
        "for",
        "from",
        "further",
        "get",
        "gets",
        "got",
        "had",
        "has",
        "hasn't",
        "have",
        "haven't",
        "having",
        "he",
        "her",
        "here",
        "hers",
        "him",
        "his",
        "how",
        "i",
        "i'd",
        "i'll",
        "i'm",
        "i've",
        "if",
        "in",
        "into",
        "is",
        "isn't",
        "it",
        "it's",
        "its",
        "itself",
        "just",
        "let's",
        "may",
        "me",
        "might",
        "more",
        "most",
        "must",
        "my",
        "no",
        "nor",
        "not",
        "of",
        "off",
        "on",
        "once",
        "one",
        "only",
        "or",
        "other",
        "ought",
        "our",
        "ours",
        "out",
        "over",
        "own",
        "same",
        "shall",
        "she",
        "should",
        "so",
        "some",
        "such",
        "than",
        "that",
        "that's",
        "the",
        "their",
        "theirs",
        "them",
        "themselves",
        "then",
        "there",
        "there's",
        "these",
        "they",
        "this",
        "those",
        "through",
        "to",
        "too",
        "under",
        "until",
        "up",
        "upon",
        "us",
        "very",
        "was",
        "wasn't",
        "we",
        "we're",
        "were",
        "what",
        "what's",
        "when",
        "where",
        "which",
        "while",
        "who",
        "whom",
        "why",
        "will",
        "with",
        "within",
        "without",
        "won't",
        "would",
        "you",
        "your",
        "yours",
    ]
)
"""Words that carry no topic. Negations and modals are here too: they have checks of their own."""

ASKING_WORDS = frozenset(
    [
        "according",
        "answer",
        "describe",
        "explain",
        "give",
        "list",
        "mention",
        "mentioned",
        "name",
        "paper",
        "question",
        "report",
        "reports",
        "say",
        "says",
        "said",
        "state",
        "states",
        "summary",
        "tell",
        "text",
        "document",
        "documents",
        "passage",
        "passages",
        "expect",
        "expected",
        "please",
        "know",
        "want",
    ]
)
"""Words of asking, which a passage that answers need not contain."""

_WORD = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:['’][A-Za-z]+)?|\d[\d,]*(?:\.\d+)?")
_stemmers = threading.local()


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    stemmer = getattr(_stemmers, "english", None)
    if stemmer is None:
        stemmer = _stemmers.english = Stemmer.Stemmer("english")
    stemmed: str = stemmer.stemWord(word)
    return stemmed


def words(text: str) -> list[str]:
    """Lower-case words and numbers, in order; a possessive ending is dropped."""
    found = (match.group().lower().replace("’", "'") for match in _WORD.finditer(text))
    return [word.removesuffix("'s").replace(",", "") for word in found]


@lru_cache(maxsize=8192)
def stems(text: str) -> tuple[str, ...]:
    """Stems of the content words, in order, with repetitions."""
    return tuple(stem(word) for word in words(text) if word not in STOP_WORDS)


def asked(question: str) -> frozenset[str]:
    """Stems of what a question is about."""
    return frozenset(stem(w) for w in words(question) if w not in STOP_WORDS and w not in ASKING_WORDS)


# --- polarity, modality, quantity ------------------------------------------------------------------------------------

_NEGATION = re.compile(
    r"\b(?:not|no|never|none|nobody|nothing|neither|nor|without|cannot|unable|fails? to|failed to|lacks?|excluded?|"
    r"rather than|instead of|\w+n['’]t)\b",
    re.IGNORECASE,
)
_MODALS: dict[str, re.Pattern[str]] = {
    "must": re.compile(
        r"\b(?:must|(?:is|are|be) required|require[sd]?|ha(?:s|ve) to|need(?:s|ed)? to|mandatory|oblig\w+|shall)\b",
        re.I,
    ),
    "should": re.compile(r"\b(?:should|ought|recommend\w*|advis\w+|encourag\w+|urge[sd]?)\b", re.I),
    "may": re.compile(
        r"\b(?:may|might|could|can|possib\w+|potential(?:ly)?|perhaps|optional\w*|likely|expect\w*|would)\b", re.I
    ),
    "will": re.compile(r"\b(?:will|going to|certain(?:ly)?|definitely|guarantee\w*|always|inevitabl\w+)\b", re.I),
}
_QUANTIFIERS: dict[str, re.Pattern[str]] = {
    "all": re.compile(
        r"\b(?:all|every|each|always|entire(?:ly)?|completely|whole|any|only|solely|exclusively)\b", re.I
    ),
    "none": re.compile(r"\b(?:none|never|no)\b", re.I),
    "most": re.compile(r"\b(?:most|majority|mainly|largely|mostly|primarily|usually|generally|often)\b", re.I),
    "some": re.compile(r"\b(?:some|several|certain|many|few|various|sometimes|partly|in part|a number of)\b", re.I),
}


def negations(text: str) -> int:
    return len(_NEGATION.findall(text))


def modals(text: str) -> frozenset[str]:
    return frozenset(kind for kind, pattern in _MODALS.items() if pattern.search(text))


def quantifiers(text: str) -> frozenset[str]:
    return frozenset(kind for kind, pattern in _QUANTIFIERS.items() if pattern.search(text))


_COMPARISONS = (
    (
        {
            "more",
            "higher",
            "greater",
            "larger",
            "rise",
            "rose",
            "increase",
            "increased",
            "increasing",
            "grow",
            "growing",
            "up",
            "above",
            "faster",
            "improve",
            "improved",
            "over",
        },
        {
            "less",
            "fewer",
            "lower",
            "smaller",
            "fall",
            "fell",
            "decrease",
            "decreased",
            "decreasing",
            "shrink",
            "down",
            "below",
            "slower",
            "worsen",
            "reduce",
            "reduced",
            "under",
        },
    ),
    ({"before", "earlier", "first"}, {"after", "later", "last"}),
    ({"internal", "inside"}, {"external", "outside"}),
    ({"minimum", "least"}, {"maximum", "most"}),
    ({"easy", "simple", "straightforward"}, {"hard", "complex", "difficult"}),
    ({"include", "included", "includes"}, {"exclude", "excluded", "excludes"}),
)


def reversed_terms(claim: str, source: str) -> int:
    """How many comparison words of the claim stand in the source only as their opposite."""
    mine, theirs = set(words(claim)), set(words(source))
    count = 0
    for left, right in _COMPARISONS:
        for ours, opposite in ((left, right), (right, left)):
            if mine & ours and not theirs & ours and theirs & opposite and not mine & opposite:
                count += 1
    return count


def coverage(wanted: Iterable[str], stated: Iterable[str]) -> float:
    """Share of the wanted stems that are stated; 1.0 where nothing is wanted."""
    wanted = set(wanted)
    return len(wanted & set(stated)) / len(wanted) if wanted else 1.0
