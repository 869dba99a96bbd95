"""Findings in one line each, worked out from the board."""

from typing import Any

import polars as pl

from premortem.report import words


def cell(run: Any, assumption: str, policy: str) -> dict[str, Any]:
    """One cell of the board; `fails_on` without the conditions of other assumptions."""
    row = run.board().filter((pl.col("assumption") == assumption) & (pl.col("policy") == policy)).row(0, named=True)
    return row | {key: {k: v for k, v in row[key].items() if v is not None} for key in ("fails_on", "alone")}


def first_failure(run: Any, assumption: str, policy: str) -> tuple[str, float] | None:
    """The condition that fails first most often, with its share of failures; None where nothing fails."""
    fails = cell(run, assumption, policy)["fails_on"]
    name, share = max(fails.items(), key=lambda item: item[1])
    return (name, share) if share > 0 else None


def headline(run: Any, policy: str) -> str:
    """`As written, A3 is the weakest: it holds in 40% of futures; all five together in 15%`."""
    shares = {a.id: cell(run, a.id, policy)["holds"] for a in run.study.assumptions}
    weakest = min(shares, key=lambda key: shares[key])
    together = cell(run, "all", policy)["holds"]
    title = run.study.book(policy).policy.title
    count = {5: "all five"}.get(len(shares), f"all {len(shares)}")
    return f"{title}, {weakest} is the weakest: it holds in {words.share(shares[weakest])} of futures; {count} together in {words.share(together)}"


def findings(run: Any, policy: str | None = None) -> list[str]:
    """One finding a line for each assumption: share, what fails first, and the policy that changes it most."""
    policy = policy or run.policies[0]
    lines = []
    for a in run.study.assumptions:
        here = cell(run, a.id, policy)["holds"]
        says = {c.id: c.says for c in a.condition}
        failure = first_failure(run, a.id, policy)
        others = {p: cell(run, a.id, p)["holds"] - here for p in run.policies if p not in (policy, "history")}
        line = f"{a.id} holds in {words.share(here)} of futures"
        if failure:
            line += f"; in {words.share(failure[1])} of its breaks this fails first: '{says[failure[0]]}'"
        if others:
            most = max(others, key=lambda p: abs(others[p]))
            title = run.study.book(most).policy.title.lower()
            line += f". Largest change: {title}, {words.points(others[most])}"
        lines.append(line + ".")
    return lines
