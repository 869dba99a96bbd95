"""Named values of a prior without order: read from a text, and laid over the shipped names, by which the world numbers them."""

from collections.abc import Sequence

from premortem.ensemble.distributions import Category
from premortem.errors import nearest

# How far chances of categories may be from a sum of 1.
CLOSE = 1e-9


def names_and_chances(text: str) -> list[tuple[str, str]]:
    """Names and chances of a text: each name ends with its chance, or all are names alone and as likely as each other."""
    parts = [part.strip() for part in text.split(",")]
    if all(part.isidentifier() for part in parts):
        return [(name, str(1 / len(parts))) for name in parts]
    return [(name.strip(), chance) for name, _, chance in (part.rpartition(" ") for part in parts)]


def whole(categories: tuple[Category, ...]) -> tuple[Category, ...]:
    """The same. Raises `ValueError` where chances are not above 0 and together 1, or a name stands twice."""
    chances, names = [c.chance for c in categories], [c.name for c in categories]
    if categories and (min(chances) <= 0 or abs(sum(chances) - 1) > CLOSE):
        said = ", ".join(map("{:g}".format, chances))
        raise ValueError(f"chances {said} sum to {sum(chances):g}; allowed: each above 0, together 1")
    if twice := [name for name in dict.fromkeys(names) if names.count(name) > 1]:
        raise ValueError(f"{', '.join(twice)} stands twice; allowed: each name once")
    return categories


def in_order_of(shipped: Sequence[Category], given: Sequence[Category]) -> tuple[Category, ...]:
    """Chances that are given by name, in the shipped order; a name that is left out has none.

    Raises `ValueError` for a name that the shipped row has not, and where one of the two names values and the other none.
    """
    names, chances = [category.name for category in shipped], dict(given)
    if bool(names) != bool(chances):
        allowed = f"categorical: with chances of {', '.join(names)}" if names else "a prior without names"
        raise ValueError(f"values have {'names' if names else 'no names'} here; allowed: {allowed}")
    if lost := [name for name in chances if name not in names]:
        hints = [hint for name in lost if (hint := nearest(name, names))]
        raise ValueError("; ".join([f"no value is called {' or '.join(lost)}", f"allowed: {', '.join(names)}", *hints]))
    return tuple(Category(name, chances.get(name, 0.0)) for name in names)
