"""Invisible characters: removed, counted, and nothing else touched."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.neutralise import neutralise


@pytest.mark.parametrize(
    "hidden",
    [
        "\u200b", "\u200d", "\u2060", "\ufeff",  # zero width
        "\u202e", "\u2066", "\u200f",  # bidirectional
        "\U000e0041", "\U000e007f",  # tags
        "\u00ad",  # soft hyphen
        "\ufe0f", "\U000e0100",  # variation selectors
        "\x00", "\x08", "\x1b", "\x7f", "\x9b",  # control characters
        "\x1b[31m", "\x1b[2J", "\x1b]0;title\x07", "\x1b]8;;http://x\x1b\\",  # terminals
        "\u2800\u3164"[1:], "\ufffc",
    ],
)  # fmt: skip
def test_hidden_characters_are_removed_and_counted(hidden: str) -> None:
    assert neutralise(f"pay{hidden}load") == ("payload", len(hidden))


@pytest.mark.parametrize(
    "kept", ["<|im_end|>", "[INST]", "“quoted” – ‘dash’ — …", "é à ü ß 中文 عربى", "a\tb\nc", "😀"]
)
def test_what_can_be_seen_stays(kept: str) -> None:
    assert neutralise(kept) == (kept, 0)


@pytest.mark.parametrize("end", ["\r\n", "\r", "\x85", "\u2028", "\u2029"])
def test_line_ends_become_line_feeds_and_are_not_counted(end: str) -> None:
    assert neutralise(f"a{end}b") == ("a\nb", 0)


@given(st.text(st.characters(codec=None) | st.sampled_from("\x1b[]m\x07\u200b\u202e0;")))
def test_neutralising_twice_changes_nothing_more(text: str) -> None:
    once, removed = neutralise(text)
    assert removed >= 0
    assert neutralise(once) == (once, 0)
    once.encode()  # can be stored
