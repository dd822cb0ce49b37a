"""Conversations, feedback and keys move between the data folder and a real PostgreSQL, and nothing is lost on the way."""

from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TypeVar

import pytest

from index.errors import StoreError
from index.postgres.database import Database
from service.conversations import Conversation, Conversations
from service.copying import Copied, Kept, copy
from service.keys import Keys
from service.postgres_tables import PostgresTables
from service.storage import in_folder, kept_in
from service.tables import Run, Tables
from tests.storage.test_stores import answered

T = TypeVar("T")


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Kept]:
    with closing(kept_in(partial(in_folder, tmp_path / "data"))) as kept:
        yield kept


@pytest.fixture
def postgres_kept(database_url: str) -> Iterator[Kept]:
    with closing(Database(database_url)) as database:
        yield kept_in(partial(PostgresTables, database))


@pytest.fixture(params=["to postgres", "from postgres"])
def sides(request: pytest.FixtureRequest, folder: Kept, postgres_kept: Kept) -> tuple[Kept, Kept]:
    """Where to copy from and where to."""
    return (folder, postgres_kept) if request.param == "to postgres" else (postgres_kept, folder)


class Broken:
    """Tables over a network that breaks after so many changes."""

    def __init__(self, tables: Tables, changes: int) -> None:
        self._tables, self._left = tables, changes
        self.dialect, self.read, self.forget, self.close = tables.dialect, tables.read, tables.forget, tables.close

    def write(self, change: Callable[[Run], T]) -> T:
        self._left -= 1
        if self._left < 0:
            raise StoreError("The network is gone.")
        return self._tables.write(change)


def filled(kept: Kept) -> tuple[str, str, str]:
    """Two conversations of a key's, and the key."""
    keys, conversations = Keys(kept.keys), Conversations(kept.conversations)
    secret = keys.add("Jane", "manage")
    owner = keys.all()[0].id
    first = conversations.record(answered("a", "What is hard? Größe\\n"), conversation_id=None, owner=owner)
    conversations.record(answered("b", "And why?"), conversation_id=first, owner=owner)
    conversations.rate("a", "down", "wrong year", owner=owner)
    second = conversations.record(answered("c", "What next?"), conversation_id=None, owner=owner)
    return secret, first, second


def everything(kept: Kept) -> tuple[object, list[Conversation]]:
    keys, conversations = Keys(kept.keys), Conversations(kept.conversations)
    found = [(info.id, key.id) for key in keys.all() for info in conversations.search(owner=key.id)]
    return keys.all(), [conversations.get(conversation, owner=owner) for conversation, owner in found]


def test_all_of_it_is_there_afterwards_and_the_key_opens_it(sides: tuple[Kept, Kept]) -> None:
    source, target = sides
    secret, first, _ = filled(source)
    assert copy(source, target) == Copied(conversations=2, keys=1)
    assert everything(target) == everything(source)
    key = Keys(target.keys).find(secret)
    assert key is not None
    turns = Conversations(target.conversations).get(first, owner=key.id).turns
    assert [(turn.question, turn.rating, turn.comment) for turn in turns] == [
        ("What is hard? Größe\\n", "down", "wrong year"),
        ("And why?", None, ""),
    ]


def test_an_interrupted_copy_goes_on(sides: tuple[Kept, Kept]) -> None:
    source, target = sides
    filled(source)
    with pytest.raises(StoreError):
        copy(source, Kept(Broken(target.conversations, 1), target.keys))
    assert len(everything(target)[1]) == 1
    copy(source, target)
    copy(source, target)
    assert everything(target) == everything(source)


def test_what_came_later_is_added(sides: tuple[Kept, Kept]) -> None:
    source, target = sides
    _, first, _ = filled(source)
    copy(source, target)
    conversations, owner = Conversations(source.conversations), Keys(source.keys).all()[0].id
    conversations.record(answered("d", "Since when?"), conversation_id=first, owner=owner)
    conversations.rate("a", "up", "", owner=owner)
    copy(source, target)
    assert everything(target) == everything(source)


def test_nothing_older_takes_the_place_of_what_is_newer(sides: tuple[Kept, Kept]) -> None:
    """A rating that was changed and a key that was revoked where it was copied to stay so."""
    source, target = sides
    secret, first, _ = filled(source)
    copy(source, target)
    keys, conversations = Keys(target.keys), Conversations(target.conversations)
    owner = keys.all()[0].id
    conversations.rate("a", "up", "", owner=owner)
    conversations.record(answered("d", "Since when?"), conversation_id=first, owner=owner)
    keys.revoke(owner)
    before = everything(target)
    copy(source, target)
    assert everything(target) == before
    assert Keys(target.keys).find(secret) is None


def test_a_key_that_was_revoked_later_is_revoked_there_too(sides: tuple[Kept, Kept]) -> None:
    source, target = sides
    secret, _, _ = filled(source)
    copy(source, target)
    assert Keys(target.keys).find(secret) is not None
    Keys(source.keys).revoke(Keys(source.keys).all()[0].id)
    copy(source, target)
    assert Keys(target.keys).find(secret) is None
