"""The command line: parse, call, show, exit. Every command has `--json`, which prints one document on stdout."""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.exceptions import TyperException

from premortem.errors import BadInput, BadInputs, PremortemError

app = typer.Typer(
    name="premortem",
    help="Find how a policy fails before it does.",
    no_args_is_help=False,
    add_completion=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
data_app = typer.Typer(help="What is shipped, how old, from where.", no_args_is_help=True)
app.add_typer(data_app, name="data", rich_help_panel="More")

DONE, NO, BAD, BUG, INTERRUPTED = 0, 1, 2, 70, 130

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress, no tables; errors stay.")]
StudyDir = Annotated[
    Path | None, typer.Option("--study", help="Folder made by `premortem init`: its files over the shipped ones.")
]
RunDir = Annotated[Path | None, typer.Option("--run", help="Run folder [default: the study's last run].")]


@app.callback(invoke_without_command=True)
def start(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
) -> None:
    """Find how a policy fails before it does."""
    if version:
        from importlib.metadata import version as installed

        typer.echo(installed("premortem"))
    elif context.invoked_subcommand is None:
        typer.echo(
            "premortem finds how a policy fails before it does: five assumptions of US AI policy, tested over\n"
            "thousands of simulated futures. Try:\n"
            "  premortem run            simulate six policies, score them, write the brief\n"
            "  premortem board          the scored table again\n"
            "  premortem --help         every command"
        )


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

    made = Study(study).run(policy or None, futures, seed, out, resume=resume, progress=_progress(as_json or quiet))
    brief, seconds = report.write_brief(made)
    _show(
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

    made = _stored(study, run)
    _show({"board": made.board_rows()}, as_json, False, lambda: report.print_board(made))


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

    result = analysis.stress(_stored(study, run), assumption, policy, top)
    _show(result, as_json, False, lambda: report.print_stress(result))


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

    result = analysis.compare(_stored(study, run), policies or None)
    _show(result, as_json, False, lambda: report.print_compare(result))


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
    _show(result, as_json, False, lambda: report.print_edits(result))


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

    result = analysis.futures(_stored(study, run), k)
    _show(result, as_json, False, lambda: report.print_futures(result))


Under = Annotated[str, typer.Option("--under", help="Policy: history, as-written, rescinded, ... or a policy file.")]
OnDate = Annotated[str | None, typer.Option("--on", help="Day of export, YYYY-MM-DD [default: today].")]


@app.command(rich_help_panel="Rules")
def check(
    item: Annotated[str | None, typer.Option("--item", help="A chip by name, or a kind of item.")] = None,
    quantity: Annotated[str, typer.Option("--quantity", help="Units.")] = "1",
    to: Annotated[str | None, typer.Option("--to", help="Destination: ISO code or name.")] = None,
    hq: Annotated[str | None, typer.Option("--hq", help="Headquarters of the consignee.")] = None,
    parent: Annotated[str | None, typer.Option("--parent", help="Headquarters of its ultimate parent.")] = None,
    consignee: Annotated[str | None, typer.Option("--consignee", help="Ultimate consignee.")] = None,
    status: Annotated[str | None, typer.Option("--status", help="Validated end user: none, uveu, nveu.")] = None,
    used: Annotated[str | None, typer.Option("--used", help="TPP already licensed to the destination.")] = None,
    tpp: Annotated[str | None, typer.Option("--tpp", help="TPP of an item that the catalogue does not hold.")] = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="FIELD=VALUE for any other field; repeat for more.")
    ] = None,
    on: OnDate = None,
    under: Under = "history",
    file: Annotated[Path | None, typer.Option("--file", help="Cases to decide: TOML, CSV.")] = None,
    study: StudyDir = None,
    as_json: AsJson = False,
) -> None:
    """May this shipment go? Under which clause, and what would change the answer.

    Examples: premortem check --item "H100 SXM" --quantity 2000 --to ARE --on 2025-06-01 --under as-written;
    premortem check --item H20 --quantity 1000 --to CHN --on 2025-05-01
    """
    from premortem import report
    from premortem.regime import cases
    from premortem.regime.decide import Transaction, explain

    book = _book(study, under)
    if file is not None:
        results = cases.decide_file(file, book)
        _show({"cases": results}, as_json, False, lambda: report.print_cases(results))
        raise typer.Exit(DONE if all(r.get("agrees", True) for r in results) else NO)
    given = {
        "item": item,
        "quantity": quantity,
        "destination": to,
        "headquarters": hq,
        "parent_headquarters": parent,
        "consignee": consignee,
        "status": status,
        "used_tpp": used,
        "tpp": tpp,
        "date": on,
    }
    decision = explain(
        Transaction(**{k: v for k, v in given.items() if v is not None}, **cases.settings(set_ or [])), book
    )
    _show(decision.as_dict(), as_json, False, lambda: report.print_decision(decision))
    raise typer.Exit(DONE if decision.may_go else NO)


