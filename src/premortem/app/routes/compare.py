"""Policies side by side: shares, regret, trade-offs, rankings that may disagree, and how long each keeps an assumption."""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from premortem import questions
from premortem.app import chart_specs, policy_charts
from premortem.app.labels import ALL
from premortem.app.pages import AtDesk, View, render, wait_for
from premortem.app.routes.assumption import find
from premortem.app.schema import Answer
from premortem.app.session import Desk
from premortem.app.view_state import State
from premortem.case import year_of
from premortem.questions.compare import Compared, spans
from premortem.questions.robustness import unbeaten
from premortem.study import Run
from premortem.text import phrases
from premortem.text.result import Document

router = APIRouter()
# A policy keeps an assumption while it holds in at least this share of futures.
LEVEL = 0.5
# Measures of robustness in words, in the order of the comparison: heading, and what its winner does.
MEASURES = {
    "mean_regret": "mean regret",
    "p90_regret": "regret, 90%",
    "minimax_regret": "largest regret",
    "maximin": "worst case",
    "satisficing": "all hold",
    "expected": "average",
}
DOES = {
    "mean_regret": "gives up least on average",
    "p90_regret": "gives up least in the worst tenth",
    "minimax_regret": "gives up least at its worst",
    "maximin": "does best in its worst future",
    "expected": "has the highest average margin",
}
# Above this share of futures something holds in most of them.
MOST = 0.5
KEY = "Mean regret, in margins, which have no unit; 0: no policy does better"
REGRET = {"policy": "Policy", "assumption": "Assumption", "regret": "Mean regret, in margins (no unit)"}


@router.get("/compare", response_class=HTMLResponse, include_in_schema=False)
def page(request: Request, desk: AtDesk, view: View, y: str = "", a: str = "", b: str = "") -> HTMLResponse:
    """Regret, trade-offs, rankings, pathways."""
    ids = [a.id for a in desk.study.assumptions]
    second, late = ids[:2][-1], ids[-2:][0]  # shown unless the address asks for others
    kept, pair = find(desk, y or late), (find(desk, a or second).id, find(desk, b or late).id)
    if early := wait_for(
        request,
        "Which policy is best?",
        "Comparing policies over the stored futures; this takes some seconds the first time.",
        there=desk.knows(("compare",)),
    ):
        return early
    found = comparison(desk)
    titles = {p: desk.study.law(p).policy.title for p in desk.study.policies}
    rows = [
        {"policy": titles[p], "assumption": k, "regret": r}
        for k, by in found.regret_by_assumption.items() for p, r in by.items()
    ]  # fmt: skip
    least = [titles[p] for p in found.least]
    source = f"premortem, {phrases.count_noun(found.futures, 'future')}, each policy beside the best in the same future"
    heat = chart_specs.Chart(
        "regret", f"{phrases.listing(least)} {'gives' if len(least) == 1 else 'give'} up least on average, in margins as they stand",
        f"{found.unweighed} Mean regret by policy and assumption; the table holds the numbers", source,
        policy_charts.heat("assumption", "policy", "regret", KEY, rows), rows, REGRET,
    )  # fmt: skip
    return render(
        request, "compare.html", rests_on=desk.run, found=found, titles=titles, heat=heat, first=first_place(found, titles), ranks=policy_ranks(found, view, titles, source),
        measures=MEASURES, asked=DOES | {"satisficing": holds_all(found.rankings["satisficing"], desk.run)},
        all=phrases.together(len(desk.study.assumptions)), a=kept, pair=pair, scatter=tradeoff(found, pair, titles, source),
        pathways=pathways(desk, view, kept.id, titles), level=LEVEL,
        word=desk.study.case.clock.word, years=range(desk.study.case.settings.day.year, year_of(desk.study.steps[-1]) + 1),
    )  # fmt: skip


def holds_all(order: Sequence[str], run: Run) -> str:
    """How often the policy that holds all assumptions most often does so: in most futures, or in more than the others."""
    cells = [c for c in run.board_rows() if c.assumption == ALL and c.policy in order]
    shares = {c.policy: c.holds for c in cells if c.holds is not None}
    first = order[0]
    if first not in shares:
        return "holds all assumptions in no future that can be told"
    said = phrases.share(shares[first])
    if shares[first] > MOST:
        return f"holds all assumptions in most futures ({said})"
    best = next(c for c in cells if c.policy == first)
    if any(not c.apart(best) for c in cells if c.policy != first and c.holds is not None):
        return f"holds all assumptions in no fewer futures than any other ({said}; sampling leaves the order open)"
    return f"holds all assumptions in more futures than any other ({said})"


