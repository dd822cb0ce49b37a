"""What kind of value a question asks for, and whether a sentence gives one.

"How much did it cost?" is answered by an amount of money or not at all. A small model that finds none writes something
else that the passages do say; each of its sentences is supported, and none is an answer. What a question expects is told
from its words; where they leave it open, nothing is expected and nothing is checked.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from service.answering.names import names
from service.answering.numbers import Number, numbers


@dataclass(frozen=True, slots=True)
class Expected:
    what: str
    """For the reason of a refusal: `no amount of money`."""
    asked: re.Pattern[str]
    given: Callable[[str, str], bool]
    """Whether a sentence gives such a value that the question does not have itself."""


def expected(question: str) -> Expected | None:
    """What the question asks for, where it asks for one kind of value."""
    return next((kind for kind in _KINDS if kind.asked.search(question)), None)


def asks_yes_or_no(question: str) -> bool:
    return bool(_YES_OR_NO.match(question))


def gives(kind: Expected, sentence: str, question: str) -> bool:
    return bool(_NONE_OF_IT.search(sentence)) or kind.given(sentence, question)


def _new(sentence: str, question: str) -> list[Number]:
    known = {(number.value, number.unit) for number in numbers(question)}
    return [number for number in numbers(sentence) if (number.value, number.unit) not in known]


def _gives_money(sentence: str, question: str) -> bool:
    return any(amount.group() not in question for amount in _MONEY.finditer(sentence))


def _gives_share(sentence: str, question: str) -> bool:
    return any(share.group() not in question for share in _SHARE.finditer(sentence))


def _gives_number(sentence: str, question: str) -> bool:
    return any(not _is_year(number) for number in _new(sentence, question)) or bool(_ALL_OF_THEM.search(sentence))


def _gives_time(sentence: str, question: str) -> bool:
    return bool(_DURATION.search(sentence)) or _gives_date(sentence, question)


def _gives_date(sentence: str, question: str) -> bool:
    known = question.lower()
    return any(date.group().lower() not in known for date in _DATE.finditer(sentence))


def _gives_name(sentence: str, question: str) -> bool:
    known = question.lower()
    return any(name.lower() not in known for name in names(sentence)) or bool(_ALL_OF_THEM.search(sentence))


def _is_year(number: Number) -> bool:
    return not number.unit and 1900 <= number.value <= 2100


_YES_OR_NO = re.compile(
    r"\s*(?:and |but |so |or )?(?:is|are|was|were|do|does|did|has|have|had|can|could|may|might|must|should|shall|will|would)\b",
    re.I,
)
_NONE_OF_IT = re.compile(
    r"\b(?:none|nothing|nobody|no one|free|no (?:cost|charge|limit|fee|date|deadline)s?|zero)\b", re.I
)
"""Answers that give no value because there is none."""
_ALL_OF_THEM = re.compile(r"\b(?:all|every|each|any|both|most|several|many|few|no)\b", re.I)
_MONEY = re.compile(
    r"[£$€]\s?\d[\d,.]*(?:\s?(?:thousand|million|billion|trillion|bn|mn|m|k)\b)?"
    r"|\b\d[\d,.]*\s?(?:(?:thousand|million|billion|trillion|bn|mn|m|k)\s)?(?:pounds|dollars|euros|pence|cents|gbp|usd|eur)\b"
    r"|\b\d+p\b",
    re.I,
)
_SHARE = re.compile(
    r"\d[\d,.]*\s?%|\b[\w.]+\s(?:per\s?cent|percent|percentage points?)\b|\b(?:half|(?:a|one|two|three|four)[\s-](?:third|quarter|fifth|tenth)s?)\b"
    r"|\b\w+ (?:out of|in) (?:every )?(?:two|three|four|five|six|seven|eight|nine|ten|\d+)\b",
    re.I,
)
_UNITS = r"(?:second|minute|hour|day|week|fortnight|month|quarter|year|decade)s?"
_DURATION = re.compile(rf"\b{_UNITS}\b|\b(?:immediately|indefinitely|permanently|overnight)\b", re.I)
_DATE = re.compile(
    r"\b(?:19|20)\d\d(?:[-/–]\d{2,4})?\b"
    r"|\b(?:january|february|march|april|may|june|july|august|september|october|november|december)\b(?=\s+(?:\d|of|the|this|next)|[,.;)]|$)"
    r"|\b(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday)s?\b|\bq[1-4]\b|\b(?:spring|summer|autumn|winter)\b"
    rf"|\b(?:annually|yearly|quarterly|monthly|weekly|daily|immediately)\b|\b(?:\d+|\w+)\s(?:(?:working|calendar)\s)?{_UNITS}\b",
    re.I,
)
_SPENDING = r"(?:cost|costs|costing|spend|spent|spending|pay|paid|paying|invest|invested|investing|charge|charged|fund|funded|worth|budget|budgeted|bid)"
_WHERE_SPENT = (
    rf"\bhow much\b[^?.;,]{{0,80}}?\b(?:{_SPENDING}|money|cash|funding)\b"
    r"|\bwhat (?:did|does|do|will|would|has|have)\b(?![^?.;,]*\b(?:say|says|said|about)\b)[^?.;,]{0,80}\b(?:cost|pay|spend)\b"
    r"|\bwhat(?:['’]s| is| was| were| are)? (?:the )?(?:\w+ ){0,2}(?:salary|price|fee|fine|penalty|day rate|budget)\b"
)
_KINDS = (
    Expected("amount of money", re.compile(_WHERE_SPENT, re.I), _gives_money),
    Expected(
        "share",
        re.compile(r"\b(?:what|which) (?:[\w'’-]+ ){0,2}(?:percentage|per ?cent|proportion|share|fraction) of\b", re.I),
        lambda sentence, question: _gives_share(sentence, question) or _gives_money(sentence, question),
    ),
    Expected(
        "number",
        re.compile(
            r"\bhow many\b|\b(?:what is|what was|what's) the (?:total )?number of\b|\bhow much\b[^?.;,]{0,80}\bsaved?\b",
            re.I,
        ),
        _gives_number,
    ),
    Expected(
        "length of time",
        re.compile(r"\bhow long\b|\bhow (?:soon|quickly) (?:must|should|do|does|did|will)\b", re.I),
        _gives_time,
    ),
    Expected(
        "date",
        re.compile(
            r"(?:^|[.,;:?!]\s*|\b(?:and|so|but)\s)when(?:['’]s the|\s+(?:is the|was|were|did|will))\b"
            r"|\b(?:what|which) (?:year|date|month|day)\b",
            re.I,
        ),
        _gives_date,
    ),
    Expected(
        "name",
        re.compile(
            r"\b(?:which|what) (?:[\w'’-]+ )?(?:company|companies|supplier|suppliers|vendor|vendors|firm|firms|"
            r"council|councils|country|countries|city|cities|university|universities|(?:two|three|four) states|state)\b(?! of)",
            re.I,
        ),
        _gives_name,
    ),
)
"""The more telling first: `how much does it cost` asks for money, not for a number."""
