"""What the analyses show in a terminal: sentences first, then the tables behind them.

Over 300 lines: four answers (stress, compare, edits, futures) that share their tables and ways to write a number.
"""

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.table import Table

from premortem.questions._archetypes import STRUCTURE
from premortem.questions.attribution import Attribution, Carried
from premortem.questions.breaking_points import Threshold
from premortem.questions.clause_sweeps import ClauseThreshold
from premortem.questions.compare import Compared, Difference
from premortem.questions.edits import TOP, HeavyEdits
from premortem.questions.futures import AlternativeFutures, Sign
from premortem.questions.stress import Stress
from premortem.questions.time import TimeAsymmetry, TimeCase
from premortem.study import Study
from premortem.terminal.layout import add_columns, print_table
from premortem.text import phrases, steps

# Rows of each kind that a terminal shows; the JSON has all.
SHOWN = 8
# Shares of futures below this are not told.
RESCUED = 0.0005


def print_stress(result: Stress, study: Study) -> None:
    """Boxes as sentences, nearest breaks as stories, thresholds, then the strongest uncertainties and items."""
    console = Console(highlight=False)
    name, policy = result.assumption, result.policy
    console.print(
        f"[bold]{name} ({result.name}) breaks in {phrases.share(result.breaks)} of {phrases.counted(result.futures, 'future')} "
        f"under {policy}.[/bold]"
    )
    for warning in result.warnings:
        console.print(f"Note: {warning}.", style="yellow")
    if result.sought_in < result.futures:
        console.print(
            f"Boxes were sought in the first {phrases.counted(result.sought_in, 'future')}, and measured on all.",
            style="dim",
        )
    _print_boxes(console, result, study)
    if result.forms:
        _heading(console, "Which form of the world it hangs on")
    for row in result.forms:
        console.print(f"  {row.says}.")
    _heading(console, "How little it takes")
    for point in result.breaking:
        console.print(f"  {point.story}.")
        stopped = phrases.listing([study.priors[p].meaning for p in point.at_bound])
        bound = f"; at the limit of its range: {stopped}" if point.at_bound else ""
        console.print(
            f"    That is {point.distance:.2f} standard deviations from where it started; rerun there, the model gives a margin of "
            f"{abs(point.margin_after):.4f}{bound}.",
            style="dim",
        )
    if not result.breaking:
        console.print("  None found: what was tried is in the notes above.")
    _print_thresholds(console, result.thresholds)
    _print_sensitivity(console, result, study)
    _print_attribution(console, result.attribution, study.case.text.source)


def _heading(console: Console, text: str) -> None:
    console.print(f"\n[bold]{text}[/bold]")


def _print_boxes(console: Console, result: Stress, study: Study) -> None:
    _heading(console, "Where it breaks")
    for box in result.boxes:
        test = box.out_of_sample
        console.print(f"  {box.sentence}.")
        verdict = "within" if test.within_error else "outside"
        console.print(
            f"    On {test.futures:,} new futures: breaks in {box.density_out_of_sample:.0%} of {test.inside:,} "
            f"inside ({verdict} sampling error of {100 * test.error:.1f} points), {box.coverage_out_of_sample:.0%} "
            "of all breaks.",
            style="dim",
        )
        again = [f"{study.priors[p].meaning} {share:.0%}" for p, share in box.found_again.items()]
        console.print(f"    Found again in random halves of the futures: {', '.join(again)}.", style="dim")
    if not result.boxes:
        console.print(f"  No box: {result.verdict}.")
    tree = result.check.cart
    if tree and result.boxes:
        shared = phrases.listing([study.priors[p].meaning for p in tree.shared])
        console.print(
            f"  Check: a classification tree's densest leaf breaks in {tree.density:.0%} and covers "
            f"{tree.coverage:.0%} of breaks; it limits the same: {shared}.",
            style="dim",
        )


