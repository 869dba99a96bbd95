"""Decides frames of transactions: the same expressions for one row and for ten million.

Order: classify the item; which clauses require a licence; VEU authorisation; exceptions; review policy. An authorisation
or exception frees a shipment only where every requirement that binds admits it. Of the requirements left, the strictest
review policy counts. A test on a field that is not there is neither met nor unmet: when a decision hangs on it, the
outcome says which field it needs. A running total counts only what its own clause let through.
"""

from collections.abc import Sequence
from functools import lru_cache

import polars as pl

from premortem.law import items
from premortem.law.binding import binds, laid_down, within
from premortem.law.candidate_clauses import standing
from premortem.law.clause import AUTHORISING, Clause, Rulebook
from premortem.law.conditions import identifiers
from premortem.law.missing_fields import needing
from premortem.law.row_defaults import complete
from premortem.law.totals import Totals, start, total_after
from premortem.law.vocabulary import NEEDS, Vocabulary

# The answer to a row of a ledger that only gives back what an earlier one drew.
RETURNED = "returned"
# Rows decided at once: enough for speed, few enough for memory.
BATCH = 500_000
# While rows are decided, a verdict is a number: the stricter its outcome the larger, and among equals the one that is
# cited first (`_places`); -(i + 1) when a field that clause i tests is missing; and these two.
FREE, BACK = 30_000, 30_001
STEP = 1024  # more than the clauses that a plan may hold
CODE = pl.Int16
# Up to so many rows, to look for what expressions share takes longer than to work it out anew.
SMALL = 20_000
ALL, FEW = pl.QueryOptFlags(), pl.QueryOptFlags.none(projection_pushdown=True)
# Plans that are kept, one for each set of clauses met.
PLANS = 256
# Columns by which a ledger tells of rows that undo others.
UNDOING = ("_row", "_undoes", "_back")


def decide(given: pl.DataFrame, book: Rulebook, totals: Totals | None = None) -> pl.DataFrame:
    """Outcome, deciding clause, class and totals after the shipment, a row a transaction, in the order of `given`.

    Without `totals` every row stands alone. With them rows must be in date order, and totals run on from row to row and
    from call to call; columns `_row`, `_undoes` and `_back` (units that come back) tell of returned and amended ones.
    """
    return pl.concat([judge(complete(part, book), book, totals) for part in given.iter_slices(BATCH)], how="diagonal")


def judge(fields: pl.LazyFrame, book: Rulebook, totals: Totals | None = None) -> pl.DataFrame:
    """The same for a frame that has every field (`complete`)."""
    words = book.vocabulary
    # worked out once: by them it is told which clauses may reach a row, and then whether they do
    told = fields.select(c for c in ("exporter", "kind") if c in words.fields).collect()
    fields, few = fields.with_columns(told.get_columns()), told.height <= SMALL
    clauses = standing(fields, book)
    given = fields.collect_schema().names()
    asking = ["asks"] if "asks" in given else []
    frame = fields.select([*_looked_at(clauses, words), *(c for c in UNDOING if c in given), *asking])
    for step in _steps(clauses, "_undoes" in given, words):
        if isinstance(step, Clause) and totals is not None:
            whole = frame.collect()
            frame = whole.lazy().with_columns(pl.lit(total_after(whole, step, totals, words)).alias("_after"))
        elif isinstance(step, Clause):  # nothing else was shipped but what the row itself tells
            frame = frame.with_columns(_after=pl.when(pl.col("_asked")).then(start(step) + pl.col(words.measure.all)))
        else:
            frame = frame.with_columns(step)
    plan = FEW if few else ALL
    worded = frame.select([*_worded(clauses, words), *asking]).collect(optimizations=plan)
    if (worded["_code"] < 0).any():
        worded = needing(worded, fields, clauses, words)
    if asking:  # an item or a place that could be several: nothing else can be said
        asks = worded["asks"]
        # what is barred whichever chip it is needs no answer
        barred = asks.is_in([f"{NEEDS}{field}" for field in items.asked(book.case)]) & worded["outcome"].is_in(
            list(words.denied)
        )
        asks = asks.set(barred.fill_null(False), None)
        worded = worded.with_columns(
            outcome=pl.coalesce(asks, "outcome"), clause=pl.when(asks.is_null()).then(pl.col("clause"))
        )
    return worded.drop("_code", "_class", *asking)


