"""What only the index in PostgreSQL must do: share a database, survive broken connections, say what is wrong."""

import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Literal
from unittest import mock

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from index.batches import NewDocument
from index.errors import SchemaTooNew, StoreError
from index.hash_embedder import HashEmbedder
from index.postgres import database as database_module
from index.postgres.checks import check
from index.postgres.database import Database
from index.postgres.index import PostgresIndex
from index.postgres.search import search
from index.postgres.words import DatabaseVocabulary
from index.query import understand
from index.types import Filters
from tests.index.postgres.server import Server
from tests.index.reports import add, passages_of, report, texts

CLOUD = report("Councils adopt cloud platforms.\nArtificial intelligence is the stand-out trend.")
PATIENCE = 60.0
TABLES = (
    "documents", "sources", "originals", "passages", "vectors", "sentences", "postings", "terms", "words", "acronyms",
)  # fmt: skip


class Slow(HashEmbedder):
    """So slow that two workers meet."""

    def __init__(self, dimension: int) -> None:
        super().__init__(dimension)
        self.embedded: list[str] = []

    def embed(self, texts: Sequence[str], *, kind: Literal["query", "passage"]) -> NDArray[np.float32]:
        self.embedded += texts
        time.sleep(0.1)
        return super().embed(texts, kind=kind)


@pytest.fixture
def opened(database_url: str) -> Iterator[PostgresIndex]:
    index = PostgresIndex.open(database_url, HashEmbedder(64))
    yield index
    index.close()


@pytest.fixture
def administrator(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    yield database
    database.close()


def test_workers_that_add_the_same_reports_lose_and_double_nothing(database_url: str) -> None:
    documents = [report(f"Drones number {n} fly.\nCouncils fly drones {n} times.", title=f"D{n}") for n in range(12)]
    workers = [PostgresIndex.open(database_url, HashEmbedder(64)) for _ in range(3)]

    def work(number: int) -> list[str]:
        order = documents[number * 4 :] + documents[: number * 4]
        return [add(workers[number], document).outcome for document in order]

    with ThreadPoolExecutor(3) as pool:
        outcomes = [outcome for found in pool.map(work, range(3)) for outcome in found]
    assert sorted(outcomes) == ["added"] * 12 + ["unchanged"] * 24
    assert workers[0].stats().passages == 24
    assert [finding for finding in check(database_url) if not finding.ok] == []
    for worker in workers:
        worker.close()


def test_workers_that_are_given_the_same_folder_divide_it(database_url: str) -> None:
    """Each report is embedded by one of them, and both hear that it is there."""
    documents = [report(f"Drones number {n} fly.\nCouncils fly drones {n} times.", title=f"D{n}") for n in range(12)]
    items = [NewDocument(document, passages_of(document), document.source) for document in documents]
    embedders = [Slow(64), Slow(64)]
    workers = [PostgresIndex.open(database_url, embedder) for embedder in embedders]
    with mock.patch("index.batches._TOGETHER", 2), ThreadPoolExecutor(2) as pool:
        outcomes = [each for found in pool.map(lambda worker: worker.add_many(items), workers) for each in found]
    assert sorted(each.outcome for each in outcomes) == ["added"] * 12 + ["unchanged"] * 12
    embedded = Counter(text for embedder in embedders for text in embedder.embedded)
    assert set(embedded.values()) == {1}
    assert all(embedder.embedded for embedder in embedders)
    for worker in workers:
        worker.close()


def test_workers_that_replace_and_remove_each_others_reports_stay_consistent(database_url: str) -> None:
    workers = [PostgresIndex.open(database_url, HashEmbedder(64)) for _ in range(2)]

    def work(number: int) -> None:
        for turn in range(8):
            document = report(f"Trend {turn % 3} of councils.", title=f"T{turn % 3}")
            add(workers[number], document, f"{(turn + number) % 2}.md")
            if turn % 3 == 2:
                try:
                    workers[number].remove(document.id)
                except LookupError:
                    continue  # the other one was quicker

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, range(2)))
    assert [finding for finding in check(database_url) if not finding.ok] == []
    for worker in workers:
        worker.close()


