"""What goes to one party in several rows: limits without a running total are asked of it as of one shipment."""

import polars as pl

from premortem.case import Case
from premortem.law.clauses.clause import QUESTION, Clause, Rulebook
from premortem.law.clauses.conditions import identifiers
from premortem.law.fields.items import named_items
from premortem.law.fields.transfers import transfers
from premortem.law.fields.vocabulary import Vocabulary, vocabulary
from premortem.law.ledger.one_party import added_up, parties_of
from premortem.law.verdict_codes import RETURNED

# Whose rows are added up: those that name one party in any of these.
WHOSE = ("consignee", "end_user", "purchaser")
# How a note tells that a row is one of several.
LOTS = r"(?i)\bof (?:an? )?(\d{1,5}) (?:equal |partial |further )?(?:lot|shipment|consignment|batch|deliver|instal|part|tranche|dispatch|order)"
# How it tells that a row comes again, nobody says how often.
AGAIN = (
    r"(?i)\b(?:every|each|per) (?:day|week|month|quarter|year)\b|\b(?:daily|weekly|monthly|quarterly|yearly) (?:ship|deliver|lot|batch|order|repeat)"
    r"|\brepeat|\bcall[ -]?offs?\b|\b(?:frame|framework|blanket) (?:order|contract|agreement)"
)
ADDED = (
    "{question}: counted together with the other rows of the ledger that name the same consignee, end user or purchaser, with what their items "
    "may measure where that is not known, and with lots and repeats that its note names, whatever their days, since the rule names no period"
)


def shipped_together(given: pl.DataFrame, answers: pl.DataFrame, notes: pl.Series | None, book: Rulebook) -> pl.Series:
    """Of each row what it ships with the rows of the ledger for the same party [unit of the measure], never less than itself; null
    where that is not known, and as its own where no clause asks of it.

    Parties count as one as `one_party` has it, in whatever role. What is denied does not go; what may go and whose measure is not
    known may be any amount; what comes back is taken off; of a row and what amends it the larger counts twice, which asks too.
    """
    words = book.vocabulary
    own = answers[words.measure.all] if words.measure.all in answers.columns else pl.repeat(None, given.height, eager=True, dtype=pl.Float64)  # fmt: skip
    if not given.height or not any(asks_of_amount(c, words) for c in book.clauses):
        return own
    is_barred, comes_back = pl.col("outcome").is_in([*words.denied]), pl.col("outcome") == RETURNED
    known = pl.coalesce("own", pl.when("computes").then(float("inf")))
    amount = pl.when(comes_back).then(-pl.col("own")).when(~is_barred).then(known)
    told = pl.DataFrame({"own": own, "outcome": answers["outcome"], "computes": _computes(given, book.case)})
    goes = told.select(amount.fill_null(0.0)).to_series()
    parties = parties_of(given, WHOSE)
    told = pl.DataFrame({"own": own, "goes": goes, "place": _place(given), "nobody": (parties < 0).all(axis=1)})
    sums: list[pl.Expr] = [pl.lit(pl.Series(added_up(goes.to_numpy(), parties)).fill_nan(None))]
    sums.append(pl.when("nobody").then(pl.col("goes").sum().over("nobody", "place")))
    if notes is not None:
        sums.append(pl.col("own") * pl.lit(notes).str.extract(LOTS).cast(pl.Float64))
        sums.append(pl.when(pl.lit(notes).str.contains(AGAIN)).then(float("inf")))
    return told.select(pl.when(pl.col("own").is_not_null()).then(pl.max_horizontal("own", *sums))).to_series()


def asks_of_amount(clause: Clause, words: Vocabulary) -> bool:
    """Whether a clause raises a question by what is shipped."""
    return clause.stage == QUESTION and words.measure.all in identifiers(clause.applies)


def _computes(given: pl.DataFrame, case: Case) -> pl.Series:
    """Whether the item of a row is of a kind that has a measure, as far as is known."""
    if "item" not in given.columns:
        return pl.repeat(True, given.height, eager=True)
    computing = transfers(case).items.computing
    named = named_items(case).filter(~pl.col("kind").is_in([*computing]))["item"]
    without = [*named, *(kind for kind in vocabulary(case).kinds if kind not in computing)]
    return ~given["item"].is_in(without).fill_null(False)


def _place(given: pl.DataFrame) -> pl.Series:
    if "destination" in given.columns:
        return given["destination"]
    return pl.repeat("", given.height, eager=True)
