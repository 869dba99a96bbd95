"""The language of conditions: what it refuses, what it means by an independent judge, and that a row is decided alone."""

from dataclasses import replace
from datetime import date

import duckdb
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from premortem.case import default
from premortem.errors import BadInput, PremortemError
from premortem.law import book as rules
from premortem.law.clauses.clause import Clause, Dated
from premortem.law.clauses.conditions import check, condition, identifiers, parts, quoted_texts
from premortem.law.clauses.truth import MET, NOT_MET, UNKNOWN, Rows
from premortem.law.engine import decide
from premortem.law.fields.column_texts import FEW
from premortem.law.fields.vocabulary import TYPES, vocabulary
from premortem.law.transactions import frame_of, parse
from tests.examples import examples

CASE = default()
WORDS = vocabulary(CASE)

LINE = (
    rules.load("as-written")
    .by_id["diffusion.lpp"]
    .model_copy(update={"numbers": {"line": (Dated(value=5000.0, unit=""),)}})
)
NUMBERS = {"line": 5000.0, "tpp_year": 26_900_000.0}


def why(text: str, numbers: tuple[str, ...] = ("line",)) -> str:
    return "; ".join(w for _, w in check(text, "", dict.fromkeys(numbers, ""), WORDS))


def own_policy(tmp_path, applies: str) -> rules.Book:
    path = tmp_path / "own.toml"
    path.write_text(
        f"""
name = "own"
title = "Own"
says = "A clause of my own."
[clause."own.mine"]
says = "mine"
citation = "none"
published = 2025-01-01
effective = 2025-01-01
complies = 2025-01-01
stage = "review"
order = 1
applies = \"\"\"{applies}\"\"\"
then = "prohibited"
confidence = "low"
"""
    )
    return rules.load(path)


# F084: dates are compared as dates


@pytest.mark.parametrize("text", ["date > 2026-01-01", "date > 20260101", "date between 2026-01-01 and 2026-02-01"])
def test_f084_a_date_without_quotes_is_refused_with_the_way_to_write_it(tmp_path, text):
    assert "quote the date: '2026-01-01'" in why(text)
    with pytest.raises(BadInput) as caught:
        own_policy(tmp_path, f"eccn = '3A090.a' and {text}")
    assert str(caught.value).startswith("own.toml: own.mine.applies: ")


def test_f084_a_quoted_date_is_a_day():
    days = pl.DataFrame({"date": [date(1975, 7, 1), date(2025, 12, 31), date(2026, 1, 1), None]})
    met = days.select(
        after=condition("date > '2025-12-31'", {}, WORDS),
        on=condition("date in ('2026-01-01')", {}, WORDS),
        within=condition("date between '2025-12-31' and '2026-01-01'", {}, WORDS),
    )
    assert met["after"].to_list() == [False, False, True, None]
    assert met["on"].to_list() == [False, False, True, None]
    assert met["within"].to_list() == [False, True, True, None]
    assert why("date > '2025-12-31'") == why("'2025-12-31' < date") == ""
    assert "is not a date" in why("date > '2025-13-31'")
    assert "is not a date" in why("date in ('soon')")


def test_f084_a_clause_with_a_quoted_date_decides_from_that_day(tmp_path):
    book = own_policy(tmp_path, "eccn = '3A090.a' and date > '2026-01-01'")
    rows = [parse({"item": "H100 SXM", "destination": "CHN", "date": d}, CASE) for d in ("2026-01-01", "2026-01-02")]
    assert decide(frame_of(rows, CASE), book)["clause"].to_list() != ["own.mine"] * 2
    assert decide(frame_of(rows, CASE), book)["clause"][1] == "own.mine"


