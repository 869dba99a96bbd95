"""Forms that a browser sends by itself, without a script: their origin is this site, and the server lets them in."""

from premortem.app.request_limits import Guard
from tests.app.test_token import TOKEN, seen
from tests.browser.conftest import _served
from tests.waiting import longest


def test_f094_a_token_that_is_typed_lets_a_browser_in(chromium):
    served = _served(Guard(seen, (), TOKEN))
    page = chromium.new_page()
    page.set_default_timeout(1000 * longest())
    page.goto(next(served) + "/levers?vs=x")
    page.fill("[name=token]", TOKEN)
    page.click("button")
    page.wait_for_selector("text=vs=x")
    page.close()
    next(served, None)


def test_names_that_are_typed_are_looked_up(visit):
    page = visit("/rules/screen")
    page.fill("[name=names]", "Huawei")
    page.click("form.names button")
    page.wait_for_selector("h1:has-text('1 of 1 name')")
