"""How a claim differs from the sentence it comes from, word by word.

A true sentence is either close to its source or a free paraphrase. A false one is typically close but for a word: a name, a
figure, a "must" where the source says "may". So what counts is not how much two texts share, which misleads both ways, but
what is left where they are close.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise

from service.answering.words import STOP_WORDS, negations, stem, words

_LONGEST = 120
"""Words of a source sentence that are compared: tables and run-on lists are longer."""
MOST_NOVEL = 0.4
"""Share of a sentence's content words that neither its sources nor the question have. A paraphrase keeps most of the nouns of
what it paraphrases; a sentence with more new words than this says something of its own."""
_KINDS = {
    "negation": "not no never none nor neither without cannot unable nothing nobody fail fails failed lack lacks hardly rarely "
    "refuse refused decline declined",
    "duty": "must required require requires mandatory shall obliged has have need needs needed should ought recommended "
    "recommends recommend advised encouraged",
    "hedge": "may might could can possible possibly potentially potential perhaps optional likely expected expects expect plan "
    "plans planned intend intends aim aims hope would propose proposed suggests suggest suggested appear appears seem seems",
    "certainty": "will definitely certainly guaranteed always inevitably already",
    "all": "all every each entire entirely completely whole any only solely exclusively both fully",
    "most": "most majority mainly largely mostly primarily usually generally often typically half",
    "some": "some several certain many few various sometimes partly part number minority",
    "about": "about around approximately roughly nearly almost over under least up estimated estimate",
    "cause": "because since due therefore caused cause causes result resulting led leads lead hence thanks owing so",
    "time": "first last before after earlier later until now yet still again currently",
}
KINDS = tuple(_KINDS)
_KIND_OF = {word: kind for kind, listed in reversed(_KINDS.items()) for word in listed.split()}


@dataclass(frozen=True, slots=True)
class Difference:
    matched: float
    """Share of all the claim's words that stand in the source in the same order."""
    content_matched: float
    """The same of its content words."""
    novel: tuple[str, ...]
    """Content words that stand nowhere in the sources."""
    moved: tuple[str, ...]
    """Content words that stand in the sources, but not in this order or sentence."""
    inserted: frozenset[str]
    """Kinds (`KINDS`) of the claim's words that the source lacks there."""
    deleted: frozenset[str]
    """Kinds of the source's words that the claim leaves out in between."""
    dropped: int
    """Content words of the source that the claim leaves out in between."""
    pieces: int
    """Runs of words in common: few for a copy, many for a paraphrase."""
    content: int
    """Content words of the claim."""


def difference(claim: str, sources: Sequence[str], context: str = "") -> Difference:
    """Compared with the sentence, or two in a row, of which most stands in the claim in order. Words of the `context` (title,
    headings) are not novel either."""
    claimed = words(claim)
    anywhere = {stem(word) for source in (*sources, context) for word in words(source)}
    found, source, blocks = _closest(claimed, sources)
    in_claim = {block.a + i for block in blocks for i in range(block.size)}
    in_source = {block.b + i for block in blocks for i in range(block.size)}
    content = [i for i, word in enumerate(claimed) if word not in STOP_WORDS]
    apart = [i for i in range(len(claimed)) if i not in in_claim]
    first, last = min(in_source, default=0), max(in_source, default=-1)
    between = [source[i] for i in range(first, last + 1) if i not in in_source]
    denies = negations(claim) > 0  # "not any" says "no", which is not said of all
    return Difference(
        matched=found / max(1, len(claimed)),
        content_matched=sum(i in in_claim for i in content) / max(1, len(content)),
        novel=tuple(claimed[i] for i in content if stem(claimed[i]) not in anywhere),
        moved=tuple(claimed[i] for i in content if i not in in_claim and stem(claimed[i]) in anywhere),
        inserted=frozenset(
            _KIND_OF[claimed[i]] for i in apart if claimed[i] in _KIND_OF and not (denies and claimed[i] == "any")
        ),
        deleted=frozenset(_KIND_OF[word] for word in between if word in _KIND_OF),
        dropped=sum(word not in STOP_WORDS for word in between),
        pieces=sum(block.size > 0 for block in blocks),
        content=len(content),
    )


def _closest(claimed: Sequence[str], sources: Sequence[str]):  # type: ignore[no-untyped-def]
    stemmed = [stem(word) for word in claimed]
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(stemmed)
    best = (-1.0, [], [])  # type: ignore[var-annotated]
    each = [words(source)[:_LONGEST] for source in sources]
    for source in [*each, *(a + b for a, b in pairwise(each))]:
        matcher.set_seq1([stem(word) for word in source])
        blocks = matcher.get_matching_blocks()
        found = sum(block.size for block in blocks)
        if found - 0.02 * len(source) > best[0]:
            best = (found - 0.02 * len(source), source, blocks)
    _, source, blocks = best
    turned = [type(block)(block.b, block.a, block.size) for block in blocks]
    return sum(block.size for block in turned), source, turned
