"""What people do: move a number, go back, share the link, save a picture, use nothing but the keyboard, meet an error."""

import json
import math
import re
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from tests.browser.conftest import MORE
from tests.waiting import until


def shares(page):
    return page.locator("[data-cell$=':as-written'] .share").all_inner_texts()


def moved(page, act):
    """Do something and wait for the board's answer to it; what it changes on the page comes soon after: see `shown`."""
    with page.expect_response(
        lambda r: ("/api/board" in r.url and "refined" not in r.url) or "/api/assumption" in r.url
    ):
        act()


def shown(page, so):
    """Wait until what is asked of a page is so."""
    until(so, lambda seconds: page.wait_for_timeout(1000 * seconds))


def test_a_slider_moved_by_key_redraws_the_board_and_the_address_and_undo_takes_it_back(visit):
    page = visit("/levers")
    before = shares(page)
    slider = page.locator("[data-key='l.diffusion.country_allocation.tpp'] input[type=range]")
    slider.focus()
    moved(page, lambda: page.keyboard.press("Home"))
    shown(page, lambda: shares(page) != before)
    shown(page, lambda: parse_qs(urlsplit(page.url).query).get("l.diffusion.country_allocation.tpp") == ["0"])
    shown(page, lambda: page.locator("#edits").is_visible())
    page.locator("main").focus()
    moved(page, lambda: page.keyboard.press("u"))
    shown(page, lambda: shares(page) == before)
    shown(page, lambda: urlsplit(page.url).query == "")
    moved(page, lambda: page.go_forward())
    shown(page, lambda: shares(page) != before)


def test_a_run_of_keys_is_one_step_of_undo_and_slash_and_help_keep_the_focus_where_it_helps(visit):
    page = visit("/levers")
    page.locator("[data-key='l.diffusion.country_allocation.tpp'] input[type=range]").focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    shown(page, lambda: "country_allocation" in page.url)
    page.locator("main").focus()
    page.keyboard.press("u")
    shown(page, lambda: urlsplit(page.url).query == "")
    page.keyboard.press("/")
    assert page.locator("#find").evaluate("field => document.activeElement === field")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    page.locator("[data-close]").click()
    assert page.locator("main").evaluate("main => document.activeElement === main")


def test_while_a_slider_is_dragged_the_page_says_on_how_many_futures_the_shares_rest(visit):
    page = visit("/levers")
    slider = page.locator("[data-key='l.diffusion.country_allocation.tpp'] input[type=range]")
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.33, box["y"] + box["height"] / 2)
    with page.expect_response(lambda r: "/api/board" in r.url and "first=1" in r.url) as asked:
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] * 0.47, box["y"] + box["height"] / 2)
    first = f"{asked.value.json()['futures']:,}"
    assert first == "1,024"
    shown(page, lambda: page.locator("#futures").inner_text() == f"The first {first} futures; more follow.")
    assert page.locator("#many").inner_text() == first
    page.mouse.up()
    shown(page, lambda: page.locator("#many").inner_text() != first)
    assert page.locator("#futures").inner_text().startswith("2,000 futures")


@pytest.mark.slow
def test_a_dragged_slider_is_one_step_back(visit):
    page = visit("/a/A2")
    slider = page.locator("[data-key='t.A2.models_contained'] input[type=range]")
    box = slider.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.33, box["y"] + box["height"] / 2)
    page.mouse.down()
    for part in (0.4, 0.5, 0.6, 0.7):
        page.mouse.move(box["x"] + box["width"] * part, box["y"] + box["height"] / 2)
    with page.expect_response(lambda r: "/api/assumption" in r.url):
        page.mouse.up()
    shown(page, lambda: "t.A2.models_contained" in page.url)
    page.go_back()
    shown(page, lambda: urlsplit(page.url).query == "")
    shown(page, lambda: page.url.endswith("/a/A2"))


