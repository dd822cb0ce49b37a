"""From tokens to text: whole code points, nothing past a stop string, no endless repetition. Incremental throughout."""

import codecs
from collections.abc import Sequence

_SHORTEST_LOOP = 12
"""Tokens that a loop must cover before it counts as one: `---` in a table is not."""
_LONGEST_UNIT = 48
_REPEATS = 3


class TextPieces:
    """Bytes in, text out. Holds back what may become a longer character or a stop string."""

    def __init__(self, stop: Sequence[str] = ()) -> None:
        self._stop = tuple(text for text in stop if text)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._held = ""
        self.stopped = False

    def feed(self, raw: bytes) -> str:
        return self._release(self._decoder.decode(raw))

    def finish(self) -> str:
        """What was held back and turned out to be no stop string."""
        if self.stopped:
            return ""
        text = self._release(self._decoder.decode(b"", final=True))
        text, self._held = text + self._held, ""
        return text

    def _release(self, text: str) -> str:
        if self.stopped:
            return ""
        text, self._held = self._held + text, ""
        found = [(at + len(stop), at) for stop in self._stop if (at := text.find(stop)) >= 0]
        if found:
            # The one that was complete first, whatever pieces the text came in.
            self.stopped = True
            return text[: min(found)[1]]
        keep = max((_overlap(text, stop) for stop in self._stop), default=0)
        self._held = text[len(text) - keep :]
        return text[: len(text) - keep]


def _overlap(text: str, stop: str) -> int:
    """The longest end of `text` that a stop string begins with."""
    for length in range(min(len(text), len(stop) - 1), 0, -1):
        if text.endswith(stop[:length]):
            return length
    return 0


def loops(tokens: Sequence[int]) -> bool:
    """Whether the tokens end in the same run at least three times over: a small model that has lost its way."""
    for unit in range(1, min(_LONGEST_UNIT, len(tokens) // _REPEATS) + 1):
        times = max(_REPEATS, -(-_SHORTEST_LOOP // unit))
        tail = tokens[-unit * times :]
        if len(tail) == unit * times and all(tail[i] == tail[i - unit] for i in range(unit, len(tail))):
            return True
    return False
