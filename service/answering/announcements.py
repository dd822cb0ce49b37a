"""Sentences that tell nothing of what they name: "We present some of the ways in which …", or a caption with the report's title.

Such a sentence has the very words of a question that the report, or its summary, does not answer.
"""

import re

from service.answering.words import stems

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


_OF_TITLE = 0.6
"""Share of a caption's content words that stand in the report's title from which on it names the report and nothing else."""
_LEAST_WORDS = 5
"""Content words of such a caption; a shorter one may be an item of a list, and has none beside the title's."""


def is_announcement(sentence: str) -> bool:
    return bool(_ANNOUNCES.match(sentence)) and not _TOLD.search(sentence)


def names_the_report(sentence: str, title: str) -> bool:
    """Whether it is a caption that only says which report this is."""
    if sentence.rstrip().endswith((".", "!", "?", ".”", ".’", ";", ":")):
        return False
    said = set(stems(sentence))
    share = len(said & set(stems(title))) / max(1, len(said))
    return share == 1 or (share >= _OF_TITLE and len(said) >= _LEAST_WORDS)


def asks_what_is_told(question: str) -> bool:
    """Whether a question is about the report itself, its authors or dates, which an announcement does answer."""
    return bool(_OF_REPORT.search(question))