@app.command(rich_help_panel="Rules")
def ledger(
    file: Annotated[Path, typer.Argument(help="CSV or Parquet, a shipment a row.")],
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="Write the decided table here: CSV or Parquet.")
    ] = None,
    under: Under = "history",
    study: StudyDir = None,
    as_json: AsJson = False,
) -> None:
    """Decide a table of shipments in date order, with running totals; rejected rows keep their number and reason.

    Examples: premortem ledger shipments.csv -o decided.csv; premortem ledger shipments.parquet --under as-written
    --json
    """
    from premortem import report
    from premortem.regime import ledger as ledgers

    decided, result = ledgers.decide_file(file, _book(study, under))
    if out is not None:
        ledgers.write(decided, out)
    _show(result, as_json, False, lambda: report.print_ledger(result, out))


regime_app = typer.Typer(help="The rulebook: in force, changed, inconsistent.", no_args_is_help=True)
app.add_typer(regime_app, name="regime", rich_help_panel="Rules")


@regime_app.command("show")
def regime_show(on: OnDate = None, under: Under = "history", study: StudyDir = None, as_json: AsJson = False) -> None:
    """Clauses in force on a day.

    Examples: premortem regime show --on 2025-02-26; premortem regime show --under as-written --on 2025-06-01
    """
    from premortem import report
    from premortem.regime import diff as rules

    clauses = rules.show(_book(study, under), _day(on))
    _show({"clauses": clauses}, as_json, False, lambda: report.print_clauses(clauses))


@regime_app.command("diff")
def regime_diff(
    a: Annotated[str, typer.Argument(help="A day, a policy, or POLICY@DAY.")],
    b: Annotated[str, typer.Argument(help="The same, to compare with.")],
    study: StudyDir = None,
    as_json: AsJson = False,
) -> None:
    """What changed between two days or policies, in words and as data: clauses, numbers, who gains and who loses.

    Examples: premortem regime diff 2025-02-26 2026-02-01; premortem regime diff as-written streamlined
    """
    from premortem import report
    from premortem.regime import diff as rules

    result = rules.diff(_side(a, study), _side(b, study))
    _show(result, as_json, False, lambda: report.print_diff(result))


@regime_app.command("loopholes")
def regime_loopholes(under: Under = "as-written", study: StudyDir = None, as_json: AsJson = False) -> None:
    """Pairs of shipments alike in substance and decided differently, each to be checked again by hand.

    Examples: premortem regime loopholes; premortem regime loopholes --under history --json
    """
    from premortem import report
    from premortem.regime.loopholes import loopholes

    found = loopholes(_book(study, under))
    _show({"loopholes": found}, as_json, False, lambda: report.print_loopholes(found))


def _book(study: Path | None, under: str) -> Any:
    from premortem.regime.book import load

    if under.endswith(".toml"):
        return load(Path(under))
    if study is None:
        return load(under)
    from premortem.study import Study

    return Study(study).book(under)


def _day(text: str | None) -> Any:
    from datetime import date

    from premortem.regime.transactions import parse_date

    return date.today() if text is None else parse_date(text)


def _side(text: str, study: Path | None) -> Any:
    """`2025-05-14`, `as-written` or `as-written@2025-06-01` as a book and a day; a bare policy is taken on 1 June
    2025.
    """
    policy, _, day = text.partition("@")
    if policy[:1].isdigit():
        return _book(study, "history"), _day(policy)
    return _book(study, policy), _day(day or "2025-06-01")


@app.command(rich_help_panel="More")
def validate(
    folder: Annotated[Path | None, typer.Argument(help="A study's folder [default: the shipped study].")] = None,
    as_json: AsJson = False,
) -> None:
    """Check every file of a study and report all errors at once.

    Examples: premortem validate my-study; premortem validate --json
    """
    from premortem.study import problems

    found = problems(folder)
    lines = [f"error: {e.file}: {e.key}: {e.what}" for e in found] + [f"{len(found)} errors" if found else "no errors"]
    _show(
        {"errors": [e.as_dict() | {"why": e.what} for e in found]}, as_json, False, lambda: typer.echo("\n".join(lines))
    )
    raise typer.Exit(BAD if found else DONE)


