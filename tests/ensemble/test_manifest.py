"""A run knows what it is: parts of another run or policy, and a manifest that was changed, are refused wherever it is opened."""

import json
import shutil

import polars as pl
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from premortem.ensemble import bands, manifest, read, store
from premortem.errors import BadInput, MissingData
from premortem.study import Run, open_run
from tests.ensemble.conftest import TOY
from tests.examples import examples
from tests.test_cli import run as command  # noqa: F401  # a fixture

INPUTS = {"futures": 10, "seed": 3, "design": "sobol", "policies": ["p"], "part": 5, "rules": "abc"}


@pytest.fixture
def copy(toy_run, tmp_path):
    toy_run(tmp_path / "out")
    return tmp_path / "out"


def swapped(one, other):
    """Change two files or folders over."""
    aside = one.with_name("aside")
    one.rename(aside)
    other.rename(one)
    aside.rename(other)


def test_f082_policies_whose_folders_were_changed_over_are_refused(copy):
    swapped(copy / "plain", copy / "shifted")
    with pytest.raises(
        MissingData, match=r"plain/part-00000\.parquet: is shifted/part-00000\.parquet under another name"
    ):
        read.read_columns(copy, "plain")
    with pytest.raises(MissingData, match="under another name"):
        read.column_names(copy, "shifted")
    assert {"plain/part-00000.parquet", "shifted/part-00000.parquet"} <= set(store.damaged_files(copy))


def test_f082_the_board_of_changed_folders_is_refused(command, small_run, tmp_path):  # noqa: F811
    out = shutil.copytree(small_run.folder, tmp_path / "out")
    swapped(out / "as-written", out / "rescinded")
    for more in ([], ["--verify"]):
        code, _, err = command("board", "--run", out, *more)
        assert code == 2
        assert len(err.strip().splitlines()) == 1
        assert "as-written/part-00000.parquet" in err


@pytest.mark.parametrize("file", ["counts-00000.parquet", "bins.parquet", "paths.parquet"])
def test_f082_series_that_were_changed_over_are_refused(copy, file):
    swapped(copy / "series" / "plain" / file, copy / "series" / "shifted" / file)
    look = (
        bands.read_paths if file == "paths.parquet" else lambda out, policy: bands.read_bands(out, policy, ("a", "b"))
    )
    with pytest.raises(MissingData, match=rf"{file}: is series/shifted/{file} under another name"):
        look(copy, "plain")


def test_f082_parts_of_another_run_are_refused_though_their_shape_fits(toy_run, copy, tmp_path):
    toy_run(tmp_path / "other", seed=4)
    shutil.copy(tmp_path / "other" / "plain" / "part-00000.parquet", copy / "plain" / "part-00000.parquet")
    with pytest.raises(MissingData, match=r"is of another run \(plain/part-00000\.parquet\)"):
        read.read_columns(copy, "plain")


def test_f082_two_parts_of_one_policy_that_were_changed_over_are_refused(toy_run, tmp_path, monkeypatch):
    from premortem.ensemble.part import PART

    out = tmp_path / "out"
    toy_run(out, futures=2 * PART, policies=("plain",))
    swapped(out / "plain" / "part-00000.parquet", out / "plain" / "part-00001.parquet")
    with pytest.raises(MissingData, match="under another name"):
        read.read_columns(out, "plain")


def test_f082_a_part_without_a_label_is_refused(copy):
    path = copy / "plain" / "part-00000.parquet"
    pl.read_parquet(path).write_parquet(path)
    with pytest.raises(MissingData, match="not written by this version"):
        read.read_columns(copy, "plain")


def test_f082_a_part_says_to_any_tool_of_which_run_it_is(copy):
    said = pq.read_metadata(copy / "plain" / "part-00000.parquet").metadata
    assert said[b"premortem.run"].decode() == json.loads((copy / store.MANIFEST).read_text())["run"]
    assert said[b"premortem.file"] == b"plain/part-00000.parquet"


def rewritten(folder, change):
    path = folder / store.MANIFEST
    held = json.loads(path.read_text())
    change(held)
    path.write_text(json.dumps(held, indent=1))


