"""The reports: added, restricted to, read, corrected, deleted with a way back."""

from pathlib import Path

from playwright.sync_api import FilePayload, expect

from tests.web.conftest import Open, Serve, Service
from tests.web.walk import ask, until

CLOUD = b"# Cloud report 2025\n\n## Cloud spending\n\nCloud spending of councils grew by 20 percent in 2025 again.\n"


def file(name: str, data: bytes = CLOUD) -> FilePayload:
    return {"name": name, "mimeType": "text/markdown", "buffer": data}


def test_a_report_is_added_by_choosing_a_file(service: Service, visit: Open) -> None:
    page = visit(service.url, "/?view=reports").page
    page.locator("input[type=file]").set_input_files([file("cloud.md")])
    expect(page.locator(".upload")).to_contain_text("ready to ask")
    report = page.locator(".report").filter(has_text="Cloud report 2025")
    expect(report).to_contain_text("2025")
    expect(page.locator(".failed")).to_be_hidden()
    expect(page.locator("#live")).to_contain_text("cloud.md: ready to ask")
    report.get_by_text("Brief and contents").click()
    expect(report.locator(".brief > p").first).to_contain_text("Cloud spending of councils grew by 20 percent")
    report.get_by_role("button", name="Cloud spending", exact=True).click()
    expect(page.locator("mark.current")).to_contain_text("Cloud spending")


def test_a_report_is_added_by_dropping_it_anywhere(service: Service, visit: Open) -> None:
    page = visit(service.url).page
    page.evaluate(
        """text => {
            const data = new DataTransfer();
            data.items.add(new File([text], "cloud.md"));
            document.querySelector("main").dispatchEvent(new DragEvent("drop", {dataTransfer: data, bubbles: true}));
        }""",
        CLOUD.decode(),
    )
    expect(page.get_by_role("heading", level=1, name="Reports")).to_be_visible()
    expect(page.locator(".upload")).to_contain_text("ready to ask")


def test_a_file_that_cannot_be_read_says_why_and_others_go_on(service: Service, visit: Open, tmp_path: Path) -> None:
    page = visit(service.url, "/?view=reports").page
    large = tmp_path / "large.pdf"
    with large.open("wb") as out:
        out.truncate(26 * 1024 * 1024)
    page.locator("input[type=file]").set_input_files([file("junk.md", bytes(range(256)) * 40), file("cloud.md")])
    expect(page.locator(".upload[data-state=failed]")).to_contain_text("junk.md")
    expect(page.locator(".upload[data-state=done]")).to_contain_text("cloud.md")
    page.locator("input[type=file]").set_input_files(large)
    expect(page.locator(".upload").first).to_contain_text("This file is larger than 25 MB.")
    page.get_by_role("button", name="Take junk.md off this list").click()
    expect(page.locator(".upload")).to_have_count(2)


def test_questions_can_be_restricted_to_a_report_and_a_year(service: Service, visit: Open) -> None:
    opened = visit(service.url)
    page = opened.page
    page.get_by_role("button", name="All reports and years").click()
    choice = page.get_by_role("group", name="Reports to ask")
    choice.get_by_label("2024", exact=True).check()
    choice.get_by_label("Digital trends for councils 2024").check()
    choice.get_by_role("button", name="Close").click()
    ask(page, "What is the stand-out trend?")
    asked = service.script.asked[-1]
    assert asked.years == frozenset({2024})
    assert asked.document_ids == frozenset(d.id for d in service.runtime.index.documents() if d.year == 2024)
    page.get_by_role("button", name="Remove restriction: 2024").click()
    page.get_by_role("button", name="Remove restriction: Digital trends").click()
    ask(page, "And the training?")
    assert (service.script.asked[-1].years, service.script.asked[-1].document_ids) == (None, None)


def test_files_of_the_watched_folder_that_failed_are_listed_with_the_reason(
    serve: Serve, visit: Open, tmp_path: Path
) -> None:
    folder = tmp_path / "reports"
    folder.mkdir()
    (folder / "scan.pdf").write_bytes(b"%PDF-1.4 not really")
    service = serve(reports_dir=folder)
    page = visit(service.url, "/?view=reports").page
    [failure] = until(page, service.url + "/api/documents", lambda found: found["failed"])["failed"]
    page.get_by_role("link", name="Trust and health").click()
    page.get_by_role("link", name="Reports", exact=True).click()
    expect(page.locator(".failed li")).to_have_text(failure["name"] + failure["reason"])
    assert failure["name"] == "scan.pdf"


def test_one_report_is_asked_from_the_list(service: Service, visit: Open) -> None:
    page = visit(service.url, "/?view=reports").page
    page.get_by_role("button", name="Ask this report: Digital skills survey 2021").click()
    ask(page, "What about training?")
    assert service.script.asked[-1].document_ids == frozenset(
        d.id for d in service.runtime.index.documents() if d.year == 2021
    )


def test_title_and_year_are_corrected(service: Service, visit: Open) -> None:
    page = visit(service.url, "/?view=reports").page
    page.get_by_role("button", name="Edit: Digital skills survey 2021").click()
    page.get_by_label("Title").fill("Skills of councils")
    page.get_by_role("textbox", name="Year").fill("2022")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".report").filter(has_text="Skills of councils")).to_contain_text("2022")
    assert {d.title: d.year for d in service.runtime.index.documents()}["Skills of councils"] == 2022


def test_a_deletion_can_be_undone_and_is_real_when_it_is_not(service: Service, visit: Open) -> None:
    opened = visit(service.url, "/?view=reports")
    page = opened.page
    delete = page.get_by_role("button", name="Delete: Digital skills survey 2021")
    delete.click()
    expect(page.locator(".report")).to_have_count(1)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".report")).to_have_count(2)
    assert all(request.method != "DELETE" for request in opened.requests)
    delete.click()
    expect(page.locator(".report")).to_have_count(1)
    page.reload()  # leaving does not wait for the time to be over
    until(page, service.url + "/api/documents", lambda found: len(found["documents"]) == 1)


def test_the_original_is_downloaded_unchanged(service: Service, visit: Open) -> None:
    page = visit(service.url, "/?view=reports").page
    with page.expect_download() as download:
        page.get_by_role("link", name="Original: Digital skills survey 2021").click()
    assert download.value.path().read_text().startswith("# Digital skills survey 2021")
