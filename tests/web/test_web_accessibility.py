"""Every state passes axe and fits its screen; the keyboard and a screen reader are enough. Screenshots are kept."""

import threading

import pytest
from playwright.sync_api import Page, expect

from tests.web.conftest import Open, Serve, Service
from tests.web.script import Say, Scene
from tests.web.walk import AI, SCENES, ask, picture, settled, violations

SCREENS = {
    "wide": (1440, 900, False),
    "middle": (1024, 768, False),
    "phone": (390, 844, False),
    "dark": (1440, 900, True),
}


class Walk:
    """Looks at each state: what axe says, whether it fits, a picture of it."""

    def __init__(self, page: Page, screen: str) -> None:
        self.page = page
        self.screen = screen
        self.faults: list[str] = []

    def look(self, state: str) -> None:
        self.faults += [f"{state}: {fault}" for fault in violations(self.page)]
        if self.page.evaluate("document.scrollingElement.scrollWidth > innerWidth"):
            self.faults.append(f"{state}: wider than the screen")
        picture(self.page, f"{self.screen}-{state}")


@pytest.mark.parametrize("screen", SCREENS)
def test_every_state_passes_axe_and_fits(serve: Serve, visit: Open, screen: str) -> None:
    width, height, dark = SCREENS[screen]
    end = threading.Event()
    held = Scene("more", [Say("AI stands out.", AI), Say("And this is being checked.")], hold=end)
    page = visit(serve([held, *SCENES]).url, width=width, height=height, dark=dark).page
    walk = Walk(page, screen)
    page.locator(".suggestion").first.wait_for()
    walk.look("empty")
    page.get_by_label("Your question").fill("What more is there about councils?")
    page.locator(".preview li").first.wait_for()
    walk.look("typing")
    page.get_by_label("Your question").press("Enter")
    page.locator(".draft-text span").wait_for()
    walk.look("answering")
    end.set()
    settled(page)
    ask(page, "What is the stand-out trend?")
    page.get_by_text("1 sentence withheld").last.click()
    walk.look("answered")
    for state, question in (("refused", "What does it cost?"), ("clarify", "What does it mean?")):
        ask(page, question)
        walk.look(state)
    ask(page, "Nobody has a scene for this")
    walk.look("error")
    page.locator(".chip").nth(1).click()
    page.locator("mark.current").wait_for()
    walk.look("source")
    page.keyboard.press("Escape")
    page.locator(".opener").click()
    walk.look("filters")
    page.keyboard.press("Escape")
    for place in ("Reports", "Compare", "Trust and health"):
        if width <= 1100:
            page.locator("#menu").click()
        page.get_by_role("link", name=place, exact=True).click()
        page.locator(f"#{place.split()[0].lower()} h1").wait_for()
        walk.look(place.split()[0].lower())
    assert not walk.faults


def focused(page: Page) -> str:
    text: str = page.evaluate("document.activeElement.getAttribute('aria-label') || document.activeElement.textContent")
    return text


def tab_to(page: Page, name: str, key: str = "Tab") -> None:
    for _ in range(40):
        if focused(page).startswith(name):
            return
        page.keyboard.press(key)
    pytest.fail(f"{name} is not reached by {key}")


def test_everything_is_done_by_keyboard_and_focus_returns(service: Service, visit: Open) -> None:
    page = visit(service.url, "/?view=trust").page
    keys = page.keyboard
    page.locator(".trust section").first.wait_for()
    keys.press("Tab")
    assert focused(page) == "Skip to the content"
    keys.press("Enter")
    expect(page.locator("main")).to_be_focused()
    tab_to(page, "Ask", "Shift+Tab")
    keys.press("Enter")
    for _ in range(40):
        keys.press("Tab")
        if page.locator("#question:focus").count():
            break
    keys.type("What is the stand-out trend?")
    keys.press("Enter")
    settled(page)
    tab_to(page, "Quotation 1", "Shift+Tab")
    assert focused(page) == "Quotation 1, Digital trends for councils 2024"
    keys.press("Enter")
    page.locator("mark.current").wait_for()
    expect(page.locator("#source-title")).to_be_focused()
    keys.press("]")
    expect(page.locator(".source-position")).to_have_text("Quotation 2 of 2")
    expect(page.locator("mark.current")).to_contain_text("Geospatial technologies")
    keys.press("[")
    expect(page.locator(".source-position")).to_have_text("Quotation 1 of 2")
    keys.press("Escape")
    expect(page.locator("#source")).to_be_hidden()
    assert focused(page) == "Quotation 1, Digital trends for councils 2024"


