from collections.abc import Iterator
from pathlib import Path

import pytest

from eval.datasets import load_questions
from eval.feedback import NoFeedback, NothingToScore, add_from_feedback
from service.answering.types import Answer, Status, Timings
from service.conversations import Conversations
from service.llm.types import Turn


@pytest.fixture
def conversations(tmp_path: Path) -> Iterator[Conversations]:
    opened = Conversations.open(tmp_path)
    yield opened
    opened.close()


def answered(name: str, question: str, answer: str) -> Answer:
    return Answer(
        id=name, status=Status.ANSWERED, reason=None, clarifications=(), question=question, standalone_question=question,
        answer=answer, sentences=(), citations=(), evidence=(), withheld=(), model="scripted", timings=Timings(1, 1, 1, 1),
    )  # fmt: skip


@pytest.fixture
def disliked(conversations: Conversations) -> Conversations:
    """A liked answer, then a disliked follow-up."""
    conversation = conversations.record(answered("a" * 32, "What is hard?", "Hiring [1]."), conversation_id=None)
    conversations.record(answered("b" * 32, "And why?", "Robots."), conversation_id=conversation)
    conversations.rate("a" * 32, "up")
    conversations.rate("b" * 32, "down", "pay is too low")
    return conversations


def test_a_thumbs_down_becomes_a_row_with_its_conversation(disliked: Conversations, tmp_path: Path) -> None:
    file = tmp_path / "cases.jsonl"
    added = add_from_feedback(file, disliked, evidence=["Pay is low."])
    [row] = load_questions(file)
    assert (row.id, row.question, row.answerable) == (added["id"], "And why?", True)
    assert (row.key_points, row.evidence) == (("pay is too low",), ("Pay is low.",))
    assert row.history == (Turn("user", "What is hard?"), Turn("assistant", "Hiring [1]."))


def test_each_is_added_once_unless_named(disliked: Conversations, tmp_path: Path) -> None:
    file = tmp_path / "cases.jsonl"
    add_from_feedback(file, disliked, unanswerable=True)
    [row] = load_questions(file)
    assert (row.answerable, row.key_points) == (False, ())
    with pytest.raises(NoFeedback, match="not in the file yet"):
        add_from_feedback(file, disliked)
    with pytest.raises(NoFeedback, match="the id aaa"):
        add_from_feedback(file, disliked, answer_id="aaa")
    assert len(load_questions(file)) == 1


def test_without_anything_to_score_nothing_is_written(disliked: Conversations, tmp_path: Path) -> None:
    disliked.rate("b" * 32, "down", "")
    with pytest.raises(NothingToScore, match="--key-point"):
        add_from_feedback(tmp_path / "cases.jsonl", disliked)
    assert not (tmp_path / "cases.jsonl").exists()


def test_other_peoples_feedback_is_left_alone(disliked: Conversations, tmp_path: Path) -> None:
    with pytest.raises(NoFeedback):
        add_from_feedback(tmp_path / "cases.jsonl", disliked, owner="another key", key_points=["x"])
