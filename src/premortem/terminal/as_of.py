"""What stands and what fell on a day, in a terminal."""

from rich.console import Console
from rich.table import Table

from premortem.questions import day_words as words
from premortem.questions.as_of import AsOfDay
from premortem.terminal.layout import add_columns, print_table
from premortem.text import phrases
from premortem.text.layout import wrap


def print_then(result: AsOfDay) -> None:
    """That what comes after is of the day of the case."""
    console = Console(highlight=False)
    console.print(wrap(f"{words.then(result)}.", console.width), style="bold", soft_wrap=True)


def print_as_of(result: AsOfDay) -> None:
    """Assumptions with their shares then and now, what came, what moved, and the next things to watch."""
    console = Console(highlight=False)
    console.print(f"\n[bold]{words.title(result)}[/bold]")
    console.print(wrap(words.basis(result), console.width), soft_wrap=True)
    table = Table(box=None, padding=(0, 1))
    add_columns(
        table,
        "",
        "assumption",
        "then",
        "now",
        "95%",
        "verdict",
        "depends on",
        "fails first",
        texts=("", "assumption", "verdict", "depends on", "fails first"),
    )
    for s in result.standing:
        table.add_row(
            s.assumption,
            s.says,
            phrases.share(s.before),
            phrases.share(s.holds),
            phrases.interval(s.low, s.high),
            words.verdict(s),
            s.depends,
            s.fails_first,
        )
    print_table(console, table)
    for heading, lines in (
        ("What changed, and by what", words.changes(result)),
        ("The same limits at the end of the horizon", words.further(result)),
        ("What rests on little", [result.rests_on] if result.rests_on else []),
        ("Events of the policy process that came since", words.came(result)),
        ("The latest dated events", words.latest_events(result)),
        ("What the readings moved", words.moved(result)),
        ("Watch next", [*filter(None, [result.alone]), *words.next_ones(result)]),
        ("No longer worth watching", words.settled(result)),
    ):
        if lines:
            console.print(f"[bold]{heading}[/bold]")
            for line in lines:
                console.print(wrap(f"  {line}", console.width, "    "), soft_wrap=True)
    for warning in result.warnings:
        console.print(wrap(f"Note: {warning}", console.width), style="dim", soft_wrap=True)
