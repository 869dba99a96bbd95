"""Requests that nobody would send, to every endpoint: a clear refusal or an answer, never a bug, and the server goes on."""

import json
import re

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from premortem.app.site import bare
from tests.examples import examples

PAGES = [
    ("GET", p)
    for p in ("/", "/board", "/a/{name}", "/levers", "/beliefs", "/compare", "/world", "/rules", "/rules/diff", "/rules/ledger", "/watch",
              "/watch/hindcast", "/futures", "/exhibits", "/exhibits/{name}", "/jobs", "/about", "/static/{name}")
]  # fmt: skip
# what takes seconds when it is asked rightly
LONG = re.compile(r"why|breaks|movers|compare|futures|watch|hindcast|effects|refined|exhibits|takes")


def operations():
    """What the app answers; asked for by the process that tries it, not by each that looks for tests."""
    paths = bare().openapi()["paths"]
    # a run that is started is a process: those are tried where they are tested
    return [(m.upper(), p) for p, ms in paths.items() for m in ms if (m, p) != ("post", "/api/jobs")] + PAGES


def quick():
    return [(m, p) for m, p in operations() if not LONG.search(p)]


KEYS = ["policy", "vs", "asof", "w", "n", "seed", "state", "study", "of", "only", "measure", "quarter", "place", "item", "quantity", "to", "on", "under", "a", "b", "name", "field",
        "l.diffusion.country_allocation.tpp", "l.strength.deals", "d.diffusion.country_allocation", "t.A2.models_contained", "p.imitation_lag", "l.", "t..", "p"]  # fmt: skip
VALUES = ["", "A2", "a1", "as-written", "rescinded", "2025-02-26", "9999-99-99", "0001-01-01", "nan", "inf", "-inf", "1e999", "-0", "1e308", "0.2..0.6", "..",
          "0.5..", "9..1", "record", "20001",
          "2000", "-1", "2147483648", "0" * 20, "../../etc/passwd", "%00", "\x00", "\ud800", "H100 SXM", "CHN", "stock", "2030Q1", "x" * 3000,
          "'\"<script>", "{{7*7}}", "١٢٣", "1_000", "0x10", "True", "[]"]  # fmt: skip
words = st.one_of(st.sampled_from(VALUES), st.text(max_size=30))
queries = st.lists(st.tuples(st.one_of(st.sampled_from(KEYS), st.text(max_size=12)), words), max_size=6)
names = st.one_of(
    st.sampled_from(["A2", "a5", "USA", "H100", "..", "%2e%2e%2f", "app.css", "nothing", "table-1.svg"]),
    st.text(min_size=1, max_size=20),
)
trees = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), words),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(words, inner, max_size=3)),
    max_leaves=8,
)
fields = st.sampled_from(["item", "quantity", "destination", "date", "under", "query", "name", "policies", "futures", "readings", "signpost", "value", "tpp", "used_tpp"])  # fmt: skip
bodies = st.one_of(
    st.binary(max_size=60),
    st.dictionaries(fields, trees, max_size=6).map(lambda d: json.dumps(d).encode()),
    trees.map(lambda t: json.dumps(t).encode()),
)
headers = st.dictionaries(
    st.sampled_from(["content-type", "origin", "if-none-match", "accept", "range", "cookie", "transfer-encoding", "x-forwarded-for", "accept-encoding"]),
    st.one_of(
        st.sampled_from(["application/json", "text/html", "multipart/form-data; boundary=x", "multipart/form-data", "null", "bytes=0-5", "bytes=9-1",
                         "*", "application/x-www-form-urlencoded"]),
        st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=20).map(str.strip),
    ), max_size=3,
)  # fmt: skip
METHODS = ["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "TRACE"]


def requests(operations):
    some = st.deferred(lambda: st.sampled_from(operations()))
    return st.tuples(some, st.one_of(st.none(), st.sampled_from(METHODS)), names, queries, headers, bodies)  # fmt: skip


def encoded(text):
    """A text as an address holds it, lone surrogates too."""
    from urllib.parse import quote_from_bytes

    return quote_from_bytes(text.encode("utf-8", "surrogatepass"), safe="")


def send(client, request):
    """A request as bytes on the wire would be; what cannot be put into one at all is let go."""
    (usual, path), method, name, query, more, body = request
    path = re.sub(r"\{\w+\}", lambda _: encoded(name), path)
    asked = "&".join(f"{encoded(k)}={encoded(v)}" for k, v in query)
    return client.request(
        method or usual, f"{path}?{asked}", headers=more, content=body if (method or usual) != "GET" else b""
    )


def never_a_bug(client, request):
    answer = send(client, request)
    assert answer.status_code < 500, answer.text[:500]
    assert "Traceback" not in answer.text
    if answer.content and answer.status_code >= 400 and answer.headers.get("content-type") == "application/json":
        assert "error" in answer.json()


LOOSE = {"deadline": None, "suppress_health_check": list(HealthCheck)}


@given(requests(quick))
@examples(3.2, **LOOSE)
def test_no_mutated_request_ends_in_a_bug(client, request):
    never_a_bug(client, request)


@pytest.mark.slow
@given(requests(operations))
@examples(40, **LOOSE)
def test_none_of_thousands_does(client, request):
    never_a_bug(client, request)


UPLOADS = [
    "shipments.csv",
    "a.parquet",
    "a.xlsx",
    "a.json",
    "../a.csv",
    "",
    "x" * 300 + ".csv",
    "a\n.csv",
    "\u202e.csv",
]
HEAD = b"item,quantity,destination,date\n"
ledgers = st.one_of(
    st.binary(max_size=200),
    st.binary(max_size=80).map(lambda b: HEAD + b),
    st.lists(st.lists(words, max_size=6), max_size=4).map(lambda rows: HEAD + "\n".join(",".join(r) for r in rows).encode("utf-8", "replace")),
    st.binary(max_size=60).map(lambda b: b"PAR1" + b + b"PAR1"),
)  # fmt: skip


@given(st.sampled_from(UPLOADS), ledgers, words)
@examples(1.2, **LOOSE)
def test_no_ledger_ends_in_a_bug(client, name, content, under):
    answer = client.post(
        "/api/ledger", files={"file": (name, content)}, data={"under": under.encode("utf-8", "replace")}
    )
    assert answer.status_code < 500, answer.text[:500]
    assert "Traceback" not in answer.text