@pytest.mark.slow
def test_a_threshold_redraws_the_fan_in_place_without_embedding_it_again(visit):
    page = visit("/a/A2")
    page.evaluate("() => { document.querySelector('#fan svg').dataset.mine = 'kept' }")
    before, headline = page.locator("#fan svg").inner_html(), page.locator("#headline").inner_text()
    field = page.locator("[data-key='t.A2.models_contained'] .number")
    field.fill("50%")
    moved(page, lambda: field.press("Enter"))
    shown(page, lambda: page.locator("#headline").inner_text() != headline)
    shown(page, lambda: page.locator("#fan svg").inner_html() != before)
    shown(page, lambda: page.locator("#fan svg").get_attribute("data-mine") == "kept")


@pytest.mark.slow
def test_a_deep_link_shows_what_was_shared(visit):
    page = visit("/levers")
    field = page.locator("[data-key='l.diffusion.country_allocation.tpp'] .number")
    field.fill("0.1bn")
    moved(page, lambda: field.press("Enter"))
    shown(page, lambda: "l.diffusion.country_allocation.tpp" in page.url)
    there = visit(urlsplit(page.url).path + "?" + urlsplit(page.url).query)
    shown(page, lambda: shares(there) == shares(page))
    shown(
        there,
        lambda: there.locator("[data-key='l.diffusion.country_allocation.tpp'] .number").input_value() == "100000000",
    )
    page.locator("#copy").click()
    copied = page.evaluate("() => navigator.clipboard.readText()")
    assert copied.startswith(f"{page.url}&study=")


@pytest.mark.slow
def test_an_instrument_begins_later_and_its_clauses_go_with_it_unless_moved_by_themselves(visit):
    page = visit("/levers")
    before = shares(page)
    whole = page.locator("[data-subject='d.diffusion'] [data-day=complies]")
    moved(page, lambda: [whole.fill("2028-01-01"), whole.blur()])
    shown(page, lambda: shares(page) != before)
    clause = page.locator("[data-subject='d.diffusion.country_allocation']")
    shown(page, lambda: clause.locator("[data-day=complies]").input_value() == "2028-01-01")
    moved(page, lambda: clause.locator("[data-day=complies]").fill("2026-01-01"))
    days = {"d.diffusion.complies": ["2028-01-01"], "d.diffusion.country_allocation.complies": ["2026-01-01"]}
    shown(page, lambda: parse_qs(urlsplit(page.url).query) == days)
    page.locator("#changes tbody tr").nth(1).wait_for()
    clause.locator("[data-day=ends]").fill("2019-01-01")
    shown(page, lambda: "Allowed: 2025-01-15 to" in clause.locator(".wrong").inner_text())
    moved(page, lambda: page.locator("#reset").click())
    shown(page, lambda: shares(page) == before)
    shown(page, lambda: clause.locator("[data-day=complies]").input_value() == "2025-05-15")


@pytest.mark.slow
def test_each_lever_shows_what_a_nudge_of_it_does(visit):
    page = visit("/levers")
    effect = page.locator("[data-effect='l.strength.compute_governance']")
    effect.scroll_into_view_if_needed()  # worked out as it comes into sight
    effect.locator(".on").nth(4).wait_for()
    assert "A4 +" in effect.inner_text()
    slider = page.locator("[data-key='l.strength.deals'] input[type=range]")
    slider.focus()
    moved(page, lambda: page.keyboard.press("PageUp"))
    shown(page, lambda: "before your last change" in page.locator("#effects-said").inner_text())
    page.locator("#effects-again").click()
    page.get_by_text("in points").wait_for()


@pytest.mark.slow
def test_settings_go_along_to_other_screens(visit):
    page = visit("/board?policy=rescinded&t.A2.models_contained=0.3")
    page.get_by_role("link", name="Levers", exact=True).first.click()
    page.wait_for_selector("html[data-ready]", state="attached")
    assert parse_qs(urlsplit(page.url).query) == {"policy": ["rescinded"], "t.A2.models_contained": ["0.3"]}


