"""Who embeds a new report: processes that are given the same folder divide it, instead of each doing all of it.

A claim is a lock of the database's session, which the server releases when the process that holds it dies. It only saves work:
that a report is added once is ensured where it is written.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from index.postgres.database import Database

_KIND = 1
"""Tells these locks from those of `store.lock`, which are of the same names."""
_CLAIM = """
    SELECT id FROM (SELECT DISTINCT unnest(:ids::text[]) AS id) AS wanted WHERE pg_try_advisory_lock(hashtextextended(id, :kind))
"""


@contextmanager
def claimed(database: Database, ids: Iterable[str]) -> Iterator[set[str]]:
    """Those of the reports that no other process has claimed; they are this one's until the end."""
    with database.session() as connection:
        yield {id_ for (id_,) in connection.run(_CLAIM, ids=list(ids), kind=_KIND)}
