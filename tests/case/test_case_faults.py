"""Every file of a case is checked, each fault is told once, and an error in a user's world is the user's."""

import pytest
from rich.console import Console

from premortem.briefing import method
from premortem.case import load
from premortem.cli import main
from premortem.questions.case_faults import case_faults
from premortem.terminal import stress as terminal_stress
from tests.case.cars import typed_case
from tests.edits import edited

# A fault in a file of the case: the file, what stands there, what is put in its place, and what must be told.
EDITS = (
    ("params.csv", "0.06,triangular", "0.06,trianglar", "params.csv: row 2 (fall).distribution"),
    ("params.csv", "0.02,0.1,0.3", "0.5,0.1,0.3", "params.csv: row 3 (answer).range"),
    ("assumptions/c1.toml", "over_line@2032 / limit", "over_lien@2032 / limit", "margin: no such outcome: over_lien"),
    ("assumptions/c1.toml", "over_line@year", "over_line@yaer", "over_time: has a date outside the horizon"),
    ("assumptions/c1.toml", "lever:found", "lever:nope", "driver.charge.binds: no such parameter or lever: lever:nope"),
    (
        "assumptions/c1.toml",
        '"lever:nope"',
        '"lever:nope", "facts:lorries"',
        "driver.charge.binds: no such table: facts:lorries",
    ),
    (
        "assumptions/c1.toml",
        '"facts:lorries"',
        '"facts:lorries", "fact:found"',
        "driver.charge.binds: no such parameter or lever: fact:found",
    ),
    ("policies/no-charge.toml", "charge.line", "charge.lien", "no such clause in the rulebook"),
)
SALES = """[sales]
title = "Cars sold"
date = "2025-05-01"
source = "a count"
licence = "none"
unit = "cars"
confidence = "low"
"""
# A file that the case does not hold yet, and what must be told of it.
FILES = (
    ("text.toml", 'yardstik = "cars"', "text.toml: yardstik: "),
    ("signs.toml", "[over_line", "signs.toml: is not TOML"),
    ("time.toml", 'lag = "fall"\nfastest = "now"\n[cases.now]\nlever = "fuond"', "time.toml: cases.now.lever: "),
    ("rulebook.toml", 'sorce = "a reading"', "rulebook.toml: sorce: no such key; allowed: version, text, news, source"),
    ("addressees.toml", "acme = 3", "addressees.toml: acme: is not a list of texts"),
    ("watch/process.toml", "[left]\nsay = 1", "watch/process.toml: left.say: "),
    ("facts/tables.toml", SALES, "facts/tables.toml: sales: has no file"),
    ("checklists.toml", "[licence]\nasks = 1", "checklists.toml: licence.asks: "),
    ("red_flags.toml", '[one]\nask = "Who pays?"', "red_flags.toml: one.ask: "),
    ("policies/spare.toml", 'name = "spare"\ntitle = "Spare"\nsays = "Spare."', "policies/spare.toml: is not read"),
)
AMOUNT = ("amounts.toml", '[amounts]\n"charge.lien.line" = { says = "the line", unit = "g/km" }', "charge.lien.line")


@pytest.fixture
def cars(tmp_path):
    return typed_case(tmp_path)


def put(folder, name, text):
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text(text, "utf-8")


def command(monkeypatch, capsys, *words):
    monkeypatch.setattr("sys.argv", ["premortem", *map(str, words)])
    with pytest.raises(SystemExit) as ended:
        main()
    out = capsys.readouterr()
    return ended.value.code, out.out, out.err


def test_every_file_is_checked_and_each_fault_told_once(cars, monkeypatch, capsys):
    sound = [one for one in EDITS if one[0] != "params.csv"]  # a world is not traced without its uncertainties
    for name, old, new, _ in sound:
        edited(cars, name, old, new)
    for name, text, _ in FILES:
        put(cars, name, text)
    code, out, _ = command(monkeypatch, capsys, "validate", "--case", cars)
    assert code == 2
    for said in (*(one[3] for one in sound), *(one[2] for one in FILES)):
        assert out.count(said) == 1, (said, out)
    lines = out.strip().splitlines()
    assert len({*lines}) == len(lines)


def test_an_unknown_key_in_every_file_is_told_at_once_by_each_command(cars, monkeypatch, capsys):
    files = [path for path in sorted(cars.rglob("*.toml")) if path.name != "text.toml"]
    for path in files:
        path.write_text(f"strange = 1\n{path.read_text('utf-8')}", "utf-8")
    _, out, _ = command(monkeypatch, capsys, "validate", "--case", cars)
    for path in files:
        place = path.relative_to(cars).as_posix()
        assert out.count(f"{place}: strange: ") == 1, (place, out)
    code, _, err = command(monkeypatch, capsys, "run", "--case", cars, "--futures", "8", "--out", cars.parent / "out")
    assert code == 2
    assert [line for line in err.splitlines() if line.startswith("error: ")] == out.splitlines()[:-1]


