"""Watch, hindcast, timeline and weighted boards as scripts see them; a study's own signposts and readings; bad input."""

import json
import sys

import pytest

from premortem import cli
from premortem.study import Study

HEADER = "quantity,date,value,low,high,unit,known_on,source,confidence\n"


@pytest.fixture
def run(capsys, monkeypatch):
    def command(*arguments):
        monkeypatch.setattr(sys, "argv", ["premortem", *map(str, arguments)])
        with pytest.raises(SystemExit) as stop:
            cli.main()
            raise SystemExit(0)
        out = capsys.readouterr()
        return stop.value.code or 0, out.out, out.err

    return command


@pytest.fixture
def mine(run, tmp_path):
    """A study's folder."""
    folder = tmp_path / "mine"
    assert run("init", folder)[0] == 0
    return folder


@pytest.mark.parametrize("command", ["watch", "hindcast", "timeline"])
def test_help_shows_examples(run, command):
    code, out, _ = run(command, "--help")
    assert code == 0
    assert "Examples: premortem" in out


def test_watch_prints_the_keys_of_the_contract(run, small_run):
    code, out, _ = run("watch", "--run", small_run.folder, "--reading", "smic_yield_ascend=0.50", "--json")
    found = json.loads(out)
    assert code == 0
    assert {"signposts", "board_before", "board_after", "effective_futures"} <= set(found)
    assert {"name", "observable", "voi", "informs", "status", "latest"} <= set(found["signposts"][0])
    assert found["board_before"] != found["board_after"]


def test_watch_tells_people_what_to_look_at_next(run, small_run):
    code, out, _ = run("watch", "--run", small_run.folder, "--policy", "rescinded")
    assert code == 0
    assert "What to look at next" in out
    assert "weighted share" in out
    assert "probab" not in out.lower()
    assert "likel" not in out.lower()


@pytest.mark.slow
def test_watch_works_at_once_without_a_run(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, out, _ = run("watch", "--reading", "smic_yield_ascend=0.60", "--json")
    assert code == 0
    assert json.loads(out)["futures"] == 20_000


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--reading", "smic_yeild=0.5"], "did you mean smic_yield_ascend"),
        (["--reading", "smic_yield_ascend=0.5 TWh"], "share"),
        (["--reading", "smic_yield_ascend=0.5@2031-01-01"], "lies in the future"),
        (["--reading", "smic_yield_ascend=0.97"], "impossible under the model"),
        (["--reading", "smic_yield_ascend=0.2", "--reading", "smic_yield_ascend=0.58"], "contradict"),
        (["--as-of", "soon"], "not a date"),
        (["--as-of", "2099-01-01"], "lies in the future"),
        (["--policy", "maximum"], "did you mean maximal"),
    ],
)
def test_a_reading_that_cannot_be_used_is_one_clear_line(run, small_run, options, said):
    code, out, err = run("watch", "--run", small_run.folder, *options, "--json")
    assert code == 2
    assert said in err
    assert "Traceback" not in err
    assert {"file", "key", "got", "allowed", "hint"} <= set(json.loads(out)["error"])


def test_hindcast_prints_the_keys_of_the_contract_misses_first(run, tmp_path):
    table = tmp_path / "seen.csv"
    table.write_text(
        HEADER
        + "capex_big4_year,2025-12-31,413,400,425,bn USD,2026-02-06,x,medium\n"
        + "us_datacentre_twh_year,2025-12-31,900,880,920,TWh,2026-02-06,x,medium\n"
        + "moon_landings,2025-12-31,2,,,units,2026-02-06,x,medium\n",
        "utf-8",
    )
    code, out, _ = run("hindcast", "--observations", table, "--futures", "1024", "--json")
    found = json.loads(out)
    assert code == 0
    assert {"observables", "coverage90", "beats_persistence", "beats_trend", "events_brier"} <= set(found)
    keys = {"quantity", "date", "observed", "p5", "p50", "p95", "crps", "crps_persistence", "crps_trend"}
    assert keys <= set(found["observables"][0])
    assert [o["inside"] for o in found["observables"]] == [False, True]
    assert [n["quantity"] for n in found["not_scored"]] == ["moon_landings"]


def test_a_table_of_wrong_readings_is_refused_with_every_fault(run, tmp_path):
    table = tmp_path / "wrong.csv"
    table.write_text(
        HEADER
        + "capex_big4_year,2025-12-31,413,400,425,TWh,2026-02-06,x,medium\n"
        + "capex_big4_year,2025-12-31,433,400,425,bn USD,2026-02-06,x,medium\n"
    )
    code, _, err = run("hindcast", "--observations", table)
    assert code == 2
    assert "row 2" in err
    assert "row 3" in err
    assert run("hindcast", "--observations", tmp_path / "none.csv")[0] == 2


