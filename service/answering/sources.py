"""The source sentences of one question: every sentence of the passages found, scored for the question.

Evidence is cut to its best sentences here, because reading the prompt is what costs time on a CPU: six to eight
sentences carry what five whole passages carry, for half the reading.
"""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from index.types import Embedder, Hit
from ingest.types import Passage, Sentence
from service.answering.directives import flagged
from service.answering.words import stem, stems

LEXICAL_WEIGHT = 0.4
"""How much words in common with the question, headings and title counted, rare words more, count beside likeness in the match
of a sentence, which ranks passages."""
# What makes a sentence relevant. Fitted on the tuning questions as a choice among the sentences found (conditional logit), which
# of them hold the evidence; out of fold the model then reads 81% of it, and 75% with weights set by hand (eval/NOTES.md).
LIKENESS = 0.4
"""Cosine of the sentence with the question."""
WORDS = 0.95
"""The same words in common."""
PASSAGE = 0.5
"""Likeness of its passage."""
BEST = 0.3
"""Match of the best sentence of its passage."""
NEIGHBOUR = 0.2
"""Likeness of the sentence before or after it: an answer often follows the sentence that names the subject."""
RANK = 0.25
"""Taken off from the first to the last passage of the ranking."""
COMPLETE = 0.1
"""A whole sentence before a caption or a cell."""
MOST_OF_PASSAGE = 4
"""Sentences of one passage that the model reads: the rows of one table would otherwise fill the prompt."""
TITLE_COST = 0.5
"""Taken off for a title block, unless the question is about such things."""
_OF_TITLES = frozenset(
    stem(word)
    for word in [
        "who",
        "when",
        "author",
        "authors",
        "wrote",
        "written",
        "writer",
        "publisher",
        "published",
        "publish",
        "date",
        "dated",
        "title",
        "contributor",
        "contributors",
    ]
)
_STOPS = (".", "!", "”")
_RERANK_K = 20
"""Smaller than the usual 60: of twenty candidates the first few matter most."""
LEFT_OUT = "[An instruction to software was left out here.]"

Key = tuple[str, int]
"""A passage's id, and a sentence's 0-based place in it."""


@dataclass(frozen=True, slots=True)
class Source:
    hit: Hit
    rank: int
    """0-based rank of the passage in the search."""
    ordinal: int
    """0-based place of the sentence in its passage."""
    sentence: Sentence
    vector: NDArray[np.float32]
    likeness: float
    """Cosine with the question."""
    match: float
    """Likeness, and words in common with the question."""
    relevance: float
    """Likeness, words in common, and the company it keeps; comparable within one question only."""

    @property
    def key(self) -> Key:
        return self.hit.passage.id, self.ordinal

    @property
    def words(self) -> int:
        return len(self.sentence.readable.split())


def gather(
    wanted: frozenset[str], vector: NDArray[np.float32], hits: Sequence[Hit], embedder: Embedder
) -> list[Source]:
    """The sentences of the hits in their order, each with its relevance to a question of that meaning (`vector`) and
    those content words (`wanted`, stems). What reads like an instruction to the one who answers is left out: it can neither
    reach the model nor be cited."""
    kept: list[tuple[int, Hit, int, NDArray[np.float32]]] = []
    for rank, hit in enumerate(hits):
        vectors = _vectors(hit, embedder)
        directives = directive_sentences(hit.passage)
        kept += [(rank, hit, ordinal, vectors[ordinal]) for ordinal, is_one in enumerate(directives) if not is_one]
    if not kept:
        return []
    texts = [hit.passage.sentences[ordinal].readable for _, hit, ordinal, _ in kept]
    likeness = np.array([float(row @ vector) for *_, row in kept])
    lexical = _lexical(
        wanted, [{*stems(text), *stems(_place(hit))} for text, (_, hit, *_) in zip(texts, kept, strict=True)]
    )
    match = likeness + LEXICAL_WEIGHT * lexical
    if not wanted & _OF_TITLES:
        match -= TITLE_COST * np.array([is_title(hit.passage) for _, hit, *_ in kept])
    ranks = np.array([rank for rank, *_ in kept])
    sources = []
    for i, (rank, hit, ordinal, row) in enumerate(kept):
        beside = [likeness[j] for j in (i - 1, i + 1) if 0 <= j < len(kept) and ranks[j] == rank]
        relevance = (
            LIKENESS * likeness[i]
            + WORDS * lexical[i]
            + PASSAGE * (hit.dense_score if hit.dense_score is not None else likeness[i])
            + BEST * match[ranks == rank].max()
            + NEIGHBOUR * max(beside, default=0.0)
            - RANK * rank / max(1, len(hits) - 1)
            + COMPLETE * texts[i].endswith(_STOPS)
        )
        sentence = hit.passage.sentences[ordinal]
        sources.append(Source(hit, rank, ordinal, sentence, row, float(likeness[i]), float(match[i]), float(relevance)))
    return sources


