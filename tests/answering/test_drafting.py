"""What becomes of drafted sentences: lead-ins, names of the question, and what is quoted in their place."""

from dataclasses import replace
from functools import partial

import pytest

from index.local import LocalIndex
from service.answering.completing import _beside, missing
from service.answering.difference import difference
from service.answering.drafting import Draft
from service.answering.finding import Finder
from service.answering.options import Options
from service.answering.premise import without_premise
from service.answering.types import Question, Verdict
from service.answering.verify import Verifier
from service.answering.words import stems

REPORT = """# Trends of councils 2024

## Lessons

A review of past trends has two messages:

- Trends often take longer to mature than the pundits predict.
- Events can disrupt plans, so adaptability is essential.

## Suppliers

Highmere accepts the clause on deletion. Northfield objected to the clause on audits, which it found too strict.

## Archives

The 2020 road map names twenty milestones for archives.
"""
LESSONS = "What two lessons come out of Marlmere's past trends?"
SAID = "trends often take longer to mature than the pundits predict, and events can disrupt plans, so adaptability is essential."


def draft(index: LocalIndex, question: str) -> Draft:
    found = Finder(index, Options()).find(question, Question(question))
    return Draft(index.embedder, Verifier(index.embedder), found.sources, question)


def test_a_lead_in_that_repeats_the_question_is_left_off_where_it_cannot_stand(index: LocalIndex) -> None:
    begun = draft(index, LESSONS)
    assert begun.add(f"Two lessons come out of Ravenholt's past trends: {SAID}") is None
    assert "Ravenholt" in begun.withheld[0].text
    kept = begun.add(f"Two lessons come out of Marlmere's past trends: {SAID}")
    assert kept
    assert kept[0].text.startswith("Trends often take longer")
    assert kept[0].verdict is Verdict.SUPPORTED
    assert "Events can disrupt plans" in kept[1][0].quote


@pytest.mark.parametrize(
    "written",
    [
        'The two lessons come out: "16: Trends often take longer to mature than the pundits say".',
        "The two lessons come out: : 16; trends often take longer to mature than the pundits say.",
        "The two lessons come out: trends mature.",
    ],
)
def test_what_is_left_of_a_sentence_is_one(index: LocalIndex, written: str) -> None:
    begun = draft(index, LESSONS)
    kept = begun.add(written)
    assert not kept or kept[0].text.startswith("The two lessons")


def test_a_name_of_the_question_at_the_beginning_of_a_sentence_stands_in_its_source(index: LocalIndex) -> None:
    begun = draft(index, "Which clause did Highmere object to?")
    assert begun.add("Highmere objected to the clause on audits, which it found too strict.") is None
    assert begun.withheld[0].reason == "The cited text does not name Highmere."
    begun = draft(index, "Which clause did Northfield object to?")
    assert begun.add("Northfield objected to the clause on audits, which it found too strict.")


def test_a_caption_does_not_keep_a_statement_from_being_quoted(index: LocalIndex) -> None:
    begun = draft(index, LESSONS)
    item = next(source for source in begun.sources if "Trends often take longer" in source.sentence.readable)
    sources = [
        replace(source, relevance=9.0) if source.sentence.readable.startswith("Title: ") else source
        for source in begun.sources
    ]
    assert max(sources, key=lambda source: source.relevance).relevance == 9.0
    embed = partial(index.embedder.embed, kind="query")
    quoted = next(missing(LESSONS, "", sources, (), (item,), embed))
    assert "Trends often take longer" in quoted.text
    assert "Events can disrupt plans" in quoted.text


def test_what_the_report_says_of_a_premise_is_told_first_where_the_draft_told_nothing(index: LocalIndex) -> None:
    question = "Given that Northfield liked the clause on audits, how should we plan for events?"
    sources = draft(index, question).sources
    embed = partial(index.embedder.embed, kind="query")
    assert "Northfield objected" in next(missing(question, "", sources, (), (), embed)).text
    events = next(source for source in sources if "Events can disrupt" in source.sentence.readable)
    told = next(missing(question, "Northfield and Highmere differ on clauses.", sources, (events,), (), embed))
    assert "Events can disrupt" in told.text


def test_each_name_of_a_question_about_several_is_quoted_where_the_draft_passed_it_over(index: LocalIndex) -> None:
    question = "How do Highmere and Northfield differ over clauses?"
    sources = draft(index, question).sources
    accepts = next(source for source in sources if source.sentence.readable.startswith("Highmere accepts"))
    events = next(source for source in sources if "Events can disrupt" in source.sentence.readable)
    embed = partial(index.embedder.embed, kind="query")
    quoted = [each.text for each in missing(question, "Events disrupt plans.", sources, (events,), (), embed)]
    assert "Highmere accepts" in quoted[0]
    assert "Northfield objected" in quoted[1]
    said = next(missing(question, "Highmere accepts the clause on deletion.", sources, (accepts,), (), embed))
    assert "Northfield objected" in said.text


def test_not_any_says_nothing_of_all() -> None:
    source = ["No examples of services that need level 3 were identified."]
    denies = difference("The review did not find any services that need level 3.", source)
    assert "all" not in denies.inserted
    assert "all" in difference("The review found that any services need level 3.", source).inserted


