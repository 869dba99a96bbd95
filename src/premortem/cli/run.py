"""Commands of a run: `run` simulates it, `brief` writes its memo, `board` shows its shares again."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from premortem.cli.run_options import (
    AsOf,
    Cluster,
    DeviceKind,
    FixedForms,
    Futures,
    OldRun,
    Only,
    OnPaper,
    Out,
    Policies,
    ReadingsFrom,
    Replace,
    Resume,
    Seed,
    StrictKnown,
    Weights,
    WithPdf,
)
from premortem.cli.shared import (
    AsJson,
    CaseName,
    CaseOfRun,
    Effective,
    Memory,
    Quiet,
    RunDir,
    StudyDir,
    app,
    check_effective,
    day,
    is_pulled,
    progress,
    show,
    size,
    study_of,
)
from premortem.cli.stored_runs import stored_run
from premortem.errors import BadInput, raise_all

# How the name of a policy file ends.
POLICY_FILE = ".toml"


@app.command(rich_help_panel="Main job")
def run(
    policy: Policies = None,
    futures: Futures = 20_000,
    seed: Seed = 7,
    out: Out = None,
    resume: Resume = False,
    replace: Replace = False,
    cluster: Cluster = None,
    memory: Memory = None,
    only: Only = None,
    weights: Weights = None,
    as_of: AsOf = None,
    effective: Effective = None,
    form: FixedForms = None,
    data: ReadingsFrom = "shipped",
    device: DeviceKind = "cpu",
    strict: StrictKnown = False,
    pdf: WithPdf = False,
    paper: OnPaper = "a4",
    compare: OldRun = None,
    study: StudyDir = None,
    case: CaseName = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Run the simulation and write the report.

    Examples: premortem run; premortem run --futures 1000000 --memory 2GB --resume; premortem run --only 4321
    """
    from premortem import questions, terminal
    from premortem.briefing import write_brief
    from premortem.ensemble.memory import beyond

    check_effective(effective, as_of)
    of, named = _study(study, case, policy, form, data)
    proved = questions.strict_known(of) if strict else None
    if only is not None:
        future = questions.one_future(of, only, named, seed)
        return show(future.as_dict(), as_json, quiet, lambda: terminal.print_future(future, of.case))
    old = _old(of, compare, of.run_folder(out))
    by = questions.past(of.case, day(weights, "--weights")) if weights else None
    on = questions.past(of.case, day(as_of, "--as-of")) if as_of else None
    briefs: list[Any] = []

    def report(whole: Any) -> None:
        """Of the new run before it takes the place of an old one, which so stays where the brief fails."""
        stood = questions.as_of_day(whole, on, effective) if on else None
        briefs.extend((write_brief(whole, with_pdf=pdf, old=old, paper=paper, as_of=stood), stood))

    with progress(as_json or quiet) as advance:
        most = size(memory, "--memory") if memory else None
        made = of.run(
            named, futures, seed, out,
            resume=resume, replace=replace, progress=advance, cluster=cluster, memory=most, device=device, whole=report,
        )  # fmt: skip
    written, stood = briefs[0].within(made.folder), briefs[1]
    _say_left_out((*of.notes, *written.left_out, *beyond(made.memory)))
    weighted = questions.board_of(made, by) if by else None
    told = made.summary(report_seconds=written.seconds, **_paths(written), **_moved(made, old))
    show(told | _also(weighted, stood, proved), as_json, quiet, lambda: _print(made, written, weighted, stood, proved))


def _study(
    study: Path | None, case: str | None, policy: Sequence[str] | None, form: Sequence[str] | None, data: str
) -> tuple[Any, list[str] | None]:
    """The study that is run, with the policy files that were named, and the names of the policies that were; None for all of its own."""
    from premortem.study import Study

    named = [Path(one).stem if one.endswith(POLICY_FILE) else one for one in policy or ()] or None
    given = tuple(Path(one) for one in dict.fromkeys(policy or ()) if one.endswith(POLICY_FILE))
    return Study(study, case=case, forms=_forms(form or []), pulled=is_pulled(data), policy_files=given), named


def _also(weighted: Any, stood: Any, proved: Any) -> dict[str, Any]:
    """What is printed of a run as JSON where it was asked for."""
    found: dict[str, Any] = weighted.as_dict() if weighted else {}
    found |= {"as_of": stood.as_dict()} if stood else {}
    return found | ({"strict_known": proved.as_dict()} if proved else {})


def _print(made: Any, written: Any, weighted: Any, stood: Any, proved: Any) -> None:
    """What people see of a run; the day that was asked for leads."""
    from premortem import terminal

    if stood:
        terminal.print_as_of(stood)
        terminal.print_then(stood)
    terminal.print_run(made, *filter(None, (written.html, written.pdf)))
    if weighted and weighted.weights:
        terminal.print_weighted(made, weighted, weighted.weights)
    if proved:
        terminal.print_strict_known(proved)


