"""What goes to one party in several rows: limits without a running total are asked of it as of one shipment."""

import polars as pl

from premortem.law.clause import QUESTION, Clause, Rulebook
from premortem.law.conditions import identifiers
from premortem.law.spelling import key, parts, telling
from premortem.law.verdict_codes import RETURNED
from premortem.law.vocabulary import Vocabulary

# Whose rows are added up: those to one consignee, and those for one end user.
WHOSE = ("consignee", "end_user")
# How a note tells that a row is one of several.
LOTS = r"(?i)\bof (?:an? )?(\d{1,5}) (?:equal |partial |further )?(?:lot|shipment|consignment|batch|deliver|instal|part|tranche|dispatch|order)"
# How it tells that a row comes again, nobody says how often.
AGAIN = (
    r"(?i)\b(?:every|each|per) (?:day|week|month|quarter|year)\b|\b(?:daily|weekly|monthly|quarterly|yearly) (?:ship|deliver|lot|batch|order|repeat)"
    r"|\brepeat|\bcall[ -]?offs?\b|\b(?:frame|framework|blanket) (?:order|contract|agreement)"
)
ADDED = (
    "{question}: counted together with the other rows of the ledger to the same consignee or end user, and with lots and repeats that its note "
    "names, whatever their days, since the rule names no period"
)


def shipped_together(given: pl.DataFrame, answers: pl.DataFrame, notes: pl.Series | None, book: Rulebook) -> pl.Series:
    """Of each row what it ships with the rows of the ledger for the same party [unit of the measure], never less than itself; null
    where that is not known, and as its own where no clause asks of it.

    Names that differ in a number or a legal form alone count as one: to add up too much only asks. What is denied does not go;
    what comes back is taken off; of a row and what amends it the larger counts twice, which asks too.
    """
    words = book.vocabulary
    own = answers[words.measure.all] if words.measure.all in answers.columns else pl.repeat(None, given.height, eager=True, dtype=pl.Float64)  # fmt: skip
    if not given.height or not any(asks_of_amount(c, words) for c in book.clauses):
        return own
    told = pl.DataFrame({"own": own, "outcome": answers["outcome"], **{role: _party(given, role) for role in WHOSE}, "place": _place(given)})  # fmt: skip
    is_barred, comes_back = pl.col("outcome").is_in([*words.denied]), pl.col("outcome") == RETURNED
    goes = pl.when(comes_back).then(-pl.col("own")).when(~is_barred).then("own").fill_null(0.0)
    told = told.with_columns(goes=goes, nobody=pl.all_horizontal(pl.col(WHOSE).is_null()))
    sums: list[pl.Expr] = [pl.when(pl.col(role).is_not_null()).then(pl.col("goes").sum().over(role)) for role in WHOSE]
    sums.append(pl.when("nobody").then(pl.col("goes").sum().over("nobody", "place")))
    if notes is not None:
        sums.append(pl.col("own") * pl.lit(notes).str.extract(LOTS).cast(pl.Float64))
        sums.append(pl.when(pl.lit(notes).str.contains(AGAIN)).then(float("inf")))
    return told.select(pl.when(pl.col("own").is_not_null()).then(pl.max_horizontal("own", *sums))).to_series()


def asks_of_amount(clause: Clause, words: Vocabulary) -> bool:
    """Whether a clause raises a question by what is shipped."""
    return clause.stage == QUESTION and words.measure.all in identifiers(clause.applies)


def _party(given: pl.DataFrame, role: str) -> pl.Series:
    """A party's names, those alike under one number."""
    if role not in given.columns or given[role].null_count() == given.height:
        return pl.Series(role, [None], dtype=pl.UInt32).new_from_index(0, given.height)
    names = given[role].unique().drop_nulls()
    same = [_whose(name) for name in names]
    places = {whose: i for i, whose in enumerate(dict.fromkeys(same))}
    numbers = pl.Series([places[whose] for whose in same], dtype=pl.UInt32)
    return given[role].replace_strict(names, numbers, default=None, return_dtype=pl.UInt32)


def _whose(name: str) -> str:
    name = next(iter(parts(name)), name)  # who stands before `c/o`
    return "".join(word for word in telling(name) if not word.isdecimal()) or key(name) or name


def _place(given: pl.DataFrame) -> pl.Series:
    if "destination" in given.columns:
        return given["destination"]
    return pl.repeat("", given.height, eager=True)
