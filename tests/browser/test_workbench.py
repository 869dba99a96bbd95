"""The workbench: the result stays in sight beside what moves it, says what changed, and nothing jumps."""

import re

import pytest

from tests.browser.test_moves import moved, shown


def opened(visit, path="/board"):
    page = visit(path)
    page.set_viewport_size({"width": 1280, "height": 800})
    page.locator(".mover").first.wait_for()
    return page


def test_f067_the_whole_result_and_a_control_are_in_sight_together(visit):
    page = opened(visit)

    def ends(what):
        box = page.locator(what).first.bounding_box()
        return box["y"] + box["height"]

    # what a page of another size was laid out as is shown for a moment
    shown(page, lambda: ends("#board") <= 800 and ends(".mover input[type=range]") <= 800)
    page.locator(".mover").nth(5).scroll_into_view_if_needed()
    assert page.locator("#board").bounding_box()["y"] >= 0  # it stays as the controls scroll


def test_f067_a_first_move_shifts_nothing_and_says_what_it_changed(visit):
    page = opened(visit)
    parts = ("#board", "#sentence", ".mover", "#board tbody tr:last-child")

    def places():
        return [page.locator(part).first.bounding_box()["y"] for part in parts]

    before = places()
    slider = page.locator(".mover input[type=range]").first
    slider.focus()
    moved(page, lambda: page.keyboard.press("End"))
    shown(page, lambda: "at once" in page.locator("#moved").inner_text())
    shown(page, lambda: any(page.locator("[data-cell$=':as-written'] .delta").all_inner_texts()))
    assert places() == before
    page.locator("#undo").click()
    shown(page, lambda: page.locator("#moved").inner_text() == "")
    assert not any(page.locator("[data-cell$=':as-written'] .delta").all_inner_texts())


@pytest.mark.slow
def test_a_second_policy_has_its_difference_in_every_cell_and_noise_is_grey(visit):
    page = opened(visit, "/board?vs=rescinded")
    cells = page.locator("[data-cell$=':rescinded']")
    deltas = cells.locator(".delta").all_inner_texts()
    assert len(deltas) == 6
    assert all(deltas)
    told = {p: page.locator(f"[data-cell='A4:{p}'] .share").inner_text() for p in ("as-written", "rescinded")}
    first, second = (int(re.search(r"\d+", said)[0]) for said in told.values())
    assert abs(int(deltas[3].replace("\u2212", "-")) - (second - first)) <= 1
    assert "noise" not in cells.nth(3).locator(".delta").get_attribute("class")


@pytest.mark.slow
def test_a_policy_is_a_card_and_choosing_it_shows_its_result(visit):
    page = opened(visit)
    card = page.locator("[data-policy-card=rescinded]")
    moved(page, lambda: card.locator("button").click())
    shown(page, lambda: "Rescinded" in page.locator("#sentence").inner_text())
    assert "chosen" in card.get_attribute("class")
    assert "policy=rescinded" in page.url
