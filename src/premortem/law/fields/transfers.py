"""How transfers of a case are completed, tried and told, as its `transfers.toml` gives it: which tables and lists fill the
fields of its vocabulary, and what an answer rests on. A case without the file has no items, places or parties.
"""

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any, Literal

from pydantic import Field as Key

from premortem.case import Case
from premortem.files.typed import Strict, read_typed
from premortem.law.fields.unread import Unread

FILE = "transfers.toml"


class Column(Strict):
    """A field that the catalogue of items holds: a column of its table, over another, times a number."""

    column: str
    over: str = ""
    times: float = 1.0


class Beside(Strict):
    """Words, small, that may stand beside an item's name and tell no items apart."""

    makers: tuple[str, ...] = Key(default=(), description="who builds it into a board or a system")
    little: tuple[str, ...] = ()
    stacked: tuple[str, ...] = Key(default=(), description="how kinds of memory begin that are stacked beside a chip")
    flat: tuple[str, ...] = Key(default=(), description="how other kinds of memory begin")
    forms: Mapping[str, str] = Key(default_factory=dict, description="forms in which it is built, by their spellings")
    platforms: tuple[str, ...] = Key(default=(), description="how the names of systems of it begin")
    whole: tuple[str, ...] = Key(default=(), description="words that make one unit a system of several")


class Items(Strict):
    """What may be named as an item, and what the catalogue says of it."""

    brands: tuple[str, ...] = Key(default=(), description="words that may stand before an item's name, small")
    beside: Beside = Beside()
    series: Mapping[str, str] = Key(
        default_factory=dict, description="patterns of spellings, by the item that stands for every model of a series"
    )
    yardstick: str = Key(default="", description="the item whose measure counts as one")
    parts: str = Key(default="", description="the flag that is asked first where a spelling could mean several items")
    computing: tuple[str, ...] = Key(default=(), description="kinds that have a measure")
    usual: str = Key(default="", description="kind of an item that is neither in the catalogue nor a kind")
    foreign: tuple[str, ...] = Key(default=(), description="kinds whose exporter sits where they are shipped from")
    given_by: Mapping[str, str] = Key(
        default_factory=dict, description="by kind, the field of who gives it, as whose seat its exporter's counts"
    )
    called: Mapping[str, str] = Key(default_factory=dict, description="how a sentence calls each kind")
    held_to: tuple[str, ...] = Key(default=(), description="fields that nobody may say otherwise of an item by name")
    kinds_say: Mapping[str, Mapping[str, bool | float]] = Key(
        default_factory=dict, description="by field and kind, what a kind says of itself"
    )
    columns: Mapping[str, Column] = Key(default_factory=dict, description="by field, where the catalogue has it")


class Group(Strict):
    """A group of places: those with any of some columns, and others that count with them."""

    columns: tuple[str, ...]
    places: tuple[str, ...] = ()
    says: str = Key(default="", description="its name in a sentence; a group without one is not told of")


class Tiers(Strict):
    """Tiers of places: those of the strict group are always in the last, and no other place is."""

    column: str = ""
    values: tuple[int, ...] = ()
    strict: str = ""
    otherwise: int = Key(default=0, description="tier of a place in the last by its column that is not in the group")


class Implied(Strict):
    """What places in several roles imply together."""

    most: str = Key(default="", description="the tier of which the largest counts")
    any: str = Key(default="", description="the group in which any counts")
    all: str = Key(default="", description="the group in which all count, or else all at home")
    of: tuple[str, ...] = Key(default=(), description="roles")
    named: bool = Key(default=False, description="whether seats of named parties count too")


class Places(Strict):
    """Groups and tiers of places, and what a place in a role implies."""

    home: str = ""
    apart: tuple[str, ...] = Key(default=(), description="places of which more is asked than their groups")
    groups: Mapping[str, Group] = Key(default_factory=dict)
    tiers: Tiers = Tiers()
    roles: Mapping[str, tuple[str, ...]] = Key(default_factory=dict, description="groups that count, by role")
    implied: Mapping[str, Implied] = Key(default_factory=dict)

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of the table of places that some group counts."""
        return tuple(dict.fromkeys(column for group in self.groups.values() for column in group.columns))


class Owned(Strict):
    """The list of firms that listed parties own, the field that holds their share, and its value where nobody tells it; and
    when the name of a listed owner asks nothing.
    """

    list: str = ""
    field: str = ""
    share: float = 0.0
    unknown: str = Key(default="", description="the flag that a listed party owns a share that nobody knows")
    role: str = Key(default="", description="the role of an owner")
    stayed: tuple[date, ...] = Key(default=(), description="first and last day on which ownership alone asks nothing")
    stays: tuple[str, ...] = Key(default=(), description="lists on which an owner's row then asks nothing")

    def is_stayed(self, role: str, day: date) -> bool:
        """Whether who stands in a role that day is asked about, and asks for nothing, as an owner alone."""
        return bool(self.stayed) and role == self.role and self.stayed[0] <= day <= self.stayed[-1]


class PulledLists(Strict):
    """How a publisher's lists of parties are read: what it calls each list, policy and footnote."""

    source: str = Key(default="", description="the live source that holds them")
    lists: Mapping[str, str] = Key(default_factory=dict, description="the case's lists by the publisher's names")
    policies: Mapping[str, str] = Key(
        default_factory=dict, description="policies of review by words that state them, small"
    )
    footnote: str = Key(
        default="", description="a pattern that finds a footnote's number in what a licence is needed for"
    )


