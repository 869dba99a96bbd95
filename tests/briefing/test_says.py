"""What the brief and the terminal say against the run that they tell of."""

import io
import re
from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest
from rich.console import Console

from premortem import questions
from premortem.briefing import assumption as brief_assumption
from premortem.briefing import page_one, policies
from premortem.case import default
from premortem.propositions import assumption
from premortem.propositions.assumption import Condition, Limit
from premortem.propositions.board_cells import cells
from premortem.questions import describe, findings
from premortem.questions.compare import Compared, Difference, Regret
from premortem.questions.scenario_discovery import Box
from premortem.questions.watch import ToWatch
from premortem.questions.weighted_board import ShortCell
from premortem.terminal import board
from premortem.terminal import compare as compared
from premortem.terminal import watch as watching
from premortem.text import phrases
from premortem.text.numbers import spell_count


def fake(assumptions, shares, policies=("as-written", "streamlined")):
    """A run of which only the board is known: shares by assumption, the same under every policy."""
    rows = [
        {
            "assumption": k, "policy": p, "holds": x, "low": x - 0.01, "high": x + 0.01, "alone": [],
            "fails_on": [{"condition": c.id, "share": 1 / len(a.condition)} for a in assumptions if a.id == k for c in a.condition]
            or [{"condition": assumptions[0].id, "share": 1.0}],
        }
        for p in policies for k, x in shares.items()
    ]  # fmt: skip
    frame = pl.DataFrame(rows, infer_schema_length=None)
    title = {"as-written": "As written", "streamlined": "Streamlined"}
    study = SimpleNamespace(
        case=default(),
        options="",
        assumptions=assumptions,
        law=lambda p: SimpleNamespace(policy=SimpleNamespace(title=title.get(p, p))),
    )
    run = SimpleNamespace(study=study, policies=policies, futures=1000, stored=1000, non_finite={}, board=lambda: frame)
    run.board_rows = lambda: cells(run.board())
    return run


def own(number: int):
    """An assumption of somebody's own."""
    limit = Limit(value=1, low=0.5, high=2, unit="ratio", basis="judgement")
    condition = Condition(id="grows", says="It grows", margin="x - limit", over_time="x - limit", limit=limit)
    return assumption.Assumption(id=f"A{number}", name="It grows", claim="it grows", condition=(condition,))


@pytest.fixture(params=[1, 2, 5, 6, 13])
def of_many(request):
    every = (*assumption.shipped_assumptions(default()), *(own(n) for n in range(6, 20)))[: request.param]
    return fake(every, {a.id: 0.5 + 0.01 * i for i, a in enumerate(every)} | {"all": 0.19})


def flat(block) -> str:
    """All words of a part of the brief."""
    return repr(block)


def test_f077_counts_are_counted_and_never_five_by_habit(of_many):
    many = len(of_many.study.assumptions)
    page = page_one.page_one(of_many, [])
    said = flat(page) + findings.headline(of_many, "as-written")
    assert "the five" not in said
    assert f"{phrases.capital(spell_count(many))} assumption" in said
    if many != 5:
        assert not re.search(r"\bfive\b", said, re.IGNORECASE)
    rows = page_one.board(of_many).rows
    assert len(rows) == many + 1
    assert rows[-1].of.name == phrases.at_once(many)


def test_a_board_of_more_policies_than_stand_abreast_has_them_one_below_the_other_and_what_fails_below_each_assumption():
    shipped = assumption.shipped_assumptions(default())
    shares = {a.id: 0.5 for a in shipped} | {"all": 0.2}
    policies = tuple(f"policy-{i}" for i in range(page_one.ABREAST + 1))
    tall, wide = (page_one.board(fake(shipped, shares, of)) for of in (policies, policies[:-1]))
    assert [row.of.name for row in tall.rows] == [*policies]
    assert [line.id for line in tall.columns] == [row.of.id for row in wide.rows] == [*(a.id for a in shipped), "all"]
    assert tall.remarks == tuple(row.remark for row in wide.rows)
    assert {len(row.cells) for row in tall.rows} == {len(tall.columns)}
    assert not any(row.remark for row in tall.rows)


def test_what_always_fails_first_is_told_without_a_share():
    assert phrases.fails_first(1.0, "it rains") == "; whenever it breaks, it rains"
    assert phrases.fails_first(0.74, "it rains") == "; what fails first in 74% of its breaks: it rains"


