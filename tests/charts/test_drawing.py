"""Charts drawn by a process of their own: the same pictures as here, and here where that process fails."""

import re
import subprocess
import sys
import threading
from pathlib import Path

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


def test_pictures_are_measured_by_the_packaged_fonts_alone_whatever_the_machine_has(monkeypatch, tmp_path):
    monkeypatch.setenv(module.FONTS_OF, str(tmp_path / "of-the-machine.conf"))
    here = svg(bar("a"))
    opened = tmp_path / "opened"
    begin = subprocess.Popen
    traced = f"import os, sys; open({str(opened)!r}, 'w').write(os.environ[{module.FONTS_OF!r}])\n"
    program = traced + "from premortem.charts.draw_process import main; main()"
    monkeypatch.setattr(module.subprocess, "Popen", lambda asked, **k: begin([asked[0], "-c", program], **k))
    with drawing() as draw:
        assert draw(bar("a")) == here
    told = Path(opened.read_text())
    (named,) = re.findall('<dir prefix="relative">(.+)</dir>', told.read_text())
    assert (told.parent / named / "SourceSans3-Regular.ttf").is_file()


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


def test_a_picture_is_the_same_whatever_was_drawn_before_it():
    """The renderer counts areas at which marks are cut off on from one picture to the next, so that no two briefs were equal."""
    cut_off = alt.Chart(alt.Data(values=[{"x": 1, "y": 2}])).mark_bar(clip=True).encode(x="x:Q", y="y:Q")
    first = svg(cut_off)
    assert 'clip-path="url(#clip1)"' in first
    assert '<clipPath id="clip1">' in first
    assert svg(cut_off) == first
