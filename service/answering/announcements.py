"""Sentences that say what a report is going to tell, and do not tell it: "We present some of the ways in which …".

Such a sentence has the very words of a question that the report, or its summary, does not answer.
"""

import re

_PART = r"(?:report|section|chapter|paper|document|summary|article|appendix|annex|guide|briefing|publication|study)"
_PRESENTS = r"(?:present|describe|set\s+out|outline|summari[sz]e|introduce|(?:provide|give|offer)\s+an?\s+(?:overview|outline|account|summary))"
_LOOKS = r"(?:explore|examine|discusse?|look|review|consider)"
_ANNOUNCES = re.compile(
    rf"\W*(?:(?:in|below|here),?\s+)?(?:(?:this|the|our)\s+(?:\w+\s+)?{_PART},?\s+)?"
    rf"(?:(?:we|it)\s+(?:(?:also|then|now|briefly)\s+)?{_PRESENTS}s?|"
    rf"(?:this|the|our)\s+(?:\w+\s+)?{_PART}\s+(?:(?:also|then|now|briefly|will)\s+)?(?:{_PRESENTS}|{_LOOKS})s?)\s+(?!that\b)",
    re.I,
)
_TOLD = re.compile(r":\s+\S|,[^,]+,?\s+(?:and|or)\s|[;“%£$€]|(?<!\d)(?!(?:19|20)\d\d\b)\d")
"""Signs that something is told all the same: a list, a figure that is no year, a quotation."""
_OF_REPORT = re.compile(
    rf"\b(?:who|whose|when)\b|\b(?:purpose|aim|scope|contents?|subject|topic)s?\s+of\b|\b(?:what|which)\s+{_PART}s?\b|"
    rf"\bwhat\s+(?:\w+\s+)?(?:does|did|do|will|is|are)\s+(?:it|(?:this|the|that|these|those)\s+(?:\w+\s+){{0,4}}{_PART}s?)\b",
    re.I,
)


def is_announcement(sentence: str) -> bool:
    return bool(_ANNOUNCES.match(sentence)) and not _TOLD.search(sentence)


def asks_what_is_told(question: str) -> bool:
    """Whether a question is about the report itself, its authors or dates, which an announcement does answer."""
    return bool(_OF_REPORT.search(question))