Step = list[pl.Expr] | Clause


@lru_cache(PLANS)
def _steps(clauses: tuple[Clause, ...], undoes: bool, words: Vocabulary) -> tuple[Step, ...]:
    """Columns to add one after the other, from classification to verdict; a clause stands where its total is due."""
    totals = dict.fromkeys(c.total.into for c in clauses if c.total)
    steps: list[Step] = [laid_down(clauses, words), *_classified(clauses, words), _bound(clauses, words)]
    steps += _required(clauses, undoes, words)
    steps.append([pl.lit(None, pl.Float64).alias(into) for into in totals])
    steps += _first_that_speaks([(i, c) for i, c in enumerate(clauses) if c.stage in AUTHORISING], clauses, words)
    own = [
        _own_policy(i, c, _places(clauses)[i], words) for i, c in enumerate(clauses) if c.stage == "requires" and c.then
    ]
    steps.append([pl.when(pl.col("_code").is_null()).then(pl.max_horizontal(pl.lit(None, CODE), *own)).alias("_own")])
    steps += _first_that_speaks([(i, c) for i, c in enumerate(clauses) if c.stage == "review"], clauses, words)
    # a policy that cannot be told yields only to a denial
    code, own_code = pl.col("_code"), pl.col("_own")
    hangs = (code < 0) & (own_code < words.first_denial * STEP)
    strictest = pl.when(own_code.is_null() | hangs).then(code).otherwise(pl.max_horizontal(code, own_code))
    return (*steps, [strictest.alias("_code")])


def _first_that_speaks(
    asked: Sequence[tuple[int, Clause]], clauses: tuple[Clause, ...], words: Vocabulary
) -> list[Step]:
    """Steps by which the first of these clauses that speaks to a row settles it; totals run where they are due."""
    steps: list[Step] = []
    waiting: list[pl.Expr] = []
    places = _places(clauses)
    for i, c in asked:
        bound = _whether(i, c, words)
        applies = bound & _room(c, clauses, words)
        if c.stage != "review":  # the licence path needs no answer to this
            stop = pl.col(_stop(c, clauses, words))
            waiting.append(pl.when(bound & (stop < 0)).then(stop))
        if c.total is None:
            waiting.append(_verdict(i, c, places[i], applies, words))
        else:
            into = c.total.into
            steps += [
                _decided(waiting),
                [(pl.col("_code").is_null() & applies).fill_null(False).alias("_asked")],
                c,
                [pl.coalesce("_after", into).alias(into)],
            ]
            waiting = [_verdict(i, c, places[i], pl.col("_asked"), words)]
    return [*steps, _decided(waiting)]


def _decided(verdicts: list[pl.Expr]) -> list[pl.Expr]:
    """The verdict so far, else that of the first of these clauses that speaks."""
    return [pl.coalesce("_code", *verdicts).alias("_code")]


@lru_cache(PLANS)
def _looked_at(clauses: tuple[Clause, ...], words: Vocabulary) -> list[str]:
    """Fields that the clauses' conditions and totals look at: the others need not be worked out."""
    wanted = {"date", *filter(None, (words.measure.all, words.measure.one))}
    for c in clauses:
        wanted |= {name for name in identifiers(f"{c.applies} {c.within}") if name in words.fields}
        if c.total:
            wanted |= {*c.total.per, c.total.start} | ({c.total.less} if c.total.less else set())
    return sorted(wanted - {words.classes.field, *words.defined} - {c.total.into for c in clauses if c.total})


