"""What lines of a title block state: authors, dates, years. Nothing is invented."""

import re
from collections.abc import Sequence
from pathlib import PurePath

from ingest.dates import is_date, iso_date, opens_with_date, year_in

_AUTHORS = re.compile(
    r"(?:(?:lead |report )?authors?|contributors?|written by|prepared by|edited by)\b[^:]{0,25}:\s*", re.I
)
_BYLINE = re.compile(r"[Bb]y\s+(?=[A-Z])")
_DATED = re.compile(
    r"(?:first |last )?(?:published|publication date|date of publication|date|updated|issued|released)(?: on)?\s*:?\s+",
    re.I,
)
_BODY = re.compile(
    r"\b(?:department|ministry|office|agency|committee|university|institute|association|authority|commission)\b", re.I
)
"""Names of bodies hold commas and `and`."""
_SMALL = {"uk", "us", "eu", "ai", "nhs", "cio", "ict"}


class Stated:
    """Collects what is stated first."""

    def __init__(self) -> None:
        self.title: str | None = None
        self.authors: tuple[str, ...] = ()
        self.date: str | None = None

    def take_field(self, field: str, value: str) -> bool:
        """A field of front matter. Whether it said something new."""
        value = value.strip("'\"")
        if field == "title":
            taken, self.title = not self.title, self.title or value
        elif field.startswith("author"):
            taken, self.authors = not self.authors, self.authors or _names(value.strip("[]"))
        else:
            taken, self.date = not self.date, self.date or iso_date(value)
            taken = taken and bool(self.date)
        return taken

    def take_line(self, text: str) -> bool:
        """A line of text such as `Authors: …` or `Published: …`. Whether it said something new."""
        named = _AUTHORS.match(text)
        byline = _BYLINE.match(text) if not named else None
        if not self.authors and (named or byline):
            names = _names(text[(named or byline).end() :])  # type: ignore[union-attr]
            self.authors = names if named or all(_is_name(name) for name in names) else ()
            return bool(self.authors)
        dated = _DATED.match(text)
        stated = text[dated.end() :] if dated else text if is_date(text) else ""
        if not self.date and opens_with_date(stated):
            self.date = iso_date(stated[:40])
            return bool(self.date)
        return False


def from_name(name: str) -> str:
    """A title made of a file's name, for a report that does not state one."""
    words = [word.upper() if word in _SMALL else word for word in re.split(r"[-_\s]+", PurePath(name).stem) if word]
    title = " ".join(words)
    return title[:1].upper() + title[1:] or name


def key(text: str) -> str:
    """The words of a text, for comparing what is said and not how it is written."""
    return " ".join(re.findall(r"\w+", text.casefold()))


def _names(text: str) -> tuple[str, ...]:
    between = r"\s*;\s*" if _BODY.search(text) else r"\s*(?:,|;|&|\band\b)\s*"
    parts = re.split(between, text.strip().rstrip("."))
    names = tuple(name for part in parts if (name := part.strip("'\" ")))
    plausible = all(len(name.split()) <= 10 and name[:1].isupper() and not re.search(r"\d", name) for name in names)
    return names if plausible else ()


def _is_name(text: str) -> bool:
    words = text.split()
    return 2 <= len(words) <= 4 and all(word[:1].isupper() or word in ("de", "van", "von", "der") for word in words)


def year_of(texts: Sequence[str]) -> int | None:
    """The year that most of the texts name; the earlier text decides a draw."""
    years = [year for text in texts if (year := year_in(text))]
    return max(years, key=lambda year: (years.count(year), -years.index(year))) if years else None
