"""Reports side by side, and what stands behind the answers."""

import json
import threading

from playwright.sync_api import expect

from service.api.health import SHIPPED
from tests.web.conftest import Open, Serve, Service
from tests.web.script import Say, Scene
from tests.web.walk import AI, ask


def test_reports_are_compared_cell_by_cell_from_each_alone(serve: Serve, visit: Open) -> None:
    service = serve([Scene("councils", [Say("AI stands out.", AI)])])
    page = visit(service.url, "/?view=compare").page
    page.get_by_label("Topic").fill("councils")
    for title in ("Digital trends for councils 2024", "Digital skills survey 2021"):
        page.get_by_role("checkbox", name=title).check()
    page.get_by_role("button", name="Compare", exact=True).click()
    table = page.get_by_role("table", name="What the reports say about councils")
    expect(table.locator("td .sentence")).to_have_count(2)
    assert [len(question.document_ids or ()) for question in service.script.asked] == [1, 1]
    assert service.script.asked[0].document_ids != service.script.asked[1].document_ids
    expect(table.locator("tbody th")).to_have_text(["Digital skills survey 2021", "Digital trends for councils 2024"])
    expect(table.locator(".change")).to_have_text(["", "Continued"])
    assert service.runtime.conversations.search() == []
    table.locator(".chip").first.click()
    expect(page.locator("mark.current")).to_contain_text("stand-out technology trend")


def test_years_are_compared_and_silence_is_said(service: Service, visit: Open) -> None:
    page = visit(service.url, "/?view=compare").page
    page.get_by_label("Topic").fill("the cost")
    page.get_by_role("radio", name="Year").check()
    page.get_by_role("checkbox", name="2024", exact=True).check()
    page.get_by_role("button", name="Compare", exact=True).click()
    expect(page.locator("#compare-problem")).to_have_text("Choose at least two to compare.")
    page.get_by_role("checkbox", name="2021", exact=True).check()
    page.get_by_role("button", name="Compare", exact=True).click()
    expect(page.locator("td")).to_have_text(["No evidence", "Does not say"] * 2)
    assert [question.years for question in service.script.asked] == [frozenset({2021}), frozenset({2024})]


def test_a_comparison_can_be_stopped_and_what_was_checked_stays(serve: Serve, visit: Open) -> None:
    hold = threading.Event()
    service = serve([Scene("councils", [Say("AI stands out.", AI)], hold=hold)])
    page = visit(service.url, "/?view=compare").page
    page.get_by_label("Topic").fill("councils")
    for title in ("Digital trends for councils 2024", "Digital skills survey 2021"):
        page.get_by_role("checkbox", name=title).check()
    page.get_by_role("button", name="Compare", exact=True).click()
    page.get_by_role("button", name="Stop").click()
    expect(page.locator("#compare .problem").last).to_have_text("Stopped. What is shown was checked.")
    assert service.script.cancelled.wait(10)
    assert len(service.script.asked) == 1


def test_trust_and_health(service: Service, visit: Open) -> None:
    evaluation = {
        "title": "150 rows of mine.jsonl",
        "commit": "abc1234",
        "config": {"model": "our-model"},
        "metrics": {"key_points": 0.613, "total_ms_p50": 5600, "sentences_supported": 1.0},
        "intervals": {"key_points": [0.55, 0.68]},
        "counts": {"key_points": 150},
    }
    (service.runtime.settings.data_dir / "evaluation.json").write_text(json.dumps(evaluation))
    page = visit(service.url).page
    ask(page, "What is the stand-out trend?")
    page.get_by_role("link", name="Trust and health").click()
    section = page.locator(".trust section")
    expect(section.filter(has_text="What is indexed")).to_contain_text("Reports2Passages")
    expect(section.filter(has_text="What is indexed")).to_contain_text("Passages prepared ahead")
    expect(section.filter(has_text="The model")).to_contain_text("Answering")
    expect(section.filter(has_text="The last answer")).to_contain_text("In all0.20 s")
    figures = section.filter(has_text="How it was evaluated")
    expect(figures).to_contain_text("150 rows of mine.jsonl")
    expect(figures).to_contain_text("our-model")
    expect(figures).to_contain_text("Key points covered61% (95% interval 55% to 68%, of 150)")
    expect(figures).to_contain_text("Whole answer, median5.6 s")
    expect(figures).to_contain_text("Sentences supported100%")
    expect(figures).not_to_contain_text("Not evaluated on this machine yet")


def test_before_there_is_an_evaluation_the_projects_own_is_shown(service: Service, visit: Open) -> None:
    page = visit(service.url, "/?view=trust").page
    figures = page.locator(".trust section").filter(has_text="How it was evaluated")
    expect(figures).to_contain_text("Not evaluated on this machine yet")
    own = json.loads(SHIPPED.read_text())
    expect(figures).to_contain_text(f"Key points covered{round(100 * own['metrics']['key_points'])}%")
