"""Bytes become text: byte order marks, UTF-8, UTF-16, and the encodings of older office files."""

from charset_normalizer import from_bytes

from ingest.errors import EmptyReport, UnreadableReport

_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_WESTERN = ("cp1252", "latin-1")


def decode(data: bytes, name: str) -> str:
    """Raises `EmptyReport` where there is nothing, `UnreadableReport` where it is no text."""
    if not data.strip():
        raise EmptyReport(f"{name} is empty: there is no text in it. Add a file with text.")
    text = _decoded(data)
    if text is None or _is_junk(text):
        raise UnreadableReport(f"{name} is not a text file. Save it as text in UTF-8 and add it again.")
    return text


def _decoded(data: bytes) -> str | None:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _try(data, encoding)
    if (wide := _wide(data)) is not None:
        return _try(data, wide)
    return _try(data, "utf-8") or _guessed(data)


def _wide(data: bytes) -> str | None:
    """UTF-16 without a mark: every second byte of Western text is zero."""
    sample = data[:4096]
    half = len(sample) // 2
    if half == 0:
        return None
    if sample[1::2].count(0) > 0.7 * half and sample[0::2].count(0) < 0.05 * half:
        return "utf-16-le"
    if sample[0::2].count(0) > 0.7 * half and sample[1::2].count(0) < 0.05 * half:
        return "utf-16-be"
    return None


def _guessed(data: bytes) -> str | None:
    if b"\x00" in data:
        return None
    western = next((text for encoding in _WESTERN if (text := _try(data, encoding)) is not None), None)
    best = from_bytes(data, threshold=0.2).best()
    if best is None or best.encoding.startswith(("cp125", "latin", "iso8859", "mac", "cp437", "cp85", "cp86")):
        return western
    return str(best)


def _try(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _is_junk(text: str) -> bool:
    """Binary files decode to control characters or to few letters."""
    sample = text[:100_000]
    controls = sum(1 for char in sample if (char < " " and char not in "\t\n\r\f\x1b") or "\x7f" <= char < "\x9f")
    return controls > 0.02 * len(sample) or controls > 200
