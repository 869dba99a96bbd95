"""Watch: watch, hindcast and timeline."""

from pathlib import Path
from typing import Annotated, Any

import typer

from premortem.cli.shared import AsJson, AsOf, CaseOfRun, RunDir, StudyDir, app, day, show, study_of
from premortem.cli.stored_runs import last_run_in, run_in


@app.command(rich_help_panel="Watch")
def watch(
    as_of: AsOf = None,
    reading: Annotated[
        list[str] | None,
        typer.Option(
            "--reading", help="QUANTITY=VALUE: a new figure, with unit and day if wanted, such as NAME=55%@2026-01-31."
        ),
    ] = None,
    policy: Annotated[
        str | None,
        typer.Option("--policy", help="The policy in view.", show_default="the case's first, else the run's"),
    ] = None,
    run: RunDir = None,
    study: StudyDir = None,
    case: CaseOfRun = None,
    as_json: AsJson = False,
) -> None:
    """Rank the indicators most worth watching, and see how a new figure changes the results.

    Without a stored run, the futures are simulated first.

    Examples: premortem watch; premortem watch --as-of 2026-01-31 --json
    """
    from premortem import questions, terminal

    within, made = _study_and_run(study, case, run)
    result = questions.what_to_watch(within, made, day(as_of, "--as-of") if as_of else None, reading or (), policy)
    show(result.as_dict(), as_json, False, lambda: terminal.print_watch(result, within.options))


@app.command(rich_help_panel="Watch")
def hindcast(
    as_of: AsOf = None,
    observations: Annotated[
        Path | None, typer.Option("--observations", help="CSV of readings to score.", show_default="the study's record")
    ] = None,
    events: Annotated[
        Path | None, typer.Option("--events", help="CSV of dated events to score.", show_default="the study's record")
    ] = None,
    baselines: Annotated[
        Path | None,
        typer.Option("--baselines", help="CSV of others' forecasts to compare with.", show_default="those of the case"),
    ] = None,
    futures: Annotated[
        int, typer.Option("--futures", help="How many futures to simulate, or to use of a stored run.")
    ] = 20_000,
    seed: Annotated[int, typer.Option("--seed", help="The same seed gives the same results, bit for bit.")] = 7,
    run: RunDir = None,
    study: StudyDir = None,
    case: CaseOfRun = None,
    as_json: AsJson = False,
) -> None:
    """Compare what the model said on a day with what became known later; failures come first.

    Quantities that are not in the model are listed but not scored.

    Examples: premortem hindcast; premortem hindcast --observations mine.csv --json
    """
    from premortem import questions, terminal

    within = study_of(study, case, run)
    made = run_in(within, run) if run else None
    judged = questions.hindcast(
        day(as_of, "--as-of") if as_of else None,
        observations,
        events=events,
        forecasts=baselines,
        study=within,
        run=made,
        futures=futures,
        seed=seed,
    )
    show(judged.as_dict(), as_json, False, lambda: terminal.print_hindcast(judged))


def _study_and_run(study: Path | None, case: str | None, run: Path | None) -> tuple[Any, Any]:
    """The study, and its run where one is given, or stored and serves."""
    within = study_of(study, case, run)
    return within, run_in(within, run) if run else last_run_in(within)


@app.command(rich_help_panel="Watch")
def timeline(
    assumption: Annotated[
        str | None, typer.Option("--assumption", help="Only events that affect this assumption.", show_default="all")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", help="Only events up to this day, YYYY-MM-DD.", show_default="all")
    ] = None,
    study: StudyDir = None,
    case: CaseOfRun = None,
    as_json: AsJson = False,
) -> None:
    """List dated events: which assumptions each made stronger or weaker, and how long controls and responses took.

    Examples: premortem timeline; premortem timeline --until 2026-01-31 --json
    """
    from premortem import questions, terminal
    from premortem.watch import timeline as dated

    within = study_of(study, case)
    chosen = within.assumptions[questions.assumption_number(within, assumption)].id if assumption else None
    events = dated.timeline(within.case, within.assumptions, chosen, day(until, "--until") if until else None)
    show(dated.timeline_document(events), as_json, False, lambda: terminal.print_timeline(events))
