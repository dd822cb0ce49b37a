"""Moves conversations, feedback and keys between the data folder and PostgreSQL. Reports are `index.copying`'s.

Every row keeps its id, so what was copied before is known again and an interrupted copy goes on. Where both sides have
a row the later one counts, and a key that either side revoked stays revoked. Sessions of the page are left behind: people
sign in again with their key. So are uploads that wait, which belong to whoever took them.
"""

from dataclasses import dataclass
from functools import partial

from service.tables import Rows, Run, Tables

_CONVERSATIONS = "SELECT id, owner, title, created_at, updated_at FROM conversations ORDER BY rowid"
_TURNS = """
    SELECT id, question, answer, record, asked_at, rating, comment, given_at FROM turns
    LEFT JOIN feedback ON turn_id = turns.id WHERE conversation_id = :id ORDER BY turns.rowid
"""
_PUT_CONVERSATION = """
    INSERT INTO conversations (id, owner, title, created_at, updated_at)
    VALUES (:id, :owner, :title, :created_at, :updated_at)
    ON CONFLICT (id) DO UPDATE SET updated_at = excluded.updated_at WHERE conversations.updated_at < excluded.updated_at
"""
_PUT_TURN = """
    INSERT INTO turns (id, conversation_id, question, answer, record, asked_at)
    VALUES (:id, :conversation_id, :question, :answer, :record, :asked_at) ON CONFLICT (id) DO NOTHING
"""
_PUT_FEEDBACK = """
    INSERT INTO feedback (turn_id, rating, comment, given_at) VALUES (:id, :rating, :comment, :given_at)
    ON CONFLICT (turn_id) DO UPDATE
    SET rating = excluded.rating, comment = excluded.comment, given_at = excluded.given_at
    WHERE feedback.given_at < excluded.given_at
"""
_KEYS = "SELECT id, name, role, hash, created_at, revoked_at FROM keys ORDER BY rowid"
_PUT_KEY = """
    INSERT INTO keys (id, name, role, hash, created_at, revoked_at)
    VALUES (:id, :name, :role, :hash, :created_at, :revoked_at)
    ON CONFLICT (id) DO UPDATE SET revoked_at = coalesce(keys.revoked_at, excluded.revoked_at)
"""


@dataclass(frozen=True, slots=True)
class Kept:
    """The tables of one side: of `service.conversations` and of `service.keys`."""

    conversations: Tables
    keys: Tables

    def close(self) -> None:
        self.conversations.close()
        self.keys.close()


@dataclass(frozen=True, slots=True)
class Copied:
    """How many the target was given, those included that it had already."""

    conversations: int
    keys: int


def copy(source: Kept, target: Kept) -> Copied:
    """Keys first: a conversation whose owner is not there yet could be seen by nobody. Raises `StoreError`."""
    keys = _copy_keys(source.keys, target.keys)
    return Copied(_copy_conversations(source.conversations, target.conversations), keys)


def _copy_keys(source: Tables, target: Tables) -> int:
    rows = source.read(_KEYS)
    target.write(partial(_put_keys, rows=rows))
    return len(rows)


def _put_keys(run: Run, rows: Rows) -> None:
    for key_id, name, role, digest, created_at, revoked_at in rows:
        run(_PUT_KEY, id=key_id, name=name, role=role, hash=digest, created_at=created_at, revoked_at=revoked_at)


def _copy_conversations(source: Tables, target: Tables) -> int:
    """Each with its turns in a transaction of its own; one that is deleted meanwhile has none and is passed over."""
    copied = 0
    for conversation in source.read(_CONVERSATIONS):
        if turns := source.read(_TURNS, id=conversation[0]):
            target.write(partial(_put_conversation, conversation=conversation, turns=turns))
            copied += 1
    return copied


def _put_conversation(run: Run, conversation: tuple[str, ...], turns: Rows) -> None:
    kept, owner, title, created_at, updated_at = conversation
    run(_PUT_CONVERSATION, id=kept, owner=owner, title=title, created_at=created_at, updated_at=updated_at)
    for turn, question, answer, record, asked_at, rating, comment, given_at in turns:
        run(
            _PUT_TURN, id=turn, conversation_id=kept, question=question, answer=answer, record=record, asked_at=asked_at
        )
        if rating is not None:
            run(_PUT_FEEDBACK, id=turn, rating=rating, comment=comment, given_at=given_at)
