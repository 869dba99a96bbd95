"""The engine holds no word of a case: a second body of rules is data. The words are read from the data of every case that
ships, so that those of a new one are looked for too.

A word that shows what it is (with an underscore, a digit, a sign or capitals within) may stand nowhere in a module, a plain one may
not be a text of its code. Allowed is what follows, and no more:

- `TRANSFER`: the fields of a transfer between parties in places that the engine itself fills or follows. A case need not have
  them; where it has, they mean this.
- `PUBLIC`: keys of what the command line and the app print, which users rely on.
- `COLUMNS`: columns of the tables of facts that the engine reads, where a case has these tables.
- keys that every clause has, such as the day on which it was published.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import polars as pl
import pytest

import premortem
from premortem import case as cases
from premortem import facts
from premortem.law.clauses.clause import Clause
from premortem.law.clauses.clause_files import raw_clauses
from premortem.law.fields.transfers import transfers
from premortem.law.fields.vocabulary import vocabulary

SOURCE = Path(premortem.__file__).parent
# Rooms of the engine that are searched: `cases` alone may hold the words. The options and examples of `cli` are
# of the case that leads (`tests/case/test_words_of_cases.py` reads what else it says).
APART = ("cases", "cli")
ROOMS = sorted(room.name for room in SOURCE.iterdir() if (room / "__init__.py").is_file() and room.name not in APART)
TRANSFER = frozenset(
    {
        # what, how many, when, and who takes part
        "item", "kind", "quantity", "chips_held", "date", "exporter", "purchaser", "intermediate", "consignee", "end_user", "parent", "cleared",
        # where it is from, where it goes, and the seats of those who take part
        "from", "made_in", "destination", "headquarters", "parent_headquarters", "exporter_hq", "designer_hq",
    }
)  # fmt: skip
PUBLIC = frozenset({"eccn", "headroom_tpp", "h100e", "chip"})
COLUMNS = frozenset({"chip", "entity_listed"})
# Words of plain English that an engine cannot do without, though a case has an outcome or an instrument of that name.
PLAIN = {"code", "count", "listed", "none", "now", "outside", "status", "summary", "time"}
ALLOWED = TRANSFER | PUBLIC | COLUMNS | PLAIN | {*Clause.model_fields}
# A word by itself, no part of a longer one.
ALONE = r"(?<![\w-]){}(?![\w-])"


@cache
def words() -> dict[str, str]:
    """Every word of the cases, and what it is."""
    found: dict[str, str] = {}
    for case in map(cases.load, cases.names()):
        told, law, rules = vocabulary(case), transfers(case), raw_clauses(case)
        chips = facts.read("chips", case)["name"].to_list() if facts.held("chips", case) else []
        places = facts.read("countries", case)["iso3"].to_list() if facts.held("countries", case) else []
        kinds = {
            "clause": rules,
            "instrument": {raw["instrument"] for raw in rules.values()},
            "policy": case.settings.policies,
            "outcome": told.outcomes,
            "authorisation": told.requirements.authorisations,
            "strength": told.instruments,
            "field": told.fields,
            "name of a list": [name for names in told.lists.values() for name in names],
            "list of parties": [*law.parties.lists, *law.parties.barring, *law.parties.policies],
            "group of places": law.places.groups,
            "column of places": law.places.columns,
            "class": law.probes.classed,
            "item": chips,
            "place": places,
        }
        found |= {word: f"{what} of {case.name}" for what, those in kinds.items() for word in those}
    return {word: what for word, what in found.items() if word not in ALLOWED}


def shows(word: str) -> bool:
    """Whether a word shows by its spelling that it is no plain one."""
    return not re.fullmatch(r"[A-Za-z][a-z]+|[A-Z]{3}", word)


def texts(source: str) -> set[str]:
    """Texts of a module's code, without what only tells a reader."""
    tree = ast.parse(source)
    told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    held = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in told)
    return {node.value for node in held if isinstance(node.value, str)}


@cache
def showing() -> re.Pattern[str]:
    """Any word that shows what it is, the longest first."""
    those = sorted(filter(shows, words()), key=len, reverse=True)
    return re.compile(ALONE.format(f"(?:{'|'.join(map(re.escape, those))})"))


def held(source: str) -> Iterator[str]:
    """Words of the cases that a module holds."""
    plain = (text for text in texts(source) if text in words() and not shows(text))
    for word in sorted({*plain, *showing().findall(source)}):
        yield f"{word}, {words()[word]}"


@pytest.mark.parametrize("room", ROOMS)
def test_no_module_of_the_engine_holds_a_word_of_a_case(room: str) -> None:
    modules = sorted((SOURCE / room).rglob("*.py"))
    assert modules
    found = {str(path.relative_to(SOURCE)): [*held(path.read_text("utf-8"))] for path in modules}
    assert {path: those for path, those in found.items() if those} == {}


@pytest.mark.parametrize(
    ("source", "word"),
    [
        ('"""Moves CHN."""\nPLACE = "CHN"', "CHN"),
        ("# as diffusion.lpp has it", "diffusion.lpp"),
        ('if outcome == "prohibited":\n    pass', "prohibited"),
        ("row.uvl_statement", "uvl_statement"),
        ('CHIP = "H100 SXM"', "H100 SXM"),
        ('KIND = "servicing"', "servicing"),
    ],
)
def test_a_word_of_a_case_is_found_in_code_and_where_it_shows_what_it_is_anywhere(source: str, word: str) -> None:
    assert [found.split(",")[0] for found in held(source)] == [word]


def test_a_plain_word_may_stand_in_a_sentence() -> None:
    assert [*held('"""Whether a status is prohibited, as a fabricator of CHN has it."""')] == []


def test_the_words_are_many_and_those_allowed_are_of_some_case() -> None:
    assert len(words()) > 500
    fields = {name for case in map(cases.load, cases.names()) for name in vocabulary(case).fields}
    assert fields > TRANSFER
    assert pl.Series([*words()]).is_unique().all()