@pytest.mark.slow
def test_a_chart_is_saved_as_png_svg_and_csv(visit):
    page = visit("/a/A3")
    for kind, begins in (("PNG", b"\x89PNG"), ("SVG", b"<svg"), ("CSV", b"quarter,")):
        with page.expect_download() as saved:
            page.locator(f"#fan [data-export={kind}]").click()
        path = saved.value.path()
        content = path.read_bytes()
        assert content.startswith(begins)
        assert saved.value.suggested_filename == f"premortem-a-A3-fan-as-written.{kind.lower()}"
        if kind == "SVG":
            assert b"margin over time" in content
            assert b"Source Sans 3" in content


@pytest.mark.slow
def test_every_chart_has_a_table(visit):
    page = visit("/a/A1")
    page.locator("main").focus()
    page.keyboard.press("t")
    assert page.locator("#fan details tbody tr").count() == 32


@pytest.mark.slow
def test_the_keyboard_alone_reaches_the_answer(visit):
    page = visit("/board")
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("() => document.activeElement.id") == "main"
    page.keyboard.press("g")
    page.keyboard.press("a")
    page.keyboard.press("4")
    page.wait_for_url("**/a/A4")
    page.wait_for_selector("html[data-ready]", state="attached")
    page.keyboard.press("?")
    assert page.locator("#help").is_visible()
    page.keyboard.press("Escape")
    assert page.locator("#help").is_hidden()


def test_every_key_of_the_list_leads_to_its_screen(visit):
    page = visit("/board?policy=rescinded")
    for key, to in page.locator("[data-go]").evaluate_all("all => all.map((k) => [k.dataset.go, k.dataset.to])"):
        page.route(f"**{to}?*", lambda route: route.fulfill(status=204))
        with page.expect_request(lambda r, to=to: urlsplit(r.url).path == to):
            page.keyboard.press("g")
            page.keyboard.press(key)


@pytest.mark.slow
def test_a_pinned_view_is_the_mark_on_the_bars_under_any_policy_until_it_is_let_go(visit):
    page = visit("/board?l.diffusion.country_allocation.tpp=0")
    ghost, fill = (
        page.locator(f"[data-cell='A4:{p}'] .{c}") for p, c in (("rescinded", "ghost"), ("as-written", "fill"))
    )
    wide = float(fill.get_attribute("width"))
    page.keyboard.press("p")
    page.get_by_text("As written with 1 change").wait_for()
    moved(page, lambda: page.locator("#board [data-pick=rescinded]").click())
    shown(page, lambda: ghost.get_attribute("visibility") == "visible")
    shown(page, lambda: abs(float(ghost.get_attribute("x")) - wide) < 0.1)
    there = visit(urlsplit(page.url).path + "?" + urlsplit(page.url).query)
    shown(there, lambda: there.locator("#pinned").is_visible())
    shown(there, lambda: there.locator("[data-cell='A4:rescinded'] .ghost").get_attribute("visibility") != "hidden")
    moved(page, lambda: page.locator("#unpin").click())
    shown(page, lambda: parse_qs(urlsplit(page.url).query) == {"policy": ["rescinded"]})
    shown(page, lambda: ghost.get_attribute("visibility") == "hidden")
    shown(page, lambda: page.locator("#pinned").is_hidden())


def test_no_key_acts_while_something_is_typed(visit):
    page = visit("/levers")
    page.locator("#find").fill("")
    page.locator("#find").press_sequentially("gb? cut")
    assert page.url.endswith("/levers")
    assert page.locator("#help").is_hidden()


def test_a_value_that_is_not_allowed_says_what_is(visit):
    page = visit("/a/A2")
    field = page.locator("[data-key='t.A2.models_contained'] .number")
    for wrong in ("lots", "7", "-1", "NaN"):
        field.fill(wrong)
        field.press("Enter")
        assert "Allowed: 5% to 50%" in page.locator("[data-key='t.A2.models_contained'] .wrong").inner_text()
        assert field.get_attribute("aria-invalid") == "true"
    assert "t.A2" not in page.url