@app.command(rich_help_panel="Main job")
def brief(
    run: RunDir = None,
    pdf: WithPdf = False,
    paper: OnPaper = "a4",
    compare: OldRun = None,
    as_of: AsOf = None,
    effective: Effective = None,
    study: StudyDir = None,
    case: CaseOfRun = None,
    as_json: AsJson = False,
) -> None:
    """Write the brief of a stored run again, without simulating.

    Examples: premortem brief --pdf --paper letter; premortem brief --compare last-month --json
    """
    from premortem import questions
    from premortem.briefing import write_brief

    check_effective(effective, as_of)
    made = stored_run(study, case, run)
    old = _old(made.study, compare, None)
    stood = questions.as_of_day(made, day(as_of, "--as-of"), effective) if as_of else None
    written = write_brief(made, with_pdf=pdf, old=old, paper=paper, as_of=stood)
    _say_left_out(written.left_out)
    document = {**_paths(written), "seconds": round(written.seconds, 3), **_moved(made, old)}
    show(document, as_json, False, lambda: typer.echo("\n".join(str(p) for p in (written.html, written.pdf) if p)))


def _forms(told: Sequence[str]) -> dict[str, str]:
    """Forms as typed, NAME=VALUE. Raises `BadInput`, all at once, for what is none, and for a form that is told twice."""
    pairs = [text.partition("=") for text in told]
    names = [name.strip() for name, _, _ in pairs]
    wrong = [
        text
        for text, (name, sign, value) in zip(told, pairs, strict=True)
        if not (name.strip() and sign and value.strip())
    ]
    twice = [name for name in dict.fromkeys(names) if names.count(name) > 1]
    raise_all(
        [BadInput("command line", "--form", "is no form", got=text, allowed="NAME=VALUE") for text in wrong]
        + [
            BadInput("command line", "--form", f"{name} is fixed twice", got=name, allowed="one value")
            for name in twice
        ]
    )
    return {name.strip(): value.strip() for name, _, value in pairs}


def _old(of: Any, folder: Path | None, target: Path | None) -> Any:
    """The run to compare with. Raises `BadInput` when the new run would overwrite it."""
    if folder is None:
        return None
    if target is not None and folder.resolve() == target.resolve():
        raise BadInput(
            "command line",
            "--compare",
            f"{folder} would be overwritten by this run",
            got=str(folder),
            allowed="a run in another folder than --out",
            hint="--out new-run",
        )
    return of.stored(folder)


def _moved(made: Any, old: Any) -> dict[str, Any]:
    from premortem import questions

    return {} if old is None else {"moved": questions.since_last_run(made, old).as_dict()}


def _paths(written: Any) -> dict[str, str]:
    return {"brief": str(written.html)} | ({"pdf": str(written.pdf)} if written.pdf else {})


def _say_left_out(lines: Sequence[str]) -> None:
    from rich.console import Console

    from premortem.text.layout import wrap

    width = Console(stderr=True).width
    for line in lines:
        typer.echo(wrap(f"warning: {line}", width), err=True)


@app.command(rich_help_panel="Main job")
def board(
    weights: Weights = None,
    as_of: AsOf = None,
    effective: Effective = None,
    drawn: Annotated[
        bool, typer.Option("--drawn", help="Also show the board with a randomly drawn policy path in each future.")
    ] = False,
    verify: Annotated[bool, typer.Option("--verify", help="First check every byte of the run.")] = False,
    run: RunDir = None,
    study: StudyDir = None,
    case: CaseOfRun = None,
    as_json: AsJson = False,
) -> None:
    """Show the scored table again: for each assumption and policy, the share of futures in which it holds.

    Examples: premortem board; premortem board --weights 2026-01-31 --drawn --json; premortem board --as-of 2026-01-31 --effective 20000
    """
    from premortem import questions, terminal
    from premortem.questions.margins import stale

    by = weights or as_of
    check_effective(effective, by)
    made = study_of(study, case, run).stored(run)
    warnings = stale(made)  # shown as stored: what works out more of it refuses a stale one
    if verify:
        made.verify()
    result = questions.board_of(made, day(by, "--weights" if weights else "--as-of") if by else None, drawn, effective)
    stood = questions.as_of_day(made, day(as_of, "--as-of"), effective) if as_of else None

    def for_people() -> None:
        if result.weights:
            terminal.print_weighted(made, result, result.weights)
        else:
            terminal.print_board(made, result.board)
        if stood:
            terminal.print_as_of(stood)

    _say_left_out(warnings)
    told = result.as_dict() | ({"as_of": stood.as_dict()} if stood else {})
    show(told | ({"warnings": list(warnings)} if warnings else {}), as_json, False, for_people)
