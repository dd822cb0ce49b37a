"""Coverage-guided fuzzing of what meets hostile bytes: readers, stream encoder, citation code, patterns.

    pip install atheris
    python tests/fuzz/fuzz.py TARGET [CORPUS] -max_total_time=600 -timeout=20

TARGET is a name below; CORPUS a folder where inputs that reach new code are kept. It stops at the first finding: an error
that nobody foresaw, a broken promise, or an input that takes longer than the timeout. Not part of the tests: it ends when
it is told to.
"""

import io
import json
import sys
import zipfile
from collections.abc import Callable
from importlib import import_module

import atheris  # type: ignore[import-not-found]
import numpy as np

with atheris.instrument_imports(include=["ingest", "service.api", "service.answering", "service.llm.engine_text"]):
    from index.types import Hit
    from ingest.errors import IngestError
    from ingest.neutralise import neutralise
    from ingest.read import read_bytes
    from ingest.readers import docx, html, pdf
    from ingest.split import split
    from ingest.types import Document
    from service.answering import cite, directives, segment
    from service.answering.sources import Source
    from service.api import sse
    from service.api.housekeeping import housekeeping
    from service.api.security import host_name, same_origin
    from service.llm.engine_text import TextPieces

_PACKED = {"word/document.xml": b"", "[Content_Types].xml": b"", "_rels/.rels": b""}


def markdown(data: bytes) -> None:
    _check(_document(data, "report.md"))


def plain(data: bytes) -> None:
    _check(_document(data, "report.txt"))


def _document(data: bytes, name: str) -> Document | None:
    try:
        return read_bytes(data, name)
    except IngestError:
        return None


def _check(document: Document | None) -> None:
    """Offsets are exact and in order, and there is nothing left that cannot be seen."""
    if document is None:
        return
    assert neutralise(document.text) == (document.text, 0)
    last = 0
    for passage in split(document):
        assert last <= passage.span.start < passage.span.end <= len(document.text)
        last = passage.span.end
        assert passage.text == passage.span.of(document.text)
        for sentence in passage.sentences:
            assert passage.span.start <= sentence.span.start < sentence.span.end <= passage.span.end


def web(data: bytes) -> None:
    _in_its_own_process(html.read, b"<html>" + data, "report.html")


def word(data: bytes) -> None:
    """The bytes are one part of a Word file whose others are sound."""
    parts = sorted(_PACKED)
    which = parts[data[0] % len(parts)] if data else parts[0]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in (_PACKED | {which: data[1:]}).items():
            archive.writestr(name, content)
    _in_its_own_process(docx.read, packed.getvalue(), "report.docx")


def portable(data: bytes) -> None:
    _in_its_own_process(pdf.read, b"%PDF-1.7\n" + data, "report.pdf")


def _in_its_own_process(read: Callable[..., object], data: bytes, name: str) -> None:
    """These readers run in a child, where any error is an unreadable file: what counts is a crash and a hang."""
    try:
        read(data, name)
    except Exception:
        return


def events(data: bytes) -> None:
    """A text goes through an event and comes out as it was, whatever it spells; nothing in it ends the event."""
    text = data.decode("utf-8", "surrogateescape")
    sent = sse.encode("token", {"text": text})
    assert sent.endswith(b"\n\n")
    assert sent.count(b"\n") == 3
    assert b"\r" not in sent
    name, payload = sent.decode("ascii").split("\n")[:2]
    assert name == "event: token"
    assert json.loads(payload.removeprefix("data: ")) == {"text": text}


def pieces(data: bytes) -> None:
    """The text does not depend on how its bytes were cut, and nothing follows a stop string."""
    size, body = (data[0] % 7 + 1 if data else 1), data[1:]
    stops = ("\n\n", "Question:", "é€")
    cut, whole = TextPieces(stops), TextPieces(stops)
    said = "".join(cut.feed(body[at : at + size]) for at in range(0, len(body), size)) + cut.finish()
    told = "".join(whole.feed(bytes([byte])) for byte in body) + whole.finish()
    assert said == told
    assert not any(stop in said for stop in stops)


def citations(data: bytes) -> None:
    """A quotation is exactly the document's text; marks come off as they went on; sentences do not depend on the cut."""
    document = _document(data, "report.md")
    text = data.decode("utf-8", "replace")
    size = (data[0] % 11 + 1) if data else 1
    segmenter = segment.Segmenter()
    cut = [s for at in range(0, len(text), size) for s in segmenter.feed(text[at : at + size])] + segmenter.finish()
    made = cite.Citations()
    for passage in split(document) if document else []:
        hit = Hit(passage, "A report", None, 1.0, None, None, None, None)
        vector = np.zeros(1, np.float32)
        sources = [Source(hit, 0, n, sentence, vector, 1.0, 1.0, 1.0) for n, sentence in enumerate(passage.sentences)]
        used, _ = made.cite(sources[:: 1 + size % 2])
        for sentence in cut[:5]:
            assert cite.unmarked(cite.mark(sentence, used)) == cite.unmarked(sentence)
    for citation in made:
        assert document
        assert citation.quote == document.text[citation.start : citation.end]
        assert len(citation.quote.split()) <= cite.MOST_WORDS


def patterns(data: bytes) -> None:
    """Patterns that look through what people and reports say take no longer than its length warrants."""
    text = data.decode("utf-8", "replace")
    directives.without_directives(text)
    housekeeping(text)
    host = host_name(text)
    assert host is None or "@" not in text
    assert not same_origin("null", text)


TARGETS = (markdown, plain, web, word, portable, events, pieces, citations, patterns)


def _sound_parts() -> None:
    """A sound Word file, from python-docx's own template."""
    path = import_module("docx").__path__[0] + "/templates/default.docx"
    with zipfile.ZipFile(path) as archive:
        _PACKED.update({name: archive.read(name) for name in archive.namelist()})


if __name__ == "__main__":
    target = next(target for target in TARGETS if target.__name__ == sys.argv[1])
    if target is word:
        _sound_parts()
    atheris.Setup([sys.argv[0], *sys.argv[2:]], target)
    atheris.Fuzz()
