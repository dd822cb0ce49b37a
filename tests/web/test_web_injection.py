"""Whatever text arrives, from whoever: it is shown as text, runs nothing and fetches nothing."""

from playwright.sync_api import FilePayload, Page, expect

from service.answering.types import Status
from service.errors import ModelFailed
from tests.web.conftest import Open, Serve
from tests.web.script import Say, Scene
from tests.web.walk import ask, settled

JS = "pwned=1"
URL = "http://evil.example/x"
VECTORS = (
    f"<script>{JS}</script>",
    f"<script src={URL}></script>",
    f'<img src=x onerror="{JS}">',
    f"<img src={URL}.png>",
    f"<svg onload={JS}>",
    f"<svg><script>{JS}</script></svg>",
    f"<svg><image href={URL} /></svg>",
    f"<iframe src=javascript:{JS}></iframe>",
    f'<iframe srcdoc="<script>parent.{JS}</script>"></iframe>',
    f"<object data={URL}></object>",
    f"<embed src={URL}>",
    f"<video><source onerror={JS}></video>",
    f"<audio src={URL} onerror={JS}></audio>",
    f"<body onload={JS}>",
    f"<details open ontoggle={JS}>",
    f"<input autofocus onfocus={JS}>",
    f"<a href=javascript:{JS}>press</a>",
    f"<form action={URL}><button>go</button></form>",
    f"<base href={URL}>",
    f"<link rel=stylesheet href={URL}>",
    f"<style>@import '{URL}';</style>",
    f'<div style="background:url({URL})">',
    f"<meta http-equiv=refresh content='0;url={URL}'>",
    f"<math><mtext><script>{JS}</script></mtext></math>",
    f"<template><script>{JS}</script></template>",
    f"</textarea><script>{JS}</script>",
    f"</title><script>{JS}</script>",
    f"--></style></script><script>{JS}</script>",
    f'"><script>{JS}</script>',
    f"' onmouseover={JS} x='",
    f"`${{{JS}}}`",
    f"{{{{constructor.constructor('{JS}')()}}}}",
    f"javascript:{JS}",
    f"data:text/html,<script>{JS}</script>",
    f"![chart]({URL}.png)",
    f"[press](javascript:{JS})",
    f"[ref]: {URL}",
    f"<{URL}>",
    f"&lt;script&gt;{JS}&lt;/script&gt;",
    f"\\u003cscript\\u003e{JS}\\u003c/script\\u003e",
)
LINES = "\n\n".join(VECTORS)
REPORT = f"# {VECTORS[2]} title\n\n" + "\n\n".join(
    f"## {vector} heading\n\nParagraph {number} about vectors holds {vector} inside. It has words enough to stand alone."
    for number, vector in enumerate(VECTORS)
)


def harmless(page: Page) -> None:
    """Nothing ran, and nothing that could run or fetch was made of text."""
    assert page.evaluate("typeof pwned") == "undefined"
    made = page.evaluate(
        """() => [...document.querySelectorAll("img:not([src='/web/icon.svg']), iframe, object, embed, video, audio, base, style, meta[http-equiv], math, template, image")]
            .concat([...document.querySelectorAll("script, link[rel=stylesheet]")].filter(one => !(one.src || one.href).startsWith(location.origin + "/web/")))
            .concat([...document.querySelectorAll("*")].filter(one => [...one.attributes].some(a => a.name.startsWith("on") || /^javascript:/i.test(a.value))))
            .map(one => one.outerHTML)"""
    )
    assert made == []


def test_questions_and_answers_are_text(serve: Serve, visit: Open) -> None:
    quote = "It has words enough to stand alone."
    says = [Say(f"Sentence {vector}.", quote, reason=vector) for vector in VECTORS]
    says += [Say(f"Withheld {vector}.") for vector in VECTORS]
    scene = Scene("", says, notices=VECTORS, standalone=LINES)
    page = visit(serve([scene], reports={"vectors.md": REPORT}).url).page
    ask(page, LINES[:3900])
    page.get_by_text(f"{len(VECTORS)} sentences withheld").click()
    for number in (0, 2, 17, len(VECTORS) - 1):
        expect(page.locator(".sentence-text").nth(number)).to_contain_text(f"Sentence {VECTORS[number]}.")
    expect(page.locator(".turn > h2")).to_contain_text(VECTORS[2])
    harmless(page)
    page.reload()
    expect(page.locator(".history-list a").first).to_contain_text(VECTORS[0])
    harmless(page)


def test_refusals_readings_and_errors_are_text(serve: Serve, visit: Open) -> None:
    clarify = Scene("which", status=Status.NEEDS_CLARIFICATION, answer=LINES, reason=LINES, clarifications=VECTORS)
    page = visit(serve([clarify, Scene("", error=ModelFailed(LINES))], reports={"vectors.md": REPORT}).url).page
    ask(page, "which?")
    expect(page.locator(".reading")).to_have_count(len(VECTORS))
    expect(page.locator(".reading").nth(2)).to_have_text(VECTORS[2])
    harmless(page)
    page.locator(".reading").nth(2).click()
    settled(page)
    expect(page.locator(".failure")).to_contain_text(VECTORS[2])
    harmless(page)


def test_reports_titles_headings_and_file_names_are_text(serve: Serve, visit: Open) -> None:
    service = serve(reports={"vectors.md": REPORT})
    [document] = service.runtime.index.documents()
    service.runtime.index.edit(document.id, title=LINES)
    page = visit(service.url, "/?view=reports").page
    report = page.locator(".report").first
    expect(report.locator("h3")).to_contain_text(VECTORS[2])
    report.get_by_text("Brief and contents").click()
    expect(report.locator(".contents-list li").nth(2)).to_have_text(f"{VECTORS[2]} heading")
    report.locator("h3 a").click()
    expect(page.locator(".paper")).to_contain_text(f"holds {VECTORS[2]} inside")
    harmless(page)
    names = [f"{vector.replace('/', '_')}.exe" for vector in VECTORS[:8]]
    files: list[FilePayload] = [{"name": name, "mimeType": "text/plain", "buffer": b"text"} for name in names]
    page.locator("input[type=file]").set_input_files(files)
    expect(page.locator(".upload[data-state=failed]")).to_have_count(len(names))
    expect(page.locator(".upload-name").last).to_have_text(names[0])
    harmless(page)