def test_a_connection_that_is_cut_while_adding_leaves_nothing_behind(
    opened: PostgresIndex, administrator: Database
) -> None:
    held, cut = threading.Event(), threading.Event()

    def hold(connection: Any) -> None:
        connection.run("SELECT pg_advisory_xact_lock(hashtextextended(:id, 0)) IS NULL", id=CLOUD.id)
        held.set()
        assert cut.wait(PATIENCE)

    with ThreadPoolExecutor(2) as pool:
        holding = pool.submit(administrator.write, hold)
        assert held.wait(PATIENCE)
        adding = pool.submit(add, opened, CLOUD)
        while not administrator.read(
            """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
               WHERE wait_event = 'advisory' AND datname = current_database()"""
        ):
            assert not adding.done()
        with pytest.raises(StoreError, match="Nothing was changed"):
            adding.result(PATIENCE)
        cut.set()
        holding.result(PATIENCE)
    assert opened.documents() == []
    assert add(opened, CLOUD).outcome == "added"


def test_a_restart_of_the_server_is_not_noticed(opened: PostgresIndex, postgres: Server) -> None:
    add(opened, CLOUD)
    postgres.stop()
    try:
        with pytest.raises(StoreError, match="cannot be reached"):
            opened.documents()
    finally:
        postgres.start()
    assert texts(opened, "cloud", limit=1) == ["Councils adopt cloud platforms."]


