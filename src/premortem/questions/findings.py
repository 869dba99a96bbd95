"""Findings in one line each, worked out from the board."""

from collections.abc import Iterable, Mapping

from premortem.errors import MissingData
from premortem.propositions.assumption import Assumption, Condition
from premortem.propositions.board_cells import BoardCell
from premortem.propositions.tally import most_often
from premortem.study import Run
from premortem.text import phrases


def cell(run: Run, assumption: str, policy: str) -> BoardCell:
    """One cell of the board; `fails_on` without the conditions of other assumptions."""
    return next(row for row in run.board_rows() if (row.assumption, row.policy) == (assumption, policy))


def share_of(run: Run, assumption: str, policy: str) -> float:
    """Share of futures in which an assumption holds under a policy. Raises `MissingData` where every future failed."""
    holds = cell(run, assumption, policy).holds
    if holds is None:
        raise MissingData(f"{policy}: every future failed, so no share of {assumption} can be told")
    return holds


def level_with(run: Run, assumption: str, policy: str, others: Iterable[str]) -> list[str]:
    """Of other policies, those under which an assumption holds about as often as under this one: none of them ranks before it."""
    here = cell(run, assumption, policy)
    return [p for p in others if p != policy and not here.apart(cell(run, assumption, p))]


def first_failure(run: Run, assumption: Assumption, policy: str) -> tuple[Condition, float] | None:
    """The condition that fails first most often, with its share of failures; None where nothing fails."""
    most = most_often(cell(run, assumption.id, policy).fails_on)
    return (next(c for c in assumption.condition if c.id == most[0]), most[1]) if most else None


def _changes(run: Run, a: Assumption, most: str, others: Mapping[str, float], here: float) -> str:
    """Which policy changes an assumption most, or how many do so about alike."""
    by = phrases.points_between(here, others[most])
    alike = len(level_with(run, a.id, most, others))
    if not alike:
        return f"{title_of(run, most)} changes it most: {by}"
    return f"{phrases.capital(phrases.spell_count(alike + 1))} policies change it most, about alike: {by}"


def title_of(run: Run, policy: str) -> str:
    """Title of a policy of the run: `As written`."""
    return str(run.study.law(policy).policy.title)


def headline(run: Run, policy: str) -> str:
    """`As written, 'Frontier investment is protected' (X3) is the weakest assumption: it holds in 40% of futures; ...`. What is decided by
    definition is no finding, so it leads only where all is.
    """
    free = [a for a in run.study.assumptions if cell(run, a.id, policy).decided is None] or run.study.assumptions
    shares = {f"\u2018{a.name}\u2019 ({a.id})": share_of(run, a.id, policy) for a in free}
    return phrases.headline(
        title_of(run, policy), shares, share_of(run, "all", policy), count=len(run.study.assumptions)
    )


def findings(run: Run, policy: str | None = None) -> list[str]:
    """One finding a line for each assumption: share, what fails first, and the policy that changes it most."""
    policy = policy or run.policies[0]
    return [_finding(run, a, policy) for a in run.study.assumptions]


def aside(run: Run, said: str) -> str:
    """A sentence on the policies of a run that can be chosen; it says that what became of the law is left out, where the run has it."""
    record = run.study.case.settings.record
    return f"{phrases.capital(record)} aside, {phrases.lower_first(said)}" if record in run.policies else said


def _finding(run: Run, a: Assumption, policy: str) -> str:
    here, record = share_of(run, a.id, policy), run.study.case.settings.record
    line = f"{a.id}, {phrases.lower_first(a.name)}, {phrases.holds(here)}"
    if failure := first_failure(run, a, policy):
        line += phrases.fails_first(failure[1], failure[0].failure)
    others = {p: share_of(run, a.id, p) for p in run.policies if p not in (policy, record)}
    if others:
        most = max(others, key=lambda p: abs(others[p] - here))
        moved = round(100 * (others[most] - here)) and not level_with(run, a.id, policy, [most])
        # what happened is no policy to choose, so it is left out, and that is said
        said = _changes(run, a, most, others, here) if moved else "It is about the same under every other policy"
        line += f". {aside(run, said)}" if policy != record else f". {said}"
    return line + "."
