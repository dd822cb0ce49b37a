"""What the local index alone must do: files that are really gone, and a schema of its own."""

from contextlib import closing
from pathlib import Path

import pytest

from index.errors import SchemaTooNew
from index.hash_embedder import HashEmbedder
from index.local import LocalIndex
from index.migrations import MIGRATIONS
from tests.index.reports import add, passages_of, report

AI = report(
    "Artificial intelligence is the stand-out trend.\nCouncils adopt cloud platforms.", title="Trends", year=2024
)


def test_what_is_removed_is_on_the_disk_no_more(index: LocalIndex, folder: Path) -> None:
    secret = report("The codename is Zanzibarfalcon.\nNobody may know it.", title="Confidentialia")
    vector = index.embedder.embed([f"Confidentialia\nSummary\n{passages_of(secret)[0].readable}"], kind="passage")
    add(index, AI)
    add(index, secret)
    index.compact()
    assert any(vector.tobytes() in path.read_bytes() for path in folder.rglob("*") if path.is_file())
    index.remove(secret.id)
    for path in (path for path in folder.rglob("*") if path.is_file()):
        data = path.read_bytes()
        assert b"zanzibarfalcon" not in data.lower()
        assert b"confidentialia" not in data.lower()
        assert vector.tobytes() not in data, path


def test_a_newer_schema_is_refused(index: LocalIndex, folder: Path) -> None:
    with index.database.write() as connection:
        connection.pragma("user_version", 999)
    index.close()
    with pytest.raises(SchemaTooNew, match="999"):
        LocalIndex.open(folder, HashEmbedder(64))


def test_an_index_of_the_first_schema_is_brought_up_to_date(index: LocalIndex, folder: Path) -> None:
    add(index, AI)
    with index.database.write() as connection:
        connection.execute("DROP INDEX documents_by_state; DROP INDEX documents_by_successor")
        connection.pragma("user_version", 1)
    index.close()
    with closing(LocalIndex.open(folder, HashEmbedder(64))) as opened, opened.database.read() as connection:
        assert connection.pragma("user_version") == len(MIGRATIONS)
        plan = connection.execute("EXPLAIN QUERY PLAN SELECT count(*) FROM documents WHERE state = 'ready'").fetchall()
        assert "COVERING INDEX" in plan[0][3]
        assert opened.search("cloud platforms")[0].passage.document_id == AI.id