@pytest.mark.slow
def test_a_range_of_a_belief_is_set_and_taken_back(visit):
    page = visit("/beliefs")
    belief = page.locator(".belief").first
    key = belief.get_attribute("data-key")
    handle = belief.locator(".from")
    handle.focus()
    before = shares(page)
    moved(page, lambda: [page.keyboard.press("PageUp") for _ in range(5)])
    shown(page, lambda: key in page.url)
    shown(page, lambda: shares(page) != before)
    moved(page, lambda: belief.locator(".back").click())
    shown(page, lambda: shares(page) == before)


def test_a_lost_server_is_said_and_settings_stay(visit):
    page = visit("/levers")
    visit.expected.append("Failed to load resource")
    page.route("**/api/**", lambda route: route.abort())
    slider = page.locator("[data-key='l.diffusion.country_allocation.tpp'] input[type=range]")
    slider.focus()
    page.keyboard.press("Home")
    page.locator("#offline").wait_for(state="visible")
    assert "l.diffusion.country_allocation.tpp=0" in page.url
    page.unroute("**/api/**")


def test_an_error_of_one_panel_leaves_the_others_working(visit):
    page = visit("/board")
    visit.expected.append("500")
    error = {"error": {"file": "request", "key": "", "got": "", "allowed": "", "hint": "a bug, code abc"}}
    page.route(
        "**/api/movers*",
        lambda route: route.fulfill(status=500, body=json.dumps(error), content_type="application/json"),
    )
    moved(page, lambda: page.locator("#board [data-pick=rescinded]").click())
    page.get_by_text("a bug, code abc").wait_for()
    shown(page, lambda: page.locator("[data-cell='A1:rescinded']").get_attribute("class") == "chosen")


@pytest.mark.slow
def test_a_shipment_is_asked_about_and_a_change_tried(visit):
    page = visit("/rules")
    page.locator("[name=quantity]").first.fill("100000")
    page.locator("[name=under]").first.select_option("as-written")
    page.get_by_role("button", name="Ask", exact=True).click()
    page.wait_for_selector("html[data-ready]", state="attached")
    assert "enial is the policy" in page.locator(".verdict").inner_text()
    page.get_by_role("link", name=re.compile("Try it: With a quantity")).first.click()
    page.wait_for_selector("html[data-ready]", state="attached")
    assert "enial" not in page.locator(".verdict").inner_text()


@pytest.mark.slow
def test_a_ledger_is_decided_from_the_page(visit):
    page = visit("/rules/ledger")
    page.locator("#example").click()
    page.get_by_text("1 rejected").wait_for()
    with page.expect_download() as saved:
        page.get_by_role("link", name="Download all rows").click()
    assert saved.value.suggested_filename == "decided.csv"


def ledger_of(visit, rows):
    """The page on which a table of a user's own is chosen."""
    page = visit("/rules/ledger")
    page.locator("#file").set_input_files({"name": "own.csv", "mimeType": "text/csv", "buffer": rows})
    return page


def test_somebodys_own_headings_are_matched_before_a_ledger_is_decided(visit):
    page = ledger_of(visit, b"Chip,Qty,Where,Ship date\nH100 SXM,10,FRA,2025-06-01\nH100 SXM,90000,IND,2025-06-01\n")
    page.get_by_text("Still needed: destination").wait_for()
    page.locator("#decide").click()
    assert page.locator("#matching-title").evaluate("(e) => e === document.activeElement")
    page.get_by_label("Where means").select_option("destination")
    page.get_by_text("All that is needed is there").wait_for()
    page.locator("#ledger [name=under]").select_option("as-written")
    page.locator("#decide").click()
    page.get_by_text("Not the law: what the hypothetical policy as-written would say").wait_for()
    page.get_by_text("Rows 1 to 2 of 2").wait_for()
    page.locator("#by-outcome").select_option("licence:policy_of_denial")
    page.get_by_text("Rows 1 to 1 of 1").wait_for()


