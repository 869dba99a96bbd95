"""The brief as a reader meets it: whole, offline, numbered, in words, and readable aloud."""

import io
import json
import re
from html.parser import HTMLParser

import pypdf
import pytest

from premortem.briefing import assemble, changes, html, pdf, write
from premortem.briefing.content import Fold, Paragraph, Section, See, Table, figure_numbers, figures_of
from premortem.briefing.notes import inlines, notes_of
from premortem.charts.render import svg
from premortem.errors import BadInput
from premortem.questions import findings
from premortem.text import phrases

FORBIDDEN = re.compile(r"\b(probabilit\w*|likely|likelihood|forecasts?|predictions?|scenarios?)\b", re.IGNORECASE)
# The last two are of tables of others' forecasts, which are named as such.
ALLOWED = (
    "not forecasts", "forecasts held beside it", "Scenario discovery", "continuous ranked probability score", "forecast by others", ", as forecast",
)  # fmt: skip


@pytest.fixture(scope="module")
def made(a_run):
    return assemble.assemble(a_run)


@pytest.fixture(scope="module")
def pictures(made):
    return {f.id: svg(f.chart) for f in made.figures()}


@pytest.fixture(scope="module")
def page(made, pictures):
    return html.render(made, pictures)


@pytest.fixture(scope="module")
def printed(made, pictures):
    return pypdf.PdfReader(io.BytesIO(pdf.render(made, pictures)))