class Parties(Strict):
    """Lists of parties, and what each sets."""

    main: str = Key(default="", description="the list that states policies of review and footnotes, held in part")
    barring: Mapping[str, str] = Key(
        default_factory=dict,
        description="other lists on which a name bars or asks for a licence, with their short names",
    )
    policies: tuple[str, ...] = Key(default=(), description="policies of review from lenient to strict")
    unread: str = Key(default="", description="the policy that counts for one that is none of these")
    policy: str = Key(default="", description="the field that holds the strictest policy")
    near: str = Key(default="", description="the flag that a name is only near a listed one")
    words: str = Key(default="", description="the list of words for an exporter that name no firm")
    lists: Mapping[str, str] = Key(default_factory=dict, description="the flag that each list sets")
    footnotes: Mapping[str, str] = Key(default_factory=dict, description="the footnote that sets each flag")
    owned: Owned = Owned()
    pulled: PulledLists = PulledLists()


class Tried(Strict):
    """Values of a field by which it is seen whether an answer hangs on it."""

    values: tuple[Any, ...] = Key(default=(), description="none: the other values that its type or choices leave")
    where: Mapping[str, tuple[str, ...]] = Key(default_factory=dict, description="what must have been given, any of it")
    untold: tuple[str, ...] = Key(default=(), description="fields of which none may have been given")
    unless: Literal["", "seated", "designed", "named"] = Key(
        default="",
        description="the seats of the named parties are known, the item's designer is, or the item has a name of its own",
    )


class Unsaid(Strict):
    """What counts where nobody said it."""

    rests_on: tuple[str, ...] = Key(default=(), description="fields without which a permission does not stand")
    seats: tuple[str, ...] = Key(default=(), description="places that are tried as a party's seat")
    anywhere: tuple[str, ...] = Key(default=(), description="choices that are not tried, since they bar anything")
    tries: Mapping[str, Tried] = Key(default_factory=dict)


class Caution(Strict):
    """A sentence beside an answer, where some fields have these values and any of some flags is set."""

    where: Mapping[str, str | bool] = Key(default_factory=dict)
    among: Mapping[str, tuple[str, ...]] = Key(default_factory=dict, description="fields, with the values that count")
    any: tuple[str, ...] = ()
    untold: tuple[str, ...] = Key(default=(), description="fields of which none was given")
    unseated: bool = Key(default=False, description="only where the seat of a party is neither given nor known")
    named: tuple[str, ...] = Key(
        default=(),
        description="words one of which a party's name says, spelt as `flags`; in a note each asks for a look",
    )
    unless: Mapping[str, str | bool] = Key(default_factory=dict, description="fields with values that rule it out")
    first: date | None = Key(default=None, description="first day for which it is said")
    last: date | None = None
    says: str

    def speaks_on(self, day: date) -> bool:
        """Whether it is said of a day."""
        return (self.first or day) <= day <= (self.last or day)


class Cautions(Strict):
    """What is to be looked at beside an answer."""

    embargo: str = Key(default="", description="for a {role} in which an embargoed {place} stands")
    vendor: str = Key(default="", description="for the {name} of a vendor on a {list}, where no exporter is told")
    brief: str = Key(default="", description="what was not checked, in a line")
    known: tuple[Caution, ...] = ()

    @property
    def named(self) -> tuple[str, ...]:
        """Words of which any of them speaks where a party's name says one."""
        return tuple(word for caution in self.known for word in caution.named)


class Comparison(Strict):
    """Shipments by which two rulebooks are compared."""

    units: float = 1.0
    items: tuple[str, ...] = ()
    first: tuple[str, ...] = Key(default=(), description="places that a sentence names first")


class Probes(Strict):
    """Transactions by which a rulebook is tried."""

    items: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    facts: Mapping[str, float] = Key(default_factory=dict)
    classed: Mapping[str, Mapping[str, tuple[Any, ...]]] = Key(default_factory=dict)
    met_by: Mapping[str, Mapping[str, tuple[Any, ...]]] = Key(default_factory=dict)


class Transfers(Strict):
    """Everything that a case says of its transfers."""

    items: Items = Items()
    places: Places = Places()
    parties: Parties = Parties()
    unsaid: Unsaid = Unsaid()
    cautions: Cautions = Cautions()
    options: Mapping[str, str] = Key(default_factory=dict, description="fields by their name as an option")
    columns: Mapping[str, str] = Key(default_factory=dict, description="fields by their short name in a ledger")
    headings: Mapping[str, str] = Key(default_factory=dict, description="fields by words of a ledger's headings")
    beside: Mapping[str, str] = Key(
        default_factory=dict,
        description="of such fields, by the first, the one that is taken where others give them all",
    )
    asked: Mapping[str, tuple[str, ...]] = Key(
        default_factory=dict, description="words of headings that may stand for any of some fields, so that it is asked"
    )
    unread: Unread = Unread()
    before: tuple[str, ...] = Key(default=(), description="fields that tell what went before a ledger")
    comparison: Comparison = Comparison()
    probes: Probes = Probes()


@cache
def transfers(case: Case) -> Transfers:
    """What a case says of its transfers. Raises `BadInput`, every fault at once."""
    path = case / FILE
    return read_typed(path, Transfers) if path.is_file() else Transfers()
