"""Every loader against files that no person would write: it reads them, or says in one of our errors what is wrong."""

import io
import json
import re
from contextlib import suppress
from functools import partial

import polars as pl
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from premortem import facts
from premortem.case import default
from premortem.cases.us_ai_2025 import world
from premortem.cases.us_ai_2025.law_by_hand import ledger as shipments
from premortem.cases.us_ai_2025.world.policy_levers import Levers
from premortem.ensemble import bands, correlation, layout, manifest, priors, read, store
from premortem.errors import BadInput, MissingData, PremortemError, raise_all
from premortem.facts import fetch, live
from premortem.facts.fetch import Fetched
from premortem.law import book, worked_cases
from premortem.law.ledger import decisions
from premortem.propositions import assumption, score
from premortem.study import simulator
from premortem.study.outcome_names import outcome_names
from premortem.watch import quantities, reading_files, signposts

# Texts that parsers trip over: numbers beyond any range, quotes, keys that stand twice, other encodings, deep nesting.
TRIPS = (
    b"",
    b"\x00",
    b"\xff\xfe",
    b"nan",
    b"inf",
    b"-1",
    b"1e400",
    b"99999999999999999999999999",
    b'"',
    b"'''",
    b"[[",
    b"]",
    b"{",
    b"= ",
    b"\n",
    b"\r",
    b",,,,",
    b"2025-02-30",
    b"0000-00-00",
    b"__import__('os')",
    b"((((((((((((((((((((",
    "ё’\u202e".encode(),
    b"[" * 3000,
    b'{"a":' * 3000,
    b"9" * 5000,
)


def _ledger_csv() -> bytes:
    return shipments(10).with_columns(pl.col("date").cast(pl.Date)).write_csv().encode()


def _ledger_parquet() -> bytes:
    held = io.BytesIO()
    shipments(10).with_columns(pl.col("date").cast(pl.Date)).write_parquet(held)
    return held.getvalue()


def _cases() -> bytes:
    return b'[[case]]\nitem = "H100 SXM"\nquantity = 2000\ndestination = "ARE"\ndate = 2025-06-01\nexpected = "licence:case_by_case"\n'


CASES = b"item,quantity,to,on,expected\nH100 SXM,2000,ARE,2025-06-01,licence:case_by_case\n"


def _readings() -> bytes:
    return b"quantity,date,value,unit,source,known_on\ncn_yield,2025-12-31,0.4,share,mine,2026-01-15\n"


def _correlations() -> bytes:
    names = priors.read(world.PARAMS).names
    return f"a,b,rho\n{names[0]},{names[1]},0.5\n".encode()


def _manifest() -> bytes:
    inputs = {"futures": 10, "seed": 3, "design": "sobol", "policies": ["as-written"], "part": 16384}
    held = {"format": store.FORMAT, "status": "finished", "inputs": inputs, "uncertainties": [], "replicates": 16}
    return json.dumps(manifest.seal(held)).encode()


def _labelled(frame: pl.DataFrame, name: str) -> bytes:
    """A part as the run of that manifest would write it."""
    held = io.BytesIO()
    said = {store.RUN: json.loads(_manifest())["run"], store.FILE: name}
    pq.write_table(frame.to_arrow().replace_schema_metadata(said), held)
    return held.getvalue()


def _part() -> bytes:
    return _labelled(
        pl.DataFrame({"future": range(10), "margin.A1": [0.5] * 10}), store.part_name("as-written", "part", 0)
    )


def _read_part(path) -> None:
    (path.parent / store.MANIFEST).write_bytes(_manifest())
    (path.parent / "as-written").mkdir(exist_ok=True)
    path.replace(path.parent / "as-written" / "part-00000.parquet")
    read.read_columns(path.parent, "as-written")


def _read_correlations(path) -> None:
    names = priors.read(world.PARAMS).names
    correlation.read(path, names, ())


def _bins() -> bytes:
    place = {"series": ["a", "a", "b", "b"], "quarter": [0, 1, 0, 1]}
    edges = {f"edge_{i}": [float(i)] * 4 for i in range(len(bands.ZONES))}
    return _labelled(pl.DataFrame(place | edges), layout.first_files("as-written")[0])


def _read_bins(path) -> None:
    (path.parent / store.MANIFEST).write_bytes(_manifest())
    where = path.parent / layout.first_files("as-written")[0]
    where.parent.mkdir(parents=True, exist_ok=True)
    path.replace(where)
    bands.read_bins(path.parent, "as-written")


