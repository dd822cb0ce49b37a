"""What stands in a report's text but is no part of what it says: template macros, comments, HTML tags.

Masking keeps the length, so every offset into the masked text is an offset into the text.
"""

import re

DROP = "\uffff"
"""A noncharacter: canonical text never holds it. It vanishes from readable text without leaving a space."""

_BLOCK_TAGS = (
    "address|article|aside|blockquote|body|br|button|canvas|caption|center|col|colgroup|dd|details|dialog|div|dl|dt|fieldset|"
    "figcaption|figure|footer|form|h[1-6]|head|header|hr|html|iframe|input|li|link|main|meta|nav|noscript|object|ol|option|p|"
    "picture|pre|section|select|source|summary|svg|table|tbody|td|textarea|tfoot|th|thead|title|tr|track|ul|video|audio|embed"
)
_INLINE_TAGS = (
    "a|abbr|b|bdi|bdo|cite|code|data|del|dfn|em|font|i|img|ins|kbd|label|mark|q|s|samp|small|span|strong|sub|sup|time|"
    "tt|u|var|wbr"
)
_ATTRIBUTES = r"(?:\s(?:[^<>\"']|\"[^\"<>]*\"|'[^'<>]*')*)?"

_REGIONS = (("<!--", "-->"), ("<script", "</script>"), ("<style", "</style>"), ("<template", "</template>"))
_TAGS = re.compile(rf"</?(?:{_BLOCK_TAGS}){_ATTRIBUTES}/?>", re.IGNORECASE)
_DROPPED = re.compile(
    r"\{%.{0,200}?%\}|<%.{0,200}?%>|\{\{[^{}]{0,200}\}\}|%\{[^{}\n]{0,200}\}"  # Liquid, ERB, Mustache, placeholders
    r"|\{::?[^{}\n]{0,200}\}|(?<=\s)\{#[\w-]+\}"  # kramdown attributes, heading ids
    r"|^[ \t]*\{/?[a-z][\w-]*(?: [^{}\n]{0,200})?\}[ \t]*$"  # block macros on a line of their own
    r"|\[\^[^\]\s]{1,40}\](?!:)"  # footnote marks
    rf"|</?(?:{_INLINE_TAGS}){_ATTRIBUTES}/?>",
    re.DOTALL | re.IGNORECASE | re.MULTILINE,
)
_SUPERSCRIPT = re.compile(r"(?<=\w)\^(\w{1,10})\^")


def mask(text: str) -> str:
    """The text with macros, comments and tags blanked, of the same length and with the same lines."""
    for opening, closing in _REGIONS:
        text = _without_regions(text, opening, closing)
    text = _TAGS.sub(lambda match: _blank(match.group(), " "), text)
    text = _DROPPED.sub(lambda match: _blank(match.group(), DROP), text)
    return _SUPERSCRIPT.sub(lambda match: DROP + match.group(1) + DROP, text)


def _without_regions(text: str, opening: str, closing: str) -> str:
    """Blanks what is closed. What is opened and never closed is text: a report may speak of `<script>`."""
    if opening not in text.lower():
        return text
    parts: list[str] = []
    lowered = text.lower() if len(text.lower()) == len(text) else text
    at = 0
    while (start := lowered.find(opening, at)) >= 0 and (end := lowered.find(closing, start)) >= 0:
        end += len(closing)
        parts += [text[at:start], _blank(text[start:end], " ")]
        at = end
    return "".join([*parts, text[at:]])


def _blank(text: str, filler: str) -> str:
    return "".join("\n" if char == "\n" else filler for char in text)
