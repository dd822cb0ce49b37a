"""The index against a dictionary: whatever is added, replaced, removed, compacted or restarted, they agree."""

import os
import shutil
import tempfile
from pathlib import Path

import hypothesis
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from index.errors import UnknownDocument
from index.hash_embedder import HashEmbedder
from index.local import LocalIndex
from index.postgres.index import PostgresIndex
from index.repair import examine
from index.types import Filters
from ingest.types import Document
from tests.index.conftest import AnyIndex
from tests.index.postgres.server import Server
from tests.index.reports import passages_of, report

WORDS = ("cloud", "drones", "skills", "funding", "quantum", "maps")
CONTENTS = st.lists(st.sampled_from(WORDS), min_size=1, max_size=4, unique=True)
PATHS = st.sampled_from(("a.md", "b.md", "c.md"))


class IndexMachine(RuleBasedStateMachine):
    """`ready` and `old` are the documents that must be searched, and those that must only be readable."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="trendwise-model-"))
        self.index = self.open()
        self.paths: dict[str, str] = {}
        self.ready: dict[str, Document] = {}
        self.old: dict[str, tuple[Document, str]] = {}

    def open(self) -> AnyIndex:
        raise NotImplementedError

    def teardown(self) -> None:
        self.index.close()

    @rule(words=CONTENTS, path=PATHS)
    def add(self, words: list[str], path: str) -> None:
        document = report("\n".join(f"All about {word}." for word in words), year=2000 + len(words))
        before = self.paths.get(path)
        added = self.index.add(document, passages_of(document), source_path=path)
        self.paths[path] = document.id
        known = document.id in self.ready
        self.ready[document.id] = document
        self.old.pop(document.id, None)
        replaced = before if before not in (None, document.id) and before not in self.paths.values() else None
        if replaced:
            self.old[replaced] = (self.ready.pop(replaced), document.id)
        expected = "replaced" if replaced else "unchanged" if known else "added"
        assert (added.document_id, added.outcome, added.replaced) == (document.id, expected, replaced)

    @precondition(lambda self: self.ready)
    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        document_id = data.draw(st.sampled_from(sorted(self.ready)))
        self.index.remove(document_id)
        self._forget(document_id)
        self.paths = {path: each for path, each in self.paths.items() if each in self.ready}

    def _forget(self, document_id: str) -> None:
        self.ready.pop(document_id, None)
        self.old.pop(document_id, None)
        for each, (_, successor) in list(self.old.items()):
            if successor == document_id:
                self._forget(each)

    @rule()
    def restart(self) -> None:
        self.index.close()
        self.index = self.open()

    @rule(word=st.sampled_from(WORDS), year=st.none() | st.integers(2001, 2004))
    def search(self, word: str, year: int | None) -> None:
        filters = Filters(years=frozenset({year})) if year else None
        hits = self.index.search(word, limit=100, filters=filters)
        allowed = {key for key, document in self.ready.items() if year in (None, document.year)}
        assert {hit.passage.document_id for hit in hits} <= allowed
        has_word = any(f"about {word}." in self.ready[key].text for key in allowed)
        assert (f"All about {word}." in {hit.passage.text for hit in hits}) == has_word

    @rule()
    def unknown_is_refused(self) -> None:
        try:
            self.index.remove("nowhere")
        except UnknownDocument:
            return
        raise AssertionError("an unknown report was removed")

    @invariant()
    def agrees(self) -> None:
        infos = self.index.documents()
        assert {info.id for info in infos if info.state == "ready"} == set(self.ready)
        assert {info.id: info.superseded_by for info in infos if info.state == "superseded"} == {
            key: successor for key, (_, successor) in self.old.items()
        }
        for key, document in [*self.ready.items(), *((key, old) for key, (old, _) in self.old.items())]:
            assert self.index.document(key) == document
        assert self.index.stats().passages == sum(len(document.blocks) for document in self.ready.values())


class LocalMachine(IndexMachine):
    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="trendwise-model-"))
        super().__init__()

    def open(self) -> LocalIndex:
        """Switches between exact and quantised generations as reports come and go."""
        return LocalIndex.open(self.folder, HashEmbedder(16), exact_up_to=4)

    @rule()
    def compact(self) -> None:
        assert isinstance(self.index, LocalIndex)
        self.index.compact()

    def teardown(self) -> None:
        super().teardown()
        findings = [finding for finding in examine(self.folder) if not finding.ok]
        shutil.rmtree(self.folder)
        assert findings == []


class PostgresMachine(IndexMachine):
    def __init__(self, server: Server) -> None:
        self.server = server
        self.url = server.new_database()
        super().__init__()

    def open(self) -> PostgresIndex:
        return PostgresIndex.open(self.url, HashEmbedder(16))

    def teardown(self) -> None:
        super().teardown()
        self.server.drop(self.url)


STEPS = int(os.environ.get("INDEX_MODEL_STEPS", "75"))
"""10,000 for the long run that is documented in eval/NOTES.md."""

SETTINGS = settings(
    max_examples=max(1, STEPS // 25),
    stateful_step_count=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(hypothesis.HealthCheck),
)


def test_the_local_index_agrees_with_a_dictionary() -> None:
    run_state_machine_as_test(LocalMachine, settings=SETTINGS)


def test_the_index_in_postgres_agrees_with_a_dictionary(postgres: Server) -> None:
    run_state_machine_as_test(lambda: PostgresMachine(postgres), settings=SETTINGS)
