"""Every report at hand is read, and five of them say the same as a Word document and as a saved web page."""

import io
import re
from collections import Counter
from functools import cache
from pathlib import Path

import docx
import pytest
from markdown_it import MarkdownIt

from ingest.report import read_report
from ingest.types import BlockKind
from ingest.wire import Report

pytest.importorskip("liteparse")
pytest.importorskip("mammoth")

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
FILES = sorted(
    path for path in CORPUS.rglob("*") if path.suffix in (".md", ".pdf", ".txt") and path.name != "SOURCE.txt"
)
FIVE = (
    "uk-government-digital-strategy-2012.md",
    "uk-digital-efficiency-report-2012.md",
    "uk-case-study-open-policy.md",
    "us-federal-data-strategy-2020-action-plan.md",
    "us-federal-data-strategy-practices.md",
)
MARKDOWN = MarkdownIt("commonmark").enable("table")
PAGE = (
    "<!DOCTYPE html><html><head><meta charset='utf-8'><title>{title} | Example.gov</title></head><body>"
    "<header class='site-header'><nav><a href='/'>Home</a> <a href='/about'>About us</a></nav></header>"
    "<main><h1>{title}</h1>{body}</main><footer>Cookies. Contact. © Example</footer></body></html>"
)
pytestmark = [
    pytest.mark.slow,
    pytest.mark.usefixtures("models_dir"),
    pytest.mark.skipif(not CORPUS.is_dir(), reason=f"the reports are not at {CORPUS}"),
]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_report_is_read(path: Path) -> None:
    document, passages = read_report(path.read_bytes(), path.name)
    assert document.title
    assert passages
    read = sum(len(passage.text) for passage in passages)
    shown = sum(b.span.end - b.span.start for b in document.blocks if b.kind is not BlockKind.FURNITURE)
    assert read > 0.7 * shown
    if path.suffix == ".pdf":
        assert all(passage.page for passage in passages)


@cache
def _original(name: str) -> Report:
    path = next(path for path in FILES if path.name == name)
    return read_report(path.read_bytes(), name)


def _rendered(name: str) -> str:
    """The report's evidence as HTML, without what is its format's own: front matter and macros."""
    document, _ = _original(name)
    blocks = [block for block in document.blocks if block.kind not in (BlockKind.FURNITURE, BlockKind.TITLE)]
    first, last = blocks[0].span.start, blocks[-1].span.end
    start = document.text.rfind("\n", 0, first) + 1
    return str(MARKDOWN.render(document.text[start:last]))


def _page(name: str) -> bytes:
    return PAGE.format(title=_original(name)[0].title, body=_rendered(name)).encode()


def _word(name: str) -> bytes:
    """Headings, paragraphs, lists and tables as Word has them."""
    from lxml import html

    made = docx.Document()
    made.add_heading(_original(name)[0].title, 0)
    for element in html.fragment_fromstring(_rendered(name), create_parent="div").iter():
        text = " ".join(element.text_content().split()) if isinstance(element.tag, str) else ""
        if re.fullmatch(r"h[1-6]", str(element.tag)):
            made.add_heading(text, int(element.tag[1]))
        elif element.tag == "li" and element.find("p") is None:
            made.add_paragraph(text, style="List Bullet")
        elif element.tag == "p":
            made.add_paragraph(text, style="List Bullet" if element.getparent().tag == "li" else None)
        elif element.tag == "table":
            _add_table(made, element)
    buffer = io.BytesIO()
    made.save(buffer)
    return buffer.getvalue()


def _add_table(made, table) -> None:  # type: ignore[no-untyped-def]
    rows = [[" ".join(cell.text_content().split()) for cell in row] for row in table.iter("tr")]
    added = made.add_table(rows=len(rows), cols=max(map(len, rows)))
    for number, row in enumerate(rows):
        for cell, text in zip(added.rows[number].cells, row, strict=False):
            cell.text = text


def _words(report: Report) -> Counter[str]:
    return Counter(word for passage in report[1] for word in re.findall(r"\w{3,}", passage.readable.casefold()))


@pytest.mark.parametrize("name", FIVE)
@pytest.mark.parametrize(("make", "ending"), [(_page, ".html"), (_word, ".docx")], ids=["page", "word"])
def test_a_conversion_says_the_same(name: str, make, ending: str) -> None:  # type: ignore[no-untyped-def]
    original, converted = _original(name), read_report(make(name), name.removesuffix(".md") + ending)
    assert converted[0].title == original[0].title
    said, kept = _words(original), _words(converted)
    assert (said & kept).total() >= 0.95 * said.total(), (said - kept).most_common(20)
    assert (said & kept).total() >= 0.95 * kept.total(), (kept - said).most_common(20)
    headings = {passage.headings for passage in original[1] if passage.headings}
    assert len(headings & {passage.headings for passage in converted[1]}) >= 0.8 * len(headings)
