"""Why: stress, compare, edits and futures."""

from typing import Annotated

import typer

from premortem.cli.shared import AsJson, RunDir, StudyDir, app, show, stored


@app.command(rich_help_panel="Why")
def stress(
    assumption: Annotated[str, typer.Argument(help="A1 to A5, or one of your own.")],
    policy: Annotated[str | None, typer.Option("--policy", help="A policy of the run [default: its first].")] = None,
    top: Annotated[int, typer.Option("--top", help="How many boxes and breaking points.")] = 3,
    run: RunDir = None,
    study: StudyDir = None,
    as_json: AsJson = False,
) -> None:
    """Why an assumption breaks: boxes, sensitivities, nearest breaks, thresholds, drivers and arrestors.

    Examples: premortem stress A2; premortem stress A4 --policy rescinded --json
    """
    from premortem import analysis, report

    result = analysis.stress(stored(study, run), assumption, policy, top)
    show(result, as_json, False, lambda: report.print_stress(result))


@app.command(rich_help_panel="Why")
def compare(
    policies: Annotated[
        list[str] | None, typer.Argument(help="Policies of the run [default: all but history].")
    ] = None,
    run: RunDir = None,
    study: StudyDir = None,
    as_json: AsJson = False,
) -> None:
    """Regret and robustness: what each policy gives up against the best one in the same future.

    Examples: premortem compare; premortem compare as-written streamlined --json
    """
    from premortem import analysis, report

    result = analysis.compare(stored(study, run), policies or None)
    show(result, as_json, False, lambda: report.print_compare(result))


@app.command(rich_help_panel="Why")
def edits(
    policy: Annotated[str, typer.Option("--policy", help="The rulebook whose clauses are priced.")] = "as-written",
    study: StudyDir = None,
    as_json: AsJson = False,
) -> None:
    """Which clauses are likely to be heavily edited, and how that ranking did against what happened.

    Examples: premortem edits; premortem edits --policy streamlined --json
    """
    from premortem import analysis, report
    from premortem.study import Study

    result = analysis.heavy_edits(Study(study), policy)
    show(result, as_json, False, lambda: report.print_edits(result))


@app.command(rich_help_panel="Why")
def futures(
    k: Annotated[int | None, typer.Option("--k", help="How many families [default: the most stable number].")] = None,
    run: RunDir = None,
    study: StudyDir = None,
    as_json: AsJson = False,
) -> None:
    """Alternative futures: families of trajectories, a real member of each, and the early signposts that tell it apart.

    Examples: premortem futures; premortem futures --k 5 --json
    """
    from premortem import analysis, report

    result = analysis.futures(stored(study, run), k)
    show(result, as_json, False, lambda: report.print_futures(result))
