"""Streamed text becomes the same sentences however it was cut."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from service.answering.segment import Segmenter, sentences, tidy

TEXT = (
    "AI is the trend, e.g. in councils. It costs £1.7 billion a year.\n\n1. First thing.\n2. Second [1] **bold** thing!"
)


def test_sentences_come_as_soon_as_the_next_has_begun() -> None:
    segmenter = Segmenter()
    assert segmenter.feed("One is here. ") == []
    assert segmenter.feed("Two fol") == ["One is here."]
    assert segmenter.finish() == ["Two fol"]


def test_marks_and_invented_brackets_are_dropped() -> None:
    assert sentences(TEXT) == [
        "AI is the trend, e.g. in councils.",
        "It costs £1.7 billion a year.",
        "First thing.",
        "Second bold thing!",
    ]
    assert tidy("  ## A [1, 2] `b`\n c ") == "A b c"


@given(st.lists(st.integers(1, len(TEXT) - 1), max_size=12))
def test_the_cut_of_the_stream_does_not_matter(cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), len(TEXT)]
    segmenter = Segmenter()
    found = [s for a, b in itertools.pairwise(edges) for s in segmenter.feed(TEXT[a:b])]
    assert found + segmenter.finish() == sentences(TEXT)


@given(st.text(max_size=300))
def test_no_word_is_lost(text: str) -> None:
    kept = "".join("".join(sentences(text)).split())
    whole = "".join(tidy(line) for line in text.splitlines())
    assert len(kept) <= len("".join(text.split()))
    assert not [c for c in whole if c.isalpha() and c not in kept]


def test_no_sentence_begins_with_what_goes_on() -> None:
    row = 'They wanted "No.: 16; Action: One application" to shorten the wait. It is a pilot.'
    assert sentences(row) == [row.removesuffix(" It is a pilot."), "It is a pilot."]
