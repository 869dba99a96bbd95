"""How current the rulebook is: what is stale on a day, which documents since may matter, and what its versions changed."""

import json
import shutil
import sys
from datetime import date
from pathlib import Path

import pytest

from premortem import cli, facts
from premortem.case import Case, default, load
from premortem.errors import BadInput
from premortem.facts import live
from premortem.facts.fetch import Fetched
from premortem.law import book as rules
from premortem.law.currency import status
from premortem.law.rulebook_version import changes, shipped_version

SOURCE = "federal_register"


def document(number: str, day: str, part: int) -> dict[str, object]:
    return {"document_number": number, "citation": f"91 FR {number}", "title": f"Of part {part}", "publication_date": day,
            "html_url": "https://example.org", "cfr_references": [{"title": 15, "part": part}]}  # fmt: skip


@pytest.fixture
def pulled(monkeypatch, tmp_path):
    """Documents of four days, as they are kept once pulled."""
    monkeypatch.setattr(live, "home", lambda: tmp_path)
    results = [
        document("1", "2026-07-23", 744), document("2", "2026-08-03", 744),
        document("3", "2026-10-01", 748), document("4", "2026-10-05", 902),
    ]  # fmt: skip

    def get(_: str, path: Path, most: int) -> Fetched:
        path.write_text(json.dumps({"count": len(results), "results": results}))
        return Fetched(path, "", "")

    facts.pull([SOURCE], get=get)


def book(case: Case | None = None, policy: str = "history") -> rules.Book:
    return rules.load(policy, case)


def test_an_instrument_is_stale_after_the_day_to_which_it_was_checked_and_what_has_ended_is_not_told():
    listed, text = shipped_version(default()).checked("el"), shipped_version(default()).text
    assert text < listed
    stale = {one.instrument: one.verified_to for one in status(book(), listed).stale}
    assert "el" not in stale
    assert stale["enduse"] == text
    assert "el" in {one.instrument for one in status(book(), date(2026, 11, 26)).stale}
    assert "diffusion" not in {one.instrument for one in status(book(), listed).current}  # it ended in May 2025
    assert not status(book(), text).stale


def test_documents_published_since_that_name_a_part_of_a_stale_instrument_are_told(pulled):
    found = status(book(), date(2026, 11, 26))
    assert [d.fr for d in found.documents] == ["91 FR 3", "91 FR 2"]  # the newest first; that of the text's own day not
    assert found.others == 1
    (of_744,) = (d for d in found.documents if d.fr == "91 FR 2")
    assert {"el", "enduse"} <= {*of_744.instruments}
    assert "uae2026" not in of_744.instruments  # checked to a later day
    assert [d.fr for d in status(book(), date(2026, 9, 1)).documents] == ["91 FR 2"]  # what came later was not known
    assert found.pulled


def test_the_command_prints_what_is_stale_and_documents(pulled, capsys, monkeypatch):
    for args in (["--json"], []):
        monkeypatch.setattr(sys, "argv", ["premortem", "regime", "status", "--on", "2026-11-26", *args])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        assert ended.value.code == 0
        out = capsys.readouterr().out
        if args:
            told = json.loads(out)
            assert {"instrument", "verified_to"} <= told["stale"][0].keys()
            assert {"fr", "date", "title"} <= told["documents"][0].keys()
        else:
            assert "2026-10-01 91 FR 3: Of part 748 (may touch" in out


def test_nobody_pulled_documents_and_a_case_without_a_source_of_them_are_told_apart(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(live, "home", lambda: tmp_path)
    from premortem import terminal

    terminal.print_status(status(book(), date(2026, 11, 26)))
    assert "premortem data pull federal_register" in " ".join(capsys.readouterr().out.split())
    terminal.print_status(status(book(load("eu_gpai"), "as-amended"), date(2026, 11, 26)))
    assert "names no source of documents" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize("name", ["us_ai_2025", "eu_gpai"])
def test_the_changelog_of_a_rulebook_begins_with_its_version(name):
    assert changes(load(name))[0].version == shipped_version(load(name)).version


def test_a_version_without_its_change_and_an_instrument_that_is_not_there_are_one_line(tmp_path):
    for file, old, new, said in (
        (
            "rulebook.toml",
            'version = "2026',
            'version = "2027',
            "rulebook_changes.toml: change: does not say what version 2027",
        ),
        ("rulebook.toml", "el = 2026", "ell = 2026", "rulebook.toml: instruments.ell: no such file of clauses: ell"),
    ):
        folder = tmp_path / new[:3]
        shutil.copytree(default().folder, folder, ignore=shutil.ignore_patterns("exhibits", "world", "watch"))
        (folder / file).write_text((folder / file).read_text().replace(old, new))
        with pytest.raises(BadInput) as caught:
            changes(Case(folder))
        assert str(caught.value).startswith(said)