def test_f077_one_section_more_is_told_beyond_the_assumptions(of_many):
    from premortem.briefing.content import Section

    page = page_one.page_one(of_many, [Section("edits", "A finding", "Clauses", (), finding=True)])
    assert "Beyond the assumptions" in flat(page)


def test_f059_an_own_condition_without_words_of_failing_is_told_as_not_holding():
    assert own(6).condition[0].failure == "not: It grows"


def test_f059_every_shipped_condition_has_words_of_failing():
    for a in assumption.shipped_assumptions(default()):
        for c in a.condition:
            assert c.fails, f"{a.id}.{c.id}"
            assert c.fails.lower() != c.says.lower()
    widens = assumption.shipped_assumptions(default())[0].condition[0]
    assert widens.id == "lead_widens"
    assert "too little" in widens.fails


def test_f059_findings_and_the_first_page_tell_failing(of_many):
    holding = {c.says for a in of_many.study.assumptions for c in a.condition}
    remarks = [r.remark for r in page_one.board(of_many).rows]
    assert not [r for r in remarks if r in holding]
    for line in findings.findings(of_many):
        assert not any(line.endswith(f": {said}.") for said in holding)


def box(limits, values, names, breaks, left):
    inside = left.copy()
    for k, (low, high) in limits.items():
        x = values[names.index(k)]
        inside &= (x >= low) & (x <= high)
    caught = (inside & breaks).sum()
    made = Box(limits, float(caught / breaks.sum()), float(caught / inside.sum()), float(inside.mean()), {}, {}, (), 0)
    return made, inside


def test_f037_a_later_box_says_that_it_is_measured_outside_the_first_ones(study):
    rng = np.random.default_rng(3)
    names = ("patch_lag", "imitation_lag")
    rows = [study.priors[n] for n in names]
    values = np.array([row.quantile(rng.uniform(size=4000)) for row in rows])
    middle = np.median(values, axis=1)
    breaks = (values[0] > middle[0]) | ((values[1] > middle[1]) & (rng.uniform(size=4000) < 0.6))
    left = np.ones(4000, bool)
    one, inside = box({"patch_lag": (float(middle[0]), float(values[0].max()))}, values, list(names), breaks, left)
    left &= ~inside
    two, second = box({"imitation_lag": (float(middle[1]), float(values[1].max()))}, values, list(names), breaks, left)
    first_said, said = describe.sentence(one, "A3", study), describe.sentence(two, "A3", study, [one])
    assert first_said.startswith("A3 breaks in")
    assert said.startswith("Outside the first box, A3 breaks in")
    shares = [int(x) for x in re.findall(r"(\d+)%", re.sub(r"in which .*?, against", ", against", said))]
    literal = [(breaks & second).sum() / second.sum(), breaks[left].mean(), (breaks & second).sum() / breaks.sum()]
    assert shares == [round(100 * x) for x in literal]
    assert describe.sentence(two, "A3", study, [one, one]).startswith("Outside the first two boxes,")


def test_f037_the_boxes_of_the_brief_are_told_so(study):
    rows = [
        SimpleNamespace(sentence=s, density_out_of_sample=0.8, coverage_out_of_sample=0.4)
        for s in ("A3 breaks", "Outside the first box, A3 breaks")
    ]
    first, second = brief_assumption._boxes(SimpleNamespace(boxes=rows))
    assert "outside the boxes before it" not in flat(first)
    assert "outside the boxes before it" in flat(second)


def printed(monkeypatch, width: int, show) -> str:
    out = io.StringIO()
    console = Console(file=out, width=width, highlight=False, force_terminal=False)
    for module in (board, compared, watching):
        monkeypatch.setattr(module, "Console", lambda **_: console)
    show()
    return out.getvalue()


@pytest.mark.parametrize("width", [60, 80, 96, 110, 128, 130, 160, 200])
def test_f065_the_board_never_cuts_a_digit(monkeypatch, of_many, width):
    text = printed(monkeypatch, width, lambda: board.print_board(of_many))
    assert "…" not in text
    assert max(map(len, text.splitlines())) <= width
    for share in {r.holds for r in of_many.board_rows()}:
        assert text.count(phrases.short(share)) >= len(of_many.policies)


