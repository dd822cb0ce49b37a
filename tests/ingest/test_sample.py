"""The sample reports: readable, dated, attributed, and in words of our own."""

import re
from pathlib import Path

import pytest

from ingest.read import read_file
from ingest.sample import paths
from ingest.split import split

ORIGINAL = Path(__file__).parents[3] / "shared/corpus/seed/socitm-digital-trends-2024-summary.txt"
SHARED_RUN = 8
YEARS = {
    "socitm-digital-trends-2024.md": 2024,
    "uk-ai-guardrails-2026.md": 2026,
    "uk-digital-efficiency-report-2012.md": 2012,
    "uk-government-digital-strategy-2012.md": 2012,
    "us-federal-data-strategy-2020.md": 2020,
    "us-federal-data-strategy-2021.md": 2021,
}


def by_name(path: Path) -> str:
    return path.name


def words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", re.sub(r"['’]", "", text.lower()))


def runs(text: str, length: int) -> set[tuple[str, ...]]:
    every = words(text)
    return {tuple(every[start : start + length]) for start in range(len(every) - length + 1)}


def test_the_six_reports_are_found_in_order() -> None:
    assert [path.name for path in paths()] == sorted(YEARS)


@pytest.mark.parametrize("path", paths(), ids=by_name)
def test_each_reads_as_a_dated_report_of_several_passages(path: Path) -> None:
    document = read_file(path)
    assert document.year == YEARS[path.name]
    assert document.title.endswith("a digest")
    assert len([passage for passage in split(document) if passage.headings]) >= 8


@pytest.mark.parametrize("path", paths(), ids=by_name)
def test_each_names_its_source_publisher_and_licence(path: Path) -> None:
    front_matter = path.read_text(encoding="utf-8").split("---\n")[1]
    for field in ("title", "date", "source", "publisher", "licence"):
        assert re.search(rf"^{field}: \S", front_matter, re.MULTILINE), field


@pytest.mark.parametrize("path", paths(), ids=by_name)
def test_each_says_in_its_text_that_it_is_a_digest(path: Path) -> None:
    document = read_file(path)
    assert any("This digest by the Trendwise project" in passage.text for passage in split(document))


@pytest.mark.parametrize("path", paths(), ids=by_name)
def test_no_sentence_is_taken_from_the_original_that_may_not_be_copied(path: Path) -> None:
    if not ORIGINAL.exists():
        pytest.skip(f"the original report is not here: {ORIGINAL}")
    shared = runs(path.read_text(encoding="utf-8"), SHARED_RUN) & runs(ORIGINAL.read_text(encoding="utf-8"), SHARED_RUN)
    assert not shared
