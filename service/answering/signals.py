"""What is measured about a claim and the text it is said to rest on, before any judgement.

Values are numbers for the calibrated score; flaws are findings in words that rule out full support.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from service.answering.words import (
    coverage,
    missing_names,
    missing_numbers,
    modals,
    negations,
    quantifiers,
    reversed_terms,
    stems,
    words,
)

NAMES = (
    "coverage",
    "bigrams",
    "likeness",
    "length",
    "negation",
    "modality",
    "hedge_lost",
    "quantifier",
    "reversed",
    "numbers",
    "names",
    "because",
)
_BECAUSE = re.compile(r"\b(?:because|since|as a result|due to|leads? to|led to|caus\w+|therefore|so that|owing to|thanks to)\b", re.I)


@dataclass(frozen=True, slots=True)
class Signals:
    values: NDArray[np.float32]
    """In the order of `NAMES`."""
    flaws: tuple[str, ...]


def measure(
    claim: str,
    claim_vector: NDArray[np.float32],
    sources: Sequence[str],
    source_vectors: NDArray[np.float32],
    *,
    context: str = "",
) -> Signals:
    """`sources` are the sentences that the claim is checked against, `source_vectors` their unit vectors, shape (n, d).

    `context` is what names and years may also come from: the report's title, date and headings.
    """
    text = "\n".join(sources)
    claimed, stated = stems(claim), stems(text)
    nearest = int((source_vectors @ claim_vector).argmax()) if len(sources) else 0
    near = _nearest_text(claim, sources, nearest)
    numbers_missing = missing_numbers(claim, f"{text}\n{context}")
    names_missing = missing_names(claim, f"{text}\n{context}")
    claim_modals, near_modals = modals(claim), modals(near)
    values = (
        coverage(claimed, stated + stems(context)),
        coverage(_pairs(claimed), _pairs(stated)),
        float((source_vectors @ claim_vector).max()) if len(sources) else 0.0,
        min(1.0, len(claimed) / 30),
        float((negations(claim) > 0) != (negations(near) > 0)),
        float(bool(claim_modals & {"must", "should", "will"} - modals(text))),
        float(bool(near_modals & {"may", "should"}) and not claim_modals),
        float(bool(quantifiers(claim) & {"all", "none", "most"} - quantifiers(text))),
        float(reversed_terms(claim, text) > 0),
        float(len(numbers_missing) > 0),
        float(len(names_missing) > 0),
        float(bool(_BECAUSE.search(claim)) and not _BECAUSE.search(text)),
    )
    flaws = [f"The cited text does not give {number.written}." for number in numbers_missing[:1]]
    flaws += [f"The cited text does not name {name}." for name in names_missing[:1]]
    return Signals(np.array(values, dtype=np.float32), tuple(flaws))


def _pairs(stemmed: Sequence[str]) -> set[str]:
    return {f"{a} {b}" for a, b in zip(stemmed, stemmed[1:], strict=False)}


def _nearest_text(claim: str, sources: Sequence[str], nearest: int) -> str:
    """The sentence nearest in meaning and the one that shares most words: where polarity and modality are compared."""
    if not sources:
        return ""
    wanted = set(words(claim))
    by_words = max(range(len(sources)), key=lambda i: len(wanted & set(words(sources[i]))))
    return sources[nearest] if by_words == nearest else f"{sources[nearest]}\n{sources[by_words]}"
