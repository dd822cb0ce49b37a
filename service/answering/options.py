"""How answers are made, where it is not the model that decides."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Options:
    """What an evaluation may switch off to see what it contributes."""

    gate: bool = True
    complete: bool = True
    """Quote what the draft left out."""
    candidates: int = 20
    """Passages searched for."""
    passages: int = 10
    """Passages kept after reranking, from which the best sentences are taken."""
    evidence_words: int = 190
    """Words that the model reads; what else was found can still be quoted. Of these two depends when the first word comes."""
    evidence_sentences: int = 12
    max_tokens: int = 160
