"""A sentence that announces what a report tells is no answer to what it tells."""

import pytest

from index.local import LocalIndex
from service.answering.announcements import asks_what_is_told, is_announcement, names_the_report
from service.answering.finding import Finder
from service.answering.options import Options
from service.answering.types import Question

REPORT = """# Hiring in councils 2025

## Staff

In this summary we present some of the inventive ways in which councils keep their software developers.

## Pay

Developers left Highmere because pay had stood still since 2019.
"""


@pytest.mark.parametrize(
    "sentence",
    [
        "We present some of the inventive ways in which councils will keep developers in 2025.",
        "This section presents important findings from the research.",
        "In this chapter, we describe how councils hire.",
        "The second report examines the barriers to sharing data.",
        "Below we set out the main reasons for delay.",
    ],
)
def test_it_announces(sentence: str) -> None:
    assert is_announcement(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "We will explore these opportunities with suppliers.",
        "We describe three ways: pay, training and leave.",
        "This report outlines that councils pay too little.",
        "This study examines 212 councils.",
        "We provide housing, transport and waste services.",
        "The council presents a budget each year.",
    ],
)
def test_it_tells(sentence: str) -> None:
    assert not is_announcement(sentence)


@pytest.mark.parametrize(
    ("question", "about"),
    [
        ("What does this report cover?", True),
        ("What is the purpose of the study?", True),
        ("Who wrote the review?", True),
        ("In which inventive ways do councils keep developers?", False),
        ("What are the ways of hiring that the report describes?", False),
    ],
)
def test_whether_a_question_is_about_the_report_itself(question: str, about: bool) -> None:
    assert asks_what_is_told(question) is about


def test_an_announcement_answers_only_what_the_report_is_about(index: LocalIndex) -> None:
    def told(question: str) -> str:
        return " ".join(
            s.sentence.readable for s in Finder(index, Options()).find(question, Question(question)).sources
        )

    assert "inventive ways" not in told("In which inventive ways do councils keep their software developers?")
    assert "pay had stood still" in told("In which inventive ways do councils keep their software developers?")
    assert "inventive ways" in told("What does this summary present?")


@pytest.mark.parametrize(
    ("sentence", "names"),
    [
        ("Marlmere public sector digital and technology trends 2024 infographic", True),
        ("Public sector trends 2024", True),
        ("Public sector digital trends will grow in 2024.", False),
        ("Digital skills, pay and the public purse in rural councils", False),
        ("Digital trends: cloud", False),
    ],
)
def test_a_caption_that_only_names_the_report(sentence: str, names: bool) -> None:
    assert names_the_report(sentence, "Public sector digital trends 2024 – summary") is names