def _print_thresholds(console: Console, rows: Sequence[Threshold | ClauseThreshold]) -> None:
    alone = [r for r in rows if isinstance(r, Threshold)]
    clauses = [r for r in rows if isinstance(r, ClauseThreshold)]
    decide = [r for r in clauses if r.value is not None or r.half_at is not None]
    _heading(console, "One at a time")
    turning: list[Threshold | ClauseThreshold] = [*alone[:SHOWN], *decide]
    for row in turning:
        console.print(f"  {row.sentence[0].upper()}{row.sentence[1:]}.")
    if len(alone) > SHOWN:
        console.print(f"  {len(alone) - SHOWN} more uncertainties would, each by a larger move (--json has them).")
    if not alone:
        console.print("  No single uncertainty turns the future looked at within its prior.")
    moving = [r for r in clauses if r not in decide and _spread(r) >= 0.01]
    for row in sorted(moving, key=lambda r: -_spread(r))[:3]:
        console.print(f"  {row.sentence[0].upper()}{row.sentence[1:]}.", style="dim")
    if not clauses:  # the case names none to try
        return
    console.print(
        f"  {len(clauses)} clause numbers were tried alone: {len(decide)} decide, {len(moving)} others move the share by a "
        f"point or more, {len(clauses) - len(decide) - len(moving)} do not.",
        style="dim",
    )


def _spread(row: ClauseThreshold) -> float:
    shares = [s.holds for s in row.shares]
    return float(max(shares) - min(shares))


def _print_sensitivity(console: Console, result: Stress, study: Study) -> None:
    if not result.sensitivity:
        return
    _heading(console, "What its margin depends on (Sobol indices: share of the margin's variance)")
    table = Table(box=None, pad_edge=False)
    add_columns(table, "  uncertainty", "alone", "with its company", "95% interval", texts=("  uncertainty",))
    for row in result.sensitivity[:SHOWN]:
        alone = "about 0" if row.first_low <= 0 else f"{row.first:.0%}"
        meaning = study.priors[row.param].meaning
        table.add_row(f"  {meaning}", alone, f"{row.total:.0%}", f"{row.low:.0%} to {row.high:.0%}")
    print_table(console, table)
    console.print(
        f"  'About 0': the interval of the part played alone reaches below 0. {result.samples:,} base samples; "
        "--samples takes more.",
        style="dim",
    )


def _print_attribution(console: Console, rows: Attribution, source: str) -> None:
    _heading(console, "What carries it: change of the share that holds, against the item at its weakest")
    table = Table(box=None, pad_edge=False)
    texts = (f"  item of {source}" if source else "  item", "kind")
    add_columns(table, *texts, "alone", "95% interval", "in company", texts=texts)
    for row in [r for r in rows if isinstance(r, Carried)]:
        interval = f"{_whole(row.low)} to {_whole(row.high)}"
        company = "" if row.shapley is None else phrases.points(row.shapley)
        table.add_row(f"  {row.item.replace('_', ' ')}", row.kind, phrases.points(row.effect), interval, company)
    print_table(console, table)
    unmodelled = [r.item.replace("_", " ") for r in rows if not r.modelled]
    if unmodelled:
        console.print(f"  Not modelled, so not counted: {phrases.listing(unmodelled)}.", style="dim")


def _whole(change: float) -> str:
    """A change in whole points, `0` without a sign."""
    rounded = round(100 * change)
    return f"{rounded:+d}" if rounded else "0"


METRICS = {
    "mean_regret": "least regret on average",
    "p90_regret": "least regret in the worst tenth",
    "minimax_regret": "least regret at the worst",
    "maximin": "best in its worst future",
    "satisficing": "all assumptions hold most often",
    "expected": "best on average",
}


