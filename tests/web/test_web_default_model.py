"""The page as a chief information officer meets it: the sample reports, the default model, and the main job to its end."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from ingest import sample
from service.adding import prepare
from service.runtime import Runtime, opened_index
from service.settings import Settings
from tests.web.conftest import Open, Server
from tests.web.walk import picture, violations

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.model]

MINUTES = 60_000
QUESTION = "What is the stand-out technology trend for 2024, and what has to come first?"


@pytest.fixture
def product(tmp_path: Path, models_dir: Path, default_model: Path, embedder_dir: Path) -> Iterator[str]:
    settings = Settings(data_dir=tmp_path, models_dir=models_dir)
    with opened_index(settings) as index:
        for path in sample.paths():
            document, passages, original = prepare(path)
            index.add(document, passages, source_path=str(path), original=original, sample=True)
    server = Server(Runtime.open(settings), 0)
    yield server.url
    server.stop()


def test_ask_read_open_the_source_and_export(product: str, visit: Open) -> None:
    page = visit(product).page
    page.set_default_timeout(10 * MINUTES)
    box = page.get_by_label("Your question")
    box.fill(QUESTION)
    page.locator(".preview li").filter(has_text="2024").first.wait_for()
    picture(page, "default-typing")
    box.press("Enter")
    page.locator(".turn-evidence .card").first.wait_for()
    page.locator(".turn:not([aria-busy])").wait_for()
    expect(page.locator(".turn")).to_have_attribute("data-status", re.compile("answered"))
    expect(page.locator(".sentence").first).to_contain_text(
        re.compile(r"\bAI\b|artificial intelligence", re.IGNORECASE)
    )
    page.locator(".chip").first.click()
    mark = page.locator("mark.current")
    expect(mark).to_be_in_viewport()
    quoted = page.locator(".quotations blockquote").first.inner_text()
    assert quoted in mark.inner_text()
    picture(page, "default-answered")
    assert violations(page) == []
    page.get_by_text("Export", exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Markdown").click()
    appendix = re.sub(r"\\(?=[^\w\s])", "", download.value.path().read_text())
    assert f"1. {QUESTION}" in appendix
    assert " ".join(quoted.split()) in appendix
    assert "qwen2.5-coder-1.5b-instruct" in appendix
