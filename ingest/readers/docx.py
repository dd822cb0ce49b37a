"""Word documents. They have no fixed pages: headings say where something stands."""

import io
import re
import zipfile

import mammoth
from lxml import etree, html

from ingest.errors import EmptyReport, UnreadableReport
from ingest.extract import Extract, front_matter
from ingest.neutralise import neutralise
from ingest.readers.markup import to_markdown

UNPACKED = 100 * 1024 * 1024
"""Bytes that all parts of a document may have together."""
_PARTS = 5_000
_STYLES = "p[style-name='Title'] => h1:fresh\np[style-name='Subtitle'] => p:fresh\nu => em"


def read(data: bytes, name: str) -> Extract:
    title = _checked(data, name)
    try:
        found = mammoth.convert_to_html(
            io.BytesIO(data),
            style_map=_STYLES,
            convert_image=mammoth.images.img_element(lambda image: {}),
            id_prefix="",
        )
    except Exception as error:  # mammoth lets through whatever its parts raise
        raise UnreadableReport(f"{name} is damaged and cannot be read. Open it in Word and save it again.") from error
    if not re.sub(r"<[^>]*>", "", found.value).strip():
        raise EmptyReport(f"{name} has no text in it. Add a document with text.")
    page = html.document_fromstring(f"<html><body>{found.value}</body></html>")
    content = to_markdown(page.find("body"))
    headed = re.search(r"^# ", content, re.MULTILINE)
    text, removed = neutralise(front_matter(None if headed else title, None, None) + content)
    media_type = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    return Extract(text=text, media_type=media_type, neutralised=removed)


def _checked(data: bytes, name: str) -> str | None:
    """The document's own title. Refuses what unpacks to too much before anything is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            if len(parts) > _PARTS or sum(part.file_size for part in parts) > UNPACKED:
                raise UnreadableReport(
                    f"{name} unpacks to more than 100 MB. Save it without its images and add it again."
                )
            if any(part.flag_bits & 1 for part in parts):
                raise UnreadableReport(f"{name} is encrypted. Remove its password and add it again.")
            if "word/document.xml" not in archive.namelist():
                raise UnreadableReport(f"{name} is not a Word document. Save it as .docx and add it again.")
            return _title(archive)
    except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError) as error:
        raise UnreadableReport(f"{name} is damaged and cannot be read. Open it in Word and save it again.") from error


def _title(archive: zipfile.ZipFile) -> str | None:
    if "docProps/core.xml" not in archive.namelist():
        return None
    try:
        parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
        core = etree.fromstring(archive.read("docProps/core.xml"), parser)
    except etree.XMLSyntaxError:
        return None
    return " ".join((core.findtext("{http://purl.org/dc/elements/1.1/}title") or "").split()) or None