OUTCOMES = b"""[ratio]
says = "US-aligned additions over all that China gains"
unit = "ratio"
value = "us_supply@quarter / cn_total@quarter"
"""


def _read_outcomes(path) -> None:
    simulator.read(path, frozenset({"us_supply", "cn_total"}), world.steps())


def _read_compiled_assumption(path) -> None:
    """As `premortem validate` reads one: its margins are compiled too."""
    read_ = assumption.read(path)
    raise_all(
        assumption.check_binds(read_, path.name, world.parameter_names(), Levers._fields, [*facts.catalogue(default())])
    )
    score.Scorer([read_], outcome_names(default()), world.steps())


def _pull(kind):
    """Reads a file as if it had just come from a publisher, and then the record of it."""
    terms = {name: name for name in ("title", "url", "publisher", "licence")}
    source = live.Source(
        name="x", format=kind, columns=("year", "value"), numbers=("value",), least_rows=2, most_mb=1, stays=(), **terms
    )

    def load(path) -> None:
        def get(_url, target, _most):
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
            return Fetched(target, "", "")

        if live.pull(known={"x": source}, get=get)["pulled"]:
            live.read_pulled("x", {"x": source})

    return load


RECORD = json.dumps({k: "x" for k in ("name", "title", "path", "sha256", "fetched", "source", "licence")} | {"rows": 1})


def _read_record(path) -> None:
    live.home().mkdir(parents=True, exist_ok=True)
    path.replace(live.home() / "ember_yearly.record.json")
    assert all(row["sha256"] for row in live.records())
    with suppress(MissingData):
        live.read_pulled("ember_yearly")


def _read_part_about(path) -> None:
    assert all(isinstance(value, str) for value in fetch._read(path).values())


# By loader: the file's name, a good file, and what reads it from a path.
LOADERS = {
    "params": ("params.csv", lambda: world.PARAMS.read_bytes()[:1500], priors.read),
    "policy": ("maximal.toml", lambda: (default() / "policies/maximal.toml").read_bytes(), book.load),
    "assumption": ("a2.toml", lambda: (default() / "assumptions/a2.toml").read_bytes(), assumption.read),
    "signposts": (
        "signposts.toml",
        lambda: (default() / signposts.FILE).read_bytes()[:4000],
        partial(signposts.read, case=default()),
    ),
    "quantities": (
        "quantities.toml",
        lambda: (default() / "watch/quantities.toml").read_bytes()[:3000],
        partial(quantities.read, known=quantities.units(default())),
    ),
    "readings": ("readings.csv", _readings, partial(reading_files.read, case=default())),
    "correlations": ("correlations.csv", _correlations, _read_correlations),
    "cases": ("cases.toml", _cases, lambda path: worked_cases.decide_file(path, book.load("as-written"))),
    "ledger csv": ("ledger.csv", _ledger_csv, lambda path: decisions.decide_file(path, book.load("as-written"))),
    "ledger parquet": ("ledger.parquet", _ledger_parquet, lambda p: decisions.decide_file(p, book.load("as-written"))),
    "manifest": (store.MANIFEST, _manifest, lambda path: store.read_manifest(path.parent)),
    "checksums": (
        store.CHECKSUMS,
        lambda: b'{"file": "a", "sha256": "b", "non_finite": [1]}\n',
        lambda p: store.read_checksums(p.parent),
    ),
    "part": ("part.parquet", _part, _read_part),
    "bins": ("bins.parquet", _bins, _read_bins),
    "override": ("params.csv", lambda: world.PARAMS.read_bytes()[:1500], priors.read(world.PARAMS).override),
    "outcomes": ("outcomes.toml", lambda: OUTCOMES, _read_outcomes),
    "margins": ("a2.toml", lambda: (default() / "assumptions/a2.toml").read_bytes(), _read_compiled_assumption),
    "cases csv": ("cases.csv", lambda: CASES, lambda path: worked_cases.decide_file(path, book.load("as-written"))),
    "pulled csv": ("x.csv", lambda: b"year,value\n2023,1.5\n2024,2.5\n2025,3\n", _pull("csv")),
    "pulled json": (
        "x.json",
        lambda: b'{"a": {"year": 2023, "value": 1}, "b": {"year": 1, "value": 2}}',
        _pull("json"),
    ),
    "record": ("record.json", RECORD.encode, _read_record),
    "download": ("x.part.json", lambda: b'{"tag": "abc"}', _read_part_about),
}


