"""What the rulebook says, in a terminal: decisions, ledgers, clauses, what changes between two sides, loopholes."""

from collections import Counter
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape

from premortem.case import Case
from premortem.law import memo, verdict
from premortem.law.book_differences import Comparison
from premortem.law.compare_books import ClauseInForce
from premortem.law.condition_words import condition_words
from premortem.law.currency import Status
from premortem.law.ledger.summary import Written
from premortem.law.loopholes import Loophole, Search
from premortem.law.opinion import Opinion
from premortem.law.screening import Screening
from premortem.law.worked_cases import WorkedCase
from premortem.terminal.layout import typed
from premortem.text import phrases
from premortem.text.layout import wrap

# A clause that applies, one that does not, and one of which that hangs on a field.
TOLD = {True: "+", False: "-", None: "?"}
# Hits of a ledger that are shown.
HITS = 20
# Columns that are not read of which the names are shown.
UNREAD = 30


def print_decision(decision: Any, trace: bool = False) -> None:
    """The memo, the sentence in bold; with `trace` the ladder too."""
    console = Console(highlight=False)
    console.print(wrap(verdict.question(decision), console.width), markup=False, soft_wrap=True)
    console.print(wrap(decision.sentence, console.width), style="bold", markup=False, soft_wrap=True)
    for line in memo.grounds(decision):
        console.print(wrap(line, console.width, "  "), markup=False, soft_wrap=True)
    for step in decision.trace if trace else ():
        late = "" if step.reached else " (not reached)"
        console.print(f"  {'+' if step.applies else '-'} {step.clause}: {step.says}{late}", markup=False)
        for test in step.tests if step.reached else ():
            console.print(
                wrap(memo.test_line(test, decision.vocabulary), console.width, "      "), markup=False, soft_wrap=True
            )
    console.print(memo.ADVICE, style="dim")


def print_opinion(opinion: Opinion, trace: bool = False) -> None:
    """What was asked, the answer in short in bold, what is said of each kind, what was assumed and not checked; with `trace` every
    clause with its tests.
    """
    console = Console(highlight=False)

    def say(line: str, indent: str = "  ") -> None:
        console.print(wrap(line, console.width, indent), markup=False, soft_wrap=True)

    console.print(opinion.question, markup=False)
    console.print(opinion.sentence, style="bold", markup=False)
    for asked, said in opinion.kinds():
        say(f"{phrases.capital(asked)}: {said}.")
    for c in opinion.citations:
        say(f"{c.clause}: {c.paragraph} (confidence {c.confidence})")
    if opinion.answer.needs:
        say(f"More can be said with: {', '.join(opinion.answer.needs)}.")
    if opinion.assumed:
        assumed = (f"{name} = {opinion.row[name]}" for name in opinion.assumed)
        say(f"Assumed, and the answer hangs on it: {', '.join(assumed)}.")
    for change in opinion.changes:
        say(f"If {change.field} were {change.value}: {opinion.reads(change.outcome)}.")
    for left_out in opinion.not_checked:
        if left_out not in opinion.sentence:  # which says already that the rulebook is stale
            say(f"Not checked: {left_out}")
    say(memo.current(opinion.book.case))
    for step in opinion.trace() if trace else ():
        console.print(f"  {TOLD[step['applies']]} {step['clause']}: {step['says']}", markup=False)
        for test in step["tests"]:
            say(str(condition_words(test["test"], test["value"], opinion.book.vocabulary)), "      ")
    console.print(memo.ADVICE, style="dim")


def print_cases(results: list[WorkedCase]) -> None:
    """Cases that disagree, then how many agree."""
    console = Console(highlight=False)
    if all("error" in row for row in results):
        console.print(f"None can be decided: {phrases.count_noun(len(results), 'case')}")
        return
    for row in results:
        if "error" in row:
            console.print(f"{row['case']}: cannot be decided", soft_wrap=True)
        elif not row.get("agrees", True) or "expected" not in row:
            console.print(
                f"{row['case']}: {row['outcome']}"
                + (f" by {row['clause']}" if row["clause"] else "")
                + (f"; expected {row['expected']}" if "expected" in row else "")
            )
    asked = [row["agrees"] for row in results if "expected" in row]
    counts = [f"{sum(asked)} of {len(asked)} as expected"] if asked else []
    console.print(", ".join([phrases.count_noun(len(results), "case"), *counts]))