def print_compare(result: Compared, uncounted: str = "") -> None:
    """Shares, regret, rankings and where the metrics disagree; then what time changes. `uncounted` is what regret leaves out."""
    console = Console(highlight=False)
    policies = result.rankings["mean_regret"]
    for warning in result.warnings:
        console.print(f"Note: {warning}.", style="yellow")
    if result.simulated_now:
        console.print(f"Simulated now, over the run's futures: {phrases.listing(result.simulated_now)}.", style="dim")
    if result.left_out:
        console.print(
            f"{phrases.capital(phrases.listing(result.left_out))} is what happened and no choice, so it is left out; name it to compare it too.",
            style="dim",
        )
    table = Table(
        title=f"Share of {phrases.counted(result.futures, 'future')} in which each assumption holds, and regret",
        title_justify="left",
        box=None,
        pad_edge=False,
    )
    ids = list(next(iter(result.shares.values())))
    add_columns(table, "policy", *ids, "mean regret", "90th pct", "worst", texts=("policy",))
    for name in policies:
        regrets = ["-" if value is None else f"{value:.2f}" for value in vars(result.regret[name]).values()]
        table.add_row(name, *(phrases.short(result.shares[name][k]) for k in ids), *regrets)
    print_table(console, table)
    console.print(phrases.regret(uncounted), style="dim")
    _heading(console, "Which policy is most robust")
    for metric, order in result.rankings.items():
        console.print(f"  {METRICS[metric]}: {' > '.join(order)}")
    winners = dict.fromkeys(result.winners.values())
    console.print(
        f"  The metrics disagree: {phrases.listing(list(winners))} each come first by some. What counts is a choice."
        if result.disagree
        else f"  All metrics put {next(iter(winners))} first."
    )
    beaten = [p for p in policies if p not in result.pareto]
    console.print(
        f"  Beaten by another policy in some assumption and better in none: {phrases.listing(beaten)}."
        if beaten
        else "  None is beaten by another in every assumption: each choice gives something up."
    )
    _print_differences(console, result.differences, next(p for p in result.shares if p not in result.differences))
    if result.time_asymmetry:
        _print_time(console, result.time_asymmetry)


def _print_differences(console: Console, differences: Mapping[str, Mapping[str, Difference]], first: str) -> None:
    _heading(console, f"Against {first}, in the same futures (points, 95% interval)")
    for name, by in differences.items():
        told = [f"{k} {_interval(d)}" for k, d in by.items() if _clear(d)]
        console.print(f"  {name}: {'; '.join(told) if told else 'no difference beyond sampling error'}")


def _clear(d: Difference | TimeCase) -> bool:
    """Whether a change lies beyond sampling error."""
    return d.low is not None and d.high is not None and (d.low > 0 or d.high < 0)


def _interval(d: Difference | TimeCase) -> str:
    """A change with its interval in points, to as many digits as show that neither is nothing: `+0.04 (+0.01 to +0.08)`."""
    points = [100 * x for x in (d.change, d.low, d.high) if x is not None]
    digits = next((n for n in (1, 2, 3) if all(float(f"{p:.{n}f}") for p in points)), 3)
    change, low, high = (f"{p:+.{digits}f}" for p in points)
    return f"{change} ({low} to {high})"


def _print_time(console: Console, told: TimeAsymmetry) -> None:
    _heading(console, f"Time under {told.policy}")
    prior = told.simulated_patch_lag_months
    console.print(
        f"  In the model, {told.simulated_lag} {prior.p50:.0f} months ({prior.p5:.0f} to {prior.p95:.0f}). In the record:"
    )
    for row in told.lags:
        console.print(f"    {row.months:>4.1f} months from {row.kind}: {row.control} ({row.start} to {row.to})")
    console.print(
        "  In the model, change of the share that holds in points (95% interval), where beyond sampling error:"
    )
    for case in dict.fromkeys(r.case for r in told.cases):
        rows = [r for r in told.cases if r.case == case and _clear(r)]
        told_rows = [f"{r.assumption} {_interval(r)}" for r in rows]
        if rows:
            console.print(f"    {case[0].upper()}{case[1:]}: {', '.join(told_rows)}")
    faster = [r for r in told.cases if r.case == told.faster and r.rescued >= RESCUED]
    if faster:
        rescued = phrases.listing([f"{r.rescued:.1%} for {r.assumption}" for r in faster])
        console.print(f"  {phrases.capital(told.faster)}: the assumption then holds in more futures, {rescued}.")