def test_a_copy_of_what_is_far_from_the_question_is_no_answer(index: LocalIndex) -> None:
    events = "Events can disrupt plans, so adaptability is essential."
    question = "Which clause did Northfield object to?"
    begun = draft(index, question)
    begun.least_relevant = max(source.relevance for source in begun.sources) - 0.1
    assert begun.add(events) is None
    assert begun.withheld[0].reason == "It answers something else."
    assert begun.add("Northfield objected to the clause on audits, which it found too strict.")
    anything = draft(index, question)
    assert anything.add(events)


def test_a_copy_that_is_not_the_best_waits_for_a_better_one(index: LocalIndex) -> None:
    events = "Events can disrupt plans, so adaptability is essential."
    begun = draft(index, "Which clause did Northfield object to?")
    begun.first_rate = max(source.relevance for source in begun.sources) - 0.1
    assert begun.add(events) is None
    assert not begun.withheld
    assert begun.add("Northfield objected to the clause on audits, which it found too strict.")
    assert not list(begun.settle())
    assert begun.withheld[0].reason == "Another sentence answers the question better."
    alone = draft(index, "Which clause did Northfield object to?")
    alone.first_rate = begun.first_rate
    assert alone.add(events) is None
    told, citations = next(alone.settle())
    assert told.text.startswith("Events can disrupt plans")
    assert citations


def test_what_the_conversation_has_said_is_told_again_only_where_nothing_else_is(index: LocalIndex) -> None:
    said = "Northfield objected to the clause on audits, which it found too strict."
    begun = draft(index, "And what else disrupts plans?")
    begun.earlier = frozenset(stems(said))
    assert begun.add(said) is None
    assert begun.add("Events can disrupt plans, so adaptability is essential.")
    assert not list(begun.settle())
    sources = begun.sources
    embed = partial(index.embedder.embed, kind="query")
    northfield = next(source for source in sources if source.sentence.readable.startswith("Northfield"))
    question = "And what did Northfield find?"
    assert any("Northfield" in each.text for each in missing(question, "", sources, (northfield,), (), embed))
    again = missing(question, "", sources, (northfield,), (), embed, earlier=frozenset(stems(said)))
    assert not any("Northfield" in each.text for each in again)


def test_a_list_under_words_of_the_question_that_no_source_has_is_made_up(index: LocalIndex) -> None:
    made_up = (
        "The imaginative rewards for loyal apprentices include trends that take longer to mature, the clause on deletion"
        " that Highmere accepts, and adaptability."
    )
    begun = draft(index, "What are the imaginative rewards for loyal apprentices?")
    assert begun.add(made_up) is None
    assert begun.is_made_up
    assert "none says that they are what is asked for" in begun.withheld[0].reason
    true = "Highmere accepts the clause on deletion, Northfield objected to audits, and events can disrupt plans."
    begun = draft(index, "Which clauses and events matter?")
    begun.add(true)
    assert not begun.is_made_up


def test_a_premise_is_left_off_and_what_follows_stands_by_itself(index: LocalIndex) -> None:
    question = "Given that Northfield liked the clause on audits, how do events matter?"
    begun = draft(index, question)
    kept = begun.add("Given that Northfield liked the clause on audits, events can disrupt plans.")
    assert kept
    assert kept[0].text.startswith("Events can disrupt plans")
    assert (
        without_premise("Since audits cost more, events matter.", question) == "Since audits cost more, events matter."
    )


def test_advice_stands_in_the_report(index: LocalIndex) -> None:
    begun = draft(index, "How should I deal with the clause on audits?")
    assert begun.add("You should object to the clause on audits, which Northfield found too strict.") is None
    assert begun.withheld[0].reason == "The cited text gives no such advice."
    assert begun.add("Northfield objected to the clause on audits, which it found too strict.")


def test_the_other_items_of_a_long_list_are_told_where_a_number_of_things_is_asked_for(index: LocalIndex) -> None:
    sources = [
        replace(source, relevance=0.1) if "Events can" in source.sentence.readable else source
        for source in draft(index, LESSONS).sources
    ]
    trends = next(source for source in sources if "Trends often take longer" in source.sentence.readable)
    events = next(source for source in sources if "Events can disrupt" in source.sentence.readable)
    assert [source.key for source in _beside(LESSONS, sources, [trends])] == [events.key]
    assert not list(_beside("What comes out of past trends?", sources, [trends]))


def test_what_a_report_says_of_one_year_is_not_said_of_another(index: LocalIndex) -> None:
    question = "Which milestones did the road map of 2022 name for archives?"
    begun = draft(index, question)
    assert begun.add("The 2022 road map names twenty milestones for archives.") is None
    assert begun.is_made_up
    embed = partial(index.embedder.embed, kind="query")
    quoted = [each.text for each in missing(question, "", begun.sources, (), tuple(begun.rejected), embed)]
    assert not any("2020" in text for text in quoted)
    begun = draft(index, "Which milestones did the road map of 2020 name for archives?")
    assert begun.add("The 2020 road map names twenty milestones for archives.")
