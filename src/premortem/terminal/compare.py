"""Policies against each other, and what time changes, in a terminal."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from rich.console import Console
from rich.table import Table

from premortem.questions.compare import Compared, Difference
from premortem.questions.instrument_costs import InstrumentCost
from premortem.questions.time import TimeAsymmetry, TimeCase
from premortem.terminal.layout import add_columns, heading, print_table
from premortem.text import phrases

# Smallest share of futures that is told to a tenth of a point.
TURNED = 0.0005
# Measures of robustness in words, in the order in which they are told.
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
        title=f"Share of {phrases.count_noun(result.futures, 'future')} in which each assumption holds, and regret",
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
    heading(console, "Which policy is most robust")
    for metric, order in result.rankings.items():
        console.print(f"  {METRICS[metric]}: {' > '.join(order)}")
    winners = dict.fromkeys(result.winners.values())
    console.print(
        f"  The metrics disagree: {phrases.listing(list(winners))} each come first by some. What counts is a choice."
        if result.disagree
        else f"  All metrics put {next(iter(winners))} first."
    )
    beaten = [p for p in policies if p not in result.pareto]
    if result.best:
        console.print(f"  Best in every assumption, as shown: {phrases.listing([*result.best])}.")
    if beaten:
        told = phrases.listing(beaten)
        console.print(f"  Beaten by another policy in some assumption and better in none: {told}.")
    elif not result.best:
        console.print("  None is beaten by another in every assumption: each choice gives something up.")
    print_costs(console, result.costs)
    _print_differences(console, result.differences, next(p for p in result.shares if p not in result.differences))
    if result.time_asymmetry:
        _print_time(console, result.time_asymmetry)


def print_costs(console: Console, costs: Mapping[str, Sequence[InstrumentCost]]) -> None:
    """What no clause says that policies put effort into, and who bears its costs, a line an instrument."""
    told: dict[InstrumentCost, list[str]] = {}
    for policy, rows in costs.items():
        for row in rows:
            told.setdefault(replace(row, effort=1.0), []).append(f"{policy} {row.effort:g}")
    if told:
        heading(console, "What no clause says, by effort (0 to 1), who bears its costs, and what an effort of 1 costs")
    for row, efforts in told.items():
        cost = "; ".join(amount.says for amount in row.amounts) or "no cost is modelled"
        console.print(f"  {phrases.capital(row.called)} ({', '.join(efforts)}), borne by {row.falls_on}: {cost}.")
    if any(row.amounts for row in told):
        console.print("  Costs: median of the prior (90% interval), in its own unit.", style="dim")


def _print_differences(console: Console, differences: Mapping[str, Mapping[str, Difference]], first: str) -> None:
    heading(console, f"Against {first}, in the same futures (points, 95% interval)")
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
    heading(console, f"Time under {told.policy}")
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
            why = f"; {told.why[case]}" if case in told.why else ""
            console.print(f"    {phrases.capital(case)}: {', '.join(told_rows)}{why}.")
    faster = [r for r in told.cases if r.case == told.faster and max(r.rescued, r.lost) >= TURNED]
    if faster:
        turned = phrases.listing([f"{r.assumption} {_turned(r.rescued)} and {_turned(r.lost)}" for r in faster])
        console.print(
            f"  {phrases.capital(told.faster)}, points of futures that then hold, and that then break: {turned}."
        )


def _turned(share: float) -> str:
    """A share of futures in points to a tenth; `0` for none, and never none of what is there."""
    return f"{100 * share:.1f}" if share >= TURNED else "under 0.1" if share else "0"
