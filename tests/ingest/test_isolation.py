"""Hostile files end as one clear sentence, in a child that dies alone."""

import io
import zipfile
import zlib

import pytest

from ingest import isolation
from ingest.errors import EmptyReport, IngestError, UnreadableReport, UnsupportedType
from ingest.isolation import Limits
from ingest.read import read_bytes

pytest.importorskip("liteparse")
pytest.importorskip("mammoth")

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


def word(body: str, before: str = "") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", TYPES)
        archive.writestr("_rels/.rels", RELATIONS)
        archive.writestr("word/document.xml", before + BODY.format(body))
    return buffer.getvalue()


def pdf(pages: int = 1, stream: bytes = b"", kids: bytes | None = None, trailer: bytes = b"") -> bytes:
    """A small PDF; its first page shows `stream`."""
    packed = zlib.compress(stream)
    kids = b" ".join(b"%d 0 R" % (n + 10) for n in range(pages)) if kids is None else kids
    page = b"%d 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Resources<</Font<</F 4 0 R>>>>/Contents 3 0 R>>endobj\n"
    return b"".join(
        [
            b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n",
            b"2 0 obj<</Type/Pages/Kids[%b]/Count %d>>endobj\n" % (kids, pages),
            b"3 0 obj<</Length %d/Filter/FlateDecode>>stream\n%b\nendstream endobj\n" % (len(packed), packed),
            b"4 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj\n",
            *(page % (n + 10) for n in range(pages)),
            b"trailer<</Root 1 0 R%b>>\n%%%%EOF" % trailer,
        ]
    )


SENTENCE = b"BT /F 12 Tf 50 700 Td (Councils saved 5 million pounds in 2031 by sharing platforms.) Tj ET"
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "lol"}">' for n in range(10))


def test_sound_files_are_read() -> None:
    assert read_bytes(pdf(stream=SENTENCE), "a.pdf").text.startswith("Councils saved 5 million pounds in 2031")
    assert read_bytes(word(TEXT.format("It works.")), "a.docx").text == "It works.\n"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("loop.pdf", pdf(kids=b"2 0 R"), "damaged"),
        ("pages.pdf", pdf(20_000), "has 20,000 pages; at most 1,000"),
        ("scan.pdf", pdf(stream=b"0 0 100 100 re f"), "only pictures of pages"),
        ("count.pdf", pdf().replace(b"/Count 1", b"/Count 999999999"), "no text"),
        ("locked.pdf", pdf(trailer=b"/Encrypt<</Filter/Standard/V 1/R 2/O(%b)/U(%b)/P -4>>/ID[(a)(a)]" % (b"o" * 32, b"u" * 32)),
         "encrypted"),
        ("half.pdf", pdf(stream=SENTENCE)[:100], "damaged"),
        ("text.pdf", b"This is no PDF.", "not a PDF file"),
        ("page.md", pdf(stream=SENTENCE), "is a PDF file"),
        ("word.txt", word(TEXT.format("x")), "ZIP or Office file"),
        ("word.pdf", word(TEXT.format("x")), "ZIP or Office file"),
        ("old.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old Office file or encrypted"),
        ("bomb.docx", word(TEXT.format("A" * 101 * 2**20)), "unpacks to more than 100 MB"),
        ("half.docx", word(TEXT.format("It works."))[:200], "damaged"),
        ("deep.docx", word("<w:sdt><w:sdtContent>" * 4000 + "</w:sdtContent></w:sdt>" * 4000), "damaged"),
        ("blank.docx", word(TEXT.format(" ")), "no text"),
        ("zip.docx", b"PK\x05\x06" + bytes(18), "not a Word file"),
        ("empty.pdf", b"", "is empty"),
        ("blank.html", b"<html><body><nav>Menu</nav></body></html>", "no text"),
        ("old.doc", b"x", "Save it as"),
    ],
)  # fmt: skip
def test_hostile_files_end_in_words(name: str, data: bytes, says: str) -> None:
    with pytest.raises(IngestError, match=says) as caught:
        read_bytes(data, name)
    assert str(caught.value).startswith(name)


