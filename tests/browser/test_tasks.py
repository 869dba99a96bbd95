"""Ten tasks of a stranger, each from the first page in at most three clicks: a field that is filled is one too, and so is Enter."""

import csv
import io
import re

import pytest

# Most clicks of a task.
MOST = 3


class Hand:
    """A hand that counts what it clicks."""

    def __init__(self, page):
        self.page, self.clicks = page, 0

    def click(self, what, **how):
        self.clicks += 1
        self.page.locator(what, **how).first.click()
        self.ready()

    def choose(self, what, value):
        self.clicks += 1
        self.page.locator(what).select_option(value)

    def fill(self, what, value):
        self.clicks += 1
        self.page.locator(what).first.fill(value)

    def enter(self):
        self.clicks += 1
        self.page.keyboard.press("Enter")

    def ready(self):
        self.page.wait_for_load_state()
        self.page.wait_for_selector("html[data-ready]", state="attached")

    def text(self, what="main"):
        return self.page.locator(what).first.inner_text()


@pytest.fixture
def hand(visit):
    found = Hand(visit("/"))
    yield found
    assert found.clicks <= MOST


def test_1_and_5_the_weakest_assumption_and_why_and_the_policy_if_one_weighs_most_and_its_cost(hand):
    weakest = re.search(r"\u2018(.*?)\u2019 is the weakest", hand.text("#bets h2"))[1]
    strip = hand.page.locator("#bets .strip", has_text=weakest)
    assert "because" in strip.inner_text() or "Breaks when" in strip.inner_text()
    line = hand.page.locator("#trade-off .points li", has_text="containment").inner_text()
    assert "weighs most" in line
    assert "at the price of" in line or "at no price" in line or "no policy does better" in line
    assert hand.clicks == 0


@pytest.mark.slow
def test_2_the_cap_that_would_break_an_assumption(hand):
    hand.click("#bets .strip:has-text('A4') a")
    hand.click("[data-take='l.diffusion.country_allocation.tpp']")
    hand.page.locator("#take-curve[data-ready]").wait_for()
    assert "A4" in hand.text("#take-curve h3")


def test_what_is_worked_out_says_at_once_how_long_it_may_take(visit):
    page = visit("/a/A4")
    page.route("**/takes*", lambda route: None)  # an answer that never comes
    page.locator("[data-take]").first.click()
    page.locator("#takes [role=status]", has_text="up to a minute").wait_for()
    page.locator("#takes [role=status]", has_text="1 s so far").wait_for()


@pytest.mark.slow
def test_3_what_a_reading_changes(hand):
    hand.fill(".ask input", "SMIC yield 60%")
    hand.enter()
    hand.page.get_by_text("With your readings", exact=True).wait_for()
    assert hand.page.locator(".shares tbody tr").count() == 6


@pytest.mark.slow  # the same answer is asked for without a browser in `tests/app/test_api.py`
def test_4_how_much_a_country_may_buy_and_when_that_is_passed(hand):
    hand.click("nav >> text=World")
    hand.fill("#place", "Poland")
    hand.enter()
    hand.page.locator("#country-title", has_text="Poland").wait_for()
    assert re.search(
        r"may take in .* H100s by \d{4}Q\d under its allocation; in the median future it", hand.text("#country h3")
    )


def test_6_may_a_shipment_go_and_what_was_not_checked(hand):
    hand.fill(".ask input", "500 H200 SXM to Malaysia today")
    hand.enter()
    hand.page.locator(".verdict", has_text="500 H200 SXM to Malaysia").wait_for()
    assert "Not checked" in hand.text() or "not checked" in hand.text()


def test_7_what_changed_in_the_rules(hand):
    hand.click(".straight >> text=What changed")
    count = int(re.search(r"(\d+) changes", hand.text("h1"))[1])
    told = hand.page.locator(".law-changes > li")
    assert count > 5
    assert told.count() + hand.page.locator("h2:text('What no clause says') + ul > li").count() == count
    assert re.match(r"\d+ \w+ 20\d\d", told.first.inner_text()), "the day first"


