"""A table of one's own: where its rows fail, and what an outcome depends on."""

from pathlib import Path
from typing import Annotated

import typer

from premortem.cli.shared import AsJson, Quiet, app, show

TableFile = Annotated[Path, typer.Argument(help="A table with a header, a row a future: CSV, Parquet or Excel.")]
InputColumns = Annotated[
    list[str] | None,
    typer.Option("--input", help="A column to look at; repeat for more.", show_default="all but those named otherwise"),
]
NominalColumns = Annotated[
    list[str] | None,
    typer.Option(
        "--nominal", help="A column of numbers without order; repeat for more.", show_default="those of texts"
    ),
]
Sheet = Annotated[str, typer.Option("--sheet", help="Sheet of a workbook.", show_default="the only one filled")]
Seed = Annotated[int, typer.Option("--seed", help="Seed of resamples and permutations.")]


@app.command(rich_help_panel="Why")
def discover(
    table: TableFile,
    outcome: Annotated[
        str | None,
        typer.Option(
            "--outcome",
            help="The outcome: 1 where a row fails, 0 where not, unless --fails says it.",
            show_default="none",
        ),
    ] = None,
    fails: Annotated[
        str | None,
        typer.Option(
            "--fails",
            help='When a row fails, such as "y > 12"; a name with spaces in double quotes.',
            show_default="the outcome is 1",
        ),
    ] = None,
    weights: Annotated[
        str | None, typer.Option("--weights", help="A column of weights.", show_default="all rows alike")
    ] = None,
    inputs: InputColumns = None,
    nominal: NominalColumns = None,
    top: Annotated[int, typer.Option("--top", min=1, max=20, help="How many boxes.")] = 3,
    method: Annotated[
        str, typer.Option("--method", help="prim, pca (axes turned along the failures) or constrained (three limits).")
    ] = "prim",
    seed: Seed = 0,
    sheet: Sheet = "",
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Find where the rows of your own table fail: ranges and categories of a few columns.

    Examples: premortem discover TABLE.csv --outcome y --fails "y > 12"; premortem discover TABLE.csv --outcome failed --weights w --json
    """
    from premortem import terminal
    from premortem.questions.tables import Asked

    asked = Asked(table, inputs or (), nominal or (), sheet)
    found = asked.discover(outcome, fails, weights, top, method, seed)  # type: ignore[arg-type]  # refused where it is no method
    show(found.as_dict(), as_json, quiet, lambda: terminal.print_boxes(found))


@app.command(rich_help_panel="Why")
def sensitivity(
    table: TableFile,
    outcome: Annotated[str, typer.Option("--outcome", help="The column whose dependence is asked.")],
    method: Annotated[
        str, typer.Option("--method", help="Any of sobol, delta, pawn, morris, forest, regional, with commas between.")
    ] = "sobol",
    fails: Annotated[
        str | None,
        typer.Option("--fails", help="For regional: when a row fails.", show_default="the outcome is over its median"),
    ] = None,
    inputs: InputColumns = None,
    nominal: NominalColumns = None,
    seed: Seed = 0,
    sheet: Sheet = "",
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Tell which columns of your own table an outcome depends on.

    Examples: premortem sensitivity TABLE.csv --outcome y; premortem sensitivity TABLE.csv --outcome y --method sobol,delta,forest --json
    """
    from premortem import terminal
    from premortem.questions.tables import Asked

    found = Asked(table, inputs or (), nominal or (), sheet).sensitivity(outcome, method, fails, seed)
    show(found.as_dict(), as_json, quiet, lambda: terminal.print_sensitivities(found))
