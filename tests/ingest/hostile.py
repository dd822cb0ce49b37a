"""Files that somebody sends to break what reads them, each with what the person is told. Made when they are needed."""

# ruff: noqa: S311 - chance, not secrets

import io
import random
import zipfile
import zlib
from collections.abc import Callable, Mapping

TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/word/document.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
RELATIONS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
    'Target="word/document.xml"/></Relationships>'
)
BODY = '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>{}</w:body></w:document>'
TEXT = "<w:p><w:r><w:t>{}</w:t></w:r></w:p>"


def zipped(parts: Mapping[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return buffer.getvalue()


def word(body: str, before: str = "", parts: Mapping[str, str] | None = None) -> bytes:
    """A Word document with that body; `before` stands before it, `parts` beside it."""
    own = {"[Content_Types].xml": TYPES, "_rels/.rels": RELATIONS, "word/document.xml": before + BODY.format(body)}
    return zipped({**own, **(parts or {})})


def lying(archive: bytes) -> bytes:
    """Every part says that it unpacks to 100 bytes."""
    data = bytearray(archive)
    for mark, size in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        at = -1
        while (at := data.find(mark, at + 1)) >= 0:
            data[at + size : at + size + 4] = (100).to_bytes(4, "little")
    return bytes(data)


def pdf(
    pages: int = 1, stream: bytes = b"", kids: bytes | None = None, trailer: bytes = b"", extra: bytes = b""
) -> bytes:
    """A small PDF; its first page shows `stream`."""
    packed = zlib.compress(stream)
    kids = b" ".join(b"%d 0 R" % (n + 10) for n in range(pages)) if kids is None else kids
    page = b"%d 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Resources<</Font<</F 4 0 R>>/XObject<</X 5 0 R>>>>/Contents 3 0 R>>endobj\n"
    return b"".join(
        [
            b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n",
            b"2 0 obj<</Type/Pages/Kids[%b]/Count %d>>endobj\n" % (kids, pages),
            b"3 0 obj<</Length %d/Filter/FlateDecode>>stream\n%b\nendstream endobj\n" % (len(packed), packed),
            b"4 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj\n",
            extra,
            *(page % (n + 10) for n in range(pages)),
            b"trailer<</Root 1 0 R%b>>\n%%%%EOF" % trailer,
        ]
    )


SENTENCE = b"BT /F 12 Tf 50 700 Td (Councils saved 5 million pounds in 2031 by sharing platforms.) Tj ET"
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "lol"}">' for n in range(10))
LOCKED = b"/Encrypt<</Filter/Standard/V 1/R 2/O(%b)/U(%b)/P -4>>/ID[(a)(a)]" % (b"o" * 32, b"u" * 32)


def _form(stream: bytes) -> bytes:
    """A form that shows itself."""
    head = (
        b"5 0 obj<</Type/XObject/Subtype/Form/BBox[0 0 600 800]/Resources<</XObject<</X 5 0 R>>>>/Length %d>>stream\n"
    )
    return head % len(stream) + stream + b"\nendstream endobj\n"


HOSTILE: tuple[tuple[str, Callable[[], bytes], str], ...] = (
    ("loop.pdf", lambda: pdf(kids=b"2 0 R"), "damaged"),
    ("turns.pdf", lambda: pdf(stream=b"/X Do", extra=_form(b"/X Do")), "no text"),
    ("pages.pdf", lambda: pdf(100_000), "has 100,000 pages; at most 1,000"),
    ("scan.pdf", lambda: pdf(stream=b"0 0 100 100 re f"), "only pictures of pages"),
    ("count.pdf", lambda: pdf().replace(b"/Count 1", b"/Count 999999999"), "no text"),
    ("locked.pdf", lambda: pdf(trailer=LOCKED), "encrypted"),
    ("half.pdf", lambda: pdf(stream=SENTENCE)[:100], "damaged"),
    ("inflated.pdf", lambda: pdf(stream=b"BT /F 1 Tf " + b"(a) Tj " * 16_000_000 + b"ET"), "more memory|too long"),
    ("noise.pdf", lambda: b"%PDF-1.7\n" + random.Random(1).randbytes(500_000), "damaged"),
    ("text.pdf", lambda: b"This is no PDF.", "not a PDF file"),
    ("picture.pdf", lambda: b"\x89PNG\r\n\x1a\n" + bytes(500), "not a PDF file"),
    ("page.md", lambda: pdf(stream=SENTENCE), "is a PDF file"),
    ("word.txt", lambda: word(TEXT.format("x")), "ZIP or Office file"),
    ("word.pdf", lambda: word(TEXT.format("x")), "ZIP or Office file"),
    ("program.docx", lambda: b"MZ" + bytes(5_000), "not a Word file"),
    ("old.docx", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old Office file or encrypted"),
    ("bomb.docx", lambda: word(TEXT.format("A" * 101 * 2**20)), "unpacks to more than 100 MB"),
    ("liar.docx", lambda: lying(word(TEXT.format("A" * 101 * 2**20))), "damaged|no text"),
    ("parts.docx", lambda: word("", parts={f"word/{n}.xml": "x" for n in range(6_000)}), "unpacks to more"),
    ("half.docx", lambda: word(TEXT.format("It works."))[:200], "damaged"),
    ("deep.docx", lambda: word("<w:sdt><w:sdtContent>" * 4000 + "</w:sdtContent></w:sdt>" * 4000), "damaged"),
    ("laughs.docx", lambda: word(TEXT.format("&l9;"), f"<!DOCTYPE d [{LAUGHS}]>"), "damaged"),
    ("blank.docx", lambda: word(TEXT.format(" ")), "no text"),
    ("zip.docx", lambda: b"PK\x05\x06" + bytes(18), "not a Word file"),
    ("climbs.docx", lambda: word("", parts={"../../../etc/cron.d/x": "x"}), "no text"),
    ("sheet.docx", lambda: zipped({"xl/workbook.xml": "<x/>"}), "not a Word document"),
    ("empty.pdf", lambda: b"", "is empty"),
    ("spaces.md", lambda: b" \n" * 100_000, "is empty"),
    ("unseen.txt", lambda: "\u200b\u202e".encode() * 100_000, "is empty"),
    ("noise.txt", lambda: random.Random(2).randbytes(3_000_000), "not a text file"),
    ("zeros.md", lambda: bytes(1_000_000), "not a text file"),
    ("endless.txt", lambda: b"word " * 1_000_001, "more than 5,000,000 characters"),
    ("large.txt", lambda: b"word " * (6 * 2**20), "larger than 25 MB"),
    ("blank.html", lambda: b"<html><body><nav>Menu</nav></body></html>", "no text"),
    ("deep.html", lambda: b"<html><body>" + b"<div>" * 500_000, "no text|not a web page"),
    ("old.doc", lambda: b"x", "Save it as"),
    ("a" * 4_096 + ".pdf", lambda: b"This is no PDF.", "not a PDF file"),
    ("../../etc/passwd.pdf", lambda: b"root:x:0:0", "not a PDF file"),
    ("..\\..\\a\x00b\u202efdp.docx", lambda: b"x", "not a Word file"),
)
"""Name, bytes, and a pattern of the error's words."""
