"""Which source sentences a drafted sentence rests on. Code does this, never the model."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from service.answering.numbers import numbers
from service.answering.sources import Source
from service.answering.words import stems

MOST_SOURCES = 3
_GAIN = 0.2
"""Share of the sentence's words that a further source must add to be cited."""


@dataclass(frozen=True, slots=True)
class Alignment:
    sources: tuple[Source, ...]
    """In order of what each contributes; empty where nothing is near."""
    coverage: float
    """Share of the sentence's content words that stand in these sources."""
    likeness: float
    """Highest cosine of the sentence with one of them."""


def align(text: str, vector: NDArray[np.float32], sources: Sequence[Source]) -> Alignment:
    """The best source sentence by words and meaning, then those that add what it lacks (greedy set cover)."""
    wanted = set(stems(text)) | {f"#{n.value:g}" for n in numbers(text)}
    if not wanted or not sources:
        return Alignment((), 0.0, 0.0)
    stated = [_stated(source) for source in sources]
    likeness = np.array([float(source.vector @ vector) for source in sources])
    shares = np.array([len(wanted & words) / len(wanted) for words in stated])
    scores = shares + 0.5 * likeness + 0.05 * np.array([source.relevance for source in sources])
    chosen = [int(scores.argmax())]
    covered = wanted & stated[chosen[0]]
    while len(chosen) < MOST_SOURCES:
        gains = np.array([len(wanted & words - covered) / len(wanted) for words in stated])
        gains += 0.05 * likeness
        gains[chosen] = -1.0
        candidate = int(gains.argmax())
        if len(wanted & stated[candidate] - covered) / len(wanted) < _GAIN or likeness[candidate] < 0.25:
            break
        chosen.append(candidate)
        covered |= wanted & stated[candidate]
    return Alignment(tuple(sources[i] for i in chosen), len(covered) / len(wanted), float(likeness[chosen].max()))


def _stated(source: Source) -> set[str]:
    text = source.sentence.readable
    return set(stems(text)) | {f"#{n.value:g}" for n in numbers(text)}