class Page(HTMLParser):
    """Tags with their attributes, ids and links of a page."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.words, self._hidden = [], [], 0
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self._hidden += tag in ("style", "script")

    def handle_endtag(self, tag):
        self._hidden -= tag in ("style", "script")

    def handle_data(self, data):
        if not self._hidden:
            self.words.append(data)


def test_the_page_needs_no_other_file(page):
    assert len(page.encode()) < 3_000_000
    for tag, attributes in Page(page).tags:
        assert tag not in ("script", "link", "iframe", "img")
        for name in ("src", "href", "xlink:href"):
            assert attributes.get(name, "#").startswith(("#", "data:"))
    assert not re.search(r"url\((?!data:|#)", page)


def test_every_link_leads_somewhere_and_no_id_comes_twice(page):
    tags = Page(page).tags
    ids = [a["id"] for _, a in tags if "id" in a]
    assert len(ids) == len(set(ids))
    assert not {a["href"][1:] for t, a in tags if t == "a"} - set(ids)
    used = set(re.findall(r"url\(#([^)]+)\)", page))
    assert used <= set(ids)


def test_figures_are_numbered_in_order_and_each_is_referred_to(made):
    numbers = [made.numbers[f.id] for f in made.figures()]
    shown = [n for n in numbers if not n.startswith("S")]
    assert shown == [str(i) for i in range(1, len(shown) + 1)]
    assert len(set(numbers)) == len(numbers)
    referred = {
        name
        for section in (made.summary, *made.sections)
        for part in inlines(section.blocks)
        if isinstance(part, See)
        for name in part.figures
    }
    assert referred == {f.id for f in made.figures()}


def test_both_editions_give_a_figure_the_same_number(made):
    document = pdf.document(made)
    for section in document["sections"]:
        for block in section["blocks"]:
            if block["kind"] == "figure":
                assert block["number"] == made.numbers[block["id"]]


def test_alternatives_carry_numbers_and_sources_are_there(made):
    for figure in made.figures():
        assert re.search(r"\d", figure.alternative), figure.id
        assert figure.source.endswith("."), figure.id
        assert len(figure.title) > 10


def test_pictures_read_as_one_image(page, made):
    pictures = [a for t, a in Page(page).tags if t == "svg"]
    assert len(pictures) >= len(list(made.figures()))
    assert all(a.get("role") == "img" and a.get("aria-label") for a in pictures)


def test_tables_have_headers_for_columns_and_rows(page):
    headers = [a.get("scope") for t, a in Page(page).tags if t == "th"]
    assert set(headers) == {"col", "row"}


def test_no_word_promises_more_than_a_share_of_futures(page, printed):
    for text in (" ".join(Page(page).words), " ".join(p.extract_text() for p in printed.pages)):
        plain = " ".join(text.split())
        for phrase in ALLOWED:
            plain = plain.replace(phrase, "")
        assert not FORBIDDEN.findall(plain)


def test_findings_speak_in_words_not_ids(a_run, page):
    visible = " ".join(Page(page).words).split("The tables")[0]
    conditions = [c.id for a in a_run.study.assumptions for c in a.condition if "_" in c.id]
    assert not [c for c in conditions if c in visible]
    for a in a_run.study.assumptions:
        assert any(line.startswith(a.id) for line in findings.findings(a_run))


def test_the_print_is_tagged_titled_bookmarked_and_of_the_right_length(printed, made):
    root = printed.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"]
    assert printed.metadata.title == made.title
    assert 8 <= len(printed.pages) <= 14
    titles = {item["/Title"] for item in printed.outline if not isinstance(item, list)} | {
        inner["/Title"] for item in printed.outline if isinstance(item, list) for inner in item
    }
    assert {s.title for s in made.sections} <= titles
    assert f"page 2 of {len(printed.pages)}" in printed.pages[1].extract_text()


def test_the_first_two_pages_are_a_memo_and_the_annex_begins_on_the_third(made, printed, a_run):
    assert [s.id for s in made.sections[:4]] == ["choose", "watch", "sure", a_run.study.assumptions[0].id]
    second, third = (" ".join(printed.pages[i].extract_text().split()) for i in (1, 2))
    for part in (
        "Which policy, if one assumption weighs most",
        "weighs most:",
        "What would change our mind",
        "How sure",
        "How to cite",
    ):
        assert part in second
    assert made.sections[3].title in third


def test_f072_no_page_but_the_last_is_under_half_full(printed):
    for page in printed.pages[:-1]:
        body = [height for height in heights_of_words(page) if height > 60]  # without the foot
        assert min(body) < float(page.mediabox.height) / 2


def heights_of_words(page):
    heights = []
    page.extract_text(
        visitor_text=lambda text, cm, tm, font, size: heights.append(cm[5] + tm[5]) if text.strip() else None
    )
    return heights


def test_an_uncertainty_stands_under_its_meaning_and_its_key_comes_last(page, a_run):
    row = a_run.study.priors.rows[0]
    found = re.search(rf'<th scope="row">{re.escape(phrases.capital(row.meaning))}</th>.*?</tr>', page, re.DOTALL)[0]
    assert found.index(row.name) > found.index(row.confidence)


def test_pictures_in_print_carry_their_words(made, printed):
    said = []

    def walk(node):
        node = node.get_object()
        if isinstance(node, dict):
            if "/Alt" in node:
                said.append(str(node["/Alt"]))
            kids = node.get("/K", [])
            for kid in kids if isinstance(kids, list) else [kids]:
                if not isinstance(kid, int):
                    walk(kid)

    walk(printed.trailer["/Root"]["/StructTreeRoot"])
    for section in made.sections:
        for figure in figures_of(section.blocks, folded=False):
            assert figure.alternative in said


def test_the_run_can_be_made_again_from_the_box(made, a_run):
    words_ = " ".join(p for s in made.sections for p in inlines(s.blocks) if isinstance(p, str))
    inputs = a_run.manifest["inputs"]
    assert f"--seed {a_run.seed}" in words_
    assert all(inputs[k][:12] in words_ for k in ("parameters", "assumptions", "rules", "world"))
    assert f"jax {inputs['versions']['jax']}" in words_


def test_notes_come_once_each(made, page):
    notes = notes_of(made)
    assert len(set(notes)) == len(notes) > 3
    assert page.count('<li id="note-') == len(notes)


def test_what_is_folded_is_numbered_apart():
    from premortem.briefing.content import Figure

    one, two = (Figure(name, "t", None, "s.", "1") for name in "ab")
    sections = [Section("s", "t", "t", (Fold("more", (two,)), one))]
    assert figure_numbers(sections) == {"a": "1", "b": "S1"}


def test_a_part_that_cannot_be_made_is_named_and_the_rest_still_comes():
    def fail():
        raise BadInput("out", "futures", "too few futures: 3", allowed="200 or more")

    parts = [("families", fail), ("method", lambda: Section("method", "Method", "Method", ()))]
    said, made = map(assemble.build_section, parts)
    assert made.id == "method"
    assert said == "families: not in this brief: out: futures: too few futures: 3; allowed: 200 or more"


def test_the_paper_is_a4_or_letter(made, pictures, printed):
    letter = pypdf.PdfReader(io.BytesIO(pdf.render(made, pictures, "letter")))
    sizes = {
        name: [round(float(x)) for x in file.pages[0].mediabox[2:]] for name, file in (("a4", printed), ("us", letter))
    }
    assert sizes == {"a4": [595, 842], "us": [612, 792]}
    assert 8 <= len(letter.pages) <= 15
    assert f"of {len(letter.pages)}" in letter.pages[-1].extract_text()


def test_a_fan_that_differs_from_the_board_says_why(made):
    for figure in made.figures():
        if figure.id.startswith("fan-"):
            assert ("as on the board" in figure.title) == ("here each quarter is judged by itself" in figure.source)


def test_a_folder_that_cannot_be_written_is_one_clear_error(a_run, monkeypatch, tmp_path):
    monkeypatch.setattr(a_run, "folder", tmp_path / "gone")
    with pytest.raises(BadInput, match="cannot be written"):
        write.write_brief(a_run)


def test_text_from_files_is_never_markup(made):
    import dataclasses

    bad = dataclasses.replace(
        made, title="<script>alert(1)</script> #read(x)", summary=Section("s", "", "<b>", (Paragraph(("<i>",)),))
    )
    shown = html.render(bad, {f.id: "<svg></svg>" for f in bad.figures()})
    assert "<script>" not in shown
    assert "<i>" not in shown
    json.dumps(pdf.document(bad))


def test_a_picture_gets_ids_of_its_own():
    svg = '<svg viewBox="0 0 1 1"><clipPath id="clip0"/><g clip-path="url(#clip0)"/><use href="#clip0"/></svg>'
    shown = html.accessible_picture(svg, "fan", 'a "quoted" 5%')
    assert shown.count("fan-clip0") == 3
    assert "&quot;quoted&quot; 5%" in shown


def test_a_picture_is_one_image_whose_marks_say_nothing():
    svg = '<svg viewBox="0 0 1 1"><g role="graphics-symbol" aria-roledescription="rule mark container"><path d=""/></g></svg>'
    shown = html.accessible_picture(svg, "fan", "what it shows")
    assert shown.count("role=") == 1
    assert shown.startswith('<svg role="img" aria-label="what it shows"')


def test_a_page_has_no_empty_heading_of_a_column_and_scrolls_by_key(made):
    shown = html.render(made, {f.id: "<svg></svg>" for f in made.figures()})
    assert not re.search(r"<th[^>]*>\s*</th>", shown)
    assert shown.count('<div class="chart" tabindex="0" role="group"') == len([*made.figures()])


def test_a_table_in_print_repeats_its_head(made):
    tables = [b for s in made.sections for b in s.blocks if isinstance(b, Table)]
    assert tables
    assert all(len(row) == len(t.head) for t in tables for row in t.rows)


def test_what_moved_against_itself_is_nothing(a_run):
    from premortem import questions

    result = questions.since_last_run(a_run, a_run)
    assert result.paired
    assert not result.inputs
    assert all(r.change == r.low == r.high == 0 for r in result.board)


def test_what_moved_says_which_inputs_changed_and_pairs_only_equal_futures(a_run, tmp_path):
    from premortem import questions

    first, *others = a_run.policies
    old = a_run.study.run([first], futures=1200, seed=4, out=tmp_path / "old")
    result = questions.since_last_run(a_run, old)
    assert not result.paired
    assert {r.input for r in result.inputs} == {"futures", "seed", "rules"}
    assert result.policies == {"new": others, "gone": []}
    assert all(r.low <= r.change <= r.high for r in result.board)
    section = changes.changes_section(a_run, old)
    assert section.title.startswith("What moved since the last brief")
    assert [f.id for f in figures_of(section.blocks)] == ["moved"]


@pytest.mark.parametrize(
    ("low", "high", "said"), [(0.392, 0.399, "39 to 40%"), (0.912, 0.914, "within 1 point"), (0, 0, "0%")]
)
def test_intervals_have_no_false_precision(low, high, said):
    assert phrases.interval(low, high) == said
