"""What has a value in each future, by its name: an outcome, an uncertainty, the margin of a proposition, a text over these."""

from premortem.errors import BadInput, unknown
from premortem.problem.definition import Definition
from premortem.problem.margins import Proposition


def quantity(definition: Definition, name: str, asker: str = "sensitivity", *, of_values: bool = False) -> Proposition:
    """It, as something whose `of` tells its values; an uncertainty only `of_values`. Raises `BadInput` for a series and for an unknown name."""
    d, reader = definition, definition.reader
    if name in reader.series:
        last = reader.series[name].labels[-1]
        raise BadInput(asker, name, "is a series", got=name, allowed=f"{name}@{last}, or mean({name})")
    for one in d.propositions:
        if one.name == name:
            return one
    known = [*(o.name for o in d.outcomes), *(d.names if of_values else ())]
    if str(name).isidentifier() and name not in known:
        raise unknown(asker, "no such outcome", str(name), [*known, *(p.name for p in d.propositions)], file="run")
    return reader.proposition(name, name)
