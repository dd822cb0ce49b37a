"""What can be read off a text without a model: content words, numbers with units, names, hedges.

Everything here is plain, deterministic and English. It feeds selection, the answerability gate and verification.
"""

import re
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import Stemmer

STOP_WORDS = frozenset(
    """a about above after again all also am an and any are aren't as at be because been before being below between both
    but by can can't cannot could did didn't do does doesn't doing don't down during each few for from further get gets
    got had has hasn't have haven't having he her here hers him his how i i'd i'll i'm i've if in into is isn't it it's
    its itself just let's may me might more most must my no nor not of off on once one only or other ought our ours out
    over own same shall she should so some such than that that's the their theirs them themselves then there there's
    these they this those through to too under until up upon us very was wasn't we we're were what what's when where
    which while who whom why will with within without won't would you your yours""".split()
)
"""Words that carry no topic. Negations and modals are here too: they have checks of their own."""

ASKING_WORDS = frozenset(
    """according answer describe explain give list mention mentioned name paper question report reports say says said
    state states summary tell text document documents passage passages expect expected please know want""".split()
)
"""Words of asking, which a passage that answers need not contain."""

_WORD = re.compile(r"[A-Za-z][A-Za-z]+(?:['’][A-Za-z]+)?|[A-Za-z]\b|\d[\d,]*(?:\.\d+)?")
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


# --- numbers ---------------------------------------------------------------------------------------------------------

