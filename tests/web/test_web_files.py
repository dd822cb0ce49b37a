"""The page's files: small, without anything from elsewhere, nothing that reads text as HTML; the event parser."""

import itertools
import json
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Page

from tests.web.conftest import Open, Service

WEB = Path(__file__).parents[2] / "web"
FILES = [path for path in sorted(WEB.rglob("*")) if path.suffix in (".html", ".css", ".js", ".svg")]
MOST_BYTES = 150_000


def test_the_page_weighs_at_most_150_kb() -> None:
    assert sum(path.stat().st_size for path in FILES) <= MOST_BYTES


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_file_names_another_place_or_writes_html(path: Path) -> None:
    text = path.read_text()
    addresses = set(re.findall(r"https?://[^\s\"'`)]+", text))
    assert addresses <= {"http://www.w3.org/2000/svg"}
    assert not re.search(r"innerHTML|outerHTML|insertAdjacent|document\.write|\beval\(|new Function", text)
    assert not re.search(r"\son\w+=|\sstyle=|<style|javascript:", text if path.suffix == ".html" else "")


def test_every_module_says_what_it_is_for() -> None:
    modules = [path for path in FILES if path.suffix == ".js"]
    assert [path.name for path in modules if not path.read_text().startswith(("/**", "//"))] == []


def test_the_policy_allows_nothing_inline_and_nothing_foreign(service: Service, visit: Open) -> None:
    opened = visit(service.url)
    response = opened.page.request.get(service.url + "/")
    policy = response.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert len({request.url for request in opened.requests if request.url.endswith(".js")}) <= len(FILES)


@pytest.fixture
def parser(service: Service, visit: Open) -> Page:
    page = visit(service.url).page
    page.evaluate("import('/web/js/sse.js').then(module => { window.EventParser = module.EventParser; })")
    return page


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n\0"), max_size=12)
EVENT = st.tuples(st.sampled_from(["token", "answer", ""]), st.lists(TEXT, min_size=1, max_size=3))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(EVENT, max_size=4), st.sampled_from(["\n", "\r\n", "\r"]), st.lists(st.integers(0, 200), max_size=12))
def test_events_survive_being_cut_anywhere(
    parser: Page, events: list[tuple[str, list[str]]], end: str, cuts: list[int]
) -> None:
    lines: list[str] = []
    for name, data in events:
        lines += [": a comment", *([f"event: {name}"] if name else []), *(f"data: {line}" for line in data), ""]
    stream = "".join(line + end for line in lines) + "data: never finished"
    points = sorted({0, len(stream), *(cut % (len(stream) + 1) for cut in cuts)})
    pieces = [stream[a:b] for a, b in itertools.pairwise(points)]
    found = parser.evaluate(
        "pieces => { const parser = new EventParser(); return JSON.stringify(pieces.flatMap(p => parser.feed(p))); }",
        pieces,
    )
    assert json.loads(found) == [{"name": name or "message", "data": "\n".join(data)} for name, data in events]
