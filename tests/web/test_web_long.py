"""A conversation of 200 turns opens with its last ones and stays usable."""

from playwright.sync_api import expect

from service.answering.types import Question
from tests.web.conftest import Open, Service
from tests.web.walk import ask

TURNS = 200


def test_two_hundred_turns(service: Service, visit: Open) -> None:
    conversation: str | None = None
    for number in range(TURNS):
        *_, last = service.script.stream(Question(f"What is the stand-out trend, number {number}?"))
        conversation = service.runtime.conversations.record(last.answer, conversation_id=conversation)  # type: ignore[union-attr]
    page = visit(service.url, f"/?c={conversation}").page
    turns = page.locator(".turn")
    expect(turns).to_have_count(20)
    expect(turns.last.locator("h2")).to_be_in_viewport()
    page.get_by_role("button", name="Show 180 earlier questions").click()
    expect(turns).to_have_count(40)
    expect(turns.first.locator("h2")).to_have_text("What is the stand-out trend, number 160?")
    ask(page, "And the training?")
    expect(turns).to_have_count(41)
    expect(turns.last.locator("h2")).to_be_in_viewport()