def test_8_a_chart_that_can_stand_in_a_report(hand):
    hand.page.locator("#bets .strip", has_text="A4").get_by_role("link").click()
    hand.clicks += 1
    hand.ready()
    with hand.page.expect_download() as saved:
        hand.click("#fan [data-export=SVG]")
    drawn = saved.value.path().read_text("utf-8")
    words = " ".join(re.findall(r"<text[^>]*>([^<]*)", drawn))
    for part in ("A4", "As written", "2025"):
        assert part in words, words[:400]
    assert "127.0.0.1" not in words


def test_9_this_view_for_a_colleague(hand):
    hand.click("nav >> text=Board")
    assert hand.page.locator("#copy").is_visible()
    hand.click("#copy")
    assert hand.page.evaluate("() => navigator.clipboard.readText()").startswith(hand.page.url)
    hand.page.get_by_text("opens on this machine only").wait_for()
    assert "premortem publish --at" in hand.text("#copied")
    with hand.page.expect_download() as saved:
        hand.click("#save")
    assert "<h1" in saved.value.path().read_text("utf-8")


@pytest.mark.parametrize("path", ["/", "/compare"])
def test_a_saved_page_names_no_address_and_keeps_the_colours_of_its_keys(visit, path):
    page = visit(path)
    page.locator("figure.chart[data-ready], .story").first.wait_for()
    page.locator("#copy").click()
    with page.expect_download() as saved:
        page.locator("#save").click()
    kept = saved.value.path().read_text("utf-8")
    assert "127.0.0.1" not in kept
    named = re.findall(r"url\((?!\"data:)([^)]*)\)", kept)
    assert all(f'id="{name.strip("#")}"' in kept for name in named), named
    assert path != "/compare" or any("gradient" in name for name in named)


@pytest.mark.parametrize("width", [390, pytest.param(1024, marks=pytest.mark.slow)])
def test_the_link_is_copied_in_plain_view_at_any_width(visit, width):
    for path in ("/", "/board"):
        page = visit(path, width=width)
        assert page.locator("#copy").is_visible()
        assert page.locator("#copy").bounding_box()["y"] < 120


def test_a_word_of_ones_own_leads_to_an_assumption(hand):
    hand.click("header >> text=Find")
    hand.page.locator("main [name=q]").fill("containment")
    hand.page.keyboard.press("Enter")
    hand.page.locator(".found a", has_text="A2").first.wait_for()
    hand.click(".found a:has-text('A2')")
    assert "/a/A2" in hand.page.url


def test_10_a_spreadsheet_of_shipments_gives_the_problem_rows_back(hand, tmp_path):
    table = tmp_path / "mine.csv"
    rows = "1,H20,10,Poland,2025-06-01\n2,H20,many,Poland,2025-06-01\n3,T4,1,Korea,2025-06-01\n"
    table.write_text(f"No,Chip,Qty,Ship-to country,Ship date\n{rows}", "utf-8")
    hand.click(".straight >> text=spreadsheet")
    hand.clicks += 1  # the file is chosen, and decided as it comes
    hand.page.locator("#file").set_input_files(table)
    hand.page.locator("#result", has_text="1 rejected").wait_for()
    hand.page.wait_for_function("() => document.activeElement.closest('#result') !== null")
    assert hand.page.evaluate("document.querySelector('#result').getBoundingClientRect().top") < 200
    with hand.page.expect_download() as saved:
        hand.click("text=to look at (CSV)")
    back = list(csv.DictReader(io.StringIO(saved.value.path().read_text("utf-8"))))
    assert {"No", "Chip", "Qty", "Ship-to country", "Ship date"} < {*back[0]}
    assert {row["Qty"] for row in back if row["rejected"]} == {"many"}
    assert {"2", "3"} <= {row["No"] for row in back}
