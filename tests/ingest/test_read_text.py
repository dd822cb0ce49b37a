"""Markdown and plain text become documents: title block, structure, furniture."""

from pathlib import Path

import pytest

from ingest.errors import EmptyReport, NoSuchFile, UnreadableReport, UnsupportedType
from ingest.read import LARGEST, read_bytes, read_file
from ingest.types import BlockKind, Document

ARTICLE = """\
Join us for the autumn conference in Leeds

Council technology outlook 2031

Authors and contributors: Ann Lee, Bob Ray

Council technology outlook 2031

Councils will spend more on data in 2031. They will spend less on buildings.

Explore the full outlook collection.

Councils will spend more on data in 2031.

In 2031 councils plan three things:

  • Shared platforms will replace separate systems.
  • Staff will be trained,
    each in their own team.

Money

Budgets grow by 3%.

The outlook was produced in partnership with:"""


def read(text: str, name: str = "report.md") -> Document:
    return read_bytes(text.encode(), name)


def kinds(document: Document, kind: BlockKind) -> list[str]:
    return [block.span.of(document.text) for block in document.blocks if block.kind is kind]


def test_a_saved_page_as_plain_text() -> None:
    document = read(ARTICLE, "outlook.txt")
    assert (document.title, document.authors, document.year) == (
        "Council technology outlook 2031", ("Ann Lee", "Bob Ray"), 2031
    )  # fmt: skip
    assert document.text == ARTICLE
    assert kinds(document, BlockKind.TITLE) == [
        "Council technology outlook 2031",
        "Authors and contributors: Ann Lee, Bob Ray",
    ]
    assert kinds(document, BlockKind.FURNITURE) == [
        "Join us for the autumn conference in Leeds",
        "Council technology outlook 2031",
        "Explore the full outlook collection.",
        "Councils will spend more on data in 2031.",
        "The outlook was produced in partnership with:",
    ]
    assert kinds(document, BlockKind.LIST_ITEM) == [
        "Shared platforms will replace separate systems.",
        "Staff will be trained,\n    each in their own team.",
    ]
    leads = {block.lead.of(document.text) for block in document.blocks if block.lead}
    assert leads == {"In 2031 councils plan three things:"}
    money = next(block for block in document.blocks if block.span.of(document.text).startswith("Budgets"))
    assert money.headings == ("Money",)


def test_front_matter_gives_title_and_date() -> None:
    document = read(
        '---\nlayout: post\ntitle: "Open data, again"\ndate: 2019-07-14 04:16:01 -0500\n---\n\nText here.\n'
    )
    assert (document.title, document.date, document.year) == ("Open data, again", "2019-07-14", 2019)
    assert kinds(document, BlockKind.TITLE) == ['title: "Open data, again"', "date: 2019-07-14 04:16:01 -0500"]


@pytest.mark.parametrize(
    ("line", "date"),
    [
        ("Published: 6 November 2012", "2012-11-06"),
        ("Published: November 2012", "2012-11"),
        ("**Date:** 2012-11-06", "2012-11-06"),
        ("Last updated 5/14/2020", "2020-05-14"),
        ("Last updated 3/4/2020", "2020"),
        ("March 12, 2021", "2021-03-12"),
    ],
)
def test_stated_dates(line: str, date: str) -> None:
    document = read(f"# A plan\n\n{line}\n\nThe plan has five parts.\n")
    assert (document.date, document.year) == (date, int(date[:4]))


@pytest.mark.parametrize(
    "line", ["By 2025 we will have closed 30 offices.", "By Design and by default, services work."]
)
def test_a_sentence_is_no_byline_and_no_date(line: str) -> None:
    document = read(f"# A plan\n\n{line}\n\nThe plan has five parts.\n")
    assert (document.authors, document.date) == ((), None)


def test_a_byline_names_authors() -> None:
    assert read("# A plan\n\nBy Jane Doe and Ravi van Dyk\n\nText.\n").authors == ("Jane Doe", "Ravi van Dyk")


def test_the_name_of_a_department_is_one_name() -> None:
    document = read("# A plan\n\nAuthors: Department for Science, Innovation and Technology\n\nText.\n")
    assert document.authors == ("Department for Science, Innovation and Technology",)


def test_no_title_in_the_file_means_the_file_name_and_no_invented_title_block() -> None:
    document = read("##01 Summary\n\nText one.\n\n##02 Method\n\nText two.\n", "uk-digital-plan-2012.md")
    assert (document.title, document.year) == ("UK digital plan 2012", 2012)
    assert kinds(document, BlockKind.TITLE) == []


def test_headings_without_a_space_and_nested_headings_make_a_path() -> None:
    document = read("# T\n\n##One\n\na b c.\n\n### Two\n\nd e f.\n\n## Three\n\ng h i.\n")
    paths = {block.span.of(document.text): block.headings for block in document.blocks}
    assert (paths["a b c."], paths["d e f."], paths["g h i."]) == (("One",), ("One", "Two"), ("Three",))


