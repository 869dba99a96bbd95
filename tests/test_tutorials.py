"""Tutorials are typed as they stand: every command of a console block runs in one folder, one after the other."""

import re
import shlex

import pytest

from premortem.cli import main
from tests.case.cars import typed_case
from tests.test_docs import DOCS, blocks, name_of

PAGES = [page for page in sorted(DOCS.rglob("*.md")) if blocks(page, "console")]
# What a page says of futures is more than a test needs; the app serves until it is stopped, and has tests of its own.
FEWER = (r"--futures \d+", "--futures 256")
SERVES = "premortem app"


def typed(page):
    lines = [line.removeprefix("$ ") for code in blocks(page, "console") for line in code.splitlines()]
    return [re.sub(*FEWER, line) for line in lines if not line.startswith(SERVES)]


def test_every_line_of_a_console_block_is_a_command():
    assert {"first-brief.md", "second-case.md"} <= {page.name for page in PAGES}
    for page in PAGES:
        for code in blocks(page, "console"):
            assert all(line.startswith("$ premortem ") for line in code.splitlines()), page


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_a_tutorial_runs_as_typed(page, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    typed_case(tmp_path)
    for line in typed(page):
        monkeypatch.setattr("sys.argv", shlex.split(line))
        with pytest.raises(SystemExit) as ended:
            main()
        assert ended.value.code in (0, 1, None), (line, capsys.readouterr().err)
