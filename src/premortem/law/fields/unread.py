"""What a case looks for in texts that no field takes, as its `transfers.toml` gives it under `unread`."""

from collections.abc import Mapping

from pydantic import Field as Key

from premortem.files.typed import Strict


class Unread(Strict):
    """What is looked for in columns that are not read: headings that say of a party, a place or an end of use, as patterns of words
    with underscores between, and words in their cells that are red flags.
    """

    party: str = ""
    apart: str = Key(default="^$", description="words beside those that make it a party's number, address or date")
    place: str = ""
    place_apart: str = Key(default="", description="words that make it no place to which anything goes")
    use: str = ""
    use_field: str = Key(default="", description="the field that tells what goods are for")
    flags: tuple[str, ...] = Key(
        default=(),
        description="words of a text that ask for a look, small and without accents; * any ending, # a number",
    )
    bodies: tuple[str, ...] = Key(
        default=(), description="the same of whom no reason clears a name; {place} stands for one of `of_parties`"
    )
    firms: tuple[str, ...] = Key(default=(), description="the same of firms, in a text and in a party's name")
    unsaid: tuple[str, ...] = Key(default=(), description="words that name nobody, in a firm's name")
    of_parties: tuple[str, ...] = Key(default=(), description="places of which a party's name asks for a look")
    regions: Mapping[str, str] = Key(default_factory=dict, description="regions that towns may mean, by their place")
    region_field: str = Key(default="", description="the field that tells one of these")
    notes: str = Key(default="", description="headings of columns that are read as notes are")
    asks_bar: str = Key(
        default="", description="headings that ask what may bar a shipment, so that a cell must say none"
    )
    asks_leave: str = Key(default="", description="headings that ask whether it may go, so that a cell must say yes")
    asks_apart: str = Key(
        default="", description="words beside those that make it another question, or its day or number"
    )
    is_none: str = Key(
        default="", description="cells that say that nothing bars, small, as a pattern of the whole text"
    )
    is_left: str = Key(default="", description="the same that say that it may go")
    barred: str = Key(default="", description="the same that say, under any heading, that it may not")
    leaves: str = Key(default="", description="headings of columns that say when goods leave")
    in_all: str = Key(default="", description="headings of columns that say how many units an order has in all")
    towns: Mapping[str, str] = Key(
        default_factory=dict, description="places by the names of towns, small, that mean them"
    )
    dialled: Mapping[str, str] = Key(default_factory=dict, description="places by the codes by which they are dialled")
    codes: Mapping[str, str] = Key(
        default_factory=dict, description="places by codes that are none of countries, in capitals"
    )
    codes_apart: str = Key(default="", description="headings of columns whose short texts are no codes of places")
    counts_in: str = Key(default="", description="headings of columns that say in what a quantity counts")
    several: str = Key(default="", description="units that are several pieces, small, as a pattern of the whole text")
    ports: str = Key(default="", description="headings of columns that may hold codes of ports")
    at_home: Mapping[str, str] = Key(
        default_factory=dict, description="places by patterns of numbers as they are written there"
    )
    called: str = Key(default="", description="words, or their beginnings, before a telephone number, as a pattern")
    hosts: Mapping[str, str] = Key(
        default_factory=dict, description="places by how an address of a page or a mailbox ends there"
    )
