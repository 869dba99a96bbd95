"""`validate` tells every fault of a file at once, each with what is allowed, and nothing in a study is passed over."""

import re
from pathlib import Path

import pytest

from premortem.case import load
from premortem.errors import BadInput
from premortem.law import book
from premortem.study import make_study, problems

ROOT = Path(__file__).parents[1]
POLICY = 'name = "mine"\ntitle = "t"\nsays = "s"\n'


@pytest.fixture
def folder(tmp_path):
    return make_study(tmp_path / "S")


def told(folder):
    return [str(error) for error in problems(folder)]


def edited(path, *changes):
    text = path.read_text()
    for old, new in changes:
        text = re.sub(old, new, text, count=1, flags=re.MULTILINE)
    path.write_text(text)


def holds(said, *parts):
    """Whether each part is in a line of its own."""
    assert len(said) == len(parts), said
    for part, line in zip(parts, said, strict=True):
        assert part in line, (part, line)


def test_a_table_of_priors_tells_names_ranges_and_words_of_all_its_rows(folder):
    path = folder / "params.csv"
    lines = path.read_text().splitlines()
    lines[1] = lines[1].replace("0.1,0.3,0.8,lognormal", "nan,0.3,0.8,lognorma")
    lines[2] = lines[2].replace("patch_lag", "patch_lagg")
    lines[3] = lines[3].replace("0.4,0.6,0.8,triangular", "0.9,0.6,0.8,triangular").rpartition(",")[0] + ",hgh"
    path.write_text("\n".join(lines) + "\n")
    holds(
        told(folder),
        "row 2 (loophole_rate).low: 'nan' is not finite",
        "row 2 (loophole_rate).distribution: 'lognorma' is none of its values",
        "row 4 (goodwill_start).range: ",
        "row 4 (goodwill_start).confidence: 'hgh' is none",
        "patch_lagg: no such uncertainty; allowed: a name in params.csv of the case; did you mean patch_lag?",
    )


def test_a_column_is_told_once_and_other_marks_than_commas_in_one_line(folder):
    path = folder / "params.csv"
    header, rows = path.read_text().split("\n", 1)
    path.write_text(header.replace("binds", "extra") + "\n" + rows)
    said = told(folder)
    holds(said, "extra: no such column; allowed: name", "binds: is missing; allowed: columns name")
    assert not any("did you mean" in line for line in said)
    path.write_text((header + "\n" + rows).replace(",", ";"))
    holds(told(folder), "params.csv: is parted by semicolons; allowed: commas")


def test_a_short_row_of_correlations_hides_no_other_fault(folder):
    (folder / "correlations.csv").write_text(
        "a,b,rho\nyield_rate,x\nyeld_rate,yield_rate,2\nyield_rate,wafer_growth,q\n"
    )
    holds(
        told(folder),
        "row 2: has 2 values for 3 columns",
        "row 4.rho: is not a number; allowed: a number",
        "row 3: no such uncertainty: yeld_rate; allowed: a name in params.csv of the case; did you mean yield_rate?",
        "row 3.rho: is out of range",
    )


def test_a_policy_tells_values_strengths_includes_clauses_and_their_keys(folder):
    (folder / "policies/mine.toml").write_text(
        'name = "mine"\ntitle = "t"\nsays = 3\ninclude = ["bis_2028"]\n'
        '[clause."diffusion.lpp"]\nbanana = 1\n[clause."diffusion.lppp"]\nthen = "x"\n'
        '[clause."diffusion.country_allocation"]\ntpp = 5\n[[strength.dealz]]\nvalue = 2\nfrom = 2025-04-01\n'
    )
    said = told(folder)
    holds(
        said,
        "says: '3' is not a text",
        "strength.dealz: no such instrument: dealz; allowed: allied_servicing",
        "strength.dealz.0.value: '2' is out of range; allowed: 1 or less",
        "include: no such instrument: bis_2028; allowed: affiliates",
        "clause.diffusion.lppp: no such clause in the rulebook; did you mean diffusion.lpp?",
        "diffusion.lpp.banana: no such key; allowed: tpp_year, says",
        "diffusion.country_allocation.tpp: is not a number with a unit; allowed: a value and its unit",
    )
    assert "numbers" not in said[5]