# F085: nothing but the language


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("tpp > 1 -- and destination = 'SGP'", "comment"),
        ("tpp > 1 /* and destination = 'SGP' */", "comment"),
        ("tpp > 1 # no", "comment"),
        ("count(tpp) > 2", "calls count"),
        ("count/**/(tpp) > 2", "comment"),
        ("count\n(tpp) > 2", "calls count"),
        ("sum(tpp) over (partition by destination) > 2", "calls sum"),
        ("date > current_date", "no such field: current_date"),
        ("date > now()", "calls now"),
        ("cast(tpp as text) = '1'", "calls cast"),
        ("tpp::text = '1'", 'cannot be read at "::text'),
        ("case when tpp > 1 then true end", "cannot be read at 'when tpp"),
        ("item like 'H%'", 'cannot be read at "like'),
        ("tpp / quantity > 2", "cannot be read at '/"),
        ("tpp > (select 1)", "cannot be read at '1)'"),
        ("tpp > 1; tpp < 3", "cannot be read at ';"),
        ("tpp > 1 tpp < 3", "cannot be read at 'tpp < 3'"),
        ("1 < tpp < 3", "cannot be read at '< 3'"),
        ("tpp > 'many'", "cannot be compared: tpp (a number) with 'many' (a text)"),
        ("item > 'H20'", "orders a text"),
        ("tpp", "is no test"),
        ("tpp and hbm", "joins a number"),
        ("tpp = null", "cannot be read at 'null'"),
        ("hbm + 1 > 2", "works out + with a yes or no"),
        ("item = destination", "cannot be compared: item (a text) with destination (a country)"),
        ("tpp in (line)", "quoted texts"),
        ("(tpp > 1", "')' is missing"),
        ("tpp > 1e999", "too large"),
        ("tpp > 0x10", "cannot be read"),
        ("(" * 40 + "hbm" + ")" * 40, "nested more than"),
        ("hbm" + " and hbm" * 400, "longer than"),
        ("tppp > 1", "did you mean tpp?"),
        ("", ""),
    ],
)
def test_f085_what_is_not_in_the_language_is_refused_by_reading_it(text, said):
    assert said in why(text)
    assert bool(why(text)) == bool(text)


@pytest.mark.parametrize("text", ["eccn = '3A090.a' -- and destination = 'SGP'", "count(tpp) > 2"])
def test_f085_a_policy_file_with_a_comment_or_function_in_a_condition_names_file_and_key(tmp_path, text):
    with pytest.raises(BadInput, match=r"^own\.toml: own\.mine\.applies: (holds a comment|calls count)"):
        own_policy(tmp_path, text)


def test_f085_signs_of_a_comment_inside_a_quoted_text_are_a_text():
    assert why("consignee = 'A -- B /* C'") == ""
    assert quoted_texts("consignee = 'A -- B' and item <> 'O''Neil'") == {"A -- B", "O'Neil"}


# F086: what a field can never hold


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("destination = 'UAE'", "no such country: UAE; did you mean ARE?"),
        ("'UAE' <> headquarters", "no such country: UAE; did you mean ARE?"),
        ("destination in ('CHN', 'China')", "no such country: China; did you mean CHN?"),
        ("made_in not in ('uk')", "no such country: uk; did you mean GBR?"),
        ("destination = 'Q7'", "no such country: Q7"),
        ("status = 'uvue'", "status is never 'uvue'; allowed: none, uveu"),
        ("kind in ('chips')", "did you mean chip?"),
    ],
)
def test_f086_a_country_or_choice_that_does_not_exist_is_refused_with_the_nearest(tmp_path, text, said):
    assert said in why(text)
    with pytest.raises(PremortemError) as caught:
        own_policy(tmp_path, f"eccn = '3A090.a' and {text}")
    assert str(caught.value).startswith("own.toml: own.mine.applies: ")
    assert said in str(caught.value)


# what a condition means: an independent judge

TESTED = (
    "tpp",
    "quantity",
    "performance_density",
    "hbm",
    "datacentre",
    "destination",
    "headquarters",
    "consignee",
    "date",
)
POOL = {
    "number": [0.0, 1.0, 2.5, 5000.0, 26_900_000.0],
    "flag": [True, False],
    "country": ["CHN", "ARE", "SGP"],
    "text": ["H20", "O'Neil", "H100 SXM"],
    "date": [date(2025, 1, 1), date(2026, 1, 1), date(2026, 1, 2)],
}


