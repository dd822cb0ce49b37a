"""Conversations over HTTP, and what of them reaches the disk."""

import html
import io
import re
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from docx import Document
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from index.errors import StoreError
from service.api import app
from service.conversations import Conversation, Conversations, StoredTurn, UnknownConversation
from service.export import Record
from service.export_files import Format, render
from service.runtime import Runtime

QUESTIONS = ("What is the stand-out technology trend for councils in 2024?", "How much was spent on cyber security?")


@pytest.fixture
def kept(client: TestClient) -> str:
    conversation_id = None
    for question in QUESTIONS:
        body = {"question": question} | ({"conversation_id": conversation_id} if conversation_id else {})
        conversation_id = client.post("/api/chat", json=body).json()["conversation_id"]
    return str(conversation_id)


def test_found_by_question_or_answer_and_deleted(client: TestClient, kept: str) -> None:
    for wanted in ("", "stand-out", "CYBER", "40 million"):
        [found] = client.get("/api/conversations", params={"q": wanted}).json()["conversations"]
        assert (found["id"], found["title"], found["turns"]) == (kept, QUESTIONS[0], 2)
    for not_there in ("%", "_", "whales"):
        assert client.get("/api/conversations", params={"q": not_there}).json() == {"conversations": []}
    assert client.delete(f"/api/conversations/{kept}").status_code == 204
    assert client.get(f"/api/conversations/{kept}").status_code == 404


def test_feedback_is_kept_with_the_answer(client: TestClient, kept: str) -> None:
    answer_id = client.get(f"/api/conversations/{kept}").json()["turns"][0]["id"]
    for rating, reason in (("down", "wrong"), ("up", None)):
        sent = client.post("/api/feedback", json={"answer_id": answer_id, "rating": rating, "reason": reason})
        assert sent.status_code == 204
    turn = client.get(f"/api/conversations/{kept}").json()["turns"][0]
    assert (turn["rating"], turn["comment"]) == ("up", "")


def test_what_is_deleted_is_gone_from_the_disk(client: TestClient, runtime: Runtime) -> None:
    secret = "What would 7f3c9e21 councils do about ransomware?"
    kept = client.post("/api/chat", json={"question": secret}).json()["conversation_id"]
    files = list(runtime.settings.data_dir.glob("conversations.sqlite*"))
    assert any(b"7f3c9e21" in file.read_bytes() for file in files)
    client.delete(f"/api/conversations/{kept}")
    assert not any(b"7f3c9e21" in file.read_bytes() for file in files)


def test_retention_deletes_what_is_older(client: TestClient, kept: str, runtime: Runtime) -> None:
    assert runtime.conversations.purge(1) == 0
    old = (datetime.now(UTC) - timedelta(days=2)).isoformat()
    runtime.conversations._tables.write(lambda run: run("UPDATE conversations SET updated_at = :old", old=old))
    assert runtime.conversations.purge(3) == 0
    assert runtime.conversations.purge(1) == 1
    with pytest.raises(UnknownConversation):
        runtime.conversations.get(kept)


