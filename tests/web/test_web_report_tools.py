"""What a report offers beside its text: questions that it can answer, and its original at the page that is cited."""

from playwright.sync_api import expect

from eval.bench.long_pdf import long_pdf
from ingest.report import read_report
from tests.web.conftest import Open, Service


def test_the_brief_has_questions_that_are_asked_of_the_report(service: Service, visit: Open) -> None:
    page = visit(service.url, "/?view=reports").page
    report = page.locator(".report").filter(has_text="Digital skills survey 2021")
    report.get_by_text("Brief and contents").click()
    question = report.locator(".brief .suggestion").first
    expect(question).to_contain_text("What do the reports say about")
    asked = question.inner_text()
    with page.expect_request(lambda request: request.url.endswith("/api/chat")) as sent:
        question.click()
    survey = next(info for info in service.runtime.index.documents() if info.title == "Digital skills survey 2021")
    assert sent.value.post_data_json["question"] == asked
    assert sent.value.post_data_json["documents"] == [survey.id]


def test_the_original_of_a_pdf_opens_at_the_cited_page(service: Service, visit: Open) -> None:
    data = long_pdf(iter(["Councils share maps.", "Schools share skills.", "Farms share drones."]), pages=3, lines=1)
    document, passages = read_report(data, "platforms.pdf")
    service.runtime.index.add(document, passages, source_path="/platforms.pdf", original=data)
    cited = next(sentence for passage in passages for sentence in passage.sentences if sentence.page == 2)
    opened = visit(service.url, f"/documents/{document.id}#{cited.span.start}-{cited.span.end}").page
    link = opened.get_by_role("link", name="Original, page 2")
    expect(link).to_have_attribute("href", f"/api/documents/{document.id}/original#page=2")
    expect(link).not_to_have_attribute("download", "")


def test_the_brief_is_quoted_and_opens_where_it_stands(service: Service, visit: Open) -> None:
    page = visit(service.url, "/?view=reports").page
    report = page.locator(".report").filter(has_text="Digital skills survey 2021")
    report.get_by_text("Brief and contents").click()
    sentence = report.locator(".brief > p button").first
    quoted = sentence.inner_text()
    sentence.click()
    expect(page.locator("mark.current")).to_contain_text(quoted)