def spelt(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.17g}" if isinstance(value, float) else "'" + str(value).replace("'", "''") + "'"


numbers = st.recursive(
    st.sampled_from(["tpp", "quantity", "performance_density", "line", "2.5", "5000"]),
    lambda inner: st.tuples(inner, st.sampled_from(["+", "-", "*"]), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
    max_leaves=3,
)


@st.composite
def one_test(draw) -> str:
    name = draw(st.sampled_from(TESTED))
    kind = WORDS.fields[name].type
    form = draw(st.sampled_from(["is null", "is not null", "compare", "in", "not in", "between"]))
    a, b = (spelt(draw(st.sampled_from(POOL[kind]))) for _ in range(2))
    if form.startswith("is"):
        return f"{name} {form}"
    if form in ("in", "not in") and kind != "flag":
        return f"{name} {form} ({a}, {b})"
    if kind == "flag":
        return draw(st.sampled_from([name, f"not {name}", f"{name} = true"]))
    if kind in ("number", "date") and form == "between":
        return f"{name} between {a} and {b}"
    if kind == "number":
        return f"{draw(numbers)} {draw(st.sampled_from(['=', '<>', '<', '<=', '>', '>=']))} {draw(numbers)}"
    return f"{name} {draw(st.sampled_from(['=', '<>'] if kind != 'date' else ['<', '>=', '=']))} {a}"


conditions = st.recursive(
    one_test(),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(lambda t: f"{t[0]} {t[1]} {t[2]}"),
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        inner.map(lambda t: f"not ({t})"),
    ),
    max_leaves=6,
)
rows = st.lists(
    st.fixed_dictionaries({name: st.sampled_from([None, *POOL[WORDS.fields[name].type]]) for name in TESTED}),
    min_size=1,
    max_size=12,
)


def framed(given_: list[dict]) -> pl.DataFrame:
    return pl.DataFrame(given_, schema={name: TYPES[WORDS.fields[name].type] for name in TESTED})


