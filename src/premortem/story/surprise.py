"""The strongest finding that the run holds, by rule: where what a policy can do and what nobody knows lie furthest apart.

For each assumption two effects on its share are told: the largest of a policy in place of the leading one, and the largest of
an uncertainty, from its lowest to its highest third of futures. The finding is of the assumption where they differ most.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from premortem.propositions.assumption import Assumption
from premortem.questions import describe
from premortem.story.parts import Bar, Group, Point, Section
from premortem.story.story_basis import Ground
from premortem.text import phrases

Array = NDArray[Any]
# Fewest futures in a third whose share says anything.
FEW = 100
# Effects that are listed.
LISTED = 5


@dataclass(frozen=True)
class Split:
    """Shares in which an assumption holds by thirds of an uncertainty, lowest first, and the two values between them."""

    assumption: str
    name: str
    shares: tuple[float, float, float]
    cuts: tuple[float, float]

    @property
    def effect(self) -> float:
        """Change of the share from the lowest third to the highest."""
        return self.shares[2] - self.shares[0]


@dataclass(frozen=True)
class Swap:
    """What another policy does to the share in which an assumption holds."""

    assumption: str
    policy: str
    effect: float


def splits(ground: Ground, assumption: str) -> list[Split]:
    """Uncertainties by how far they part the share of an assumption, the largest first; those of rival forms are left out."""
    margins = np.asarray(ground.margins[assumption])
    known = np.isfinite(margins)
    holds = (margins > 0).astype(float)
    if known.sum() < 3 * FEW:
        return []
    found = []
    for row, values, order in zip(ground.study.priors.rows, ground.values, ground.orders, strict=True):
        if row.varies and row.distribution != "categorical":
            found.append(_split(assumption, row.name, values, order[known[order]], holds))
    return sorted(found, key=lambda s: -abs(s.effect))


def _split(assumption: str, name: str, values: Array, order: Array, holds: Array) -> Split:
    thirds = np.array_split(holds[order], 3)
    cuts = values[order[[len(thirds[0]), len(thirds[0]) + len(thirds[1])]]]
    first, middle, last = (float(part.mean()) for part in thirds)
    return Split(assumption, name, (first, middle, last), (float(cuts[0]), float(cuts[1])))


def swap(ground: Ground, assumption: str) -> Swap | None:
    """The policy that changes the share of an assumption most; None where there is no other one."""
    here = ground.share(assumption)
    found = [Swap(assumption, p, ground.share(assumption, p) - here) for p in ground.others]
    return max(found, key=lambda s: abs(s.effect), default=None)


def surprise(ground: Ground) -> Section | None:
    """The finding; None where a run holds too few futures to split, and no other policy."""
    held = [(a, splits(ground, a.id)[:1], swap(ground, a.id)) for a in ground.assumptions]
    told = [(a, s[0] if s else None, w) for a, s, w in held if s or w]
    if not told:
        return None
    a, split, other = max(told, key=lambda row: abs(_size(row[1]) - _size(row[2])))
    by_policy = _size(other) > _size(split)
    groups = [_by_policy(ground, a)] if other else []
    if split:
        groups.insert(0, _by_third(ground, a, split))
    return Section(
        "surprise",
        "What moves the bets most?",
        _of_policy(ground, a, other) if by_policy and other else _of_split(ground, a, split, other),
        groups=tuple(groups[::-1] if by_policy else groups),
        points=tuple(_ranked(ground, [s for _, s, _ in told if s], [w for _, _, w in told if w])),
        source=f"Futures are split into thirds by each uncertainty in turn. {ground.source}",
        link=f"/a/{a.id}",
        more="See when it breaks",
    )


def _size(effect: Split | Swap | None) -> float:
    return abs(effect.effect) if effect else 0.0


def _of_split(ground: Ground, a: Assumption, split: Split | None, other: Swap | None) -> str:
    assert split is not None
    row, (first, _, last) = ground.study.priors[split.name], split.shares
    low, high = (phrases.share(share) for share in (first, last))
    moved = f"\u2018{row.meaning}\u2019 moves it from {low} of futures to {high}"
    if other is None:
        return f"\u2018{a.name}\u2019 rests on one uncertainty more than on any other: {moved}"
    return f"No policy moves \u2018{a.name}\u2019 by more than {_points(other.effect)}; {moved}"


def _of_policy(ground: Ground, a: Assumption, other: Swap) -> str:
    here, there = (phrases.share(ground.share(a.id, p)) for p in (ground.policy, other.policy))
    under = phrases.policy_phrase(ground.title(other.policy))
    return f"Policy decides \u2018{a.name}\u2019 more than anything unknown: it holds in {there} of futures {under}, against {here}"


def _points(effect: float) -> str:
    count = round(100 * abs(effect))
    return phrases.count_noun(count, "point") if count else "a point"


def _by_third(ground: Ground, a: Assumption, split: Split) -> Group:
    row, (one, two) = ground.study.priors[split.name], split.cuts
    ends = (f"under {describe.amount(row, one)}", "in between", f"over {describe.amount(row, two)}")
    bars = (
        Bar(phrases.capital(said), share, phrases.share(share)) for said, share in zip(ends, split.shares, strict=True)
    )
    return Group(f"{a.id} by {row.meaning}", tuple(bars))


def _by_policy(ground: Ground, a: Assumption) -> Group:
    return Group(f"{a.id} by policy", policy_bars(ground, a.id))


def policy_bars(ground: Ground, assumption: str) -> tuple[Bar, ...]:
    """A bar a policy for one assumption."""
    cells = ((p, ground.cell(assumption, p)) for p in ground.chosen)
    return tuple(Bar(ground.title(p), c.holds, phrases.share(c.holds), lead=p == ground.policy) for p, c in cells)


def _ranked(ground: Ground, by_split: Sequence[Split], by_swap: Sequence[Swap]) -> list[Point]:
    """The largest effects of both kinds, the largest first."""
    every: list[Split | Swap] = sorted([*by_split, *by_swap], key=lambda e: -abs(e.effect))
    return [
        Point(
            _said(ground, effect),
            mark=f"{effect.assumption} {phrases.points(effect.effect)}",
            link=f"/a/{effect.assumption}",
        )
        for effect in every[:LISTED]
        if round(100 * effect.effect)
    ]


def _said(ground: Ground, effect: Split | Swap) -> str:
    if isinstance(effect, Swap):
        return f"{phrases.capital(phrases.policy_phrase(ground.title(effect.policy)))}, a choice"
    row = ground.study.priors[effect.name]
    return f"{phrases.capital(row.meaning)}, from its lowest third to its highest: nobody's choice"
