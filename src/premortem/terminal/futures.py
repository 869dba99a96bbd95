"""Families of futures in a terminal: shares, boxes and early signposts."""

from rich.console import Console

from premortem.questions.archetypes import STRUCTURE
from premortem.questions.futures import AlternativeFutures
from premortem.text import phrases, steps


def print_futures(result: AlternativeFutures) -> None:
    """Families with shares, box and signposts."""
    console = Console(highlight=False)
    k = result.nearest
    console.print(
        f"{phrases.grouping_phrase(result.k, result.continuum)}: {phrases.count_noun(result.futures_seen, 'future')} under {result.policy}; "
        f"silhouette {result.silhouette[k]:.2f} (1 is apart, 0 is touching, under {STRUCTURE} no families), "
        f"stability {result.stability[k]:.2f} (1: found alike in every half of the futures)."
    )
    for axis in result.axes if result.continuum else ():
        console.print(f"  {axis.name}: from {axis.low} to {axis.high}; {phrases.share(axis.share)} of all differences")
    for row in result.archetypes:
        shares = ", ".join(f"{phrases.share(s)} under {p}" for p, s in row.share.items())
        console.print(f"\n[bold]{row.name}[/bold]: {shares}")
        console.print(f"  {row.box_sentence}. A member to look at: future {row.medoid:,}.")
        for sign in row.signposts:
            console.print(
                f"  By {steps.end(sign.by)}: {sign.observable} {sign.way} "
                f"{sign.reading} (sorts {sign.accuracy:.0%} of futures rightly, 50% is chance)"
            )