def _place(hit: Hit) -> str:
    return " ".join([hit.document_title, *hit.passage.headings])


def is_title(passage: Passage) -> bool:
    """Whether it is a report's title block: every question is near to it that has words of the title."""
    return passage.readable.startswith("Title: ")


def rerank(wanted: frozenset[str], vector: NDArray[np.float32], hits: Sequence[Hit], embedder: Embedder) -> list[Hit]:
    """The hits by both their rank in the search and their best sentence (reciprocal ranks). A passage is found for all that
    it says; it answers by one sentence."""
    match: dict[int, float] = {}
    for source in gather(wanted, vector, hits, embedder):
        match[source.rank] = max(match.get(source.rank, 0.0), source.match)
    by_sentence = sorted(range(len(hits)), key=lambda rank: -match.get(rank, 0.0))
    scores = {rank: 1 / (_RERANK_K + rank) + 1 / (_RERANK_K + place) for place, rank in enumerate(by_sentence)}
    return [hits[rank] for rank in sorted(scores, key=lambda rank: -scores[rank])]


def _lexical(wanted: frozenset[str], stated: Sequence[set[str]]) -> NDArray[np.float64]:
    """Per text, the share of the wanted stems that it states, each weighted by its rarity among these texts."""
    rarity = {word: math.log(1 + len(stated) / (0.5 + sum(word in words for words in stated))) for word in wanted}
    whole = sum(rarity.values()) or 1.0
    return np.array([sum(rarity[word] for word in wanted & words) / whole for words in stated])


@lru_cache(maxsize=4096)
def directive_sentences(passage: Passage) -> list[bool]:
    """Per sentence of a passage, whether it or its paragraph is an instruction to whoever answers."""
    spans = [sentence.span for sentence in passage.sentences]
    between = [""] + [
        passage.text[a.end - passage.span.start : b.start - passage.span.start] for a, b in itertools.pairwise(spans)
    ]
    return flagged([sentence.readable for sentence in passage.sentences], [gap.count("\n") < 2 for gap in between])


def shown(passage: Passage) -> str:
    """The passage for display, with a mark in the place of what was left out."""
    directives = directive_sentences(passage)
    if not any(directives):
        return passage.readable
    kept = [LEFT_OUT if directive else s.readable for s, directive in zip(passage.sentences, directives, strict=True)]
    return " ".join(text for i, text in enumerate(kept) if text != LEFT_OUT or i == 0 or kept[i - 1] != LEFT_OUT)


def _vectors(hit: Hit, embedder: Embedder) -> NDArray[np.float32]:
    if hit.sentence_vectors is not None and len(hit.sentence_vectors) == len(hit.passage.sentences):
        return hit.sentence_vectors.astype(np.float32, copy=False)
    return embedder.embed([sentence.readable for sentence in hit.passage.sentences], kind="passage")


def best(sources: Sequence[Source], *, words: int, most: int) -> list[Source]:
    """The most relevant sentences within a budget of words, without repeats, in reading order: passages by their rank,
    sentences as in the passage."""
    chosen: list[Source] = []
    used = 0
    seen: set[str] = set()
    for source in sorted(sources, key=lambda s: -s.relevance):
        same = source.sentence.readable.casefold()
        of_same = sum(other.hit.passage.id == source.hit.passage.id for other in chosen)
        if same in seen or of_same == MOST_OF_PASSAGE or (chosen and used + source.words > words):
            continue
        seen.add(same)
        chosen.append(source)
        used += source.words
        if len(chosen) == most:
            break
    return sorted(chosen, key=lambda s: (s.rank, s.ordinal))
