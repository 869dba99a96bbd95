"""Every file of a static site, from a stored run: nothing is written here."""

import json
import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from html import unescape
from importlib.metadata import version
from importlib.resources import files
from typing import Any

import polars as pl

from premortem import exhibits
from premortem.briefing import write_brief
from premortem.charts.render import png_of, with_font
from premortem.ensemble import cores
from premortem.exhibits.form import Exhibit
from premortem.files.reader import read_bytes
from premortem.propositions.board_cells import BoardCell
from premortem.publish.pages import HOME, Entry, page, within
from premortem.questions.unanswerable import UNANSWERABLE
from premortem.story import cards, oembed, tell
from premortem.story.page import CSS
from premortem.story.parts import Section, Story
from premortem.story.story_basis import ground_of_run
from premortem.study import Run
from premortem.text import phrases
from premortem.text.result import Document

# What the app shows too: its icon, and the colours and letters of every page.
STATIC = files("premortem.app") / "static"
FONT = files("premortem.charts") / "fonts" / "source-sans-3-latin.woff2"
# Screens of the app that the doors of a site may lead to.
DOORS = ("/board", "/exhibits", "/about")
# What a file of data holds, by its name.
WHAT = {"board": "Shares by assumption and policy, with their intervals", "uncertainties": "Every uncertainty with its range, unit, basis, day and confidence"}  # fmt: skip
PLACE = re.compile(r'<section[^>]* id="([^"]+)"')
HEADING = re.compile(r'<section[^>]* id="([^"]+)".*?<h2[^>]*>(.*?)</h2>', re.S)


@dataclass(frozen=True)
class Site:
    """Files by their names, and what could not be made, each with why."""

    files: dict[str, bytes]
    left_out: tuple[str, ...]


def site(run: Run, at: str = "") -> Site:
    """The site of a run. A part that the run lacks something for is left out and named; the others are there. Where the address is
    known `at` which it will stand, with a slash at its end, pages tell it to those who show a link to them.
    """
    names = exhibits.names(run.study.case)
    with ThreadPoolExecutor(cores.count()) as pool:  # drawing and simulating leave the interpreter free
        told = pool.submit(_story, run)
        made = list(pool.map(lambda name: _exhibit(run, name), names))
        brief = _brief(run)
        story = told.result()
        shown = [e for e in made if isinstance(e, Exhibit)]
        drawn = list(pool.map(_exhibit_files, shown))
    left_out = [*story.left_out, *(e for e in made if isinstance(e, str))]
    places = {*PLACE.findall(brief.decode("utf-8"))}
    held: dict[str, bytes] = {
        "memo.html": brief,
        "story.css": CSS.read_bytes(),
        "font.woff2": FONT.read_bytes(),
        "favicon.svg": (STATIC / "favicon.svg").read_bytes(),
    }
    held["look.css"] = (
        (STATIC / "look.css").read_bytes().replace(b'url("/', b'url("')
    )  # beside the letters, wherever the site stands
    held |= {name: (HOME / name).read_bytes() for name in ("site.css", "search.js")}
    data = _data(run)
    held |= {name: found for each in drawn for name, found in each.items()} | data | _shared(story)
    common = {"story": story, "foot": _foot(run), "tabs": _tabs(bool(shown)), "at": at, "oembed": oembed.TYPE}
    held |= _oembed(story, at) if at else {}
    held["index.html"] = page("index", 0, to=within(places), **common)
    held |= {
        f"embed/{s.id}.html": page("embed", 1, section=s, to=within(places, "../"), **common)
        for s in story.sections
        if s.id != "doors"
    }
    held |= _exhibit_pages(shown, common)
    held["data/index.html"] = page(
        "data",
        1,
        names={
            name: f"{WHAT[name.split('/')[1].split('.')[0]]}, {len(content) / 1000:,.0f} kB"
            for name, content in data.items()
        },
        board=_board(run),
        run=run,
        share=phrases.share,
        interval=phrases.interval,
        **common,
    )
    held["search.html"] = page("search", 0, entries=_entries(story, shown, brief), **common)
    return Site(held, tuple(left_out))


def _tabs(gallery: bool) -> dict[str, str]:
    tabs = {
        "index.html": "Story",
        "memo.html": "Brief",
        "exhibits/index.html": "Exhibits",
        "data/index.html": "Data",
        "search.html": "Search",
    }
    return {link: name for link, name in tabs.items() if gallery or name != "Exhibits"}


def _story(run: Run) -> Story:
    return tell.whole(ground_of_run(run), run, DOORS)