def _classified(clauses: Sequence[Clause], words: Vocabulary) -> list[list[pl.Expr]]:
    """`_class` (the clause that classifies, or the one that cannot) and the class, null when not known."""
    asked = [(i, c, binds(c, words)) for i, c in enumerate(clauses) if c.stage == "classify"]
    # `none` is a verdict too (a route that rebuts a presumption), so the first match counts, whatever it says
    speaks = [pl.when(b).then(pl.lit(i, CODE)).when(b.is_null()).then(pl.lit(-i - 1, CODE)) for i, _, b in asked]
    known = {i: c.then for i, c, _ in asked} | {FREE: words.classes.none}
    named = pl.col("_class").replace_strict(known, default=None, return_dtype=pl.String)
    return [[pl.coalesce(*speaks, pl.lit(FREE, CODE)).alias("_class")], [named.alias(words.classes.field or "eccn")]]


def _required(clauses: tuple[Clause, ...], undoes: bool, words: Vocabulary) -> list[list[pl.Expr]]:
    """`_by` (the first clause that requires a licence), the verdict of rows for which none does, and what stops each
    authorisation.
    """
    asked = [i for i, c in enumerate(clauses) if c.stage in ("requires", "condition")]
    requires = [i for i in asked if clauses[i].stage == "requires"]
    pooled = _first_bound([i for i in requires if not clauses[i].then])
    code: pl.Expr = (
        pl.when(pl.col("_by").is_null()).then(pl.lit(FREE, CODE)).when(pl.col("_by") < 0).then(pl.col("_by"))
    )
    if undoes:
        code = pl.when(pl.col("_back").is_not_null()).then(pl.lit(BACK, CODE)).otherwise(code)
    stops = {_stop(c, clauses, words): _blockers(c, clauses, words) for c in clauses if c.stage in AUTHORISING}
    return [
        [told for i in asked for told in _told(i)],
        [_first_bound(requires).alias("_by"), (pooled >= 0).fill_null(False).alias("_pooled")],
        [code.alias("_code"), *(_first_bound(of).alias(name) for name, of in stops.items())],
    ]


def _bound(clauses: Sequence[Clause], words: Vocabulary) -> list[pl.Expr]:
    """Whether each clause binds, each worked out once: `_binds_0`, `_binds_1`, ..."""
    return [
        binds(c, words).alias(f"_binds_{i}")
        for i, c in enumerate(clauses)
        if c.stage not in ("define", "classify") and not _hangs_on_total(c, words)
    ]


def _hangs_on_total(clause: Clause, words: Vocabulary) -> bool:
    return not set(words.totals).isdisjoint(identifiers(clause.applies))


def _whether(i: int, clause: Clause, words: Vocabulary) -> pl.Expr:
    """Whether clause i binds; where a running total tells, that is known only when its turn comes."""
    return binds(clause, words) if _hangs_on_total(clause, words) else pl.col(f"_binds_{i}")


def _told(i: int) -> list[pl.Expr]:
    """`_yes_`: the number i where clause i binds; `_unknown_`: -(i + 1) where that cannot be told; else null."""
    bound = pl.col(f"_binds_{i}")
    yes, unknown = pl.when(bound).then(pl.lit(i, CODE)), pl.when(bound.is_null()).then(pl.lit(-i - 1, CODE))
    return [yes.alias(f"_yes_{i}"), unknown.alias(f"_unknown_{i}")]


def _first_bound(of: Sequence[int]) -> pl.Expr:
    """The first of these clauses that binds, else -(i + 1) of the first for which that cannot be told, else null."""
    return pl.coalesce(*(f"_yes_{i}" for i in of), *(f"_unknown_{i}" for i in of), pl.lit(None, CODE))


def _blockers(clause: Clause, clauses: Sequence[Clause], words: Vocabulary) -> tuple[int, ...]:
    """Clauses whose binding leaves no room for an authorisation: requirements that do not admit it, conditions that close it."""
    return tuple(i for i, c in enumerate(clauses) if c.stops(clause, words))


