"""Why an assumption breaks, in a terminal: sentences first, then the tables behind them."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from premortem.case import Text
from premortem.propositions.assumption import Item
from premortem.questions.attribution import Attribution, Carried, disagreements
from premortem.questions.breaking_points import Threshold
from premortem.questions.clause_sweeps import ClauseThreshold
from premortem.questions.stress import Stress
from premortem.study import Study
from premortem.terminal.layout import add_columns, heading, print_table
from premortem.text import phrases

# Rows of each kind that a terminal shows; the JSON has all.
SHOWN = 8


def print_stress(result: Stress, study: Study) -> None:
    """Boxes as sentences, nearest breaks as stories, thresholds, then the strongest uncertainties and items."""
    console = Console(highlight=False)
    name, policy = result.assumption, result.policy
    console.print(
        f"[bold]{name} ({result.name}) breaks in {phrases.share(result.breaks)} of {phrases.count_noun(result.futures, 'future')} "
        f"under {policy}.[/bold]"
    )
    for warning in result.warnings:
        console.print(f"Note: {warning}.", style="yellow")
    if result.sought_in < result.futures:
        console.print(
            f"Boxes were sought in the first {phrases.count_noun(result.sought_in, 'future')}, and measured on all.",
            style="dim",
        )
    _print_boxes(console, result, study)
    if result.forms:
        heading(console, "Which form of the world it hangs on")
    for row in result.forms:
        console.print(f"  {row.says}.")
    if not result.of_day:  # they are measured on the priors
        _print_breaking(console, result, study)
        _print_thresholds(console, result.thresholds)
        _print_sensitivity(console, result, study)
    items = next(a.items for a in study.assumptions if a.id == name)
    _print_attribution(console, result.attribution, items, study.case.text)


def _print_breaking(console: Console, result: Stress, study: Study) -> None:
    heading(console, "How little it takes")
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


def _print_boxes(console: Console, result: Stress, study: Study) -> None:
    heading(console, "Where it breaks")
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
    heading(console, "One at a time")
    turning: list[Threshold | ClauseThreshold] = [*alone[:SHOWN], *decide]
    for row in turning:
        console.print(f"  {phrases.capital(row.sentence)}.")
    if len(alone) > SHOWN:
        console.print(f"  {len(alone) - SHOWN} more uncertainties would, each by a larger move (--json has them).")
    if not alone:
        console.print("  No single uncertainty turns the future looked at within its prior.")
    moving = [r for r in clauses if r not in decide and _spread(r) >= 0.01]
    for row in sorted(moving, key=lambda r: -_spread(r))[:3]:
        console.print(f"  {phrases.capital(row.sentence)}.", style="dim")
    if not clauses:  # the case names none to try
        return
    console.print(
        f"  {phrases.count_noun(len(clauses), 'clause number')} {'was' if len(clauses) == 1 else 'were'} tried alone. "
        f"Decisive: {len(decide)}. Moving the share by a point or more: {len(moving)}. Neither: {len(clauses) - len(decide) - len(moving)}.",
        style="dim",
    )


def _spread(row: ClauseThreshold) -> float:
    shares = [s.holds for s in row.shares]
    return float(max(shares) - min(shares))


def _print_sensitivity(console: Console, result: Stress, study: Study) -> None:
    if not result.sensitivity:
        return
    heading(console, "What its margin depends on (Sobol indices: share of the margin's variance)")
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


def _print_attribution(console: Console, rows: Attribution, items: Sequence[tuple[str, Item]], text: Text) -> None:
    source, capitals = text.source, text.capitals
    heading(
        console, "What carries it: change of the share that holds, by more of the item, against the item at its least"
    )
    table = Table(box=None, pad_edge=False)
    texts = (f"  item of {source}" if source else "  item", "kind")
    add_columns(table, *texts, "alone", "95% interval", "in company", texts=texts)
    for row in [r for r in rows if isinstance(r, Carried)]:
        interval = f"{_whole(row.low)} to {_whole(row.high)}"
        company = "" if row.shapley is None else phrases.points(row.shapley)
        table.add_row(
            f"  {phrases.in_words(row.item, capitals)}", row.kind, phrases.points(row.effect), interval, company
        )
    print_table(console, table)
    unmodelled = [phrases.in_words(r.item, capitals) for r in rows if not r.modelled]
    if unmodelled:
        console.print(f"  Not modelled, so not counted: {phrases.listing(unmodelled)}.", style="dim")
    if against := disagreements(rows, items):
        heading(console, f"Where the model disagrees with {source or 'what is said'}")
    for said in against:
        console.print(f"  {said}.")


def _whole(change: float) -> str:
    """A change in whole points, `0` without a sign."""
    rounded = round(100 * change)
    return f"{rounded:+d}" if rounded else "0"
