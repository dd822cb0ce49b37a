"""Reports over HTTP: listed, read, searched, uploaded, corrected, deleted."""

import time
from typing import Any

import pytest
from fastapi.testclient import TestClient

WHALES = b"# Whales and councils 2019\n\n## Findings\n\nNine councils asked whales about digital services in 2019.\n"


def finished(client: TestClient, job: dict[str, Any]) -> dict[str, Any]:
    deadline = time.monotonic() + 30
    while job["state"] in ("waiting", "reading"):
        assert time.monotonic() < deadline
        job = client.get(f"/api/jobs/{job['id']}").json()
    return job


def test_a_report_is_given_with_its_text_and_blocks(client: TestClient) -> None:
    for info in client.get("/api/documents").json()["documents"]:
        document = client.get(f"/api/documents/{info['id']}").json()
        assert {name: document[name] for name in info} == info
        assert document["text"].startswith("# ")
        assert document["blocks"][0]["kind"] == "title"
        for block in document["blocks"]:
            assert 0 <= block["start"] < block["end"] <= len(document["text"])


def test_search_and_the_passages_it_finds(client: TestClient) -> None:
    hits = client.get("/api/search", params={"q": "ransomware", "limit": 3}).json()["hits"]
    assert "Ransomware" in hits[0]["text"]
    passage = client.get(f"/api/passages/{hits[0]['passage_id']}").json()
    document = client.get(f"/api/documents/{passage['document_id']}").json()
    assert document["text"][passage["start"] : passage["end"]] == passage["text"]
    for sentence in passage["sentences"]:
        assert document["text"][sentence["start"] : sentence["end"]] == sentence["text"]
    other = client.get("/api/search", params={"q": "councils", "years": 2021}).json()["hits"]
    assert {hit["year"] for hit in other} == {2021}


@pytest.mark.parametrize("form", [False, True])
def test_an_uploaded_report_can_be_asked_and_deleted(client: TestClient, form: bool) -> None:
    if form:
        response = client.post("/api/documents", files={"file": ("whales.md", WHALES)})
    else:
        response = client.post("/api/documents", params={"name": "whales.md"}, content=WHALES)
    assert response.status_code == 202
    job = finished(client, response.json())
    assert (job["state"], job["outcome"], job["problem"]) == ("done", "added", None)
    found = client.get("/api/search", params={"q": "whales"}).json()["hits"]
    assert found[0]["document_id"] == job["document_id"]
    original = client.get(f"/api/documents/{job['document_id']}/original")
    assert original.content == WHALES
    assert original.headers["content-disposition"].startswith("attachment")
    assert original.headers["x-content-type-options"] == "nosniff"
    assert original.headers["content-type"] == "application/octet-stream"
    assert client.delete(f"/api/documents/{job['document_id']}").status_code == 204
    assert client.get(f"/api/documents/{job['document_id']}").status_code == 404
    hits = client.get("/api/search", params={"q": "whales"}).json()["hits"]
    assert job["document_id"] not in {hit["document_id"] for hit in hits}


def test_the_same_upload_twice_changes_nothing(client: TestClient) -> None:
    for outcome in ("added", "unchanged"):
        response = client.post("/api/documents", params={"name": "whales.md"}, content=WHALES)
        assert finished(client, response.json())["outcome"] == outcome


@pytest.mark.parametrize(
    ("name", "data", "status"),
    [
        ("empty.md", b"", 422),
        ("blank.md", b" \n\n ", 422),
        ("junk.md", bytes(range(256)) * 40, 422),
        ("program.exe", b"MZ", 415),
        ("report", b"# Text", 415),
    ],
)
def test_files_that_are_no_reports(client: TestClient, name: str, data: bytes, status: int) -> None:
    before = client.get("/api/documents").json()
    job = finished(client, client.post("/api/documents", params={"name": name}, content=data).json())
    assert job["state"] == "failed"
    assert job["problem"]["status"] == status
    assert name in job["problem"]["detail"]
    assert client.get("/api/documents").json() == before


def test_uploads_without_a_name_or_a_file(client: TestClient) -> None:
    assert client.post("/api/documents", content=b"# Text").status_code == 422
    assert client.post("/api/documents", params={"name": ".."}, content=b"# Text").status_code == 422
    assert client.post("/api/documents", data={"file": "no file"}, files={}).status_code in (415, 422)


@pytest.mark.parametrize(
    "name", ["../../evil.md", "C:\\temp\\evil.md", "/etc/evil.md", "a\x00b/evil.md", "ev\u202eil.md"]
)
def test_only_the_last_visible_part_of_a_file_name_is_kept(client: TestClient, name: str) -> None:
    job = client.post("/api/documents", params={"name": name}, content=WHALES).json()
    assert job["name"] == "evil.md"


def test_a_title_and_year_can_be_corrected(client: TestClient) -> None:
    document_id = client.get("/api/documents").json()["documents"][0]["id"]
    changed = client.patch(f"/api/documents/{document_id}", json={"title": " New\n title ", "year": 1999}).json()
    assert (changed["title"], changed["year"]) == ("New title", 1999)
    assert client.get(f"/api/documents/{document_id}").json()["title"] == "New title"
