"""What must be true of an index in PostgreSQL, each with what was found. Changes nothing.

Flipped bits are the server's to find: it checks a page's checksum whenever it reads it, where they are switched on.
"""

from collections.abc import Iterator

from index.checks import Finding
from index.errors import StoreError
from index.postgres.database import Database

_CHECKS: tuple[tuple[str, str, str], ...] = (
    (
        "page checksums",
        "SELECT current_setting('data_checksums') WHERE current_setting('data_checksums') <> 'on'",
        "they are off: a flipped bit would go unseen. Stop the server and run `pg_checksums --enable`.",
    ),
    (
        "passages",
        """SELECT p.id FROM passages p JOIN documents d ON d.id = document_id
           WHERE p.text <> substr(d.text, p.start + 1, p."end" - p.start)""",
        "the text of a passage is not its report's",
    ),
    (
        "vectors",
        """SELECT p.id FROM passages p JOIN documents d ON d.id = document_id LEFT JOIN vectors v USING (key)
           WHERE (v.key IS NULL) = (d.state = 'ready') OR abs(vector_norm(v.vector) - 1) > 1e-3""",
        "a current passage has no unit vector, or a superseded one has a vector",
    ),
    (
        "word index",
        """SELECT coalesce(terms.term, found.term) FROM terms
           FULL JOIN (SELECT term, count(*) AS passages FROM postings GROUP BY term) AS found USING (term)
           WHERE terms.passages IS DISTINCT FROM found.passages""",
        "how many passages have a word is not what was counted",
    ),
)


def check(url: str) -> list[Finding]:
    """Runs every check; a check that fails does not stop the others."""
    found = []
    for name, query, problem in _CHECKS:
        wrong = "; ".join(_wrong(url, query, problem))
        found.append(Finding(name, not wrong, wrong or "ok"))
    return found


def _wrong(url: str, query: str, problem: str) -> Iterator[str]:
    try:
        database = Database(url)
        try:
            rows = database.read(f"{query} LIMIT 3")
        finally:
            database.close()
    except StoreError as error:
        yield str(error)
        return
    if rows:
        yield f"{problem} ({', '.join(str(row[0]) for row in rows)})"
