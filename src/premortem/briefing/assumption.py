"""An assumption: what it claims, when it breaks, what carries it, how little it takes, what to watch."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import polars as pl

from premortem import questions
from premortem.briefing.content import (
    Block,
    Figure,
    Fold,
    Heading,
    Note,
    Pair,
    Section,
    Strong,
    Table,
    bullets,
    see,
    text,
)
from premortem.briefing.page_one import claims
from premortem.briefing.threshold_curves import curve, shift_of
from premortem.charts import figures, policy_figures
from premortem.propositions.assumption import Assumption, shipped_assumptions
from premortem.questions import answers_of_run, describe
from premortem.questions.attribution import Carried, contrary, disagreements
from premortem.questions.attribution import against as other_way
from premortem.questions.breaking_points import Turn
from premortem.questions.findings import cell, first_failure, level_with, share_of, title_of
from premortem.questions.stress import Explained
from premortem.study import Run
from premortem.text import phrases, steps

# Single moves shown.
MOVES = 2
# Strongest drivers and arrestors that the figure shows.
STRONGEST = 5
# Items that the model has the other way and that stand open, the largest.
LARGEST = 3
# What it says of the share that holds when a band of the margin is the lowest one above 0, and between what shares.
HOLDING = (
    ("p5", "more than nineteen futures in twenty", 0.95, 1.0),
    ("p25", "at least three futures in four", 0.75, 0.95),
    ("p50", "more than half of all futures", 0.5, 0.75),
    ("p75", "fewer than half of all futures", 0.25, 0.5),
    ("p95", "fewer than one future in four", 0.05, 0.25),
    ("", "fewer than one future in twenty", 0.0, 0.05),
)
# Beyond this the share at one quarter and that of the board are told apart [share of futures].
APART = 0.05
THRESHOLDS = Note(
    "Thresholds are judgement. The HTML edition shows the verdict against each, and a study may set its own."
)


def assumption(run: Run, a: Assumption, alone: Callable[[], Sequence[Turn]]) -> Section:
    """The section of one assumption under the run's first policy; `alone` gives the single moves that turn its verdict, which
    may be worked out meanwhile.
    """
    first = run.policies[0]
    why = answers_of_run.explained(run, a.id, first)
    fan, effects = _fan(run, a, first), _effects(a, why)
    conditions = phrases.listing([phrases.lower_first(c.says) for c in a.condition])
    blocks: list[Block] = [
        text(Strong("The assumption. "), phrases.sentence(a.claim), *([claims(run)] if _of_case(run, a) else [])),
        text(
            Strong("What it takes here. "),
            f"It holds when {conditions}.",
            THRESHOLDS,
            " ",
            see(fan.id),
            " follows its margin.",
        ),
        fan,
        Heading("What breaks it"),
        *_boxes(why),
        text(_little(alone())),
    ]
    if effects:
        blocks += [
            Heading("What carries it"),
            text(
                "Drivers are meant to hold it up, arrestors to bring it down; ",
                see(effects.id),
                " shows what each does in the model.",
            ),
            effects,
        ]
    if a.watch:
        blocks += [Heading("What to watch"), bullets(*(phrases.sentence(w.statement) for w in a.watch))]
    if against := disagreements(why.attribution, a.items):
        largest = contrary(why.attribution)[:LARGEST]
        if largest:
            blocks += [
                Heading(f"Where the model has it the other way than {run.study.case.text.source or 'what is said'}"),
                bullets(*(f"{row.statement}. {phrases.sentence(other_way(row))}" for row in largest)),
            ]
            against = tuple(said for said in against if not said.startswith(tuple(row.statement for row in largest)))
        heading = f"Where the model disagrees with {run.study.case.text.source or 'what is said'}: {phrases.count_noun(len(against), 'item')}"
        if against:
            blocks.append(Fold(heading, (bullets(*(phrases.sentence(said) for said in against)),)))
    blocks.append(_more(run, a, first))
    here = share_of(run, a.id, first)
    title = f"{a.id} \u00b7 {a.name}: {phrases.holds(here)} {phrases.policy_phrase(title_of(run, first))}"
    return Section(a.id, title, f"{a.id} {a.name}", tuple(blocks))


def _of_case(run: Run, a: Assumption) -> bool:
    """Whether an assumption is one of the case's, and not somebody's own."""
    return a.claim in {s.claim for s in shipped_assumptions(run.study.case)}


def _fan(run: Run, a: Assumption, policy: str) -> Figure:
    rows = run.bands(policy).filter(pl.col("series") == f"margin.{a.id}")
    shown = run.study.case.text.shown or run.study.steps[-1]
    end, when = rows.filter(pl.col("quarter") == shown).row(0, named=True), steps.at(shown)
    verdict, low, high = next((said, low, high) for band, said, low, high in HOLDING if not band or end[band] > 0)
    title, board = title_of(run, policy), share_of(run, a.id, policy)
    alike = low - APART <= board <= high + APART
    finding = f"{title}, {a.id} holds in {verdict} {when}"
    if not alike:
        finding = f"{phrases.capital(when)} by itself {a.id} holds in {verdict}; at the dates of its conditions, as on the board, in {phrases.share(board)}"
    return Figure(
        f"fan-{a.id}",
        finding,
        figures.fan(rows, "margin", run.study.case.settings.day.year),
        f"Margin of the weakest condition by {steps.word(shown)}; above 0 the assumption holds. Line and bands: median, middle half and 5 to 95% of "
        f"{phrases.count_noun(run.futures, 'future')}. The board takes the "
        "verdict at the dates that the conditions name"
        + ("." if alike else f"; here {phrases.step_by_step(steps.word(shown))}."),
        f"Fan of the margin of {a.id} by {steps.word(shown)}. {phrases.capital(when)}: median {end['p50']:.2f}, middle half {end['p25']:.2f} to "
        f"{end['p75']:.2f}, 5 to 95% {end['p5']:.2f} to {end['p95']:.2f}; above 0 the assumption holds.",
    )


def _boxes(why: Explained) -> list[Block]:
    """The boxes as sentences, with how they did on futures drawn anew."""
    if not why.boxes:
        return [text(f"Scenario discovery finds nothing to say here: {why.verdict}.", look="box")]
    return [
        text(
            f"{b.sentence}.",
            Note(
                f"{'' if i else 'Found by the patient rule induction method (Friedman and Fisher 1999). '}On futures drawn anew: "
                f"{b.density_out_of_sample:.0%} break inside{' and outside the boxes before it' if i else ''}; "
                f"{b.coverage_out_of_sample:.0%} of all breaks lie there."
            ),
            look="box",
        )
        for i, b in enumerate(why.boxes)
    ]


def _little(alone: Sequence[Turn]) -> str:
    """How little it takes from the central case, as a sentence."""
    if not alone:
        return "No uncertainty alone turns the verdict of the central case within 95% of its range: it takes several together."
    moves = [turn.says for turn in alone[:MOVES]]
    verdict = "breaks" if alone[0].breaks else "is broken, and mends"
    more = f" ({phrases.count_noun(len(alone), 'uncertainty')} could do it alone)" if len(alone) > MOVES else ""
    return f"How little it takes: the central case {verdict} when {'; or '.join(moves)}, all else at its centre{more}."


def _effects(a: Assumption, why: Explained) -> Figure | None:
    measured = [r for r in why.attribution if isinstance(r, Carried)]
    if not measured:
        return None
    top = measured[0]
    rows = pl.DataFrame([r.as_dict() for r in measured[:STRONGEST]])
    said = "; ".join(f"{r.statement} ({r.kind}): {phrases.points(r.effect)}" for r in measured)
    return Figure(
        f"effects-{a.id}",
        _strongest(a, top),
        figures.effects(rows),
        "Change of the share that holds by more of an item: as it is rather than at its least, by what it says that it raises and lowers; paired over "
        f"up to {questions.FROZEN:,} futures, until it is known; line: 95% interval. The {len(rows)} strongest of {len(why.attribution)}; the HTML edition lists all.",
        f"{said}.",
    )


def _strongest(a: Assumption, top: Carried) -> str:
    """Which item moves the share that holds most, and which way."""
    if not round(100 * top.effect):
        return f"{a.id}: no driver or arrestor moves the share that holds by a point"
    does = "adds most" if top.effect > 0 else "takes most away"
    return f"{a.id}: what stands for this {top.kind} {does}, {phrases.points(top.effect)}: {phrases.lower_first(top.statement)}"


def _more(run: Run, a: Assumption, policy: str) -> Fold:
    """By policy, by condition, by threshold, and every item with what it is bound to."""
    by_policy = _shares(run, a)
    made: list[Block] = [
        text(see(by_policy.id), " compares the policies." if len(run.policies) > 1 else " shows the share."),
        by_policy,
    ]
    if len(a.condition) > 1:
        causes = _causes(run, a)
        made += [
            text(see(causes.id), f" shows what fails first{' under each' if len(run.policies) > 1 else ''}."),
            causes,
        ]
    curves = [curve(run, a, c, policy, shift) for c in a.condition if (shift := shift_of(c))]
    if curves:
        made.append(
            text(
                see(*(c.id for c in curves)),
                " move the thresholds, all else as it is." if len(curves) > 1 else " moves the threshold.",
            )
        )
    while curves:
        pair, curves = curves[:2], curves[2:]
        made.append(Pair((pair[0], pair[1])) if len(pair) == 2 else pair[0])
    rows = tuple(
        (
            i.statement,
            kind,
            phrases.listing([describe.stands_for(run.study, b) for b in i.binds])
            if i.modelled
            else f"not modelled: {i.why}",
        )
        for kind, i in a.items
        if kind != "watch"
    )
    made.append(
        Table(
            f"Drivers and arrestors of {a.id} and what stands for them in the model.",
            ("Item", "Kind", "In the model"),
            rows,
            wide=(0, 2),
        )
    )
    compared = "policies, " if len(run.policies) > 1 else ""
    return Fold(f"More on {a.id}: {compared}conditions, thresholds, items", tuple(made))


def _shares(run: Run, a: Assumption) -> Figure:
    titles = {p: title_of(run, p) for p in run.policies}
    rows = run.board().filter(pl.col("assumption") == a.id).select("policy", "holds", "low", "high")
    shares = {titles[r["policy"]]: r["holds"] for r in rows.to_dicts()}
    return Figure(
        f"shares-{a.id}",
        _ranked(run, a),
        policy_figures.shares(rows, titles),
        f"{phrases.count_noun(run.futures, 'future')}{phrases.same_futures_phrase(len(shares))}; line: 95% interval from {run.replicates} independent replicates of the design.",
        "Share of futures in which it holds. " + "; ".join(f"{k}: {phrases.share(v)}" for k, v in shares.items()) + ".",
    )


def _ranked(run: Run, a: Assumption) -> str:
    """Under which policy an assumption holds most and least often; policies that sampling cannot tell apart are not ranked."""
    shares = {p: share_of(run, a.id, p) for p in run.policies}
    best, worst = max(shares, key=lambda p: shares[p]), min(shares, key=lambda p: shares[p])
    if len(shares) == 1:
        return f"{a.id} {phrases.holds(shares[best])} {phrases.policy_phrase(title_of(run, best))}"
    if worst in level_with(run, a.id, best, [worst]) or best == worst:
        return f"{a.id} holds about as often under every policy: in {phrases.between(shares.values())} of futures"
    return f"{a.id} holds most often {_alike(run, a, best, shares)} and least {_alike(run, a, worst, shares)}"


def _alike(run: Run, a: Assumption, policy: str, shares: Mapping[str, float]) -> str:
    """A policy with its share, or how many hold about as often as it with the range of their shares."""
    alike = [policy, *level_with(run, a.id, policy, shares)]
    said = phrases.between(shares[p] for p in alike)
    under = (
        phrases.policy_phrase(title_of(run, policy))
        if len(alike) == 1
        else f"under {phrases.spell_count(len(alike))} alike"
    )
    return f"{under} ({said})"


def _causes(run: Run, a: Assumption) -> Figure:
    says = {c.id: c.failure for c in a.condition}
    rows: list[dict[str, Any]] = [
        {"policy": title_of(run, p), "condition": says[k], "share": v, "rank": i}
        for p in run.policies
        for i, (k, v) in enumerate(cell(run, a.id, p).fails_on.items())
    ]
    top = first_failure(run, a, run.policies[0])
    title = (
        phrases.capital(phrases.breaks_first(top[1], f"the breaks of {a.id}", a.id, top[0].failure))
        if top
        else f"{a.id} never breaks"
    )
    return Figure(
        f"causes-{a.id}",
        title,
        policy_figures.causes(pl.DataFrame(rows), [title_of(run, p) for p in run.policies]),
        "The condition with the smallest margin, as a share of the futures in which the assumption breaks.",
        "; ".join(f"{r['policy']}, {r['condition']}: {phrases.share(r['share'])}" for r in rows) + ".",
    )
