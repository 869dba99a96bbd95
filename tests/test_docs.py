"""The docs hold: links lead somewhere, every command shown is one that parses, examples run, all is reached from the index."""

import ast
import re
import runpy
import shlex
import tomllib
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.exceptions import TyperException

import premortem as pm
from premortem.case import default
from premortem.cli import app

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *DOCS.rglob("*.md")])
WRITTEN = [page for page in PAGES if page.parent != DOCS / "notebooks"]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.S | re.M)
INDENTED = re.compile(r"^    (premortem .*)$", re.M)
INLINE = re.compile(r"`(premortem [^`]+)`")
# The whole program as its parser has it.
COMMAND = typer.main.get_command(app)


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


def blocks(page: Path, language: str) -> list[str]:
    return [text for kind, text in FENCE.findall(page.read_text("utf-8")) if kind == language]


def links(page: Path) -> list[str]:
    text = FENCE.sub("", page.read_text("utf-8"))
    return [t for t in re.findall(r"\]\(([^)\s]+)\)", text) if not t.startswith(("http:", "https:", "mailto:"))]


def anchors(page: Path) -> set[str]:
    """Anchors of the headings of a page, as code hosts make them."""
    heads = re.findall(r"^#+ (.+)$", FENCE.sub("", page.read_text("utf-8")), re.M)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_relative_link_and_picture_is_there(page):
    for target in links(page):
        path, _, anchor = target.partition("#")
        place = (page.parent / path).resolve() if path else page
        assert place.exists(), target
        if anchor:
            assert anchor in anchors(place), target


def test_every_page_is_reached_from_the_index():
    seen, ahead = set(), [DOCS / "index.md"]
    while ahead:
        page = ahead.pop()
        seen.add(page)
        found = [(page.parent / t.partition("#")[0]).resolve() for t in links(page)]
        ahead += [p for p in found if p.suffix == ".md" and p not in seen]
    assert not set(DOCS.rglob("*.md")) - seen


def commands(page: Path) -> list[str]:
    """Commands of a page: in code blocks, indented lines and, where they have a name after `premortem`, between backticks."""
    text = page.read_text("utf-8")
    fenced = [line for kind, code in FENCE.findall(text) if kind in ("", "sh", "bash") for line in code.splitlines()]
    shown = [*fenced, *INDENTED.findall(text), *INLINE.findall(FENCE.sub("", text))]
    lines = [line.strip() for line in shown]
    asked = [line for line in lines if line.startswith("premortem ") and "[OPTIONS]" not in line]
    return [line.partition("  #")[0].strip() for line in asked]


def words_of(line: str) -> list[str]:
    """Arguments of a command as shown: up to a pipe, with numbers in the places of what stands for one."""
    plain = re.sub(r"\$\(.*?\)", "ADDRESS", line).split(" | ")[0]
    return shlex.split(re.sub(r"\b(INDEX|FUTURE|N)\b", "1", plain), comments=True)[1:]


def parse(command: Any, words: list[str], parent: Any = None) -> None:
    """Parse a command and its subcommands, without running any. Raises `TyperException` for what it does not know."""
    context = command.make_context(command.name, words, parent=parent)
    rest = [*context._protected_args, *context.args] if hasattr(command, "commands") else []
    if rest:
        _, found, more = command.resolve_command(context, rest)
        parse(found, more, context)


@pytest.mark.parametrize("page", [p for p in WRITTEN if commands(p)], ids=name_of)
def test_every_command_shown_parses(page):
    for line in commands(page):
        try:
            parse(COMMAND, words_of(line))
        except typer.Exit:
            continue  # --help and --version end here
        except TyperException as error:
            if type(error).__name__ == "MissingParameter" and f"`{line}`" in page.read_text("utf-8"):
                continue  # named in a sentence, not shown to be typed
            pytest.fail(f"{line}: {error}")


@pytest.mark.parametrize("line", ["premortem run --futurs 10", "premortem regime shows", "premortem checks"])
def test_a_command_that_does_not_exist_would_be_seen(line):
    with pytest.raises(TyperException):
        parse(COMMAND, words_of(line))


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_python_shown_uses_what_is_public(page):
    for code in blocks(page, "python"):
        for node in ast.walk(ast.parse(code)):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "pm":
                assert node.attr in pm.__all__, node.attr