@pytest.mark.slow
@pytest.mark.parametrize(
    "before",
    [f"<!DOCTYPE d [{LAUGHS}]>", '<!DOCTYPE d [<!ENTITY l9 SYSTEM "file:///etc/passwd">]>'],
)
def test_entities_are_not_unfolded_and_no_other_file_is_read(before: str) -> None:
    try:
        text = read_bytes(word(TEXT.format("a &l9; b"), before), "a.docx").text
    except IngestError:
        return
    assert "lol" not in text
    assert "root:" not in text


@pytest.mark.slow
def test_a_parser_that_needs_too_much_memory_is_stopped() -> None:
    limits = Limits(memory=1024**3, clock=60)
    with pytest.raises(UnreadableReport, match="more memory"):
        isolation.read("pdf", pdf(stream=b"BT /F 1 Tf " + b"(a) Tj " * 8_000_000 + b"ET"), "flate.pdf", limits)


def test_a_parser_that_takes_too_long_is_killed() -> None:
    with pytest.raises(UnreadableReport, match="too long"):
        isolation.read("docx", word(TEXT.format("It works.")), "slow.docx", Limits(clock=0.01))


@pytest.mark.slow
def test_a_parser_that_burns_the_processor_is_killed() -> None:
    with pytest.raises(UnreadableReport, match="too long"):
        isolation.read("docx", word(TEXT.format("a b.") * 400_000), "busy.docx", Limits(processor=2))


def test_a_parser_that_writes_too_much_is_stopped() -> None:
    with pytest.raises(UnreadableReport, match="more text than is allowed"):
        isolation.read("docx", word(TEXT.format("It works. " * 9_000)), "long.docx", Limits(result=10_000))


@pytest.mark.parametrize(
    "written",
    [
        b"", b"[]", b"{}", b"nul", b'{"text": 1, "pages": [], "year": null, "media_type": "", "neutralised": 0}',
        b'{"text": "a", "pages": [9], "year": null, "media_type": "", "neutralised": 0}',
        b'{"text": "a", "pages": [1, 0], "year": null, "media_type": "", "neutralised": 0}',
        b"[" * 100_000,
    ],
)  # fmt: skip
def test_what_a_child_writes_is_checked(written: bytes) -> None:
    with pytest.raises(UnreadableReport, match=r"a\.pdf could not be read"):
        isolation._extract(written, "a.pdf", Limits())


@pytest.mark.parametrize(("kind", "error"), [("EmptyReport", EmptyReport), ("Path", UnreadableReport)])
def test_a_child_can_only_name_errors_of_ingest(kind: str, error: type[Exception]) -> None:
    with pytest.raises(error, match="words") as caught:
        isolation._extract(b'{"error": "%b", "message": "words"}' % kind.encode(), "a.pdf", Limits())
    assert type(caught.value) is error


def test_the_environment_of_the_child_holds_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRENDWISE_MODEL_KEY", "secret")
    monkeypatch.setattr(isolation, "_CHILD", "import os, json; print(json.dumps(dict(os.environ)))")
    with pytest.raises(UnreadableReport):
        isolation.read("pdf", b"x", "a.pdf")
    monkeypatch.setattr(isolation, "_CHILD", "import os, sys; sys.exit('TRENDWISE_MODEL_KEY' in os.environ)")
    with pytest.raises(UnreadableReport, match="no sound result"):
        isolation.read("pdf", b"x", "a.pdf")


def test_a_text_longer_than_a_thousand_pages_is_refused() -> None:
    with pytest.raises(UnreadableReport, match="more than 5,000,000 characters"):
        read_bytes(b"word " * 1_000_001, "long.md")


def test_unknown_endings_are_refused_before_reading() -> None:
    with pytest.raises(UnsupportedType, match=r"a\.exe cannot be read"):
        read_bytes(b"MZ", "a.exe")


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("../../etc/plan.docx", "plan.docx"),
        ("pl\x00an\u202e\n.docx", "plan .docx"),
        ("a" * 4000 + ".docx", "a" * 195 + ".docx"),
        ("/x/\udce9.docx", ".docx"),
    ],
)
def test_names_are_shown_without_folders_and_tricks(name: str, source: str) -> None:
    try:
        assert read_bytes(word(TEXT.format("It works.")), name).source == source
    except UnsupportedType:  # a name that is only an ending
        assert source == ".docx"
