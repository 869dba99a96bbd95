"""What to watch, the hindcast and the timeline in a terminal."""

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from premortem.questions.watch import SignpostRow, ToWatch
from premortem.questions.weighted_board import Board, BoardWeights, ShortCell
from premortem.terminal.board import print_board
from premortem.terminal.layout import add_columns, next_step, print_table
from premortem.text import phrases
from premortem.text.layout import wrap
from premortem.text.units import quantity
from premortem.watch import hindcast_words as words
from premortem.watch.event_scores import EventScored
from premortem.watch.hindcast_results import Hindcast
from premortem.watch.reading_files import YOURS
from premortem.watch.reading_scores import Scored
from premortem.watch.timeline import Event, lags
from premortem.watch.weights import is_noise

# Signposts that are shown; the others are counted and found with --json.
SHOWN = 12
# What is told of one stands below its name.
SET_IN = " " * 7


def print_watch(result: ToWatch, of: str = "") -> None:
    """The board before and after under the policy in view, then signposts by the value of their next reading; `of` are the options of
    the study.
    """
    console = Console(highlight=False)
    _boards(console, result)
    for warning in result.warnings:
        console.print(f"Warning: {warning}", style="bold")
    for reading in result.readings:
        if reading.named and reading.source == YOURS:
            console.print(f"{reading.named} is read as {reading.quantity}")
    console.print(
        "\n[bold]What to look at next[/bold], most worth watching first (100: its next figure would remove all doubt)"
    )
    if result.alone:
        console.print(wrap(result.alone, console.width), soft_wrap=True)
    for row in result.ahead[:SHOWN]:
        worth = "    -" if row.voi is None else f"{100 * row.voi:5.1f}"
        told = Text(
            wrap(f"{row.name} ({row.assumption}): {row.observable}", console.width, SET_IN).removeprefix(SET_IN)
        )
        told.stylize("bold", 0, len(row.name))
        console.print(Text(f"{worth}  ") + told, soft_wrap=True)
        console.print(wrap(latest(row), console.width, SET_IN), style="dim", soft_wrap=True)
        if row.sentence:
            console.print(wrap(row.sentence, console.width, SET_IN), soft_wrap=True)
    hidden = len(result.ahead) - SHOWN
    if hidden > 0:
        console.print(f"{hidden} more; see them with --json")
    if result.since:
        console.print(f"[bold]{result.since_title}[/bold]")
        for row in result.since:
            console.print(wrap(f"  {row.name} ({row.assumption}): {row.came}", console.width, "    "), soft_wrap=True)
    if result.settled:
        console.print("[bold]No longer worth watching[/bold]")
        for gone in result.settled:
            console.print(wrap(f"  {gone.name}: {gone.why}", console.width, "    "), soft_wrap=True)
    examples = [
        phrases.command("watch", of, f"--reading {row.quantity}={row.threshold.value:g}")
        for row in result.signposts
        if row.quantity and row.threshold
    ]
    console.print(next_step(*examples[:1], phrases.command("hindcast", of)))


def _boards(console: Console, result: ToWatch) -> None:
    console.print(
        f"Under {result.policy}; {result.effective_futures:,.0f} effective of {phrases.count_noun(result.futures, 'future')}"
    )
    table = Table(box=None, padding=(0, 1))
    add_columns(table, "", "before", "after", "change", texts=("", "change"))
    weak = phrases.weak(result.effective_futures)
    for before, after in zip(result.board_before, result.board_after, strict=True):
        if before.policy == result.policy:
            change = _change(
                before, after, f" (weak: {result.effective_futures:,.0f} effective futures)" if weak else ""
            )
            table.add_row(before.assumption, phrases.share(before.holds), phrases.share(after.holds), change)
    print_table(console, table)
    console.print(f"before: {result.before}; after: {result.after}", style="dim")


def _change(before: ShortCell, after: ShortCell, weak: str) -> str:
    """A change of a share in points, with what there is to say of it; nothing where one of the two cannot be told."""
    if before.holds is None or after.holds is None:
        return ""
    noise = is_noise((before.holds, before.low, before.high), (after.holds, after.low, after.high))
    return phrases.points_between(before.holds, after.holds) + (weak or (" (within noise)" if noise else ""))


def latest(row: SignpostRow) -> str:
    """What a signpost says now, with its date, and its threshold."""
    limit, said = row.threshold, row.latest
    passed = f", {row.status}" if said and limit and said.value is not None else ""
    watched = f"; threshold {quantity(limit.value, row.unit)}{passed}" if limit else ""
    if said is None:
        return f"no reading yet{watched}"
    if said.value is None or row.unit == "event":
        return f"{said.said_on}: {said.says}{watched}"
    newer = f"; {said.said_on}: {said.says}" if said.is_newer_said else ""
    return f"{said.on}: {quantity(said.value, row.unit)}{newer}, {said.source}{watched}"


