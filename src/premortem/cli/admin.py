"""More: validate, evidence, init, bench and data."""

from pathlib import Path
from typing import Annotated

import typer

from premortem.cli.shared import BAD, DONE, NO, AsJson, CaseName, CaseOfRun, StudyDir, app, show, study_of
from premortem.text.numbers import count_noun

data_app = typer.Typer(help="The tables of facts: their age and source, and newer figures.", no_args_is_help=True)
app.add_typer(data_app, name="data", rich_help_panel="More")


@app.command(rich_help_panel="More")
def validate(
    folder: Annotated[Path | None, typer.Argument(help="A study's folder.", show_default="the shipped study")] = None,
    case: CaseName = None,
    as_json: AsJson = False,
) -> None:
    """Check every file of a study and of its case, and report all errors at once.

    Examples: premortem validate my-study; premortem validate --json
    """
    from dataclasses import replace

    from premortem.questions.case_faults import case_faults
    from premortem.study import case_of, problems

    chosen = case_of(folder, case)
    bare = replace(chosen, own=())  # tables of the study are told with its other files
    found = case_faults(bare) or problems(folder, chosen)  # what a broken case makes of a study tells nothing
    said = [*(f"error: {error}" for error in found), count_noun(len(found), "error") if found else "no errors"]
    dicts = [error.as_dict() | {"why": error.what} for error in found]
    document = {"errors": dicts} | ({"error": dicts[0]} if dicts else {})
    show(document, as_json, False, lambda: typer.echo("\n".join(said)))
    raise typer.Exit(BAD if found else DONE)


@app.command(rich_help_panel="More")
def cases(as_json: AsJson = False) -> None:
    """List the cases that ship, each with its policies, assumptions and simulated world.

    Examples: premortem cases; premortem cases --json
    """
    from premortem import terminal
    from premortem.study import cases as listed

    found = [vars(one) for one in listed()]
    show({"cases": found}, as_json, False, lambda: terminal.print_case_list(found))


@app.command(rich_help_panel="More")
def evidence(case: CaseName = None, as_json: AsJson = False) -> None:
    """Compare every prior with its source, using the source's own numbers.

    A prior agrees with its source, leans from it, departs from it on purpose (with the reason), contradicts it, or has no
    number to compare with. Exit 1 if one contradicts its source.

    Examples: premortem evidence; premortem evidence --json
    """
    from premortem import terminal
    from premortem.case import DEFAULT, load
    from premortem.ensemble import evidence as compared

    found = compared.evidence(load(case or DEFAULT))
    show({"priors": [c.as_dict() for c in found]}, as_json, False, lambda: terminal.print_evidence(found))
    raise typer.Exit(NO if any(c.verdict == "contradicts" for c in found) else DONE)


@app.command(rich_help_panel="More")
def init(
    folder: Annotated[Path, typer.Argument(help="Folder to make; it must not exist or be empty.")],
    case: CaseName = None,
    as_json: AsJson = False,
) -> None:
    """Make a study folder with copies of the parameters, policies and assumptions, for you to edit.

    Examples: premortem init my-study; premortem run --study my-study
    """
    from premortem.case import load
    from premortem.study import make_study

    path = make_study(folder, load(case) if case else None)
    show({"path": str(path)}, as_json, False, lambda: typer.echo(f"{path}\nNext: premortem run --study {path}"))


@app.command(rich_help_panel="More")
def bench(
    quick: Annotated[bool, typer.Option("--quick", help="Small sizes; about two minutes.")] = False,
    peers: Annotated[
        bool, typer.Option("--peers", help="Also time other workbenches for the same questions, if they are installed.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Run the benchmarks, each with a reference measured in the same run.

    Examples: premortem bench --quick; premortem bench --peers --json
    """
    from premortem import bench as benchmarks
    from premortem import terminal

    rows = benchmarks.run(quick, peers)
    show({"benchmarks": rows, "machine": benchmarks.machine()}, as_json, False, lambda: terminal.print_benchmarks(rows))


@data_app.command("status")
def data_status(case: CaseName = None, as_json: AsJson = False) -> None:
    """List the tables that ship, their age and source; then what was fetched, if anything.

    Examples: premortem data status; premortem data status --json
    """
    from premortem import facts, terminal
    from premortem.case import DEFAULT, load

    of = load(case or DEFAULT)
    known = facts.sources(of)
    tables, pulled = facts.status(of), facts.records(known)
    held = {record["name"] for record in pulled}
    sources = [
        {"name": s.name, "title": s.title, "url": s.url, "reached": s.reached or s.name in held} for s in known.values()
    ]
    document = {"tables": tables, "pulled": pulled, "sources": sources}
    show(document, as_json, False, lambda: terminal.print_tables(tables, pulled, sources))


@data_app.command("pull")
def data_pull(
    names: Annotated[list[str] | None, typer.Argument(help="Sources.", show_default="all")] = None,
    case: CaseName = None,
    as_json: AsJson = False,
) -> None:
    """Fetch newer figures, lists and documents from their publishers into your data folder; nothing uses them unless asked to.

    Examples: premortem data pull; premortem data pull --json
    """
    from premortem import facts, terminal
    from premortem.case import DEFAULT, load

    result = facts.pull(names or (), known=facts.sources(load(case or DEFAULT)))
    show({**result}, as_json, False, lambda: terminal.print_pulled(result))
    raise typer.Exit(NO if result["failed"] else DONE)


@data_app.command("history")
def data_history(study: StudyDir = None, case: CaseOfRun = None, as_json: AsJson = False) -> None:
    """Check whether the priors can produce the record up to the case's day, a row a quantity. Exit 1 if one cannot be produced.

    Examples: premortem data history; premortem data history --study my-study --json
    """
    from premortem import questions, terminal

    rows = questions.prior_check(study_of(study, case)).to_dicts()
    show({"history": rows}, as_json, False, lambda: terminal.print_history(rows))
    raise typer.Exit(DONE if all(row["inside"] for row in rows) else NO)
