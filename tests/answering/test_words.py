"""Numbers, names and hedges are read off text without a model."""

import pytest

from service.answering.names import missing_names
from service.answering.numbers import missing_dates, missing_numbers, numbers
from service.answering.words import asked, coverage, modals, negations, quantifiers, reversed_terms


def values(text: str) -> list[tuple[float, str]]:
    return [(number.value, number.unit) for number in numbers(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Costs of £4 billion a year", [(4e9, "£")]),
        ("a further £1.7 to £1.8 billion of total", [(1.7e9, "£"), (1.8e9, "£")]),
        ("82% take-up, or 84 per cent", [(82.0, "%"), (84.0, "%")]),
        ("1,200 hours", [(1200.0, "hour")]),
        ("three areas", [(3.0, "")]),
        ("between 2 and 3 weeks", [(2.0, "week"), (3.0, "week")]),
        ("almost a quarter of homes", [(25.0, "%")]),
        ("over five years", [(5.0, "year")]),
        ("P1 and R01", []),
        ("COVID19 and G7", []),
        ("£50k", [(50_000.0, "£")]),
    ],
)
def test_numbers_are_read_with_scale_and_unit(text: str, expected: list[tuple[float, str]]) -> None:
    assert values(text) == expected


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("It saves £1.8 billion.", "a further £1.7 to £1.8 billion of total annual savings"),
        ("84% were routed.", "capable of routing 84 percent of applications"),
        ("It has three areas.", "the areas of Ethical Governance, Conscious Design, and a Learning Culture"),
        ("In 2024 it grows.", "It will grow in 2024."),
        ("When the two sides fall out, it decides.", "the following escalation pathway applies"),
        ("It takes up to 4 weeks.", "It takes 2–4 weeks."),
        ("It cost £4,000,000.", "The bid was £4 million."),
    ],
)
def test_a_stated_number_is_not_missing(claim: str, source: str) -> None:
    assert missing_numbers(claim, source) == []


@pytest.mark.parametrize(
    ("claim", "source", "written"),
    [
        ("It saves £2.8 billion.", "a further £1.7 to £1.8 billion", "£2.8 billion"),
        ("84% were routed.", "84 people were routed", "84%"),
        ("It takes 72 hours.", "within 24 hours", "72 hours"),
        ("It takes 20 minutes.", "It takes 20 seconds.", "20 minutes"),
        ("Extended by six months.", "Extended by three months.", "six months"),
        ("Almost half of homes.", "almost a quarter of homes", "half"),
        ("£4 was spent.", "$4 was spent", "£4"),
    ],
)
def test_a_number_that_is_not_stated_is_named(claim: str, source: str, written: str) -> None:
    assert [number.written for number in missing_numbers(claim, source)] == [written]


def test_names_are_missing_only_where_no_source_has_them() -> None:
    source = "Measures were agreed with the Cabinet Office and local authorities in the UK."
    assert missing_names("The Cabinet Office agreed measures.", source) == []
    assert missing_names("Measures were agreed with the Home Office.", source) == ["Home Office"]
    assert missing_names("Agreed with local authorities (LA) in the UK.", source) == []
    assert missing_names("Councils agreed it.", source) == []


def test_dates_and_frequencies_must_be_stated() -> None:
    assert missing_dates("On 27 May 2012 it met.", "It met on 27 March 2012, and again in May 2013.") == ["27 May 2012"]
    assert missing_dates("In March 2012 it met.", "It met on 27 March 2012.") == []
    assert missing_dates("It may meet.", "It meets.") == []
    assert missing_dates("It surveys people quarterly.", "It issues annual surveys.") == ["quarterly"]
    assert missing_dates("It surveys people every year.", "It issues annual surveys.") == []


def test_hedges_negations_and_quantifiers_are_found() -> None:
    assert modals("It must be done, and it may fail.") == {"must", "may"}
    assert negations("It does not replace staff, nor machines.") == 2
    assert quantifiers("All of them, but only some today") == {"all", "some"}
    assert reversed_terms("The wait rose.", "The wait fell to 11 minutes.") == 1
    assert reversed_terms("The wait fell.", "The wait fell to 11 minutes.") == 0


def test_what_a_question_is_about_leaves_out_the_words_of_asking() -> None:
    assert asked("What does the report say about edge computing?") == {"edg", "comput"}
    assert coverage(["a", "b"], ["b"]) == 0.5
    assert coverage([], ["b"]) == 1.0
