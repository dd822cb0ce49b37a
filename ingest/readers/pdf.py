"""PDF: each page as Markdown by liteparse, then what it leaves to repair.

liteparse finds headings, lists and tables, joins lines and hyphenated words and drops most running headers. What
remains: running headers that it takes for headings, paragraphs cut at a page's end, headings that are no headings.
It was compared with pypdfium2 on real reports; the figures are in eval/NOTES.md.
"""

import re
from collections import Counter
from collections.abc import Sequence
from html import unescape
from itertools import pairwise

from liteparse import LiteParse, ParseError

from ingest.dates import is_date
from ingest.errors import EmptyReport, UnreadableReport
from ingest.extract import Extract, front_matter
from ingest.neutralise import neutralise

PAGES = 1_000
_STRUCK = re.compile(r"~~(.*?)~~")
_HEADING = re.compile(r"#{1,6} ")
_OTHER = re.compile(r"#{1,6} |[-*+] |\d{1,3}[.)] |\||```|---$|> ")
_RULE = re.compile(r"-{3,}$")
_TITLE = re.compile(r"<dc:title>\s*<rdf:Alt>\s*<rdf:li[^>]*[^/>]>([^<]+)</rdf:li>")
_FILE_NAME = re.compile(r"\.(?:docx?|pdf|indd|pptx?|xlsx?)$|^microsoft word|^untitled|^\W*$", re.IGNORECASE)


def read(data: bytes, name: str) -> Extract:
    result = _parsed(data, name)
    if result.total_pages > PAGES:
        raise UnreadableReport(f"{name} has {result.total_pages:,} pages; at most {PAGES:,} are read. Split it.")
    pages = [_blocks(page.markdown or page.text) for page in result.pages]
    if sum(len(block) for page in pages for block in page) < 20 * max(1, len(pages)) and not _has_prose(pages):
        raise EmptyReport(
            f"{name} has no text, only pictures of pages. Run text recognition (OCR) on it and add it again."
        )
    meta = result.doc_meta
    title = _stated_title((meta and meta.xmp) or "")
    return _joined(_repaired(pages), title, _year((meta and meta.creation_date) or ""))


def _parsed(data: bytes, name: str):  # type: ignore[no-untyped-def]
    parser = LiteParse(
        output_format="markdown",
        ocr_enabled=False,
        extract_links=False,
        extract_document_metadata=True,
        image_mode="off",
        max_pages=PAGES + 1,
        num_workers=1,
        quiet=True,
    )
    try:
        return parser.parse(data)
    except (ParseError, RuntimeError, ValueError, OSError) as error:
        if re.search(r"password|encrypt", str(error), re.IGNORECASE):
            raise UnreadableReport(f"{name} is encrypted. Remove its password and add it again.") from error
        raise UnreadableReport(f"{name} is damaged and cannot be read. Save or print it as a PDF again.") from error


def _blocks(page: str) -> list[str]:
    text = _STRUCK.sub(r"\1", page)
    return [block for part in re.split(r"\n\s*\n", text) if (block := part.strip()) and not _RULE.match(block)]


def _has_prose(pages: Sequence[list[str]]) -> bool:
    return any(re.search(r"\w{3,}\W+\w{3,}", block) for page in pages for block in page)


def _repaired(pages: Sequence[list[str]]) -> list[list[str]]:
    running = _running(pages)
    kept = [[block for block in page if _place(block) not in running] for page in pages]
    if not any(kept):
        kept = [list(page) for page in pages]
    kept[:1] = [_cover(page) or kept[0] for page in pages[:1]]
    return [_rejoined([_demoted(*pair) for pair in pairwise([*page, ""])]) for page in kept]


def _cover(page: list[str]) -> list[str]:
    """The lines of a title page as one title; a date on it is a line of its own. Nothing, if it is no title page."""
    if not 1 < len(page) < 7 or not all(_HEADING.match(block) and len(block) < 150 for block in page):
        return []
    lines = [_HEADING.sub("", block, count=1) for block in page]
    dates = [line for line in lines if is_date(line)]
    title = " ".join(line for line in lines if line not in dates)
    return [f"# {title}", *dates] if title else []


def _running(pages: Sequence[list[str]]) -> set[str]:
    """First and last lines that come back on a third of the pages, whatever number they carry."""
    edges = Counter(place for page in pages for place in {_place(block) for block in [*page[:2], *page[-2:]]})
    return {place for place, times in edges.items() if times >= 3 and times >= len(pages) / 4 and len(place) < 150}


def _place(block: str) -> str:
    return re.sub(r"\d+|[ivxl]+\b", "0", _HEADING.sub("", block)).casefold().strip()


def _demoted(block: str, following: str) -> str:
    """A heading that starts or ends in the middle of a sentence, or is a sentence, is text."""
    if not _HEADING.match(block):
        return block
    text = _HEADING.sub("", block, count=1)
    is_sentence = text.endswith((".", ";", ",")) and len(text.split()) > 12
    return text if text[:1].islower() or following[:1].islower() or is_sentence else block


def _rejoined(blocks: Sequence[str]) -> list[str]:
    joined: list[str] = []
    for block in blocks:
        if joined and _continues(joined[-1], block):
            joined[-1] = f"{joined[-1]} {block}"
        else:
            joined.append(block)
    return joined


def _continues(before: str, after: str) -> bool:
    """Text that was cut: it stops without a full stop and goes on with a small letter."""
    if _HEADING.match(before) or before.startswith(("|", "```")) or _OTHER.match(after):
        return False
    return not re.search(r"[.!?:;|][\"'”’)*]*$", before) and after[:1].islower()


def _joined(pages: Sequence[list[str]], title: str | None, year: int | None) -> Extract:
    """One text; a paragraph that a page's end cuts goes on, and the next page starts where its text does."""
    text = front_matter(title, None, None)
    starts: list[int] = []
    removed = 0
    open_end = ""
    for page in pages:
        cleaned = [neutralise(block) for block in page]
        removed += sum(count for _, count in cleaned)
        blocks = [block for block, _ in cleaned]
        if blocks and open_end and _continues(open_end, blocks[0]):
            text = text.rstrip("\n") + " "
        starts.append(len(text))
        text += "".join(f"{block}\n\n" for block in blocks)
        open_end = blocks[-1] if blocks else open_end
    starts[:1] = [0]
    return Extract(text=text, media_type="application/pdf", neutralised=removed, pages=tuple(starts), year=year)


def _stated_title(xmp: str) -> str | None:
    found = _TITLE.search(xmp)
    title = " ".join(unescape(found.group(1)).split()) if found else ""
    return title if len(title.split()) > 1 and not _FILE_NAME.search(title) else None


def _year(created: str) -> int | None:
    found = re.search(r"(?:19|20)\d\d", created)
    return int(found.group()) if found else None
