"""HTML elements become Markdown: one way into the structure walk for web pages and Word documents.

Only what carries the report's content is kept: headings, paragraphs, lists, tables, quotations. Text is not
escaped beyond what would change a line's meaning, so that quotations can be found again in the page.
"""

import re

from lxml.html import HtmlElement

_SECTIONS = ("address", "article", "aside", "body", "details", "div", "footer", "form", "header", "html", "main", "nav")
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_LISTS = ("dd", "dl", "dt", "li", "ol", "ul")
_TABLES = ("caption", "table", "tbody", "td", "tfoot", "th", "thead", "tr")
_TEXTS = ("blockquote", "center", "fieldset", "figcaption", "figure", "hr", "p", "pre", "section", "summary")
_BLOCKS = frozenset((*_SECTIONS, *_HEADINGS, *_LISTS, *_TABLES, *_TEXTS))
_MEDIA = ("audio", "canvas", "embed", "iframe", "img", "map", "object", "picture", "svg", "video")
_CONTROLS = ("button", "dialog", "input", "option", "select", "textarea")
_DROPPED = frozenset((*_MEDIA, *_CONTROLS, "head", "link", "meta", "noscript", "script", "style", "template", "title"))
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0|opacity\s*:\s*0(?![.\d]*[1-9])", re.I
)
_MARK = re.compile(r"(?=#{1,6}\s|[-+*>]\s|\||`{3}|~{3}|={3,}$|-{3,}$)")
_NUMBER = re.compile(r"(\d{1,9})([.)]\s)")


def to_markdown(root: HtmlElement) -> str:
    """The element's content, blocks apart by a blank line."""
    return "\n\n".join(block for block in _blocks(root) if block.strip()) + "\n"


def is_hidden(element: HtmlElement) -> bool:
    """Text that a reader of the page does not see is not part of the report."""
    hidden = element.get("hidden") is not None or element.get("aria-hidden") == "true"
    return hidden or bool(_HIDDEN.search(element.get("style") or ""))


def _skipped(element: HtmlElement) -> bool:
    return not isinstance(element.tag, str) or element.tag in _DROPPED or is_hidden(element)


def _blocks(element: HtmlElement) -> list[str]:
    """The blocks inside an element; runs of inline content between them are paragraphs."""
    blocks: list[str] = []
    run = element.text or ""
    for child in element:
        if not _skipped(child):
            if _holds_blocks(child):
                blocks += [_paragraph(run), *_block(child)]
                run = ""
            else:
                run += _inline(child)
        run += child.tail or ""
    return [block for block in [*blocks, _paragraph(run)] if block]


def _block(element: HtmlElement) -> list[str]:
    tag = element.tag
    if re.fullmatch(r"h[1-6]", tag):
        text = _folded(_inline_content(element))
        return [f"{'#' * int(tag[1])} {text}"] if text else []
    if tag in ("ul", "ol"):
        return [_list(element, "")]
    if tag == "dl":
        return [_definitions(element)]
    if tag == "table":
        return _table(element)
    if tag == "blockquote":
        return ["\n".join(f"> {line}".rstrip() for line in "\n\n".join(_blocks(element)).split("\n"))]
    if tag == "pre":
        return ["```\n" + element.text_content().strip("\n").replace("```", "'''") + "\n```"]
    return [] if tag == "hr" else _blocks(element)


def _list(element: HtmlElement, indent: str) -> str:
    lines: list[str] = []
    for number, item in enumerate((child for child in element if child.tag == "li" and not _skipped(child)), 1):
        mark = f"{number}. " if element.tag == "ol" else "- "
        nested = [child for child in item.iter("ul", "ol") if child.getparent() is not None and _owner(child) is item]
        parts = [_folded(part) for part in _blocks(_without(item, nested))]
        if parts:
            lines.append(indent + mark + parts[0])
            lines += [f"{indent}{' ' * len(mark)}{part}" for part in parts[1:]]
        lines += [_list(child, indent + " " * len(mark)) for child in nested]
    return "\n".join(line for line in lines if line.strip())


def _owner(element: HtmlElement) -> HtmlElement | None:
    """The list item that a nested list stands in."""
    return next(element.iterancestors("li"), None)


def _without(item: HtmlElement, nested: list[HtmlElement]) -> HtmlElement:
    for child in nested:
        child.drop_tree()
    return item


def _definitions(element: HtmlElement) -> str:
    lines: list[str] = []
    for child in element.iter("dt", "dd"):
        text = _folded(_inline_content(child))
        if child.tag == "dd" and lines and lines[-1].endswith(":"):
            lines[-1] += f" {text}"
        elif text:
            lines.append(f"- {text.rstrip(':')}:" if child.tag == "dt" else f"- {text}")
    return "\n".join(lines)


def _table(element: HtmlElement) -> list[str]:
    """A pipe table; a table with one column is a list of paragraphs, which is what it lays out."""
    captions = [_folded(_inline_content(caption)) for caption in element.iter("caption")]
    rows = [_cells(row) for row in element.iter("tr") if next(row.iterancestors("table")) is element]
    rows = [row for row in rows if any(row)]
    width = max((len(row) for row in rows), default=0)
    if width < 2:
        return [*captions, *(row[0] for row in rows)]
    lines = ["| " + " | ".join([*row, *[""] * (width - len(row))]) + " |" for row in rows]
    lines.insert(1, "|" + "---|" * width)
    return [*captions, "\n".join(lines)]


def _cells(row: HtmlElement) -> list[str]:
    cells: list[str] = []
    for cell in row.iterchildren("td", "th"):
        text = _folded(_inline_content(cell)).replace("|", "\\|")
        span = cell.get("colspan") or "1"
        cells += [text] * min(int(span) if span.isdigit() else 1, 20) if text else [""]
    return cells


def _holds_blocks(element: HtmlElement) -> bool:
    return element.tag in _BLOCKS or any(child.tag in _BLOCKS for child in element.iterdescendants())


def _inline(element: HtmlElement) -> str:
    if _skipped(element):
        return ""
    text = _inline_content(element)
    if element.tag == "br":
        return "\n"
    if element.tag == "a" and text.strip():
        target = (element.get("href") or "").strip()
        is_note = target.startswith("#") and re.fullmatch(r"\W*(?:\d{1,3}|[a-z]|[↑↩*†]|back)\W*", text.strip())
        if is_note:
            return ""
        return f"[{_folded(text)}]({target})" if target and not re.search(r"[\s()<>]", target) else text
    return text


def _inline_content(element: HtmlElement) -> str:
    """Text of an element; blocks in it, such as paragraphs of a cell, are apart by a space."""
    parts = [element.text or ""]
    for child in element:
        if not _skipped(child):
            parts.append(f" {_inline_content(child)} " if child.tag in _BLOCKS else _inline(child))
        parts.append(child.tail or "")
    return "".join(parts)


def _paragraph(text: str) -> str:
    text = _folded(text)
    text = _NUMBER.sub(r"\1\\\2", text, count=1) if _NUMBER.match(text) else text
    return "\\" + text if text and _MARK.match(text) else text


def _folded(text: str) -> str:
    return " ".join(text.split())
