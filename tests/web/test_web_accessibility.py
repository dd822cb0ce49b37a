"""Every state passes axe and fits its screen; the keyboard and a screen reader are enough. Screenshots are kept."""

import threading

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.web.conftest import Open, Serve, Service
from tests.web.script import Say, Scene
from tests.web.walk import AI, SCENES, ask, picture, settled, violations

SCREENS = {
    "wide": (1440, 900, False),
    "middle": (1024, 768, False),
    "phone": (390, 844, False),
    "dark": (1440, 900, True),
}
COVERED = """() => {
    const focused = document.activeElement;
    if (!focused.matches("a, button, input, summary, textarea")) return false;
    const box = focused.getBoundingClientRect();
    const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
    return !top || !focused.contains(top);
}"""


class Walk:
    """Looks at each state: what axe says, whether it fits, a picture of it."""

    def __init__(self, page: Page, screen: str) -> None:
        self.page = page
        self.screen = screen
        self.narrow = SCREENS[screen][0] <= 1100
        self.faults: list[str] = []

    def look(self, state: str) -> None:
        self.faults += [f"{state}: {fault}" for fault in violations(self.page)]
        if self.page.evaluate("document.scrollingElement.scrollWidth > innerWidth"):
            self.faults.append(f"{state}: wider than the screen")
        if self.page.evaluate("document.scrollingElement.scrollHeight > innerHeight"):
            self.faults.append(f"{state}: the page itself scrolls")
        if self.page.evaluate(COVERED):
            self.faults.append(f"{state}: what has the focus is covered")
        picture(self.page, f"{self.screen}-{state}")

    def go(self, place: str) -> None:
        if self.narrow:
            self.page.locator("#menu").click()
        self.page.get_by_role("link", name=place, exact=True).click()
        self.page.locator(f"#{place.split()[0].lower()} h1").wait_for()


@pytest.fixture(params=SCREENS)
def walk(request: pytest.FixtureRequest, serve: Serve, visit: Open) -> Walk:
    width, height, dark = SCREENS[request.param]
    return Walk(visit(serve([HELD, *SCENES]).url, width=width, height=height, dark=dark).page, request.param)


END = threading.Event()
HELD = Scene("more", [Say("AI stands out.", AI), Say("And this is being checked.")], hold=END)


def test_every_state_of_asking_passes_axe_and_fits(walk: Walk) -> None:
    page = walk.page
    END.clear()
    page.locator(".suggestion").first.wait_for()
    walk.look("empty")
    page.get_by_label("Your question").fill("What more is there about councils?")
    page.locator(".preview li").first.wait_for()
    walk.look("typing")
    page.get_by_label("Your question").press("Enter")
    page.locator(".draft-text span").wait_for()
    walk.look("answering")
    END.set()
    settled(page)
    ask(page, "What is the stand-out trend?")
    page.get_by_text("1 sentence withheld").last.click()
    page.get_by_role("button", name="Not helpful").last.click()
    walk.look("answered")
    page.get_by_text("Export").click()
    walk.look("export-menu")
    page.keyboard.press("Escape")
    for state, question in (("refused", "What does it cost?"), ("clarify", "What does it mean?")):
        ask(page, question)
        walk.look(state)
    ask(page, "Nobody has a scene for this")
    walk.look("error")
    page.locator(".chip").nth(1).click()
    page.locator("mark.current").wait_for()
    walk.look("source")
    page.locator("#source-title").focus()
    page.keyboard.press("Escape")
    page.locator(".opener").click()
    walk.look("filters")
    assert not walk.faults


def test_every_state_of_the_other_places_passes_axe_and_fits(walk: Walk) -> None:
    page = walk.page
    page.locator(".suggestion").first.wait_for()
    walk.go("Reports")
    page.locator(".report").first.wait_for()
    walk.look("reports")
    files: list[FilePayload] = [
        {"name": "notes.exe", "mimeType": "text/plain", "buffer": b"no report"},
        {
            "name": "cloud.md",
            "mimeType": "text/plain",
            "buffer": b"# Cloud 2025\n\nCloud spending grew by a fifth again.",
        },
    ]
    page.locator("input[type=file]").set_input_files(files)
    page.locator(".upload[data-state=done]").wait_for()
    page.get_by_text("Brief and contents").last.click()
    page.locator(".contents-list").wait_for()
    page.get_by_role("button", name="Edit: Digital trends").click()
    page.get_by_role("button", name="Delete: Cloud 2025").click()
    walk.look("reports-busy")
    walk.go("Compare")
    page.get_by_label("Topic").fill("the stand-out trend")
    for box in page.get_by_role("checkbox").all():
        box.check()
    walk.look("compare")
    page.get_by_role("button", name="Compare", exact=True).click()
    page.locator(".compare-bar").wait_for(state="detached")
    walk.look("compared")
    walk.go("Trust and health")
    page.locator(".trust section").first.wait_for()
    walk.look("trust")
    assert not walk.faults


@pytest.mark.parametrize("screen", SCREENS)
def test_signing_in_and_the_reference_pass_axe(service: Service, visit: Open, screen: str) -> None:
    width, height, dark = SCREENS[screen]
    page = visit(service.url, "/docs", width=width, height=height, dark=dark).page
    assert violations(page) == []
    service.runtime.keys.add("Jane", "manage")
    page.goto(service.url)
    page.get_by_label("API key").fill("tw_wrong_key")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("alert").wait_for()
    assert violations(page) == []
    picture(page, f"{screen}-sign-in")


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
    page.get_by_label("Your question").focus()
    keys.type("[1]")  # in the question brackets are text
    expect(page.locator(".source-position")).to_have_text("Quotation 2 of 2")
    keys.press("Shift+Tab")
    keys.press("[")
    expect(page.locator(".source-position")).to_have_text("Quotation 1 of 2")
    page.locator("#source-title").focus()
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