@pytest.mark.parametrize("page", [p for p in WRITTEN if blocks(p, "toml")], ids=name_of)
def test_toml_shown_is_toml(page):
    for code in blocks(page, "toml"):
        tomllib.loads(code)


def test_the_reference_is_fresh():
    """`python scripts/reference.py docs` writes it."""
    made = runpy.run_path(str(ROOT / "scripts" / "reference.py"))
    assert (DOCS / "cli.md").read_text("utf-8") == made["commands"]()
    assert (DOCS / "python.md").read_text("utf-8") == made["names"]()


def test_the_picture_of_the_rooms_shows_every_room_of_the_import_contract():
    """`python scripts/architecture.py docs` draws it."""
    made = runpy.run_path(str(ROOT / "scripts" / "architecture.py"))
    drawn = (DOCS / made["PICTURE"]).read_text("utf-8")
    assert all(f">{room}<" in drawn for room in made["layers"]())
    assert {p.name for p in (ROOT / "src" / "premortem").iterdir() if (p / "__init__.py").is_file()} <= {
        *made["layers"]()
    }


def test_numbers_that_pages_give_of_what_ships_are_those_of_what_ships():
    from premortem import facts
    from premortem.watch import signposts

    watch, rules = ((DOCS / name).read_text("utf-8") for name in ("watch.md", "rulebook.md"))
    cases = (ROOT / "tests" / "law" / "cases.csv").read_text("utf-8").splitlines()
    assert f"{facts.read('events').height} dated events" in watch
    assert f"{len(signposts.shipped_signposts(default()))} signposts" in watch
    assert f"{len(cases) - 1} worked cases" in rules
    assert f"all {facts.read('history_checks').height} recorded quantities" in (DOCS / "model.md").read_text("utf-8")


TERMS = (
    "ECCN", "TPP", "performance density", "licence", "licence exception", "presumption of denial", "presumption of approval", "case by case",
    "policy of denial", "VEU", "UVEU", "NVEU", "headquarters", "ultimate parent", "consignee", "end use", "destination", "tier", "country group",
    "published", "effective", "complies", "allocation", "ratios", "foundry due diligence", "de minimis", "FDPR", "uncertainty", "lever", "measure",
    "future", "policy", "outcome", "proposition", "condition", "margin", "holds", "breaks", "share", "box", "breaking point", "regret", "robustness",
    "signpost", "reading", "trigger", "archetype", "H100e", "capacity factor", "surplus generation", "stranded",
)  # fmt: skip


def test_the_glossary_has_the_words_of_the_field():
    rows = re.findall(r"^\| ([^|]+) \|", (DOCS / "glossary.md").read_text("utf-8"), re.M)
    named = {term.strip() for row in rows for term in row.split(",")}
    assert not set(TERMS) - named


def test_the_glossary_cites_only_what_a_clause_cites():
    clauses = "".join(
        path.read_text("utf-8") for path in (ROOT / "src/premortem/cases/us_ai_2025/clauses").glob("*.toml")
    )
    cited = re.findall(r"\b\d{2} FR \d+|\b7\d\d\.\d+", (DOCS / "glossary.md").read_text("utf-8"))
    assert len(cited) >= 8
    assert not [number for number in cited if number not in clauses]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("page", [p for p in WRITTEN if blocks(p, "python") and p.parent == DOCS], ids=name_of)
def test_python_shown_runs(page, tmp_path, monkeypatch):
    """In a folder with a run, a study and a table of shipments, as the pages take for granted."""
    import polars as pl

    monkeypatch.chdir(tmp_path)
    pm.Study().run(["as-written"], futures=512, out="out")
    pm.new_study(tmp_path / "my-study")
    shipments = pl.DataFrame({"item": ["H20"], "quantity": [1], "destination": ["CHN"], "date": ["2024-06-01"]})
    names: dict[str, object] = {"shipments": shipments}
    for code in blocks(page, "python"):
        exec(compile(code, name_of(page), "exec"), names)


def test_no_page_and_no_notebook_teaches_strengths_of_instruments():
    taught = [*WRITTEN, *(ROOT / "notebooks").glob("*.ipynb"), ROOT / "src/premortem/study/readme.md"]
    old = [
        name_of(page)
        for page in taught
        if page.name != "CHANGELOG.md" and re.search(r"\[\[strength\.[a-z]", page.read_text("utf-8"))
    ]
    assert not old, "efforts are written [[instrument.NAME]]"
