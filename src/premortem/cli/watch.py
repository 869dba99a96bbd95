"""Watch: watch, hindcast and timeline."""

from pathlib import Path
from typing import Annotated, Any

import typer

from premortem.cli.shared import AsJson, CaseOfRun, RunDir, StudyDir, app, day, show, stored, study_of

AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of", help="Only what was known on this day counts, YYYY-MM-DD.", show_default="the day of the case"
    ),
]


@app.command(rich_help_panel="Watch")
def watch(
    as_of: AsOf = None,
    reading: Annotated[
        list[str] | None,
        typer.Option(
            "--reading", help="QUANTITY=VALUE, with unit and day if wanted: smic_yield_ascend=55%@2025-09-30."
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
    """What to watch next, by the value of a reading; and what a reading does to the board.

    Without a stored run the futures are simulated at once.

    Examples: premortem watch; premortem watch --reading smic_yield_ascend=0.60 --json
    """
    from premortem import questions, terminal

    within, made = _study_and_run(study, case, run)
    result = questions.what_to_watch(within, made, day(as_of, "--as-of") if as_of else None, reading or (), policy)
    show(result.as_dict(), as_json, False, lambda: terminal.print_watch(result))


@app.command(rich_help_panel="Watch")
def hindcast(
    as_of: AsOf = None,
    observations: Annotated[
        Path | None, typer.Option("--observations", help="CSV of readings to score.", show_default="the study's record")
    ] = None,
    futures: Annotated[
        int, typer.Option("--futures", help="How many futures are simulated, or of a run looked at.")
    ] = 20_000,
    seed: Annotated[int, typer.Option("--seed", help="Same seed, same bits.")] = 7,
    run: RunDir = None,
    study: StudyDir = None,
    case: CaseOfRun = None,
    as_json: AsJson = False,
) -> None:
    """Score what the model said on a day against what became known later, misses first.

    Quantities that the model does not know are listed and not scored.

    Examples: premortem hindcast; premortem hindcast --observations mine.csv --json
    """
    from premortem import questions, terminal

    made = stored(study, case, run) if run else None
    within = made.study if made else study_of(study, case)
    judged = questions.hindcast(
        day(as_of, "--as-of") if as_of else None, observations, study=within, run=made, futures=futures, seed=seed
    )
    show(judged.as_dict(), as_json, False, lambda: terminal.print_hindcast(judged))


def _study_and_run(study: Path | None, case: str | None, run: Path | None) -> tuple[Any, Any]:
    """The study, and its run where one is given or stored."""
    within = study_of(study, case, run)
    return within, within.stored(run) if run or within.has_run else None


@app.command(rich_help_panel="Watch")
def timeline(
    assumption: Annotated[
        str | None, typer.Option("--assumption", help="Only events that bear on this one.", show_default="all")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", help="Only events up to this day, YYYY-MM-DD.", show_default="all")
    ] = None,
    study: StudyDir = None,
    case: CaseOfRun = None,
    as_json: AsJson = False,
) -> None:
    """Dated events against the assumptions: what each made stronger or weaker, and how long controls and answers took.

    Examples: premortem timeline --assumption A1; premortem timeline --until 2025-02-26 --json
    """
    from premortem import questions, terminal
    from premortem.watch import timeline as dated

    within = study_of(study, case)
    chosen = within.assumptions[questions.assumption_number(within, assumption)].id if assumption else None
    events = dated.timeline(within.case, within.assumptions, chosen, day(until, "--until") if until else None)
    show(dated.as_dict(events), as_json, False, lambda: terminal.print_timeline(events))
