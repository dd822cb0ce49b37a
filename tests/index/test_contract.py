"""What every index must do, tried on each backend with vectors made from words."""

import dataclasses
import threading

import numpy as np
import pytest

from index.batches import NewDocument
from index.errors import EmbedderMismatch, UnknownDocument, UnknownPassage
from index.hash_embedder import HashEmbedder
from index.local import LocalIndex
from index.types import Filters
from tests.index.conftest import AnyIndex, Backend
from tests.index.reports import add, passages_of, report, texts

AI = report(
    "Artificial intelligence is the stand-out trend.\nCouncils adopt cloud platforms.", title="Trends", year=2024
)
MAPS = report("Geospatial maps help planners.\nDrones survey flooded land.", title="Maps", year=2021)


def compact(index: AnyIndex) -> None:
    """Where vectors are gathered in files, that happens now."""
    if isinstance(index, LocalIndex):
        index.compact()


def test_finds_the_passage_by_its_words(any_index: AnyIndex) -> None:
    add(any_index, AI)
    add(any_index, MAPS)
    hit = any_index.search("Which trend stands out: intelligence?", limit=1)[0]
    assert hit.passage == passages_of(AI)[0]
    assert (hit.document_title, hit.year, hit.dense_rank, hit.lexical_rank) == ("Trends", 2024, 1, 1)
    assert hit.lexical_score is not None
    assert hit.lexical_score > 0


def test_hits_carry_the_vectors_of_their_sentences(any_index: AnyIndex) -> None:
    add(any_index, AI)
    hit = any_index.search("cloud", limit=1)[0]
    expected = any_index.embedder.embed([hit.passage.sentences[0].readable], kind="passage")
    assert hit.sentence_vectors is not None
    np.testing.assert_allclose(hit.sentence_vectors, expected, atol=1e-3)


def test_documents_and_passages_come_back_as_they_were(any_index: AnyIndex) -> None:
    add(any_index, AI)
    assert any_index.document(AI.id) == AI
    assert any_index.passages(AI.id) == passages_of(AI)
    assert any_index.passage(f"{AI.id[:16]}-1") == passages_of(AI)[1]
    assert any_index.original(AI.id) == ("Trends.md", "text/markdown", AI.text.encode())


def test_describes_what_it_holds(any_index: AnyIndex) -> None:
    add(any_index, AI)
    info = any_index.documents()[0]
    assert (info.title, info.year, info.pages, info.words, info.passages) == ("Trends", 2024, 1, 10, 2)
    assert (info.state, info.superseded_by, info.sample, info.authors) == ("ready", None, False, ("Socitm",))
    stats = any_index.stats()
    assert (stats.documents, stats.passages, stats.dimension, stats.embedder) == (1, 2, 64, "hash-64@1")


def test_same_content_changes_nothing(any_index: AnyIndex) -> None:
    assert add(any_index, AI).outcome == "added"
    before = any_index.documents()
    assert add(any_index, AI).outcome == "unchanged"
    assert add(any_index, AI, "elsewhere/copy.md").outcome == "unchanged"
    assert any_index.documents() == before


def test_new_content_at_the_same_path_supersedes_the_old(any_index: AnyIndex) -> None:
    newer = report("Quantum computing arrives.", title="Trends")
    add(any_index, AI, "trends.md")
    added = add(any_index, newer, "trends.md")
    assert (added.outcome, added.replaced) == ("replaced", AI.id)
    assert texts(any_index, "artificial intelligence") == ["Quantum computing arrives."]
    assert any_index.document(AI.id) == AI
    assert {info.id: (info.state, info.superseded_by) for info in any_index.documents()} == {
        AI.id: ("superseded", newer.id),
        newer.id: ("ready", None),
    }


def test_a_document_with_another_path_outlives_a_change_at_the_first(any_index: AnyIndex) -> None:
    add(any_index, AI, "one.md")
    add(any_index, AI, "two.md")
    assert add(any_index, MAPS, "one.md").outcome == "added"
    assert {info.state for info in any_index.documents()} == {"ready"}


def test_going_back_to_the_old_content_makes_it_current_again(any_index: AnyIndex) -> None:
    add(any_index, AI, "trends.md")
    add(any_index, MAPS, "trends.md")
    added = add(any_index, AI, "trends.md")
    assert (added.outcome, added.replaced) == ("replaced", MAPS.id)
    assert texts(any_index, "drones")[0] in AI.text
    assert {info.id: info.superseded_by for info in any_index.documents()} == {AI.id: None, MAPS.id: AI.id}


def test_removing_takes_what_it_superseded_along(any_index: AnyIndex) -> None:
    add(any_index, AI, "trends.md")
    add(any_index, MAPS, "trends.md")
    any_index.remove(MAPS.id)
    assert any_index.documents() == []
    for call in (any_index.document, any_index.passages, any_index.original, any_index.remove):
        with pytest.raises(UnknownDocument):
            call(AI.id)
    with pytest.raises(UnknownPassage):
        any_index.passage(f"{AI.id[:16]}-0")


