"""Where conversations, keys and uploads are kept: in the data folder, or beside the reports in PostgreSQL.

The stores know only `Tables`; this is the one place that knows which are in use.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

from service import conversations, jobs, keys
from service.conversations import Conversations
from service.copying import Kept
from service.errors import BadSetting
from service.keys import Keys
from service.settings import Settings
from service.sqlite_tables import SqliteTables
from service.tables import Tables

if TYPE_CHECKING:
    from service.limits import SharedLimits

Opened = Callable[[str, Sequence[str]], Tables]


@dataclass(frozen=True, slots=True)
class Storage:
    conversations: Conversations
    keys: Keys
    uploads: Tables
    """Of `service.jobs`."""
    limits: "SharedLimits | None"
    """Where several processes share the database."""
    _close: Callable[[], None]

    @classmethod
    def open(cls, settings: Settings) -> Self:
        """Raises `BadSetting` and the errors of the index."""
        if settings.database_url is None:
            return cls._of(lambda name, migrations: in_folder(settings.data_dir, name, migrations))
        try:
            from index.postgres.database import Database
        except ModuleNotFoundError as error:
            raise BadSetting(
                f"Everything is to be in PostgreSQL, but {error.name} is not installed: install the extra `postgres`."
            ) from error
        from service.limits import SharedLimits
        from service.postgres_tables import PostgresTables

        database = Database(settings.database_url.get_secret_value())
        limits = SharedLimits(database.address)

        def close() -> None:
            limits.close()
            database.close()

        try:
            return cls._of(lambda name, migrations: PostgresTables(database, name, migrations), limits, close)
        except BaseException:
            close()
            raise

    @classmethod
    def _of(
        cls, opened: Opened, limits: "SharedLimits | None" = None, close: Callable[[], None] = lambda: None
    ) -> Self:
        kept = kept_in(opened)
        return cls(
            Conversations(kept.conversations), Keys(kept.keys), opened("jobs", jobs.MIGRATIONS), limits, close
        )  # fmt: skip

    def close(self) -> None:
        self.conversations.close()
        self.keys.close()
        self.uploads.close()
        self._close()


def kept_in(opened: Opened) -> Kept:
    """What is kept for longer than a process lives."""
    return Kept(opened("conversations", conversations.MIGRATIONS), opened("keys", keys.MIGRATIONS))


def in_folder(data_dir: Path, name: str, migrations: Sequence[str]) -> Tables:
    return SqliteTables(data_dir / f"{name}.sqlite", migrations)
