"""The brief: one self-contained HTML file, a one-screen summary first, then a section an assumption, then what it
rests on.
"""

import time
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import polars as pl
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from premortem import analysis, facts, world
from premortem.errors import BadInput
from premortem.report import charts, words
from premortem.report.charts import Figure
from premortem.report.findings import cell, findings, first_failure, headline
from premortem.stress import history

TEMPLATES = files("premortem.report") / "templates"
KNOWN = "26 February 2025"
# Futures of the prior against which the record is checked.
CHECKED = 4096
# Thresholds tried for a curve of share against threshold.
TRIED = 25
# Fewest futures from which families are drawn.
FEWEST_TO_GROUP = 1000
# What it says of the share that holds when a band of the margin is the lowest one above 0.
HOLDING = (
    ("p5", "more than nineteen futures in twenty"),
    ("p25", "at least three futures in four"),
    ("p50", "more than half of all futures"),
    ("p75", "fewer than half of all futures"),
    ("p95", "fewer than one future in four"),
)


def write_brief(run: Any) -> tuple[Path, float]:
    """Write `brief.html` into the run folder; its path and the seconds it took. Raises `BadInput` when it cannot be
    written.
    """
    began = time.perf_counter()
    path = run.folder / "brief.html"
    text = render(run)
    half = path.with_suffix(".half")
    try:
        half.write_text(text, "utf-8")
        half.replace(path)
    except OSError as error:
        half.unlink(missing_ok=True)
        raise BadInput(
            str(path), "", f"cannot be written ({error.strerror})", allowed="a folder you may write"
        ) from error
    return path, time.perf_counter() - began


