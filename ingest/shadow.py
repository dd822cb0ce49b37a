"""The lines that the Markdown parser sees in the place of the file's own.

A shadow has as many lines as the text, so what is parsed from line n stands in line n. `shift` says by how
many characters a shadow line is longer than the line it stands for, before its content.
"""

import re
from dataclasses import dataclass

from ingest.mask import DROP
from ingest.site import is_site

_TIGHT_HEADING = re.compile(r"( {0,3}#{1,6})(?=[^#\s])")
_FOOTNOTE = re.compile(r"\s{0,3}\[\^[^\]\s]{1,40}\]:[ \t]*")
_BULLET = re.compile(r"(\s*)[•▪◦‣●○■□–·\uf0b7](?=[ \t])")
_ITEM = re.compile(r"\s*(?:[-*+]|\d{1,3}[.)]|\(?[a-z0-9]{1,3}\))\s+\S")
_NUMBERED = re.compile(r"(\d{1,2}(?:\.\d{1,2})*)\.?\s+\S")
_END = re.compile(r"[.!?:;,…]['\"’”)\]]*$")


@dataclass(frozen=True, slots=True)
class Line:
    text: str
    shift: int = 0


def markdown(lines: list[str]) -> list[Line]:
    """Masked Markdown lines: headings without a space after `#`, footnotes and typed bullets become what they mean."""
    fenced = False
    out: list[Line] = []
    for line in lines:
        if line.lstrip().startswith(("```", "~~~")):
            fenced = not fenced
        out.append(Line(line) if fenced else _markdown(line))
    return out


def _markdown(line: str) -> Line:
    if not line.replace(DROP, "").strip():
        return Line("")
    if found := _TIGHT_HEADING.match(line):
        return Line(f"{found.group()} {line[found.end() :]}", 1)
    if found := _FOOTNOTE.match(line):
        return Line("* " + line[found.end() :], 2 - found.end())
    return _bulleted(line) or Line(line)


def _bulleted(line: str) -> Line | None:
    if found := _BULLET.match(line):
        return Line(found.group(1)[:12] + "*" + line[found.end() :], len(found.group(1)[:12]) + 1 - found.end())
    return None


def plain(lines: list[str]) -> list[Line]:
    """Lines of plain text: short lines that stand alone become headings, typed bullets become lists."""
    out: list[Line] = []
    base: int | None = None
    for number, line in enumerate(lines):
        if not line.strip():
            out.append(Line(""))
            continue
        item = _bulleted(line) or (Line(line) if _ITEM.match(line) else None)
        if is_heading(lines, number):
            mark = "#" * (1 + _depth(line)) + " "
            out.append(Line(mark + line.lstrip(), len(mark) - _indent(line)))
            base = None
        elif item:
            base = _indent(line) if base is None else min(base, _indent(line))
            indent = min(_indent(line) - base, 8)
            text = item.text.lstrip()
            out.append(Line(" " * indent + text, item.shift + indent - _indent(item.text)))
        elif base is not None and _indent(line) >= base + 2:
            out.append(Line(line[base:], -base))
        else:
            base = None
            out.append(Line(line.lstrip(), -_indent(line)))
    return out


def is_heading(lines: list[str], number: int) -> bool:
    """A short line without a full stop that stands alone, before more text."""
    line = lines[number].strip()
    alone = _blank(lines, number - 1) and _blank(lines, number + 1)
    if not alone or len(line) > 90 or len(line.split()) > 12 or _END.search(line) or _BULLET.match(line):
        return False
    if not line[0].isalnum() or line[0].islower() or line.startswith(("http", "www.")) or ": " in line:
        return False
    return not is_site(line) and any(following.strip() for following in lines[number + 1 :])


def _depth(line: str) -> int:
    found = _NUMBERED.match(line.strip())
    return min(found.group(1).count(".") + 1, 5) if found else 1


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _blank(lines: list[str], number: int) -> bool:
    return not 0 <= number < len(lines) or not lines[number].strip()
