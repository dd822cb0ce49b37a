"""What is embedded for a passage, and how no text is embedded twice.

A passage has one vector of its own and one for each of its sentences. A text's vector is found again by the
text's hash, in this batch or in the database, so a report that changed in one place costs one place.
"""

import hashlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.types import Embedder
from ingest.types import Document, Passage


@dataclass(frozen=True, slots=True)
class Vectors:
    """Unit vectors of one passage, shapes (dimension,) and (sentences, dimension), with the hashes of their texts."""

    hash: bytes
    passage: NDArray[np.float32]
    sentence_hashes: tuple[bytes, ...]
    sentences: NDArray[np.float32]


def embedded_text(document: Document, passage: Passage) -> str:
    """What stands for the passage in dense search: its place in the report, then its words."""
    return "\n".join(part for part in (document.title, " › ".join(passage.headings), passage.readable) if part)


Found = dict[bytes, NDArray[np.float32]]
"""Vectors by the hash of their text."""


def embed(
    connection: Any, embedder: Embedder, items: Sequence[tuple[Document, Sequence[Passage]]]
) -> list[list[Vectors]]:
    """Vectors for each document's passages, with those that the local database has already.

    Long: call it outside of any write transaction.
    """
    return embed_new(partial(_known, connection, dimension=embedder.dimension), embedder, items)


def embed_new(
    stored: Callable[[Collection[bytes]], Found],
    embedder: Embedder,
    items: Sequence[tuple[Document, Sequence[Passage]]],
) -> list[list[Vectors]]:
    """The same over any store: `stored` finds the vectors that it has."""
    texts: dict[bytes, str] = {}
    plans: list[list[tuple[bytes, tuple[bytes, ...]]]] = []
    for document, passages in items:
        plan = []
        for passage in passages:
            own = _note(texts, embedded_text(document, passage))
            plan.append((own, tuple(_note(texts, sentence.readable) for sentence in passage.sentences)))
        plans.append(plan)
    known = stored(texts)
    missing = [digest for digest in texts if digest not in known]
    fresh = embedder.embed([texts[digest] for digest in missing], kind="passage")
    known.update(zip(missing, fresh, strict=True))
    empty = np.empty((0, embedder.dimension), dtype=np.float32)
    return [
        [
            Vectors(own, known[own], sentences, np.stack([known[s] for s in sentences]) if sentences else empty)
            for own, sentences in plan
        ]
        for plan in plans
    ]


def _note(texts: dict[bytes, str], text: str) -> bytes:
    digest = hashlib.blake2b(text.encode(), digest_size=16).digest()
    texts[digest] = text
    return digest


def _known(connection: Any, hashes: Collection[bytes], dimension: int) -> Found:
    """Vectors that the database already has. Sentences are kept as float16, which changes a cosine by under 0.001."""
    known: Found = {}
    for digest in hashes:
        row = connection.execute("SELECT vector FROM vectors WHERE hash = ? LIMIT 1", (digest,)).fetchone()
        if row:
            known[digest] = np.frombuffer(row[0], dtype=np.float32)
            continue
        row = connection.execute(
            """SELECT vectors, number FROM sentence_hashes JOIN sentence_vectors USING (key) WHERE hash = ? LIMIT 1""",
            (digest,),
        ).fetchone()
        if row:
            blob, number = row
            known[digest] = np.frombuffer(blob, np.float16, dimension, number * dimension * 2).astype(np.float32)
    return known
