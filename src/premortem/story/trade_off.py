"""What policies buy, and with what they pay: the two assumptions between which the choice of a policy is hardest."""

from dataclasses import dataclass
from itertools import permutations

from premortem.propositions.assumption import Assumption
from premortem.questions.robustness import best_in_all, unbeaten
from premortem.story.parts import Group, Point, Section
from premortem.story.story_basis import Ground
from premortem.story.surprise import policy_bars
from premortem.text import phrases


@dataclass(frozen=True)
class Trade:
    """A policy in place of the leading one: what it wins of one assumption and loses of another [share of futures], each beyond sampling."""

    policy: str
    won: str
    gain: float
    lost: str
    loss: float


def trades(ground: Ground) -> list[Trade]:
    """Trades that policies make against the leading one, the hardest first: that whose smaller side is largest."""
    found = []
    for policy in ground.others:
        moved = {
            a.id: ground.share(a.id, policy) - ground.share(a.id)
            for a in ground.assumptions
            if _apart(ground, a, policy)
        }
        found += [
            Trade(policy, won, moved[won], lost, moved[lost])
            for won, lost in permutations(moved, 2)
            if moved[won] > 0 > moved[lost]
        ]
    return sorted(found, key=lambda t: -min(t.gain, -t.loss))


def _apart(ground: Ground, a: Assumption, policy: str) -> bool:
    return ground.cell(a.id).apart(ground.cell(a.id, policy))


def trade_off(ground: Ground) -> Section | None:
    """What another policy buys and what it costs; None where there is one policy alone."""
    if not ground.others:
        return None
    found, names = trades(ground), {a.id: a for a in ground.assumptions}
    shown = (found[0].won, found[0].lost) if found else tuple(a.id for a in ground.assumptions[:1])
    return Section(
        "trade-off",
        "Which policy does better, and what does it cost?",
        _finding(ground, found[0], names) if found else _none(ground),
        text=(_unbeaten(ground),),
        groups=tuple(Group(f"{names[k].id} {names[k].name}", policy_bars(ground, k)) for k in shown),
        points=tuple(_if_most(ground, a) for a in ground.assumptions) if len(ground.assumptions) > 1 else (),
        source=_left_out(ground) + ground.source,
        link="/compare",
        more="Set policies side by side",
    )


def _left_out(ground: Ground) -> str:
    """Which policy is not among those to choose from, and why; empty where all of them are."""
    record = ground.study.case.settings.record
    if record not in ground.policies or record in ground.chosen:
        return ""
    return f"\u2018{ground.title(record)}\u2019 is what became of the law, no choice, and is left out here. "


def _finding(ground: Ground, trade: Trade, names: dict[str, Assumption]) -> str:
    won, lost = names[trade.won], names[trade.lost]
    return (
        f"\u2018{ground.title(trade.policy)}\u2019 helps \u2018{won.name}\u2019 ({phrases.points(trade.gain)}) "
        f"and hurts \u2018{lost.name}\u2019 ({phrases.points(trade.loss)})"
    )


def _none(ground: Ground) -> str:
    return f"No policy beats \u2018{ground.title(ground.policy)}\u2019 in one bet by losing another"


def _unbeaten(ground: Ground) -> str:
    """Which policies no other beats in one assumption without losing in another, in whole percents as they are shown."""
    shares = {p: [ground.share(a.id, p) for a in ground.assumptions] for p in ground.chosen}
    if best := [f"\u2018{ground.title(p)}\u2019" for p in best_in_all(shares)]:
        return (
            f"{phrases.listing(best)} {'does' if len(best) == 1 else 'do'} at least as well as any other in every bet."
        )
    left = [f"\u2018{ground.title(p)}\u2019" for p in unbeaten(shares)]
    if len(left) == len(shares):
        return "No policy is as good as another in every bet and better in one: each has its price."
    return f"{phrases.listing(left)} are beaten by no other: between them, a gain in one bet costs another."


def _if_most(ground: Ground, a: Assumption) -> Point:
    """Which policy to choose if one assumption weighs most, and at what price in the others."""
    also = ground.study.case.text.app.found_by.get(f"a.{a.id}", ())
    called = f"\u2018{a.name}\u2019" + (f" ({also[0]})" if also else "")
    best = max(ground.chosen, key=lambda p: (ground.share(a.id, p), p == ground.policy))
    if best == ground.policy or not _apart(ground, a, best):
        best = ground.policy
        said = f"no policy does better than \u2018{ground.title(best)}\u2019 ({phrases.share(ground.share(a.id))})"
        return Point(f"If {called} weighs most: {said}.", mark=a.id, link=f"/a/{a.id}")
    price = {o.id: ground.share(o.id, best) - ground.share(o.id) for o in ground.assumptions if _apart(ground, o, best)}
    costs = [f"{k} {phrases.points(v)}" for k, v in sorted(price.items(), key=lambda kv: kv[1]) if v < 0]
    gain = phrases.points(ground.share(a.id, best) - ground.share(a.id))
    paid = f", at the price of {phrases.listing(costs)}" if costs else ", at no price in the other bets"
    said = f"\u2018{ground.title(best)}\u2019 ({phrases.share(ground.share(a.id, best))}, {gain}){paid}"
    return Point(f"If {called} weighs most: {said}.", mark=a.id, link="/compare")
