"""Names of other tools as names of ours: what is no identifier becomes one."""

import keyword
import re
from collections.abc import Sequence


def identifier(name: object) -> str:
    """A name as an identifier: `Cellulosic cost [$]` becomes `Cellulosic_cost`."""
    made = re.sub(r"\W+", "_", str(name)).strip("_") or "x"
    made = f"x{made}" if made[0].isdigit() else made
    return f"{made}_" if keyword.iskeyword(made) else made


def identifiers(names: Sequence[object]) -> list[str]:
    """Names as identifiers, each once: a second one of the same gets a number."""
    made: list[str] = []
    for name in names:
        one, k = identifier(name), 2
        while one in made:
            one, k = f"{identifier(name)}_{k}", k + 1
        made.append(one)
    return made