WORD = re.compile(rb'"[^"\n]*"|[\w.+-]+')
WORDS = (
    *(b"0", b"-1", b"1e400", b"nan", b"-inf", b"true", b"null", b"2025-01-01", b"9" * 40, b"1e-320"),
    *(b'""', b'"x"', b"'x'", b"[]", b"{}", b"[1]", b"[[]]", b'{"a": 1}', b"{a = 1}", b"a.b", b"x", b" "),
)


@st.composite
def mutated(draw, good: bytes) -> bytes:
    """A good file with a few spans cut out, repeated, moved or replaced; now and then nothing of it is left."""
    if draw(st.integers(0, 15)) == 0:
        return draw(st.binary(max_size=300))
    data = good
    if draw(st.booleans()):  # a file that still parses, with a few words that mean something else
        for _ in range(draw(st.integers(1, 3))):
            word = draw(st.sampled_from(list(WORD.finditer(data)) or [re.match(b"", data)]))
            data = data[: word.start()] + draw(st.sampled_from(WORDS)) + data[word.end() :]
        return data
    for _ in range(draw(st.integers(1, 5))):
        at = draw(st.integers(0, len(data)))
        until = min(len(data), at + draw(st.integers(0, 40)))
        new = draw(st.one_of(st.sampled_from(TRIPS), st.binary(max_size=12), st.just(data[at:until] * 3)))
        other = draw(st.integers(0, len(data)))
        data = (
            data[:at] + new + data[until:]
            if draw(st.booleans())
            else data[:at] + data[other : other + 60] + data[until:]
        )
    return data


def attack(name: str, folder, examples: int) -> None:
    """Read so many mutations of a good file: anything but an error of our own is a failure."""
    file, good, load = LOADERS[name]
    first = good()

    @settings(
        max_examples=examples, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
    )
    @given(mutated(first))
    def try_one(data: bytes) -> None:
        path = folder / file
        path.write_bytes(data)
        try:
            load(path)
        except PremortemError as error:
            assert str(error).strip()

    try_one()


@pytest.mark.parametrize("name", LOADERS)
def test_a_good_file_is_read(name, tmp_path):
    file, good, load = LOADERS[name]
    if name in ("params", "signposts", "quantities", "override"):
        pytest.skip("cut short to be quick to mutate")
    (tmp_path / file).write_bytes(good())
    load(tmp_path / file)


@pytest.mark.parametrize("name", LOADERS)
def test_a_mutated_file_is_read_or_refused_clearly(name, tmp_path):
    attack(name, tmp_path, 30)


@pytest.mark.slow
@pytest.mark.parametrize("name", LOADERS)
def test_two_thousand_mutated_files_are_read_or_refused_clearly(name, tmp_path):
    attack(name, tmp_path, 2000)


TOML = [name for name, (file, _, _) in LOADERS.items() if file.endswith(".toml")]


@pytest.mark.parametrize("text", [b"a = " + b"9" * 5000, b"a = " + b"[" * 5000, b"a = 2025-02-30"])
@pytest.mark.parametrize("name", TOML)
def test_toml_that_the_parser_chokes_on_is_refused_clearly(name, text, tmp_path):
    file, _, load = LOADERS[name]
    (tmp_path / file).write_bytes(text)
    with pytest.raises(BadInput, match="is not TOML"):
        load(tmp_path / file)


def test_nothing_is_unpickled_or_evaluated():
    import ast
    from pathlib import Path

    import premortem

    evaluate, unpickle = {"eval", "exec", "compile"}, {"pickle", "dill", "marshal", "shelve", "joblib"}
    named = re.compile("|".join(evaluate | unpickle))  # a module without any of the names has nothing to look at
    texts = {path: path.read_text("utf-8") for path in Path(premortem.__file__).parent.rglob("*.py")}
    looked = {path: text for path, text in texts.items() if named.search(text)}
    assert len(looked) > 20
    for path, text in looked.items():
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in evaluate, path
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = {alias.name.split(".")[0] for alias in node.names} | {
                    (getattr(node, "module", "") or "").split(".")[0]
                }
                # these talk to processes of ours, or read what JAX compiled for this user, sealed by its hash, from the user's own cache
                own = {"workers.py": {"joblib"}, "in_process.py": {"pickle"}, "stored_programs.py": {"pickle"}}.get(
                    path.name, set()
                )
                assert not (names & unpickle) - own, path
