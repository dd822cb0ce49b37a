"""Facts read by eye in real PDFs: the sentence that states each is found on the page where it stands."""

import json
import re
from functools import cache
from pathlib import Path

import pytest

from ingest.read import read_file
from ingest.split import split
from ingest.types import Passage

pytest.importorskip("liteparse")

REPORTS = Path(__file__).parents[3] / "shared" / "corpus" / "field_pdf"
FACTS = [json.loads(line) for line in (Path(__file__).parent / "pdf_facts.jsonl").read_text().splitlines()]
pytestmark = pytest.mark.skipif(not REPORTS.is_dir(), reason=f"the PDFs are not at {REPORTS}")


def key(text: str) -> str:
    """Letters and digits: hyphens at line ends and quotation marks differ between programs."""
    return re.sub(r"[^a-z0-9]+", "", text.lower())


@cache
def passages(name: str) -> list[Passage]:
    return split(read_file(REPORTS / name))


def pages_of(fact: dict[str, str]) -> set[int | None]:
    """Pages of the sentences, or of the neighbours, that hold the words."""
    wanted = key(fact["says"])
    found: set[int | None] = set()
    for passage in passages(fact["file"]):
        sentences = passage.sentences
        for one, two in zip(sentences, [*sentences[1:], None], strict=True):
            both = key(one.readable + two.readable) if two and wanted not in key(two.readable) else ""
            if wanted in key(one.readable) or wanted in both:
                found.add(one.page)
    return found


@pytest.mark.slow
def test_cited_pages_are_right() -> None:
    wrong = {fact["says"]: pages for fact in FACTS if (pages := pages_of(fact)) != {fact["page"]}}
    assert len(FACTS) >= 40
    assert len(wrong) <= len(FACTS) // 40, wrong