def policy_ranks(found: Compared, view: State, titles: Mapping[str, str], source: str) -> chart_specs.Chart:
    """Ranks of the policies by each measure of robustness, with those that sampling leaves open, the view's policy marked."""
    rows: list[dict[str, Any]] = [
        {"measure": MEASURES[m], "rank": i + 1, "low": found.ranks[m][p][0], "high": found.ranks[m][p][1], "title": titles[p], "mine": p == view.policy}
        for m, order in found.rankings.items() for i, p in enumerate(order)
    ]  # fmt: skip
    orders = {MEASURES[m]: order for m, order in found.rankings.items()}
    says = first_place(found, titles)
    mine = [r["rank"] for r in rows if r["mine"]]
    said = f"{says}. {titles[view.policy]} ranks {min(mine)} to {max(mine)}" if mine else says
    last = [titles[p] for p in list(orders.values())[-1]]
    return chart_specs.Chart(
        "ranks", says, f"{said}; the table holds the ranks", f"{source}; 1 is best; upright lines: ranks that sampling leaves open (95%); blue: {titles[view.policy]}",
        policy_charts.bump(list(orders), last), rows, {"measure": "By", "rank": "Rank", "low": "from", "high": "to", "title": "Policy"},
    )  # fmt: skip


def first_place(found: Compared, titles: Mapping[str, str]) -> str:
    """Which policy ranks first, as far as sampling tells."""
    firsts = list(dict.fromkeys(titles[order[0]] for order in found.rankings.values()))
    open_to = [titles[p] for p in found.may_be_first]
    if len(firsts) > 1 and open_to:
        return f"{phrases.listing(open_to, 'or')} may rank first by every measure: sampling leaves it open"
    if len(firsts) > 1:
        return f"First place changes with the measure: {phrases.listing(firsts, 'or')}"
    alone = all(sum(low == 1 for low, _ in by.values()) == 1 for by in found.ranks.values())
    return f"{firsts[0]} ranks first by every measure{'' if alone else ', though sampling leaves others open'}"


def tradeoff(found: Compared, pair: tuple[str, str], titles: Mapping[str, str], source: str) -> chart_specs.Chart:
    """Policies by the shares of two assumptions, with those that no other beats on both."""
    x, y = pair
    both = {p: (a, b) for p, by in found.shares.items() if (a := by[x]) is not None and (b := by[y]) is not None}
    best = unbeaten(both)
    rows: list[dict[str, Any]] = [
        {"title": titles[p], "x": by[x], "y": by[y], "best": p in best} | ends("x", found.intervals[p][x]) | ends("y", found.intervals[p][y])
        for p, by in found.shares.items() if p in both
    ]  # fmt: skip
    rows = policy_charts.names_apart(rows)
    says = (
        f"{titles[best[0]]} has the largest share on both"
        if len(best) == 1
        else f"{len(best)} of {phrases.count_noun(len(rows), 'policy')} are not beaten on both"
    )
    return chart_specs.Chart(
        "tradeoff", f"{x} against {y}: {says}", f"{says}: {', '.join(titles[p] for p in best)}; the table holds the shares",
        f"{source}; crosses: 95% intervals; blue and joined: beaten by none on both", policy_charts.tradeoff(x, y, rows), rows, {"title": "Policy", "x": x, "y": y, "best": "not beaten"},
    )  # fmt: skip


def ends(axis: str, interval: tuple[float, float] | None) -> Document:
    """The ends of an interval as columns of an axis; none where there is no interval."""
    return dict(zip((f"{axis}_low", f"{axis}_high"), interval, strict=True)) if interval else {}


@router.get("/api/compare")
def compare(desk: AtDesk) -> Answer:
    """Regret and robustness of the policies of the run: the keys of `premortem compare --json`."""
    return Answer.model_validate(comparison(desk).as_dict())


def comparison(desk: Desk) -> Compared:
    """The comparison of the stored run, worked out once."""
    found: Compared = desk.answer(("compare",), lambda: questions.compare(desk.run))
    return found


def pathways(desk: Desk, view: State, name: str, titles: dict[str, str]) -> list[Document]:
    """For each policy the years in which the assumption stands in at least `LEVEL` of the futures, as spans of percent."""
    rows = []
    for policy in desk.study.policies:
        fan = desk.live.fan(view.under(policy), name)
        many = len(fan)
        shown = [
            {
                "x": 100 * first / many, "width": 100 * (last + 1 - first) / many, "from": fan[first]["quarter"], "to": fan[last]["quarter"],
                "stops": last + 1 < many,
            }
            for first, last in spans([1 - q["breaks"] >= LEVEL for q in fan])
        ]  # fmt: skip
        rows.append({"policy": policy, "title": titles[policy], "spans": shown, "last": 1 - fan[-1]["breaks"]})
    return rows
