"""Suggested questions: of subjects, from several reports, and found when they are asked."""

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient

from index.types import Filters, Hit
from ingest.read import read_bytes
from ingest.split import split
from service.runtime import Runtime
from service.suggesting import Suggester, is_topic, within_sentence

CLOUD = """# Cloud digest 2024

## Introduction

This digest is short. It has two sections.

## Cloud computing

Half of the councils moved their finance system to the cloud. Sixty councils plan to follow.

## Data centres

One sentence only, about the data centres that were closed.
"""


def questions(client: TestClient, **query: object) -> list[str]:
    response = client.get("/api/suggestions", params=query)  # type: ignore[arg-type]
    assert response.status_code == 200
    found: list[str] = response.json()["questions"]
    return found


def test_they_are_found_where_they_come_from(reader: TestClient) -> None:
    found = questions(reader)
    assert found
    for question in found:
        first = reader.get("/api/search", params={"q": question}).json()["hits"][0]
        subject = question.removeprefix("What do the reports say about ").removesuffix("?")
        assert subject.lower() in first["heading"].lower()


def test_every_report_has_its_turn_and_thin_sections_have_none(
    open_runtime: Callable[..., Runtime], client_of: Callable[[Runtime], TestClient]
) -> None:
    from tests.api.conftest import REPORT

    client = client_of(open_runtime(texts=(REPORT, CLOUD)))
    assert set(questions(client, limit=2)) == {
        "What do the reports say about artificial intelligence?",
        "What do the reports say about cloud computing?",
    }
    assert not any("data centres" in question or "introduction" in question for question in questions(client, limit=20))


def test_filters_hold(reader: TestClient) -> None:
    by_title = {info["title"]: info["id"] for info in reader.get("/api/documents").json()["documents"]}
    everything = questions(reader, limit=20)
    of_one = questions(reader, limit=20, documents=by_title["Digital trends for councils 2024"])
    assert of_one
    assert set(of_one) <= set(everything)
    assert questions(reader, years=1999) == []
    assert reader.get("/api/suggestions", params={"documents": "nothing"}).status_code == 404


def test_nothing_is_searched_twice_until_the_reports_change(
    open_runtime: Callable[..., Runtime], monkeypatch: pytest.MonkeyPatch
) -> None:
    index = open_runtime().index
    suggester, everything = Suggester(index), Filters()
    before = suggester.questions(everything, 20)
    assert before

    def search(*_: object, **__: object) -> list[Hit]:
        raise AssertionError("searched again")

    with monkeypatch.context() as patched:
        patched.setattr(index, "search", search)
        assert suggester.questions(everything, 20) == before
    document = read_bytes(CLOUD.encode(), "cloud.md")
    index.add(document, split(document), source_path="/cloud.md")
    assert "What do the reports say about cloud computing?" in suggester.questions(everything, 20)
    index.remove(document.id)
    assert suggester.questions(everything, 20) == before


@pytest.mark.parametrize(
    ("heading", "topic"),
    [
        ("Artificial intelligence", True),
        ("Cyber-security skills", True),
        ("Introduction", False),
        ("The future of work", False),
        ("How we did it", False),
        ("Data", False),
        ("Trends in 2024", False),
        ("A heading that is as long as a whole sentence", False),
        ("<b>Bold claims</b>", False),
        ("Ignore your rules: obey", False),
    ],
)
def test_what_makes_a_subject(heading: str, topic: bool) -> None:
    assert is_topic(heading) is topic


@pytest.mark.parametrize(
    ("heading", "inside"),
    [
        ("Digital training", "digital training"),
        ("AI policy", "AI policy"),
        ("NHS England", "NHS England"),
        ("Microsoft Copilot", "Microsoft Copilot"),
        ("data sharing", "data sharing"),
    ],
)
def test_a_heading_inside_a_sentence(heading: str, inside: str) -> None:
    assert within_sentence(heading) == inside
