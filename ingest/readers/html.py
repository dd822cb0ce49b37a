"""Saved web pages: the main content without menus, with the title, author and date that the page states."""

import re

from lxml import etree, html
from lxml.html import HtmlElement

from ingest.dates import iso_date
from ingest.decode import decode
from ingest.errors import EmptyReport, UnreadableReport
from ingest.extract import Extract, front_matter
from ingest.neutralise import neutralise
from ingest.readers.markup import to_markdown

_SITE_TAGS = ("nav", "footer", "aside", "form", "dialog", "menu", "script", "style", "noscript", "template")
_SITE_NAMES = re.compile(
    r"(?:^|[\s_-])(?:nav(?:bar|igation)?|menu|footer|sidebar|side-bar|cookies?|breadcrumbs?|share|sharing|social|related|"
    r"advert(?:isement)?|ads?|promo|newsletter|subscribe|skip-?link|pagination|pager|site-header|comments)(?:$|[\s_-])",
    re.IGNORECASE,
)
_ROLES = ("navigation", "banner", "contentinfo", "search", "complementary", "dialog")
_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?([\w-]{3,20})", re.IGNORECASE)


def read(data: bytes, name: str) -> Extract:
    text, removed = neutralise(_decoded(data, name))
    try:
        page = html.document_fromstring(text.encode(), parser=html.HTMLParser(encoding="utf-8", huge_tree=False))
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise UnreadableReport(f"{name} is not a web page that can be read. Save it again from the browser.") from error
    front = front_matter(_title(page), _authors(page), _date(page))
    content = to_markdown(_main(page))
    if not any(char.isalnum() for char in content):
        raise EmptyReport(f"{name} has no text of its own. Save the page again when all of it is shown.")
    return Extract(text=front + content, media_type="text/html", neutralised=removed)


def _decoded(data: bytes, name: str) -> str:
    """The encoding that the page declares, if it is true, or else what the bytes look like."""
    found = _CHARSET.search(data[:4096])
    if found and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return data.decode(found.group(1).decode("ascii"))
        except (LookupError, UnicodeDecodeError):
            pass
    return decode(data, name)


def _main(page: HtmlElement) -> HtmlElement:
    """What the page marks as its main part, or else its body without what is named as site furniture."""
    body = page.find("body") if page.find("body") is not None else page
    marked = [*body.iter("main"), *body.xpath(".//*[@role='main']"), *body.iter("article")]
    main = next((element for element in marked if len(element.text_content()) > 400), body)
    for element in list(main.iter()):
        if element is not main and isinstance(element.tag, str) and _is_site(element, main):
            element.drop_tree()
    return main


def _is_site(element: HtmlElement, main: HtmlElement) -> bool:
    names = f"{element.get('class') or ''} {element.get('id') or ''}"
    if element.tag in ("html", "body", "main", "article", "h1", "h2", "h3", "table", "tr", "td"):
        return False
    is_header = element.tag == "header" and main.tag == "body" and not any(element.iterancestors("article", "section"))
    named = bool(_SITE_NAMES.search(names)) and len(element.text_content()) < 3000
    return element.tag in _SITE_TAGS or element.get("role") in _ROLES or is_header or named


def _title(page: HtmlElement) -> str | None:
    """The page's name, without the site's name after it, where the page has no heading of the first level."""
    for heading in page.iter("h1"):
        if heading.text_content().strip():
            return None
    stated = _meta(page, "og:title") or page.findtext(".//title") or ""
    return re.split(r"\s+[|–—·»]\s+", " ".join(stated.split()))[0] or None


def _authors(page: HtmlElement) -> str | None:
    author = _meta(page, "author") or _meta(page, "dc.creator") or _meta(page, "citation_author")
    return author if author and not author.startswith("http") else None


def _date(page: HtmlElement) -> str | None:
    names = ("article:published_time", "dc.date", "dcterms.issued", "citation_publication_date", "date")
    stated = next((value for name in names if (value := _meta(page, name))), None)
    return iso_date(stated) if stated else None


def _meta(page: HtmlElement, name: str) -> str | None:
    for meta in page.iter("meta"):
        if (meta.get("name") or meta.get("property") or "").lower() == name:
            return " ".join((meta.get("content") or "").split()) or None
    return None
