"""The story is found by rule in the run: each sentence is borne out by the board and by the futures behind it."""

import re
from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import numpy as np
import pytest

from premortem.charts.render import png_of
from premortem.propositions.score import ALL
from premortem.questions.as_of import Stand
from premortem.questions.attribution import Carried
from premortem.questions.watch import Settled
from premortem.story import bets, cards, day, next_steps, surprise, tell, track_record, trade_off
from premortem.story.parts import Section, Story
from premortem.story.story_basis import Ground, ground_of_run

# What no reader should meet: names of keys, powers of ten as programs write them.
RAW = re.compile(r"[a-z0-9]_[a-z0-9]|\d[eE][+-]?\d|\bnan\b|\bNone\b|\d\.\d{6,}")


@pytest.fixture(scope="module")
def ground(small_run) -> Ground:
    return ground_of_run(small_run)


@pytest.fixture(scope="module")
def story(ground) -> Story:
    return tell.opening(ground)


def texts(section: Section) -> list[str]:
    bars = [b for g in section.groups for b in g.bars]
    return [
        section.asks, section.finding, section.source, *section.text, *(g.title for g in section.groups),
        *(t for b in bars for t in (b.label, b.said, b.detail, b.note)), *(t for p in section.points for t in (p.text, p.note, p.mark)),
    ]  # fmt: skip


def test_the_story_begins_with_what_was_asked_and_what_was_found(story, ground):
    assert story.title == "US AI policy of February 2025 rests on five bets"
    assert bets.one_in(ground.share(ALL)) in story.answer
    assert [s.id for s in story.sections] == ["bets", "surprise", "trade-off"]


def test_a_run_of_another_day_leads_with_it_and_says_so(ground):
    standing = (
        Stand("A1", "Controls bite", 0.56, 0.53, 0.58, 0.79, "stands", "", "interpretation (hawk)", -0.07),
        Stand("all", "All five at once", 0.01, 0.01, 0.02, 0.08, "was broken", "A2 breaks"),
    )
    asked = SimpleNamespace(
        day=date(2026, 11, 26), since=date(2025, 2, 26), policy_title="What happened", policy_says="Law.", policy_then_title="As written",
        horizon=date(2032, 12, 31), years_ahead=6.1, standing=standing, settled=(Settled("w", "Streamlining", "2025-05-13: not enforced"),),
        effective_futures=1455.0, newest=date(2026, 11, 23), readings=83, facts=39, warnings=(), looks_to="A1 is judged by the end of 2028", rolled=(), rests_on="",
    )  # fmt: skip
    told = tell.opening(replace(ground, day=asked))
    first, bets_then = told.sections[:2]
    assert (first.id, bets_then.id) == (day.ID, "bets")
    assert first.asks == "What stands on 26 November 2026?"
    assert "A1 depends on" in first.finding
    strip = first.groups[0].bars[0]
    assert (strip.share, strip.said) == (0.56, "56%")
    assert strip.note == "79% then. Holds by the shipped limits; depends on interpretation (hawk)."
    assert "First what stands on 26 November 2026; all else here is as asked of 26 February 2025." in told.lede
    assert "not enforced" in first.points[-1].text
    assert not any(RAW.search(text) for text in texts(first))
    assert "by what was known on 26 November 2026" in first.source, "what its picture rests on"
    assert cards.front(told) == cards.front(tell.opening(ground)), "the picture of the whole is that of the bets"


def test_a_strip_says_the_share_the_bands_and_the_failure_of_the_board(story, ground, small_run):
    strips = story.sections[0].groups[0].bars
    assert len(strips) == len(ground.assumptions) + 1
    for strip, a in zip(strips, ground.assumptions, strict=False):
        cell = next(c for c in small_run.board_rows() if (c.assumption, c.policy) == (a.id, ground.policy))
        assert strip.share == cell.holds
        assert strip.note.lower().find(cell.fails_words.lower()) > 0
        assert all(band.low <= cell.holds <= band.high for band in strip.bands)
        assert "sampling" in [band.reason for band in strip.bands]


def test_the_surprise_is_where_policy_and_what_nobody_knows_lie_furthest_apart(ground, small_run):
    told = surprise.surprise(ground)
    gaps = {}
    for a in ground.assumptions:
        holds = small_run.columns(ground.policy, [f"margin.{a.id}"])[f"margin.{a.id}"] > 0
        by_third = []
        for row, x in zip(small_run.study.priors.rows, small_run.parameters(), strict=True):
            if row.varies and row.distribution != "categorical":
                third = len(x) // 3
                order = np.argsort(x, kind="stable")
                by_third.append(abs(holds[order[-third:]].mean() - holds[order[:third]].mean()))
        by_policy = [abs(ground.share(a.id, p) - ground.share(a.id)) for p in ground.others]
        gaps[a.id] = abs(max(by_third) - max(by_policy))
    assert told.link == f"/a/{max(gaps, key=gaps.get)}"


def test_thirds_part_the_futures_and_their_mean_is_the_share_of_all(ground):
    for a in ground.assumptions:
        found = surprise.splits(ground, a.id)
        assert [abs(s.effect) for s in found] == sorted((abs(s.effect) for s in found), reverse=True)
        held = float((np.asarray(ground.margins[a.id]) > 0).mean())
        assert all(np.mean(s.shares) == pytest.approx(held, abs=1e-3) for s in found[:5])
        assert all(s.cuts[0] <= s.cuts[1] for s in found)


