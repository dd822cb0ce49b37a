"""Pages of a PDF that have nothing of their own: blank ones, those with a running header only, and pages that are all alike."""

import pytest

from ingest.read import read_bytes
from ingest.split import split
from tests.ingest.hostile import SENTENCE, pdf

reader = pytest.importorskip("ingest.readers.pdf")
HEADER = "## Annual review 2031"


@pytest.mark.usefixtures("models_dir")
def test_pages_that_are_all_alike_are_read() -> None:
    document = read_bytes(pdf(pages=3, stream=SENTENCE), "alike.pdf")
    assert len(document.pages) == 3
    assert split(document)[0].text.startswith("Councils saved 5 million pounds in 2031")


def test_a_blank_page_is_a_page_without_text() -> None:
    assert reader._repaired([["One trend stands out."], [], ["Another does not."]]) == [
        ["One trend stands out."],
        [],
        ["Another does not."],
    ]
    extract = reader._joined([["One trend stands out."], [], ["Another does not."]], None, None)
    starts = dict(zip(("one", "blank", "another"), extract.pages, strict=True))
    assert extract.text[starts["another"] :].startswith("Another")
    assert starts["blank"] == starts["another"]


def test_a_page_with_a_running_header_alone_is_blank() -> None:
    pages = [[HEADER, "One trend stands out."], [HEADER], [HEADER, "Another does not."], [HEADER, "A third may."]]
    assert reader._repaired(pages) == [["One trend stands out."], [], ["Another does not."], ["A third may."]]
