"""Conversations: found again, deleted, exported; answers copied, edited, judged."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.web.conftest import Open, Service
from tests.web.walk import ask, picture, until


def clipboard(page: Page) -> str:
    text: str = page.evaluate("navigator.clipboard.readText()")
    return text


def test_conversations_are_listed_searched_opened_and_deleted(service: Service, visit: Open) -> None:
    page = visit(service.url).page
    for question in ("What is the stand-out trend?", "Why was AI banned?", "What does it cost?", "And the training?"):
        ask(page, question)
        page.get_by_role("button", name="New question").click()
    entries = page.locator(".history-list a")
    expect(entries).to_have_count(4)
    page.get_by_label("Search conversations").fill("geospatial")
    expect(entries).to_have_text(["What is the stand-out trend?"])
    entries.first.click()
    expect(page.locator(".turn > h2")).to_have_text("What is the stand-out trend?")
    expect(entries.first).to_have_attribute("aria-current", "true")
    page.get_by_label("Search conversations").fill("")
    expect(entries).to_have_count(4)
    page.get_by_role("button", name="Delete conversation: Why was AI banned?").click()
    expect(entries).to_have_count(3)
    page.get_by_role("button", name="Undo").click()
    expect(entries).to_have_count(4)


def test_a_conversation_that_is_gone_says_so(service: Service, visit: Open) -> None:
    page = visit(service.url, "/?c=nothing").page
    expect(page.locator(".toast")).to_contain_text("This conversation is not here any more.")
    expect(page.get_by_label("Your question")).to_be_visible()


@pytest.mark.parametrize(
    ("name", "ending", "start"), [("Markdown", "md", b"# "), ("Word", "docx", b"PK"), ("Web page", "html", b"<!")]
)
def test_a_conversation_is_exported(service: Service, visit: Open, name: str, ending: str, start: bytes) -> None:
    page = visit(service.url).page
    ask(page, "What is the stand-out trend?")
    page.get_by_text("Export").click()
    with page.expect_download() as download:
        page.get_by_role("link", name=name).click()
    assert download.value.suggested_filename.endswith("." + ending)
    assert download.value.path().read_bytes().startswith(start)
    expect(page.locator(".menu ul")).to_be_hidden()


def test_the_export_to_print_is_a_page_by_itself(service: Service, visit: Open, tmp_path: Path) -> None:
    opened = visit(service.url)
    ask(opened.page, "What is the stand-out trend?")
    [conversation] = service.runtime.conversations.search()
    file = tmp_path / "appendix.html"
    file.write_bytes(
        opened.page.request.get(f"{service.url}/api/conversations/{conversation.id}/export?format=html").body()
    )
    page = visit(file.as_uri(), "").page
    page.emulate_media(media="print")
    expect(page.locator("h2")).to_have_text(["1. What is the stand-out trend?", "References", "Reports"])
    expect(page.locator("p").nth(2)).to_have_text(
        "All councils will adopt geospatial technologies [2]. (Partly supported: The report does not say all councils)"
    )
    expect(page.locator("blockquote").nth(1)).to_have_css("border-left-style", "solid")  # its own style is allowed
    expect(page.locator("blockquote + p")).to_have_text(["Supported: question 1.", "Partly supported: question 1."])
    picture(page, "export")


def test_the_link_of_a_conversation_is_copied(service: Service, visit: Open) -> None:
    page = visit(service.url).page
    ask(page, "What is the stand-out trend?")
    page.get_by_text("Export").click()
    page.get_by_role("button", name="Copy link").click()
    expect(page.locator(".toast")).to_contain_text("Link copied.")
    [conversation] = service.runtime.conversations.search()
    assert clipboard(page) == f"{service.url}/?c={conversation.id}"


def test_an_answer_is_copied_with_its_sources(service: Service, visit: Open) -> None:
    page = visit(service.url).page
    ask(page, "What is the stand-out trend?")
    page.get_by_role("button", name="Copy", exact=True).click()
    expect(page.locator(".toast")).to_have_text("Copied, with its sources.")
    assert clipboard(page).split("\n")[2:5] == [
        "AI is the stand-out trend for councils in 2024 [1]. All councils will adopt geospatial technologies [2].",
        "",
        "[1] “Artificial intelligence is the stand-out technology trend for councils in 2024.” "
        "Digital trends for councils 2024 · page 3 · Artificial intelligence",
    ]
    page.get_by_role("button", name="Copy as Markdown").click()
    expect(page.locator(".toast")).to_have_count(2)
    assert "1. > Artificial intelligence is the stand-out technology trend" in clipboard(page)


def test_a_question_is_edited_and_asked_again(service: Service, visit: Open) -> None:
    page = visit(service.url).page
    ask(page, "Why was AI banned?")
    page.get_by_role("button", name="Edit and ask again").click()
    box = page.get_by_label("Your question")
    expect(box).to_have_value("Why was AI banned?")
    expect(box).to_be_focused()
    ask(page, "Is AI the stand-out trend?")
    expect(page.locator(".turn").nth(1).locator(".sentence")).to_have_count(2)


def test_feedback_is_kept_with_its_reason(service: Service, visit: Open) -> None:
    page = visit(service.url).page
    ask(page, "What is the stand-out trend?")
    page.get_by_role("button", name="Not helpful").click()
    [conversation] = service.runtime.conversations.search()
    address = f"{service.url}/api/conversations/{conversation.id}"
    until(page, address, lambda found: found["turns"][0]["rating"] == "down")  # at the first press
    page.get_by_label("What was wrong? (optional)").fill("Too short")
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".toast")).to_contain_text("Thank you.")
    expect(page.get_by_role("button", name="Not helpful")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("button", name="Not helpful")).to_be_focused()
    [turn] = service.runtime.conversations.get(conversation.id).turns
    assert (turn.rating, turn.comment) == ("down", "Too short")
    page.reload()
    expect(page.get_by_role("button", name="Not helpful")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("button", name="Helpful", exact=True)).to_have_attribute("aria-pressed", "false")
