"""A plain pipeline, as the common libraries build it when nothing is set: chunks of 1,024 tokens, the two nearest by cosine,
whole chunks in the prompt, no gate and no verification (LlamaIndex's `DEFAULT_CHUNK_SIZE`, `DEFAULT_CHUNK_OVERLAP` and
`DEFAULT_SIMILARITY_TOP_K`). The embedder and the model are ours, so that only the pipeline differs.
"""

from collections.abc import Sequence
from typing import Self

import numpy as np
import tiktoken

from index.types import Embedder, Index
from service.llm.types import Prompt

CHUNK_TOKENS = 1024
OVERLAP = 20
CHUNKS = 2
_SYSTEM = "You answer questions about reports from the context that you are given, and from nothing else."


class PlainPipeline:
    @classmethod
    def of(cls, index: Index, *, chunks: int = CHUNKS) -> Self:
        """On the same reports."""
        texts = [index.document(info.id).text for info in index.documents()]
        return cls(texts, index.embedder, chunks=chunks)

    def __init__(self, texts: Sequence[str], embedder: Embedder, *, chunks: int = CHUNKS) -> None:
        self._embedder, self._count = embedder, chunks
        self._chunks = [chunk for text in texts for chunk in cut(text)]
        self._vectors = embedder.embed(self._chunks, kind="passage")

    def prompt(self, question: str) -> Prompt:
        nearest = np.argsort(-(self._vectors @ self._embedder.embed([question], kind="query")[0]), kind="stable")
        context = "\n\n".join(self._chunks[number] for number in nearest[: self._count])
        return Prompt(_SYSTEM, (f"Context:\n\n{context}\n\n", f"Question: {question}"))


def cut(text: str, tokens: int = CHUNK_TOKENS, overlap: int = OVERLAP) -> list[str]:
    """Chunks of so many `cl100k_base` tokens; each begins with the last ones of the chunk before."""
    encoding = tiktoken.get_encoding("cl100k_base")
    encoded = encoding.encode_ordinary(text)
    starts = range(0, max(1, len(encoded) - overlap), tokens - overlap)
    return [encoding.decode(encoded[start : start + tokens]) for start in starts]