def test_f065_bars_are_shown_where_they_fit(monkeypatch):
    run = fake(assumption.shipped_assumptions(default()), {f"A{i}": 0.5 for i in range(1, 6)} | {"all": 0.2})
    text = printed(monkeypatch, 100, lambda: board.print_board(run))
    assert re.search(r"[█#]", text)


def test_f065_no_table_of_a_comparison_cuts_a_digit(monkeypatch):
    names = ("as-written", "a-policy-with-a-name-of-forty-characters")
    result = Compared(
        futures=5000, simulated_now=(), warnings=("3 futures failed",), left_out=(), failed={}, compared_in=5000,
        shares={p: {f"A{i}": 0.123 for i in range(1, 6)} for p in names},
        regret=dict.fromkeys(names, Regret(0.1, 0.2, 0.3)), rankings={"mean_regret": names}, scores={}, weights={}, ranks={}, intervals={},
        winners={"mean_regret": names[0]}, disagree=False, pareto=names, differences={names[1]: {}}, regret_by_assumption={},
    )  # fmt: skip
    text = printed(monkeypatch, 60, lambda: compared.print_compare(result))
    assert "…" not in text
    assert text.count("12%") == 10
    assert "Note: 3 futures failed." in text


def test_f057_the_terminal_marks_a_share_of_few_effective_futures(monkeypatch):
    result = ToWatch(
        as_of=date(2025, 2, 26), policy="as-written", effective_futures=107.0, effective_futures_before=4096.0, futures=4096,
        before="alike", after="weighted", board_before=(ShortCell("A5", "as-written", 0.6, 0.59, 0.61),),
        board_after=(ShortCell("A5", "as-written", 0.49, 0.4, 0.5),), signposts=(), collapsed=False, failed=0, readings=(),
        left_out=(), warnings=(),
    )  # fmt: skip
    console = Console(file=io.StringIO(), width=100)
    watching._boards(console, result)
    assert "weak: 107 effective futures" in console.file.getvalue()
    console = Console(file=io.StringIO(), width=100)
    watching._boards(console, replace(result, effective_futures=900.0))
    assert "weak" not in console.file.getvalue()


@pytest.mark.slow
def test_f060_the_brief_claims_no_families_in_a_continuum(small_run):
    from premortem.briefing import families

    result, section = questions.futures(small_run), families.families(small_run)
    assert section.title == phrases.grouping_phrase(result.k, result.continuum)
    assert ("continuum" in section.title) == result.continuum
    if result.continuum:
        assert "family is" not in flat(section)


def test_a_policy_that_changes_most_is_named_beside_what_was_left_out():
    every = assumption.shipped_assumptions(default())
    shares = {a.id: 0.5 for a in every} | {"all": 0.19}
    whole = findings.findings(fake(every, shares, ("as-written", "streamlined", "history")))
    assert all("History aside, " in line for line in whole)
    assert "History aside" in flat(page_one.page_one(fake(every, shares, ("as-written", "streamlined", "history")), []))
    assert not [line for line in findings.findings(fake(every, shares)) if "History" in line]


def test_a_comparison_says_that_history_is_left_out(monkeypatch, small_run):
    out = io.StringIO()
    monkeypatch.setattr(compared, "Console", lambda **more: Console(file=out, width=200, **more))
    result = questions.compare(small_run, time=False)
    assert result.left_out == ()
    compared.print_compare(replace(result, left_out=("history",)))
    assert "History is what happened and no choice, so it is left out" in out.getvalue()


@pytest.mark.parametrize(
    ("change", "low", "high", "said"),
    [
        (0.0004, 0.0001, 0.0008, "+0.04 (+0.01 to +0.08)"),
        (-0.0012, -0.0019, -0.0003, "-0.12 (-0.19 to -0.03)"),
        (0.015, 0.012, 0.017, "+1.5 (+1.2 to +1.7)"),
    ],
)
def test_a_change_beyond_sampling_error_never_reads_as_none(change, low, high, said):
    assert compared._interval(Difference(change, low, high)) == said


