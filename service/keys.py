"""API keys: who may use a server that others can reach. Only hashes are stored.

A key is `tw_<id>_<secret>`. The id finds the row, the secret is compared in constant time. Sessions of the page
belong to a key, so that a revoked key ends them at once. Once there has been a key, one is always required: revoking
the last one locks the server, it does not open it.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal, Self

from service.errors import BadSetting
from service.sqlite_tables import SqliteTables
from service.tables import Run, Tables

Role = Literal["ask", "manage"]

MIGRATIONS = (
    """
    CREATE TABLE IF NOT EXISTS keys (
        {rowid} id TEXT PRIMARY KEY, name TEXT NOT NULL, role TEXT NOT NULL, hash {bytes} NOT NULL,
        created_at TEXT NOT NULL, revoked_at TEXT
    ) {strict};
    CREATE TABLE IF NOT EXISTS sessions (
        hash {bytes} PRIMARY KEY, key_id TEXT NOT NULL REFERENCES keys (id), expires_at TEXT NOT NULL
    ) {strict};
    """,
)
SESSION_DAYS = 7


@dataclass(frozen=True, slots=True)
class Key:
    id: str
    name: str
    role: Role
    created_at: str
    revoked_at: str | None


class Keys:
    """Safe to use from many threads; sees at once what another process changes."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._required = False

    @classmethod
    def open(cls, data_dir: Path) -> Self:
        """Those of the data folder."""
        return cls(SqliteTables(data_dir / "keys.sqlite", MIGRATIONS))

    def close(self) -> None:
        self._tables.close()

    @property
    def required(self) -> bool:
        """Once true it stays so, and is not looked up again."""
        self._required = self._required or bool(self._tables.read("SELECT 1 FROM keys LIMIT 1"))
        return self._required

    @property
    def usable(self) -> bool:
        """Whether there is a key that is not revoked."""
        return bool(self._tables.read("SELECT 1 FROM keys WHERE revoked_at IS NULL LIMIT 1"))

    def add(self, name: str, role: Role) -> str:
        """Makes a key and returns it: this is the only time that it can be read."""
        key_id, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
        self._tables.write(
            lambda run: run(
                "INSERT INTO keys (id, name, role, hash, created_at) VALUES (:id, :name, :role, :hash, :now)",
                id=key_id,
                name=name,
                role=role,
                hash=_hash(secret),
                now=_now(),
            )
        )
        return f"tw_{key_id}_{secret}"

    def all(self) -> list[Key]:
        rows = self._tables.read("SELECT id, name, role, created_at, revoked_at FROM keys ORDER BY rowid")
        return [Key(*row) for row in rows]

    def revoke(self, key_id: str) -> None:
        """From now on, in every process. Raises `BadSetting` for an unknown id."""

        def change(run: Run) -> None:
            known = run(
                "UPDATE keys SET revoked_at = coalesce(revoked_at, :now) WHERE id = :id RETURNING id",
                id=key_id,
                now=_now(),
            )
            if not known:
                raise BadSetting(f"There is no key with the id {key_id!r}: `trendwise keys list` shows them.")
            run("DELETE FROM sessions WHERE key_id = :id", id=key_id)

        self._tables.write(change)

    def find(self, presented: str) -> Key | None:
        """The key that somebody presents, unless it is wrong or revoked."""
        prefix, _, rest = presented.partition("_")
        key_id, _, secret = rest.partition("_")
        rows = self._tables.read(
            "SELECT id, name, role, created_at, revoked_at, hash FROM keys WHERE id = :id", id=key_id
        )
        *facts, stored = rows[0] if rows else ("", "", "ask", "", "", bytes(32))
        same = hmac.compare_digest(stored, _hash(secret))
        key = Key(*facts)
        return key if prefix == "tw" and same and rows and key.revoked_at is None else None

    def begin_session(self, key: Key) -> str:
        """A token for the page's cookie."""
        token = secrets.token_urlsafe(32)
        expires = (datetime.now(UTC) + timedelta(days=SESSION_DAYS)).isoformat()

        def change(run: Run) -> None:
            run("DELETE FROM sessions WHERE expires_at < :now", now=_now())
            run("INSERT INTO sessions VALUES (:hash, :key, :expires)", hash=_hash(token), key=key.id, expires=expires)

        self._tables.write(change)
        return token

    def session(self, token: str) -> Key | None:
        rows = self._tables.read(
            "SELECT id, name, role, created_at, revoked_at FROM sessions JOIN keys ON key_id = id"
            " WHERE sessions.hash = :hash AND expires_at > :now AND revoked_at IS NULL",
            hash=_hash(token),
            now=_now(),
        )
        return Key(*rows[0]) if rows else None

    def end_session(self, token: str) -> None:
        self._tables.write(lambda run: run("DELETE FROM sessions WHERE hash = :hash", hash=_hash(token)))


def _hash(secret: str) -> bytes:
    """Plain SHA-256: the secrets are 256 random bits, so there is nothing to guess."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).digest()


def _now() -> str:
    return datetime.now(UTC).isoformat()
