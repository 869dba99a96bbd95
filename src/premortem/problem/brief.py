"""The brief of a problem's run: one page of HTML that needs nothing from outside, with the board, where and why propositions break, and policies."""

from collections.abc import Callable
from functools import cache, partial
from importlib.resources import files
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from jinja2 import Environment, FunctionLoader
from markupsafe import Markup

from premortem.charts import exploration
from premortem.charts.render import font_face, svg
from premortem.errors import BadInput, MissingData
from premortem.files import writer
from premortem.problem import pictures
from premortem.problem.breaking import BreakingPoints
from premortem.problem.comparing import number_or_dash
from premortem.problem.evaluate import Evaluator
from premortem.problem.margins import Proposition
from premortem.problem.pictures import Asked
from premortem.problem.sections import Block, Section, priors, settings
from premortem.problem.words import called, condition, under, units
from premortem.questions.tables.boxes import Boxes
from premortem.questions.tables.indices import Sobol
from premortem.text.numbers import capital, count_noun, listing, number, share, spell_count
from premortem.text.phrases import plainly

TEMPLATES = files("premortem.problem") / "templates"
# Outcomes and propositions of which the brief says more than the board does.
MOST = 8
# Share of the futures that must hold, and break, for the two to be told apart well.
EVEN = 0.05


class Told(Asked, Protocol):
    """A run, as the brief asks it."""

    @property
    def futures(self) -> int:
        """How many."""

    @property
    def seed(self) -> int:
        """The seed."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader must know."""

    @property
    def propositions(self) -> tuple[Proposition, ...]:
        """What is tested."""

    @property
    def evaluator(self) -> Evaluator:
        """What runs the model."""

    def breaking_points(self, assumption: str, policy: str | None = None) -> BreakingPoints:
        """How little turns it."""


def write(run: Told, path: Path) -> Path:
    """The brief as a file. Raises `BadInput` where it cannot be written."""
    writer.check_target(path)
    writer.write(path, page(run))
    return path


def page(run: Told) -> str:
    """The brief as HTML."""
    made = [
        _board(run),
        *(_proposition(run, p) for p in run.propositions[:MOST]),
        _spread(run),
        *_series(run),
        *_outcomes(run),
        *_policies(run),
        *settings(run.plan.definition, run.plan.policies),
        *priors(run.plan.definition),
        _method(run),
    ]
    sections = [section for section in made if section is not None]
    css = font_face() + (TEMPLATES / "brief.css").read_text("utf-8")
    return (
        environment()
        .get_template("brief.html.j2")
        .render(title=_title(run), lead=lead(run), notes=run.notes, sections=sections, css=Markup(css))
    )


@cache
def environment() -> Environment:
    """What renders the pages of a problem."""
    return Environment(
        autoescape=True, trim_blocks=True, loader=FunctionLoader(lambda name: (TEMPLATES / name).read_text("utf-8"))
    )


def _title(run: Told) -> str:
    many = count_noun(run.futures, "future")
    what = "how policies hold up in " if len(run.policies) > 1 else "what holds in " if run.propositions else ""
    return f"{run.plan.definition.name}: {what}{many}"


def lead(run: Told) -> str:
    """The answer in a few sentences: which policy holds most, which proposition is weakest."""
    if not run.propositions:
        return "No proposition is declared, so this tells what comes out and what that depends on."
    rows = [row for row in run.board().to_dicts() if row["holds"] is not None]
    if not rows:
        return "The model failed in every future."
    alone = [row for row in rows if row["assumption"] != "all"]
    weakest = min(alone, key=lambda row: row["holds"])
    together = [row for row in rows if row["assumption"] == "all"] or alone
    best = max(together, key=lambda row: row["holds"])
    what = (
        f"{_every(len(run.propositions))} propositions hold at once"
        if len(run.propositions) > 1
        else f"{called(best['assumption'])} holds"
    )
    where = under(run.policies, best["policy"])
    said = f"{capital(what)} in {share(best['holds'])} of futures{where}"
    others = [row for row in together if row is not best]
    if others:
        worst = min(others, key=lambda row: row["holds"])
        said += f"; in {share(worst['holds'])}{under(run.policies, worst['policy'])}"
    if len(run.propositions) > 1 or len(run.policies) > 1:
        where = under(run.policies, weakest["policy"])
        said += f". The weakest: {called(weakest['assumption'])}{where}, {share(weakest['holds'])}"
    return f"{said}. These are shares of futures tried, not forecasts."


def _every(count: int) -> str:
    """How all of several are called."""
    return "both" if count == 2 else f"all {spell_count(count)}"


def _board(run: Told) -> Section | None:
    if not run.propositions:
        return None
    caption = f"Share of {count_noun(run.futures, 'future')} in which each proposition holds, the same futures under every policy, with the 95% interval of sampling."
    rows = [[plainly(p.name), condition(p, run.plan.definition)] for p in run.propositions]
    return Section(
        "board",
        "What holds",
        [Block(caption, drawn(exploration.board(run.board()))), Block(heads=("proposition", "holds where"), rows=rows)],
    )


def _proposition(run: Told, p: Proposition) -> Section:
    """Where a proposition breaks under one policy."""
    policy, why = _telling(run, p)
    blocks = [Block(why)] if why else []
    found = _tried(lambda: run.boxes(p.name, policy), blocks)
    if found:
        blocks += [Block(f"{box.sentence[:1].upper()}{box.sentence[1:]}.") for box in found.boxes]
        if found.boxes:
            blocks.append(Block(pictures.box_caption(found), drawn(pictures.box_pairs(run, found, p.name, policy))))
        else:
            blocks.append(Block(without_boxes(found)))
    turns = _tried(lambda: run.breaking_points(p.name, policy), blocks)
    if turns:
        blocks.append(Block(turns.verdict))
    return Section(f"proposition-{p.name}", f"Where {called(p.name)} breaks{under(run.policies, policy)}", blocks)


