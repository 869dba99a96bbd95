"""Long answers lie with their run, are read from there by whoever asks next, and are worked out again where they do not serve."""

import pytest

from premortem.ensemble import layout
from premortem.ensemble.compiled import Kept
from premortem.questions import answers_of_run
from premortem.questions._paired import Effect

FOUND = Effect(1 / 3, 0.1, 0.5)


class Asked:
    """A question that counts how often it is worked out."""

    times = 0

    def __call__(self):
        self.times += 1
        return FOUND


@pytest.fixture
def ask(small_run, monkeypatch):
    """Asks the small run as another process would, which remembers nothing."""

    def ask(make, name="test_at_hand"):
        monkeypatch.setattr(answers_of_run, "_HELD", Kept(8))
        return answers_of_run._kept(small_run, name, ("X",), make)

    yield ask
    for path in (small_run.folder / layout.ANSWERS).glob("test_*"):
        path.unlink()


def test_an_answer_is_worked_out_once_for_all_processes(small_run, ask):
    made = Asked()
    assert [ask(made), ask(made)] == [FOUND, FOUND]
    assert made.times == 1
    (name,) = (f"{layout.ANSWERS}/{path.name}" for path in (small_run.folder / layout.ANSWERS).glob("test_*"))
    assert layout.belongs(name, small_run.policies)


@pytest.mark.parametrize("text", ["", '{"of":["os","system",{}]}', "\ud800".encode("utf-16", "surrogatepass")])
def test_a_damaged_answer_is_worked_out_again(small_run, ask, text):
    made = Asked()
    ask(made)
    (path,) = (small_run.folder / layout.ANSWERS).glob("test_*")
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    assert ask(made) == FOUND
    assert made.times == 2


def test_an_answer_of_other_code_is_another_answer(ask, monkeypatch):
    made = Asked()
    ask(made)
    monkeypatch.setattr(answers_of_run, "hash_of_program", lambda: "other code")
    ask(made)
    assert made.times == 2


def test_an_answer_that_cannot_be_stored_is_given_all_the_same(ask):
    assert ask(lambda: print) is print
