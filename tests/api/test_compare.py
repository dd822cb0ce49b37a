"""Reports and years side by side: each cell from its side alone, and what changed between them."""

import json
from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient

from service.api.compare import change_of
from service.runtime import Runtime


def ids(client: TestClient) -> dict[str, str]:
    return {info["title"]: info["id"] for info in client.get("/api/documents").json()["documents"]}


def test_each_cell_cites_its_own_report_only(reader: TestClient) -> None:
    reports = ids(reader)
    kept = reader.get("/api/conversations").json()
    body = {"topic": "digital training", "documents": list(reports.values())}
    response = reader.post("/api/compare", json=body)
    assert response.status_code == 200
    cells = response.json()["cells"]
    assert [cell["year"] for cell in cells] == sorted(cell["year"] for cell in cells)
    assert {cell["document_id"] for cell in cells} == set(reports.values())
    for cell in cells:
        assert {evidence["document_id"] for evidence in cell["answer"]["evidence"]} <= {cell["document_id"]}
        assert {citation["document_id"] for citation in cell["answer"]["citations"]} <= {cell["document_id"]}
    assert any(cell["answer"]["citations"] for cell in cells)
    assert reader.get("/api/conversations").json() == kept


def test_the_stream_gives_each_cell_and_then_the_table(reader: TestClient) -> None:
    body = {"topic": "councils", "years": [2024, 2021, 1999], "stream": True}
    text = reader.post("/api/compare", json=body).text
    events = [event.split("\n") for event in text.strip().split("\n\n")]
    assert [lines[0] for lines in events] == ["event: cell"] * 3 + ["event: comparison"]
    payloads = [json.loads(lines[1].removeprefix("data: ")) for lines in events]
    assert payloads[-1]["cells"] == payloads[:-1]
    assert [cell["name"] for cell in payloads[:-1]] == ["1999", "2021", "2024"]
    assert (payloads[0]["change"], payloads[0]["answer"]["sentences"]) == ("no_evidence", [])


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"topic": "AI"}, 422),
        ({"topic": "AI", "years": [2024]}, 422),
        ({"topic": "AI", "years": [2024, 2024]}, 422),
        ({"topic": "AI", "years": [2023, 2024], "documents": ["a", "b"]}, 422),
        ({"topic": "AI", "documents": ["a", "b"]}, 404),
        ({"topic": "", "years": [2023, 2024]}, 422),
        ({"topic": "\u200b?", "years": [2023, 2024]}, 422),
        ({"topic": "x" * 301, "years": [2023, 2024]}, 422),
    ],
)
def test_what_cannot_be_compared(reader: TestClient, body: dict[str, object], status: int) -> None:
    for stream in (False, True):
        response = reader.post("/api/compare", json=body | {"stream": stream})
        assert response.status_code == status
        assert response.headers["content-type"] == "application/problem+json"


def test_without_reports_there_is_nothing_to_compare(
    open_runtime: Callable[..., Runtime], client_of: Callable[[Runtime], TestClient]
) -> None:
    client = client_of(open_runtime(texts=()))
    assert client.post("/api/compare", json={"topic": "AI", "years": [2023, 2024]}).status_code == 409


@pytest.mark.parametrize(
    ("year", "speaks", "before", "change"),
    [
        (2024, True, [], None),
        (2024, False, [], "no_evidence"),
        (2024, True, [(2023, True)], "continued"),
        (2024, True, [(2022, True), (2023, False)], "continued"),
        (2024, True, [(2023, False)], "new"),
        (2024, False, [(2023, True)], "dropped"),
        (2024, False, [(2022, True), (2023, False)], "no_evidence"),
        (2024, False, [(2023, True), (2023, False)], "dropped"),
        (2024, True, [(2024, False)], None),
        (None, True, [(2023, False)], None),
        (None, False, [(2023, True)], "no_evidence"),
    ],
)
def test_what_changed(
    year: int | None, speaks: bool, before: list[tuple[int | None, bool]], change: str | None
) -> None:
    assert change_of(year, speaks, before) == change
