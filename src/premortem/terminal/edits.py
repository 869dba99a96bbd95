"""Clause numbers in line for heavy edits, in a terminal, and how that ranking did."""

from rich.console import Console
from rich.table import Table

from premortem.questions.edits import TOP, HeavyEdits, Scored
from premortem.terminal.compare import print_costs
from premortem.terminal.layout import add_columns, heading, print_table
from premortem.text import phrases


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
    called = {f"{r.clause}.{r.parameter}": r.called for r in moving if r.called}
    measured = any(r.method != "gradient" for r in moving)
    for row in moving:
        most = max(row.shadow_price, key=lambda a: abs(row.shadow_price[a]))
        mark = "" if row.method == "gradient" else " *"
        table.add_row(
            str(row.rank),
            called.get(f"{row.clause}.{row.parameter}", f"{row.clause}.{row.parameter}"),
            most,
            f"{row.shadow_price[most]:+.4f}{mark}",
            phrases.share(row.binds),
            f"{row.pressure:.1f}",
            phrases.number(row.index),
        )
    print_table(console, table)
    rest = len(result.clauses) - len(moving)
    console.print(
        f"{rest} more numbers have index 0: changing them by a tenth changes no result, or nobody asked for a change.\n"
        "By 10%: change of the expected softened margin (between -1 and 1) when the number rises by a tenth, by gradient"
        f"{'; * measured by running the model, because a threshold lies within that tenth' if measured else ''}.\n"
        "Index: size of that change x share of futures in which the number binds x pressure from those who had commented by that day, "
        "each relative to the largest.",
        style="dim",
    )
    print_costs(console, {result.policy: result.costs})
    _print_hindcast(console, result.hindcast, result.as_of)


def _print_hindcast(console: Console, h: Scored, as_of: str) -> None:
    """How the ranking did, beside other rankings and a draw by lot."""
    if not h.edited:
        console.print(f"\nNothing to score the ranking against: no number was dropped or replaced after {as_of}.")
        return
    heading(console, f"Scored against what became of {h.scored} numbers ({h.edited} were dropped or replaced)")
    scored = Table(box=None, pad_edge=False)
    add_columns(
        scored,
        "  ranking",
        "rank correlation",
        f"of its first {phrases.spell_count(TOP)}, edited",
        texts=("  ranking",),
    )
    scored.add_row("  this index", f"{h.rank_correlation:.2f}", f"{h.top5_hits:.1f}")
    for name, score in h.baselines.items():
        scored.add_row(f"  {name}", f"{score.rank_correlation:.2f}", f"{score.top5_hits:.1f}")
    scored.add_row("  a draw by lot", "0.00", f"{h.chance_top5_hits:.1f}")
    print_table(console, scored)
    console.print(f"  {phrases.capital(h.verdict)}.{phrases.one_act(h.acts, h.edited)}")
    console.print(f"  By independent acts: {h.by_act.verdict}")
    for act in h.by_act.acts:
        place = f"mean place {phrases.share(act.place)} down the ranking"
        console.print(f"    {act.date}: {phrases.count_noun(act.numbers, 'number')}, {place}; {act.what}")
