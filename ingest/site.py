"""Lines that belong to a web site and not to the report that was saved from it: adverts, banners, navigation."""

import re

_VERBS = (
    r"be part of|join (?:us|our|the)|sign up|subscribe|register (?:now|today|here|for)|book (?:now|your|a place)",
    r"explore (?:the|our|all|more)|read (?:more|the full|next)|find out more|learn more|discover more",
    r"download (?:the|a|our|this|data|full|pdf)|watch (?:on|a|the|our)|listen to|back to|return to|skip to|jump to",
    r"share (?:this|on)|follow us|click here|view (?:the|our|all|more)|see (?:all|more)|get in touch|contact us",
    r"print this|log ?in|accept (?:all )?cookies|(?:we|this (?:web)?site) uses? (?:\w+ )?cookies",
)
_NOUNS = (
    r"advertisement|sponsored|all rights reserved|©|copyright|table of contents",
    r"(?:previous:?|next:?|contents|captions|menu|search)$",
    r"related (?:content|articles?|pages?|links?)|you may also like|on this page|in this (?:document|section)$",
)
_CALL = re.compile(rf"(?:{'|'.join((*_VERBS, *_NOUNS))})(?!\w)", re.IGNORECASE)
_BANNER = re.compile(
    r"\byour\b.{0,12}\bfeedback\b.{0,60}\bhelp|\bthis is a new service\b|\bwas this page (?:helpful|useful)\b",
    re.IGNORECASE,
)
_PARTNER = re.compile(
    r"\b(?:in (?:partnership|association|collaboration) with|sponsored by|supported by|brought to you by):?$",
    re.IGNORECASE,
)
_LEADER = re.compile(r"(?:\.\s?){4,}\s*\d{1,4}$|…\s*\d{1,4}$|(?:\.\s?){8,}")


def is_site(line: str) -> bool:
    """Whether a line, as people read it, is an advert, a banner, navigation or an entry of a table of contents."""
    if is_contents(line):
        return True
    words = len(line.split())
    if words <= 16 and _CALL.match(line):
        return True
    return words <= 40 and bool(_BANNER.search(line) or _PARTNER.search(line))


def is_contents(line: str) -> bool:
    """`Introduction ........ 4`: an entry of a table of contents, or several."""
    return bool(_LEADER.search(line))
