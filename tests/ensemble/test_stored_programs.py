"""Compiled programs between processes: found by what they compute without a trace, and compiled where they are not there or damaged."""

import jax.numpy as jnp
import numpy as np
import pytest

from premortem.ensemble import compiled, stored_programs
from premortem.study import Study
from premortem.study.forward import files_of_case

X = np.arange(4, dtype=np.float32)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Where programs lie, empty."""
    monkeypatch.setattr(stored_programs, "folder", lambda: tmp_path / "programs")
    return tmp_path / "programs"


@pytest.fixture
def anew(monkeypatch):
    """A call as of another process: a program by its key, how often its function was traced, and what it gives for `X`."""

    def call(key, add=1.0):
        monkeypatch.setattr(compiled, "_PROGRAMS", compiled.Kept(4))
        traced = []

        def function(x):
            traced.append(x)
            return {"sum": jnp.sin(x) + add}

        program = compiled.compiled(function, X, key=key)
        return len(traced), np.asarray(program(X)["sum"])

    return call


def kept(folder):
    return [sorted(path.name for path in folder.glob(f"*{kind}")) for kind in (".program", ".name")]


def test_a_program_is_found_without_a_trace_and_gives_the_same_bits(folder, anew):
    first, again = anew("sine"), anew("sine")
    assert (first[0], again[0]) == (1, 0)
    assert first[1].tobytes() == again[1].tobytes()


def test_a_program_of_another_name_is_found_by_its_trace(folder, anew):
    anew("sine")
    traced, _ = anew("another sine")
    programs, names = kept(folder)
    assert traced == 1
    assert (len(programs), len(names)) == (1, 2)


def test_what_computes_another_thing_is_another_program(folder, anew):
    anew("sine")
    np.testing.assert_allclose(anew("sine and two", 2.0)[1], np.sin(X) + 2.0, rtol=1e-6)
    assert [len(held) for held in kept(folder)] == [2, 2]


@pytest.mark.parametrize(
    "damage", [lambda held: held[:-9], lambda held: b"", lambda held: held[:40] + b"x" + held[41:]]
)
def test_a_damaged_program_is_compiled_and_written_again(folder, anew, damage):
    anew("sine")
    (path,) = folder.glob("*.program")
    whole = path.read_bytes()
    path.write_bytes(damage(whole))
    assert anew("sine")[0] == 1
    assert anew("sine")[0] == 0
    np.testing.assert_allclose(anew("sine")[1], np.sin(X) + 1, rtol=1e-6)


def test_bytes_are_made_once_and_made_anew_where_they_are_damaged(folder):
    made = []

    def asked():
        return stored_programs.stored_bytes("points", lambda: made.append(1) or b"1234")

    assert asked() == asked() == b"1234"
    assert len(made) == 1
    (path,) = folder.glob("*.bytes")
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    assert asked() == b"1234"
    assert len(made) == 2
    assert asked() == b"1234"
    assert len(made) == 2


def test_what_nobody_knows_in_another_process_is_not_kept(folder, anew):
    assert anew(("sine", object()))[0] == anew(("sine", object()))[0] == 1
    assert not folder.exists()


def test_a_folder_that_cannot_be_written_is_done_without(folder, anew):
    folder.write_text("a file where the folder would lie")
    assert anew("sine")[0] == anew("sine")[0] == 1


def test_the_programs_used_last_are_kept(folder, anew, monkeypatch):
    monkeypatch.setattr(stored_programs, "MOST", 2)
    for k in range(3):
        anew(f"sine and {k}", float(k))
    assert len(kept(folder)[0]) == 2
    assert anew("sine and 2", 2.0)[0] == 0


def test_nothing_is_kept_of_a_case_that_was_written_since_it_was_read(monkeypatch):
    study = Study(case="eu_gpai")
    assert files_of_case(study.case)
    assert study.compiled.forward.lasting
    monkeypatch.setattr("premortem.study.forward.BEGAN", 0.0)
    assert files_of_case(study.case) is None


def test_a_program_that_cannot_be_written_is_left_to_the_cache_of_jax(folder, anew, monkeypatch):
    def refuses(program):
        raise NotImplementedError

    monkeypatch.setattr("jax.experimental.serialize_executable.serialize", refuses)
    assert anew("sine")[0] == 1
    ((program,), names) = kept(folder)
    assert (folder / program).read_bytes() == stored_programs.REFUSED
    assert not names
    np.testing.assert_allclose(anew("sine")[1], np.sin(X) + 1, rtol=1e-6)


def test_a_program_compiled_in_another_way_is_another(folder, anew, monkeypatch):
    anew("sine")
    monkeypatch.setenv("XLA_FLAGS", "--xla_cpu_use_fusion_emitters=true")
    assert anew("sine")[0] == 1
    assert [len(held) for held in kept(folder)] == [2, 2]
