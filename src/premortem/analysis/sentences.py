"""How boxes, moves and numbers read: sentences with the words and units of the parameters."""

import numpy as np

from premortem.stress import discover
from premortem.study import Study


def sentence(box: discover.Box, subject: str, study: Study) -> str:
    """`A2 breaks in 83% of futures in which ...; that is 61% of its breaks`, in the words of the parameters."""
    parts = []
    for name, (low, high) in box.limits.items():
        row = study.priors[name]
        inner = low > row.quantile(np.array([0.001]))[0], high < row.quantile(np.array([0.999]))[0]
        first, last = _number(low, row.unit), _number(high, row.unit)
        within = f"is {first} to {last}" if all(inner) else f"is over {first}" if inner[0] else f"is under {last}"
        parts.append(f"{row.meaning} {within}{_unit(row.unit)}")
    joined = parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
    return (
        f"{subject} breaks in {box.density:.0%} of futures in which {joined}; that is {box.coverage:.0%} of its breaks"
    )


def _unit(unit: str) -> str:
    """A unit as it follows a number; nothing for a share, a ratio or a year."""
    bare = ("-", "0-1", "category", "year", "share", "ratio", "logit", "ln")
    return (
        ""
        if unit in bare
        else f" {unit.removesuffix('/yr2').removesuffix('/yr')}{_rate(unit)}".replace("  ", " ").replace(" 1 ", " ")
    )


def _rate(unit: str) -> str:
    return " a year more each year" if unit.endswith("/yr2") else " a year" if unit.endswith("/yr") else ""


def _number(value: float, unit: str) -> str:
    """A value to three digits; a year with its tenth."""
    return f"{value:.1f}" if unit == "year" else f"{value:.3g}"
