"""Reports move between the backends with everything that belongs to them, and nothing is embedded again."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from numpy.typing import NDArray

from index.copying import Shelf, copy
from index.errors import StoreError
from index.hash_embedder import HashEmbedder
from index.local import LocalIndex
from index.local_copying import LocalShelf
from index.postgres.copying import PostgresShelf
from index.postgres.index import PostgresIndex
from index.repair import examine
from index.types import DocumentInfo, Index
from tests.index.reports import add, report

OLD = report("Zeppelins are the trend.", title="Trends")
NEW = report("Artificial intelligence (AI) is the trend.\nCouncils adopt cloud.", title="Trends")
MAPS = report("Maps help planners.", title="Maps", year=2021)


class Unused(HashEmbedder):
    """Fails where a passage is embedded that comes with its vector."""

    def embed(self, texts: Sequence[str], *, kind: Literal["query", "passage"]) -> NDArray[np.float32]:
        assert kind == "query" or not texts
        return super().embed(texts, kind=kind)


def filled(index: Index) -> None:
    add(index, OLD, "trends.md")
    add(index, NEW, "trends.md")
    add(index, MAPS, "maps.md")
    index.edit(MAPS.id, title="Atlas")


def everything(index: Index, shelf: Shelf) -> list[object]:
    infos = sorted(index.documents(), key=lambda info: info.id)
    contents = [(index.document(i.id), index.passages(i.id), index.original(i.id), shelf.take(i).paths) for i in infos]
    hits = [(hit.passage, round(hit.score, 3), hit.lexical_rank) for hit in index.search("trend cloud councils atlas")]
    return [infos, contents, hits]


@pytest.fixture
def local(folder: Path) -> Iterator[LocalIndex]:
    index = LocalIndex.open(folder, HashEmbedder(64))
    yield index
    index.close()


def silent(info: DocumentInfo) -> None:
    """Nobody watches."""


def test_there_and_back_again(local: LocalIndex, database_url: str, tmp_path: Path) -> None:
    filled(local)
    there = PostgresIndex.open(database_url, Unused(64))
    assert copy(LocalShelf(local), PostgresShelf(there), silent) == 3
    assert everything(there, PostgresShelf(there)) == everything(local, LocalShelf(local))
    back = LocalIndex.open(tmp_path / "back", HashEmbedder(64))
    assert copy(PostgresShelf(there), LocalShelf(back), silent) == 3
    assert everything(back, LocalShelf(back)) == everything(local, LocalShelf(local))
    back.close()
    there.close()
    assert [finding for finding in examine(tmp_path / "back") if not finding.ok] == []


def test_an_interrupted_copy_goes_on(local: LocalIndex, database_url: str) -> None:
    filled(local)
    there = PostgresIndex.open(database_url, HashEmbedder(64))

    def give_up(info: DocumentInfo) -> None:
        raise StoreError("The network is gone.")

    with pytest.raises(StoreError):
        copy(LocalShelf(local), PostgresShelf(there), give_up)
    assert len(there.documents()) == 1
    assert copy(LocalShelf(local), PostgresShelf(there), silent) == 2
    assert copy(LocalShelf(local), PostgresShelf(there), silent) == 0
    assert everything(there, PostgresShelf(there)) == everything(local, LocalShelf(local))
    there.close()
