"""What the page shows while an answer is made, when there is none, and when something breaks."""

import threading

from playwright.sync_api import Route, expect

from service.answering.types import Status
from service.errors import ModelBusy, ModelFailed
from tests.web.conftest import Open, Serve, Service
from tests.web.script import Say, Scene
from tests.web.walk import AI, MAPS, ask, settled


def test_a_draft_is_shown_as_a_draft_and_what_is_withheld_leaves_it(serve: Serve, visit: Open) -> None:
    end = threading.Event()
    says = [Say("It will save every council £3m.", None), Say("AI stands out.", AI), Say("Then comes more.", None)]
    page = visit(serve([Scene("", says, hold=end)]).url).page
    page.get_by_label("Your question").fill("What stands out?")
    page.get_by_label("Your question").press("Enter")
    expect(page.locator(".sentence")).to_have_count(1)
    # The sentence that settled took the withheld one before it out of the draft.
    expect(page.locator(".draft")).to_have_text("Draft, being checkedThen comes more.")
    expect(page.locator(".draft")).to_have_attribute("aria-hidden", "true")
    assert page.locator(".card").count() > 0
    end.set()
    settled(page)
    expect(page.locator(".draft")).to_be_hidden()
    expect(page.locator(".sentence-text")).to_have_text("AI stands out. 1")
    page.get_by_text("2 sentences withheld").click()
    expect(page.locator(".withheld li")).to_have_text(
        [
            "It will save every council £3m.WithheldNo passage says this.",
            "Then comes more.WithheldNo passage says this.",
        ]
    )


def test_the_answer_is_the_truth(serve: Serve, visit: Open) -> None:
    says = [Say("AI stands out.", AI), Say("Maps do too.", MAPS, dropped=True)]
    page = visit(serve([Scene("", says)]).url).page
    ask(page, "What stands out?")
    expect(page.locator(".sentence")).to_have_count(1)
    expect(page.locator(".quotations li")).to_have_count(1)
    expect(page.locator("article")).not_to_contain_text("Maps do too")


def test_what_the_reports_do_not_answer(service: Service, visit: Open) -> None:
    page = visit(service.url).page
    ask(page, "What does it cost?")
    box = page.locator(".refusal")
    expect(box.get_by_role("heading")).to_have_text("The reports do not answer this")
    expect(box).to_contain_text("The reports do not give a price.")
    expect(box).to_contain_text("No passage names an amount for this.")
    assert page.locator(".turn-evidence .card").count() > 0
    expect(page.locator(".turn-evidence .card").first).to_be_visible()


def test_what_is_out_of_scope(service: Service, visit: Open) -> None:
    page = visit(service.url).page
    ask(page, "Who won the football?")
    expect(page.locator(".refusal").get_by_role("heading")).to_have_text("Outside what the reports cover")


def test_a_false_premise(service: Service, visit: Open) -> None:
    page = visit(service.url).page
    ask(page, "Why was AI banned?")
    expect(page.locator(".refusal")).to_contain_text("The question assumes something the reports do not say")
    expect(page.locator(".turn-evidence .card").first).to_be_visible()


def test_a_clarification_asks_the_reading_that_is_chosen(service: Service, visit: Open) -> None:
    page = visit(service.url).page
    ask(page, "What does it mean?")
    page.get_by_role("button", name="Who had no training?").click()
    page.locator(".turn").nth(1).wait_for()
    settled(page)
    assert service.script.asked[-1].text == "Who had no training?"
    expect(page.locator(".sentence")).to_contain_text("Half of the councils")


def test_notices_and_the_reading_of_a_follow_up_are_shown(serve: Serve, visit: Open) -> None:
    scene = Scene(
        "", [Say("AI stands out.", AI)], standalone="What stands out in 2024?", notices=("Old turns left out.",)
    )
    page = visit(serve([scene]).url).page
    ask(page, "And in 2024?")
    expect(page.locator(".turn-body > .note")).to_have_text(
        ["Understood as: What stands out in 2024?", "Old turns left out."]
    )


