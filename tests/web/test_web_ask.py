"""The main job: ask, see evidence, read a checked answer, open a citation in its report."""

import re

import pytest
from playwright.sync_api import expect

from tests.web.conftest import Open, Serve, Service
from tests.web.script import Say, Scene
from tests.web.walk import AI, MAPS, ask, settled


def test_an_answer_of_the_real_core(serve: Serve, visit: Open) -> None:
    page = visit(serve(None).url).page
    ask(page, "What is the stand-out technology trend for councils in 2024?")
    sentence = page.locator(".sentence").first
    expect(sentence).to_contain_text("Artificial intelligence is the stand-out technology trend")
    expect(sentence.locator(".verdict")).to_contain_text("Supported")
    sentence.locator(".chip").first.click()
    expect(page.locator("mark.current")).to_contain_text("stand-out technology trend")


def test_each_sentence_has_its_verdict_in_words_and_in_a_shape(service: Service, visit: Open) -> None:
    page = visit(service.url).page
    ask(page, "What is the stand-out trend?")
    expect(page.locator(".sentence .verdict-word")).to_have_text(["Supported", "Partly supported"])
    shapes = page.locator(".sentence .verdict use").evaluate_all("uses => uses.map(use => use.getAttribute('href'))")
    assert shapes == ["#i-check", "#i-half"]
    expect(page.locator(".sentence").nth(1)).to_contain_text("The report does not say all councils.")
    expect(page.locator(".sentence-text").first).to_have_text("AI is the stand-out trend for councils in 2024. 1")


@pytest.mark.parametrize(("chip", "quote"), [(0, AI.replace("**", "")), (1, MAPS)])
def test_a_citation_opens_its_report_at_exactly_its_words(service: Service, visit: Open, chip: int, quote: str) -> None:
    page = visit(service.url).page
    ask(page, "What is the stand-out trend?")
    page.locator(".sentence .chip").nth(chip).click()
    mark = page.locator("mark.current")
    expect(mark).to_have_text(f"Quotation: {quote} End of quotation.")
    expect(mark).to_be_in_viewport()
    expect(page.locator("#source-title")).to_have_text("Digital trends for councils 2024")
    assert "**" not in page.locator(".paper").inner_text()


def test_evidence_comes_while_typing_and_opens_its_passage(service: Service, visit: Open) -> None:
    page = visit(service.url).page
    page.get_by_label("Your question").press_sequentially("ransomware attacks on councils")
    line = page.locator(".preview li button").filter(has_text="Ransomware was the most frequent")
    line.click()
    expect(page.locator("mark.current")).to_contain_text("Ransomware was the most frequent kind of attack")
    assert service.script.warmed[-1] == "ransomware attacks on councils"
    assert len(service.script.warmed) < 10  # debounced: not one request a key


def test_enter_asks_and_shift_enter_starts_a_line(service: Service, visit: Open) -> None:
    page = visit(service.url).page
    box = page.get_by_label("Your question")
    box.press_sequentially("stand-out")
    box.press("Shift+Enter")
    box.press_sequentially("trend")
    expect(box).to_have_value("stand-out\ntrend")
    box.press("Enter")
    settled(page)
    assert service.script.asked[0].text == "stand-out\ntrend"
    expect(box).to_have_value("")


def test_the_limit_shows_near_the_end_and_holds(service: Service, visit: Open) -> None:
    page = visit(service.url).page
    box = page.get_by_label("Your question")
    box.fill("a" * 3000)
    expect(page.locator("#question-limit")).to_be_empty()
    box.fill("🌍" * 3990)
    expect(page.locator("#question-limit")).to_have_text("10 characters left")
    box.fill("a" * 4001)
    expect(page.locator("#question-limit")).to_have_text("1 character too many")
    box.press("Enter")
    expect(page.locator(".turn")).to_have_count(0)
    assert service.script.asked == []


def test_a_follow_up_goes_on_and_a_link_reopens_the_conversation(service: Service, visit: Open) -> None:
    opened = visit(service.url)
    ask(opened.page, "What is the stand-out trend?")
    expect(opened.page).to_have_url(re.compile(r"/\?c=\w+$"))
    ask(opened.page, "And the training?")
    assert [len(question.history) for question in service.script.asked] == [0, 2]
    again = visit(service.url, opened.page.url.removeprefix(service.url)).page
    expect(again.locator(".turn > h2")).to_have_text(["What is the stand-out trend?", "And the training?"])
    expect(again.locator(".sentence")).to_have_count(3)
    expect(again.locator("#live")).to_be_empty()


def test_a_report_makes_room_for_the_next_place_and_never_moves_the_page(serve: Serve, visit: Open) -> None:
    sections = "\n\n".join(f"## Part {n}\n\n" + f"Sentence {n} says that little is known. " * 30 for n in range(40))
    reports = {"long.md": f"# Long report\n\n{sections}\n\n## Last\n\n{AI}\n"}
    page = visit(serve([Scene("", [Say("AI stands out.", AI)])], reports=reports).url).page
    ask(page, "Is AI the trend?")
    page.locator(".chip").click()
    page.locator("mark.current").wait_for()
    page.evaluate("document.querySelector('.turn:last-child').scrollIntoView({block: 'start'})")
    assert page.evaluate(
        "[document.scrollingElement.scrollTop, document.scrollingElement.scrollHeight - innerHeight]"
    ) == [0, 0]
    page.get_by_role("link", name="Trust and health").click()
    expect(page.locator("#source")).to_be_hidden()


def test_the_address_of_a_quotation_opens_it(service: Service, visit: Open) -> None:
    opened = visit(service.url)
    ask(opened.page, "What is the stand-out trend?")
    address = opened.page.locator(".chip").nth(1).get_attribute("href")
    assert address is not None
    page = visit(service.url, address).page
    expect(page.locator("mark.current")).to_contain_text(MAPS)
    page.get_by_role("button", name="Close the report").click()
    expect(page).to_have_url(service.url + "/")


def test_without_reports_the_page_leads_to_adding_one(serve: Serve, visit: Open) -> None:
    page = visit(serve(reports={}).url).page
    page.get_by_role("button", name="Add a report").click()
    expect(page.get_by_role("heading", level=1, name="Reports")).to_be_visible()


def test_suggested_questions_come_from_the_reports_and_ask(service: Service, visit: Open) -> None:
    page = visit(service.url).page
    page.get_by_role("button", name="What do the reports say about digital training?").click()
    settled(page)
    expect(page.locator(".sentence")).to_contain_text("Half of the councils offered no digital training.")
