"""A long address under a short name leads back to itself, and to nothing else."""

import os
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from premortem.app import short_links
from premortem.app.short_links import Saved
from premortem.errors import BadInput


@pytest.fixture
def kept(tmp_path):
    return Saved(tmp_path)


def test_a_view_is_kept_under_a_name_and_answered_as_the_whole_address_is(client):
    query = "policy=rescinded&t.A2.models_contained=0.3&p.imitation_lag=0.2..0.6"
    name = client.post("/api/states", json={"query": query}).json()["state"]
    assert re.fullmatch("[0-9a-f]{20}", name)
    short, whole = (client.get(f"/api/board?only=1&{q}").json() for q in (f"state={name}", query))
    assert short["query"] == whole["query"]
    assert short["board"] == whole["board"]
    assert client.get(f"/api/board?only=1&state={name}&policy=maximal").json()["query"].startswith("policy=maximal")
    assert "not kept here" not in client.get(f"/?state={name}").text


@pytest.mark.parametrize("name", ["", "0" * 20, "../../../etc/passwd", "x" * 5000, "%00", "0123456789abcdef012G"])
def test_a_name_that_is_not_known_is_told_and_the_plain_view_shown(client, name):
    answer = client.get("/", params={"state": name})
    assert answer.status_code == 200
    assert ("not kept here" in answer.text) == bool(name)
    assert "passwd" not in answer.text or "root:" not in answer.text


@pytest.mark.parametrize("query", ["", "nonsense", "state=0123456789abcdef0123", "a=1&" * 6000])
def test_what_is_no_address_is_not_kept(client, query):
    assert client.post("/api/states", json={"query": query}).status_code in (400, 422)


@given(st.dictionaries(st.text(min_size=1, max_size=20).filter(lambda k: k != "state"), st.text(min_size=1, max_size=40), min_size=1, max_size=20))  # fmt: skip
def test_any_settings_come_back_whole(tmp_path_factory, pairs):
    from urllib.parse import parse_qsl, urlencode

    kept = Saved(tmp_path_factory.getbasetemp())
    assert dict(parse_qsl(kept.read(kept.save(urlencode(pairs))))) == pairs


def test_a_file_that_was_changed_is_not_taken_for_what_it_was(kept):
    name = kept.save("policy=rescinded")
    (kept.home / name).write_text("policy=maximal")
    assert kept.read(name) is None


def test_what_nobody_opens_and_what_is_too_much_goes(kept, monkeypatch):
    monkeypatch.setattr(short_links, "MOST", 3)
    old = kept.save("seed=1")
    long_ago = time.time() - (short_links.DAYS + 1) * 86_400
    os.utime(kept.home / old, (long_ago, long_ago))
    names = [kept.save(f"seed={i}") for i in range(2, 8)]
    assert kept.read(old) is None
    assert sum(kept.read(name) is not None for name in names) == 3
    assert oct(kept.home.stat().st_mode)[-3:] == "700"


def test_a_folder_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / short_links.FOLDER).write_text("a file")
    with pytest.raises(BadInput, match="cannot be written"):
        Saved(tmp_path).save("seed=1")


def test_a_link_made_over_other_files_says_so(at_study):
    client, folder, _ = at_study
    here = client.get("/api/health").json()["study"]
    assert "made over other files" not in client.get(f"/?seed=8&study={here}").text
    assert "made over other files" in client.get("/?seed=8&study=00000000").text
    path = folder / "policies" / "of-another-day.toml"
    path.write_text('name = "of-another-day"\ntitle = "Another"\nsays = "Another law."\ninclude = ["as-written"]\n')
    client.get("/")
    assert client.get("/api/health").json()["study"] != here
    path.unlink()
    client.get("/")
    assert client.get("/api/health").json()["study"] == here