def render(run: Any) -> str:
    """The brief of a run as HTML."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string((TEMPLATES / "brief.html.j2").read_text("utf-8"))
    return template.render(**context(run))


def context(run: Any) -> dict[str, Any]:
    """Everything that the template shows, computed from the run."""
    first = run.policies[0]
    titles = {p: run.study.book(p).policy.title for p in run.policies}
    figures = Counter()
    checks = _history(run)
    return {
        "title": headline(run, first),
        "lede": _lede(run),
        "css": Markup((TEMPLATES / "brief.css").read_text("utf-8")),
        "known": KNOWN,
        "futures": f"{run.futures:,}",
        "policies": [{"name": p, "title": titles[p], "says": run.study.book(p).policy.says} for p in run.policies],
        "board": _board(run),
        "findings": findings(run),
        "assumptions": [_assumption(run, a, titles, figures) for a in run.study.assumptions],
        "policies_title": _policies_title(run, titles),
        "policy_figures": _compared(run, titles, figures),
        "beyond": "The framework's allocation ends with 2027 and the rule says nothing of what follows. Policies that keep it assume the "
        "same allocation again for each three years after, and that the ratios of universal validated end users go on.",
        "extra": [_edits(run, figures), *_futures(run, figures)],
        "method": _method(run),
        "history": checks,
        "history_title": _history_title(checks),
        "priors": [_prior(row) for row in run.study.priors.rows],
        "tables": [t.model_dump() for t in facts.catalogue().values()],
        "command": _command(run),
        "reproduce": _reproduce(run),
    }


class Counter:
    """Numbers figures in the order in which they are made."""

    def __init__(self) -> None:
        self.last = 0

    def add(self, figure: Figure) -> Markup:
        """The next figure as HTML."""
        self.last += 1
        return Markup(figure.html(self.last))


def _board(run: Any) -> list[dict[str, Any]]:
    names = {a.id: a.name for a in run.study.assumptions} | {"all": f"All {len(run.study.assumptions)} at once"}
    says = {c.id: c.says for a in run.study.assumptions for c in a.condition}
    rows = []
    for key, name in names.items():
        cells = []
        for policy in run.policies:
            c = cell(run, key, policy)
            failure = first_failure(run, key, policy) if key != "all" else None
            cells.append(
                {
                    "share": words.share(c["holds"]),
                    "width": round(100 * c["holds"], 1),
                    "interval": f"{100 * c['low']:.1f} to {100 * c['high']:.1f}%",
                    "why": f"first: {failure[0].replace('_', ' ')}" if failure else "",
                    "label": f"{name}: holds in {words.share(c['holds'])} of futures"
                    + (f"; fails first on: {says[failure[0]]}" if failure else ""),
                }
            )
        rows.append({"id": key, "name": name, "cells": cells})
    return rows


def _assumption(run: Any, a: Any, titles: dict[str, str], figures: Counter) -> dict[str, Any]:
    first = run.policies[0]
    here = cell(run, a.id, first)
    conditions = words.listing(
        [
            c.says[0].lower() + c.says[1:] if c.says[1].islower() and not c.says.startswith("Chin") else c.says
            for c in a.condition
        ]
    )
    made = [
        figures.add(_fan_figure(run, a, first, titles[first])),
        figures.add(_share_figure(run, a, titles)),
    ]
    if len(a.condition) > 1:
        made.append(figures.add(_cause_figure(run, a, titles)))
    pair = [figures.add(_threshold_figure(run, a, c, first, titles[first])) for c in a.condition]
    made.append(Markup('<div class="pair">{}</div>').format(Markup("").join(pair)))
    why, effects = _why(run, a, first, figures)
    made += effects
    items = [
        {
            "statement": i.statement,
            "kind": kind,
            "modelled": i.modelled,
            "why": i.why,
            "binds": ", ".join(b.replace("lever:", "lever ").replace("facts:", "facts ") for b in i.binds),
        }
        for kind, i in a.items
        if kind != "watch"
    ]
    return {
        "id": a.id,
        "name": a.name,
        "claim": a.claim,
        "conditions": conditions,
        "figures": made,
        "why": why,
        "carriers": items,
        "finding": f"{a.name}: holds in {words.share(here['holds'])} of futures {_under(titles[first])}",
        "watch": [i.statement + "." + (f" Observable: {i.observable}." if i.observable else "") for i in a.watch],
    }


def _why(run: Any, a: Any, policy: str, figures: Counter) -> tuple[list[str], list[Markup]]:
    """The boxes as sentences, and the figure of measured effects of drivers and arrestors."""
    result = analysis.explain(run, a.id, policy)
    sentences = [
        f"{b['sentence']}. On futures drawn anew: {b['density_out_of_sample']:.0%} and {b['coverage_out_of_sample']:.0%}."
        for b in result["boxes"]
    ] or [f"Scenario discovery finds nothing to say here: {result['verdict']}."]
    measured = [r for r in result["attribution"] if r["modelled"]]
    if not measured:
        return sentences, []
    top = measured[0]
    title = (
        f"{a.id}: '{top['item'].replace('_', ' ')}' carries most, {words.points(top['effect'])} of the share that holds"
    )
    source = (
        "Change of the share that holds when an item is as it is rather than frozen at its neutral end (paired over "
        f"{analysis.FROZEN:,} futures; line: 95% interval). Items without a mechanism are listed below as not modelled."
    )
    text = "; ".join(f"{r['kind']} {r['item'].replace('_', ' ')}: {words.points(r['effect'])}" for r in measured) + "."
    return sentences, [figures.add(Figure(title, charts.effects(pl.DataFrame(measured)), source, text))]


def _compared(run: Any, titles: dict[str, str], figures: Counter) -> list[Markup]:
    """Regret of the policies, where there are two or more to compare."""
    names = [p for p in run.policies if p != "history"]
    if len(names) < 2:
        return []
    result = analysis.compare(run, names)
    rows = [
        {"policy": titles[p], "assumption": a, "regret": by[p]}
        for a, by in result["regret_by_assumption"].items()
        for p in names
    ]
    least = min(result["regret"], key=lambda p: result["regret"][p]["mean"])
    winners = sorted({titles[p] for p in result["winners"].values()})
    agreement = (
        f"robustness metrics name {words.listing([repr(w) for w in winners])} as best"
        if result["disagree"]
        else "every robustness metric agrees"
    )
    source = "Mean over futures of what a policy's margin (within -1 and 1) gives up against the best policy in the same future."
    text = (
        "; ".join(
            f"{titles[p]}: mean {r['mean']:.2f}, 90th percentile {r['p90']:.2f}" for p, r in result["regret"].items()
        )
        + "."
    )
    title = f"'{titles[least]}' gives up least on average; {agreement}"
    return [figures.add(Figure(title, charts.regret_map(pl.DataFrame(rows), [titles[p] for p in names]), source, text))]


def _edits(run: Any, figures: Counter) -> dict[str, Any]:
    """Clauses likely to be heavily edited, with the score of that ranking."""
    result = analysis.heavy_edits(run.study, "as-written")
    rows = [
        {
            "clause": f"{r['clause']}.{r['parameter']}",
            "index": r["index"],
            "binds": r["binds"],
            "pressure": r["pressure"],
        }
        for r in result["clauses"][:12]
    ]
    h = result["hindcast"]
    naive = "; ".join(f"{k} {v['rank_correlation']:.2f} ({v['top5_hits']} of five)" for k, v in h["baselines"].items())
    note = (
        f"Scored against what became of {h['scored']} clause numbers by July 2026 ({h['edited']} were dropped or replaced): rank correlation "
        f"{h['rank_correlation']:.2f}, {h['top5_hits']} of the first five. Naive rankings: {naive}. Coding of what happened and of positions is judgement."
    )
    source = "Index = size of the shadow price (change of expected softened margins for 10%) x how often it binds x stakeholder pressure known by 26 February 2025."
    text = "; ".join(f"{r['clause']}: {r['index']:.3f}" for r in rows) + "."
    figure = Figure(
        f"{rows[0]['clause']} is the number most likely to be heavily edited",
        charts.index_bars(pl.DataFrame(rows)),
        source,
        text,
    )
    title = (
        "Clauses likely to be heavily edited: the Tier-2 caps before the China line"
        if rows[0]["clause"].startswith("diffusion")
        else "Clauses likely to be heavily edited"
    )
    return {
        "id": "edits",
        "nav": "Heavy edits",
        "title": title,
        "parts": [figures.add(figure), Markup("<p>{}</p>").format(note)],
    }


def _futures(run: Any, figures: Counter) -> list[dict[str, Any]]:
    """Alternative futures as small multiples, with names, shares and signposts; none for a run too small to group."""
    if run.futures < FEWEST_TO_GROUP:
        return []
    result = analysis.futures(run)
    signs = analysis.signs()
    rows = [
        {**b, "family": r["name"], "title": signs[b["series"]]["title"]}
        for r in result["archetypes"]
        for b in r["bands"]
    ]
    first = result["policy"]
    parts: list[Markup] = [Markup("<dl>")]
    for r in result["archetypes"]:
        sign = r["signposts"][0]
        name = sign["observable"]
        shown = name if name.startswith(("US", "Chinese")) else name[0].lower() + name[1:]
        watch = f"Early signpost: {shown} {sign['side']} {sign['threshold']:.3g} {sign['unit']} by {sign['by']}."
        shares = words.listing(
            [f"{words.share(s)} {_under(run.study.book(p).policy.title)}" for p, s in list(r["share"].items())[:3]]
        )
        parts.append(
            Markup("<dt><b>{}</b> <span class='small'>({})</span></dt><dd>{}</dd>").format(r["name"], shares, watch)
        )
    parts.append(Markup("</dl>"))
    k = result["k"]
    source = (
        f"Families of {result['futures_seen']:,} futures by k-means on their trajectories; line: median, band: middle half. Number chosen by silhouette "
        f"({result['silhouette'][k]:.2f}) and stability ({result['stability'][k]:.2f}): the families shade into one another."
    )
    largest = result["archetypes"][0]
    text = "; ".join(f"{r['name']}: {words.share(r['share'][first])}" for r in result["archetypes"]) + "."
    figure = Figure(
        f"The largest family is '{largest['name']}', {words.share(largest['share'][first])} of futures",
        charts.families(pl.DataFrame(rows), [r["name"] for r in result["archetypes"]]),
        source,
        text,
    )
    return [
        {
            "id": "futures",
            "nav": "Alternative futures",
            "title": f"Alternative futures: {k} families await",
            "parts": [Markup("").join(parts), figures.add(figure)],
        }
    ]


def _under(title: str) -> str:
    return "as written" if title == "As written" else f"under {title.lower()}"


def _fan_figure(run: Any, a: Any, policy: str, title: str) -> Figure:
    rows = run.bands(policy).filter(pl.col("series") == f"margin.{a.id}")
    end = rows.filter(pl.col("quarter") == "2030Q4").row(0, named=True)
    verdict = next((text for band, text in HOLDING if end[band] > 0), "fewer than one future in twenty")
    return Figure(
        f"{title}, {a.id} holds in {verdict} by the end of 2030",
        charts.fan(rows, "margin (log scale; above 0 it holds)"),
        f"Margin of the weakest condition, quarter by quarter. Median, middle half and 5 to 95% of {run.futures:,} futures, {title.lower()}. "
        "The verdict on the board is taken at the dates that the conditions name.",
        f"Fan of {a.id}'s margin: in 2030Q4 median {end['p50']:.2f}, middle half {end['p25']:.2f} to {end['p75']:.2f}, 5 to 95% {end['p5']:.2f} to {end['p95']:.2f}.",
    )


def _share_figure(run: Any, a: Any, titles: dict[str, str]) -> Figure:
    rows = run.board().filter(pl.col("assumption") == a.id).select("policy", "holds", "low", "high")
    shares = {titles[r["policy"]]: r["holds"] for r in rows.to_dicts()}
    best, worst = max(shares, key=lambda k: shares[k]), min(shares, key=lambda k: shares[k])
    return Figure(
        f"{a.id} holds most often under '{best}' ({words.share(shares[best])}) and least under '{worst}' ({words.share(shares[worst])})",
        charts.shares(rows, titles),
        f"{run.futures:,} futures, the same under every policy; line: 95% interval from {run.replicates} independent replicates of the design.",
        "; ".join(f"{k}: {words.share(v)}" for k, v in shares.items()) + ".",
    )


def _cause_figure(run: Any, a: Any, titles: dict[str, str]) -> Figure:
    says = {c.id: c.says for c in a.condition}
    rows = [
        {"policy": titles[p], "condition": says[k], "share": v, "rank": i}
        for p in run.policies
        for i, (k, v) in enumerate(cell(run, a.id, p)["fails_on"].items())
    ]
    top = first_failure(run, a.id, run.policies[0])
    title = (
        f"Where {a.id} breaks as written, '{says[top[0]]}' fails first in {words.share(top[1])} of cases"
        if top
        else f"{a.id} never breaks"
    )
    return Figure(
        title,
        charts.causes(pl.DataFrame(rows), list(titles.values())),
        "The condition with the smallest margin, as a share of the futures in which the assumption breaks.",
        "; ".join(f"{r['policy']}, {r['condition']}: {words.share(r['share'])}" for r in rows) + ".",
    )


def _threshold_figure(run: Any, a: Any, c: Any, policy: str, title: str) -> Figure:
    """Share of futures in which one condition holds, against its threshold: the margin shifts with the threshold
    alone.
    """
    margin = run.columns(policy, [f"margin.{a.id}.{c.id}"])[f"margin.{a.id}.{c.id}"]
    limits = np.linspace(c.limit.low, c.limit.high, TRIED)
    shift = _shift(c)
    rows = [{"limit": float(x), "holds": float((margin + shift(x) > 0).mean()), "used": False} for x in limits]
    rows.append({"limit": c.limit.value, "holds": float((margin > 0).mean()), "used": True})
    low, high = rows[0]["holds"], rows[TRIED - 1]["holds"]
    return Figure(
        f"{c.says.rstrip('.')}: the verdict against its threshold",
        charts.threshold_curve(pl.DataFrame(rows), c.limit.unit),
        f"{title}. Threshold: {c.limit.basis}.",
        f"The condition holds in {words.share(low)} of futures at a threshold of {c.limit.low:g} and in {words.share(high)} at {c.limit.high:g}; in use is {c.limit.value:g}.",
    )


def _shift(c: Any) -> Any:
    """How a condition's margin moves when only its threshold does, from the form of its expression."""
    value = c.limit.value

    def logit(x: float) -> float:
        return float(np.log(x / (1 - x)))

    if "logit(limit)" in c.margin:
        sign = 1 if c.margin.startswith("logit(limit)") else -1
        return lambda x: sign * (logit(x) - logit(value))
    if "log(limit)" in c.margin:
        sign = 1 if c.margin.startswith("log(limit)") else -1
        return lambda x: sign * (np.log(x) - np.log(value))

    def relative(x: float) -> float:
        return value / x - 1

    return relative


