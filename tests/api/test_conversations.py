"""Conversations over HTTP, and what of them reaches the disk."""

import io
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from docx import Document
from fastapi.testclient import TestClient
from markdown_it import MarkdownIt

from service.conversations import Conversations, UnknownConversation
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
    runtime.conversations._db.execute("UPDATE conversations SET updated_at = ?", (old,))
    assert runtime.conversations.purge(3) == 0
    assert runtime.conversations.purge(1) == 1
    with pytest.raises(UnknownConversation):
        runtime.conversations.get(kept)


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
    for question in QUESTIONS:
        assert question in text
    for number, quote in enumerate(quotes, 1):
        assert f"[{number}] Digital trends for councils 2024, 2024" in text
        assert " ".join(quote.split()) in " ".join(text.split())
    assert "scripted" in text
    assert "supported" in text


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