@app.command(rich_help_panel="More")
def init(
    folder: Annotated[Path, typer.Argument(help="Folder to make; it must not exist or be empty.")],
    as_json: AsJson = False,
) -> None:
    """A study folder with copies of the parameters, policies and assumptions to edit.

    Examples: premortem init my-study; premortem run --study my-study
    """
    from premortem.study import make_study

    path = make_study(folder)
    _show({"path": str(path)}, as_json, False, lambda: typer.echo(f"{path}\nNext: premortem run --study {path}"))


@app.command(rich_help_panel="More")
def bench(
    quick: Annotated[bool, typer.Option("--quick", help="Small sizes, a minute at most.")] = False,
    peers: Annotated[bool, typer.Option("--peers", help="Beside ema_workbench and SALib, where installed.")] = False,
    as_json: AsJson = False,
) -> None:
    """The benchmarks, each beside a yardstick in the same run.

    Examples: premortem bench --quick; premortem bench --peers --json
    """
    from premortem import bench as benchmarks
    from premortem import report

    rows = benchmarks.run(quick=quick, peers=peers)
    _show({"benchmarks": rows}, as_json, False, lambda: report.print_benchmarks(rows))


@data_app.command("status")
def data_status(as_json: AsJson = False) -> None:
    """What is shipped, how old, from where: one row a table.

    Examples: premortem data status; premortem data status --json
    """
    from premortem import facts, report

    tables = facts.status()
    _show({"tables": tables}, as_json, False, lambda: report.print_tables(tables))


def main() -> None:
    """Run the command line; map errors to exit codes, one line each, and to JSON where that was asked for."""
    debug, as_json = "--debug" in sys.argv, "--json" in sys.argv
    arguments = [a for a in sys.argv[1:] if a != "--debug"]
    try:
        code = app(arguments, standalone_mode=False)
        sys.exit(code if isinstance(code, int) else DONE)
    except PremortemError as error:
        sys.exit(_refuse(error, as_json, debug))
    except (KeyboardInterrupt, typer.Abort):
        typer.echo("Stopped. What is finished is kept; `premortem run --resume` goes on.", err=True)
        sys.exit(INTERRUPTED)
    except typer.Exit as done:
        sys.exit(done.exit_code)
    except Exception as error:
        sys.exit(_usage_or_bug(error, as_json, debug))


def _stored(study: Path | None, run: Path | None) -> Any:
    from premortem.study import Study

    return Study(study).stored(run)


def _show(document: dict[str, Any], as_json: bool, quiet: bool, for_people: Callable[[], None]) -> None:
    if as_json:
        typer.echo(json.dumps(document, default=_plain, allow_nan=False))
    elif not quiet:
        for_people()


def _plain(value: Any) -> Any:
    if hasattr(value, "item"):
        return value.item()
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return str(value)


def _progress(silent: bool) -> Any:
    if silent or not sys.stderr.isatty():
        return None
    from premortem import report

    return report.progress_bar()


def _refuse(error: PremortemError, as_json: bool, debug: bool) -> int:
    """Print an error of the user's making: lines on stderr, and with `--json` the same on stdout."""
    if debug:
        raise error
    errors = list(error.errors) if isinstance(error, BadInputs) else [error]
    for one in errors:
        typer.echo(f"error: {one}", err=True)
    if len(errors) > 1:
        typer.echo(f"{len(errors)} errors, nothing written", err=True)
    if as_json:
        dicts = [e.as_dict() if isinstance(e, BadInput) else _as_dict(e) for e in errors]
        typer.echo(json.dumps({"error": dicts[0], **({"errors": dicts} if len(dicts) > 1 else {})}))
    return BAD


def _as_dict(error: BaseException) -> dict[str, str]:
    return {"file": "", "key": "", "got": "", "allowed": "", "hint": str(error)}


def _usage_or_bug(error: Exception, as_json: bool, debug: bool) -> int:
    """A wrong option is the user's; anything else is ours: one line, and how to report it."""
    if debug:
        raise error
    if isinstance(error, TyperException):
        option = getattr(getattr(error, "param", None), "name", None) or getattr(error, "option_name", None) or ""
        refused = BadInput("command line", option, error.format_message(), hint="see `premortem --help`")
        return _refuse(refused, as_json, debug)
    typer.echo(f"error: a bug in premortem: {type(error).__name__}: {error}", err=True)
    typer.echo("hint: run again with --debug and report what it prints", err=True)
    if as_json:
        typer.echo(json.dumps({"error": _as_dict(error)}))
    return BUG


if __name__ == "__main__":
    os.environ.setdefault("PYTHONUTF8", "1")
    main()
