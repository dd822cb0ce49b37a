"""API keys: who may use a server that others can reach. Only hashes are stored.

A key is `tw_<id>_<secret>`. The id finds the row, the secret is compared in constant time. Sessions of the page
belong to a key, so that a revoked key ends them at once. Once there has been a key, one is always required: revoking
the last one locks the server, it does not open it.
"""

import hashlib
import hmac
import secrets
import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal, Self

import apsw

from service.errors import BadSetting

Role = Literal["ask", "manage"]

SCHEMA = """
CREATE TABLE IF NOT EXISTS keys (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, role TEXT NOT NULL, hash BLOB NOT NULL,
    created_at TEXT NOT NULL, revoked_at TEXT
) STRICT;
CREATE TABLE IF NOT EXISTS sessions (
    hash BLOB PRIMARY KEY, key_id TEXT NOT NULL REFERENCES keys (id), expires_at TEXT NOT NULL
) STRICT;
"""
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

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._db = apsw.Connection(str(path))
        path.chmod(0o600)
        self._db.set_busy_timeout(5000)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
            self._db.execute(f"PRAGMA {pragma}")
        self._db.execute(SCHEMA)

    @classmethod
    def open(cls, data_dir: Path) -> Self:
        return cls(data_dir / "keys.sqlite")

    def close(self) -> None:
        with self._lock:
            self._db.close()

    def _rows(self, sql: str, *bindings: Any) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._db.execute(sql, bindings).fetchall()

    @property
    def required(self) -> bool:
        return bool(self._rows("SELECT 1 FROM keys LIMIT 1"))

    @property
    def usable(self) -> bool:
        """Whether there is a key that is not revoked."""
        return bool(self._rows("SELECT 1 FROM keys WHERE revoked_at IS NULL LIMIT 1"))

    def add(self, name: str, role: Role) -> str:
        """Makes a key and returns it: this is the only time that it can be read."""
        key_id, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
        self._rows("INSERT INTO keys VALUES (?, ?, ?, ?, ?, NULL)", key_id, name, role, _hash(secret), _now())
        return f"tw_{key_id}_{secret}"

    def all(self) -> list[Key]:
        return [
            Key(*row) for row in self._rows("SELECT id, name, role, created_at, revoked_at FROM keys ORDER BY rowid")
        ]

    def revoke(self, key_id: str) -> None:
        """From now on, in every process. Raises `BadSetting` for an unknown id."""
        if not self._rows("SELECT 1 FROM keys WHERE id = ?", key_id):
            raise BadSetting(f"There is no key with the id {key_id!r}: `trendwise keys list` shows them.")
        self._rows("UPDATE keys SET revoked_at = coalesce(revoked_at, ?) WHERE id = ?", _now(), key_id)
        self._rows("DELETE FROM sessions WHERE key_id = ?", key_id)

    def find(self, presented: str) -> Key | None:
        """The key that somebody presents, unless it is wrong or revoked."""
        prefix, _, rest = presented.partition("_")
        key_id, _, secret = rest.partition("_")
        rows = self._rows("SELECT id, name, role, created_at, revoked_at, hash FROM keys WHERE id = ?", key_id)
        *facts, stored = rows[0] if rows else ("", "", "ask", "", "", bytes(32))
        same = hmac.compare_digest(stored, _hash(secret))
        key = Key(*facts)
        return key if prefix == "tw" and same and rows and key.revoked_at is None else None

    def begin_session(self, key: Key) -> str:
        """A token for the page's cookie."""
        token = secrets.token_urlsafe(32)
        expires = (datetime.now(UTC) + timedelta(days=SESSION_DAYS)).isoformat()
        self._rows("DELETE FROM sessions WHERE expires_at < ?", _now())
        self._rows("INSERT INTO sessions VALUES (?, ?, ?)", _hash(token), key.id, expires)
        return token

    def session(self, token: str) -> Key | None:
        rows = self._rows(
            "SELECT id, name, role, created_at, revoked_at FROM sessions JOIN keys ON key_id = id"
            " WHERE sessions.hash = ? AND expires_at > ? AND revoked_at IS NULL",
            _hash(token),
            _now(),
        )
        return Key(*rows[0]) if rows else None

    def end_session(self, token: str) -> None:
        self._rows("DELETE FROM sessions WHERE hash = ?", _hash(token))


def _hash(secret: str) -> bytes:
    """Plain SHA-256: the secrets are 256 random bits, so there is nothing to guess."""
    return hashlib.sha256(secret.encode()).digest()


def _now() -> str:
    return datetime.now(UTC).isoformat()
