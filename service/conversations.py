"""What people asked and were answered, kept so that they can come back to it, and really deleted when they say so.

Tables of their own beside the index: the index can be rebuilt from the reports, conversations cannot, and
they have another lifetime. Every row belongs to an owner (the id of an API key, or "" where there are no keys),
and nothing is ever read or changed across owners.
"""

import json
import uuid
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal, Self

from service.answering.types import Answer
from service.errors import BadConversation
from service.llm.types import Turn
from service.sqlite_tables import SqliteTables
from service.tables import Run, Tables

Rating = Literal["up", "down"]

MIGRATIONS = (
    """
    CREATE TABLE conversations (
        {rowid} id TEXT PRIMARY KEY, owner TEXT NOT NULL, title TEXT NOT NULL,
        created_at TEXT NOT NULL, updated_at TEXT NOT NULL
    ) {strict};
    CREATE INDEX conversations_by_owner ON conversations (owner, updated_at);
    CREATE TABLE turns (
        {rowid} id TEXT PRIMARY KEY,
        conversation_id TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
        question TEXT NOT NULL, answer TEXT NOT NULL, record TEXT NOT NULL, asked_at TEXT NOT NULL
    ) {strict};
    CREATE INDEX turns_by_conversation ON turns (conversation_id);
    CREATE TABLE feedback (
        turn_id TEXT PRIMARY KEY REFERENCES turns (id) ON DELETE CASCADE,
        rating TEXT NOT NULL, comment TEXT NOT NULL, given_at TEXT NOT NULL
    ) {strict};
    """,
)


class UnknownConversation(BadConversation):
    """There is none with this id, or it belongs to somebody else."""


@dataclass(frozen=True, slots=True)
class ConversationInfo:
    id: str
    title: str
    """The first question."""
    created_at: str
    updated_at: str
    turns: int


@dataclass(frozen=True, slots=True)
class StoredTurn:
    id: str
    question: str
    answer: dict[str, Any]
    """The whole answer, as the API gave it."""
    asked_at: str
    rating: Rating | None
    comment: str


@dataclass(frozen=True, slots=True)
class Conversation:
    id: str
    title: str
    created_at: str
    updated_at: str
    turns: tuple[StoredTurn, ...]