def _stop(clause: Clause, clauses: Sequence[Clause], words: Vocabulary) -> str:
    """Name of the column with what stops an authorisation; those that the same clauses stop share one."""
    return "_stop_" + "_".join(str(i) for i in _blockers(clause, clauses, words))


def _room(clause: Clause, clauses: Sequence[Clause], words: Vocabulary) -> pl.Expr:
    """Whether a clause that binds has a say: a review policy where a requirement states none of its own, an authorisation
    where nothing stops it.
    """
    room = pl.col("_pooled") if clause.stage == "review" else pl.col(_stop(clause, clauses, words)).is_null()
    if clause.stage == "review" and clause.total:  # what a stricter policy denies draws on no total
        room = room & (pl.col("_own").fill_null(0) < (words.strictness[clause.then] + 1) * STEP)
    return room


def _verdict(i: int, clause: Clause, place: int, applies: pl.Expr, words: Vocabulary) -> pl.Expr:
    met = applies & within(clause, words)
    yes, unknown = pl.lit(_code_of(place, clause.then, words), CODE), pl.lit(-i - 1, CODE)
    known = pl.when(met).then(yes).when(met.is_null()).then(unknown)
    other = clause.otherwise
    return known.when(applies).then(pl.lit(_code_of(place, other, words), CODE)) if other else known


def _own_policy(i: int, clause: Clause, place: int, words: Vocabulary) -> pl.Expr:
    """The verdict under the policy of review that a requirement states itself."""
    return _verdict(i, clause, place, pl.col(f"_binds_{i}").fill_null(False), words)


def _code_of(place: int, outcome: str, words: Vocabulary) -> int:
    """Number of an outcome by the clause in a place: larger when stricter, and among equals when its place is earlier."""
    return words.strictness[outcome] * STEP + STEP - 1 - place


@lru_cache(PLANS)
def _places(clauses: tuple[Clause, ...]) -> tuple[int, ...]:
    """Place of each clause among equally strict ones: a letter to one exporter goes last, what requires a licence before a
    policy of review, and of two requirements the later instrument first.
    """

    def rank(i: int) -> tuple[bool, bool, int, int]:
        c = clauses[i]
        if c.stage != "requires" or not c.complies:
            return (False, True, 0, i)
        return ("exporter" in identifiers(c.applies), False, -c.complies.toordinal(), i)

    places = {i: place for place, i in enumerate(sorted(range(len(clauses)), key=rank))}
    return tuple(places[i] for i in range(len(clauses)))


@lru_cache(PLANS)
def _worded(clauses: tuple[Clause, ...], words: Vocabulary) -> list[pl.Expr]:
    """Verdicts as words: outcome, clause, class, and the clause that asked for a licence."""
    said = [
        (_code_of(place, o, words), o, c)
        for place, c in zip(_places(clauses), clauses, strict=True)
        for o in (c.then, c.otherwise)
        if o in words.strictness
    ]
    outcomes = {FREE: words.unrequired, BACK: RETURNED} | {code: outcome for code, outcome, _ in said}
    deciding = {code: c.id for code, _, c in said}
    asking = {i: c.id for i, c in enumerate(clauses)}
    said_of = {"outcome": ("_code", outcomes), "clause": ("_code", deciding), "required_by": ("_by", asking)}
    return [
        *(pl.col(c) for c in ("_code", "_class")),
        pl.col(words.classes.field or "eccn").alias("eccn"),
        *(pl.col(c) for c in (words.measure.all,) if c),
        *(pl.col(into) for into in dict.fromkeys(c.total.into for c in clauses if c.total)),
        *(
            pl.col(code).replace_strict(known, default=None, return_dtype=pl.String).alias(name)
            for name, (code, known) in said_of.items()
        ),
    ]