def test_a_change_of_shares_is_told_so_that_the_shares_shown_add_up():
    every = assumption.shipped_assumptions(default())
    run = fake(every, {a.id: 0.445 for a in every} | {"all": 0.1})
    other = run.board().with_columns(
        **{
            name: pl.when(pl.col("policy") == "streamlined").then(0.396 + by).otherwise(pl.col(name))
            for name, by in (("holds", 0), ("low", -0.01), ("high", 0.01))
        }
    )
    run.board = lambda: other
    line = findings.findings(run)[2]
    assert "holds in 44% of futures" in line
    assert line.endswith("Streamlined changes it most: -4.9 points.")  # 44% and 40% would part by four


def test_policies_that_sampling_cannot_tell_apart_are_not_ranked():
    every = assumption.shipped_assumptions(default())[:2]
    run = fake(every, {a.id: 0.4 for a in every} | {"all": 0.1}, ("as-written", "streamlined", "third"))
    near = run.board().with_columns(
        holds=pl.col("holds") + pl.when(pl.col("policy") == "third").then(-0.009).otherwise(0)
    )
    run.board = lambda: near
    assert (
        brief_assumption._ranked(run, every[0])
        == f"{every[0].id} holds about as often under every policy: in 39% to 40% of futures"
    )
    assert findings.findings(run)[0].endswith("It is about the same under every other policy.")
    assert policies._title(run) == "Every assumption holds about as often under every policy"
    assert "Every policy keeps both together about as often: in about 9% to 10% of futures" in page_one._lede(run)


def test_of_one_policy_that_leads_and_others_alike_only_the_first_is_named():
    every = assumption.shipped_assumptions(default())[:2]
    run = fake(every, {a.id: 0.4 for a in every} | {"all": 0.1}, ("as-written", "streamlined", "third"))
    leads = pl.when(pl.col("policy") == "third").then(0.3).otherwise(0)
    board = run.board().with_columns(**{name: pl.col(name) + leads for name in ("holds", "low", "high")})
    run.board = lambda: board
    assert (
        brief_assumption._ranked(run, every[0])
        == f"{every[0].id} holds most often under \u2018third\u2019 (70%) and least under two alike (40%)"
    )
    assert "third serves every assumption best" in policies._title(run)


def test_a_run_of_one_policy_speaks_of_no_others(monkeypatch):
    every = assumption.shipped_assumptions(default())
    shares = {a.id: 0.5 for a in every} | {"all": 0.19}
    one, two = fake(every, shares, ("as-written",)), fake(every, shares)
    one.replicates = 10
    said = flat(page_one.page_one(one, [])) + flat(brief_assumption._shares(one, every[0]))
    assert "every policy" not in said
    assert "compare policies" not in said
    assert "same futures under every policy" in flat(page_one.page_one(two, []))
    for run, told in ((one, "x 1 policy,"), (two, "x 2 policies,")):
        run.timing, run.seed, run.seconds = None, 7, {}
        assert told in printed(monkeypatch, 120, lambda run=run: board.print_run(run))


NUMBERS = {"a third": 1 / 3, "a fifth": 0.2, "half": 0.5, "six": 6.0, "two thirds": 2 / 3}


def test_a_condition_says_the_number_that_it_tests():
    """Where the sentence names an amount, it is the limit; a log growth reads as what it makes of a year."""
    for a in assumption.shipped_assumptions(default()):
        for c in a.condition:
            value, told = c.limit.value, c.says
            if c.limit.unit == "log growth a year":
                value = np.expm1(value)
            amounts = [float(x) / 100 for x in re.findall(r"(\d+)%", told)]
            amounts += [float(x) for x in re.findall(r"over (0\.\d+)", told) + re.findall(r"(\d\.\d+) times", told)]
            amounts += [x for word, x in NUMBERS.items() if re.search(rf"\b{word}\b", told)]
            if not amounts:
                assert value == 1.0, f"{a.id}.{c.id}: {told}"  # higher, or covered: no amount to name
            assert all(abs(x - value) <= 0.005 for x in amounts), f"{a.id}.{c.id}: {told}"


def test_what_is_left_out_of_a_brief_is_told_within_the_width_of_the_terminal(monkeypatch, capsys):
    from premortem.cli import run as commands

    monkeypatch.setenv("COLUMNS", "60")
    commands._say_left_out(["families: too little to go on, since " + "so few futures hold " * 8])
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) > 1
    assert max(map(len, lines)) <= 60
    assert lines[0].startswith("warning: families")
