"""Why a stored run came out as it did: boxes, sensitivities, breaking points, attribution, regret, edits, alternative
futures.
"""

import itertools
import tomllib
from collections.abc import Callable, Sequence
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import polars as pl
from numpy.typing import NDArray

from premortem import facts, world
from premortem.ensemble.run import CHUNK, draw, use_compilation_cache
from premortem.errors import BadInput, nearest
from premortem.regime.levers import UNCAPPED, Levers, levers
from premortem.stress import archetypes, attribute, breaking, discover, edits, regret, sensitivity
from premortem.study import Run, Study

Array = NDArray[Any]

# Futures drawn anew: to test boxes, to freeze items, to price clauses; and base samples of the Sobol indices.
FRESH, FROZEN, PRICED, SOBOL = 4 * CHUNK, CHUNK, 1024, 256
# Few futures are run in chunks of this size.
SMALL = 1024
# Margins count within these bounds where they are averaged: a future far beyond a threshold weighs no more than one
# beyond it.
CLIP = 2.0
KNOWN = date(2025, 2, 26)
SIGNS = files("premortem.stress") / "signs.toml"


@cache
def _margins(study: Study) -> Callable[..., Any]:
    """Margins of assumptions, (assumption, future), from values and levers; compiled once, for chunks of one shape."""
    use_compilation_cache()
    ids = [a.id for a in study.assumptions]

    def margins(values: jax.Array, pulled: Levers) -> jax.Array:
        found = study.scorer.margins(world.simulate(values, pulled), study.scorer.thresholds)
        return jnp.stack([found[name] for name in ids])

    return jax.jit(margins)


def margins_of(study: Study, values: Array, pulled: Levers) -> Array:
    """Margins of every assumption, (assumption, future), for any number of futures, in padded chunks."""
    run, out = _margins(study), []
    chunk = SMALL if values.shape[1] <= SMALL else CHUNK
    for start in range(0, values.shape[1], chunk):
        part = values[:, start : start + chunk]
        padded = np.pad(part, ((0, 0), (0, chunk - part.shape[1])), mode="edge").astype(np.float32)
        out.append(np.asarray(run(padded, pulled))[:, : part.shape[1]])
    return np.concatenate(out, axis=1)


def assumption_number(study: Study, name: str) -> int:
    """Place of an assumption by its id. Raises `BadInput` with the known ones."""
    ids = [a.id for a in study.assumptions]
    if name.upper() not in ids:
        raise BadInput(
            "command line",
            "ASSUMPTION",
            f"no such assumption: {name}",
            got=name,
            allowed=", ".join(ids),
            hint=nearest(name.upper(), ids),
        )
    return ids.index(name.upper())


def stress(run: Run, assumption: str, policy: str | None = None, top: int = 3, seed: int = 1) -> dict[str, Any]:
    """Why an assumption breaks under a policy of the run: the keys of `premortem stress --json`."""
    study = run.study
    place = assumption_number(study, assumption)
    policy = policy or run.policies[0]
    if policy not in run.policies:
        raise BadInput(
            "command line", "--policy", f"not in this run: {policy}", got=policy, allowed=", ".join(run.policies)
        )
    a, pulled, names = study.assumptions[place], study.levers(policy), study.priors.names
    values = run.parameters()
    breaks = run.columns(policy, [f"margin.{a.id}"])[f"margin.{a.id}"] <= 0
    found = discover.discover(values, names, breaks, most=top, seed=seed)
    fresh = draw(study.priors, "sobol", run.seed + seed, 0, FRESH)
    fresh_breaks = margins_of(study, fresh, pulled)[place] <= 0
    nearest_breaks, single = _breaking(study, place, pulled, top)
    return {
        "assumption": a.id,
        "policy": policy,
        "futures": run.futures,
        "breaks": float(breaks.mean()),
        "verdict": found.verdict,
        "boxes": _boxes(found, a.id, study, fresh, fresh_breaks),
        "sensitivity": _sensitivity(study, place, pulled, seed),
        "breaking": nearest_breaks,
        "thresholds": single + clause_thresholds(study, place, policy),
        "attribution": _attribution(study, place, pulled, values, breaks, seed),
    }


