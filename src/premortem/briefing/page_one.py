"""The executive page: the finding, the board, a finding an assumption, what to watch first."""

from collections.abc import Mapping, Sequence

from premortem.briefing.content import (
    Block,
    Board,
    BoardRow,
    Cell,
    Go,
    Line,
    Note,
    Section,
    Strong,
    bullets,
    text,
)
from premortem.propositions.tally import most_often
from premortem.questions.findings import aside, cell, findings, first_failure, level_with, share_of, title_of
from premortem.study import Run
from premortem.text import phrases

# Policies that stand side by side on a page; more stand one below the other.
ABREAST = 7


def page_one(run: Run, sections: Sequence[Section]) -> Section:
    """The first page: the board, a finding an assumption, and what the other sections find."""
    assumptions = {a.id for a in run.study.assumptions}
    beyond = [
        (Go(s.nav, s.id), f": {phrases.sentence(phrases.lower_first(s.title))}")
        for s in sections
        if s.finding and s.id not in assumptions
    ]
    blocks: list[Block] = [
        text(_lede(run), look="lede"),
        board(run),
        bullets(*findings(run), ordered=True),
    ]
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
    """Assumptions by policies, with what fails first under the first policy; policies by assumptions where they are many."""
    first = run.policies[0]
    found = [(a, first_failure(run, a, first)) for a in run.study.assumptions]
    lines = [(Line(a.id, a.name), failure[0].failure if failure else "nothing") for a, failure in found]
    worst = most_often(cell(run, "all", first).fails_on)
    broken = f"most often {worst[0]} breaks" if worst else "nothing"
    lines.append((Line("all", phrases.at_once(len(found))), broken))
    caption = (
        f"Share of {phrases.count_noun(run.futures, 'future')} in which each assumption holds{phrases.same_futures_phrase(len(run.policies))}; below it the 95% interval "
        "of the sampling."
    )
    policies = tuple(Line("", title_of(run, p)) for p in run.policies)
    remarks = f"Fails first, {phrases.policy_phrase(title_of(run, first))}"
    if len(policies) <= ABREAST:
        rows = tuple(BoardRow(line, tuple(_cell(run, line, p) for p in run.policies), remark) for line, remark in lines)
        return Board(caption, "Assumption", policies, rows, remarks)
    rows = tuple(
        BoardRow(of, tuple(_cell(run, line, p) for line, _ in lines))
        for of, p in zip(policies, run.policies, strict=True)
    )
    return Board(
        caption, "Policy", tuple(line for line, _ in lines), rows, remarks, tuple(remark for _, remark in lines)
    )


def _cell(run: Run, line: Line, policy: str) -> Cell:
    found = cell(run, line.id, policy)
    label = f"{line.name}, {phrases.policy_phrase(title_of(run, policy))}: {phrases.holds(found.holds)}"
    return Cell(found.holds or 0.0, phrases.share(found.holds), phrases.interval(found.low, found.high), label)


def _lede(run: Run) -> str:
    compared = [p for p in run.policies if p != run.study.case.settings.record] or list(run.policies)
    shares = {p: share_of(run, "all", p) for p in compared}
    best = max(shares, key=lambda p: shares[p])
    many = len(run.study.assumptions)
    carry, each = ("assumption carries", "It") if many == 1 else ("assumptions carry", "Each")
    settings = run.study.case.settings
    lede = (
        f"{phrases.capital(phrases.spell_count(many))} {carry} {settings.subject}. {each} is tested in {run.futures:,} simulated futures under {len(run.policies)} "
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
        return f"The policy that keeps {every} together most often, \u2018{phrases.lower_first(title_of(run, best))}\u2019, does so in {said} of futures."
    who = (
        "Every policy keeps"
        if len(alike) == len(shares)
        else f"{phrases.capital(phrases.spell_count(len(alike)))} of the policies keep"
    )
    more = "" if len(alike) == len(shares) else " and more often than the others"
    return f"{who} {every} together about as often{more}: in {said} of futures."


def claims(run: Run) -> Note:
    """Whose the assumptions are."""
    return Note(
        f"The assumptions, their drivers, arrestors and items to watch are those of {run.study.case.settings.claims}, in our words."
    )