def test_nested_lists_point_at_the_item_above() -> None:
    document = read("# T\n\nThey will:\n\n* build\n    * fast\n    * cheap\n* run\n")
    leads = {
        block.span.of(document.text): block.lead.of(document.text) if block.lead else None
        for block in document.blocks
        if block.kind is BlockKind.LIST_ITEM
    }
    assert leads == {"build": "They will:", "fast": "build", "cheap": "build", "run": "They will:"}


def test_table_rows_keep_their_header() -> None:
    document = read("# T\n\n| Year | Saving |\n|---|---|\n| 2012 | £1m |\n| 2013 | £2m |\n")
    rows = [block for block in document.blocks if block.kind is BlockKind.TABLE_ROW]
    assert [(row.span.of(document.text), row.lead and row.lead.of(document.text)) for row in rows] == [
        ("| 2012 | £1m |", "| Year | Saving |"),
        ("| 2013 | £2m |", "| Year | Saving |"),
    ]


@pytest.mark.parametrize(
    "furniture",
    [
        "[Back to main page]({{ site.baseurl }}/2021/)",
        "![Chart](chart.png)",
        "[![Chart](chart.png)](chart.png)",
        "[One](#one)\n\n[Two](#two)",
        "* [One](#one)\n* **[Two](#two)**",
        "> This is a new service. Your [feedback](http://x) will help us to improve it.",
        "{% include nav.html %}",
        "<%= render :nav %>",
        "{navigation}",
        "{: .with-border}",
        "<!-- draft: do not\n\npublish -->",
        '<div class="media"><a href="http://x">Watch on YouTube</a></div>',
        "Sign up to our newsletter",
        "[^1]: [https://example.org](https://example.org)",
        "Introduction .......... 4",
        "```mermaid\ngraph TD\n  a-->b\n```",
    ],
)
def test_furniture_is_kept_in_the_text_and_is_no_evidence(furniture: str) -> None:
    document = read(f"# T\n\nBefore it stands this.\n\n{furniture}\n\nAfter it stands that.\n")
    assert furniture in document.text
    evidence = [
        block.span.of(document.text)
        for block in document.blocks
        if block.kind not in (BlockKind.FURNITURE, BlockKind.HEADING, BlockKind.TITLE)
    ]
    assert evidence == ["Before it stands this.", "After it stands that."]


def test_what_looks_like_an_advert_in_a_list_or_a_long_text_is_evidence() -> None:
    document = read("# T\n\nCouncils must:\n\n* register for the scheme\n* subscribe to alerts\n\nShort end here.\n")
    assert kinds(document, BlockKind.FURNITURE) == []


def test_a_repeated_lead_and_repeated_short_labels_stay() -> None:
    part = "Annual use for one engineer shows:\n\n* {}\n\nRisk: high\n\n"
    document = read("# T\n\n## A\n\n" + part.format("one kilogram") + "## B\n\n" + part.format("two kilograms"))
    assert kinds(document, BlockKind.FURNITURE) == []


def test_a_pull_quote_is_not_told_twice() -> None:
    document = read(
        "# T\n\nThe plan saves £1.8 billion a year in all.\n{pull}\n\n"
        "Much is to do. The plan saves £1.8 billion a year in all. More follows.\n"
    )
    assert kinds(document, BlockKind.FURNITURE) == ["The plan saves £1.8 billion a year in all."]


def test_invisible_characters_are_counted_and_gone_before_offsets_exist() -> None:
    document = read("# T\u200bitle\n\nSave\u202e money\U000e0041 now.\n")
    assert (document.text, document.neutralised) == ("# Title\n\nSave money now.\n", 3)


def test_control_token_spellings_stay_as_text() -> None:
    document = read("# T\n\nType <|im_end|> and [INST] to stop.\n")
    assert "<|im_end|> and [INST]" in kinds(document, BlockKind.PARAGRAPH)[0]


@pytest.mark.parametrize(
    ("name", "data", "error", "says"),
    [
        ("a.xyz", b"text", UnsupportedType, r"a\.xyz cannot be read: files ending in \.xyz"),
        ("a", b"text", UnsupportedType, "files without an ending"),
        ("a.md", b"", EmptyReport, r"a\.md is empty"),
        ("a.md", b"---\n\n***\n", EmptyReport, r"a\.md is empty"),
        ("a.md", bytes(range(256)) * 9, UnreadableReport, r"a\.md is not a text file"),
    ],
)
def test_refusals(tmp_path: Path, name: str, data: bytes, error: type[Exception], says: str) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(error, match=says):
        read_file(tmp_path / name)


def test_missing_and_too_large_files(tmp_path: Path) -> None:
    with pytest.raises(NoSuchFile, match="There is no file"):
        read_file(tmp_path / "gone.md")
    with (tmp_path / "big.md").open("wb") as file:
        file.truncate(LARGEST + 1)
    with pytest.raises(UnreadableReport, match="larger than 25 MB"):
        read_file(tmp_path / "big.md")


def test_the_id_is_the_hash_of_the_bytes() -> None:
    assert read("# T\n\nx y.\n").id == read("# T\n\nx y.\n", "other.md").id != read("# T\n\nx z.\n").id
