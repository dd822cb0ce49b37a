"""Reports that a question names or compares are all searched."""

import pytest

from index.types import DocumentInfo, Filters
from service.answering.overview import is_overview
from service.answering.scope import named, scopes


def report(title: str, year: int | None) -> DocumentInfo:
    return DocumentInfo(
        id=title.lower(), title=title, authors=(), date=None, year=year, source="x.md", media_type="text/markdown", pages=None,
        words=1, passages=1, added_at="2026-01-01T00:00:00Z", state="ready",
    )  # fmt: skip


REPORTS = [
    report("Federal Data Strategy 2020 Action Plan", 2020),
    report("Federal Data Strategy 2021 Action Plan", 2021),
    report("Digital Efficiency Report", 2012),
    report("Carbon footprint of AI coding assistants", 2026),
]


def ids(question: str) -> list[str]:
    return [document.title for document in named(question, REPORTS)]


def test_a_report_is_named_by_the_words_of_its_title() -> None:
    assert ids("What savings does the Digital Efficiency Report expect?") == ["Digital Efficiency Report"]
    assert ids("What is the carbon footprint of AI coding assistants?") == ["Carbon footprint of AI coding assistants"]
    assert ids("What does the report say about efficiency?") == []


def test_two_years_are_two_sides_of_a_comparison() -> None:
    assert scopes("What changed between 2020 and 2021?", REPORTS, Filters()) == [
        Filters(years=frozenset({2020})),
        Filters(years=frozenset({2021})),
    ]


def test_nothing_named_is_searched_as_the_person_filtered() -> None:
    filters = Filters(years=frozenset({2012}))
    assert scopes("How much is saved?", REPORTS, filters) == [filters]
    assert scopes("Compare 2020 with 2021", REPORTS, filters) == [filters]


@pytest.mark.parametrize(
    "question",
    ["Summarise the report", "What are the main trends for 2024?", "Give me a short overview of this report"],
)
def test_questions_about_a_whole_report(question: str) -> None:
    assert is_overview(question)


@pytest.mark.parametrize(
    "question", ["What are the key findings on cyber security skills and pay?", "How much is saved?"]
)
def test_questions_about_a_subject(question: str) -> None:
    assert not is_overview(question)