def test_retention_goes_on_after_a_day_on_which_the_disk_failed(
    open_runtime: Callable[..., Runtime], client_of: Callable[[Runtime], TestClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime = open_runtime(retention_days=1)
    purge, tried, gone = runtime.conversations.purge, threading.Event(), threading.Event()

    def failing_once(days: int) -> int:
        if not tried.is_set():
            tried.set()
            raise StoreError("The disk is full.")
        deleted = purge(days)
        if deleted:
            gone.set()
        return deleted

    monkeypatch.setattr(app, "DAY", 0.05)
    monkeypatch.setattr(runtime.conversations, "purge", failing_once)
    client = client_of(runtime)
    kept = client.post("/api/chat", json={"question": QUESTIONS[0]}).json()["conversation_id"]
    old = (datetime.now(UTC) - timedelta(days=2)).isoformat()
    runtime.conversations._tables.write(lambda run: run("UPDATE conversations SET updated_at = :old", old=old))
    assert tried.wait(60)
    assert gone.wait(60)
    assert client.get(f"/api/conversations/{kept}").status_code == 404


def test_they_survive_a_restart_and_keep_owners_apart(client: TestClient, kept: str, runtime: Runtime) -> None:
    again = Conversations.open(runtime.settings.data_dir)
    assert len(again.get(kept).turns) == 2
    assert again.search(owner="somebody") == []
    for attempt in (again.get, again.delete, again.history):
        with pytest.raises(UnknownConversation):
            attempt(kept, owner="somebody")
    again.close()


def test_a_deleted_conversation_is_not_brought_back_by_a_late_answer(client: TestClient, kept: str) -> None:
    client.delete(f"/api/conversations/{kept}")
    response = client.post("/api/chat", json={"question": QUESTIONS[0], "conversation_id": kept})
    assert response.status_code == 404


Text = Callable[[bytes], str]
READERS: dict[str, Text] = {
    "md": lambda data: re.sub(r"\\(?=[^\w\s])", "", data.decode()),
    "html": bytes.decode,
    "docx": lambda data: "\n".join(paragraph.text for paragraph in Document(io.BytesIO(data)).paragraphs),
}


@pytest.mark.parametrize("format_", READERS)
def test_an_export_has_questions_answers_and_references(client: TestClient, kept: str, format_: str) -> None:
    response = client.get(f"/api/conversations/{kept}/export", params={"format": format_})
    text = READERS[format_](response.content)
    turns = client.get(f"/api/conversations/{kept}").json()["turns"]
    quotes = list(dict.fromkeys(citation["quote"] for turn in turns for citation in turn["answer"]["citations"]))
    assert response.headers["content-disposition"].startswith("attachment")
    for number, question in enumerate(QUESTIONS, 1):
        assert f"{number}. {question}" in text
    for number, quote in enumerate(quotes, 1):
        assert f"[{number}] Digital trends for councils 2024, 2024" in text
        assert " ".join(quote.split()) in " ".join(text.split())
    assert "(Supported)" in text
    assert "Supported: question 1." in text
    assert f"Model: scripted. {datetime.now(UTC).day} " in text
    assert re.search(r"2 reports could be cited, report set [0-9a-f]{16}\.", text)


def test_a_quotation_that_two_answers_cite_has_one_number(client: TestClient) -> None:
    first = client.post("/api/chat", json={"question": QUESTIONS[0]}).json()
    kept = first["conversation_id"]
    client.post("/api/chat", json={"question": QUESTIONS[0], "conversation_id": kept})
    text = READERS["md"](client.get(f"/api/conversations/{kept}/export").content)
    assert text.count("> Artificial intelligence is the stand-out technology trend") == 1
    assert "Supported: question 1; Supported: question 2." in text


def test_the_report_set_changes_with_the_reports(client: TestClient, kept: str) -> None:
    def report_set() -> str:
        text = client.get(f"/api/conversations/{kept}/export").text
        found = re.search(r"report set (\w+)", text)
        assert found
        return found[1]

    before = report_set()
    assert report_set() == before
    [document, *_] = client.get("/api/documents").json()["documents"]
    client.delete(f"/api/documents/{document['id']}")
    assert report_set() != before


@settings(deadline=None, max_examples=40)
@given(st.text(max_size=60), st.sampled_from(list(READERS)))
def test_any_text_can_be_exported(text: str, format_: Format) -> None:
    answer = {"sentences": [], "citations": [], "withheld": [], "answer": text, "reason": None, "model": "m"}
    turn = StoredTurn("1", text, answer | {"status": "answered"}, "2026-11-22T10:00:00+00:00", None, "")
    conversation = Conversation("1", text, turn.asked_at, turn.asked_at, (turn,))
    data = render(Record(conversation, (), datetime.now(UTC)), format_)
    shown = [character for character in READERS[format_](data) if character.isalnum()]
    assert set(filter(str.isalnum, html.escape(text) if format_ == "html" else text)) <= set(shown)


def test_an_export_shows_hostile_text_as_text(client: TestClient) -> None:
    hostile = "<script>alert(1)</script> ![x](http://evil/?q) # ransomware"
    kept = client.post("/api/chat", json={"question": hostile}).json()["conversation_id"]
    page = client.get(f"/api/conversations/{kept}/export", params={"format": "html"}).text
    assert "<script" not in page
    markdown = client.get(f"/api/conversations/{kept}/export", params={"format": "md"}).text
    tokens = [
        child.type
        for token in MarkdownIt("gfm-like", {"linkify": False}).parse(markdown)
        for child in token.children or []
    ]
    assert not {"link_open", "image", "html_inline"} & set(tokens)
    assert "http://" not in markdown
