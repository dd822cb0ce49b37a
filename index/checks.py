"""Everything that must be true of an index on the disk, each with what was found. Changes nothing."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from index import generations, store, vocabulary
from index.codec import sentences_from_json
from index.database import Database
from index.errors import StoreError


@dataclass(frozen=True, slots=True)
class Finding:
    check: str
    ok: bool
    detail: str


def check(database: Database, folder: Path) -> list[Finding]:
    """Runs every check on one snapshot of the database; a check that fails does not stop the others."""
    found = []
    for name, run in _CHECKS:
        try:
            with database.read() as connection:
                problems = list(run(connection, folder))
        except StoreError as error:
            problems = [str(error)]
        found.append(Finding(name, not problems, "; ".join(problems[:3]) or "ok"))
    return found


def _file(connection: Any, _: Path) -> Iterator[str]:
    for (line,) in connection.execute("PRAGMA integrity_check(10)"):
        if line != "ok":
            yield line
    for table, *_row in connection.execute("PRAGMA foreign_key_check"):
        yield f"a row of {table} points nowhere"


def _passages(connection: Any, _: Path) -> Iterator[str]:
    rows = connection.execute(
        """SELECT p.id, p.text = substr(d.text, p.start + 1, p."end" - p.start), p.start, p."end", sentences
           FROM passages p JOIN documents d ON d.id = p.document_id"""
    )
    for key, exact, start, end, sentences in rows:
        if not exact:
            yield f"passage {key} is not its document's text"
        if any(s.span.start < start or s.span.end > end for s in sentences_from_json(sentences)):
            yield f"a sentence of passage {key} lies outside of it"


def _vectors(connection: Any, _: Path) -> Iterator[str]:
    dimension = store.meta(connection, "dimension")
    rows = connection.execute(
        """SELECT id, vector, vectors, json_array_length(sentences) FROM passages
           LEFT JOIN vectors USING (key) LEFT JOIN sentence_vectors USING (key)"""
    )
    for key, vector, sentences, count in rows:
        if vector is None or len(vector) != dimension * 4:
            yield f"passage {key} has no vector"
        elif abs(float(np.linalg.norm(np.frombuffer(vector, np.float32))) - 1) > 1e-3:
            yield f"the vector of passage {key} has not length 1"
        if sentences is None or len(sentences) != count * dimension * 2:
            yield f"passage {key} lacks vectors of sentences"


def _full_text(connection: Any, _: Path) -> Iterator[str]:
    (indexed,) = connection.execute("SELECT count(*) FROM passages_fts_docsize").fetchone()
    (searched,) = connection.execute("SELECT count(*) FROM passages WHERE searched").fetchone()
    if indexed != searched:
        yield f"{indexed} passages are in the word index, {searched} should be"
    (wrong,) = connection.execute(
        "SELECT count(*) FROM passages JOIN documents d ON d.id = document_id WHERE searched != (state = 'ready')"
    ).fetchone()
    if wrong:
        yield f"{wrong} passages are searched though their report is superseded, or the other way round"


def _vocabulary(connection: Any, _: Path) -> Iterator[str]:
    counts: dict[str, int] = {}
    for (document_id,) in connection.execute("SELECT id FROM documents WHERE state = 'ready'").fetchall():
        for word in store.words(connection, document_id):
            counts[word] = counts.get(word, 0) + 1
    if counts != dict(connection.execute("SELECT word, documents FROM words")):
        yield "the vocabulary is not that of the reports"
    for acronym, document_id in connection.execute("SELECT acronym, document_id FROM acronyms").fetchall():
        texts = (passage.readable for passage in store.passages(connection, document_id))
        if acronym not in {each for each, _ in vocabulary.acronyms(texts)}:
            yield f"the acronym {acronym} is not in its report"


def _generation(connection: Any, folder: Path) -> Iterator[str]:
    manifest = store.meta(connection, "manifest")
    if manifest is None:
        return
    try:
        generation = generations.read(folder, store.meta(connection, "generation"), manifest_sha256=manifest)
    except StoreError as error:
        yield str(error)
        return
    last = int(generation.keys[-1]) if len(generation.keys) else 0
    dead = {key for (key,) in connection.execute("SELECT key FROM tombstones")}
    expected = {key for (key,) in connection.execute("SELECT key FROM passages WHERE searched AND key <= ?", (last,))}
    if set(generation.keys.tolist()) - dead != expected:
        yield "the vectors of the generation are not those of the searched passages"


_CHECKS: tuple[tuple[str, Callable[[Any, Path], Iterator[str]]], ...] = (
    ("database file", _file),
    ("passages", _passages),
    ("vectors", _vectors),
    ("word index", _full_text),
    ("vocabulary", _vocabulary),
    ("generation", _generation),
)