def print_edits(result: HeavyEdits) -> None:
    """Clause numbers by index with its three parts, then how the ranking did."""
    console = Console(highlight=False)
    table = Table(
        title=f"Clause numbers of '{result.policy}' by how likely a heavy edit looked on {result.as_of}",
        title_justify="left",
        box=None,
        pad_edge=False,
    )
    headings = ("rank", "clause number", "moves most", "by 10%", "binds in", "pressure", "index")
    add_columns(table, *headings, texts=("clause number", "moves most"))
    moving = [r for r in result.clauses if r.index > 0]
    for row in moving:
        most = max(row.shadow_price, key=lambda a: abs(row.shadow_price[a]))
        mark = "" if row.method == "gradient" else " *"
        table.add_row(
            str(row.rank),
            f"{row.clause}.{row.parameter}",
            most,
            f"{row.shadow_price[most]:+.4f}{mark}",
            phrases.share(row.binds),
            f"{row.pressure:.1f}",
            f"{row.index:.3f}",
        )
    print_table(console, table)
    rest = len(result.clauses) - len(moving)
    console.print(
        f"{rest} more numbers have index 0: changing them by a tenth changes no result, or nobody asked for a change.\n"
        "By 10%: change of the expected softened margin (between -1 and 1) when the number rises by a tenth, by gradient; "
        "* measured by running the model, because a threshold lies within that tenth.\n"
        "Index: size of that change x share of futures in which the number binds x pressure from those who had commented by that day, "
        "each relative to the largest.",
        style="dim",
    )
    h = result.hindcast
    _heading(console, f"Scored against what became of {h.scored} numbers ({h.edited} were dropped or replaced)")
    scored = Table(box=None, pad_edge=False)
    add_columns(
        scored, "  ranking", "rank correlation", f"of its first {phrases.spelled(TOP)}, edited", texts=("  ranking",)
    )
    scored.add_row("  this index", f"{h.rank_correlation:.2f}", f"{h.top5_hits:.1f}")
    for name, score in h.baselines.items():
        scored.add_row(f"  {name}", f"{score.rank_correlation:.2f}", f"{score.top5_hits:.1f}")
    scored.add_row("  a draw by lot", "0.00", f"{h.chance_top5_hits:.1f}")
    print_table(console, scored)
    console.print(f"  {h.verdict[0].upper()}{h.verdict[1:]}.{phrases.one_act(h.acts, h.edited)}")


def print_futures(result: AlternativeFutures) -> None:
    """Families with shares, box and signposts."""
    console = Console(highlight=False)
    k = result.k
    console.print(
        f"{phrases.grouped(result.k, result.continuum)}: {phrases.counted(result.futures_seen, 'future')} under {result.policy}; "
        f"silhouette {result.silhouette[k]:.2f} (1 is apart, 0 is touching, under {STRUCTURE} no families), "
        f"stability {result.stability[k]:.2f} (1: found alike in every half of the futures)."
    )
    for row in result.archetypes:
        shares = ", ".join(f"{phrases.share(s)} under {p}" for p, s in row.share.items())
        console.print(f"\n[bold]{row.name}[/bold]: {shares}")
        console.print(f"  {row.box_sentence}. A member to look at: future {row.medoid:,}.")
        for sign in row.signposts:
            console.print(
                f"  By {steps.end(sign.by)}: {sign.observable} {'over' if sign.side == 'above' else 'under'} "
                f"{_reading(sign)} (sorts {sign.accuracy:.0%} of futures rightly, 50% is chance)"
            )


def _reading(sign: Sign) -> str:
    if sign.unit == "share":
        return f"{sign.threshold:.0%}"
    return f"{phrases.number(sign.threshold)} {'' if sign.unit == '0 to 1' else sign.unit}".strip()