class Conversations:
    """Safe to use from many threads and processes."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    @classmethod
    def open(cls, data_dir: Path) -> Self:
        """Those of the data folder."""
        return cls(SqliteTables(data_dir / "conversations.sqlite", MIGRATIONS))

    def close(self) -> None:
        self._tables.close()

    def record(self, answer: Answer, *, conversation_id: str | None, owner: str = "") -> str:
        """Keeps one turn and returns its conversation's id. Raises `UnknownConversation`, and then keeps nothing."""
        now, kept = _now(), conversation_id or uuid.uuid4().hex
        record = json.dumps({**asdict(answer), "conversation_id": kept})

        def change(run: Run) -> None:
            if conversation_id is None:
                run(
                    "INSERT INTO conversations (id, owner, title, created_at, updated_at)"
                    " VALUES (:id, :owner, :title, :now, :now)",
                    id=kept,
                    owner=owner,
                    title=answer.question[:200],
                    now=now,
                )
            else:
                _require(run, kept, owner)
                run("UPDATE conversations SET updated_at = :now WHERE id = :id", now=now, id=kept)
            run(
                "INSERT INTO turns (id, conversation_id, question, answer, record, asked_at)"
                " VALUES (:id, :conversation, :question, :answer, :record, :now)",
                id=answer.id,
                conversation=kept,
                question=answer.question,
                answer=answer.answer,
                record=record,
                now=now,
            )

        self._tables.write(change)
        return kept

    def get(self, conversation_id: str, *, owner: str = "") -> Conversation:
        """Raises `UnknownConversation`."""

        def look(run: Run) -> Conversation:
            _require(run, conversation_id, owner)
            [(title, created, updated)] = run(
                "SELECT title, created_at, updated_at FROM conversations WHERE id = :id", id=conversation_id
            )
            rows = run(
                "SELECT turns.id, question, record, asked_at, rating, coalesce(comment, '') FROM turns"
                " LEFT JOIN feedback ON turn_id = turns.id WHERE conversation_id = :id ORDER BY turns.rowid",
                id=conversation_id,
            )
            turns = tuple(StoredTurn(i, q, json.loads(record), at, rating, c) for i, q, record, at, rating, c in rows)
            return Conversation(conversation_id, title, created, updated, turns)

        return self._tables.write(look)

    def history(self, conversation_id: str, *, owner: str = "") -> tuple[Turn, ...]:
        """The conversation as the model reads it, oldest first. Raises `UnknownConversation`."""
        turns: list[Turn] = []
        for turn in self.get(conversation_id, owner=owner).turns:
            turns += [Turn("user", turn.question), Turn("assistant", turn.answer["answer"])]
        return tuple(turns)

    def search(self, text: str = "", *, limit: int = 50, owner: str = "") -> list[ConversationInfo]:
        """Conversations whose questions or answers contain the text, latest first; all of them without a text."""
        pattern = "%" + text.replace("\0", "\ufffd").replace("!", "!!").replace("%", "!%").replace("_", "!_") + "%"
        rows = self._tables.read(
            "SELECT id, title, created_at, updated_at, (SELECT count(*) FROM turns WHERE conversation_id = c.id)"
            " FROM conversations c WHERE owner = :owner AND EXISTS (SELECT 1 FROM turns WHERE conversation_id = c.id"
            " AND (lower(question) LIKE lower(:pattern) ESCAPE '!' OR lower(answer) LIKE lower(:pattern) ESCAPE '!'))"
            " ORDER BY updated_at DESC, c.rowid DESC LIMIT :most",
            owner=owner,
            pattern=pattern,
            most=limit,
        )
        return [ConversationInfo(*row) for row in rows]

    def delete(self, conversation_id: str, *, owner: str = "") -> None:
        """Overwrites its rows, where the backend can. Raises `UnknownConversation`."""

        def change(run: Run) -> None:
            _require(run, conversation_id, owner)
            run("DELETE FROM conversations WHERE id = :id", id=conversation_id)

        self._tables.write(change)
        self._tables.forget()

    def rate(self, turn_id: str, rating: Rating, comment: str = "", *, owner: str = "") -> None:
        """The latest rating of an answer counts. Raises `UnknownConversation`."""

        def change(run: Run) -> None:
            rows = run("SELECT conversation_id FROM turns WHERE id = :id", id=turn_id)
            if not rows:
                raise UnknownConversation("There is no answer with this id: give the `id` of an answer.")
            _require(run, rows[0][0], owner)
            run(
                "INSERT INTO feedback VALUES (:id, :rating, :comment, :now) ON CONFLICT (turn_id) DO UPDATE"
                " SET rating = excluded.rating, comment = excluded.comment, given_at = excluded.given_at",
                id=turn_id,
                rating=rating,
                comment=comment,
                now=_now(),
            )

        self._tables.write(change)

    def purge(self, days: int) -> int:
        """Deletes conversations without a turn in the last `days` days, whoever owns them; returns how many."""
        before = _stamp(datetime.now(UTC) - timedelta(days=days))
        deleted = self._tables.write(
            lambda run: run("DELETE FROM conversations WHERE updated_at < :before RETURNING id", before=before)
        )
        if deleted:
            self._tables.forget()
        return len(deleted)


def _require(run: Run, conversation_id: str, owner: str) -> None:
    if not run("SELECT 1 FROM conversations WHERE id = :id AND owner = :owner", id=conversation_id, owner=owner):
        raise UnknownConversation(
            "There is no conversation with this id: leave conversation_id out to start a new one."
        )


def _now() -> str:
    return _stamp(datetime.now(UTC))


def _stamp(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
