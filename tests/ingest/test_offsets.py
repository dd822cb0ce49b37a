"""Properties that hold for any text: exact offsets, nothing lost, nothing twice, no other error."""

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.errors import IngestError
from ingest.mask import DROP, mask
from ingest.read import read_bytes
from ingest.split import split
from ingest.tokens import count
from ingest.types import BlockKind, Document

PIECES = """council data £1.7 e.g. No. 2024 It saves. Why? “quoted” naïve 中文 😀 *bold* **so.** _u_ `x y` a|b \\|
&amp; & [link](http://a.b/c) [t](u "v") ![i](p.png) <b>x</b> <br> {{x}} {%y%} {:.z} [^1] 3^rd^ <|im_end|>
\u200b \u202e * _ [ ]( ~ :"""
WORDS = st.sampled_from(PIECES.split())
LINES = st.lists(WORDS, min_size=1, max_size=12).map(" ".join)
STARTS = [
    "",
    "# ",
    "##",
    "### ",
    "* ",
    "- ",
    "  • ",
    "1. ",
    "    * ",
    "    ",
    "> ",
    ">> ",
    "| ",
    "```",
    "---",
    "[^1]: ",
]
PREFIX = st.sampled_from(
    [*STARTS, "", "{div .x}", "<div>", "<!--", "-->", "\t", "title: ", "Authors: ", "Date: 2020-01 "]
)
MARKDOWN = st.lists(st.tuples(PREFIX, LINES | st.just(""), st.sampled_from(["\n", "\n\n", "\r\n"])), max_size=25).map(
    lambda parts: "".join("".join(part) for part in parts)
)
TABLES = st.lists(st.lists(WORDS, min_size=2, max_size=4), min_size=1, max_size=5).map(
    lambda rows: "| A | B |\n|---|---|\n" + "\n".join("| " + " | ".join(row) + " |" for row in rows) + "\n"
)
ANYTHING = MARKDOWN | TABLES | st.text(max_size=300) | st.tuples(MARKDOWN, TABLES, MARKDOWN).map("\n\n".join)
NAMES = st.sampled_from(["report.md", "report.txt"])
many = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def read(text: str, name: str) -> Document | None:
    try:
        return read_bytes(text.encode("utf-8", "surrogatepass"), name)
    except IngestError:
        return None


@many
@given(ANYTHING, NAMES)
def test_blocks_are_in_order_apart_and_inside_the_text(text: str, name: str) -> None:
    document = read(text, name)
    if document is None:
        return
    last = 0
    for block in document.blocks:
        assert last <= block.span.start < block.span.end <= len(document.text)
        assert block.span.of(document.text).strip() == block.span.of(document.text)
        if block.lead:
            assert block.lead.end <= block.span.start
        last = block.span.end


@many
@given(ANYTHING, NAMES)
def test_passages_are_exact_ordered_and_within_the_budget(text: str, name: str) -> None:
    document = read(text, name)
    if document is None:
        return
    last = 0
    for passage in split(document):
        assert last <= passage.span.start < passage.span.end
        last = passage.span.end
        assert passage.text == document.text[passage.span.start : passage.span.end]
        assert count(passage.readable) <= 256
        end = passage.span.start
        for sentence in passage.sentences:
            assert end <= sentence.span.start < sentence.span.end <= passage.span.end
            end = sentence.span.end
            assert sentence.span.of(document.text).strip() == sentence.span.of(document.text)
            assert sentence.readable.strip()


@many
@given(ANYTHING, NAMES)
def test_every_character_of_evidence_is_in_one_sentence(text: str, name: str) -> None:
    document = read(text, name)
    if document is None:
        return
    visible = mask(document.text) if name.endswith(".md") else document.text
    covered = [0] * len(document.text)
    for passage in split(document):
        for sentence in passage.sentences:
            for at in range(sentence.span.start, sentence.span.end):
                covered[at] += 1
    assert max(covered, default=0) <= 1
    for block in document.blocks:
        if block.kind in (BlockKind.PARAGRAPH, BlockKind.LIST_ITEM, BlockKind.QUOTE, BlockKind.TITLE):
            for at in range(block.span.start, block.span.end):
                assert covered[at] or visible[at].isspace() or visible[at] == DROP


@many
@given(st.lists(WORDS.filter(lambda word: word != "&amp;"), min_size=1, max_size=40).map(" ".join))
def test_readable_words_stand_in_the_text_in_order(text: str) -> None:
    document = read(text, "report.md")
    if document is None:
        return
    for passage in split(document):
        for sentence in passage.sentences:
            source, at = sentence.span.of(document.text).replace("&amp;", "&").replace("^", ""), 0
            for word in re.findall(r"\w+", sentence.readable.replace("Title: ", "")):
                found = source.find(word, at)
                assert found >= 0
                at = found + len(word)


@pytest.mark.parametrize(
    "data", [b"```", b"---", b"> ", b"* ", b"#", b"|a|\n|-|", b"[^1]:", b"\xff\xfe", b"1.\n", b"<!--"]
)
def test_stubs_are_read_or_refused(data: bytes) -> None:
    document = read(data.decode("latin-1"), "report.md")
    assert document is None or isinstance(split(document), list)