def explain(run: Run, assumption: str, policy: str, seed: int = 1) -> dict[str, Any]:
    """The part of `stress` that the brief shows, quick to compute: boxes tested on new futures, and attribution."""
    study = run.study
    place = assumption_number(study, assumption)
    name, pulled, names = study.assumptions[place].id, study.levers(policy), study.priors.names
    values = run.parameters()
    breaks = run.columns(policy, [f"margin.{name}"])[f"margin.{name}"] <= 0
    found = discover.discover(values, names, breaks, most=2, seed=seed)
    fresh = draw(study.priors, "sobol", run.seed + seed, 0, FRESH)
    fresh_breaks = margins_of(study, fresh, pulled)[place] <= 0
    return {
        "verdict": found.verdict,
        "boxes": _boxes(found, name, study, fresh, fresh_breaks),
        "attribution": _attribution(study, place, pulled, values, breaks, seed),
    }


def _boxes(
    found: discover.Discovery, subject: str, study: Study, fresh: Array, fresh_breaks: Array
) -> list[dict[str, Any]]:
    """Boxes as rows, each tried on new futures that no earlier box holds, as it was found on such."""
    rows, left = [], np.ones(fresh.shape[1], bool)
    for box in found.boxes:
        row = _box(box, subject, study, fresh[:, left], study.priors.names, fresh_breaks[left])
        row["coverage_out_of_sample"] *= float(fresh_breaks[left].sum() / max(fresh_breaks.sum(), 1))
        rows.append(row)
        left &= ~box.holds(fresh, list(study.priors.names))
    return rows


def _box(
    box: discover.Box, subject: str, study: Study, fresh: Array, names: Sequence[str], fresh_breaks: Array
) -> dict[str, Any]:
    coverage, density = discover.out_of_sample(box, fresh, names, fresh_breaks)
    return {
        "coverage": box.coverage,
        "density": box.density,
        "mass": box.mass,
        "limits": {k: list(v) for k, v in box.limits.items()},
        "p_values": box.p_values,
        "sentence": sentence(box, subject, study),
        "reason": box.reason,
        "coverage_out_of_sample": coverage,
        "density_out_of_sample": density,
        "curve": [
            {"coverage": s.coverage, "density": s.density, "mass": s.mass, "restricted": s.restricted}
            for s in box.curve
        ],
    }


def sentence(box: discover.Box, subject: str, study: Study) -> str:
    """`A2 breaks in 83% of futures in which ...; that is 61% of its breaks`, in the words of the parameters."""
    parts = []
    for name, (low, high) in box.limits.items():
        row = study.priors[name]
        inner = low > row.quantile(np.array([0.001]))[0], high < row.quantile(np.array([0.999]))[0]
        first, last = _number(low, row.unit), _number(high, row.unit)
        within = f"is {first} to {last}" if all(inner) else f"is over {first}" if inner[0] else f"is under {last}"
        parts.append(f"{row.meaning} {within}{_unit(row.unit)}")
    joined = parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
    return (
        f"{subject} breaks in {box.density:.0%} of futures in which {joined}; that is {box.coverage:.0%} of its breaks"
    )


def _unit(unit: str) -> str:
    """A unit as it follows a number; nothing for a share, a ratio or a year."""
    bare = ("-", "0-1", "category", "year", "share", "ratio", "logit", "ln")
    return (
        ""
        if unit in bare
        else f" {unit.removesuffix('/yr2').removesuffix('/yr')}{_rate(unit)}".replace("  ", " ").replace(" 1 ", " ")
    )


def _rate(unit: str) -> str:
    return " a year more each year" if unit.endswith("/yr2") else " a year" if unit.endswith("/yr") else ""


def _number(value: float, unit: str) -> str:
    """A value to three digits; a year with its tenth."""
    return f"{value:.1f}" if unit == "year" else f"{value:.3g}"


