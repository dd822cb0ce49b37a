"""What people asked and were answered, kept so that they can come back to it, and really deleted when they say so.

A SQLite file of its own beside the index: the index can be rebuilt from the reports, conversations cannot, and
they have another lifetime. Every row belongs to an owner (the id of an API key, or "" where there are no keys),
and nothing is ever read or changed across owners.
"""

import json
import threading
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal, Self

import apsw

from service.answering.types import Answer
from service.errors import BadConversation
from service.llm.types import Turn

Rating = Literal["up", "down"]

MIGRATIONS = (
    """
    CREATE TABLE conversations (
        id TEXT PRIMARY KEY, owner TEXT NOT NULL, title TEXT NOT NULL,
        created_at TEXT NOT NULL, updated_at TEXT NOT NULL
    ) STRICT;
    CREATE INDEX conversations_by_owner ON conversations (owner, updated_at);
    CREATE TABLE turns (
        id TEXT PRIMARY KEY,
        conversation_id TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
        question TEXT NOT NULL, answer TEXT NOT NULL, record TEXT NOT NULL, asked_at TEXT NOT NULL
    ) STRICT;
    CREATE INDEX turns_by_conversation ON turns (conversation_id);
    CREATE TABLE feedback (
        turn_id TEXT PRIMARY KEY REFERENCES turns (id) ON DELETE CASCADE,
        rating TEXT NOT NULL, comment TEXT NOT NULL, given_at TEXT NOT NULL
    ) STRICT;
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
    """Safe to use from many threads. One connection, one writer."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._db = apsw.Connection(str(path))
        path.chmod(0o600)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
            self._db.execute(f"PRAGMA {pragma}")
        self._db.set_busy_timeout(5000)
        self._migrate()

    @classmethod
    def open(cls, data_dir: Path) -> Self:
        return cls(data_dir / "conversations.sqlite")

    def close(self) -> None:
        with self._lock:
            self._db.close()

    def _migrate(self) -> None:
        with self._transaction():
            done = int(self._value("PRAGMA user_version"))
            for number, script in enumerate(MIGRATIONS[done:], start=done + 1):
                self._db.execute(script)
                self._db.execute(f"PRAGMA user_version={number}")

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._lock, self._db:
            yield

    def _rows(self, sql: str, bindings: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        return self._db.execute(sql, bindings).fetchall()

    def _value(self, sql: str, bindings: Sequence[Any] = ()) -> Any:
        rows = self._rows(sql, bindings)
        return rows[0][0] if rows else None

    def record(self, answer: Answer, *, conversation_id: str | None, owner: str = "") -> str:
        """Keeps one turn and returns its conversation's id. Raises `UnknownConversation`, and then keeps nothing."""
        now = _now()
        with self._transaction():
            if conversation_id is None:
                conversation_id = uuid.uuid4().hex
                self._db.execute(
                    "INSERT INTO conversations VALUES (?, ?, ?, ?, ?)",
                    (conversation_id, owner, answer.question[:200], now, now),
                )
            else:
                self._require(conversation_id, owner)
                self._db.execute("UPDATE conversations SET updated_at = ? WHERE id = ?", (now, conversation_id))
            record = json.dumps({**asdict(answer), "conversation_id": conversation_id})
            self._db.execute(
                "INSERT INTO turns VALUES (?, ?, ?, ?, ?, ?)",
                (answer.id, conversation_id, answer.question, answer.answer, record, now),
            )
        return conversation_id

    def _require(self, conversation_id: str, owner: str) -> None:
        known = self._value("SELECT 1 FROM conversations WHERE id = ? AND owner = ?", (conversation_id, owner))
        if known is None:
            raise UnknownConversation(
                "There is no conversation with this id: leave conversation_id out to start a new one."
            )

    def get(self, conversation_id: str, *, owner: str = "") -> Conversation:
        """Raises `UnknownConversation`."""
        with self._transaction():
            self._require(conversation_id, owner)
            [(title, created, updated)] = self._rows(
                "SELECT title, created_at, updated_at FROM conversations WHERE id = ?", (conversation_id,)
            )
            rows = self._rows(
                "SELECT turns.id, question, record, asked_at, rating, coalesce(comment, '') FROM turns"
                " LEFT JOIN feedback ON turn_id = turns.id WHERE conversation_id = ? ORDER BY turns.rowid",
                (conversation_id,),
            )
        turns = tuple(StoredTurn(i, q, json.loads(record), at, rating, c) for i, q, record, at, rating, c in rows)
        return Conversation(conversation_id, title, created, updated, turns)

    def history(self, conversation_id: str, *, owner: str = "") -> tuple[Turn, ...]:
        """The conversation as the model reads it, oldest first. Raises `UnknownConversation`."""
        turns: list[Turn] = []
        for turn in self.get(conversation_id, owner=owner).turns:
            turns += [Turn("user", turn.question), Turn("assistant", turn.answer["answer"])]
        return tuple(turns)

    def search(self, text: str = "", *, limit: int = 50, owner: str = "") -> list[ConversationInfo]:
        """Conversations whose questions or answers contain the text, latest first; all of them without a text."""
        pattern = "%" + text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        with self._transaction():
            rows = self._rows(
                "SELECT id, title, created_at, updated_at, (SELECT count(*) FROM turns WHERE conversation_id = c.id)"
                " FROM conversations c WHERE owner = ?1 AND EXISTS (SELECT 1 FROM turns WHERE conversation_id = c.id"
                " AND (question LIKE ?2 ESCAPE '\\' OR answer LIKE ?2 ESCAPE '\\'))"
                " ORDER BY updated_at DESC, c.rowid DESC LIMIT ?3",
                (owner, pattern, limit),
            )
        return [ConversationInfo(*row) for row in rows]

    def delete(self, conversation_id: str, *, owner: str = "") -> None:
        """Overwrites its rows. Raises `UnknownConversation`."""
        with self._transaction():
            self._require(conversation_id, owner)
            self._db.execute("DELETE FROM conversations WHERE id = ?", (conversation_id,))
        self._forget()

    def rate(self, turn_id: str, rating: Rating, comment: str = "", *, owner: str = "") -> None:
        """The latest rating of an answer counts. Raises `UnknownConversation`."""
        with self._transaction():
            conversation_id = self._value("SELECT conversation_id FROM turns WHERE id = ?", (turn_id,))
            if conversation_id is None:
                raise UnknownConversation("There is no answer with this id: give the `id` of an answer.")
            self._require(conversation_id, owner)
            self._db.execute("INSERT OR REPLACE INTO feedback VALUES (?, ?, ?, ?)", (turn_id, rating, comment, _now()))

    def purge(self, days: int) -> int:
        """Deletes conversations without a turn in the last `days` days, whoever owns them; returns how many."""
        before = _stamp(datetime.now(UTC) - timedelta(days=days))
        with self._transaction():
            self._db.execute("DELETE FROM conversations WHERE updated_at < ?", (before,))
            deleted = self._db.changes()
        if deleted:
            self._forget()
        return deleted

    def _forget(self) -> None:
        """Takes deleted text out of the write-ahead log too."""
        with self._lock:
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def _now() -> str:
    return _stamp(datetime.now(UTC))


def _stamp(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