_SCALES = {"k": 1e3, "thousand": 1e3, "m": 1e6, "mn": 1e6, "million": 1e6, "bn": 1e9, "billion": 1e9, "trillion": 1e12}
_SPELLED = {
    name: value
    for value, name in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
        "eighteen nineteen twenty".split()
    )
} | {"thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "hundred": 100}
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8}
_FRACTIONS = {"half": 0.5, "quarter": 0.25, "quarters": 0.25, "thirds": 1 / 3}
_NUMBER = re.compile(
    r"(?:(?P<currency>[£$€])\s?)?(?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
    r"(?:st|nd|rd|th)?(?:\s?(?P<scale>thousand|million|billion|trillion|bn|mn|[km])\b)?"
    r"\s?(?P<percent>%|per\s?cent\b|percent\b|percentage points?\b)?",
    re.IGNORECASE,
)
_RANGE = re.compile(r"([£$€]?\d[\d,.]*)\s?(?:to|and|-|–|—)\s?(?=[£$€]?\d[\d,.]*\s?(thousand|million|billion|bn|%|per ?cent))", re.I)
_SPELLED_WORD = re.compile(r"\b(?:" + "|".join(_SPELLED) + r")\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Number:
    value: float
    unit: str
    """`%`, a currency sign, or nothing."""
    written: str


def numbers(text: str) -> list[Number]:
    """Numbers in digits, and spelled from two up. In a range the scale and unit belong to both ends."""
    text = _RANGE.sub(lambda m: f"{m[1]} {m[2]} to ", text)
    found = []
    for match in _NUMBER.finditer(text):
        before = text[: match.start()][-1:]
        if before.isalpha() and not match["currency"]:
            continue
        value = float(match["digits"].replace(",", "")) * _SCALES.get((match["scale"] or "").lower(), 1.0)
        unit = "%" if match["percent"] else (match["currency"] or "")
        found.append(Number(value, unit, match.group().strip()))
    for match in _SPELLED_WORD.finditer(text):
        value = _SPELLED[match.group().lower()]
        if value > 1:
            scale = re.match(r"[\s-](thousand|million|billion)\b", text[match.end() :], re.I)
            found.append(Number(value * (_SCALES[scale[1].lower()] if scale else 1.0), "", match.group()))
    return found


def missing_numbers(claim: str, source: str) -> list[Number]:
    """Numbers of the claim that the source does not state, by value and, where both have one, unit.

    A count may be a count of things listed ("three areas"): spelled or single-digit counts are not required
    to be written in the source when it lists at least as many items.
    """
    stated = numbers(source)
    # a list of n items states the count n
    listed = source.count(",") + source.count(";") + source.count("\n") + 1

    def is_stated(number: Number) -> bool:
        if any(
            abs(number.value - other.value) <= 1e-6 * max(1.0, abs(other.value))
            and (not number.unit or not other.unit or number.unit == other.unit)
            and not (number.unit and not other.unit and number.unit == "%")
            for other in stated
        ):
            return True
        return not number.unit and number.value == int(number.value) and 2 <= number.value <= 9 and (
            number.value == listed or number.value == listed + 1
        )

    return [number for number in numbers(claim) if not is_stated(number)]


# --- names -----------------------------------------------------------------------------------------------------------

_NAME = re.compile(r"[A-Z][\w’'&-]*(?:\s+(?:of|for|and|the)\s+[A-Z][\w’'&-]*|\s+[A-Z][\w’'&-]*)*")
_MONTHS = "january february march april may june july august september october november december".split()
_COMMON_STARTS = STOP_WORDS | ASKING_WORDS | frozenset(
    "however overall public digital yes moreover additionally finally also instead early key according across".split()
)


def names(sentence: str) -> list[str]:
    """Capitalised names in a sentence. Its first word counts only if it is an acronym or begins a longer name."""
    found = []
    for match in _NAME.finditer(sentence):
        name = match.group()
        if match.start() == 0 or sentence[: match.start()].rstrip().endswith((".", ":", "“", "‘", "•", "-")):
            first, _, rest = name.partition(" ")
            if not (first.isupper() and len(first) > 1):
                if first.lower() in _COMMON_STARTS or not rest:
                    name = rest
                elif not rest[:1].isupper():
                    name = ""
        name = re.sub(r"^(?:of|for|and|the)\s+", "", name)
        if name and name.lower() not in STOP_WORDS and len(name) > 1:
            found.append(name)
    return found


def missing_names(claim: str, source: str) -> list[str]:
    """Names of the claim of which a content word stands nowhere in the source."""
    known = set(stems(source)) | {w.lower() for w in words(source)}
    initials = "".join(w[0] for w in re.findall(r"[A-Za-z][\w-]*", source)).lower()

    def unknown(word: str) -> bool:
        lower = word.lower().removesuffix("'s").removesuffix("’s")
        if lower in STOP_WORDS or lower in known or stem(lower) in known:
            return False
        parts = [part for part in re.split(r"[-&’']", lower) if part]
        if len(parts) > 1 and all(part in known or stem(part) in known for part in parts):
            return False
        # an acronym is known where its letters begin consecutive words
        return not (word.isupper() and 2 <= len(word) <= 6 and lower in initials)

    return [name for name in names(claim) if any(unknown(word) for word in name.split())]


# --- polarity, modality, quantity ------------------------------------------------------------------------------------

_NEGATION = re.compile(
    r"\b(?:not|no|never|none|nobody|nothing|neither|nor|without|cannot|unable|fails? to|failed to|lacks?|excluded?|"
    r"rather than|instead of|\w+n['’]t)\b",
    re.IGNORECASE,
)
_MODALS: dict[str, re.Pattern[str]] = {
    "must": re.compile(r"\b(?:must|(?:is|are|be) required|require[sd]?|ha(?:s|ve) to|need(?:s|ed)? to|mandatory|oblig\w+|shall)\b", re.I),
    "should": re.compile(r"\b(?:should|ought|recommend\w*|advis\w+|encourag\w+|urge[sd]?)\b", re.I),
    "may": re.compile(r"\b(?:may|might|could|can|possib\w+|potential(?:ly)?|perhaps|optional\w*|likely|expect\w*|would)\b", re.I),
    "will": re.compile(r"\b(?:will|going to|certain(?:ly)?|definitely|guarantee\w*|always|inevitabl\w+)\b", re.I),
}
_QUANTIFIERS: dict[str, re.Pattern[str]] = {
    "all": re.compile(r"\b(?:all|every|each|always|entire(?:ly)?|completely|whole|any|only|solely|exclusively)\b", re.I),
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
    ({"more", "higher", "greater", "larger", "rise", "rose", "increase", "increased", "increasing", "grow", "growing", "up", "above", "faster", "improve", "improved", "over"},
     {"less", "fewer", "lower", "smaller", "fall", "fell", "decrease", "decreased", "decreasing", "shrink", "down", "below", "slower", "worsen", "reduce", "reduced", "under"}),
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