def test_files_of_one_name_are_told_apart_by_their_folders(cars, monkeypatch, capsys):
    (cars / "policies" / "no-charge.toml").rename(cars / "policies" / "charge.toml")
    edited(cars, "policies/charge.toml", 'name = "no-charge"', 'name = "charge"')
    edited(cars, "case.toml", '"no-charge"', '"charge"')
    edited(cars, "clauses/charge.toml", "grams > line", "gramms > line")
    edited(cars, "policies/charge.toml", "says = ", "sais = ")
    code, _, err = command(monkeypatch, capsys, "check", "--case", cars, "--set", "grams=5")
    told = [line.split(": ")[1:3] for line in err.splitlines() if line.startswith("error: ")]
    assert (code, told) == (
        2,
        [["policies/charge.toml", "sais"], ["clauses/charge.toml", "charge.line.applies"]],
    )


def test_a_clause_without_a_day_is_told_with_the_other_faults(cars):
    edited(cars, "clauses/charge.toml", "published = ", "# published = ")
    assert [f"{e.file}: {e.key}: {e.what}" for e in case_faults(load(cars))] == [
        "clauses/charge.toml: charge.line.published: is missing"
    ]


def test_a_wrong_word_of_a_clause_hides_no_wrong_series(cars):
    edited(cars, "clauses/charge.toml", "grams > line", "gramms > line")
    edited(cars, "assumptions/c1.toml", "over_line@2032 / limit", "over_lien@2032 / limit")
    edited(cars, "assumptions/c1.toml", "lever:found", "lever:nope")
    put(cars, "signs.toml", '[over_lien]\nmore = "more of them"\nless = "fewer"\n')
    told = [f"{e.file}: {e.key}" for e in case_faults(load(cars))]
    assert {line.partition(":")[0] for line in told} == {"clauses/charge.toml", "assumptions/c1.toml", "signs.toml"}, (
        told
    )
    assert sum(line.endswith(".margin") for line in told) == 1, told
    assert sum(line.endswith(".binds") for line in told) == 1, told


def test_a_column_of_a_table_that_nobody_says_the_meaning_of_is_told_and_one_that_is_missing(cars):
    put(cars, "facts/tables.toml", SALES)
    put(cars, "facts/sales.csv", "place,number,colour\nhere,3,red\n")
    assert not case_faults(load(cars)), "a table that says nothing of its columns has any"
    put(
        cars,
        "facts/columns.toml",
        '[sales]\nplace = "where"\ncolor = "of the car"\nyear = "when"\n[common]\nnumber = "how many"\n',
    )
    other = cars.rename(cars.with_name("others"))
    assert [str(e) for e in case_faults(load(other))] == [
        "facts/sales.csv: colour: no such column; allowed: place, number, color, year; did you mean color?",
        "facts/sales.csv: color: is missing; allowed: the columns that columns.toml names",
        "facts/sales.csv: year: is missing; allowed: the columns that columns.toml names",
    ]


def test_a_table_of_uncertainties_is_checked(cars):
    for name, old, new, _ in EDITS:
        if name == "params.csv":
            edited(cars, name, old, new)
    told = [str(fault) for fault in case_faults(load(cars))]
    assert all(sum(said in line for line in told) == 1 for name, _, _, said in EDITS if name == "params.csv"), told


def test_a_baseline_must_be_a_policy(cars):
    edited(cars, "case.toml", 'baseline = "as-planned"', 'baseline = "as-planed"')
    told = [str(fault) for fault in case_faults(load(cars))]
    assert sum("case.toml: baseline: no such policy: as-planed" in line for line in told) == 1, told


def test_a_study_of_a_case_without_signposts_is_made_and_sound(cars, monkeypatch, capsys):
    study = cars.parent / "st"
    assert command(monkeypatch, capsys, "init", study, "--case", cars)[0] == 0
    assert not (study / "signposts.toml").exists()
    assert 'add `c2.toml` with `id = "C2"`' in (study / "README.md").read_text("utf-8")
    assert command(monkeypatch, capsys, "validate", study)[:2] == (0, "no errors\n")
    edited(cars, "assumptions/c1.toml", "over_line@2032 / limit", "over_lien@2032 / limit")
    code, out, _ = command(monkeypatch, capsys, "validate", study)
    assert (code, out.count("no such outcome: over_lien")) == (2, 1), out


PARTIES = """[parties]
title = "Parties on a list"
date = "2025-05-01"
source = "a list"
licence = "none"
unit = "-"
confidence = "low"
text = ["effective", "removed", "footnote", "footnote_from"]
"""
PARTY = "Acme,,FRA,,not listed,2019-02-31,,,,,,,,,typed,low,"


