"""A list that answers is quoted whole, as one citation; a table is not a list."""

from functools import partial

import pytest

from index.local import LocalIndex
from service.answering.answerer import Answerer
from service.answering.cite import Citations
from service.answering.completing import missing
from service.answering.finding import Finder
from service.answering.lists import around, told
from service.answering.options import Options
from service.answering.sources import Source
from service.answering.types import Question
from service.llm.scripted import Rule, ScriptedModel
from service.llm.types import Prompt

REPORT = """# Rules for assistants 2025

## Work that is closed to them

Do not use code assistants to:

- implement cryptographic algorithms
- generate keys
- design login logic
- write security token handling

## Cost by town

| Town | Cost | Staff |
| --- | --- | --- |
| Lowenford | £300 | 4 |
| Highmere | £500 | 6 |
"""


def found(index: LocalIndex, text: str, beginning: str) -> tuple[Source, list[Source]]:
    sources = Finder(index, Options()).find(text, Question(text)).sources
    return next(source for source in sources if source.sentence.readable.startswith(beginning)), sources


WHOLE = (
    "Do not use code assistants to: implement cryptographic algorithms; generate keys; design login logic; "
    "write security token handling"
)


@pytest.mark.parametrize("beginning", ["Do not use code assistants to: design", "Do not use code assistants to:"])
def test_a_list_is_found_from_any_item_and_from_its_lead(index: LocalIndex, beginning: str) -> None:
    group = around(*found(index, "What may code assistants not be used for?", beginning))
    assert told(group) == WHOLE


def test_a_long_list_is_cut_around_the_item(index: LocalIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.answering.lists.MOST_WORDS", 13)
    group = around(
        *found(index, "What may code assistants not be used for?", "Do not use code assistants to: generate")
    )
    assert told(group).endswith("generate keys; design login logic")


def test_a_table_row_stands_alone(index: LocalIndex) -> None:
    row, sources = found(index, "What did it cost in Lowenford?", "Town: Lowenford")
    assert around(row, sources) == (row,)


def test_a_list_becomes_one_citation_of_its_exact_text(index: LocalIndex) -> None:
    group = around(*found(index, "What may code assistants not be used for?", "Do not use code assistants to: design"))
    citations = Citations()
    citations.cite(group)
    (citation,) = citations
    text = index.document(citation.document_id).text
    assert text[citation.start : citation.end] == citation.quote
    assert citation.quote.startswith("implement")
    assert citation.quote.endswith("token handling")
    assert citation.readable == WHOLE


def test_a_draft_that_says_too_little_is_followed_by_the_list(index: LocalIndex) -> None:
    def yes(prompt: Prompt, option: str) -> float:
        return 0.95 if option in ("Yes", "Answer") else 0.05

    model = ScriptedModel([Rule("", "Assistants must not be used to generate keys.")], score=yes)
    answer = Answerer(index, model).answer(Question("For which work must code assistants not be used?"))
    assert "design login logic; write security token handling" in answer.answer


def test_a_list_of_which_one_item_is_undraftis_quoted(index: LocalIndex) -> None:
    draft = (
        "Assistants must not implement cryptographic algorithms, design login logic or write security token handling."
    )
    item, sources = found(
        index, "For which work must code assistants not be used?", "Do not use code assistants to: impl"
    )
    embed = partial(index.embedder.embed, kind="query")
    question = "For which work must code assistants not be used?"
    assert WHOLE in next(missing(question, draft, sources, (item,), (), embed)).text
    complete = draft.replace("implement", "generate keys, implement")
    assert not list(missing(question, complete, [item], (item,), (), embed))
