"""The parts of an export as a file: Markdown, HTML to print, DOCX. Nothing in them is anything but text."""

import base64
import hashlib
import html
import io
import re
from collections.abc import Callable, Sequence
from typing import Literal

from service.export import Part, Record, Style, parts

Format = Literal["md", "html", "docx"]
MEDIA_TYPES: dict[Format, str] = {
    "md": "text/markdown; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


def render(record: Record, format: Format) -> bytes:  # noqa: A002
    writers: dict[Format, Callable[[Sequence[Part]], bytes]] = {"md": _markdown, "html": _html, "docx": _docx}
    return writers[format](list(parts(record)))


_ESCAPED = re.compile(r"([\\`*_{}\[\]<>#|!&@~$]|:(?=//)|(?<=www)\.)")
_LINE_START = re.compile(r"^(\s*)(?:([-+])|(\d+)([.)]))(?=\s)")


def _markdown(laid_out: Sequence[Part]) -> bytes:
    prefix: dict[Style, str] = {"title": "# ", "heading": "## ", "quote": "> "}
    return "".join(f"{prefix.get(part.style, '')}{_plain(part)}\n\n" for part in laid_out).encode()


def _plain(part: Part) -> str:
    """Text that Markdown shows as it is: whatever a report or a person wrote makes no link, image or heading."""
    text = _ESCAPED.sub(r"\\\1", " ".join(part.text.split()))
    return _LINE_START.sub(lambda m: f"{m[1]}\\{m[2]}" if m[2] else f"{m[1]}{m[3]}\\{m[4]}", text)


STYLE = """
@page { size: A4; margin: 22mm 20mm; }
body { max-width: 42rem; margin: 2rem auto; padding: 0 1rem; font: 11pt/1.5 Arial, "Liberation Sans", sans-serif; color: #000; background: #fff; }
h1 { font-size: 20pt; line-height: 1.2; }
h2 { margin: 2em 0 .5em; font-size: 13pt; line-height: 1.3; break-after: avoid; }
p { margin: 0 0 .6em; }
.note { font-size: 9pt; color: #444; }
.reference { margin: 1.2em 0 0; font-weight: bold; break-after: avoid; }
blockquote { margin: .3em 0; padding-left: 1em; border-left: 2px solid #999; font-family: Georgia, "Liberation Serif", serif; break-inside: avoid; break-after: avoid; }
@media print { body { max-width: none; margin: 0; padding: 0; } }
"""
_TAGS: dict[Style, str] = {"title": "h1", "heading": "h2", "quote": "blockquote"}


def _html(laid_out: Sequence[Part]) -> bytes:
    """One file, ready to print. Its own policy allows nothing but its own style, wherever it is opened."""
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    head = [
        '<meta charset="utf-8">',
        f"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-{digest}'\">",
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{html.escape(laid_out[0].text)}</title>",
        f"<style>{STYLE}</style>",
    ]
    lines = ["<!doctype html>", '<html lang="en-GB">', "<head>", *head, "</head>", "<body>"]
    lines += [_element(part) for part in laid_out]
    return "\n".join([*lines, "</body>", "</html>", ""]).encode()


def _element(part: Part) -> str:
    tag = _TAGS.get(part.style, "p")
    named = f' class="{part.style}"' if part.style in ("note", "reference") else ""
    return f"<{tag}{named}>{html.escape(part.text)}</{tag}>"


_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _docx(laid_out: Sequence[Part]) -> bytes:
    from docx import Document
    from docx.shared import Pt

    styles: dict[Style, str] = {"title": "Title", "heading": "Heading 1", "quote": "Quote"}
    document = Document()
    about = document.core_properties
    about.title, about.author, about.comments = _NOT_XML.sub("", laid_out[0].text), "Trendwise", ""
    for part in laid_out:
        paragraph = document.add_paragraph(style=styles.get(part.style, "Normal"))
        run = paragraph.add_run(_NOT_XML.sub("", part.text))
        paragraph.paragraph_format.keep_with_next = part.style in ("reference", "quote")
        if part.style == "note":
            run.font.size = Pt(9)
        if part.style == "reference":
            run.bold = True
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()