def _lede(run: Any) -> str:
    first = run.policies[0]
    compared = [p for p in run.policies if p != "history"] or list(run.policies)
    shares = {p: cell(run, "all", p)["holds"] for p in compared}
    best = max(shares, key=lambda p: shares[p])
    title = run.study.book(best).policy.title
    tail = (
        f"No policy keeps all of them in more than {words.share(shares[best])} of futures ('{title}')."
        if shares[best] < 0.5
        else ""
    )
    return (
        f"Five assumptions carry US AI policy. Each is tested in {run.futures:,} simulated futures under {len(run.policies)} policies, from what was "
        f"known on {KNOWN}. {tail}" + ("" if first == "as-written" else f" The first column is {first}.")
    )


def _policies_title(run: Any, titles: dict[str, str]) -> str:
    compared = [p for p in run.policies if p != "history"] or list(run.policies)
    most = {}
    for a in run.study.assumptions:
        shares = {p: cell(run, a.id, p)["holds"] for p in compared}
        most[a.id] = max(shares, key=lambda p: shares[p])
    different = len(set(most.values()))
    return (
        f"The policies: {different} of them each serve some assumption best"
        if different > 1
        else f"The policies: '{titles[next(iter(most.values()))]}' serves every assumption best"
    )


@cache
def _checked(study: Any) -> pl.DataFrame:
    from premortem.ensemble.run import draw

    values = draw(study.priors, "sobol", 0, 0, CHECKED)
    outcomes = jax.jit(world.simulate)(jnp.asarray(values), study.levers(study.policies[0]))
    national = {k: v for k, v in outcomes.items() if v.ndim == 2}
    return history.check(national, world.quarter_labels())


