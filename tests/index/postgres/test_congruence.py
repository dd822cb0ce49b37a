"""Both backends find the same: the development questions, over the sample reports."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.batches import NewDocument
from index.embedder import SentenceTransformerEmbedder
from index.hash_embedder import HashEmbedder
from index.local import LocalIndex
from index.postgres.index import PostgresIndex
from index.types import Embedder, Filters, Hit
from ingest import sample
from ingest.read import read_file
from ingest.split import split
from tests.index.postgres.server import Server

ROOT = Path(__file__).parents[3]
QUESTIONS = [json.loads(line)["question"] for line in (ROOT / "eval/questions/samples.jsonl").read_text().splitlines()]
LEAST = 0.95
"""Share of the ten best passages that both must find, over all questions."""

pytestmark = pytest.mark.slow

Pair = tuple[LocalIndex, PostgresIndex]


def filled(embedder: Embedder, folder: Path, url: str) -> Pair:
    pair = LocalIndex.open(folder, embedder), PostgresIndex.open(url, embedder)
    documents = [read_file(path) for path in sample.paths()]
    items = [NewDocument(document, split(document), document.source) for document in documents]
    for index in pair:
        index.add_many(items)
    return pair


@pytest.fixture(scope="module")
def pair(postgres: Server, models_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    url = postgres.new_database()
    opened = filled(HashEmbedder(64), tmp_path_factory.mktemp("local"), url)
    yield opened
    for index in opened:
        index.close()
    postgres.drop(url)


def ids(hits: list[Hit]) -> set[str]:
    return {hit.passage.id for hit in hits}


def overlap(pair: Pair, filters: Filters | None = None) -> float:
    local, postgres = pair
    shares = []
    for question in QUESTIONS:
        expected = ids(local.search(question, limit=10, filters=filters))
        found = ids(postgres.search(question, limit=10, filters=filters))
        shares.append(len(expected & found) / max(len(expected), len(found), 1))
    return sum(shares) / len(shares)


def test_both_find_the_same_passages(pair: Pair) -> None:
    assert overlap(pair) >= LEAST


def test_both_find_the_same_where_filters_leave_little(pair: Pair) -> None:
    assert overlap(pair, Filters(years=frozenset({2012}))) >= LEAST


def test_both_count_the_same_words_the_same_way(pair: Pair) -> None:
    """BM25 of the same passages, for every question that has a hit in both."""
    local, postgres = pair
    compared = 0
    for question in QUESTIONS:
        expected = {hit.passage.id: hit.lexical_score for hit in local.search(question, limit=10)}
        for hit in postgres.search(question, limit=10):
            score = expected.get(hit.passage.id)
            if hit.lexical_score is not None and score is not None:
                assert hit.lexical_score == pytest.approx(score, rel=1e-4)
                compared += 1
    assert compared > len(QUESTIONS)


@pytest.mark.model
def test_both_find_the_same_by_meaning(
    postgres: Server, models_dir: Path, embedder_dir: Path, tmp_path: Path, database_url: str
) -> None:
    opened = filled(SentenceTransformerEmbedder(embedder_dir), tmp_path, database_url)
    try:
        assert overlap(opened) >= LEAST
    finally:
        for index in opened:
            index.close()
