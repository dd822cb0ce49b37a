"""Conversations, feedback and keys: the same on both backends, and the same for all who share one."""

from datetime import timedelta

import pytest

from service import conversations as conversations_module
from service.answering.types import Answer, Status, Timings
from service.conversations import Conversations, UnknownConversation
from service.errors import BadSetting
from service.storage import Storage
from tests.storage.conftest import Open


def answered(name: str, question: str, answer: str = "Hiring [1].") -> Answer:
    return Answer(
        id=name, status=Status.ANSWERED, reason=None, clarifications=(), question=question, standalone_question=question,
        answer=answer, sentences=(), citations=(), evidence=(), withheld=(), model="scripted", timings=Timings(1, 1, 1, 1),
    )  # fmt: skip


def test_a_conversation_is_the_same_for_all(open_storage: Open) -> None:
    one, other = open_storage(), open_storage()
    kept = one.conversations.record(answered("a", "What is hard?"), conversation_id=None, owner="jane")
    other.conversations.record(answered("b", "And why? Größe, 100% & C:\\_"), conversation_id=kept, owner="jane")
    found = one.conversations.get(kept, owner="jane")
    assert [turn.question for turn in found.turns] == ["What is hard?", "And why? Größe, 100% & C:\\_"]
    assert found.turns[0].answer["answer"] == "Hiring [1]."
    assert found.title == "What is hard?"
    assert other.conversations.history(kept, owner="jane")[3].content == "Hiring [1]."


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", 1),
        ("HARD", 1),
        ("hiring", 1),
        ("100%", 1),
        ("C:\\_", 1),
        ("wow!", 1),
        ("%", 1),
        ("1%0", 0),
        ("h_rd", 0),
        ("\0", 0),
    ],
)
def test_they_are_found_by_any_text_of_theirs(storage: Storage, text: str, found: int) -> None:
    kept = storage.conversations.record(answered("a", "What is hard? 100% C:\\_ wow!"), conversation_id=None)
    assert [info.id for info in storage.conversations.search(text)] == [kept] * found
    assert storage.conversations.search(text, owner="somebody") == []


def test_the_latest_is_listed_first_and_limits_hold(storage: Storage) -> None:
    ids = [storage.conversations.record(answered(str(n), f"Question {n}"), conversation_id=None) for n in range(4)]
    assert [info.id for info in storage.conversations.search(limit=3)] == ids[:0:-1]


def test_nothing_is_read_or_changed_across_owners(storage: Storage) -> None:
    kept = storage.conversations.record(answered("a", "What is hard?"), conversation_id=None, owner="jane")
    stranger: Conversations = storage.conversations
    for attempt in (stranger.get, stranger.delete, stranger.history):
        with pytest.raises(UnknownConversation):
            attempt(kept, owner="omar")
    with pytest.raises(UnknownConversation):
        stranger.rate("a", "down", owner="omar")
    with pytest.raises(UnknownConversation):
        stranger.record(answered("b", "More?"), conversation_id=kept, owner="omar")
    assert len(stranger.get(kept, owner="jane").turns) == 1


def test_the_latest_rating_counts_and_goes_with_its_conversation(storage: Storage) -> None:
    kept = storage.conversations.record(answered("a", "What is hard?"), conversation_id=None)
    storage.conversations.rate("a", "down", "wrong")
    storage.conversations.rate("a", "up")
    [turn] = storage.conversations.get(kept).turns
    assert (turn.rating, turn.comment) == ("up", "")
    storage.conversations.delete(kept)
    with pytest.raises(UnknownConversation):
        storage.conversations.rate("a", "up")


def test_retention_deletes_what_had_no_turn_lately(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    real = conversations_module._stamp
    with monkeypatch.context() as past:
        past.setattr(conversations_module, "_stamp", lambda moment: real(moment - timedelta(days=2)))
        old = storage.conversations.record(answered("a", "Long ago?"), conversation_id=None)
    new = storage.conversations.record(answered("b", "Now?"), conversation_id=None)
    assert storage.conversations.purge(3) == 0
    assert storage.conversations.purge(1) == 1
    assert [info.id for info in storage.conversations.search()] == [new]
    with pytest.raises(UnknownConversation):
        storage.conversations.get(old)


def test_a_key_opens_every_process_until_it_is_revoked(open_storage: Open) -> None:
    one, other = open_storage().keys, open_storage().keys
    assert not other.required
    secret = one.add("Jane", "manage")
    found = other.find(secret)
    assert other.required
    assert found is not None
    assert (found.name, found.role) == ("Jane", "manage")
    session = other.begin_session(found)
    assert one.session(session) == found
    other.end_session(session)
    assert one.session(session) is None
    session = one.begin_session(found)
    one.revoke(found.id)
    assert other.find(secret) is None
    assert other.session(session) is None
    assert other.required
    assert not other.usable
    assert [key.name for key in other.all()] == ["Jane"]
    with pytest.raises(BadSetting, match="no key with the id"):
        other.revoke("nothing")


@pytest.mark.parametrize(
    "presented", ["", "tw", "tw_x_y", "tw__", "{key}x", "xx_{rest}", "tw_\0_\ud800", "' OR 1=1 --"]
)
def test_a_wrong_key_opens_nothing(storage: Storage, presented: str) -> None:
    key = storage.keys.add("Jane", "ask")
    assert storage.keys.find(presented.format(key=key, rest=key.removeprefix("tw_"))) is None
