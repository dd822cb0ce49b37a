"""Makes a damaged index whole again from the documents that it stores.

What is derived (word index, vocabulary, generations) is simply made again. Where the database itself is damaged, every
report whose rows can still be read and proved whole goes into a new one, or is read again from its stored original;
the damaged files are put aside, never deleted.
"""

import hashlib
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index import checks, store, vectors
from index.aside import put_aside
from index.checks import Finding
from index.database import Database, raw_connection
from index.errors import StoreDamaged, StoreError
from index.local import LocalIndex
from index.types import Embedder
from ingest.errors import IngestError
from ingest.read import read_bytes
from ingest.split import split
from ingest.types import Document, Passage

_TRUTH = ("database file", "passages", "vectors")
"""The checks of what cannot be derived from anything else."""


@dataclass(frozen=True, slots=True)
class _Saved:
    document: Document
    passages: Sequence[Passage]
    paths: tuple[str, ...]
    original: bytes | None
    sample: bool
    superseded_by: str | None


def examine(data_dir: Path) -> list[Finding]:
    """Runs all checks; a database that cannot be opened is a finding too. Changes nothing."""
    path = data_dir / "trendwise.sqlite"
    if not path.is_file():
        return [Finding("database file", True, f"there is no index in {data_dir} yet")]
    try:
        database = Database(path)
    except StoreError as error:
        return [Finding("database file", False, str(error))]
    try:
        return checks.check(database, data_dir / "generations")
    finally:
        database.close()


def repair(data_dir: Path, embedder: Embedder, say: Callable[[str], None]) -> None:
    """Stop the service first. `say` hears in words what is done. Raises StoreDamaged where nothing could be saved."""
    findings = examine(data_dir)
    if all(finding.ok for finding in findings):
        say("Nothing to repair.")
        return
    if any(not finding.ok and finding.check in _TRUTH for finding in findings):
        _rescue(data_dir, embedder, say)
    else:
        _derive(data_dir, embedder)
        say("Word index, vocabulary and vectors were made again from the stored reports.")


def _derive(data_dir: Path, embedder: Embedder) -> None:
    index = LocalIndex.open(data_dir, embedder)
    try:
        with index.database.write() as connection:
            connection.execute("INSERT INTO passages_fts (passages_fts) VALUES ('rebuild')")
            connection.execute("DELETE FROM words")
            connection.execute("DELETE FROM acronyms")
            for (document_id,) in connection.execute("SELECT id FROM documents WHERE state = 'ready'").fetchall():
                store.count_words(connection, document_id)
                store.learn_acronyms(connection, document_id)
            store.mark_changed(connection)
        index.compact()
    finally:
        index.close()


def _rescue(data_dir: Path, embedder: Embedder, say: Callable[[str], None]) -> None:
    saved, lost = _read_saved(data_dir / "trendwise.sqlite")
    if not saved and lost:
        raise StoreDamaged(
            f"Nothing in {data_dir} can be read any more: restore a backup, or ingest the reports again."
        )
    with tempfile.TemporaryDirectory(prefix=".repair-", dir=data_dir) as scratch:
        index = LocalIndex.open(Path(scratch), embedder)
        try:
            for item in sorted(saved, key=lambda each: each.superseded_by is not None):
                _put(index, item)
            index.database.forget_deleted()
        finally:
            index.close()
        aside = put_aside(data_dir / "trendwise.sqlite")
        (Path(scratch) / "trendwise.sqlite").rename(data_dir / "trendwise.sqlite")
    shutil.rmtree(data_dir / "generations", ignore_errors=True)
    say(f"{len(saved)} reports were saved; the damaged files are in {aside}.")
    for document_id in lost:
        say(f"The report {document_id} could not be saved: ingest it again.")


def _read_saved(path: Path) -> tuple[list[_Saved], list[str]]:
    """The reports that are whole, and the ids of those that are not."""
    connection = raw_connection(path)
    saved, lost = [], []
    try:
        for document_id in _ids(connection):
            item = _saved(connection, document_id)
            if item is None:
                lost.append(document_id)
            else:
                saved.append(item)
    finally:
        connection.close()
    return saved, lost or ([] if saved else ["(unknown)"])


def _ids(connection: Any) -> list[str]:
    found: dict[str, None] = {}
    for query in ("SELECT id FROM documents", "SELECT document_id FROM originals", "SELECT document_id FROM passages"):
        try:
            for (document_id,) in connection.execute(query):
                found[document_id] = None
        except Exception:  # noqa: S112 - a damaged page: what other tables know is used instead
            continue
    return list(found)


def _saved(connection: Any, document_id: str) -> _Saved | None:
    paths = _read(lambda: store.paths(connection, document_id)) or ()
    original = _read(lambda: _original(connection, document_id))
    info = _read(lambda: store.info(connection, document_id))
    document = _read(lambda: store.document(connection, document_id))
    passages = _read(lambda: store.passages(connection, document_id))
    if document is None or not passages or any(p.span.of(document.text) != p.text for p in passages):
        again = _read_again(document_id, original, info.source if info else _name(paths))
        if again is None:
            return None
        document, passages = again
    sample, successor = (info.sample, info.superseded_by) if info else (False, None)
    return _Saved(document, passages, tuple(paths), original, sample, successor)


def _original(connection: Any, document_id: str) -> bytes | None:
    """Read without the report's own row, which may be what is damaged."""
    row = connection.execute("SELECT bytes FROM originals WHERE document_id = ?", (document_id,)).fetchone()
    return row[0] if row else None


def _name(paths: Sequence[str]) -> str:
    return Path(paths[0]).name if paths else ""


def _read_again(document_id: str, original: bytes | None, name: str) -> tuple[Document, list[Passage]] | None:
    if original is None or hashlib.sha256(original).hexdigest() != document_id:
        return None
    try:
        document = read_bytes(original, name)
        return document, split(document)
    except IngestError:
        return None


def _put(index: LocalIndex, item: _Saved) -> None:
    with index.database.write() as connection:
        embedded = vectors.embed(connection, index.embedder, [(item.document, item.passages)])[0]
        store.insert(connection, item.document, item.passages, embedded, original=item.original, sample=item.sample)
        for path in item.paths:
            store.set_source(connection, path, item.document.id)
        if item.superseded_by is not None and store.state(connection, item.superseded_by) is not None:
            store.supersede(connection, item.document.id, item.superseded_by)
        store.mark_changed(connection)


def _read(function: Callable[[], Any]) -> Any:
    """What the function reads, or None where the rows are damaged or not there."""
    try:
        return function()
    except Exception:
        return None
