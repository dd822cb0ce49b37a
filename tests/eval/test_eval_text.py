import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.text import contains, content_words, words


def test_words_keep_numbers_whole_and_drop_markers_and_possessives() -> None:
    assert words("Socitm’s 1,300 users paid £0.33 [2] for CO2e.") == [
        "socitm",
        "1300",
        "users",
        "paid",
        "0.33",
        "for",
        "co2e",
    ]


def test_content_words_are_stems_without_function_words() -> None:
    assert content_words("The policies and the risks of adopting") == {"polici", "risk", "adopt"}


def test_a_text_of_function_words_alone_keeps_them() -> None:
    assert content_words("No.") == {"no"}
    assert content_words("") == frozenset()


@pytest.mark.parametrize(
    ("text", "quote", "expected"),
    [
        ("the reduced staff time\n    involved in **processing**", "staff time involved in processing", True),
        ("‘data readiness’ first", "'data readiness'", True),
        ("restaff timed", "staff time", False),
        ("staff spend time", "staff time", False),
        ("anything", "…", False),
    ],
)
def test_a_quote_is_contained_word_for_word(text: str, quote: str, expected: bool) -> None:
    assert contains(text, quote) is expected


@given(st.text(), st.text(min_size=1), st.text())
def test_a_text_contains_each_of_its_slices_between_spaces(before: str, quote: str, after: str) -> None:
    if words(quote) and "[" not in before + quote + after:
        assert contains(f"{before} {quote} {after}", quote)
