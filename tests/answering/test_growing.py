"""While a question is typed its evidence grows at the end of the prompt, and never holds what search no longer finds."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.hash_embedder import HashEmbedder
from index.local import LocalIndex
from ingest.read import read_bytes
from ingest.split import split
from service.answering.finding import Finder, Found
from service.answering.growing import GrowingEvidence
from service.answering.options import Options
from service.answering.types import Question

TOPICS = ("libraries", "pharmacies", "licences", "drones", "budgets", "training", "sensors", "ransomware")
REPORT = "# Survey 2023\n\n" + "\n\n".join(
    f"## About {topic}\n\nCouncils say that {topic} matter in 2023. Half of them plan more {topic} for next year."
    for topic in TOPICS
)


@pytest.fixture(scope="module")
def finder(tmp_path_factory: pytest.TempPathFactory, models_dir: Path) -> Iterator[Finder]:
    index = LocalIndex.open(tmp_path_factory.mktemp("growing"), HashEmbedder())
    document = read_bytes(REPORT.encode(), "survey.md")
    index.add(document, split(document), source_path="survey.md")
    yield Finder(index, Options())
    index.close()


def keys(found: Found) -> list[tuple[str, int]]:
    return [source.key for source in found.chosen]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.lists(st.sampled_from([*TOPICS, "what", "do", "councils", "plan", "say"]), min_size=2, max_size=9))
def test_it_grows_at_its_end_or_starts_again(finder: Finder, words: list[str]) -> None:
    growing, before = GrowingEvidence(), []
    for end in range(1, len(words) + 1):
        question = Question(" ".join(words[:end]))
        plain = finder.find(question.text, question)
        found = growing.grown(question, plain)
        assert set(keys(plain)) <= set(keys(found)) <= {source.key for source in plain.sources}
        assert len(set(keys(found))) == len(keys(found))
        kept = [key for key in before if key in keys(found)]
        assert keys(found)[: len(kept)] == kept or keys(found) == keys(plain)
        growing.remember(question, found)
        before = keys(found)


def test_only_the_same_question_goes_on(finder: Finder) -> None:
    growing = GrowingEvidence()
    begun = Question("what do councils plan for drones")
    growing.remember(begun, finder.find(begun.text, begun))
    for other in (
        Question("which training do councils say matters"),
        Question("what do councils plan for drones and budgets", years=frozenset({2023})),
    ):
        plain = finder.find(other.text, other)
        assert growing.grown(other, plain) is plain
    longer = Question("What do councils plan for drones and for budgets?")
    plain = finder.find(longer.text, longer)
    first = keys(finder.find(begun.text, begun))[0]
    assert keys(growing.grown(longer, plain))[0] == first
