"""Each kind of refusal says what it is: a value that nobody gives, a question with several meanings, a false premise."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from index.hash_embedder import HashEmbedder
from index.local import LocalIndex
from ingest.read import read_bytes
from ingest.split import split
from service.answering.ambiguity import readings
from service.answering.answerer import Answerer
from service.answering.calibration import load
from service.answering.premise import premise
from service.answering.types import Question, SentenceEvent, Status
from service.llm.scripted import Rule, ScriptedModel

KIOSKS = """# Kiosk trial 2023

## Limit

The limit is 20 kiosks in a district. Each kiosk cost £3,900 to buy.

## Opening hours

Kiosks in libraries were open from nine to five, and the helper line had the same opening hours.
"""
LICENCES = """# Licence rules 2022

## Limit

The limit is 12 licences in a department. Licences are renewed by the owner of the budget.
"""

Make = Callable[..., Answerer]


@pytest.fixture
def make(tmp_path: Path, models_dir: Path) -> Iterator[Make]:
    index = LocalIndex.open(tmp_path / "index", HashEmbedder())
    for name, text in (("kiosks.md", KIOSKS), ("licences.md", LICENCES)):
        document = read_bytes(text.encode(), name)
        index.add(document, split(document), source_path=name)

    def build(*rules: Rule, believes: bool = True) -> Answerer:
        likely = ("Yes", "Answer") if believes else ("No", "Not")
        model = ScriptedModel(rules, score=lambda prompt, option: 0.95 if option in likely else 0.05)
        open_gate = replace(load(), answerable_threshold=0.01 if believes else 1.0)
        return Answerer(index, model, calibration=open_gate)

    yield build
    index.close()


def test_an_amount_that_nobody_gives_is_not_answered_with_something_else(make: Make) -> None:
    core = make(Rule("", "Licences are renewed by the owner of the budget."))
    question = Question("How much money does a department pay for its licences by the owner of the budget?")
    events = list(core.stream(question))
    answer = events[-1].answer  # type: ignore[union-attr]
    assert not [event for event in events if isinstance(event, SentenceEvent)]
    assert (answer.status, answer.sentences, answer.citations) == (Status.NOT_IN_REPORTS, (), ())
    assert "no amount of money" in answer.answer
    assert answer.withheld[0].text == "Licences are renewed by the owner of the budget."


@pytest.mark.parametrize(
    "drafted", ["The Welsh kiosks were open from nine to five.", "Kiosks were open for 75% of the day."]
)
def test_what_the_model_makes_up_is_no_reason_to_quote_something_else(make: Make, drafted: str) -> None:
    answer = make(Rule("", drafted)).answer(Question("What opening hours did kiosks in Welsh libraries have?"))
    assert answer.status is Status.NOT_IN_REPORTS
    assert not answer.sentences
    assert [each.text for each in answer.withheld] == [drafted]


def test_a_sentence_that_repeats_the_question_is_no_answer(make: Make) -> None:
    answer = make(Rule("", "The helper line had opening hours in libraries.")).answer(
        Question("Which opening hours had the helper line in libraries?")
    )
    assert ("The helper line had opening hours in libraries.", "It only repeats the question.") in [
        (each.text, each.reason) for each in answer.withheld
    ]


def test_an_amount_that_is_given_is_answered(make: Make) -> None:
    answer = make(Rule("", "Each kiosk cost £3,900 to buy.")).answer(Question("How much did each kiosk cost to buy?"))
    assert answer.status is Status.ANSWERED
    assert "£3,900" in answer.answer


def test_sentences_wait_for_the_one_that_gives_the_value_and_keep_their_order(make: Make) -> None:
    said = "Kiosks in libraries were open from nine to five. Each kiosk cost £3,900 to buy."
    events = list(make(Rule("", said)).stream(Question("How much did each kiosk in libraries cost to buy?")))
    settled = [event.sentence.text for event in events if isinstance(event, SentenceEvent)]
    assert settled == [
        "Kiosks in libraries were open from nine to five [1].",
        "Each kiosk cost £3,900 to buy [2].",
    ]


def test_a_question_with_two_meanings_is_asked_back(make: Make) -> None:
    answer = make().answer(Question("What's the limit?"))
    assert answer.status is Status.NEEDS_CLARIFICATION
    assert set(answer.clarifications) == {
        "What's the limit in “Kiosk trial 2023”?",
        "What's the limit in “Licence rules 2022”?",
    }
    assert not answer.sentences


def test_each_reading_is_answered_from_its_report(make: Make) -> None:
    core = make(Rule("", "The limit is 12 licences in a department."))
    answer = core.answer(Question("What's the limit in “Licence rules 2022”?"))
    assert answer.status is Status.ANSWERED
    assert {citation.document_title for citation in answer.citations} == {"Licence rules 2022"}


def test_within_one_report_its_sections_are_the_readings(make: Make) -> None:
    core = make()
    only = frozenset({next(info.id for info in core.index.documents() if "Licence" in info.title)})
    assert core.answer(Question("What's the limit?", document_ids=only)).status is not Status.NEEDS_CLARIFICATION


def test_a_named_thing_is_not_ambiguous() -> None:
    assert readings("What's the LRS?", []) == ()
    assert readings("What's the limit?", []) == ()


@pytest.mark.parametrize(
    ("question", "statement"),
    [
        ("Since organ donor sign-ups fell, was the page changed back?", "organ donor sign-ups fell"),
        ("Why did the Treasury refuse to meet the standard?", "the Treasury refuse to meet the standard"),
        ("What is the limit?", None),
        ("As a CIO I wonder what it costs", None),
    ],
)
def test_what_is_taken_for_granted(question: str, statement: str | None) -> None:
    assert premise(question) == statement


def test_a_premise_that_no_report_states_is_named_as_the_reason(make: Make) -> None:
    core = make(Rule("", "The minister banned all kiosks in 2022 after a scandal over gifts."), believes=False)
    answer = core.answer(Question("Why did the minister ban kiosks in libraries?"))
    assert answer.status is Status.FALSE_PREMISE
    assert "takes for granted" in answer.answer