def test_on_a_phone_the_report_is_a_dialog_and_the_menu_a_drawer(service: Service, visit: Open) -> None:
    page = visit(service.url, width=390, height=844).page
    ask(page, "What is the stand-out trend?")
    page.locator(".chip").first.click()
    dialog = page.get_by_role("dialog", name="Digital trends for councils 2024")
    expect(dialog).to_have_attribute("aria-modal", "true")
    expect(page.locator("main")).to_have_attribute("inert", "")
    dialog.get_by_role("button", name="Close the report").click()
    expect(page.locator(".chip").first).to_be_focused()
    expect(page.locator("main")).not_to_have_attribute("inert", "")
    page.get_by_role("button", name="Menu").click()
    expect(page.get_by_role("link", name="Reports", exact=True)).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Menu")).to_be_focused()
    expect(page.get_by_role("link", name="Reports", exact=True)).to_be_hidden()


def test_a_screen_reader_hears_each_sentence_once(service: Service, visit: Open) -> None:
    page = visit(service.url).page
    page.evaluate(
        """() => {
            window.heard = [];
            new MutationObserver(changes => changes.forEach(change =>
                change.addedNodes.forEach(node => window.heard.push(node.textContent)))
            ).observe(document.querySelector("[aria-live]"), {childList: true});
        }"""
    )
    ask(page, "What is the stand-out trend?")
    ask(page, "What does it cost?")
    assert page.evaluate("heard") == [
        "AI is the stand-out trend for councils in 2024. Supported.",
        "All councils will adopt geospatial technologies. Partly supported: The report does not say all councils.",
        "Answer finished: 2 sentences.",
        "The reports do not answer this. The reports do not give a price. No passage names an amount for this.",
    ]
    assert page.locator("[aria-live], [role=status], [role=alert]").count() == 1


def test_targets_are_large_enough_and_nothing_moves_for_those_who_mind(service: Service, visit: Open) -> None:
    page = visit(service.url, width=390, height=844).page
    ask(page, "What is the stand-out trend?")
    small = page.locator("a:visible, button:visible, summary:visible, input:visible").evaluate_all(
        """nodes => nodes.filter(node => !node.closest(".skip, .sr")).map(node => [node.textContent, node.getBoundingClientRect()])
            .filter(([, box]) => box.width < 24 || box.height < 24).map(([text]) => text)"""
    )
    assert small == []
    moving = page.evaluate("document.getAnimations().length")
    assert moving == 0


def test_the_theme_is_chosen_and_remembered(service: Service, visit: Open) -> None:
    page = visit(service.url).page
    toggle = page.locator("#theme")
    expect(toggle).to_have_text("Appearance: as the system")
    toggle.click()
    toggle.click()
    expect(toggle).to_have_text("Appearance: dark")
    dark = page.evaluate("getComputedStyle(document.body).color")
    page.reload()
    expect(page.locator("#theme")).to_have_text("Appearance: dark")
    assert page.evaluate("getComputedStyle(document.body).color") == dark
    assert page.locator("html").get_attribute("data-theme") == "dark"


def test_print_shows_answers_and_their_quotations_only(service: Service, visit: Open) -> None:
    page = visit(service.url).page
    ask(page, "What is the stand-out trend?")
    page.emulate_media(media="print")
    expect(page.locator(".quotations li")).to_have_count(2)
    expect(page.locator(".quotations li").first).to_be_visible()
    for hidden in (".side", ".composer", ".tools"):
        expect(page.locator(hidden).first).to_be_hidden()