def without_boxes(found: Boxes) -> str:
    """Why there is no box, in a sentence."""
    if found.fails in (0.0, 1.0):
        return f"It {'breaks' if found.fails else 'holds'} in every future tried, so nothing tells futures apart."
    return f"No simple combination of conditions explains where it breaks: {found.verdict}."


def _telling(run: Told, p: Proposition) -> tuple[str, str]:
    """The policy under which a proposition is weakest; where it holds, or breaks, in nearly all futures of that one, the policy nearest to an
    even share, where there is most to tell apart, and in words why it is shown.
    """
    held = {
        row["policy"]: row["holds"]
        for row in run.board().to_dicts()
        if row["assumption"] == p.name and row["holds"] is not None
    }
    if not held:
        return run.policies[0], ""
    weakest = min(held, key=lambda name: held[name])
    even = min(held, key=lambda name: abs(held[name] - 0.5))
    if EVEN <= held[weakest] <= 1 - EVEN or even == weakest:
        return weakest, ""
    return even, (
        f"Under {called(weakest)} it is weakest and holds in {share(held[weakest])} of futures, which leaves little to tell apart; so this is told "
        f"of {called(even)}, under which it holds in {share(held[even])}."
    )


def _spread(run: Told) -> Section | None:
    """What comes out: the middle and the ends of each outcome under each policy, of futures that did not fail."""
    d, rows = run.plan.definition, []
    for o in d.outcomes:
        for policy in run.policies:
            held = run.answers[policy]
            known = held.outcomes[o.name][held.failed == ""]
            if len(known):
                ends = [number(float(v), 3) for v in np.quantile(known, (0.05, 0.5, 0.95))]
                rows.append([plainly(o.name), plainly(policy), *ends, units(d).get(o.name, "")])
    if not rows:
        return None
    shown = [0, *([1] if len(run.policies) > 1 else []), 2, 3, 4, *([5] if any(row[5] for row in rows) else [])]
    heads = ["outcome", "policy", "5%", "median", "95%", "unit"]
    table = Block(heads=[heads[i] for i in shown], rows=[[row[i] for i in shown] for row in rows])
    return Section(
        "spread", "What comes out", [Block("Median of the futures, and between which values nine in ten lie."), table]
    )


def _series(run: Told) -> list[Section]:
    if not run.plan.definition.series:
        return []
    caption = "Median and 5 to 95% of futures."
    return [
        Section(
            "series",
            "Over time",
            [
                Block(f"{called(s.name)}: {caption}", drawn(pictures.envelopes(run, s.name)))
                for s in run.plan.definition.series[:MOST]
            ],
        )
    ]


def _outcomes(run: Told) -> list[Section]:
    """What outcomes depend on, under the first policy."""
    blocks: list[Block] = []
    policy = run.policies[0]
    asked = [_tried(partial(run.sensitivity, o.name, policy), blocks) for o in run.plan.definition.outcomes[:MOST]]
    found = [s for s in asked if s]
    told = [s for s in found if any(isinstance(r, Sobol) for r in s.sensitivity)]
    if told:
        caption = f"Share of each outcome's variance that an uncertainty plays, alone and with others (total Sobol index){under(run.policies, policy)}."
        blocks.append(Block(caption, drawn(pictures.importance(told))))
    blocks += [Block(f"{called(s.outcome)}: {s.notes[-1]}.") for s in found if s not in told and s.notes]
    return [Section("outcomes", "What outcomes depend on", blocks)] if blocks else []


def _policies(run: Told) -> list[Section]:
    if len(run.policies) < 2:
        return []
    blocks: list[Block] = []
    compared = _tried(run.compare, blocks)
    if not compared:
        return []
    units = {o.name: o.unit for o in run.plan.definition.outcomes}
    heads = ["policy", *(f"regret in {plainly(n)}{f' [{units[n]}]' if units[n] else ''}" for n in compared.regret)]
    rows = [[plainly(p), *(number_or_dash(by.regret[p].mean) for by in compared.regret.values())] for p in run.policies]
    blocks.append(Block("Regret is what a policy gives up, on average, against the best policy in the same future."))
    blocks.append(Block(heads=heads, rows=rows))
    best = [p for p in compared.pareto]
    if len(best) < len(run.policies):
        blocks.append(
            Block(
                f"By the means of all outcomes with a direction, no other policy is better than {listing([called(p) for p in best], 'or')} in one and worse in none."
            )
        )
    return [Section("policies", "Policies against each other", blocks)]


def _method(run: Told) -> Section:
    plan = run.plan
    said = (
        f"{count_noun(run.futures, 'future')} {plan.made}, seed {run.seed}, {count_noun(len(plan.policies), 'policy')}; "
        f"{count_noun(len(plan.definition.uncertainties), 'uncertainty')}. The model is called {run.evaluator.kind}. "
        "Boxes by the patient rule induction method, each limit tested; sensitivities are Sobol indices; breaking points are the smallest moves "
        "in standard scores of the priors."
    )
    return Section("method", "How this was made", [Block(said)])


def _tried(ask: Callable[[], Any], blocks: list[Block]) -> Any:
    """An answer; what cannot be answered says why."""
    try:
        return ask()
    except (BadInput, MissingData) as error:
        blocks.append(Block(str(error)))
        return None


def drawn(chart: Any) -> Markup:
    """A chart as a picture within a page."""
    return Markup(svg(chart))