def print_hindcast(judged: Any) -> None:
    """Misses first, of readings and of events; then whom the model beat, whether its ranges are right, and all the rest."""
    console = Console(highlight=False)
    found: Hindcast = judged.weighted
    console.print(f"[bold]{words.verdict(found)}[/bold]")
    missed = [e for e in found.events if e.missed]
    for title, readings, events in (
        (
            f"{phrases.count_noun(len(found.misses), 'reading')} and {phrases.count_noun(len(missed), 'event')} missed",
            found.misses,
            missed,
        ),
        ("The rest", [s for s in found.observables if s.inside], [e for e in found.events if not e.missed]),
    ):
        console.print(f"\n[bold]{title}[/bold]")
        if readings:
            print_table(console, _readings(readings))
        for event in sorted(events, key=lambda e: -e.brier):
            console.print(_event(event))
        if title != "The rest":
            _scores(console, found)
    console.print(
        f"\n{judged.weights.effective:,.0f} effective of {phrases.count_noun(judged.futures, 'future')} by what was known on the day. "
        "error: CRPS as a multiple of that of carrying the last value forward, so that under 1 is better; - where none was known"
    )
    for warning in judged.warnings:
        console.print(f"Warning: {warning}", style="bold")
    for left in words.left_out(found):
        console.print(f"  not scored: {left}", style="dim")


def _scores(console: Console, found: Hindcast) -> None:
    if found.wins:
        console.print("\n[bold]Against forecasts that were public on the day[/bold], by groups of outcomes")
        for line in words.against(found):
            console.print(f"  {line}")
    for line in (words.calibration(found), words.events(found), words.mapped_after(found)):
        if line:
            console.print(line)


def _readings(shown: Sequence[Scored]) -> Table:
    table = Table(box=None, padding=(0, 1))
    headings = ("", "what was read", "date", "kind", "observed", "5%", "50%", "95%", "unit", "error")
    add_columns(table, *headings, texts=("", "what was read", "kind", "unit"))
    for s in shown:
        error = "-" if not s.crps_persistence else f"{phrases.number(s.crps / s.crps_persistence)} x"
        numbers = (phrases.number(x, 3) for x in (s.observed, s.p5, s.p50, s.p95))
        read = f"{words.measured(s)} (read: {s.named})" if s.named else words.measured(s)
        mark = "" if s.inside else "MISS"
        table.add_row(mark, read, s.date.isoformat(), s.kind, *numbers, s.unit, error)
    return table


def _event(e: EventScored) -> str:
    came = "came" if e.happened else "did not come"
    base = "" if e.base_rate is None else f", base rate {phrases.share(e.base_rate)}"
    narrower = f" [dim]({e.narrower})[/dim]" if e.narrower else ""
    return (
        f"  {'MISS ' if e.missed else ''}{e.title} by {e.date}: {phrases.share(e.share)} of futures{base}; it {came}. "
        f"[dim]Brier {e.brier:.2f}[/dim]{narrower}"
    )


def print_weighted(run: Any, result: Board, found: BoardWeights) -> None:
    """The weighted board, and how far it can be trusted."""
    says = f"{phrases.capital(found.says)}, in which each assumption holds"
    print_board(run, result.board, says)
    console = Console(highlight=False)
    console.print(
        f"{phrases.count_noun(len(found.readings), 'reading')} {'leaves' if len(found.readings) == 1 else 'leave'} {found.effective_futures:,.0f} effective futures"
    )
    for warning in found.warnings:
        console.print(f"Warning: {warning}", style="bold")


def print_timeline(events: Sequence[Event]) -> None:
    """Dated events by day, with what each moved and how long it took."""
    console = Console(highlight=False)
    if not events:
        console.print("No dated event is held.")
    for event in events:
        moved = "; ".join(
            f"{m.assumption} {m.kind}, {m.item.replace('_', ' ')}: {'stronger' if m.moves > 0 else 'weaker'}"
            for m in event.moved
        )
        took = "" if event.months is None else f" ({event.months:.1f} months from announcement)"
        console.print(wrap(f"{event.on}  [bold]{event.title}[/bold]{took}", console.width), soft_wrap=True)
        if moved:
            console.print(wrap(moved, console.width, " " * 12), style="dim", soft_wrap=True)
    if events and not any(event.moved for event in events):
        console.print("No event is linked to a driver or an arrestor.", style="dim")
    for link in lags(events):
        console.print(
            f"{link.kind}: median {link.median:.1f} months, {link.shortest:.1f} to {link.longest:.1f}, {link.events} {'pair' if link.events == 1 else 'pairs'}"
        )
