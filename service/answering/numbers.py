"""Numbers, quantities, dates and frequencies in English text, and which of a claim's are not stated in its source.

A claim's figure that the source does not state is the error that hurts most, and the one that code can rule out. Figures
are compared by value and unit: 20 minutes are not 20 seconds, £1.7 billion is £1,700 million.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_SCALES = {"k": 1e3, "thousand": 1e3, "m": 1e6, "mn": 1e6, "million": 1e6, "bn": 1e9, "billion": 1e9, "trillion": 1e12}
_SPELLED: dict[str, float] = {
    name: float(value)
    for value, name in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
            "twenty",
        ]
    )
} | {"thirty": 30.0, "forty": 40.0, "fifty": 50.0, "sixty": 60.0, "seventy": 70.0, "eighty": 80.0, "ninety": 90.0}
_FRACTIONS = {
    "half": 50.0,
    "third": 100 / 3,
    "thirds": 100 / 3,
    "quarter": 25.0,
    "quarters": 25.0,
    "fifth": 20.0,
    "fifths": 20.0,
}
_TIMES = {
    "second": "second", "minute": "minute", "hour": "hour", "day": "day", "week": "week", "month": "month", "year": "year",
    "decade": "decade", "fortnight": "fortnight",
}  # fmt: skip
_TIME = r"(?:working\s|calendar\s|business\s)?(?P<time>second|minute|hour|day|week|month|year|decade|fortnight)s?\b"
_NUMBER = re.compile(
    r"(?<![\w.])(?:(?P<currency>[£$€])\s?)?(?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
    r"(?P<ordinal>st|nd|rd|th)?(?:[\s-]?(?P<scale>thousand|million|billion|trillion|bn|mn|[kKm])(?![\w]))?"
    rf"(?:\s?(?P<percent>%|per\s?cent\b|percent\b|percentage points?\b)|[\s-]{_TIME})?",
    re.IGNORECASE,
)
_RANGE = re.compile(
    r"(?P<currency>[£$€]?)(?P<low>\d[\d,.]*)\s?(?:to|and|-|–|—)\s?(?P<high>[£$€]?\d[\d,.]*)"
    rf"(?P<unit>\s?(?:thousand|million|billion|trillion|bn|%|per\s?cent|percent)\b|%|[\s-]{_TIME})",
    re.IGNORECASE,
)
_SPELLED_NUMBER = re.compile(
    r"\b(?:(?P<tens>twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)[\s-])?"
    r"(?P<word>" + "|".join(_SPELLED) + r")\b(?:[\s-](?P<scale>hundred|thousand|million|billion)\b)?"
    rf"(?:\s(?P<percent>per\s?cent|percent)\b|[\s-]{_TIME})?",
    re.IGNORECASE,
)
_FRACTION = re.compile(
    r"\b(?:(?P<count>an?|one|two|three|four)[\s-](?P<part>quarter|third|fifth)s?\b(?!\s+(?:time|year|party|parties|annual))"
    r"|(?P<half>half)\b(?![\s-](?:day|term|hour|year)))",
    re.IGNORECASE,
)
_COUNTS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4}


@dataclass(frozen=True, slots=True)
class Number:
    value: float
    unit: str
    """`%`, a currency sign, a unit of time, or nothing."""
    written: str
    spelled: bool = False


def numbers(text: str) -> list[Number]:
    """Figures in digits, in words from two up, and fractions (as per cent). A range's unit belongs to both ends."""
    text = _RANGE.sub(lambda m: f"{m['currency']}{m['low']}{m['unit']} to {m['high']}{m['unit']}", text)
    found = [_written(match) for match in _NUMBER.finditer(text)]
    fractions = list(_FRACTION.finditer(text))
    found += [_fraction(match) for match in fractions]
    for match in _SPELLED_NUMBER.finditer(text):
        inside = any(fraction.start() <= match.start() < fraction.end() for fraction in fractions)
        number = _spelled(match)
        if not inside and (number.value > 1 or number.unit):
            found.append(number)
    return found


def _written(match: re.Match[str]) -> Number:
    scale = (match["scale"] or "").lower()
    value = float(match["digits"].replace(",", "")) * _SCALES.get(scale, 1.0)
    unit = "%" if match["percent"] else (match["currency"] or (match["time"] or "").lower())
    return Number(value, unit, match.group().strip())


