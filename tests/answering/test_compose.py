"""The prompt of an answer, and what its reply begins with."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.local import LocalIndex
from prompts import examples
from service.answering.compose import ANSWERS, REPLIES, answer_prompt, answerable_prompt, answered, beginning
from service.answering.finding import Finder
from service.answering.followup import standalone
from service.answering.options import Options
from service.answering.types import Question
from service.llm.types import Turn

REPORT = """# Trams 2025

## Fares

Fares rose by 4% in Highmere. Season tickets did not.
"""
FORM = re.compile(
    r"Passages:\n(?:(?:\[[^\n]+\]|- [^\n]+)\n)+\n(?:Earlier question: [^\n]+\nEarlier answer: [^\n]+\n)?Question: [^\n]+"
)


def test_worked_examples_have_the_form_of_the_prompt_they_teach(index: LocalIndex) -> None:
    question = "How much did fares rise?"
    sources = Finder(index, Options()).find(question, Question(question)).chosen
    earlier = standalone("And for season tickets?", [Turn("user", question), Turn("assistant", "By 4%.")])
    for context in ("", earlier.context):
        assert FORM.fullmatch(answer_prompt(question, sources, context=context).user)
    for number, turn in enumerate(examples()):
        assert turn.role == ("assistant" if number % 2 else "user")
        if turn.role == "user":
            assert FORM.fullmatch(turn.content)
        else:
            assert turn.content == "Not stated." or turn.content.startswith(f"{ANSWERS} ")
    replies = [turn.content for turn in examples() if turn.role == "assistant"]
    assert [sum(reply.startswith(begun) for reply in replies) for begun in REPLIES] == [len(replies) / 2] * 2


def test_every_prompt_of_an_answer_begins_the_same(index: LocalIndex) -> None:
    question = "How much did fares rise?"
    sources = Finder(index, Options()).find(question, Question(question)).chosen
    prompt = answer_prompt(question, sources)
    for other in (beginning(), answerable_prompt(prompt)):
        assert (other.system, other.examples) == (prompt.system, prompt.examples)
    assert answerable_prompt(prompt).parts == prompt.parts


@given(st.text("Answer: xyz.\n", max_size=40), st.booleans(), st.data())
def test_the_word_a_reply_begins_with_is_left_off_however_it_arrives(
    text: str, written: bool, data: st.DataObject
) -> None:
    reply = f"{ANSWERS} {text}" if written else text
    cuts = sorted(data.draw(st.sets(st.integers(0, len(reply)), max_size=6)))
    pieces = [reply[a:b] for a, b in zip([0, *cuts], [*cuts, len(reply)], strict=True)]
    said = "".join(answered(iter(piece for piece in pieces if piece)))
    bare = reply.lstrip()
    assert said.strip() == bare.removeprefix(ANSWERS).strip()


@pytest.mark.parametrize("reply", [[" Fares", " rose."], ["Answer", ":", " Fares", " rose."], ["Fares rose."]])
def test_nothing_stands_before_an_answer(reply: list[str]) -> None:
    assert "".join(answered(iter(reply))) == "Fares rose."