def test_an_assumption_tells_values_margins_and_bindings(folder):
    edited(
        folder / "assumptions/a1.toml",
        ("value = 1.5", "value = 'x'"),
        (r"year\(cn_made, 2028\)", "year(cn_made, 2048)"),
        (r'binds = \["', 'binds = ["nope", "lever:dealz", "'),
    )
    holds(
        told(folder),
        "condition.0.limit.value: 'x' is not a number",
        "binds: no such parameter or lever: nope; allowed: a name in params.csv of the case, lever:NAME or facts:NAME",
        "binds: no such parameter or lever: lever:dealz; allowed: lever: and one of tier2",
        "condition.throttled.margin: has a year outside the horizon: 2048",
    )


def test_a_misspelt_key_is_one_line_and_empties_no_list(folder):
    path = folder / "assumptions/a1.toml"
    path.write_text(re.sub("^margin", "margn", path.read_text(), flags=re.MULTILINE))
    said = told(folder)
    assert len(said) == 2
    assert all(line.endswith("did you mean margin?") for line in said)


def test_a_file_in_another_encoding_is_told_by_line_and_with_the_way_out(folder):
    (folder / "policies/mine.toml").write_bytes(POLICY.encode() + b"# \xff\n")
    holds(told(folder), "is not UTF-8: byte 0xff in line 4; allowed: UTF-8 TOML; iconv -f LATIN1 -t UTF-8 mine.toml")


def test_nothing_in_a_study_is_passed_over(folder):
    (folder / "study.toml").write_text("format = 9\nfoo = 1\n")
    (folder / "policies/x.tml").write_text(POLICY)
    (folder / "assumptions/x.txt").write_text("x")
    (folder / "assumptions/x.toml").write_text((folder / "assumptions/a1.toml").read_text())
    (folder / "assumptions/a1.toml").unlink()
    holds(
        told(folder),
        "policies/x.tml: is not read: its name does not end in .toml",
        "assumptions/x.txt: is not read",
        "study.toml: format: '9' is none of its values; allowed: 1",
        "study.toml: foo: no such key; allowed: format",
        "assumptions/x.toml: id: A1 is the id of the shipped a1.toml too",
    )


@pytest.mark.parametrize("name", ["other", "as-written"])
def test_a_policy_is_of_the_name_of_its_file(folder, name):
    path = folder / "policies/mine.toml"
    path.write_text(POLICY.replace("mine", name))
    holds(
        told(folder), f"mine.toml: name: '{name}' is not the name of the file, by which it is asked for; allowed: mine"
    )
    with pytest.raises(BadInput, match="is not the name of the file"):
        book.load(path)


def test_a_policy_that_is_not_there_is_told_under_the_option_that_named_it():
    from typer.testing import CliRunner

    from premortem.cli import app

    wrong = CliRunner().invoke(app, ["check", "--item", "H20", "--to", "ARE", "--under", "other"]).exception
    assert str(wrong).startswith("command line: --under: no such policy of us_ai_2025: other; allowed: as-written, ")


def test_counts_are_told_by_the_one_function_that_knows_of_one():
    """No text of the package puts a number before a plural by hand, but for benchmarks and what is never one."""
    by_hand = re.compile(r"\{(?![\w.]*[A-Z]{3})[\w.\[\]'()]+(:,)?\} (policies|futures|files|cases|uncertainties)\b")
    sources = [p for p in (ROOT / "src/premortem").rglob("*.py") if "bench" not in p.parts]
    assert not [(p.name, m[0]) for p in sources for m in by_hand.finditer(p.read_text("utf-8"))]


def test_a_mark_with_a_fault_still_names_the_case_of_its_folder(tmp_path):
    folder = make_study(tmp_path / "S", load("eu_gpai"))
    mark = folder / "study.toml"
    mark.write_text(mark.read_text() + "strange = 1\n")
    policy = folder / "policies" / "as-adopted.toml"
    policy.write_text(policy.read_text() + "strange = 2\n")  # below its last table, a strength
    (folder / "clauses").mkdir()
    (folder / "clauses" / "mine.toml").write_text('instrument = "Mine"\n[one]\nsays = 3\n')
    said = told(folder)
    assert [line for line in said if not line.startswith("clauses/mine.toml: mine.one.")] == [
        "study.toml: strange: no such key; allowed: format, case",
        "policies/as-adopted.toml: strength.capability_test.0.strange: no such key; allowed: value, from, why",
    ]
    assert "clauses/mine.toml: mine.one.published: is missing" in said
    mark.write_text("case = [")
    assert [line.partition(": Inv")[0] for line in told(folder)] == ["study.toml: is not TOML"]
