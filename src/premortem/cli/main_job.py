"""Main job: run and board."""

from pathlib import Path
from typing import Annotated

import typer

from premortem.cli.shared import AsJson, Quiet, RunDir, StudyDir, app, progress, show, stored


@app.command(rich_help_panel="Main job")
def run(
    policy: Annotated[
        list[str] | None, typer.Option("--policy", help="A policy; repeat for more [default: all].")
    ] = None,
    futures: Annotated[int, typer.Option("--futures", help="How many futures, the same under every policy.")] = 20_000,
    seed: Annotated[int, typer.Option("--seed", help="Same seed, same bits.")] = 7,
    out: Annotated[Path | None, typer.Option("--out", help="Run folder [default: out/].")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with a run that was stopped.")] = False,
    study: StudyDir = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Simulate, score, write the store and the brief.

    Examples: premortem run; premortem run --policy as-written --policy history --futures 100000
    """
    from premortem import report
    from premortem.study import Study

    made = Study(study).run(policy or None, futures, seed, out, resume=resume, progress=progress(as_json or quiet))
    brief, seconds = report.write_brief(made)
    show(
        made.summary(brief=brief, report_seconds=seconds),
        as_json,
        quiet,
        lambda: report.print_run(made, brief, seconds),
    )


@app.command(rich_help_panel="Main job")
def board(run: RunDir = None, study: StudyDir = None, as_json: AsJson = False) -> None:
    """The scored table again: assumption by policy, the share of futures that holds, and what fails first.

    Examples: premortem board; premortem board --run out --json
    """
    from premortem import report

    made = stored(study, run)
    show({"board": made.board_rows()}, as_json, False, lambda: report.print_board(made))