def test_a_ledger_is_not_decided_before_it_is_said_which_of_two_columns_of_one_name_is_read(visit):
    page = ledger_of(visit, b"Item,Qty,Country,Date,Consignee,Consignee\nH20,1,SGP,2026-09-01,Acme,Huawei\n")
    page.get_by_text("Say what Consignee and Consignee (2) hold").wait_for()
    page.locator("#decide").click()
    assert page.locator("#matching-title").evaluate("(e) => e === document.activeElement")
    page.get_by_label("Consignee means", exact=True).select_option("consignee")
    page.get_by_label("Consignee (2) means").select_option("end_user")
    page.get_by_text("All that is needed is there").wait_for()
    page.locator("#decide").click()
    page.get_by_role("region", name="Names found in the lists").get_by_text("Huawei", exact=True).first.wait_for()


def test_a_field_of_a_fall_holds_what_goes_in_a_year_and_what_lies_beyond_a_prior_is_refused_in_words(visit):
    page = visit("/beliefs")
    page.evaluate("document.querySelector('#others').open = true")
    box = page.locator("[id='p.energy_efficiency_growth']")
    assert "percent less a year: 50% is half as much each year" in box.inner_text()
    assert box.locator("output").inner_text() == "less a year"
    last = box.locator("[data-end=to]")
    for typed in ("29.7%", "29,7", "x1.4225", "1.4225 times a year"):
        last.fill(typed)
        last.press("Enter")
        assert last.input_value() == "29.7%", typed
        page.wait_for_url(lambda url: "energy_efficiency_growth" in url)
        high = float(re.search(r"p\.energy_efficiency_growth=[^&]*\.\.([\d.]+)", unquote(page.url))[1])
        assert 1 - math.exp(-high) == pytest.approx(0.297, abs=1e-3), typed
    before = page.url
    for typed in ("5", "80%", "x9", "much"):
        last.fill(typed)
        last.press("Enter")
        assert f"{typed} is not taken. Allowed: " in box.locator(".wrong").inner_text()
        assert page.url == before


def test_what_a_field_allows_is_told_once(visit):
    page = visit("/beliefs")
    page.evaluate("document.querySelector('#others').open = true")
    box = page.locator(".belief[data-unit='0-1']").first
    last = box.locator("[data-end=to]")
    last.fill("7")
    last.press("Enter")
    assert re.fullmatch(
        r"7 is not taken. Allowed: [\d.]+ to [\d.]+ \([\d.]+% to [\d.]+%\), the first not above the second",
        box.locator(".wrong").inner_text(),
    )


def test_a_factor_is_read_as_people_write_it_and_none_is_clamped(visit):
    page = visit("/beliefs")
    page.evaluate("document.querySelector('#others').open = true")
    box = page.locator("[id='p.capex_growth']")
    last = box.locator("[data-end=to]")
    for typed in ("1,5", "x1.5", "\u00d71.5", "1.5x", "50%", "1.5 times a year"):
        last.fill(typed)
        last.press("Enter")
        assert box.locator(".wrong").count() == 0, typed
        assert last.input_value() == "1.5", typed
    last.fill("5")
    last.press("Enter")
    assert re.fullmatch(
        r"5 is not taken. Allowed: [\d.]+ to [\d.]+ times a year, the first not above the second",
        box.locator(".wrong").inner_text(),
    )


