"""Characters that people cannot see are taken out of reports and questions, and counted.

Zero-width, bidirectional, tag, variation and control characters can hide instructions from the reader of a page
while a model still reads them. What can be seen stays, also spellings such as `<|im_end|>`: they are text.
"""

import re

_ANSI = re.compile(
    "\x1b\\[[0-?]*[ -/]*[@-~]"  # colours and cursor movements
    "|\x1b\\][^\x07\x1b]*(?:\x07|\x1b\\\\)"  # titles and links of terminals
    "|\x1b[@-Z\\\\-_]"
)
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f"  # control characters but tab, line feed, carriage return, next line
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"  # soft hyphen, joiners, fillers
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f"  # zero width, bidirectional, invisible operators
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffc\ufffe\uffff"
    "\ud800-\udfff"  # lone surrogates cannot be encoded
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_LINE_END = re.compile("\r\n?|\x85|\u2028|\u2029")


def neutralise(text: str) -> tuple[str, int]:
    """The text with `\\n` line ends and without invisible characters, and how many characters were removed.

    Idempotent: what it returns has nothing left to remove.
    """
    text = _LINE_END.sub("\n", text)
    removed = 0
    while True:
        cleaned = _INVISIBLE.sub("", _ANSI.sub("", text))
        if cleaned == text:
            return text, removed
        removed += len(text) - len(cleaned)
        text = cleaned
