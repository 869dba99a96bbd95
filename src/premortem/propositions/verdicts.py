"""What a cell of the board says: holds or breaks where sampling, interpretations and forms of the world agree; else on what it depends."""

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
    on the other side of one half; of a single form, its values.
    """
    if holds is None:
        return UNKNOWN
    if decided:
        return "decided by definition"
    told = [*_sampling(bands), *_interpretations(holds, by_interpretation), *_forms(holds, bands, by_form)]
    if told:
        return DEPENDS + listing(told)
    return "holds" if holds > HALF else "breaks"


def form_name(form: str) -> str:
    """How a verdict calls a form: `clearing`."""
    return form.removesuffix("_form").replace("_", " ")


def _sampling(bands: Mapping[str, Sequence[float] | None]) -> list[str]:
    band = bands.get("sampling")
    return ["sampling"] if band and band[0] <= HALF <= band[1] else []


def _interpretations(holds: float, by_interpretation: Mapping[str, float]) -> list[str]:
    flipped = [name for name, share in by_interpretation.items() if (share > HALF) != (holds > HALF)]
    return [f"interpretation ({', '.join(flipped)})"] if flipped else []


def _forms(
    holds: float, bands: Mapping[str, Sequence[float] | None], by_form: Mapping[str, Mapping[str, float]]
) -> list[str]:
    flipped = {
        form_name(form): [v for v, share in shares.items() if (share > HALF) != (holds > HALF)]
        for form, shares in by_form.items()
    }
    flipped = {form: values for form, values in flipped.items() if values}
    if len(flipped) == 1:
        ((form, values),) = flipped.items()
        return [f"form of the world ({form}: {', '.join(values).replace('_', ' ')})"]
    if flipped:
        return [f"form of the world ({', '.join(flipped)})"]
    band = bands.get("forms")
    together = band and min(band[0], holds) <= HALF <= max(band[1], holds)
    return ["forms of the world together"] if together else []