def _exhibit(run: Run, name: str) -> Exhibit | str:
    """An exhibit, drawn; why there is none where the run or a table lacks what it needs."""
    try:
        found = exhibits.exhibit(name, run)
        _ = found.drawn
        return found
    except UNANSWERABLE as error:
        return f"exhibit {name}: {' '.join(str(error).split())[:200]}"


def _brief(run: Run) -> bytes:
    """The brief that lies with the run, written first where there is none."""
    path = run.folder / "brief.html"
    if not path.is_file():
        write_brief(run)
    return read_bytes(path, "the brief of a run")


def _exhibit_files(found: Exhibit) -> dict[str, bytes]:
    return {
        f"exhibits/{found.name}.svg": with_font(found.drawn).encode(),
        f"exhibits/{found.name}.csv": found.csv().encode(),
        f"exhibits/{found.name}.png": png_of(found.drawn, 1),
    }


def _exhibit_pages(shown: list[Exhibit], common: dict[str, Any]) -> dict[str, bytes]:
    if not shown:
        return {}
    held = {f"exhibits/{e.name}.html": page("exhibit", 1, found=e, **common) for e in shown}
    return held | {"exhibits/index.html": page("exhibits", 1, shown=shown, **common)}


def _board(run: Run) -> dict[str, list[BoardCell]]:
    """Cells by assumption, called by id and name, in the order of the run's policies."""
    called = {a.id: f"{a.id} {a.name}" for a in run.study.assumptions}
    found: dict[str, list[BoardCell]] = {}
    for cell in run.board_rows():
        found.setdefault(called.get(cell.assumption, phrases.at_once(len(called))), []).append(cell)
    return {name: sorted(cells, key=lambda c: run.policies.index(c.policy)) for name, cells in found.items()}


def _data(run: Run) -> dict[str, bytes]:
    rows = [cell.as_dict() for cell in run.board_rows()]
    priors = [row.as_dict() for row in run.study.priors.rows]
    board = {"run": run.manifest["inputs"], "board": rows}
    return {
        "data/board.json": json.dumps(board, default=str, allow_nan=False, indent=1).encode(),
        "data/board.csv": run.board().select("assumption", "policy", "holds", "low", "high").write_csv().encode(),
        "data/uncertainties.csv": _table(priors).write_csv().encode(),
        "data/uncertainties.json": json.dumps(priors, default=str, indent=1).encode(),
    }


def _table(rows: Sequence[Document]) -> pl.DataFrame:
    """Rows as a table of plain cells: what holds several values stands as JSON."""
    cells = [{k: json.dumps(v) if isinstance(v, list | tuple | dict) else v for k, v in row.items()} for row in rows]
    return pl.DataFrame(cells, infer_schema_length=None)


def _shared(story: Story) -> dict[str, bytes]:
    drawn = {"story": cards.front(story)} | {s.id: cards.card(s) for s in story.sections if s.id != "doors"}
    return {f"share/{name}.png": png_of(card, 1) for name, card in drawn.items()}


def _oembed(story: Story, at: str) -> dict[str, bytes]:
    """What the page of the story and that of each section say of themselves, by the name of the picture."""
    whole = oembed.photo(f"{story.title}. {story.answer}", f"{at}share/story.png")
    parts = {
        s.id: oembed.rich(s.finding, f"{at}embed/{s.id}.html", f"{at}share/{s.id}.png")
        for s in story.sections
        if s.id != "doors"
    }
    return {f"oembed/{name}.json": json.dumps(told).encode() for name, told in ({"story": whole} | parts).items()}


def _entries(story: Story, shown: list[Exhibit], brief: bytes) -> list[Entry]:
    """What the search finds: sections of the story, exhibits, sections of the brief."""
    found = [Entry(s.finding, f"index.html#{s.id}", "Story", _words(s)) for s in story.sections if s.id != "doors"]
    found += [Entry(e.title, f"exhibits/{e.name}.html", "Exhibit", f"{e.subject} {e.check}") for e in shown]
    plain = [(place, re.sub(r"<[^>]+>", "", title).strip()) for place, title in HEADING.findall(brief.decode("utf-8"))]
    return found + [Entry(unescape(title), f"memo.html#{place}", "Brief") for place, title in plain]


def _words(s: Section) -> str:
    return " ".join([s.asks, *(p.text for p in s.points), *(b.label for g in s.groups for b in g.bars)])


def _foot(run: Run) -> str:
    inputs = run.manifest["inputs"]
    return (
        f"{phrases.count_noun(run.futures, 'future')}, seed {run.seed}, {phrases.count_noun(len(run.policies), 'policy')}; premortem {version('premortem')}. "
        f"Shares of futures, not forecasts. Made again by: premortem run --futures {inputs['futures']} --seed {run.seed}"
    )
