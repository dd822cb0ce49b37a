"""Whatever text arrives, from whoever: it is shown as text, runs nothing and fetches nothing.

Every string goes through a question, an answer, a title, a file name, a heading and an error; through what is made of
them too (readings, reasons, notices, conversations, exports). What Chromium asked for is read from its own network log.
"""

import itertools
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FilePayload, Page, Route, expect

from service.answering.types import Status
from service.errors import ModelFailed
from tests.web import netlog
from tests.web.conftest import CHROMIUM, FLAGS, Open, Serve, Service
from tests.web.script import Say, Scene
from tests.web.vectors import RUN, THERE, VECTORS
from tests.web.walk import ask, settled

LINES = "\n\n".join(VECTORS)
QUOTE = "It has words enough to stand alone."
REPORT = f"# {VECTORS[2]} title\n\n" + "\n\n".join(
    f"## Heading {number} {' '.join(vector.split())}\n\nParagraph {number} holds {vector} inside. {QUOTE}"
    for number, vector in enumerate(VECTORS)
)
"""Its markup is the reader's to deal with first."""
LONGEST_QUESTION = 3900


@contextmanager
def logged(browser: Browser, log: Path) -> Iterator[Browser]:
    """Another Chromium while the context lasts; afterwards its log is whole."""
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    arguments = [*FLAGS, *sandbox, f"--log-net-log={log}"]
    chromium = browser.browser_type.launch(executable_path=str(CHROMIUM), args=arguments)
    yield chromium
    chromium.close()


@pytest.fixture
def browser(browser: Browser, tmp_path: Path) -> Iterator[Browser]:
    """One of its own for every test; in the end it has asked nobody but the service."""
    log = tmp_path / "network.json"
    with logged(browser, log) as chromium:
        yield chromium
    assert netlog.asked(log) == set()


def shown(text: str) -> str:
    """As a page shows it: white space is one space, and there are no null characters."""
    return " ".join(text.replace("\x00", "").split())


def harmless(page: Page) -> None:
    """Nothing ran, and nothing that could run or fetch was made of text."""
    assert page.evaluate("typeof pwned") == "undefined"
    made = page.evaluate(
        """() => [...document.querySelectorAll("img:not([src='/web/icon.svg']), iframe, object, embed, video, audio, base, meta[http-equiv=refresh], math, template, image")]
            .concat([...document.querySelectorAll("script, link[rel=stylesheet]")].filter(one => !(one.src || one.href).startsWith(location.origin + "/web/")))
            .concat([...document.querySelectorAll("*")].filter(one => [...one.attributes].some(a => a.name.startsWith("on") || /^javascript:/i.test(a.value))))
            .map(one => one.outerHTML)"""
    )
    assert made == []


def questions() -> list[str]:
    """All strings in as few questions as hold them."""
    found = [""]
    for vector in VECTORS:
        if len(found[-1]) + len(vector) > LONGEST_QUESTION:
            found.append("")
        found[-1] += f"{vector}\n\n"
    return found


def test_there_are_two_hundred_strings() -> None:
    assert len(set(VECTORS)) >= 200
    assert all(RUN in vector or "evil.example" in vector or "base64" in vector for vector in VECTORS)


def test_the_log_tells_of_a_request_elsewhere(browser: Browser, tmp_path: Path) -> None:
    log = tmp_path / "control.json"
    with logged(browser, log) as chromium:
        page = chromium.new_page()
        page.set_content(f"<img src={THERE}>", wait_until="load")
    assert "evil.example" in netlog.asked(log)


def test_questions_and_answers_are_text(serve: Serve, visit: Open) -> None:
    says = [Say(f"Sentence {vector}.", QUOTE, reason=vector) for vector in VECTORS]
    page = visit(serve([Scene("", says, notices=VECTORS, standalone=LINES)], reports={"a.md": REPORT}).url).page
    first, *_ = questions()
    ask(page, first)
    sentences = page.locator(".sentence-text").evaluate_all("all => all.map(one => one.firstChild.textContent)")
    assert list(map(shown, sentences)) == [shown(f"Sentence {vector}.") for vector in VECTORS]
    reasons = page.locator(".sentence .verdict-reason").evaluate_all("all => all.map(one => one.textContent)")
    assert list(map(shown, reasons)) == list(map(shown, VECTORS))
    harmless(page)
    page.reload()
    expect(page.locator(".history-list a").first).to_contain_text(VECTORS[0])
    expect(page.locator(".sentence")).to_have_count(len(VECTORS))
    harmless(page)


