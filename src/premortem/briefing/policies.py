"""The policies compared: how often each keeps an assumption and until when, and what each gives up."""

from collections.abc import Sequence

import polars as pl

from premortem import questions
from premortem.briefing.content import Block, Bullets, Figure, Note, Section, Strong, see, text
from premortem.case import year_of
from premortem.charts import policy_figures
from premortem.questions.compare import Compared
from premortem.questions.findings import aside, level_with, share_of, title_of
from premortem.study import Run
from premortem.text import phrases
from premortem.text.numbers import ranges


def policies(run: Run) -> Section:
    """Each policy in a line, then regret and pathways where there are two or more to compare."""
    lines = Bullets(tuple((Strong(f"{title_of(run, p)}. "), run.study.law(p).policy.says) for p in run.policies))
    ways = _pathways(run)
    blocks: list[Block] = [lines, text(see(ways.id), " shows until when each keeps an assumption.", *_note(run)), ways]
    names = [p for p in run.policies if p != run.study.case.settings.record]
    if len(names) > 1:
        result = questions.compare(run, names, time=False)
        regret = _regret(run, names, result)
        blocks += [text(*_agreement(run, result), " ", see(regret.id), " shows what each gives up."), regret]
    return Section("policies", _title(run), "Policies", tuple(blocks), finding=True)


def _note(run: Run) -> tuple[Note, ...]:
    """What the case says of all its policies."""
    said = run.study.case.text.brief.policies
    return (Note(said),) if said else ()


def _title(run: Run) -> str:
    compared = [p for p in run.policies if p != run.study.case.settings.record] or list(run.policies)
    if len(compared) == 1:
        return f"The policy: {phrases.lower_first(title_of(run, compared[0]))}"
    leading = [_leading(run, a.id, compared) for a in run.study.assumptions]
    if everywhere := [p for p in compared if all(p in each for each in leading)]:
        if len(everywhere) == len(compared):
            return aside(run, "Every assumption holds about as often under every policy")
        alone = all(len(each) == 1 for each in leading)
        return aside(
            run,
            f"{title_of(run, everywhere[0])} serves every assumption best{'' if alone else ', or about as well as the best'}",
        )
    different = len({each[0] for each in leading if len(each) == 1})
    told = f": {different} of them each lead on one or more" if different > 1 else ""
    return aside(run, f"No policy serves every assumption best{told}")


def _leading(run: Run, assumption: str, compared: Sequence[str]) -> list[str]:
    """The policy under which an assumption holds most often, and those that sampling cannot tell from it."""
    best = max(compared, key=lambda p: share_of(run, assumption, p))
    return [best, *level_with(run, assumption, best, compared)]


def _pathways(run: Run) -> Figure:
    """Until when the median future of each policy keeps each assumption."""
    rows = [
        {"policy": title_of(run, p), "assumption": f"{a.id} {a.name}", "year": year, "keeps": keeps}
        for p in run.policies
        for a in run.study.assumptions
        for year, keeps in _kept(run.bands(p), f"margin.{a.id}", run.study.case.settings.day.year)
    ]
    frame = pl.DataFrame(rows)
    lost = [
        f"{r['assumption'].split()[0]}, {r['policy']}: {ranges(r['years'])}"
        for r in frame.filter(~pl.col("keeps"))
        .group_by("assumption", "policy", maintain_order=True)
        .agg(years="year")
        .to_dicts()
    ]
    return Figure(
        "pathways",
        f"Where {'a' if len(run.policies) > 1 else 'the'} policy keeps an assumption in more than half of all futures, year by year",
        policy_figures.pathways(frame, [title_of(run, p) for p in run.policies]),
        f"Line: the median of {phrases.count_noun(run.futures, 'future')} has a margin above 0 at the end of the year. Dotted: it has not.",
        (
            "Broken in half of all futures or more: " + "; ".join(lost)
            if lost
            else f"{'Every' if len(run.policies) > 1 else 'The'} policy keeps every assumption"
        )
        + ".",
    )


def _kept(bands: pl.DataFrame, series: str, first: int) -> list[tuple[int, bool]]:
    """Whether the median keeps it at the last step of each year from a first one on."""
    steps = bands.filter(pl.col("series") == series).sort("quarter")
    ends = {year_of(r["quarter"]): r["p50"] > 0 for r in steps.to_dicts()}
    return [(year, keeps) for year, keeps in ends.items() if year >= first]


def _agreement(run: Run, result: Compared) -> tuple[str, ...]:
    winners = result.winners
    best = sorted(set(winners.values()), key=lambda p: -list(winners.values()).count(p))
    if not result.disagree:
        return (
            f"All {len(winners)} measures of robustness name {phrases.lower_first(title_of(run, best[0]))} as best.",
        )
    shares = [f"{phrases.lower_first(title_of(run, p))} by {list(winners.values()).count(p)}" for p in best]
    return (f"The {len(winners)} measures of robustness disagree on which is best: {phrases.listing(shares)}.",)


def _regret(run: Run, names: list[str], result: Compared) -> Figure:
    rows = [
        {"policy": title_of(run, p), "assumption": a, "regret": by[p]}
        for a, by in result.regret_by_assumption.items()
        for p in by
    ]
    least = result.least
    said = "; ".join(
        f"{title_of(run, p)}: mean {r.mean:.2f}, 90th percentile {r.p90:.2f}"
        for p, r in result.regret.items()
        if r.mean is not None
    )
    by = "; ".join(f"{r['assumption']} {r['policy']} {r['regret']:.2f}" for r in rows)
    return Figure(
        "regret",
        f"{phrases.listing([title_of(run, p) for p in least])} {'gives' if len(least) == 1 else 'give'} up least on average, in margins as they stand",
        policy_figures.regret_map(
            pl.DataFrame(rows), [title_of(run, p) for p in names if result.regret[p].mean is not None]
        ),
        f"Mean over futures; darker is worse. {result.unweighed} {phrases.regret(run.study.case.text.uncounted)}",
        f"Regret over all assumptions. {said}. By assumption: {by}.",
    )
