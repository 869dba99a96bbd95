"""What is shown to others: the local web app, and a static site."""

from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from premortem.cli.shared import (
    DONE,
    NO,
    AsJson,
    CaseOfRun,
    HostNames,
    Quiet,
    RunDir,
    StudyDir,
    Token,
    app,
    show,
    study_of,
)
from premortem.cli.stored_runs import run_in, stored_run


@app.command("app", rich_help_panel="Main job")
def app_(
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Port; 0 takes any that is free.")] = 8760,
    host: Annotated[
        str, typer.Option("--host", help="Address to listen at; 127.0.0.1 is this machine alone.")
    ] = "127.0.0.1",
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open a browser.")] = True,
    token: Token = "",
    names: HostNames = None,
    run: RunDir = None,
    study: StudyDir = None,
    case: CaseOfRun = None,
    problem: Annotated[
        str | None,
        typer.Option("--problem", metavar="FILE.py:NAME", help="A problem of your own; the file is run to find it."),
    ] = None,
) -> None:
    """Open the local web app: change a policy, and two thousand futures are simulated at once.

    Examples: premortem app; premortem app --study my-study --port 9000 --no-browser; premortem app --problem lake.py:problem
    """
    served: dict[str, Any] = {
        "browser": browser,
        "token": token,
        "names": tuple(names or ()),
        "say": typer.echo,
        "warn": partial(typer.echo, err=True),
    }
    if problem is not None:
        from premortem.app.problem_site import serve_problem
        from premortem.problem import loading

        loaded = loading.load(problem)
        return serve_problem(host, port, lambda: loaded.run(run), **served)
    from premortem.app import serve

    if run is not None:
        # what cannot be shown is told before anything is served
        made = study_of(study, case, run)
        run_in(made, run)
        case = made.case.reference
    serve(host, port, study, case=case, run=run, **served)


@app.command(rich_help_panel="Main job")
def publish(
    run: Annotated[Path | None, typer.Argument(help="Run folder.", show_default="the study's last run")] = None,
    out: Annotated[
        Path, typer.Option("--out", "-o", help="Folder for the site: new, empty, or one that this command wrote.")
    ] = Path("site"),
    at: Annotated[
        str,
        typer.Option(
            help="Address at which the site will stand: what shows a link to it then finds its picture and frame.",
            show_default="none: links are relative",
        ),
    ] = "",
    study: StudyDir = None,
    case: CaseOfRun = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Write a static site of a stored run: its story, exhibits, brief and data. It needs no server. Exit 1 if a link is broken.

    Examples: premortem publish -o site; premortem publish out -o site --at https://example.org/site --json
    """
    from premortem import terminal
    from premortem.publish import publish as write_site
    from premortem.publish.write import check_address, check_target

    check_target(out)  # before a run is read
    check_address(at)
    found = write_site(stored_run(study, case, run), out, at)
    show(found.as_dict(), as_json, quiet, lambda: terminal.print_published(found))
    raise typer.Exit(NO if found.broken_links else DONE)
