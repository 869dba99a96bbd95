"""What the analyses show in a terminal."""

from typing import Any

from rich.console import Console
from rich.table import Table

from premortem.report import words


def print_stress(result: dict[str, Any]) -> None:
    """Boxes as sentences, nearest breaks as stories, then the strongest uncertainties and items."""
    console = Console(highlight=False)
    console.print(
        f"[bold]{result['assumption']} breaks in {words.share(result['breaks'])} of futures[/bold] under {result['policy']}; {result['verdict']}"
    )
    for box in result["boxes"]:
        console.print(f"  {box['sentence']}.")
        console.print(
            f"    on new futures: density {box['density_out_of_sample']:.0%}, coverage {box['coverage_out_of_sample']:.0%}",
            style="dim",
        )
    console.print("\nHow little it takes")
    for point in result["breaking"]:
        console.print(f"  {point['story']}. [dim]distance {point['distance']:.2f}[/dim]")
    for row in [r for r in result["thresholds"] if r.get("score") is not None][:5]:
        console.print(f"  alone: {row['param']} from {row['from']:.3g} to {row['value']:.3g}")
    table = Table(title="Strongest uncertainties (total Sobol index, 95% interval)", title_justify="left", box=None)
    for column in ("uncertainty", "first", "total", "interval"):
        table.add_column(column)
    for row in result["sensitivity"][:8]:
        table.add_row(
            row["param"], f"{row['first']:.2f}", f"{row['total']:.2f}", f"{row['low']:.2f} to {row['high']:.2f}"
        )
    console.print(table)
    console.print("\nDrivers and arrestors: change of the share that holds, against the item at its neutral end")
    for row in result["attribution"]:
        effect = "not modelled" if not row["modelled"] else words.points(row["effect"])
        console.print(f"  {effect:>14}  {row['kind']} {row['item']}")


def print_compare(result: dict[str, Any]) -> None:
    """Regret by policy, rankings, and where the metrics disagree."""
    console = Console(highlight=False)
    table = Table(title="Regret against the best policy in the same future", title_justify="left", box=None)
    for column in ("policy", "mean", "p90", "max"):
        table.add_column(column)
    for name, row in sorted(result["regret"].items(), key=lambda item: item[1]["mean"]):
        table.add_row(name, *(f"{row[k]:.3f}" for k in ("mean", "p90", "max")))
    console.print(table)
    for metric, order in result["rankings"].items():
        console.print(f"  {metric}: {' > '.join(order)}")
    console.print(
        "The metrics disagree on the best policy." if result["disagree"] else "All metrics name the same best policy."
    )
    console.print(f"Not beaten by another in all assumptions: {', '.join(result['pareto'])}")


def print_edits(result: dict[str, Any]) -> None:
    """Clause numbers by index with its three parts, then how the ranking did."""
    console = Console(highlight=False)
    table = Table(box=None)
    for column in ("rank", "clause number", "shadow price", "binds", "pressure", "index"):
        table.add_column(column)
    for row in result["clauses"][:15]:
        price = max(row["shadow_price"].values(), key=abs)
        table.add_row(
            str(row["rank"]),
            f"{row['clause']}.{row['parameter']}",
            f"{price:+.4f}",
            f"{row['binds']:.0%}",
            f"{row['pressure']:.1f}",
            f"{row['index']:.3f}",
        )
    console.print(table)
    h = result["hindcast"]
    console.print(
        f"Against what happened after {result['as_of']}: rank correlation {h['rank_correlation']:.2f}, {h['top5_hits']} of the first five edited ({h['edited']} of {h['scored']} were)"
    )
    for name, score in h["baselines"].items():
        console.print(f"  {name}: {score['rank_correlation']:.2f}, {score['top5_hits']} of five", style="dim")


def print_futures(result: dict[str, Any]) -> None:
    """Families with shares, box and signposts."""
    console = Console(highlight=False)
    for row in result["archetypes"]:
        shares = ", ".join(f"{p} {words.share(s)}" for p, s in row["share"].items())
        console.print(f"[bold]{row['name']}[/bold]: {shares}")
        console.print(f"  {row['box_sentence']}")
        for sign in row["signposts"]:
            console.print(
                f"  signpost: {sign['observable']} {sign['side']} {sign['threshold']:.3g} {sign['unit']} by {sign['by']} (tells it apart in {sign['accuracy']:.0%} of futures, balanced)"
            )
    k = result["k"]
    console.print(
        f"{k} families of {result['futures_seen']:,} futures; silhouette {result['silhouette'][k]:.2f}, stability {result['stability'][k]:.2f} (1 is perfect)"
    )