def print_ledger(result: Written, out: Path | None, case: Case) -> None:
    """Rejected rows on top, then outcomes and headroom."""
    console = Console(highlight=False)
    if result["not_law"]:
        console.print(result["not_law"], style="bold", markup=False)
    for line in [*_taken(result), *_consignees(result)]:
        console.print(line, markup=False, soft_wrap=True)
    for wrong in result["rejected"][:20]:
        line = f" (row {wrong['line']} of the file)" if "line" in wrong else ""
        console.print(f"row {wrong['row']}{line}: {wrong['why']}", style="bold", markup=False)
    if len(result["rejected"]) > 20:
        console.print(f"... and {len(result['rejected']) - 20:,} more rejected rows; see them with --json")
    for outcome, count in result["outcomes"].items():
        console.print(f"{count:>12,}  {outcome}")
    for line in _grounds(result, case):
        console.print(line)
    for place, left in result["headroom"].items():
        room = phrases.limit(left, result["headroom_unit"])
        console.print(f"{place}: {room}" if room == "no limit" else f"{place}: {room} left under its limit")
    rejected = f", {result['rejected_count']:,} of them rejected" if result["rejected_count"] else ""
    if result["rejected_file"]:
        rejected += f" and written to {result['rejected_file']}"
    if result["joined"]:
        rejected += f", mended ones put back among those of {result['joined']}"
    console.print(
        f"{phrases.count_noun(result['rows'], 'row')}{rejected}, in {result['seconds']:.2f} s"
        + (f"; written to {out}" if out else "")
    )


def print_screening(found: Screening) -> None:
    """The hits, then what no list that is held says anything of."""
    console = Console(highlight=False)
    for line in found.lines():
        console.print(wrap(line, console.width, "  "), markup=False, soft_wrap=True)
    console.print(memo.ADVICE, style="dim")


def _taken(result: Written) -> list[str]:
    """How the file's columns were read, which were not, and which rows are no shipments."""
    lines = [f"{heading} is read as {field}" for heading, field in result["mapping"].items()]
    if result["unread"]:
        lines.append(
            f"Not read: {', '.join(result['unread'][:UNREAD])}" + (", ..." if len(result["unread"]) > UNREAD else "")
        )
    apart = Counter(row["why"] for row in result["left_out"])
    lines += [f"No shipment, and not counted: {phrases.count_noun(n, 'row')} ({why})" for why, n in apart.items()]
    if result["profile"]:
        lines.append(f"Kept for the next table: {result['profile']}")
    return lines


def _consignees(result: Written) -> list[str]:
    """Consignees that counted as one, and those that did not and only look alike."""
    said = (
        (result["consignees_merged"], "Warning: one consignee for every limit"),
        (result["consignees_near"], "Not one consignee, only alike; look at them"),
    )
    lines = [f"{what}: {'; '.join(names)}" for groups, what in said for names in groups[:HITS]]
    more = sum(max(len(groups) - HITS, 0) for groups, _ in said)
    return [*lines, f"... and {more:,} more groups of consignees; see them with --json"] if more else lines


def _grounds(result: Written, case: Case) -> list[str]:
    """How many rows may go, what was hit, and what the answers do not cover."""
    may, hits = result["may_go"], result["hits"]
    lines = [f"{phrases.count_noun(may['true'], 'row')} may go, {may['false']:,} may not, {may['null']:,} depend on missing facts or names to review"]  # fmt: skip
    lines += [
        f"{h['party']} {h['given']}: {h['name'] or h['list']} ({phrases.count_noun(h['rows'], 'row')})"
        for h in hits[:HITS]
    ]
    lines += [f"... and {len(hits) - HITS:,} more hits; see them with --json"] if len(hits) > HITS else []
    if result["stale"]:
        day = result["rulebook"]["verified_to"]
        lines.append(
            f"STALE: {phrases.count_noun(result['stale'], 'row')} after {day}, to which the rulebook is verified"
        )
    return [*lines, *(f"Not checked: {sentence}" for sentence in result["not_checked"]), memo.current(case)]


def print_clauses(clauses: list[ClauseInForce]) -> None:
    """Clauses in force, with their numbers."""
    console = Console(highlight=False)
    for c in clauses:
        console.print(f"[bold]{c['clause']}[/bold]  {c['citation']}")
        numbers = "; ".join(f"{k} = {phrases.limit(v['value'], v['unit'])}" for k, v in c["numbers"].items())
        console.print(f"  {c['says']}" + (f"\n  {numbers}" if numbers else ""))
    console.print(f"{phrases.count_noun(len(clauses), 'clause')} in force")


