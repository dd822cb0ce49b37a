"""Documents become passages of whole sentences that can be read and cited on their own."""

from ingest.read import read_bytes
from ingest.split import split
from ingest.tokens import count
from ingest.types import Passage

LONG = " ".join(f"Sentence number {n} says that the council saved £{n}.5 million on paper." for n in range(40))


def passages(text: str, name: str = "report.md") -> list[Passage]:
    return split(read_bytes(text.encode(), name))


def sentences(text: str, name: str = "report.md") -> list[str]:
    return [sentence.readable for passage in passages(text, name) for sentence in passage.sentences]


def test_the_title_block_is_a_passage_of_its_own() -> None:
    first, second = passages("# A plan\n\nAuthors: Ann Lee, Bob Ray\n\nPublished: 6 May 2020\n\nThe plan has parts.\n")
    assert first.readable.split("\n") == ["Title: A plan", "Authors: Ann Lee, Bob Ray", "Published: 6 May 2020"]
    assert first.text == "A plan\n\nAuthors: Ann Lee, Bob Ray\n\nPublished: 6 May 2020"
    assert second.readable == "The plan has parts."


def test_abbreviations_and_numbers_do_not_end_a_sentence() -> None:
    text = "Savings reach £1.7 billion, e.g. No. 10 saved on 24 and 25 June. Dr. Lee (i.e. she) agreed. Is it so? Yes."
    assert sentences(f"# T\n\n{text}\n")[1:] == [
        "Savings reach £1.7 billion, e.g. No. 10 saved on 24 and 25 June.",
        "Dr. Lee (i.e. she) agreed.",
        "Is it so?",
        "Yes.",
    ]


def test_hard_wrapped_marked_text_reads_as_prose_and_is_cited_as_written() -> None:
    document = read_bytes(b"# T\n\nThe *new* plan\nis [on line](http://x/y) for **all\nstaff**. It works.\n", "r.md")
    passage = split(document)[1]
    assert [sentence.readable for sentence in passage.sentences] == [
        "The new plan is on line for all staff.",
        "It works.",
    ]
    assert [sentence.span.of(document.text) for sentence in passage.sentences] == [
        "The *new* plan\nis [on line](http://x/y) for **all\nstaff**.",
        "It works.",
    ]


def test_marks_between_sentences_belong_to_one_of_them() -> None:
    document = read_bytes("# T\n\n*“It works.”* **“It does,”** she says.\n".encode(), "r.md")
    spans = [sentence.span.of(document.text) for sentence in split(document)[1].sentences]
    assert spans == ["*“It works.”*", "**“It does,”** she says."]


def test_list_items_carry_their_introduction() -> None:
    text = "# T\n\nSome words. Do not use it to:\n\n* write keys\n* sign:\n    * letters\n    * bills\n"
    passage = passages(text)[1]
    assert [sentence.readable for sentence in passage.sentences] == [
        "Some words.",
        "Do not use it to:",
        "Do not use it to: write keys",
        "Do not use it to: sign:",
        "Do not use it to: sign: letters",
        "Do not use it to: sign: bills",
    ]
    assert passage.readable == "Some words. Do not use it to:\nwrite keys\nsign:\nletters\nbills"


def test_a_list_that_is_cut_says_again_what_introduces_it() -> None:
    items = "\n".join(f"* item {n} is about the cost of digital services in council number {n}" for n in range(40))
    found = passages(f"# T\n\nThe council will do this:\n\n{items}\n")[1:]
    assert len(found) > 2
    assert all(passage.readable.startswith("The council will do this:\n") for passage in found)
    assert sum(passage.readable.count("The council will do this:") for passage in found) == len(found)


def test_table_rows_name_their_columns() -> None:
    text = "# T\n\n| Year | Saving | Note |\n|---|---|---|\n| 2012 | **£1m** | |\n| 2013 | a \\| b | [x](http://y) |\n"
    assert sentences(text)[1:] == ["Year: 2012; Saving: £1m", "Year: 2013; Saving: a | b; Note: x"]


def test_a_row_too_long_for_a_passage_is_cut_into_its_cells() -> None:
    found = passages(f"# T\n\n| Name | Story |\n|---|---|\n| Leeds | {LONG} |\n")[1:]
    assert all(count(passage.readable) <= 200 for passage in found)
    assert found[0].sentences[0].readable == "Name: Leeds"
    assert all(s.readable.startswith("Story: Sentence number") for p in found for s in p.sentences[p is found[0] :])


def test_passages_are_whole_sentences_within_the_budget_and_of_even_length() -> None:
    found = passages(f"# T\n\n{LONG}\n")[1:]
    sizes = [count(passage.readable) for passage in found]
    assert all(100 <= size <= 180 for size in sizes)
    assert " ".join(passage.readable for passage in found) == LONG


def test_no_passage_crosses_a_heading() -> None:
    found = passages("# T\n\n## A\n\nOne one.\n\n## B\n\nTwo two.\n\n## B\n\nThree three.\n")
    assert [(passage.heading, passage.readable) for passage in found[1:]] == [
        ("A", "One one."),
        ("B", "Two two."),
        ("B", "Three three."),
    ]


def test_a_word_of_ten_thousand_letters_is_cut() -> None:
    assert all(count(passage.readable) <= 256 for passage in passages("# T\n\n" + "xq" * 5000 + "\n"))


def test_ids_are_stable_and_in_order() -> None:
    text = f"# T\n\n{LONG}\n"
    document = read_bytes(text.encode(), "r.md")
    assert [passage.id for passage in split(document)] == [
        f"{document.id[:16]}-{n}" for n in range(len(passages(text)))
    ]


def test_the_heading_of_a_passage_reads_as_a_path() -> None:
    assert passages("# T\n\n## Money\n\n### Cloud & *data*\n\nText is here.\n")[1].heading == "Money › Cloud & data"
