"""Pulling from live sources, against a server on this machine that serves well, stops short, changes, stalls and refuses."""

import hashlib

import pytest

from premortem import facts
from premortem.errors import BadInput, MissingData
from premortem.facts import fetch as fetching
from premortem.facts import live
from tests.facts.served import Server, get
from tests.waiting import longest

GOOD = b"Area,Year,Value\n" + b"".join(b"Land %d,2024,%d.5\n" % (i, i) for i in range(400))


def well(server, body=GOOD):
    """The whole, or the rest of it when the same edition is asked to go on."""
    asked, tag = server.headers.get("Range"), '"one"'
    if asked and server.headers.get("If-Range") == tag:
        start = int(asked.removeprefix("bytes=").removesuffix("-"))
        return server.send(body[start:], 206, ETag=tag, Content_Range=f"bytes {start}-{len(body) - 1}/{len(body)}")
    return server.send(body, ETag=tag)


def short(server):
    server.send(GOOD[:1000], length=len(GOOD), ETag='"one"')


def changed(server):
    server.send(GOOD.replace(b"Year,Value", b"year,Amount"), ETag='"two"')


def new_edition(server):
    server.send(GOOD.replace(b"Land", b"Isle"), ETag='"three"')


def few(server):
    server.send(GOOD[:60])


def words(server):
    server.send(b"<html><body>moved</body></html>")


def refused(server):
    server.send(b"", 404)


def busy(server):
    server.send(b"", 503)


def stalled(server):
    server.server.gate.wait(longest())


@pytest.fixture
def known(server, monkeypatch, tmp_path):
    monkeypatch.setattr(live, "home", lambda: tmp_path / "data")
    source = live.Source(
        name="lands",
        title="Lands",
        url=server,
        publisher="Us",
        licence="CC BY 4.0",
        format="csv",
        columns=("Area", "Year", "Value"),
        numbers=("Value",),
        least_rows=300,
        most_mb=1,
        stays=("ember_demand",),
    )
    return {"lands": source}


def pull(known, *answers):
    Server.answers = list(answers)
    return live.pull(["lands"], known=known, get=get)


def why(result):
    assert not result["pulled"]
    assert result["failed"][0]["stays"] == ["ember_demand"]
    return result["failed"][0]["why"]


def test_a_good_table_is_kept_with_where_it_came_from(known):
    record = pull(known, well)["pulled"][0]
    assert record["rows"] == 400
    assert record["sha256"] == hashlib.sha256(GOOD).hexdigest()
    assert record["licence"] == "CC BY 4.0"
    assert record["edition"] == '"one"'
    assert record["changed"]
    assert live.read_pulled("lands", known)["Value"][3] == "3.5"
    assert live.records(known) == [record]
    assert not pull(known, well)["pulled"][0]["changed"]


def test_a_download_cut_short_goes_on_where_it_stopped(known):
    record = pull(known, short, well)["pulled"][0]
    assert record["sha256"] == hashlib.sha256(GOOD).hexdigest()
    assert Server.asked[1]["Range"] == "bytes=1000-"
    assert Server.asked[1]["If-Range"] == '"one"'


def test_a_part_of_an_older_edition_is_started_anew(known):
    record = pull(known, short, new_edition)["pulled"][0]
    assert record["sha256"] == hashlib.sha256(GOOD.replace(b"Land", b"Isle")).hexdigest()


def test_what_came_before_it_broke_is_gone_on_with_next_time(known):
    assert "cut short: 1,000 of" in why(pull(known, short))
    Server.asked.clear()
    assert pull(known, well)["pulled"]
    assert Server.asked[0]["Range"] == "bytes=1000-"


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (changed, "the columns have changed: no Year (did you mean year?), Value"),
        (few, "has 3 rows; expected: 300 or more"),
        (words, "columns have changed"),
        (refused, "answers 404"),
        (busy, "answers 503"),
    ],
)
def test_a_bad_answer_is_one_line_and_keeps_what_was_pulled_before(known, answer, said):
    good = pull(known, well)["pulled"][0]
    line = why(pull(known, answer))
    assert said in line
    assert "\n" not in line
    assert live.records(known) == [good]
    assert live.read_pulled("lands", known).height == 400


def test_a_server_that_stalls_is_given_up_on(server, tmp_path):
    Server.answers = [stalled]
    with pytest.raises(MissingData, match=r"no answer in 0\.2 s"):
        fetching.fetch(server, tmp_path / "x", 10_000, patience=0.2, waits=())


def test_a_server_that_falters_once_is_asked_again(known):
    assert pull(known, busy, well)["pulled"]
    assert len(Server.asked) == 2


def test_waits_grow_between_tries(server, tmp_path):
    Server.answers, waited = [busy], []
    with pytest.raises(MissingData, match="tried 4 times"):
        fetching.fetch(server, tmp_path / "x", 10_000, waits=(1, 4, 15), sleep=waited.append)
    assert waited == [1, 4, 15]


def test_no_more_is_taken_than_allowed_even_if_the_length_is_not_said(server, tmp_path):
    for answer in (well, lambda s: (s.send_response(200), s.end_headers(), s.wfile.write(GOOD))):
        Server.answers = [answer]
        with pytest.raises(MissingData, match="2,000"):
            fetching.fetch(server, tmp_path / "x", 2_000, waits=())
        assert not (tmp_path / "x").exists()


def test_no_network_is_one_line_and_the_packaged_tables_stay(known):
    off = {"lands": known["lands"].model_copy(update={"url": "http://127.0.0.1:9/x.csv"})}
    assert "cannot be reached" in why(live.pull(known=off, get=get))
    assert facts.read("ember_demand").height > 0


def test_a_pulled_table_that_was_changed_on_disk_is_refused(known):
    record = pull(known, well)["pulled"][0]
    with open(record["path"], "ab") as file:
        file.write(b"Land 9,2024,9\n")
    with pytest.raises(MissingData, match="is not what was pulled"):
        live.read_pulled("lands", known)


def test_a_table_never_pulled_says_how_to_pull_it(known):
    with pytest.raises(MissingData, match="premortem data pull lands"):
        live.read_pulled("lands", known)


def test_a_folder_that_cannot_be_written_is_one_line(known, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("x")
    monkeypatch.setattr(live, "home", lambda: tmp_path / "file" / "data")
    assert "cannot be written" in why(pull(known, well))


def test_entries_of_a_json_document_become_rows(known, tmp_path):
    source = known["lands"].model_copy(
        update={"format": "json", "columns": ("a", "b"), "numbers": ("a",), "least_rows": 2}
    )
    Server.answers = [lambda s: s.send(b'{"spec": {"a": "words"}, "x": {"a": 1e-6, "b": 2}, "y": {"a": 3, "b": 4}}')]
    result = live.pull(known={"lands": source}, get=get)
    assert result["pulled"][0]["rows"] == 2
    assert live.read_pulled("lands", {"lands": source})["name"].to_list() == ["x", "y"]


def test_an_unknown_source_names_the_nearest():
    with pytest.raises(BadInput, match="did you mean ember_yearly"):
        live.pull(["ember_yearli"])


def test_shipped_sources_are_safe_cited_and_stand_beside_packaged_tables():
    for source in live.sources().values():
        assert source.url.startswith("https://")
        assert source.licence
        assert source.publisher
        assert set(source.numbers) <= set(source.columns)
        assert set(source.stays) <= set(facts.catalogue())
