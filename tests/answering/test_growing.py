"""While a question is typed its evidence grows at the end of the prompt, and never holds what search no longer finds."""

from collections.abc import Iterator
from dataclasses import replace
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
from service.answering.sources import Key
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


def keys(found: Found) -> list[Key]:
    return [source.key for source in found.chosen]


def best(found: Found, most: int) -> set[Key]:
    return {source.key for source in sorted(found.chosen, key=lambda source: -source.relevance)[:most]}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.lists(st.sampled_from([*TOPICS, "what", "do", "councils", "plan", "say"]), min_size=2, max_size=9))
def test_it_keeps_its_beginning_and_takes_in_what_is_best(finder: Finder, words: list[str]) -> None:
    growing, before = GrowingEvidence(finder.options), list[Key]()
    for end in range(1, len(words) + 1):
        question = Question(" ".join(words[:end]))
        plain = finder.find(question.text, question)
        found = growing.grown(question, plain, is_typed=True)
        asked = keys(growing.grown(question, plain))
        assert asked == keys(found) or asked[: max(0, len(asked) - 2)] == keys(found)[: max(0, len(asked) - 2)]
        assert best(plain, 2) <= set(asked) <= set(keys(found)) <= {source.key for source in plain.sources}
        assert len(set(keys(found))) == len(keys(found))
        gone = next((n for n, key in enumerate(before) if key not in keys(found)), len(before))
        assert keys(found)[:gone] == before[:gone]
        growing.remember(question, found)
        before = keys(found)


def test_only_the_same_question_goes_on(finder: Finder) -> None:
    growing = GrowingEvidence(finder.options)
    begun = Question("what do councils plan for drones")
    growing.remember(begun, finder.find(begun.text, begun))
    for other in (
        Question("which training do councils say matters"),
        Question("what do councils plan for drones and budgets", years=frozenset({2023})),
    ):
        plain = finder.find(other.text, other)
        assert keys(growing.grown(other, plain)) == keys(plain)
    longer = Question("What do councils plan for drones and for budgets?")
    first = keys(finder.find(begun.text, begun))[0]
    assert keys(growing.grown(longer, finder.find(longer.text, longer)))[0] == first


def test_a_beginning_is_forgotten(finder: Finder, monkeypatch: pytest.MonkeyPatch) -> None:
    growing = GrowingEvidence(finder.options)
    question = Question("what do councils plan for drones")
    found = finder.find(question.text, question)
    growing.remember(question, replace(found, chosen=found.chosen[::-1]))
    assert keys(growing.grown(question, found)) == keys(found)[::-1]
    monkeypatch.setattr("service.answering.growing._SECONDS", 0.0)
    assert keys(growing.grown(question, found)) == keys(found)