def test_a_trade_wins_and_loses_by_the_board_beyond_sampling(ground):
    found = trade_off.trades(ground)
    assert found
    for t in found:
        assert t.gain == pytest.approx(ground.share(t.won, t.policy) - ground.share(t.won))
        assert t.gain > 0 > t.loss
        assert ground.cell(t.won).apart(ground.cell(t.won, t.policy))
    sizes = [min(t.gain, -t.loss) for t in found]
    assert sizes[0] == max(sizes)


def test_a_policy_is_advised_where_it_is_the_best_in_what_weighs_most(ground):
    points = trade_off.trade_off(ground).points
    for a, point in zip(ground.assumptions, points, strict=True):
        best = max(ground.share(a.id, p) for p in ground.chosen)
        told = ground.title(max(ground.chosen, key=lambda p: ground.share(a.id, p)))
        assert told in point.text or best - ground.share(a.id) < 0.03


def test_no_sentence_shows_a_key_or_a_raw_number(story):
    assert not [t for s in story.sections for t in texts(s) if RAW.search(t)]


def test_the_story_counts_the_policies_that_every_screen_shows_and_says_which_is_no_choice(ground):
    record = replace(ground, policies=(*ground.policies, "history"), board=(*ground.board, *(replace(c, policy="history") for c in ground.board if c.policy == ground.policy)))  # fmt: skip
    assert "Three policies are tried on the same futures." in tell.opening(ground).lede
    told = tell.opening(record)
    assert (
        "Four policies are tried on the same futures: three to choose from, and \u2018What happened\u2019" in told.lede
    )
    assert told.sections[2].source.startswith(
        "\u2018What happened\u2019 is what became of the law, no choice, and is left out"
    )


def test_one_policy_alone_has_no_trade_and_a_story_all_the_same(ground):
    alone = replace(
        ground, policies=(ground.policy,), board=tuple(c for c in ground.board if c.policy == ground.policy)
    )
    told = tell.opening(alone)
    assert [s.id for s in told.sections] == ["bets", "surprise"]
    assert "policies" not in told.lede
    assert len(told.sections[1].groups) == 1


def test_too_few_futures_to_split_leave_policies_to_speak_of(ground):
    few = replace(ground, values=ground.values[:, :100], margins={k: m[:100] for k, m in ground.margins.items()})
    assert "policy" in surprise.surprise(few).finding.lower()
    none = replace(few, policies=(ground.policy,))
    assert surprise.surprise(none) is None


def test_a_picture_of_a_section_holds_its_words_and_is_as_large_as_links_show(story):
    plain = cards.front(story)
    assert "rests on five bets" in plain.replace("\n", " ")
    for section in story.sections:
        drawn = cards.card(section)
        picture = png_of(drawn, 1)
        assert (int.from_bytes(picture[16:20]), int.from_bytes(picture[20:24])) == (1200, 630)
        assert len(picture) > 20_000  # a picture without its typeface has no words
        first = section.groups[0].bars[0]
        assert first.said in drawn


def test_a_door_leads_only_to_a_screen_that_is_there():
    assert [d.link for d in next_steps.doors(["/board", "/rules"]).doors] == ["/board", "/rules"]


def test_a_part_that_cannot_be_told_says_why(small_run, monkeypatch):
    def fails(run):
        raise KeyError("margin.A1")

    monkeypatch.setitem(tell.LONG, "watch", fails)
    assert "margin.A1" in tell.long_section("watch", small_run)


@pytest.mark.parametrize(
    ("shares", "said"),
    [
        ({"A1": [0.9, 0.5], "A2": [0.8, 0.4]}, "does at least as well as any other in every bet"),
        ({"A1": [0.9, 0.5], "A2": [0.3, 0.4]}, "each has its price"),
    ],
)
def test_a_choice_has_a_price_only_where_the_table_says_so(ground, shares, said):
    first, second = ground.chosen[:2]
    table = {(a, p): share for a, both in shares.items() for p, share in zip((first, second), both, strict=True)}
    bets = [SimpleNamespace(id=a) for a in shares]
    told = trade_off._unbeaten(
        SimpleNamespace(assumptions=bets, chosen=(first, second), title=ground.title, share=lambda a, p: table[a, p])
    )
    assert said in told


def test_the_story_tells_first_what_the_model_has_the_other_way_by_most(small_run, monkeypatch):
    items = {a.id: [(kind, item) for kind, item in a.items if kind != "watch"] for a in small_run.study.assumptions}
    (kind, item), (_, agreed) = items["A1"][0], next(pair for pair in items["A1"][1:] if pair[0] == "driver")
    wrong = -0.4 if kind == "driver" else 0.4
    rows = {
        "A1": (
            Carried(item.id, kind, wrong, wrong, wrong, item.statement),
            Carried(agreed.id, "driver", 0.6, 0.6, 0.6, agreed.statement),
        )
    }
    monkeypatch.setattr(track_record.answers_of_run, "carried", lambda run, a, policy: rows.get(a, ()))
    monkeypatch.setattr(track_record, "_figures", lambda run: [])
    told = track_record.disagreements(small_run)
    way = "lowers" if wrong < 0 else "raises"
    assert f"{way} its share of futures by 40 points" in told.finding
    assert told.points[0].text.startswith(item.statement)
    assert "other way" not in told.text[0]
    assert not [point for point in told.points if point.text.startswith(agreed.statement)]