def _sensitivity(study: Study, place: int, pulled: Levers, seed: int) -> list[dict[str, Any]]:
    free = [i for i, row in enumerate(study.priors.rows) if row.varies]

    def model(u: Array) -> Array:
        whole = np.full((len(study.priors.rows), u.shape[1]), 0.5)
        whole[free] = u
        return np.clip(margins_of(study, study.priors.ppf(whole), pulled)[place : place + 1], -CLIP, CLIP)

    a, b = sensitivity.blocks(len(free), SOBOL, seed)
    mixed = [np.where(np.arange(len(free))[:, None] == i, b, a) for i in range(len(free))]
    y = model(np.concatenate([a, b, *mixed], axis=1))[0].reshape(-1, SOBOL)
    found = sensitivity.indices(y[0], y[1], y[2:], seed)
    rows = [
        {
            "param": study.priors.names[i],
            "first": found.first[k],
            "total": found.total[k],
            "low": found.low[k],
            "high": found.high[k],
        }
        for k, i in enumerate(free)
    ]
    return sorted(rows, key=lambda r: -r["total"])


def _breaking(study: Study, place: int, pulled: Levers, top: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Nearest breaks of the central future, and the value of each uncertainty that alone breaks or mends it."""
    priors, a = study.priors, study.assumptions[place]
    free = np.array([row.varies and row.distribution != "categorical" for row in priors.rows], float)

    def margin(z: jax.Array) -> jax.Array:
        outcomes = world.simulate(priors.from_normal_jax(z), pulled)
        return study.scorer.margins(outcomes, study.scorer.thresholds)[a.id]

    # one start a parameter: the same shape as the search along single parameters, so that the model compiles once
    slope = breaking.slope_of(margin)
    points = breaking.search(slope, free, starts=len(free))[:top]
    centre = priors.central[:, 0]
    shown = []
    for point in points:
        z = np.zeros((len(priors.rows), 1))
        for i, score in point.scores.items():
            z[i] = score
        to = priors.from_normal(z)[:, 0]
        by_size = sorted(point.scores, key=lambda i: -abs(point.scores[i]))
        moves = [(priors.rows[i].meaning, _unit(priors.rows[i].unit), float(centre[i]), float(to[i])) for i in by_size]
        shown.append(
            {
                "moves": {priors.names[i]: [float(centre[i]), float(to[i])] for i in by_size},
                "distance": point.distance,
                "margin_before": point.margin_before,
                "margin_after": point.margin_after,
                "story": breaking.story(moves[:4], point.margin_before > 0, a.id),
            }
        )
    scores = breaking.thresholds(slope, free)
    alone = np.nan_to_num(scores)[:, None]
    values = priors.from_normal(alone)[:, 0]
    order = sorted((i for i in range(len(scores)) if not np.isnan(scores[i])), key=lambda i: abs(scores[i]))
    single = [
        {"param": priors.names[i], "value": float(values[i]), "from": float(centre[i]), "score": float(scores[i])}
        for i in order
    ]
    return shown, single


# Clause numbers whose effect on the world is one of degree, with the multiples of them that are tried.
AMOUNTS = (
    ("diffusion.country_allocation", "tpp"),
    ("diffusion.lpp", "tpp_year"),
    ("diffusion.nveu", "ceiling"),
    ("diffusion.uveu", "country_max"),
    ("diffusion.uveu", "outside_max"),
    ("diffusion.uveu", "us_min"),
    ("diffusion.country_raise", "raise_max"),
)
MULTIPLES = (0.0, 0.25, 0.5, 1.0, 2.0, 4.0, 10.0)


def clause_thresholds(study: Study, place: int, policy: str) -> list[dict[str, Any]]:
    """For each amount in a clause: the value at which the share that holds crosses one half, or none, and the shares
    tried.
    """
    book, values = study.book(policy), draw(study.priors, "sobol", 0, 0, SMALL)
    rows = []
    for clause, key in AMOUNTS:
        if clause not in book.by_id or not book.in_force(clause, date(2026, 6, 1)):
            continue
        legal = book.number(clause, key)

        def share(multiple: float, clause: str = clause, key: str = key, legal: float = legal) -> float:
            changed = levers(book.with_number(clause, key, legal * multiple), facts.read("regions"))
            return float((margins_of(study, values, changed)[place] > 0).mean())

        tried = [(m, share(m)) for m in MULTIPLES]
        crossing = next(((a, b) for a, b in itertools.pairwise(tried) if (a[1] - 0.5) * (b[1] - 0.5) < 0), None)
        at = breaking.knob_threshold(share, crossing[0][0], crossing[1][0], steps=6) if crossing else None
        rows.append(
            {
                "param": f"{clause}.{key}",
                "value": None if at is None else at * legal,
                "from": legal,
                "shares": [{"value": m * legal, "holds": s} for m, s in tried],
            }
        )
    return rows


def _attribution(
    study: Study, place: int, pulled: Levers, values: Array, breaks: Array, seed: int
) -> list[dict[str, Any]]:
    """Effect of each driver and arrestor on the share that holds, frozen at its neutral end; unmodelled ones are
    listed so.
    """
    a, names = study.assumptions[place], study.priors.names
    some = values[:, :FROZEN]
    correlation = dict(
        zip(
            names, sensitivity.rank_correlation(values[:, : CHUNK * 4], -breaks[: CHUNK * 4].astype(float)), strict=True
        )
    )
    items = [(kind, item) for kind, item in a.items if kind != "watch"]
    holds = holder(study, place, pulled, some, [(kind, item) for kind, item in items], correlation)
    base = holds(frozenset()).astype(float)
    rows: list[dict[str, Any]] = []
    for i, (kind, item) in enumerate(items):
        if not item.modelled or not (item.parameters or item.levers):
            rows.append(
                {
                    "item": item.id,
                    "kind": kind,
                    "effect": None,
                    "low": None,
                    "high": None,
                    "modelled": False,
                    "statement": item.statement,
                }
            )
            continue
        effect = attribute.paired(base - holds(frozenset({i})).astype(float))
        rows.append(
            {
                "item": item.id,
                "kind": kind,
                "effect": effect.effect,
                "low": effect.low,
                "high": effect.high,
                "modelled": True,
                "statement": item.statement,
            }
        )
    return sorted(rows, key=lambda r: -abs(r["effect"] or 0.0))


def holder(
    study: Study,
    place: int,
    pulled: Levers,
    values: Array,
    items: Sequence[tuple[str, Any]],
    correlation: dict[str, float],
) -> attribute.Holds:
    """Which futures hold when items are frozen: their parameters at the neutral end, their levers at rest."""
    rest = {"allocation_mh": UNCAPPED, "uveu_country_max": 1.0, "uveu_outside_max": 1.0}

    def holds(frozen: frozenset[int]) -> NDArray[np.bool_]:
        moved, changed = values.copy(), {}
        for i in frozen:
            kind, item = items[i]
            for name in item.parameters:
                row = study.priors[name]
                ends = row.quantile(np.array([0.05, 0.95])) if row.varies else np.array([row.low, row.low])
                moved[study.priors.names.index(name)] = attribute.neutral_end(
                    correlation[name], kind, float(ends[0]), float(ends[1])
                )
            for name in item.levers:
                changed[name] = np.full_like(getattr(pulled, name), rest.get(name, 0.0))
        return margins_of(study, moved, pulled._replace(**changed))[place] > 0

    return holds


def compare(run: Run, policies: Sequence[str] | None = None) -> dict[str, Any]:
    """Regret and robustness of the run's policies: the keys of `premortem compare --json`."""
    chosen = list(policies or [p for p in run.policies if p != "history"])
    unknown = [p for p in chosen if p not in run.policies]
    if unknown:
        raise BadInput(
            "command line", "POLICY", f"not in this run: {unknown[0]}", got=unknown[0], allowed=", ".join(run.policies)
        )
    if len(chosen) < 2:
        raise BadInput(
            "command line",
            "POLICY",
            "needs two policies or more",
            got=", ".join(chosen),
            allowed=", ".join(run.policies),
        )
    ids = [a.id for a in run.study.assumptions]
    margins = {p: {k: run.columns(p, [f"margin.{k}"])[f"margin.{k}"] for k in ids} for p in chosen}
    measures = {p: regret.performance(m) for p, m in margins.items()}
    every = {p: np.all([m > 0 for m in by.values()], axis=0) for p, by in margins.items()}
    shares = {p: [float((by[k] > 0).mean()) for k in ids] for p, by in margins.items()}
    rankings = regret.rankings(measures, every)
    winners = {metric: order[0] for metric, order in rankings.items()}
    by_assumption = {
        k: {p: float(r.mean()) for p, r in regret.regret({q: np.clip(margins[q][k], -1, 1) for q in chosen}).items()}
        for k in ids
    }
    return {
        "regret": regret.summarise(regret.regret(measures)),
        "pareto": regret.pareto(shares),
        "rankings": rankings,
        "disagree": len(set(winners.values())) > 1,
        "winners": winners,
        "shares": {p: dict(zip(ids, s, strict=True)) for p, s in shares.items()},
        "regret_by_assumption": by_assumption,
        "futures": run.futures,
    }


def heavy_edits(study: Study, policy: str = "as-written", as_of: date = KNOWN) -> dict[str, Any]:
    """Which clause numbers are likely to be heavily edited, and how that ranking did: the keys of `premortem edits
    --json`.
    """
    book, values = study.book(policy), draw(study.priors, "sobol", 0, 0, PRICED)
    families = {r["clause"]: r["family"] for r in facts.read("clause_edits").to_dicts()}
    numbers = [
        (r["clause"], r["parameter"]) for r in facts.read("clause_edits").to_dicts() if r["clause"] in book.by_id
    ]

    @cache
    def margins(clause: str, key: str, factor: float) -> Array:
        changed = book.with_number(clause, key, book.number(clause, key) * factor)
        return np.tanh(margins_of(study, values, levers(changed, facts.read("regions"))))

    prices, halves, binds = edits.shadow_prices(numbers, margins)
    ranked = edits.rank(numbers, prices, binds, families, as_of)
    ids = [a.id for a in study.assumptions]
    rows = [
        {
            "clause": r["clause"],
            "parameter": r["parameter"],
            "shadow_price": dict(zip(ids, prices[r["row"]].tolist(), strict=True)),
            "shadow_price_half_step": dict(zip(ids, halves[r["row"]].tolist(), strict=True)),
            "binds": r["binds"],
            "pressure": r["pressure"],
            "index": r["index"],
            "rank": r["rank"],
            "citation": book.by_id[r["clause"]].citation,
        }
        for r in ranked.to_dicts()
    ]
    published = {c.id: c.published for c in book.clauses}
    return {
        "policy": policy,
        "as_of": str(as_of),
        "clauses": rows,
        "hindcast": edits.score(ranked, published, {c.id: c.says for c in book.clauses}),
    }


def signs() -> dict[str, dict[str, str]]:
    """Series by which futures are grouped and named, in order."""
    return tomllib.loads(SIGNS.read_text("utf-8"))


def futures(run: Run, k: int | None = None) -> dict[str, Any]:
    """Alternative futures of a run: the keys of `premortem futures --json`."""
    if k is not None and not 2 <= k <= 12:
        raise BadInput("command line", "--k", f"{k} is out of range", got=k, allowed="2 to 12")
    words, first = signs(), run.policies[0]
    paths = {p: _paths(run, p, list(words)) for p in run.policies}
    features = {p: archetypes.features_of(x) for p, x in paths.items()}
    if features[first].shape[0] < discover.LEAST_FUTURES:
        raise BadInput(
            str(run.folder),
            "futures",
            f"too few futures: {features[first].shape[0]}",
            allowed=f"{discover.LEAST_FUTURES} or more",
        )
    found = archetypes.families(features[first], k)
    labels = {p: found.assign(f) for p, f in features.items()}
    values = run.parameters()[:, : features[first].shape[0]]
    early = paths[first][:, world.quarter_labels().index("2026Q4")]
    rows: list[dict[str, Any]] = []
    for family in range(len(found.centres)):
        member = labels[first] == family
        box = discover.discover(values, run.study.priors.names, member, most=1)
        rows.append(
            {
                "name": _name(found, family, words),
                "share": {p: float((x == family).mean()) for p, x in labels.items()},
                "box": {n: list(v) for n, v in box.boxes[0].limits.items()} if box.boxes else {},
                "box_sentence": sentence(box.boxes[0], "This future", run.study)
                .replace(" breaks in ", " is seen in ")
                .replace("of its breaks", "of its kind")
                if box.boxes
                else box.verdict,
                "medoid": found.medoid(features[first], family),
                "signposts": [
                    {
                        "observable": words[n]["title"],
                        "series": n,
                        "by": "2026Q4",
                        "side": side,
                        "threshold": cut,
                        "unit": words[n]["unit"],
                        "accuracy": accuracy,
                    }
                    for n, cut, side, accuracy in archetypes.separating(early, list(words), labels[first], family)
                ],
                "bands": _family_bands(paths[first][:, :, member], list(words)),
            }
        )
    rows.sort(key=lambda r: -r["share"][first])
    return {
        "archetypes": rows,
        "k": len(rows),
        "silhouette": found.silhouette,
        "stability": found.stability,
        "policy": first,
        "futures_seen": int(features[first].shape[0]),
    }


def _paths(run: Run, policy: str, names: Sequence[str]) -> Array:
    """Whole series of the first futures, (series, quarter, future)."""
    frame = run.paths(policy).sort("quarter", "future")
    futures_seen = frame["future"].n_unique()
    return np.stack([frame[name].to_numpy().reshape(-1, futures_seen) for name in names])


def _name(found: archetypes.Families, family: int, words: dict[str, dict[str, str]]) -> str:
    """A name from the two series that set the family apart most, by its centre in standard units."""
    per_series = found.centres[family].reshape(len(words), -1).mean(1)
    order = np.argsort(-np.abs(per_series))[:2]
    names = list(words)
    said = [words[names[i]]["high" if per_series[i] > 0 else "low"] for i in order]
    text = ", ".join(said)
    return text[0].upper() + text[1:]


def _family_bands(paths: Array, names: Sequence[str]) -> list[dict[str, Any]]:
    """Median and middle half of a family's series every quarter."""
    low, middle, high = np.quantile(paths, [0.25, 0.5, 0.75], axis=2)
    labels = world.quarter_labels()
    return [
        {
            "series": name,
            "quarter": labels[q],
            "p25": float(low[s, q]),
            "p50": float(middle[s, q]),
            "p75": float(high[s, q]),
        }
        for s, name in enumerate(names)
        for q in range(3, len(labels), 4)
    ]


def time_asymmetry(study: Study, policy: str = "as-written") -> pl.DataFrame:
    """How the shares that hold move when the regulator patches a quarter faster, or the memory ban is known two
    quarters earlier.
    """
    values, pulled = draw(study.priors, "sobol", 0, 0, 2 * CHUNK), study.levers(policy)
    faster = values.copy()
    lag = study.priors.names.index("patch_lag")
    faster[lag] = np.maximum(values[lag] - 0.25, 0.05)
    warned = pulled.hbm_warning.copy()
    first = int(np.argmax(warned > 0))
    warned[max(first - 2, 0) : first] = 1.0
    cases = {
        "as it is": margins_of(study, values, pulled),
        "patched a quarter faster": margins_of(study, faster, pulled),
        "announced two quarters earlier": margins_of(study, values, pulled._replace(hbm_warning=warned)),
    }
    rows = [
        {
            "case": name,
            "assumption": a.id,
            "holds": float((m[i] > 0).mean()),
            "change": float((m[i] > 0).mean() - (cases["as it is"][i] > 0).mean()),
        }
        for name, m in cases.items()
        for i, a in enumerate(study.assumptions)
    ]
    return pl.DataFrame(rows)
