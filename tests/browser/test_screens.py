"""Each screen in a real browser: no complaint, no other host, no scroll to the side, no barrier that axe knows."""

import re

import pytest

from premortem.app.pages import SCREENS
from tests.waiting import longest

PATHS = ["/a/A1" if p == "/a" else p for p in SCREENS]  # the tab of assumptions leads to the first of them
PATHS += ["/rules/diff", "/rules/ledger", "/watch/hindcast", "/jobs", "/about"]
# one screen, of charts and forms, in the fast suite, which asks for every answer without a browser; all of them in the slow one
BRIEFLY = "/levers"
PATHS = [p if p == BRIEFLY else pytest.param(p, marks=pytest.mark.slow) for p in PATHS]


@pytest.mark.parametrize("path", PATHS)
def test_a_screen_works_on_a_phone_in_the_dark_and_has_no_barrier(visit, path):
    from axe_playwright_python.sync_playwright import Axe

    page = visit(path, width=360, theme="dark", bypass=True)
    assert page.locator("h1").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    found = Axe().run(page).response["violations"]
    assert [(v["id"], v["nodes"][0]["html"][:160]) for v in found if v["impact"] in ("serious", "critical")] == []


@pytest.mark.parametrize(
    "path",
    ["/", *(pytest.param(p, marks=pytest.mark.slow) for p in ("/board", "/a/A2", "/levers", "/rules", "/world"))],
)
def test_a_screen_has_no_barrier_in_the_light(visit, path):
    from axe_playwright_python.sync_playwright import Axe

    page = visit(path, bypass=True)
    found = Axe().run(page).response["violations"]
    assert [(v["id"], v["nodes"][0]["html"][:160]) for v in found if v["impact"] in ("serious", "critical")] == []


@pytest.mark.slow
def test_a_screen_that_was_worked_with_has_no_barrier(visit):
    from axe_playwright_python.sync_playwright import Axe

    def none(page):
        found = Axe().run(page).response["violations"]
        assert [(v["id"], v["nodes"][0]["html"][:160]) for v in found if v["impact"] in ("serious", "critical")] == []

    levers = visit(
        "/levers?d.diffusion.complies=2026-05-15&pin=policy%3Drescinded", width=360, theme="dark", bypass=True
    )
    levers.locator(".effect").first.scroll_into_view_if_needed()
    levers.locator(".effect .on").first.wait_for()
    slider = levers.locator("[data-key='l.strength.deals'] input[type=range]")
    slider.focus()
    levers.keyboard.press("PageUp")
    levers.locator("#effects-again").wait_for()
    assert levers.evaluate("document.documentElement.scrollWidth") <= 360
    none(levers)
    none(visit("/futures?family=B", bypass=True))
    ledger = visit("/rules/ledger", width=360, bypass=True)
    ledger.locator("#example").click()
    ledger.locator("#rows table").wait_for()
    assert ledger.evaluate("document.documentElement.scrollWidth") <= 360
    none(ledger)


def test_a_page_reads_without_scripts(visit):
    page = visit("/board", scripts=False)
    assert page.locator("[data-cell] .share").count() == 42
    assert "of futures" in page.locator("h1").inner_text()


@pytest.mark.slow
def test_the_first_visit_has_a_tour_that_never_comes_again(visit):
    page = visit("/board", toured=False)
    for _ in range(4):
        page.locator("#tour-next").click()
    assert page.locator("#tour").is_hidden()
    page.reload()
    page.wait_for_selector("html[data-ready]", state="attached")
    assert page.locator("#tour").is_hidden()


def test_f071_on_a_phone_every_tab_is_in_view_and_the_answer_comes_before_the_settings(visit):
    page = visit("/board", width=390)
    assert page.locator("header").first.bounding_box()["height"] <= 120
    tabs = page.locator(".bar nav")
    assert tabs.evaluate("e => e.scrollWidth <= e.clientWidth")
    assert not page.locator("form.view").is_visible()
    assert page.locator("h1").bounding_box()["y"] < 200
    page.locator("#settings > summary").click()
    assert page.locator("form.view").is_visible()


@pytest.mark.parametrize("width", [390, pytest.param(1280, marks=pytest.mark.slow)])
def test_the_tour_covers_nothing(visit, width):
    page = visit("/board", width=width, toured=False)
    tour = page.locator("#tour").bounding_box()
    for other in ("#board", "#movers-title"):
        box = page.locator(other).bounding_box()
        assert tour["y"] + tour["height"] <= box["y"] or box["y"] + box["height"] <= tour["y"]