def test_stop_ends_the_work_and_keeps_what_was_checked(serve: Serve, visit: Open) -> None:
    service = serve([Scene("", [Say("AI stands out.", AI), Say("More to come.")], hold=threading.Event())])
    page = visit(service.url).page
    page.get_by_label("Your question").fill("What stands out?")
    page.get_by_label("Your question").press("Enter")
    expect(page.locator(".sentence")).to_have_count(1)
    page.get_by_role("button", name="Stop").click()
    settled(page)
    assert service.script.cancelled.wait(10)
    expect(page.locator(".sentence")).to_have_count(1)
    expect(page.locator("article")).to_contain_text("You stopped this answer.")
    expect(page.locator(".draft")).to_be_hidden()
    expect(page.get_by_role("button", name="Ask", exact=True)).to_be_visible()


def test_an_error_in_mid_answer_offers_to_try_again(serve: Serve, visit: Open) -> None:
    scenes = [Scene("", [Say("AI stands out.", AI)], error=ModelFailed("The model stopped: wait a moment."))]
    service = serve(scenes)
    page = visit(service.url).page
    ask(page, "What stands out?")
    expect(page.locator(".failure")).to_contain_text("The model stopped: wait a moment.")
    expect(page.locator(".sentence")).to_have_count(0)
    service.script.scenes = [Scene("", [Say("AI stands out.", AI)])]
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".sentence")).to_have_count(1)
    expect(page.locator(".turn")).to_have_count(1)


def test_a_busy_service_says_so(serve: Serve, visit: Open) -> None:
    service = serve([Scene("", error=ModelBusy("64 questions are waiting: try again shortly."))])
    page = visit(service.url).page
    ask(page, "What stands out?")
    expect(page.locator(".failure")).to_contain_text("64 questions are waiting: try again shortly.")


def test_a_stream_that_breaks_off_leaves_nothing_unchecked(service: Service, visit: Open) -> None:
    page = visit(service.url).page
    torn = 'event: token\ndata: {"text": "Half a sen", "sentence": 0}\n\nevent: sentence\ndata: {"sent'

    def tear(route: Route) -> None:
        route.fulfill(status=200, content_type="text/event-stream", body=torn)

    page.route("**/api/chat", tear)
    ask(page, "What is the stand-out trend?")
    expect(page.locator(".failure")).to_contain_text("The connection broke before the answer was finished.")
    expect(page.locator("article")).not_to_contain_text("Half a sen")
    # The service is there all along: the page notices, and the person tries again.
    expect(page.locator(".back")).to_have_text("The service is back.")
    page.unroute("**/api/chat", tear)
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".sentence")).to_have_count(2)


def test_the_page_survives_a_restart_of_the_service(serve: Serve, visit: Open) -> None:
    service = serve()
    page = visit(service.url).page
    ask(page, "What is the stand-out trend?")
    service.stop()
    ask(page, "And the training?")
    expect(page.locator(".failure")).to_contain_text("The service does not answer.")
    serve(port=int(service.url.rsplit(":", 1)[1]))
    expect(page.locator(".back")).to_be_visible()
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".turn").nth(1).locator(".sentence")).to_contain_text("Half of the councils")


def test_a_restart_in_mid_answer_is_told_and_asked_again(serve: Serve, visit: Open) -> None:
    service = serve([Scene("", [Say("AI stands out.", AI)], hold=threading.Event())])
    page = visit(service.url).page
    page.get_by_label("Your question").fill("What is the stand-out trend?")
    page.get_by_label("Your question").press("Enter")
    expect(page.locator(".sentence")).to_have_count(1)
    service.stop()
    expect(page.locator(".failure")).to_contain_text("stopped before this answer was complete")
    expect(page.locator(".sentence")).to_have_count(0)
    serve(port=int(service.url.rsplit(":", 1)[1]))
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".sentence")).to_have_count(2)
    expect(page.locator(".turn")).to_have_count(1)


def test_refusals_have_shapes_of_their_own(service: Service, visit: Open) -> None:
    page = visit(service.url).page
    ask(page, "Why was AI banned?")
    ask(page, "What does it cost?")
    shapes = page.locator(".refusal h3 use").evaluate_all("uses => uses.map(use => use.getAttribute('href'))")
    assert shapes == ["#i-warn", "#i-unknown"]
    statuses = page.locator(".turn").evaluate_all("turns => turns.map(turn => turn.dataset.status)")
    assert statuses == [Status.FALSE_PREMISE, Status.NOT_IN_REPORTS]
