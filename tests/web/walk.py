"""What the tests of the page share: two reports, a script, and the steps that a person takes."""

import time
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

from playwright.sync_api import ConsoleMessage, Dialog, Page, Request, expect

from service.answering.types import Status
from tests.web.script import Say, Scene

ARTEFACTS = Path(__file__).parents[1] / "artefacts"
AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text()
PATIENCE = 60_000
"""Milliseconds. Long: a test is about what happens, not about how busy the machine is."""

REPORTS = {
    "councils.md": """# Digital trends for councils 2024

Jane Smith, 12 March 2024

## Artificial intelligence

Artificial intelligence is the **stand-out technology trend** for councils in 2024. Policies, skills and data readiness
have to be in place before a council can adopt it at scale.

## Cyber security

Councils spent 40 million pounds on cyber security in 2023. Ransomware was the most frequent kind of attack, and
twelve councils were hit by it.

## Geospatial technologies

Maps come first 🌍🗺. Geospatial technologies are another strong trend for councils in 2024. They link digital twins,
augmented reality and sensors in connected places.
""",
    "skills.md": """# Digital skills survey 2021

Digital Skills Board, 2021

## Digital training

Half of the councils offered no digital training to their staff in 2021. The survey asked 212 councils about training.
""",
}

AI = "Artificial intelligence is the **stand-out technology trend** for councils in 2024."
MAPS = "Geospatial technologies are another strong trend for councils in 2024."
TRAINING = "Half of the councils offered no digital training to their staff in 2021."

SCENES = (
    Scene(
        "stand-out",
        [
            Say("AI is the stand-out trend for councils in 2024.", AI),
            Say("It will save every council £3m a year."),
            Say(
                "All councils will adopt geospatial technologies.", MAPS, reason="The report does not say all councils."
            ),
        ],
    ),
    Scene("training", [Say("Half of the councils offered no digital training.", TRAINING)]),
    Scene(
        "cost",
        status=Status.NOT_IN_REPORTS,
        answer="The reports do not give a price.",
        reason="No passage names an amount for this.",
    ),
    Scene("football", status=Status.OUT_OF_SCOPE, answer="This is not about digital trends."),
    Scene(
        "it mean",
        status=Status.NEEDS_CLARIFICATION,
        answer="Two reports could be meant.",
        clarifications=("Is AI the stand-out trend?", "Who had no training?"),
    ),
    Scene("banned", status=Status.FALSE_PREMISE, answer="The reports do not say that AI was banned."),
)


expect.set_options(timeout=PATIENCE)


class Visit:
    """A page, and everything that must never happen on it."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.requests: list[Request] = []
        self._complaints: list[str] = []
        page.set_default_timeout(PATIENCE)
        page.on("request", lambda request: self.requests.append(request))
        page.on("pageerror", lambda error: self._complaints.append(str(error)))
        page.on("console", self._console)
        page.on("dialog", self._dialog)

    def _console(self, message: ConsoleMessage) -> None:
        # A failed request is a message too; the tests that cause one look at what the page says about it.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self._complaints.append(message.text)

    def _dialog(self, dialog: Dialog) -> None:
        self._complaints.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    @property
    def complaints(self) -> list[str]:
        own = (self.url, "blob:" + self.url)
        return self._complaints + [request.url for request in self.requests if not request.url.startswith(own)]

    def bodies(self, path: str) -> list[object]:
        """What was sent to a route, in order."""
        return [request.post_data_json for request in self.requests if request.url == self.url + path]


def ask(page: Page, question: str) -> None:
    """Asks and waits until the answer has ended, however it ended."""
    page.get_by_label("Your question").fill(question)
    page.get_by_label("Your question").press("Enter")
    settled(page)


def until(page: Page, address: str, holds: Callable[[Any], bool]) -> Any:
    """What the service gives once it is as wanted: for what happens behind the page."""
    end = time.monotonic() + PATIENCE / 1000
    while not holds(found := page.request.get(address).json()):
        assert time.monotonic() < end, f"{address} still gives {found}"
        time.sleep(0.1)
    return found


def settled(page: Page) -> None:
    page.locator(".turn:last-child:not([aria-busy])").wait_for()


def violations(page: Page) -> list[str]:
    """What axe finds on the page as it is, by WCAG 2.2 A and AA and by good practice."""
    page.evaluate(AXE)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    return [f"{one['id']}: {node['html']} {node['failureSummary']}" for one in found for node in one["nodes"]]


def picture(page: Page, name: str) -> None:
    ARTEFACTS.mkdir(exist_ok=True)
    page.screenshot(path=ARTEFACTS / f"{name}.png")