@examples(3.2)
@given(conditions, rows)
def test_a_condition_means_what_duckdb_takes_it_to_mean(text, given_):
    assert why(text) == ""
    frame = framed(given_)
    ours = frame.with_columns(met=condition(text, {"line": pl.lit(5000.0)}, WORDS))["met"].to_list()
    judged = duckdb.sql(f"select ({text}) as met from (select *, 5000.0::double as line from frame)").fetchall()
    assert ours == [met for (met,) in judged], text
    many = pl.concat([frame] * (1 + FEW // frame.height))  # texts of so many rows are numbered in another way
    for these, times in ((frame, 1), (many, many.height // frame.height)):
        assert worked_out(text, LINE, these) == ours * times, text


def worked_out(text: str, clause: Clause, frame: pl.DataFrame) -> list[bool | None]:
    """The same as the engine works it out, row by row."""
    dated = frame if "date" in frame.columns else frame.with_columns(date=date(2025, 6, 1))
    return [{NOT_MET: False, UNKNOWN: None, MET: True}[told] for told in Rows(dated, WORDS).met(text, clause)]


SHIPPED = sorted(
    {t for p in rules.policies(default()) for c in rules.load(p).clauses for t in (c.applies, c.within) if t}
)
HELD = {t: c for p in rules.policies(default()) for c in rules.load(p).clauses for t in (c.applies, c.within)}


@pytest.mark.parametrize("text", SHIPPED)
def test_every_shipped_condition_means_what_sql_means(text):
    """On rows made of the words and numbers that the clauses speak of; `from` is a word of SQL, so it is quoted there."""
    first = {
        key: (dated[0].model_copy(update={"start": None, "end": None}),) for key, dated in HELD[text].numbers.items()
    }
    numbers = {key: dated[0].value for key, dated in HELD[text].numbers.items()}
    pool = {
        **POOL,
        "text": sorted(set().union(*map(quoted_texts, SHIPPED))),
        "country": ["CHN", "HKG", "MAC", "RUS", "USA", "SGP"],
        "number": sorted({0.0, 1.0, 2.0, *numbers.values(), *(v * 1.01 for v in numbers.values())}),
    }
    frame = pl.DataFrame(
        {
            name: pl.Series([None, *pool[WORDS.fields[name].type]], dtype=TYPES[WORDS.fields[name].type]).sample(
                200, with_replacement=True, seed=i
            )
            for i, name in enumerate(dict.fromkeys(identifiers(text)))
            if name not in numbers
        }
    )
    ours = frame.select(met=condition(text, {k: pl.lit(v) for k, v in numbers.items()}, WORDS))["met"]
    sql = " ".join(f"'{piece}'" if i % 2 else _named(piece, numbers) for i, piece in enumerate(text.split("'")))
    assert ours.to_list() == frame.select(met=pl.sql_expr(sql))["met"].to_list()
    assert ours.to_list() == worked_out(text, HELD[text].model_copy(update={"numbers": first}), frame)


def _named(piece: str, numbers: dict[str, float]) -> str:
    spelt_as = {"from": '"from"', **{key: f"{value:.17g}" for key, value in numbers.items()}}
    return " ".join(
        spelt_as.get(w, w) for w in piece.replace("(", " ( ").replace(")", " ) ").replace(",", " , ").split()
    )


def test_parts_are_the_tests_at_the_outermost_level():
    text = "hbm and (tpp > 1 or hbm and datacentre) and tpp between 1 and 2 AND not (item in ('a and b', 'c'))"
    assert parts(text) == (
        "hbm", "(tpp > 1 or hbm and datacentre)", "tpp between 1 and 2", "not (item in ('a and b', 'c'))",
    )  # fmt: skip
    assert parts("hbm and tpp > 1 or datacentre") == ("hbm and tpp > 1 or datacentre",)
    assert parts("") == ()


def test_a_clause_that_keeps_a_total_demands_that_total_and_nothing_else():
    clause = rules.load("as-written").by_id["diffusion.lpp"]
    body = clause.model_dump(by_alias=True)
    with pytest.raises(ValueError, match="consignee_tpp_after <= LIMIT"):
        type(clause).model_validate(
            body | {"within": "consignee_tpp_after <= tpp_year and destination = 'SGP'"}, context=WORDS
        )


# a row is decided alone

ASKED = st.fixed_dictionaries(
    {
        "item": st.sampled_from(["H100 SXM", "H20", "L4", "RTX 4090", "MI300X"]),
        "destination": st.sampled_from(["CHN", "ARE", "IND", "SGP", "MAC", "FRA"]),
        "headquarters": st.sampled_from(["CHN", "USA", "ARE"]),
        "quantity": st.sampled_from(["1", "1500", "60000"]),
        "date": st.sampled_from(["2024-03-01", "2025-06-01", "2026-02-01", "2027-01-01"]),
        "ownership": st.sampled_from(["0", "0.6"]),
    }
)


@examples(0.8)
@given(
    conditions.filter(lambda text: "line" not in text),
    st.lists(ASKED, min_size=2, max_size=6),
    st.randoms(use_true_random=False),
    st.sampled_from(rules.policies(default())),
)
def test_f085_a_row_is_decided_the_same_alone_and_among_others(text, asked, random, policy):
    book = rules.load(policy)
    clause = book.by_id["ear.review"].model_copy(update={"applies": text, "order": 0, "id": "ear.mine"})
    book = replace(book, clauses=tuple(sorted((*book.clauses, clause), key=lambda c: rules.STAGES.index(c.stage))))
    given_ = [parse(row, CASE) for row in asked]
    together = decide(frame_of(given_, CASE), book).select("outcome", "clause", "eccn").rows()
    alone = [decide(frame_of([row], CASE), book).select("outcome", "clause", "eccn").row(0) for row in given_]
    assert together == alone
    order = list(range(len(given_)))
    random.shuffle(order)
    shuffled = decide(frame_of([given_[i] for i in order], CASE), book).select("outcome", "clause", "eccn").rows()
    assert shuffled == [together[i] for i in order]