CHANGES = {
    "futures": lambda held: held["inputs"].update(futures=TOY // 2),
    "status": lambda held: held.update(status="running"),
    "seed": lambda held: held["inputs"].update(seed=8),
    "non_finite": lambda held: held.update(non_finite={"plain": [1]}),
    "replicates": lambda held: held.update(replicates=0),
    "policies": lambda held: held["inputs"].update(policies=["plain"]),
    "run": lambda held: held.update(run="0" * 64),
    "another entry": lambda held: held.update(note="mine"),
    "no seal": lambda held: held.pop("sha256"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_f083_a_manifest_that_was_changed_by_hand_is_refused(toy_run, copy, study, change):
    rewritten(copy, CHANGES[change])
    for look in (
        lambda: store.read_manifest(copy),
        lambda: Run(study, copy),
        lambda: open_run(copy, study),
        lambda: store.damaged_files(copy),
        lambda: toy_run(copy, resume=True),
        lambda: toy_run(copy),
    ):
        with pytest.raises(BadInput, match=r"manifest\.json: sha256: does not fit the rest"):
            look()
    assert not store.is_finished(copy)


@pytest.mark.parametrize("change", ["futures", "status", "seed"])
def test_f083_the_board_finds_a_changed_manifest(command, copy, change):  # noqa: F811
    rewritten(copy, CHANGES[change])
    for more in ([], ["--verify"]):
        code, _, err = command("board", "--run", copy, *more)
        assert code == 2
        assert "does not fit the rest" in err
        assert len(err.strip().splitlines()) == 1


def test_f083_even_a_manifest_sealed_anew_does_not_take_the_parts_of_another_run(copy):
    rewritten(copy, CHANGES["seed"])
    held = json.loads((copy / store.MANIFEST).read_text())
    (copy / store.MANIFEST).write_text(json.dumps(manifest.seal(held)))
    with pytest.raises(MissingData, match="is of another run"):
        read.read_columns(copy, "plain")


def test_f083_a_list_of_checksums_that_was_changed_is_found(copy):
    lines = (copy / store.CHECKSUMS).read_text().splitlines(keepends=True)
    (copy / store.CHECKSUMS).write_text("".join(lines[:-1]))
    found = store.damaged_files(copy)
    assert found[0] == store.CHECKSUMS
    assert len(found) == 2  # and the file of the line that is gone


def test_f083_a_run_that_was_stopped_is_not_looked_at(study, toy_run, copy):
    held = json.loads((copy / store.MANIFEST).read_text())
    (copy / store.MANIFEST).write_text(json.dumps(manifest.seal(held | {"status": "running"})))
    with pytest.raises(BadInput, match=r"is not finished.*resume=True"):
        Run(study, copy)
    toy_run(copy, resume=True)
    assert store.is_finished(copy)


def test_the_same_run_has_the_same_bytes_but_for_its_log_and_lock(toy_run, copy, tmp_path):
    toy_run(tmp_path / "again")
    for path in copy.rglob("*"):
        if path.is_file() and path.name not in (store.LOG, "lock.json"):
            assert path.read_bytes() == (tmp_path / "again" / path.relative_to(copy)).read_bytes(), path


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda x: st.lists(x, max_size=3) | st.dictionaries(st.text(), x, max_size=3),
    max_leaves=8,
)


@examples(8)
@given(ANY, st.text(min_size=1))
def test_a_sealed_manifest_is_known_after_being_written_and_only_if_unchanged(value, key):
    held = {"format": store.FORMAT, "inputs": INPUTS, "uncertainties": [], "replicates": 0, "status": "finished"}
    held = manifest.seal(held | ({key: value} if key not in (*held, "run", "sha256") else {}))
    again = json.loads(json.dumps(held))
    assert manifest._is_sealed(again)
    assert not manifest._is_sealed(again | {"status": "running"})
    assert not manifest._is_sealed(again | {f"{key}!": 1})


def test_the_identity_of_a_run_follows_from_each_of_its_inputs():
    base = manifest.identity(INPUTS)
    assert manifest.identity(dict(reversed(INPUTS.items()))) == base
    assert len({base, *(manifest.identity(INPUTS | {key: "other"}) for key in INPUTS)}) == len(INPUTS) + 1