def test_a_look_is_chosen_and_kept(visit):
    page = visit("/a/A2")
    page.locator("#look").select_option("dark")
    page.reload()
    page.wait_for_selector("html[data-ready]", state="attached")
    assert page.locator("html").get_attribute("data-look") == "dark"
    assert page.locator("body").evaluate("b => getComputedStyle(b).backgroundColor") == "rgb(20, 24, 29)"
    assert "#6CB4F0" in page.locator("#fan svg").inner_html()


SHIFTS = """
window.moved = [];
const name = (node) => node ? `${node.nodeName}#${node.id ?? ""}.${node.className ?? ""}` : "gone";
new PerformanceObserver((list) => { for (const one of list.getEntries()) if (!one.hadRecentInput && one.value > 0.002)
  window.moved.push([one.value, one.sources.map((s) => [name(s.node), s.previousRect.toJSON(), s.currentRect.toJSON()])]); })
  .observe({ type: "layout-shift", buffered: true });
"""
FIRST_SCREENS = ("/board", "/levers")  # of charts and of forms
OTHER_SCREENS = ("/", "/a/A2")
LONG_SCREENS = ("/world", "/watch/hindcast", "/rules")  # these take seconds to work out


@pytest.mark.parametrize(
    ("paths", "width"),
    [
        (FIRST_SCREENS, 390),
        pytest.param(OTHER_SCREENS + LONG_SCREENS, 390, marks=pytest.mark.slow),
        pytest.param(FIRST_SCREENS + OTHER_SCREENS + LONG_SCREENS, 1440, marks=pytest.mark.slow),
    ],
)
def test_nothing_moves_however_late_the_parts_of_a_page_come(chromium, slow_address, paths, width):
    opened = {}
    for path in paths:  # all at once: they wait for the same pauses
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, reduced_motion="reduce", bypass_csp=True
        )
        context.set_default_timeout(1000 * longest())
        context.add_init_script(f"localStorage.setItem('toured', 'yes'); {SHIFTS}")
        opened[path] = context.new_page()
        opened[path].goto(slow_address + path, wait_until="commit")
    moved = {}
    for path, page in opened.items():
        page.wait_for_selector("html[data-ready]", state="attached")
        if width > 390:  # answers that take long, too
            page.wait_for_load_state("networkidle")
        page.wait_for_timeout(300)
        if found := page.evaluate("window.moved"):
            moved[path] = found
        page.context.close()
    assert moved == {}


@pytest.mark.slow
def test_redo_is_there_only_where_something_was_undone(visit):
    page = visit("/levers?l.strength.deals=0.5")
    assert page.locator("#redo").is_disabled()
    page.locator("#reset").click()
    assert page.locator("#undo").is_enabled()
    assert page.locator("#redo").is_disabled()
    page.locator("#undo").click()
    page.wait_for_function("document.querySelector('#redo').disabled === false")


def test_words_of_a_reader_find_the_clause_and_its_curve(visit):
    page = visit("/a/A4")
    for asked in ("country cap", "cap"):
        page.locator("#take-find").fill(asked)
        assert page.locator("#take").input_value() == "l.diffusion.country_allocation.tpp"
    levers = visit("/levers")
    levers.locator("#find").fill("cap")
    assert levers.locator(".clause:not([hidden])", has_text="until 790 million TPP").count() == 1
    assert levers.locator(".clause:not([hidden])").count() < 12


@pytest.mark.slow
@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_an_assumption_prints_on_two_pages(visit, paper):
    page = visit("/a/A4")
    page.wait_for_selector("#why[aria-busy=false]")
    printed = page.pdf(format=paper)
    assert len(re.findall(rb"/Type\s*/Page[^s]", printed)) <= 2


@pytest.mark.slow
@pytest.mark.parametrize("width", [920, 1110, 1240, 1250, 1440])
def test_no_share_of_the_board_runs_into_the_next_and_no_half_of_the_screen_is_blank(visit, width):
    page = visit("/board", width=width)
    page.wait_for_selector("#movers .mover")
    wide = page.evaluate(
        "[...document.querySelectorAll('#board td')].filter((td) => [...td.children].some((one) => one.getBoundingClientRect().right > td.getBoundingClientRect().right + 1)).length"
    )
    assert wide == 0
    result, controls = (page.locator(f".workbench > {part}").bounding_box() for part in (".result", ".controls"))
    beside = controls["x"] > result["x"] + result["width"] - 1
    assert not beside or controls["height"] <= max(900, result["height"])