def _spelled(match: re.Match[str]) -> Number:
    value = _SPELLED[match["word"].lower()] + _SPELLED.get((match["tens"] or "").lower(), 0.0)
    scale = (match["scale"] or "").lower()
    value *= 100.0 if scale == "hundred" else _SCALES.get(scale, 1.0)
    unit = "%" if match["percent"] else (match["time"] or "").lower()
    return Number(value, unit, match.group().strip(), spelled=not scale)


def _fraction(match: re.Match[str]) -> Number:
    if match["half"]:
        return Number(50.0, "%", match.group(), spelled=True)
    value = _FRACTIONS[match["part"].lower()] * _COUNTS[match["count"].lower()]
    return Number(value, "%", match.group(), spelled=True)


def missing_numbers(claim: str, source: str) -> list[Number]:
    """Figures of the claim that the source does not state.

    A bare count in words ("three areas") need not be written where the source lists that many things or counts nothing
    of the kind; with a unit (three months) it must.
    """
    stated = numbers(source)
    return [number for number in numbers(claim) if not _stated(number, stated, source)]


def _stated(number: Number, stated: Sequence[Number], source: str) -> bool:
    if any(_same(number, other) for other in stated):
        return True
    if number.unit or not number.spelled:
        return False
    small = number.value <= 9
    counted = any(other.value <= 20 and not other.unit and other.value != number.value for other in stated)
    return small and (not counted or number.value == _listed(source))


def _same(claimed: Number, stated: Number) -> bool:
    near = abs(claimed.value - stated.value) <= 1e-6 * max(1.0, abs(stated.value))
    if claimed.unit and stated.unit:
        return near and claimed.unit == stated.unit
    return near and claimed.unit != "%" and stated.unit != "%"


def _listed(source: str) -> int:
    """Things in the source's longest list, by its commas and lines."""
    return max((line.count(",") + line.count(";") + 2 for line in source.splitlines()), default=0)


# --- dates -----------------------------------------------------------------------------------------------------------

_MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_MONTH = "(?P<month>" + "|".join(month.capitalize() for month in _MONTHS) + ")"
_DATE = re.compile(
    rf"(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s(?:of\s)?)?\b{_MONTH}\b(?:\s(?P<later>\d{{1,2}})(?:st|nd|rd|th)?\b(?!\d))?(?:,?\s(?P<year>(?:19|20)\d\d))?"
)
_FREQUENCY = {
    "annual": "year", "annually": "year", "yearly": "year", "every year": "year", "each year": "year", "a year": "year",
    "per year": "year", "quarterly": "quarter", "every quarter": "quarter", "each quarter": "quarter", "monthly": "month",
    "every month": "month", "each month": "month", "a month": "month", "weekly": "week", "every week": "week",
    "each week": "week", "a week": "week", "daily": "day", "every day": "day", "each day": "day", "a day": "day",
}  # fmt: skip
_FREQUENT = re.compile(r"\b(?:" + "|".join(sorted(_FREQUENCY, key=len, reverse=True)) + r")\b", re.IGNORECASE)


def missing_dates(claim: str, source: str) -> list[str]:
    """Dates whose month the source does not give with that day and year, and frequencies where it gives only others."""
    stated = [_parts(match) for match in _DATE.finditer(source)]
    missing = [
        match.group() for match in _DATE.finditer(claim) if _is_date(match) and not _dated(_parts(match), stated)
    ]
    often = {_FREQUENCY[match.group().lower()] for match in _FREQUENT.finditer(source)}
    if often:
        missing += [m.group() for m in _FREQUENT.finditer(claim) if _FREQUENCY[m.group().lower()] not in often]
    return missing


def _is_date(match: re.Match[str]) -> bool:
    return match["month"] != "May" or bool(match["day"] or match["later"] or match["year"])


def _parts(match: re.Match[str]) -> tuple[str, str, str]:
    return match["month"], match["day"] or match["later"] or "", match["year"] or ""


def _dated(date: tuple[str, str, str], stated: Sequence[tuple[str, str, str]]) -> bool:
    month, day, year = date
    return any(
        month == other_month
        and (not day or not other_day or day == other_day)
        and (not year or not other_year or year == other_year)
        for other_month, other_day, other_year in stated
    )