def test_a_day_of_a_listed_party_must_be_a_day(cars):
    columns = (load("us_ai_2025") / "facts" / "parties.csv").read_text("utf-8").splitlines()[0]
    put(cars, "facts/tables.toml", PARTIES)
    put(cars, "facts/parties.csv", f"{columns}\n{PARTY}\n")
    (told,) = case_faults(load(cars))
    assert str(told).startswith("facts/parties.csv: Acme, effective: '2019-02-31' is not a date"), told


def test_a_number_to_try_must_be_one_of_a_clause(cars):
    put(cars, *AMOUNT[:2])
    (told,) = case_faults(load(cars))
    assert str(told).startswith(f"amounts.toml: amounts.{AMOUNT[2]}: no such clause number")


def test_a_word_of_the_law_that_is_wrong_is_told_once_and_not_once_a_policy(cars):
    edited(cars, "vocabulary.toml", 'combine = "first"', 'combin = "first"')
    edited(cars, "clauses/charge.toml", "stage = ", "staeg = ")
    told = [str(fault) for fault in case_faults(load(cars))]
    assert sum("combin" in line for line in told) == 1, told
    edited(cars, "vocabulary.toml", 'combin = "first"', 'combine = "first"')
    told = [str(fault) for fault in case_faults(load(cars))]
    assert sum("clauses/charge.toml: charge.line.staeg" in line for line in told) == 1, told


WORLDS = (
    ("AT_REST: dict[str, float] = {}", "", "world.py: AT_REST: is missing"),
    ("def steps():", "def stesp():", "world.py: steps: is missing"),
    ("def steps():", "def steps(:", "world.py: line "),
    ('book.strength("enforcement", day)', "enforcement", "NameError: name 'enforcement' is not defined"),
    ("fall, answer = values", "fall, = values", "world.py: line "),
)


def test_a_fault_of_a_clause_is_told_of_no_policy_and_hides_no_fault_of_an_assumption(cars):
    edited(cars, "clauses/charge.toml", "grams > line", "gramms > line")
    assert "charge.line" in (cars / "policies/no-charge.toml").read_text()
    edited(cars, "assumptions/c1.toml", 'binds = ["fall"]', 'binds = ["fal"]')
    edited(cars, "assumptions/c1.toml", 'raises = ["fall"]', 'raises = ["fal"]')
    assert [f"{e.file}: {e.key}" for e in case_faults(load(cars))] == [
        "clauses/charge.toml: charge.line.applies",
        "assumptions/c1.toml: driver.cleaner.binds",
    ]


def test_what_is_said_of_tables_is_a_table(cars):
    put(cars, "facts/tables.toml", "sales = 3")
    assert [f"{e.file}: {e.key}" for e in case_faults(load(cars))] == ["facts/tables.toml: sales"]


def test_where_nothing_was_tried_or_held_nothing_is_counted(capsys):
    terminal_stress._print_thresholds(Console(), [])
    assert "clause numbers were tried" not in capsys.readouterr().out
    assert method.tables_held(()) == []


@pytest.mark.parametrize(("old", "new", "said"), WORLDS)
def test_an_error_in_the_world_is_the_users(cars, monkeypatch, capsys, old, new, said):
    edited(cars, "world.py", old, new)
    told = [str(fault) for fault in case_faults(load(cars))]
    assert [said in line for line in told] == [True], told
    code, _, err = command(monkeypatch, capsys, "run", "--case", cars, "--futures", "8", "--out", cars.parent / "out")
    assert code == 2
    assert said in err
    assert "a bug in premortem" not in err
    assert len(err.strip().splitlines()) == 1


SHAPES = ("(0.6 * jnp.exp(-fall * t - leaving))[:3]", "(0.6 * jnp.exp(-fall * t - leaving)).T", "jnp.ones(10)")


@pytest.mark.parametrize("given", SHAPES)
def test_r13_a_series_of_another_shape_is_told_by_its_name(cars, given):
    edited(cars, "world.py", "0.6 * jnp.exp(-fall * t - leaving)", given)
    told = [str(fault) for fault in case_faults(load(cars))]
    assert [line.startswith("world.py: simulate: over_line: has another shape") for line in told] == [True], told


def test_what_is_allowed_ends_with_what_is_meant_or_with_nothing(cars):
    edited(cars, "clauses/charge.toml", 'gives = ["charged"]', 'gives = ["qqqq"]')
    (told,) = [str(fault) for fault in case_faults(load(cars)) if "qqqq" in str(fault)]
    assert "allowed: " in told
    assert not told.rstrip().endswith(";"), told
