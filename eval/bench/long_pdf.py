"""A PDF of so many pages, each a heading and lines of text: as small as the format allows."""

from collections.abc import Iterator

_PLAIN = str.maketrans({"(": r"\(", ")": r"\)", "\\": r"\\"})
_WIDTH, _HEIGHT, _LEADING = 595, 842, 17


def long_pdf(sentences: Iterator[str], *, pages: int, lines: int) -> bytes:
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"", b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"]
    kids = []
    for number in range(1, pages + 1):
        content = _content(number, [next(sentences) for _ in range(lines)])
        kids.append(f"{len(objects) + 1} 0 R")
        objects.append(
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {_WIDTH} {_HEIGHT}]/Resources<</Font<</F 3 0 R>>>>"
            f"/Contents {len(objects) + 2} 0 R>>".encode()
        )
        objects.append(b"<</Length %d>>stream\n%b\nendstream" % (len(content), content))
    objects[1] = f"<</Type/Pages/Count {pages}/Kids[{' '.join(kids)}]>>".encode()
    return _file(objects)


def _content(number: int, lines: list[str]) -> bytes:
    shown = "\n".join(f"({_ascii(line)}) Tj T*" for line in lines)
    heading = f"BT /F 18 Tf 50 {_HEIGHT - 60} Td (Finding number {number}) Tj ET"
    return f"{heading}\nBT /F 9 Tf {_LEADING} TL 50 {_HEIGHT - 100} Td\n{shown}\nET".encode("ascii")


def _ascii(line: str) -> str:
    return line.translate(_PLAIN).encode("ascii", "ignore").decode("ascii")


def _file(objects: list[bytes]) -> bytes:
    data, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(data))
        data += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    end = b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (size, len(data))
    return data + b"xref\n0 %d\n0000000000 65535 f \n%b%b" % (size, table, end)
