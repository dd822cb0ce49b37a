"""Dates that a file states, as ISO 8601 of the precision that it states."""

import re
from datetime import date as calendar_date

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = r"(?P<month>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_FORMS = (
    re.compile(rf"{_YEAR}-(?P<number>\d\d)(?:-(?P<day>\d\d))?(?!\d)"),
    re.compile(rf"(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+)?(?:of\s+)?{_MONTH},?\s+{_YEAR}", re.IGNORECASE),
    re.compile(rf"{_MONTH}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+{_YEAR}", re.IGNORECASE),
    re.compile(rf"(?P<first>\d{{1,2}})[/.](?P<second>\d{{1,2}})[/.]{_YEAR}"),
)
_LONGEST = 40
"""Characters of a line that is a date."""
_OPENING = re.compile(rf"(?:\w{{3,6}}day,? )?(?:the )?(?:\d{{1,4}}\b|{_MONTH}(?![a-z]))", re.IGNORECASE)
_BARE = re.compile(r"(?<![\d£$€,.])(?:19|20)\d\d(?![\d,]|\.\d)")


def iso_date(text: str) -> str | None:
    """The first date in a text. `3/4/2020` is only `2020`: which is the month cannot be known."""
    for form in _FORMS:
        if (found := form.search(text)) and (stated := _iso(found.groupdict())):
            return stated
    year = year_in(text)
    return str(year) if year else None


def opens_with_date(text: str) -> bool:
    return bool(_OPENING.match(text))


def is_date(line: str) -> bool:
    """Whether a line is a date and nothing else: `6 November 2012`, not `2021 Action Plan`."""
    if len(line) > _LONGEST:
        return False
    rest = re.sub(rf"{_MONTH}|\d+(?:st|nd|rd|th)?|\w{{3,6}}day|[\s,./-]", "", line, flags=re.IGNORECASE)
    return not rest and iso_date(line) is not None


def year_in(text: str) -> int | None:
    found = _BARE.search(text)
    return int(found.group()) if found else None


def _iso(parts: dict[str, str | None]) -> str | None:
    year = int(parts["year"] or 0)
    month, day = _month(parts), int(parts.get("day") or 0)
    if parts.get("first"):
        first, second = int(parts["first"] or 0), int(parts["second"] or 0)
        if first <= 12 and second <= 12 and first != second:
            return str(year)
        month, day = (second, first) if first > 12 else (first, second)
    try:
        calendar_date(year, month, day or 1)
    except ValueError:
        return None
    return f"{year}-{month:02}-{day:02}" if day else f"{year}-{month:02}"


def _month(parts: dict[str, str | None]) -> int:
    if parts.get("number"):
        return int(parts["number"] or 0)
    return _MONTHS.index((parts.get("month") or "jan")[:3].lower()) + 1
