"""Names in a sentence, and which of them stand nowhere in its source."""

import re

from service.answering.words import ASKING_WORDS, STOP_WORDS, stem, words

_NAME = re.compile(r"[A-Z][\w’'&-]*(?:\s+(?:of|for|and|the)\s+[A-Z][\w’'&-]*|\s+[A-Z][\w’'&-]*)*")
_BEFORE_A_SENTENCE = (".", ":", "“", "‘", "•", "!", "?", '"')
_COMMON_STARTS = (
    STOP_WORDS
    | ASKING_WORDS
    | frozenset(
        ["however", "overall", "public", "digital", "yes", "moreover", "also", "instead", "early", "key", "across"]
    )
)


def names(sentence: str) -> list[str]:
    """Capitalised names. A sentence's first word counts only if it is an acronym or begins a longer name."""
    found = []
    for match in _NAME.finditer(sentence):
        name = match.group()
        before = sentence[: match.start()].rstrip()
        if not before or before.endswith(_BEFORE_A_SENTENCE):
            name = _without_start(name)
        name = re.sub(r"^(?:of|for|and|the)\s+", "", name)
        if len(name) > 1 and name.lower() not in STOP_WORDS:
            found.append(name)
    return found


def _without_start(name: str) -> str:
    first, _, rest = name.partition(" ")
    if first.isupper() and len(first) > 1:
        return name
    if first.lower() in _COMMON_STARTS or rest.isupper() or not rest or not rest[:1].isupper():
        return rest if rest[:1].isupper() or " " in rest else ""
    return name


def missing_names(claim: str, source: str) -> list[str]:
    """Names of the claim of which a word stands nowhere in the source, not even as initials."""
    source_words = words(source)
    known = set(source_words) | {stem(word) for word in source_words}
    initials = "".join(word[0] for word in re.findall(r"[A-Za-z][\w-]*", source)).lower()

    def is_known(word: str) -> bool:
        lower = re.sub(r"['’]s$", "", word.lower()).rstrip("-&'’")
        if lower in STOP_WORDS or lower in known or stem(lower) in known:
            return True
        parts = [part for part in re.split(r"[-&’'_]", lower) if part]
        if len(parts) > 1 and all(part in known or stem(part) in known for part in parts):
            return True
        bare = word.removesuffix("s")
        return bare.isupper() and 2 <= len(bare) <= 6 and bare.lower() in initials

    def is_spelled_out(name: str) -> bool:
        letters = "".join(word[0] for word in name.split() if word[0].isupper()).lower()
        return len(letters) > 1 and (letters in known or f"{letters}s" in known)

    return [name for name in names(claim) if not is_spelled_out(name) and not all(map(is_known, name.split()))]