def test_a_search_is_two_round_trips_with_or_without_filters(
    opened: PostgresIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One for what the words mean, one that finds."""
    add(opened, CLOUD)
    run = database_module.Connection.run
    statements: list[str] = []

    def counting(self: database_module.Connection, sql: str, **values: Any) -> list[list[Any]]:
        statements.append(sql)
        return run(self, sql, **values)

    monkeypatch.setattr(database_module.Connection, "run", counting)
    question = "Councils adopt cloud platforms: artificial intelligence is the trend"
    for filters in (None, Filters(years=frozenset({2024}))):
        statements.clear()
        assert len(opened.search(question, filters=filters)) == 2
        assert len(statements) == 2


def test_what_is_removed_is_in_no_table(opened: PostgresIndex, administrator: Database) -> None:
    older = report("Extended reality (XR) and zanzibarfalcon.", title="Old")
    add(opened, older, "same.md")
    add(opened, CLOUD, "same.md")
    opened.remove(CLOUD.id)
    assert {table: administrator.read(f"SELECT count(*) FROM {table}")[0][0] for table in TABLES} == dict.fromkeys(  # noqa: S608
        TABLES, 0
    )


ANY_TEXT = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0\n"), min_size=1, max_size=40)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=st.lists(ANY_TEXT, min_size=1, max_size=3), title=ANY_TEXT)
def test_any_text_comes_back_as_it_was(opened: PostgresIndex, lines: list[str], title: str) -> None:
    document = report("\n".join([*lines, "null and NULL", r"\N", "a\tb\\c\r"]), title=title)
    add(opened, document)
    assert opened.document(document.id) == document
    assert opened.passages(document.id) == passages_of(document)
    assert opened.original(document.id) == (document.source, "text/markdown", document.text.encode())


def test_reading_goes_to_the_replica_and_writing_never_does(database_url: str, administrator: Database) -> None:
    administrator.write(
        lambda connection: connection.script(
            "DROP ROLE IF EXISTS reader; CREATE ROLE reader LOGIN SUPERUSER;"
            "ALTER ROLE reader SET default_transaction_read_only = on"
        )
    )
    read_url = database_url.replace("postgres@", "reader@")
    index = PostgresIndex.open(database_url, HashEmbedder(64), read_url=read_url)
    add(index, CLOUD)
    assert texts(index, "cloud", limit=1) == ["Councils adopt cloud platforms."]
    sessions = administrator.read(
        "SELECT usename, count(*) FROM pg_stat_activity WHERE datname = current_database() GROUP BY usename"
    )
    assert "reader" in {user for user, _ in sessions}
    reader = PostgresIndex.open(read_url, HashEmbedder(64))
    with pytest.raises(StoreError, match="must name the primary"):
        reader.remove(CLOUD.id)
    reader.close()
    assert [info.id for info in index.documents()] == [CLOUD.id]
    index.close()


def test_a_newer_schema_is_refused(opened: PostgresIndex, administrator: Database, database_url: str) -> None:
    administrator.write(lambda connection: connection.script("UPDATE meta SET value = '999' WHERE name = 'schema'"))
    with pytest.raises(SchemaTooNew, match="999"):
        PostgresIndex.open(database_url, HashEmbedder(64))


def test_processes_that_start_together_make_the_tables_once(database_url: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        opened = list(pool.map(lambda _: PostgresIndex.open(database_url, HashEmbedder(64)), range(4)))
    assert {index.stats().documents for index in opened} == {0}
    for index in opened:
        index.close()


def test_what_is_wrong_with_the_address_is_said_without_the_password(postgres: Server, database_url: str) -> None:
    absent = postgres.url("absent").replace("postgres@", "postgres:hush@")
    nobody = "postgresql://user:hush@127.0.0.1:9/trends"
    wrong = {absent: "There is no database absent", nobody: "cannot be reached"}
    wrong |= dict.fromkeys(
        ["mysql://user:hush@host/x", "postgresql://user:hush@host/", "nonsense"], "is not the address"
    )
    wrong["postgresql://user:hush@host:x/db"] = "is not the address"
    wrong["postgresql://user:hush@host/db?sslcert=x"] = "only host and sslmode"
    for url, message in wrong.items():
        with pytest.raises(StoreError, match=message) as raised:
            PostgresIndex.open(url, HashEmbedder(64))
        assert "hush" not in str(raised.value)


def test_a_database_without_pgvector_says_how_to_get_it(database_url: str, administrator: Database) -> None:
    administrator.write(
        lambda connection: connection.script(
            "DROP EXTENSION vector; DROP ROLE IF EXISTS plain; CREATE ROLE plain LOGIN;"
            "DO $$ BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO plain', current_database()); END $$"
        )
    )
    with pytest.raises(StoreError, match="CREATE EXTENSION vector"):
        PostgresIndex.open(database_url.replace("postgres@", "plain@"), HashEmbedder(64))


def test_checks_find_what_was_damaged(opened: PostgresIndex, administrator: Database, database_url: str) -> None:
    add(opened, CLOUD)
    assert [finding.detail for finding in check(database_url)] == ["ok"] * 4
    administrator.write(
        lambda connection: connection.script(
            "UPDATE passages SET text = 'forged'; DELETE FROM vectors; DELETE FROM postings WHERE term = 'cloud'"
        )
    )
    assert {finding.check for finding in check(database_url) if not finding.ok} == {"passages", "vectors", "word index"}


@pytest.mark.parametrize("postings", [0, 2, 4])
def test_too_common_words_still_score_what_is_found_without_them(opened: PostgresIndex, postings: int) -> None:
    """Here the vectors bring every passage, so that what words may bring changes nothing."""
    for number in range(16):
        words = " ".join(word for word, every in (("cloud", 4), ("drones", 5), ("maps", 8)) if number % every == 0)
        add(opened, report(f"Report {number} tells of {words} only.", title=f"R{number}"))
    question = "cloud drones maps"
    queries = understand(DatabaseVocabulary(opened.database, question), question, lambda _: True)
    vectors = opened.embedder.embed([query.dense for query in queries], kind="query")
    every, few = (
        search(opened.database, opened.tokeniser, queries, vectors, limit=16, postings=most) for most in (100, postings)
    )
    assert len(every) == 16
    assert sum(hit.lexical_score is not None for hit in every) == 7
    assert [(hit.passage.id, hit.lexical_rank, pytest.approx(hit.lexical_score), pytest.approx(hit.score)) for hit in few] == [
        (hit.passage.id, hit.lexical_rank, hit.lexical_score, hit.score) for hit in every
    ]  # fmt: skip
