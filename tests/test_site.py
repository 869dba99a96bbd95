"""The site of the docs: every page has a place in it, a link that leads nowhere ends its making, and nothing comes from elsewhere."""

import json
import re
import subprocess
from pathlib import Path

import pytest

import docs_site
from premortem.case import default
from premortem.ensemble.evidence import evidence

ROOT = Path(__file__).parents[1]
GOLDEN = json.loads((ROOT / "tests" / "case" / "golden_us_ai_2025.json").read_text("utf-8"))


def test_every_page_is_in_the_navigation_once():
    listed = docs_site.listed(docs_site.settings()["nav"])
    assert len(listed) == len({*listed})
    pages = {place for place in docs_site.sources() if place.endswith(".md")}
    reached = {place for place in pages if place.startswith("instruments/")} | {"security.md"}
    assert {*listed} <= pages <= {*listed} | reached


def test_links_lead_to_where_files_lie_in_the_site():
    held = {ROOT / "docs" / "a" / "b.md": "a/b.md", ROOT / "CHANGELOG.md": "changes.md"}
    page = ROOT / "docs" / "a" / "b.md"
    text = "[x](../../CHANGELOG.md#top) [y](https://a.example/b) [z](#here)"
    assert (
        docs_site.moved_links(text, page, "a/b.md", held)
        == "[x](../changes.md#top) [y](https://a.example/b) [z](#here)"
    )
    with pytest.raises(KeyError):
        docs_site.moved_links("[x](nowhere.md)", page, "a/b.md", held)


def page_text(page: str) -> str:
    return (ROOT / "docs" / page).read_text("utf-8")


def shares(page: str) -> dict[str, list[str]]:
    """Shares of the board that a page shows, in the order of its columns, by assumption."""
    rows = re.findall(r"^[ |]*(A\d|All five)\b(.*%.*)$", page_text(page), re.M)
    return {name: re.findall(r"(?:under )?\d+%", row) for name, row in rows}


@pytest.mark.parametrize(
    ("page", "policies"),
    [
        ("index.md", ("as-written", "rescinded", "streamlined", "maximal")),
        ("first-brief.md", ("as-written", "streamlined")),
    ],
)
def test_a_board_that_a_page_shows_is_that_of_the_model(page, policies):
    shown = shares(page)
    assert len(shown) == 6
    for name, told in shown.items():
        held = [GOLDEN[policy]["all" if name == "All five" else name] for policy in policies]
        assert told == ["under 1%" if share < 0.01 else f"{100 * share:.0f}%" for share in held], name


def test_what_pages_say_of_inputs_and_record_is_so():
    verdicts = [row.verdict for row in evidence(default())]
    judged = f"{verdicts.count('no number')} of the {len(verdicts)}"
    groups = re.search(r"\*\*Standing on .*?: (\d+ of \d+ (?:independent )?groups)", page_text("hindcast.md")).group(1)
    for page in ("index.md", "faq.md"):
        assert judged in page_text(page)
        assert groups in page_text(page)
    assert judged.replace("the ", "") in page_text("model.md")
    assert f"Each of {len(verdicts)} uncertainties" in page_text("idea.md")


@pytest.fixture(scope="module")
def built():
    assert docs_site.build() == 0
    return ROOT / docs_site.settings()["site_dir"]


@pytest.mark.slow
def test_the_site_is_made_and_asks_nothing_of_another_place(built):
    asked = re.compile(
        r'(?:<script[^>]*src|<link[^>]*rel="?(?:stylesheet|preconnect)"?[^>]*href|<img[^>]*src)="?(?:https?:)?//'
    )
    for page in built.rglob("*.html"):
        assert not asked.search(page.read_text("utf-8")), page


@pytest.mark.slow
@pytest.mark.parametrize(("link", "right"), [("model.md", True), ("nowhere.md", False), ("model.md#nowhere", False)])
def test_a_link_or_an_anchor_that_leads_nowhere_ends_the_making(tmp_path, link, right):
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "index.md").write_text(f"# One\n\n[two]({link})\n", "utf-8")
    (tmp_path / "pages" / "model.md").write_text("# Two\n", "utf-8")
    (tmp_path / "zensical.toml").write_text('[project]\nsite_name = "x"\ndocs_dir = "pages"\n', "utf-8")
    done = subprocess.run(docs_site.BUILDER, cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode == 0) is right, done.stdout
