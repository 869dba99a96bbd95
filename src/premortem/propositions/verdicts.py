"""What a cell of the board says: holds or breaks where sampling, interpretations and forms of the world agree; else on what it depends."""

import math
from collections.abc import Mapping, Sequence

from premortem.text.numbers import listing

# An assumption holds where it does so in more than this share of futures.
HALF = 0.5
# What a share may vary by, each told apart.
BANDS = ("sampling", "interpretations", "forms")
# How a verdict begins that is none.
DEPENDS = "depends on "
UNKNOWN = "cannot be told"
# Marks a share that by itself is no verdict, and what the mark says.
MARK = "*"
NO_VERDICT = "By other readers' limits, in another form of the world or by sampling it may fall the other way, so that this share alone is no verdict"


def verdict(
    holds: float | None,
    bands: Mapping[str, Sequence[float] | None],
    by_interpretation: Mapping[str, float],
    by_form: Mapping[str, Mapping[str, float]],
    decided: str | None = None,
) -> str:
    """`holds`, `breaks`, `decided by definition`, or `depends on ...`: sampling, the interpretations and the forms by which the share lies
    on the other side of one half, or so near to it that sampling leaves open on which; of a single form, its values.
    """
    if holds is None:
        return UNKNOWN
    if decided:
        return "decided by definition"
    reach = _reach(holds, bands)
    told = [
        *_sampling(bands),
        *_interpretations(holds, by_interpretation, reach),
        *_forms(holds, bands, by_form, reach),
    ]
    if told:
        return DEPENDS + listing(told)
    return "holds" if holds > HALF else "breaks"


def form_name(form: str) -> str:
    """How a verdict calls a form: `clearing`."""
    return form.removesuffix("_form").replace("_", " ")


def _sampling(bands: Mapping[str, Sequence[float] | None]) -> list[str]:
    band = bands.get("sampling")
    return ["sampling"] if band and band[0] <= HALF <= band[1] else []


def _reach(holds: float, bands: Mapping[str, Sequence[float] | None]) -> float:
    """How far from one half sampling may bring a share of one half that as many futures tell: by the band of the share that they tell here."""
    band, spread = bands.get("sampling"), math.sqrt(holds * (1 - holds))
    return (band[1] - band[0]) / 2 * HALF / spread if band and spread > 0 else 0.0


def _interpretations(holds: float, by_interpretation: Mapping[str, float], reach: float) -> list[str]:
    flipped, open_ = _other_side(holds, by_interpretation, reach)
    parts = [f"interpretation ({', '.join(flipped)})"] if flipped else []
    return [*parts, *([f"sampling within interpretation ({', '.join(open_)})"] if open_ else [])]


def _other_side(holds: float, shares: Mapping[str, float], reach: float) -> tuple[list[str], list[str]]:
    """Names whose shares lie on the other side of one half, and those that lie so near to it that sampling leaves open on which."""
    near = [name for name, share in shares.items() if abs(share - HALF) <= reach]
    return [n for n, share in shares.items() if n not in near and (share > HALF) != (holds > HALF)], near


def _forms(
    holds: float, bands: Mapping[str, Sequence[float] | None], by_form: Mapping[str, Mapping[str, float]], reach: float
) -> list[str]:
    # each form of several holds in a part of the futures, which tell its share less well
    each = {form_name(form): _other_side(holds, x, reach * math.sqrt(len(x))) for form, x in by_form.items()}
    told = [
        f"{of}form of the world ({_named({form: pair[i] for form, pair in each.items() if pair[i]})})"
        for i, of in enumerate(("", "sampling within "))
        if any(pair[i] for pair in each.values())
    ]
    if told:
        return told
    band = bands.get("forms")
    together = band and min(band[0], holds) <= HALF <= max(band[1], holds)
    return ["forms of the world together"] if together else []


def _named(values: Mapping[str, Sequence[str]]) -> str:
    """`clearing: labs` of one form, the forms alone of several."""
    if len(values) > 1:
        return ", ".join(values)
    ((form, own),) = values.items()
    return f"{form}: {', '.join(own).replace('_', ' ')}"
