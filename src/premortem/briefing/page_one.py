"""The executive page: the finding, the board, a finding an assumption, what to watch first."""

from collections.abc import Mapping, Sequence

from premortem.briefing.content import Block, Board, BoardRow, Cell, Go, Note, Section, Strong, bullets, text
from premortem.questions.findings import aside, cell, findings, first_failure, level_with, share_of, title_of
from premortem.study import Run
from premortem.text import phrases


def page_one(run: Run, sections: Sequence[Section]) -> Section:
    """The first page: the board, a finding an assumption, and what the other sections find."""
    assumptions = {a.id for a in run.study.assumptions}
    beyond = [
        (Go(s.nav, s.id), f": {phrases.sentence(phrases.within(s.title))}")
        for s in sections
        if s.finding and s.id not in assumptions
    ]
    blocks: list[Block] = [text(_lede(run), look="lede"), board(run), bullets(*findings(run), ordered=True)]
    if beyond:
        blocks += [text(Strong("Beyond the assumptions")), bullets(*beyond)]
    blocks.append(
        text(
            f"Shares of futures, not forecasts: they {'compare policies' if len(run.policies) > 1 else 'stand'} under wide ranges of what was known on that day, much of it judgement.",
            look="small",
        )
    )
    return Section("summary", "", "Summary", tuple(blocks), new_page=False)


def board(run: Run) -> Board:
    """Assumptions by policies, with what fails first under the first policy."""
    first = run.policies[0]
    rows = []
    for a in run.study.assumptions:
        failure = first_failure(run, a, first)
        rows.append(BoardRow(a.id, a.name, _cells(run, a.id, a.name), failure[0].failure if failure else "nothing"))
    fails = cell(run, "all", first).fails_on
    worst = max(fails, key=lambda k: fails[k]) if fails else ""
    count = phrases.at_once(len(rows))
    broken = f"most often {worst} breaks" if worst and fails[worst] > 0 else "nothing"
    rows.append(BoardRow("all", count, _cells(run, "all", count), broken))
    caption = (
        f"Share of {phrases.counted(run.futures, 'future')} in which each assumption holds{phrases.same_under(len(run.policies))}; below it the 95% interval "
        "of the sampling."
    )
    return Board(
        caption,
        tuple(title_of(run, p) for p in run.policies),
        tuple(rows),
        f"Fails first, {phrases.under(title_of(run, first))}",
    )


def _cells(run: Run, key: str, name: str) -> tuple[Cell, ...]:
    cells = []
    for policy in run.policies:
        c = cell(run, key, policy)
        share = phrases.share(c.holds)
        label = f"{name}, {phrases.under(title_of(run, policy))}: {phrases.holds(c.holds)}"
        cells.append(Cell(c.holds or 0.0, share, phrases.interval(c.low, c.high), label))
    return tuple(cells)


def _lede(run: Run) -> str:
    compared = [p for p in run.policies if p != run.study.case.settings.record] or list(run.policies)
    shares = {p: share_of(run, "all", p) for p in compared}
    best = max(shares, key=lambda p: shares[p])
    many = len(run.study.assumptions)
    carry = "assumption carries" if many == 1 else "assumptions carry"
    settings = run.study.case.settings
    lede = (
        f"{phrases.capital(phrases.spelled(many))} {carry} {settings.subject}. Each is tested in {run.futures:,} simulated futures under {len(run.policies)} "
        f"{'policies' if len(run.policies) > 1 else 'policy'}, from what was known on {phrases.day_in_words(settings.day)}."
    )
    if len(compared) > 1:
        lede += " " + aside(run, _keeps(run, best, shares))
    return lede


def _keeps(run: Run, best: str, shares: Mapping[str, float]) -> str:
    """Which policy keeps every assumption most often, or that several do so about as often as each other."""
    every, alike = phrases.together(len(run.study.assumptions)), [best, *level_with(run, "all", best, shares)]
    said = phrases.between(shares[p] for p in alike)
    if len(alike) == 1:
        return f"The policy that keeps {every} together most often, \u2018{phrases.within(title_of(run, best))}\u2019, does so in {said} of futures."
    who = (
        "Every policy keeps"
        if len(alike) == len(shares)
        else f"{phrases.capital(phrases.spelled(len(alike)))} of the policies keep"
    )
    more = "" if len(alike) == len(shares) else " and more often than the others"
    return f"{who} {every} together about as often{more}: in {said} of futures."


def claims(run: Run) -> Note:
    """Whose the assumptions are."""
    return Note(
        f"The assumptions, their drivers, arrestors and items to watch are those of {run.study.case.settings.claims}, in our words."
    )
