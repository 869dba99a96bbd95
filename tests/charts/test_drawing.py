"""Charts drawn by a process of their own: the same pictures as here, and here where that process fails."""

import subprocess
import sys
import threading

import altair as alt
import pytest

from premortem.charts import drawing as module
from premortem.charts.drawing import drawing
from premortem.charts.render import svg


def bar(label):
    return alt.Chart(alt.Data(values=[{"share": 0.5, "who": label}])).mark_bar().encode(x="share:Q", y="who:N")


def test_charts_drawn_aside_are_those_drawn_here_and_whoever_asks_gets_his_own():
    drawn = {}
    with drawing() as draw:
        asking = [threading.Thread(target=lambda k=k: drawn.update({k: draw(bar(k))})) for k in ("é\n", "b")]
        [one.start() for one in asking]
        [one.join() for one in asking]
    assert drawn == {k: svg(bar(k)) for k in ("é\n", "b")}


def test_the_process_ends_with_the_drawing(monkeypatch):
    started = []
    begin = subprocess.Popen
    monkeypatch.setattr(module.subprocess, "Popen", lambda *a, **k: started.append(begin(*a, **k)) or started[0])
    with pytest.raises(KeyboardInterrupt), drawing():
        raise KeyboardInterrupt
    assert started[0].poll() is not None


@pytest.mark.parametrize("program", ["/nothing/there", "/bin/false", "/bin/echo"])
def test_charts_are_drawn_here_where_there_is_no_such_process(monkeypatch, program):
    monkeypatch.setattr(sys, "executable", program)
    with drawing() as draw:
        assert draw(bar("a")) == svg(bar("a"))


def test_a_chart_that_cannot_be_drawn_is_refused_as_it_is_here():
    wrong = bar("a").transform_filter("no end(")
    with pytest.raises(ValueError, match="Unexpect") as here:
        svg(wrong)
    with drawing() as draw:
        with pytest.raises(ValueError, match="Unexpect") as aside:
            draw(wrong)
        assert draw(bar("a")) == svg(bar("a"))
    assert str(aside.value) == str(here.value)