def test_questions_what_is_withheld_and_exports_are_text(serve: Serve, visit: Open, tmp_path: Path) -> None:
    says = [Say(f"Withheld {vector}.") for vector in VECTORS]
    service = serve([Scene("", says)], reports={"a.md": REPORT})
    page = visit(service.url).page
    for question in questions():
        ask(page, question)
    asked = " ".join(page.locator(".turn > h2").all_text_contents())
    missing = [vector for vector in VECTORS if shown(vector).replace("\u200b", "") not in shown(asked)]
    assert [vector for vector in missing if vector.isprintable()] == []
    page.get_by_text(f"{len(VECTORS)} sentences withheld").last.click()
    withheld = page.locator(".turn:last-child .withheld-text").all_text_contents()
    assert list(map(shown, withheld)) == [shown(f"Withheld {vector}.") for vector in VECTORS]
    harmless(page)
    [conversation] = service.runtime.conversations.search()
    address = f"{service.url}/api/conversations/{conversation.id}/export?format=html"
    exported = tmp_path / "exported.html"
    exported.write_bytes(page.request.get(address).body())
    appendix = visit(exported.as_uri(), "").page
    expect(appendix.locator("h1")).to_contain_text(VECTORS[0])
    harmless(appendix)


def test_refusals_readings_and_errors_are_text(serve: Serve, visit: Open) -> None:
    clarify = Scene("which", status=Status.NEEDS_CLARIFICATION, answer=LINES, reason=LINES, clarifications=VECTORS)
    page = visit(serve([clarify, Scene("", error=ModelFailed(LINES))], reports={"a.md": REPORT}).url).page
    ask(page, "which?")
    readings = page.locator(".reading").all_text_contents()
    assert list(map(shown, readings)) == list(map(shown, VECTORS))
    harmless(page)
    page.locator(".reading").nth(2).click()
    settled(page)
    failure = shown(page.locator(".failure").text_content() or "")
    assert [vector for vector in VECTORS if shown(vector) not in failure] == []
    harmless(page)


def test_reports_and_titles_are_text(serve: Serve, visit: Open) -> None:
    service = serve(reports={"a.md": REPORT})
    [document] = service.runtime.index.documents()
    service.runtime.index.edit(document.id, title=LINES)
    page = visit(service.url, "/?view=reports").page
    report = page.locator(".report").first
    title = shown(report.locator("h3").text_content() or "")
    assert [vector for vector in VECTORS if shown(vector) not in title] == []
    report.get_by_text("Brief and contents").click()
    page.locator(".contents-list").wait_for()
    harmless(page)
    report.locator("h3 a").click()
    expect(page.locator(".paper")).to_contain_text(f"holds {VECTORS[2]} inside")
    harmless(page)
    page.get_by_role("link", name="Compare").click()
    harmless(page)


def test_headings_are_text_even_of_a_service_that_lies(service: Service, visit: Open) -> None:
    """No reader stands between: every string is a heading as it is."""
    ends = list(itertools.accumulate(len(vector) for vector in VECTORS))
    heading = {"kind": "heading", "headings": [], "page": None, "lead": None}
    blocks = [heading | {"start": end - len(vector), "end": end} for vector, end in zip(VECTORS, ends, strict=True)]
    page = visit(service.url).page

    def lie(route: Route) -> None:
        report = route.fetch().json()
        route.fulfill(json=report | {"text": "".join(VECTORS), "blocks": blocks, "media_type": "text/plain"})

    page.route(re.compile("/api/documents/[^/]+$"), lie)
    page.get_by_role("link", name="Reports", exact=True).click()
    report = page.locator(".report").first
    report.get_by_text("Brief and contents").click()
    expect(report.locator(".contents-list li")).to_have_count(len(VECTORS))
    harmless(page)
    report.locator("h3 a").click()
    headings = page.locator(".paper .heading")
    expect(headings).to_have_count(len(VECTORS))
    assert list(map(shown, headings.all_text_contents())) == list(map(shown, VECTORS))
    expect(page.locator(".contents li")).to_have_count(len(VECTORS))
    harmless(page)


def test_file_names_are_text(serve: Serve, visit: Open) -> None:
    printable = [shown(vector).replace("/", "_") for vector in VECTORS]
    names = [f"{' '.join(printable[start : start + 6])}.exe" for start in range(0, len(printable), 6)]
    page = visit(serve().url, "/?view=reports").page
    files: list[FilePayload] = [{"name": name, "mimeType": "text/plain", "buffer": b"text"} for name in names]
    page.locator("input[type=file]").set_input_files(files)
    expect(page.locator(".upload[data-state=failed]")).to_have_count(len(names))
    assert page.locator(".upload-name").all_text_contents() == names[::-1]
    harmless(page)