def test_timeline_prints_events_and_lags(run):
    code, out, _ = run("timeline", "--assumption", "A1", "--until", "2025-02-26", "--json")
    found = json.loads(out)
    assert code == 0
    assert {"events", "lags"} == set(found)
    assert all(e["date"] <= "2025-02-26" for e in found["events"])
    code, out, _ = run("timeline")
    assert "workaround to patch" in out
    assert run("timeline", "--assumption", "A9")[0] == 2


def test_a_board_can_be_weighted(run, small_run):
    code, out, _ = run("board", "--run", small_run.folder, "--weights", "2026-06-30")
    assert code == 0
    assert "Weighted share" in out
    assert "drawn anew" in out
    assert run("board", "--run", small_run.folder, "--weights", "yesterday")[0] == 2


def test_a_day_in_the_future_is_refused_before_anything_is_simulated(run, tmp_path):
    code, _, err = run("run", "--out", tmp_path / "o", "--weights", "2099-01-01")
    assert code == 2
    assert "lies in the future" in err
    assert not (tmp_path / "o").exists()


@pytest.mark.slow
def test_a_run_can_be_weighted(run, tmp_path):
    folder = tmp_path / "o"
    options = ("--futures", "2000", "--policy", "as-written", "--policy", "rescinded", "--out", folder)
    code, out, _ = run("run", *options, "--weights", "2025-02-26", "--json")
    found = json.loads(out)
    assert code == 0
    assert found["weights"]["says"] == "weighted share, by what was known on 26 February 2025"
    assert found["board"] != found["board_unweighted"]


@pytest.mark.slow
def test_a_study_watches_and_reads_what_it_adds(run, mine):
    (mine / "readings.csv").write_text(
        HEADER + "smic_yield_ascend,2025-09-30,45,40,50,%,2025-10-01,our own count,low\n"
    )
    with (mine / "signposts.toml").open("a") as file:
        file.write(
            '\n[our_capex]\nassumption = "A5"\ntitle = "Our own"\nobservable = "o"\nunit = "bn USD"\n'
            'quantity = "capex_big4_year"\nread = "r"\nsource = "s"\nby = 2025-12-31\n'
            'when = "spending passes {limit} bn USD"\nthreshold = { value = 350.0, passes = "above", basis = "ours" }\n'
        )
    assert run("validate", mine)[0] == 0
    Study(mine).run(["as-written"], futures=1500)
    code, out, _ = run("watch", "--study", mine, "--as-of", "2025-12-31", "--json")
    found = json.loads(out)
    assert code == 0
    assert "our_capex" in {row["id"] for row in found["signposts"]}
    assert "our own count" in {row["source"] for row in found["readings"]}


def test_faults_of_a_studys_signposts_and_readings_are_reported_at_once(run, mine):
    (mine / "readings.csv").write_text(HEADER + "smic_yield_ascend,2025-02-01,9,8,10,TWh,2025-10-01,x,low\n")
    (mine / "signposts.toml").write_text(
        '[a]\nassumption = "A1"\ntitle = "t"\nobservable = "o"\nunit = "share"\nreads = "yield_maxx"\nerror = 1.0\n'
        'read = "r"\nsource = "s"\nby = 2026-12-31\nwhen = "{limit}"\n'
        'threshold = { value = 0.5, passes = "above", basis = "b" }\n'
    )
    code, out, _ = run("validate", mine, "--json")
    assert code == 2
    assert {e["file"] for e in json.loads(out)["errors"]} == {"readings.csv", "signposts.toml"}
    (mine / "signposts.toml").unlink()
    (mine / "readings.csv").write_text(HEADER + "smic_yeild,2025-02-01,0.4,,,share,2025-10-01,x,low\n")
    code, _, err = run("watch", "--study", mine)
    assert code == 2
    assert "did you mean smic_yield_ascend" in err


def test_effective_futures_are_of_a_day(run):
    for command in ("run", "board", "brief"):
        code, _, err = run(command, "--effective", "500")
        assert code == 2
        assert "--effective: needs a day; allowed: with --as-of DAY" in err


def test_long_work_says_on_stderr_how_far_it_is(run, small_run):
    code, out, err = run("board", "--run", small_run.folder, "--weights", "2026-06-30", "--json")
    assert code == 0
    assert json.loads(out)["weights"]["effective_futures"] > 50
    assert err.splitlines()[-1] == "drawing 256 futures by what was read: 100% of it let in"
