"""Rules: regime show, diff, status and loopholes."""

from pathlib import Path
from typing import Annotated, Any

import typer

from premortem.cli.shared import AsJson, CaseName, OnDate, StudyDir, Under, app, book_under, duration, show

regime_app = typer.Typer(
    help="The rulebook: what is in force, what changed, where it is inconsistent.", no_args_is_help=True
)
app.add_typer(regime_app, name="regime", rich_help_panel="Rules")


@regime_app.command("show")
def regime_show(
    on: OnDate = None, under: Under = None, study: StudyDir = None, case: CaseName = None, as_json: AsJson = False
) -> None:
    """Clauses in force on a day.

    Examples: premortem regime show; premortem regime show --on 2026-01-31 --json
    """
    from premortem import terminal
    from premortem.law import compare_books as rules

    book = book_under(study, case, under)
    clauses = rules.show(book, _day(on, book))
    show({"clauses": clauses}, as_json, False, lambda: terminal.print_clauses(clauses))


@regime_app.command("diff")
def regime_diff(
    a: Annotated[str, typer.Argument(help="A day, a policy, or POLICY@DAY.")],
    b: Annotated[str, typer.Argument(help="The same, to compare with.")],
    study: StudyDir = None,
    case: CaseName = None,
    as_json: AsJson = False,
) -> None:
    """What changed between two days or policies, in words and as data: clauses, numbers, who gains and who loses.

    Examples: premortem regime diff 2025-01-31 2026-01-31
    """
    from premortem import terminal
    from premortem.law import compare_books as rules

    result = rules.between(_side(a, study, case), _side(b, study, case))
    show({**result}, as_json, False, lambda: terminal.print_diff(result))


@regime_app.command("status")
def regime_status(
    on: OnDate = None, under: Under = None, study: StudyDir = None, case: CaseName = None, as_json: AsJson = False
) -> None:
    """How current the rulebook is: which instruments are stale, and which documents published since may matter.

    Documents are those of `premortem data pull`, where the case names a source of them.

    Examples: premortem regime status; premortem regime status --json
    """
    from premortem import terminal
    from premortem.law.currency import status

    book = book_under(study, case, under)
    found = status(book, _day(on, book))
    show(found.as_dict(), as_json, False, lambda: terminal.print_status(found))


@regime_app.command("loopholes")
def regime_loopholes(
    under: Annotated[
        str | None,
        typer.Option("--under", help="A policy of the case, or a policy file.", show_default="the case's first policy"),
    ] = None,
    budget: Annotated[
        str, typer.Option("--budget", help="Longest that the search may take, such as 60s or 2min.")
    ] = "60s",
    pairs: Annotated[
        int, typer.Option("--pairs", min=1, help="Pairs to search, in whole rounds: the same number finds the same.")
    ] = 500_000,
    study: StudyDir = None,
    case: CaseName = None,
    as_json: AsJson = False,
) -> None:
    """Search for pairs of transactions that are alike in substance but decided differently. Check each by hand.

    What is alike, the case says (loopholes.toml). A pair is one that the law asks about, and the same in another form, which
    goes more freely. Time stops the search; the number of pairs decides what it finds.

    Examples: premortem regime loopholes --json; premortem regime loopholes --budget 20s
    """
    from premortem import terminal
    from premortem.law.loopholes import search

    seconds = duration(budget, "--budget")
    book = book_under(study, case, under, baseline=True)
    found = search(book, seconds, pairs, _again(book, study, case, under))
    show(found.as_dict(), as_json, False, lambda: terminal.print_loopholes(found, book.case))


def _again(book: Any, study: Path | None, case: str | None, under: str | None) -> list[str]:
    """The options by which the same book is asked again."""
    named = [("--study", study and str(study)), ("--case", case)]
    return ["--under", under or book.name, *(word for option, value in named if value for word in (option, value))]


def _day(text: str | None, book: Any) -> Any:
    from datetime import date

    from premortem.law.transactions import parse_date

    return date.today() if text is None else parse_date(text, book.case)


def _side(text: str, study: Path | None, case: str | None) -> Any:
    """A day, `POLICY` or `POLICY@DAY` as a book and a day; a bare policy has none."""
    policy, _, day = text.partition("@")
    if policy[:1].isdigit():
        book = book_under(study, case, None)
        return book, _day(policy, book)
    book = book_under(study, case, policy, "a policy")
    return book, _day(day, book) if day else None