def print_diff(result: Comparison) -> None:
    """What is compared; the law that changed, most weighty first; what came and went; who gains and who loses; and strengths."""
    console = Console(highlight=False)
    here, there = (f"{side['policy']} on {side['day']}" for side in result["sides"])
    console.print(f"From {here} to {there}:")
    law, strengths = ([c for c in result["changes"] if c["of"] == of] for of in ("law", "strengths"))
    for title, rows in (
        ("The law, what touches most first", law),
        ("Came and went in between", result["between"]),
        ("Strengths of the model, which no clause says", strengths),
    ):
        if rows:
            console.print(f"{title}:", style="bold")
        for row in rows:
            console.print(f"  {row['text']}", markup=False)
    if result["words"]:
        console.print("Who gains and who loses:", style="bold")
    for sentence in result["words"]:
        console.print(f"  {sentence}", markup=False)
    console.print(phrases.count_noun(len(result["changes"]), "change"))


def print_status(found: Status) -> None:
    """Which version it is and to which days it is verified; what is stale; documents since; and what its versions changed."""
    console = Console(highlight=False)
    told = found.rulebook
    console.print(
        f"Rulebook {told['version'] or 'without a version'}, verified to {told['verified_to']}, on {found.day}",
        style="bold",
    )
    for one in found.stale:
        console.print(
            f"  stale: {one.instrument}, checked to {one.verified_to}: {one.title}", markup=False, soft_wrap=True
        )
    total = len(found.stale) + len(found.current)
    console.print(f"{len(found.stale)} of {phrases.count_noun(total, 'instrument')} in force or to come are stale")
    for doc in found.documents:
        touched = ", ".join(doc.instruments)
        console.print(
            f"  {doc.date} {doc.fr}: {doc.title} (may touch {touched}) {doc.url}", markup=False, soft_wrap=True
        )
    console.print(_documents(found), markup=False)
    for change in found.changes:
        console.print(f"Version {change.version}:")
        for line in change.says:
            console.print(wrap(f"- {line}", console.width, "  "), markup=False, soft_wrap=True)


def _documents(found: Status) -> str:
    """How many documents there are since, or that nobody pulled any."""
    if not found.source:
        return "This case names no source of documents, so none is shown."
    if not found.pulled:
        return f"No documents published since were pulled, so none is shown: premortem data pull {found.source}"
    since = phrases.count_noun(len(found.documents), "document")
    return f"{since} published since may matter, {found.others:,} others do not name these parts of the law; pulled {found.pulled}"


def print_loopholes(found: Search, case: Case) -> None:
    """Of each change of form the pair by which most slips through: both sides, how much, and what else it gets round."""
    console = Console(highlight=False)
    by_change: dict[str, list[Loophole]] = {}
    for one in found.loopholes:
        by_change.setdefault(one.kind[0], []).append(one)
    for first, *others in by_change.values():
        console.print(f"[bold]{escape(first.name)}[/bold] ({first.clause}): {escape(first.says)}", soft_wrap=True)
        for side, row, outcome in (("a", first.a, first.outcome_a), ("b", first.b, first.outcome_b)):
            fields = ", ".join(f"{k}={v:,.12g}" if isinstance(v, float) else f"{k}={v}" for k, v in row.items())
            console.print(f"  {side}: {outcome}  [dim]{escape(fields)}[/dim]", soft_wrap=True)
        if first.h100e:
            console.print(f"  lets through {phrases.limit(first.h100e, case.text.yardstick)}")
        console.print("  again:", style="dim")
        for check in (first.check_a, first.check_b):
            console.print(typed(check, console.width, "    "), style="dim", markup=False, soft_wrap=True)
        if others:
            clauses = [*dict.fromkeys(one.clause for one in others if one.clause != first.clause)]
            console.print(wrap(f"also gets round: {', '.join(clauses)}", console.width, "  ")) if clauses else None
    console.print(_searched(found))


def _searched(found: Search) -> str:
    """How much was searched, and what was found."""
    if not found.searched:
        return "This law does not say what is alike in substance (loopholes.toml), so nothing was searched."
    time = ", when time ran out" if found.timed_out else ""
    kinds = phrases.count_noun(len(found.loopholes), "loophole")
    return f"{found.searched:,} pairs searched{time}; {kinds} found, all of them with --json"
