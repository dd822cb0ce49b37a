"""Streamed text becomes sentences as soon as each is complete."""

import re

from sentencex import get_sentence_boundaries

_MARKS = re.compile(r"^\s*(?:[-*•]\s+|\d{1,2}[.)]\s+)|\*\*|__|`+|^\s*#+\s+|\[\d+(?:,\s*\d+)*\]", re.MULTILINE)

_NEVER_FIRST = (":", ";", ",")


class Segmenter:
    """Feed pieces in any cut; the sentences that come out do not depend on how the text was cut."""

    def __init__(self) -> None:
        self._rest = ""

    def feed(self, piece: str) -> list[str]:
        """Sentences that are complete now: another one has begun after them."""
        self._rest += piece
        parts = _split(self._rest)
        # A boundary counts once enough follows that more text cannot move it.
        done: list[str] = []
        while len(parts) > 1 and len(parts[1].strip()) >= 3:
            done.append(parts.pop(0))
        self._rest = "".join(parts)
        return [clean for part in done if (clean := tidy(part))]

    def finish(self) -> list[str]:
        """What is left, when the text has ended."""
        parts, self._rest = _split(self._rest), ""
        return [clean for part in parts if (clean := tidy(part))]


def sentences(text: str) -> list[str]:
    """The sentences of a whole text."""
    segmenter = Segmenter()
    return segmenter.feed(text) + segmenter.finish()


def _split(text: str) -> list[str]:
    parts: list[str] = []
    for line in text.splitlines(keepends=True):
        for boundary in get_sentence_boundaries("en", line):
            part = line[boundary["start_index"] : boundary["end_index"]]
            if boundary["start_index"] and part.lstrip().startswith(_NEVER_FIRST):  # "No.: 16"
                parts[-1] += part
            elif part:
                parts.append(part)
    return parts


def tidy(sentence: str) -> str:
    """One line, without list marks, Markdown marks or bracketed numbers that the model may have made up."""
    return re.sub(r"\s+", " ", _MARKS.sub("", sentence)).strip()