def _history(run: Any) -> list[dict[str, Any]]:
    rows = _checked(run.study).to_dicts()
    return [r | {k: words.number(r[k]) for k in ("recorded", "low", "median", "high")} for r in rows]


def _history_title(rows: list[dict[str, Any]]) -> str:
    inside = sum(r["inside"] for r in rows)
    return f"Checks against history: {inside} of {len(rows)} recorded quantities lie within the prior's central 95%"


def _prior(row: Any) -> dict[str, Any]:
    ends = f"{words.number(row.low, 3)}" if not row.varies else f"{row.low:g} to {row.high:g}"
    middle = f", {row.central:g}" if row.central is not None and row.varies else ""
    return row.model_dump() | {"range": ends + middle}


def _method(run: Any) -> list[str]:
    conditions = sum(len(a.condition) for a in run.study.assumptions)
    return [
        f"A future is one draw of {len(run.study.priors.rows)} uncertainties from priors that use only sources dated up to {KNOWN}. Futures come from a "
        f"randomised Sobol design in {run.replicates} independent replicates; the spread of their means gives the intervals. Every policy meets the same futures, "
        "so differences between policies are paired.",
        "A policy is an overlay on dated, cited clauses. Where a clause can say it, what a policy does in the model is an answer of the rulebook: which tier a "
        "region is in, what an allocation leaves, which chips of the catalogue may go to China that quarter, whether a foundry may ship a die. Only what no "
        "clause says (how hard it is enforced, what allies do) is a strength between 0 and 1.",
        "The world runs by the quarter from 2023 to 2032 in seven mechanisms: politics, China's chips, supply, allocation, models, market, energy. Compute is "
        "counted twice, by TPP as the law does and by memory bandwidth as serving does, since a chip like the H20 is 0.15 of an H100 by the first and more than one by the second.",
        f"Each assumption is a set of conditions on outcomes, {conditions} in all. A condition's margin is positive where it holds; the assumption's margin is its "
        "smallest. Thresholds are judgement and each is shown with how the verdict moves with it.",
        "What this cannot say: how likely a future is. Shares are shares of futures under wide priors, many of which are judgement (see the table of uncertainties); "
        "they compare policies and show what matters, they do not predict. Stakeholder politics, war, and models that improve themselves are not modelled.",
    ]


def _command(run: Any) -> str:
    policies = "" if set(run.policies) == set(run.study.policies) else "".join(f" --policy {p}" for p in run.policies)
    return f"premortem run{policies} --futures {run.futures} --seed {run.seed}"


def _reproduce(run: Any) -> str:
    inputs = run.manifest["inputs"]
    versions = ", ".join(f"{k} {v}" for k, v in inputs["versions"].items())
    hashes = ", ".join(f"{k} {inputs[k][:12]}" for k in ("parameters", "assumptions", "rules", "world"))
    return f"Versions: {versions}. Inputs (SHA-256, first 12): {hashes}. Chunk of {inputs['chunk']:,} futures."