def test_filters_work_inside_the_search(any_index: AnyIndex) -> None:
    for number in range(30):
        add(any_index, report(f"Drones number {number} are flown over land.", title=f"Drones {number}", year=2023))
    add(any_index, MAPS)
    by_year = any_index.search("drones", limit=3, filters=Filters(years=frozenset({2021})))
    assert {hit.passage.document_id for hit in by_year} == {MAPS.id}
    by_id = any_index.search("drones", limit=3, filters=Filters(document_ids=frozenset({MAPS.id})))
    assert {hit.passage.document_id for hit in by_id} == {MAPS.id}
    assert any_index.search("drones", filters=Filters(years=frozenset())) == []
    compact(any_index)
    again = any_index.search("drones", limit=3, filters=Filters(years=frozenset({2021})))
    assert [hit.passage for hit in again] == [hit.passage for hit in by_year]


def test_editing_changes_title_and_year_in_what_is_found(any_index: AnyIndex) -> None:
    add(any_index, AI)
    add(any_index, MAPS)
    edited = any_index.edit(MAPS.id, title="Zeppelins", year=1999)
    assert (edited.title, edited.year) == ("Zeppelins", 1999)
    hit = any_index.search("Zeppelins", limit=1, filters=Filters(years=frozenset({1999})))[0]
    assert (hit.document_title, hit.year) == ("Zeppelins", 1999)
    assert hit.lexical_rank is not None
    by_old_title = any_index.search("Maps", limit=4)
    assert [hit.lexical_rank for hit in by_old_title if hit.passage == passages_of(MAPS)[1]] == [None]
    with pytest.raises(UnknownDocument):
        any_index.edit("nowhere", title="x")


def test_near_copies_are_returned_once(any_index: AnyIndex) -> None:
    text = (
        "Councils will share one platform for planning, licensing, parking and waste collection services, so that "
        "people register a single time and each department sees the same record of them, as a survey found in 2020."
    )
    add(any_index, report(text, title="First"))
    add(any_index, report(text.replace("single time", "**single** time").replace("found", "showed"), title="Second"))
    assert len(texts(any_index, "shared platform for councils")) == 1
    add(any_index, report(text.replace("2020", "2021"), title="Third"))
    assert len(texts(any_index, "shared platform for councils")) == 2


def test_two_open_indexes_see_each_others_changes(backend: Backend) -> None:
    index, other = backend.open(), backend.open()
    add(index, AI)
    assert texts(other, "cloud", limit=1) == ["Councils adopt cloud platforms."]
    compact(other)
    other.remove(AI.id)
    assert index.search("cloud") == []
    add(other, MAPS)
    assert texts(index, "drones", limit=1) == ["Drones survey flooded land."]


def test_everything_is_there_after_a_restart(backend: Backend) -> None:
    index = backend.open()
    add(index, AI)
    compact(index)
    add(index, MAPS)
    before = index.search("drones and cloud")
    index.close()
    again = backend.open()
    assert [(hit.passage, hit.score) for hit in again.search("drones and cloud")] == [
        (hit.passage, hit.score) for hit in before
    ]


def test_another_embedder_is_refused_by_name(backend: Backend) -> None:
    add(backend.open(), AI)
    with pytest.raises(EmbedderMismatch, match=r"hash-64@1.*hash-32@1"):
        backend.open(HashEmbedder(32))


def test_no_text_is_embedded_twice(backend: Backend) -> None:
    class Counting(HashEmbedder):
        seen: list[str]

        def embed(self, texts, *, kind):  # type: ignore[no-untyped-def]
            self.seen.extend(texts)
            return super().embed(texts, kind=kind)

    embedder = Counting(64)
    embedder.seen = []
    index = backend.open(embedder)
    add(index, AI, "trends.md")
    changed = dataclasses.replace(report(AI.text + "\nOne more line."), title=AI.title)
    embedder.seen.clear()
    add(index, changed, "trends.md")
    assert sorted(embedder.seen) == sorted(["Trends\nSummary\nOne more line.", "One more line."])


def test_many_are_added_with_progress(any_index: AnyIndex) -> None:
    items = [NewDocument(document, passages_of(document), document.source) for document in (AI, MAPS, AI)]
    heard = []
    outcomes = any_index.add_many(items, heard.append)
    assert [each.outcome for each in outcomes] == ["added", "added", "unchanged"]
    assert heard == outcomes


def test_searches_while_reports_come_and_go(any_index: AnyIndex) -> None:
    add(any_index, AI)
    stop = threading.Event()
    wrong: list[object] = []

    def ask() -> None:
        while not stop.is_set():
            try:
                found = texts(any_index, "artificial intelligence", limit=1)
                if found != ["Artificial intelligence is the stand-out trend."]:
                    wrong.append(found)
            except Exception as error:
                wrong.append(error)

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for number in range(10):
        document = report(f"Drones number {number} fly.", title=f"Drones {number}")
        add(any_index, document)
        if number % 3 == 0:
            compact(any_index)
        any_index.remove(document.id)
    stop.set()
    for thread in threads:
        thread.join()
    assert wrong == []
