"""Boxes in sentences: a limit in words, and how often rows fail within."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from premortem.questions import scenario_discovery as discovery
from premortem.questions.tables._given import Given, Limit

# What is said of futures, and of a table's rows; in this order.
RETOLD = (
    (r"it holds in every future", "no row fails"),
    (r"it breaks in every future", "every row fails"),
    (r"no future has a margin that is a number", "the outcome is missing in every row"),
    (r"(only \S+) hold", r"\1 do not fail"),
    (r"that hold", "that do not"),
    (r"break", "fail"),
    (r"future", "row"),
)


@dataclass(frozen=True)
class Words:
    """How a table's rows, what befalls some of them and its columns are called; units by column."""

    rows: str = "rows"
    fail: str = "fail"
    failures: str = "failures"
    name: Callable[[str], str] = str
    units: Mapping[str, str] = field(default_factory=dict)

    def verdict(self, said: str) -> str:
        """What a search says of futures that break, told of a table's rows that fail."""
        if self.rows != Words.rows:
            return said
        for of_futures, of_rows in RETOLD:
            said = re.sub(of_futures, of_rows, said)
        return said

    def limit(self, name: str, limit: Limit, given: Given) -> str:
        """A limit in words: `b is at most 0.25 m`, `owner is A or C`."""
        called, unit = self.name(name), f" {self.units[name]}" if self.units.get(name) else ""
        if isinstance(limit, frozenset):
            return f"{called} is {' or '.join(sorted(limit))}"
        levels = given.levels[given.read.names.index(name)]
        above, below = limit[0] > levels[0], limit[1] < levels[-1]
        if limit[0] == limit[1]:
            return f"{called} is {limit[0]:.5g}{unit}"
        if above and below:
            return f"{called} is between {limit[0]:.5g} and {limit[1]:.5g}{unit}"
        return f"{called} is at least {limit[0]:.5g}{unit}" if above else f"{called} is at most {limit[1]:.5g}{unit}"

    def sentence(
        self,
        given: Given,
        box: discovery.Box,
        limits: Mapping[str, Limit],
        earlier: Sequence[discovery.Box],
        base: float,
    ) -> str:
        """`83% of the rows in which ... fail, against 30% of all; ...`; a later box is measured where no `earlier` one reaches, and says so."""
        said = " and ".join(self.limit(name, limit, given) for name, limit in limits.items())
        begins = f"{box.density:.0%} of the {self.rows} in which {said} {self.fail}"
        if not earlier:
            return f"{begins}, against {base:.0%} of all; that is {box.coverage:.0%} of the {self.failures}"
        outside, rest = discovery.left_outside(earlier, base)
        return f"Outside {outside}, {begins}, against {rest:.0%} of all outside; that is a further {box.coverage:.0%} of the {self.failures}"


# Words of a table that says nothing of itself.
OF_TABLES = Words()
