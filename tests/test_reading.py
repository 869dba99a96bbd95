"""Files of users are ordinary ones: a pipe is not waited for, a device is not read to its end, a folder is no text."""

import os
import signal
import stat
from contextlib import contextmanager
from functools import partial

import pytest

from premortem.app.session import Desk
from premortem.case import default
from premortem.cases.us_ai_2025 import world
from premortem.ensemble import correlation, priors
from premortem.errors import BadInput, BadInputs
from premortem.files import reader
from premortem.law import book, worked_cases
from premortem.law.ledger import decisions
from premortem.propositions import assumption
from premortem.study import Study, make_study, problems, simulator
from premortem.watch import reading_files, signposts
from tests.test_cli import run  # noqa: F401  # a fixture
from tests.waiting import longest


@contextmanager
def at_once():
    """What waits is ended: nobody will ever write to the pipe."""

    def waited(*_):
        raise AssertionError("waited")

    before = signal.signal(signal.SIGALRM, waited)
    signal.setitimer(signal.ITIMER_REAL, longest())
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def pipe(path):
    os.mkfifo(path)
    return "a named pipe"


def folder(path):
    path.mkdir()
    return "a folder"


def endless(path):
    path.symlink_to("/dev/zero")
    return "a device"


def socket(path):
    os.mknod(path, stat.S_IFSOCK | 0o600)
    return "a socket"


KINDS = (pipe, folder, endless, socket)
READERS = {
    "params.csv": priors.read,
    "correlations.csv": lambda path: correlation.read(path, priors.read(world.PARAMS).names, ()),
    "readings.csv": partial(reading_files.read, case=default()),
    "signposts.toml": partial(signposts.read, case=default()),
    "outcomes.toml": lambda path: simulator.read(path, frozenset(), ()),
    "policy.toml": book.load,
    "a1.toml": assumption.read,
    "cases.csv": lambda path: worked_cases.decide_file(path, book.load("history")),
    "cases.toml": lambda path: worked_cases.decide_file(path, book.load("history")),
    "ledger.csv": lambda path: decisions.decide_file(path, book.load("history")),
    "ledger.parquet": lambda path: decisions.decide_file(path, book.load("history")),
}


@pytest.mark.parametrize("make", KINDS)
@pytest.mark.parametrize("name", READERS)
def test_f099_no_reader_waits_for_what_is_no_ordinary_file(tmp_path, name, make):
    kind = make(tmp_path / name)
    with at_once(), pytest.raises(BadInput, match=kind) as caught:
        READERS[name](tmp_path / name)
    assert len(str(caught.value).splitlines()) == 1
    assert name in str(caught.value)


# Each reader refuses each kind, above; here files of three rooms, and in the slow suite all.
MORE = ("correlations.csv", "readings.csv", "signposts.toml", "assumptions/a9.toml")


@pytest.mark.parametrize(
    "name",
    ["params.csv", "policies/mine.toml", "outcomes.toml", *(pytest.param(x, marks=pytest.mark.slow) for x in MORE)],
)
def test_f099_a_study_with_a_pipe_in_it_is_refused_at_once(tmp_path, name):
    own = make_study(tmp_path / "mine")
    (own / name).unlink(missing_ok=True)
    pipe(own / name)
    with at_once():
        assert any("a named pipe" in str(fault) and name.split("/")[-1] in str(fault) for fault in problems(own))
        for opened in (Study, Desk):
            with pytest.raises((BadInput, BadInputs), match="a named pipe"):
                opened(own)


@pytest.mark.parametrize(
    "asked", [("check", "--file"), ("check", "--item", "H20", "--to", "CHN", "--under"), ("ledger",)]
)
def test_f099_a_command_with_a_pipe_is_refused_at_once(run, tmp_path, asked):  # noqa: F811
    pipe(tmp_path / "x.toml")
    with at_once():
        code, _, err = run(*asked, tmp_path / "x.toml")
    assert code == 2
    assert "a named pipe" in err
    assert len(err.strip().splitlines()) == 1


def test_f099_a_part_or_manifest_that_is_a_pipe_is_refused_at_once(tmp_path):
    from premortem.ensemble import store
    from premortem.errors import MissingData

    (tmp_path / "p").mkdir()
    pipe(tmp_path / "p" / "part-00000.parquet")
    with at_once():
        with pytest.raises(MissingData, match="a named pipe"):
            store.open_table(tmp_path, "run", "p/part-00000.parquet")
        pipe(tmp_path / store.MANIFEST)
        with pytest.raises(BadInput, match="a named pipe"):
            store.read_manifest(tmp_path)


def test_a_link_to_an_ordinary_file_is_read(tmp_path):
    (tmp_path / "real").write_text("x")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert reader.read_bytes(tmp_path / "link", "a file") == b"x"


def test_what_is_too_large_or_no_text_is_told(tmp_path):
    (tmp_path / "x").write_bytes(b"\xff" * 20)
    with pytest.raises(BadInput, match="too large: 20 bytes"):
        reader.read_bytes(tmp_path / "x", "a file", most=10)
    with pytest.raises(BadInput, match="is not UTF-8: byte 0xff in line 1"):
        reader.read_text(tmp_path / "x", "a file")
