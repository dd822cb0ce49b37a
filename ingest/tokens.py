"""How long a text is for the model and for the embedder."""

import os
import re
from functools import cache
from pathlib import Path

import tiktoken

_CACHE = "TIKTOKEN_CACHE_DIR"
_LONG_WORD = re.compile(r"\S{100}")
"""The tokenizer's time grows with the square of a word's length."""
_PIECES = re.compile(r"[a-zA-Z]+|\d+|[^\sa-zA-Z\d]")


@cache
def _encoding() -> tiktoken.Encoding:
    fetched = Path.home() / ".cache" / "trendwise" / "models" / "tiktoken"
    if _CACHE not in os.environ and fetched.is_dir():
        os.environ[_CACHE] = str(fetched)
    return tiktoken.get_encoding("cl100k_base")


def count(text: str) -> int:
    """Tokens of `cl100k_base`, or a safe estimate of the embedder's word pieces where that is more."""
    text = _LONG_WORD.sub(r"\g<0> ", text)
    return max(len(_encoding().encode_ordinary(text)), _word_pieces(text))


def _word_pieces(text: str) -> int:
    """Nearly every common word is one piece; long words, numbers and capitals take more, each mark takes one."""
    total = 0
    for piece in _PIECES.findall(text):
        if piece.isdigit() or piece.isupper():
            total += 1 + len(piece) // 3
        else:
            total += 1 + len(piece) // 13
    return total