@pytest.mark.slow
def test_columns_that_were_chosen_stay_when_a_name_for_the_layout_is_typed(visit, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    page = ledger_of(visit, b"Item,Qty,Where,Date\nH20,1,SGP,2026-09-01\n")
    page.get_by_label("Where means").select_option("destination")
    page.locator("#profile").press_sequentially("desk")
    page.locator("#decide").click()
    page.get_by_text("Kept for the next table").wait_for()
    assert page.get_by_label("Where means").input_value() == "destination"


def test_arrows_on_the_line_of_time_go_to_the_next_day_on_which_something_changed(visit):
    page = visit("/levers?asof=2025-01-17")
    line = page.locator("#asof-line")
    assert "16 January 2025" in line.get_attribute("aria-valuetext")
    line.focus()
    moved(page, lambda: page.keyboard.press("ArrowLeft"))
    shown(page, lambda: parse_qs(urlsplit(page.url).query).get("asof") == ["2025-01-16"])
    shown(page, lambda: page.locator("[data-state=asof]").input_value() == "2025-01-16")
    shown(page, lambda: "16 January 2025" in page.locator("#asof-said").inner_text())


@pytest.mark.slow
def test_a_family_is_shown_alone_and_its_link_shows_the_same(visit):
    page = visit("/futures")
    page.locator("#series-goodwill[data-ready], .grid figure[data-ready]").first.wait_for()
    lines = "() => document.querySelector('.grid figure svg').innerHTML"
    before = page.evaluate(lines)
    page.locator("[data-show=B]").focus()
    page.keyboard.press("Space")
    page.get_by_text(" B in every series").wait_for()
    shown(page, lambda: page.evaluate(lines) != before)
    shown(page, lambda: parse_qs(urlsplit(page.url).query) == {"family": ["B"]})
    there = visit("/futures?family=B")
    drawn = page.locator(".grid figure svg").first.locator("path").count()
    shown(there, lambda: there.locator(".grid figure svg").first.locator("path").count() == drawn)
    page.locator("#family-all").click()
    page.get_by_text("The same series for all").wait_for()


@pytest.mark.slow
def test_a_card_draws_what_was_read_and_the_box_its_futures(visit):
    page = visit("/watch")
    page.locator(".card figure[data-ready]").first.wait_for()
    assert "band 5 to 95%" in page.locator(".card figure .source").first.inner_text()
    why = visit("/a/A2")
    why.locator("#scatter[data-ready]").wait_for()
    assert why.locator("#scatter svg .mark-rect path").count() == 1
    assert why.locator("#scatter svg .mark-symbol path").count() > 100


@pytest.mark.slow
def test_the_map_moves_in_time(visit):
    page = visit("/world?measure=stock")
    colours = "() => [...document.querySelectorAll('#map .mark-shape path')].map(p => p.getAttribute('fill')).join()"
    before = page.evaluate(colours)
    for _ in range(3):
        page.locator("#on").click()
    shown(page, lambda: page.locator("#at").inner_text() == "2027Q3")
    shown(page, lambda: page.evaluate(colours) != before)
    shown(page, lambda: "quarter=2027Q3" in page.url)
    page.locator("main").focus()
    page.keyboard.press("u")
    page.locator("#at", has_text="2027Q2").wait_for()
    page.locator("#play").click()
    page.locator("#at", has_text="2028Q2").wait_for()
    page.locator("#play").click()
    page.go_back()  # the whole of a play is one step
    page.locator("#at", has_text="2027Q2").wait_for()


@pytest.mark.slow
def test_back_to_another_policy_shows_that_policy(visit):
    page = visit("/a/A4")
    title = page.locator("#headline").inner_text()
    with page.expect_navigation():
        page.locator("[data-state=policy]").select_option("rescinded")
    page.wait_for_selector("html[data-ready]", state="attached")
    assert page.locator("#headline").inner_text() != title
    page.go_back()
    page.get_by_text(title, exact=True).wait_for()
    assert page.locator("[data-state=policy]").input_value() == "as-written"


@pytest.mark.slow
def test_a_country_is_opened_from_the_map_and_settings_go_along(visit):
    page = visit("/world?policy=rescinded")
    with page.expect_navigation():
        page.locator("#map .mark-symbol path").first.click()
    page.wait_for_selector("html[data-ready]", state="attached")
    query = parse_qs(urlsplit(page.url).query)
    assert query["policy"] == ["rescinded"]
    assert len(query["place"][0]) == 3


@pytest.mark.slow
def test_what_it_would_take_is_drawn_when_asked(visit):
    page = visit("/a/A2")
    page.locator("#take").select_option("p.imitation_lag")
    page.locator("#take-form button").click()
    page.locator("#take-curve[data-ready]").wait_for()
    assert "A2" in page.locator("#take-curve h3").inner_text()


def test_a_view_that_rests_is_answered_with_more_futures_and_a_move_calls_it_off(visit):
    page = visit("/levers")
    with page.expect_response(lambda r: "/api/board/refined" in r.url) as answer:
        page.reload()  # so that it is waited for before it can come
    found = answer.value.json()
    assert (found["first"], found["futures"]) == (2000, MORE)
    page.locator("#futures", has_text=f"{MORE:,}").wait_for()
    page.locator("[data-key='l.diffusion.country_allocation.tpp'] input[type=range]").focus()
    moved(page, lambda: page.keyboard.press("Home"))
    shown(page, lambda: page.locator("#futures").inner_text() == "2,000 futures.")


@pytest.mark.slow
def test_a_long_address_gets_a_short_name_that_leads_back_and_copy_gives_the_whole(visit, study):
    long = "&".join(f"p.{row.name}={row.quantile(0.3):.6g}..{row.quantile(0.7):.6g}" for row in study.priors.rows if row.varies and row.distribution != "categorical")  # fmt: skip
    page = visit(f"/a/A2?{long}")
    page.wait_for_url("**/a/A2?state=*")
    page.locator("#copy").click()
    assert len(page.evaluate("() => navigator.clipboard.readText()")) > 1500
    there = visit(urlsplit(page.url).path + "?" + urlsplit(page.url).query)
    assert there.locator("#edited").inner_text() == page.locator("#edited").inner_text()
    assert there.locator("#headline").inner_text() == page.locator("#headline").inner_text()
    field = there.locator("[data-key='t.A2.models_contained'] .number")
    field.fill("40%")
    moved(there, lambda: field.press("Enter"))
    there.wait_for_url(lambda url: "?state=" in url and url != page.url)
    there.go_back()
    there.locator("#headline", has_text=page.locator("#headline").inner_text()).wait_for()


@pytest.mark.slow
def test_a_short_name_that_leads_nowhere_and_a_link_over_other_files_say_so(visit):
    page = visit("/board?state=0123456789abcdef0123")
    assert "not kept here" in page.locator("#notice").inner_text()
    assert page.locator("[data-cell] .share").count() == 42
    page = visit("/board?policy=rescinded&study=00000000")
    assert "made over other files (study 00000000" in page.locator("#notice").inner_text()


@pytest.mark.slow
def test_a_page_saved_as_one_file_opens_without_a_server_and_says_what_it_said(visit, chromium, tmp_path):
    page = visit("/board?policy=rescinded")
    page.locator("#copy").click()
    with page.expect_download() as saved:
        page.locator("#save").click()
    path = tmp_path / saved.value.suggested_filename
    saved.value.save_as(path)
    alone = chromium.new_context(java_script_enabled=False).new_page()
    asked = []
    alone.on("request", lambda request: asked.append(request.url))
    alone.goto(path.as_uri())
    assert alone.locator("h1").inner_text() == page.locator("h1").inner_text()
    assert alone.locator("#board .share").all_inner_texts() == page.locator("#board .share").all_inner_texts()
    assert "Rescinded" in alone.locator("#board thead").inner_text()
    assert alone.locator("a[href], button, script").count() == 0
    assert "/board?policy=rescinded" in alone.locator("main").inner_text()
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    alone.context.close()


def test_a_field_of_a_logarithm_takes_what_people_say_and_says_what_is_allowed(visit):
    page = visit("/beliefs")
    box = page.locator(".belief[data-unit='ln/yr']").first
    low = box.locator("[data-end=from]")
    before = float(low.input_value())
    assert 1 < before < 10, "a factor, and no logarithm"
    low.fill(f"{before + 0.02:.2f} times a year")
    low.press("Enter")
    page.wait_for_url(lambda url: "p." in url)
    held = float(parse_qs(urlsplit(page.url).query)[box.get_attribute("data-key")][0].split("..")[0])
    assert abs(held - math.log(before + 0.02)) < 0.01
    low.fill("900")
    low.press("Enter")
    assert "times a year" in box.locator(".wrong").inner_text()
