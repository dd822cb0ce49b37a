"""A shared server in a real browser: signing in with a key, asking, signing out."""

import re

from playwright.sync_api import expect

from tests.web.conftest import Open, Service
from tests.web.walk import ask


def test_sign_in_ask_and_sign_out(service: Service, visit: Open) -> None:
    key = service.runtime.keys.add("Jane", "manage")
    page = visit(service.url).page
    expect(page).to_have_url(re.compile("/login$"))
    page.get_by_label("API key").fill("tw_wrong_key")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("not known")
    page.get_by_label("API key").fill(key)
    page.get_by_role("button", name="Sign in").click()
    ask(page, "What is the stand-out trend?")
    expect(page.locator(".sentence")).to_have_count(2)
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(re.compile("/login$"))
    page.goto(service.url)
    expect(page).to_have_url(re.compile("/login$"))


def test_nobody_signs_out_where_nobody_signs_in(service: Service, visit: Open) -> None:
    page = visit(service.url).page
    expect(page.get_by_role("link", name="Compare")).to_be_visible()
    expect(page.locator("#sign-out")).to_be_hidden()
