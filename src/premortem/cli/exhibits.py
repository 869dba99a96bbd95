"""Exhibits: tables and figures of the case, listed or written as files."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from premortem.cli.shared import DONE, NO, AsJson, CaseOfRun, Quiet, RunDir, StudyDir, app, show, study_of
from premortem.cli.stored_runs import run_in

if TYPE_CHECKING:
    from premortem.study import Study


@app.command(rich_help_panel="More")
def exhibits(
    names: Annotated[list[str] | None, typer.Argument(help="Exhibits.", show_default="all")] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", "-o", help="Folder for the files.", show_default="exhibits/ with --format, else none is written"
        ),
    ] = None,
    formats: Annotated[
        list[str] | None, typer.Option("--format", help="html, svg, png or csv; repeat for more.", show_default="all")
    ] = None,
    run: RunDir = None,
    study: StudyDir = None,
    case: CaseOfRun = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Make the case's tables and figures and check them against their source; write them as pages, pictures and data.

    Examples: premortem exhibits; premortem exhibits board -o figures --format svg
    """
    from premortem import exhibits as gallery
    from premortem import terminal

    folder = out or (Path("exhibits") if formats else None)
    within = study_of(study, case, run)
    held, why = run_if_any(within, run)
    rows = gallery.rows(tuple(names or ()), held, folder, tuple(formats or ()), within.case)
    failed = [row for row in rows if row.error and (held or names)]
    for row in failed:
        typer.echo(f"error: {row.name}: {row.error}", err=True)
    if why and any(row.error for row in rows):
        typer.echo(f"hint: exhibits of a run are left out: {why}", err=True)
    show(
        {"exhibits": [row.as_dict() for row in rows]},
        as_json,
        quiet,
        lambda: terminal.print_exhibits(rows, within.options),
    )
    raise typer.Exit(NO if failed else DONE)


def run_if_any(within: "Study", run: Path | None) -> tuple[Any, str]:
    """The run to look at, or why there is none; one that was named must be there."""
    from premortem.errors import PremortemError

    try:
        return run_in(within, run), ""
    except PremortemError as error:
        if run is not None:
            raise
        return None, str(error)
