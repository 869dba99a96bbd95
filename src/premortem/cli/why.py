"""Why: stress, move, compare, edits and futures."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from premortem.cli.shared import AsJson, AsOf, CaseOfRun, Memory, RunDir, StudyDir, app, day, show, study_of
from premortem.cli.stored_runs import last_run_in, run_in, run_on, stored_run
from premortem.errors import BadInput


@app.command(rich_help_panel="Why")
def stress(
    assumption: Annotated[str, typer.Argument(help="Id of an assumption of the case, or one of your own.")],
    policy: Annotated[
        str | None, typer.Option("--policy", help="A policy of the run.", show_default="its first")
    ] = None,
    top: Annotated[int, typer.Option("--top", min=1, max=20, help="How many boxes and breaking points.")] = 3,
    start: Annotated[
        int | None, typer.Option("--from", help="Number of the future to start from.", show_default="the central case")
    ] = None,
    samples: Annotated[
        int, typer.Option("--samples", help="Base samples of the Sobol indices; more samples give narrower intervals.")
    ] = 512,
    weights: Annotated[
        str | None,
        typer.Option(
            "--weights",
            help="Weight futures in the boxes by what was known on this day, YYYY-MM-DD.",
            show_default="all counted alike",
        ),
    ] = None,
    as_of: AsOf = None,
    memory: Memory = None,
    run: RunDir = None,
    study: StudyDir = None,
    case: CaseOfRun = None,
    as_json: AsJson = False,
) -> None:
    """Explain why an assumption fails: in which conditions, after how small a change, and because of what.

    Examples: premortem stress ASSUMPTION; premortem stress ASSUMPTION --from 42 --json
    """
    from premortem import questions, terminal

    if weights and as_of:
        raise BadInput("command line", "--as-of", "is given with --weights", got=as_of, allowed="one of both")
    made = run_on(stored_run(study, case, run, memory), as_of)
    weighed = questions.weigh_run(made, day(weights, "--weights")).values if weights else None
    result = questions.stress(made, assumption, policy, top, samples=samples, start=start, weights=weighed)
    show(result.as_dict(), as_json, False, lambda: terminal.print_stress(result, made.study))


@app.command(rich_help_panel="Why")
def move(
    key: Annotated[
        str | None,
        typer.Argument(
            help="What to change: p.NAME an uncertainty, l.CLAUSE.NUMBER a clause number, l.strength.NAME, d.CLAUSE a day, "
            "t.ASSUMPTION.CONDITION a threshold.",
            show_default="the strongest, each by a standard step",
        ),
    ] = None,
    policy: Annotated[
        str | None, typer.Option("--policy", help="The policy to start from.", show_default="the case's first")
    ] = None,
    study: StudyDir = None,
    case: CaseOfRun = None,
    as_json: AsJson = False,
) -> None:
    """Change one input, leave the rest, and see how often each assumption holds.

    Examples: premortem move --json
    """
    from premortem import questions, terminal

    at = questions.standing(study_of(study, case), policy)
    head = {"policy": at.book.name, "futures": at.values.shape[1]}
    if key is None:
        changes = questions.single_changes(at)
        told = [asdict(change) for change in changes]
        show(head | {"holds": at.holds, "changes": told}, as_json, False, lambda: terminal.print_changes(at, changes))
    else:
        curve = questions.curve(at, key)
        show(head | asdict(curve), as_json, False, lambda: terminal.print_curve(at, curve))


@app.command(rich_help_panel="Why")
def compare(
    policies: Annotated[
        list[str] | None,
        typer.Argument(help="Policies of the run or the study.", show_default="those of the run, less the record"),
    ] = None,
    weigh: Annotated[
        list[str] | None,
        typer.Option(
            "--weigh", help="ASSUMPTION=NUMBER: weight of an assumption, by its id; repeat for more.", show_default="1"
        ),
    ] = None,
    as_of: AsOf = None,
    memory: Memory = None,
    run: RunDir = None,
    study: StudyDir = None,
    case: CaseOfRun = None,
    as_json: AsJson = False,
) -> None:
    """Compare policies in the same futures: regret, robustness, and what more or less time would change.

    Examples: premortem compare --json
    """
    from premortem import questions, terminal

    made = run_on(stored_run(study, case, run, memory), as_of)
    result = questions.compare(made, policies or None, questions.weights_of(weigh or []))
    uncounted = made.study.case.text.uncounted
    show(result.as_dict(), as_json, False, lambda: terminal.print_compare(result, uncounted))


@app.command(rich_help_panel="Why")
def edits(
    policy: Annotated[
        str | None,
        typer.Option("--policy", help="The policy whose clauses are ranked.", show_default="the case's first"),
    ] = None,
    as_of: AsOf = None,
    run: Annotated[
        Path | None,
        typer.Option(
            "--run", help="Run folder whose first futures are used.", show_default="the last run, else new futures"
        ),
    ] = None,
    study: StudyDir = None,
    case: CaseOfRun = None,
    as_json: AsJson = False,
) -> None:
    """Rank clauses by how likely they are to be rewritten, and compare the ranking with what happened.

    Examples: premortem edits --json; premortem edits --run out
    """
    from premortem import questions, terminal

    within = study_of(study, case, run)
    made = run_in(within, run) if run else last_run_in(within)
    if as_of:
        made = run_on(made or stored_run(study, case, None), as_of)
        policy = policy or made.policies[0]
    result = questions.heavy_edits(within, policy, day(as_of, "--as-of") if as_of else None, made)
    show(result.as_dict(), as_json, False, lambda: terminal.print_edits(result))


@app.command(rich_help_panel="Why")
def futures(
    k: Annotated[
        int | None, typer.Option("--k", help="How many families.", show_default="the most stable number")
    ] = None,
    as_of: AsOf = None,
    run: RunDir = None,
    study: StudyDir = None,
    case: CaseOfRun = None,
    as_json: AsJson = False,
) -> None:
    """Group futures into families: how common each is, an example of each, and the early signs that identify it.

    Examples: premortem futures; premortem futures --k 5 --json
    """
    from premortem import questions, terminal

    result = questions.futures(run_on(stored_run(study, case, run), as_of), k)
    show(result.as_dict(), as_json, False, lambda: terminal.print_futures(result))


@app.command(rich_help_panel="Why")
def experts(
    file: Annotated[
        Path | None,
        typer.Argument(
            help="CSV of experts' quantiles: expert, prior, and p5, p50, p95 or others.",
            show_default="none: list the priors that decide the board",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", help="Without a file: write a form for experts to fill in.", show_default="none"),
    ] = None,
    policy: Annotated[
        str | None, typer.Option("--policy", help="The policy in view.", show_default="the case's first")
    ] = None,
    futures: Annotated[
        int, typer.Option("--futures", min=64, max=200_000, help="How many futures to simulate.")
    ] = 2048,
    study: StudyDir = None,
    case: CaseOfRun = None,
    as_json: AsJson = False,
) -> None:
    """List the priors that decide the board; or show the board by what each expert believes of them, apart and pooled.

    Examples: premortem experts; premortem experts -o form.csv; premortem experts answers.csv --json
    """
    from premortem import questions, terminal

    within = study_of(study, case)
    if file is None:
        rows = questions.deciding_priors(within, policy, futures)
        if out:
            questions.write_form(rows, out)
        show({"deciding": [row.as_dict() for row in rows]}, as_json, False, lambda: terminal.print_deciding(rows))
        return
    result = questions.board_by_expert(within, file, policy, futures)
    show(result.as_dict(), as_json, False, lambda: terminal.print_experts(result))
