"""Every screen as a page that reads without scripts: whole, safe under the policy, and with the state in its links."""

import html
import re

import pytest

from premortem.app import routes
from premortem.app.pages import DARK, SCREENS
from premortem.app.routes import aliases
from premortem.charts import theme
from premortem.law.book import load
from premortem.law.decide import Transaction, explain

# The tab of assumptions leads to the first of them.
SHOWN = [p if p != "/a" else "/a/A1" for p in SCREENS]
# what is worked out for some seconds
LONG = ("/compare", "/futures", "/watch", "/exhibits")
PATHS = [
    *(pytest.param(p, marks=pytest.mark.slow) if p in LONG else p for p in SHOWN),
    "/a/A5",
    "/rules/diff",
    "/rules/ledger",
    "/jobs",
    "/about",
]


@pytest.mark.parametrize("path", PATHS)
def test_every_screen_is_whole_and_holds_nothing_that_the_policy_forbids(client, path):
    answer = client.get(path, params={"now": 1})
    assert answer.status_code == 200, answer.text[:500]
    text = answer.text
    assert text.count("<h1") == 1
    assert '<main id="main"' in text
    assert not re.search(r'\sstyle="', text)
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)
    assert not re.search(r'\son[a-z]+="', text)
    assert not re.search(r'src="(?:https?:)?//', text)  # a page loads nothing from elsewhere; a citation leads there
    assert not re.search(r'<(?!a )[^>]*\shref="(?:https?:)?//', text)
    assert all(' rel="noreferrer"' in tag for tag in re.findall(r'<a [^>]*href="https?://[^>]*>', text))


@pytest.mark.parametrize("path", PATHS)
def test_the_view_goes_along_to_every_other_screen(client, path):
    text = client.get(f"{path}?policy=rescinded&seed=9").text
    links = re.findall(r'href="([^"]*)" data-nav=', text)
    assert len(links) > 5
    assert all("policy=rescinded" in link and "seed=9" in link for link in links)


def test_a_link_that_is_not_understood_says_so_and_shows_the_nearest_view(client):
    text = client.get("/?policy=nonsense&t.A2.models_contained=7").text
    assert "2 settings in this link were not understood" in text
    assert "all five together" in text


def test_a_page_that_is_not_there_and_an_assumption_that_is_not_are_told(client):
    assert "There is no such page" in client.get("/nothing").text
    answer = client.get("/a/A9")
    assert answer.status_code == 404
    assert "There is no such page" in answer.text
    assert "A1, A2, A3, A4, A5" in answer.text


def test_an_address_that_people_guess_leads_to_its_screen_with_its_settings(client, site):
    held = {route.path for router in routes.ALL for route in router.routes} | {"/a/A1", site.openapi_url}
    for guess, screen in aliases.GUESSED.items():
        answer = client.get(f"{guess}?policy=rescinded", follow_redirects=False)
        to, _, settings = answer.headers["location"].partition("?")
        assert (answer.status_code, settings) == (307, "policy=rescinded"), guess
        assert to in held, guess
        assert to == screen or screen == "Assumptions", guess


def test_text_of_the_address_is_never_markup(client):
    text = client.get('/?policy=<script>alert(1)</script>&x="><img src=x>').text
    assert "<script>alert" not in text
    assert "<img src=x" not in text


def test_the_board_reads_without_scripts(client):
    text = client.get("/board").text
    assert text.count("data-cell=") == 42
    assert len(re.findall(r'class="share">[^<]*%', text)) == 42


def test_the_answer_to_a_shipment_reads_without_scripts(client):
    text = client.get("/rules?item=H20&to=China&quantity=100&on=2025-05-01&under=history").text
    assert "licence:case_by_case" in text
    assert "Apply to BIS for a licence" in text
    assert "Try it" in client.get("/rules?item=H100 SXM&to=ARE&quantity=2000&on=2025-06-01&under=as-written").text
    assert "Not legal advice" in text


def test_f068_what_the_decision_did_not_come_to_is_said_to_be_not_reached(client):
    """500 H200 to Malaysia: policies of review for other places lie behind the clause that frees or licenses it."""
    text = client.get("/rules?item=H200 SXM&to=MYS&quantity=500&on=2025-06-01&under=as-written").text
    ladder = text[text.index('<ol class="ladder">') :]
    found = re.findall(r"<b>(Applies|Does not apply|Not reached)</b> <code>([^<]+)</code>", ladder)
    told = {clause: word for word, clause in found}
    shipment = Transaction(item="H200 SXM", destination="MYS", quantity=500, date="2025-06-01")
    decision = explain(shipment, load("as-written"))
    reached = {step.clause: step.reached for step in decision.trace}
    assert not all(reached.values())
    assert {clause: word != "Not reached" for clause, word in told.items()}.items() <= reached.items()
    late = [s.clause for s in decision.trace if s.applies and not s.reached]
    assert late
    assert all(told[clause] == "Not reached" for clause in late)


def test_f006_the_page_marks_what_was_assumed(client):
    text = client.get("/rules?item=H200 SXM&to=China&quantity=10&on=2026-03-01&under=history").text
    assert "Assumed, not given" in text
    assert text.count('class="mark">assumed') >= 5
    assert "met (assumed): certificates given" in text


def test_a_shipment_that_cannot_be_read_leaves_the_form_filled(client):
    text = client.get("/rules?item=H20&to=Atlantis&quantity=100").text
    assert "no such country" in text
    assert 'value="Atlantis"' in text


@pytest.mark.parametrize(
    ("item", "place", "quantity", "day", "under"),
    [
        ("H100 SXM", "ARE", 2000, "2025-06-01", "as-written"),
        ("H200 SXM", "CHN", 10, "2025-12-20", "history"),
        ("H20", "CHN", 100, "2025-03-01", "history"),
    ],
)
def test_every_try_it_leads_to_the_answer_that_it_promises(client, item, place, quantity, day, under):
    asked = {"item": item, "to": place, "quantity": quantity, "on": day, "under": under}
    text = client.get("/rules", params=asked).text
    links = re.findall(r'class="button small" href="([^"]+)" aria-label="Try it: ([^"]+)"', text)
    shipment = Transaction(item=item, destination=place, quantity=quantity, date=day)
    actions = [change for change in explain(shipment, load(under)).changes if change.row]
    assert len(links) == len(actions) > 0
    for link, told in links:
        promised = told.rpartition(": ")[2] if "exception" not in told else told.partition(": ")[2]
        heading = re.search(
            r'<div class="verdict told \w+"><p><b>([^<]*)</b>', client.get(link.replace("&amp;", "&")).text
        )[1]
        assert heading.rstrip(".").lower().replace("&#39;", "'").endswith(promised.replace("&#39;", "'").lower()[-20:])


def test_every_colour_of_the_charts_has_one_for_the_dark_look():
    tokens = [
        theme.INK,
        theme.MUTED,
        theme.GRID,
        theme.HOLDS,
        theme.BREAKS,
        theme.CONTEXT,
        *theme.LINES,
        *theme.STEPS,
    ]
    assert [t for t in tokens if t.upper() not in DARK] == []


@pytest.mark.parametrize(
    ("asked", "kind", "link"),
    [
        ("containment", "Assumption", "/a/A2"),
        ("country cap", "Clause", "/levers#at-diffusion.country_allocation"),
        ("country cap A4", "Clause", "/levers#at-diffusion.country_allocation"),
        ("H200", "Item", "/rules?item=H200+SXM&quantity=2000&to=ARE&on=2025-06-01"),
        ("Malaysia", "Place", "/rules?item=H100+SXM&quantity=2000&to=Malaysia&on=2025-06-01"),
        ("Poland", "Place", "/rules?item=H100+SXM&quantity=2000&to=Poland&on=2025-06-01"),
        ("spreadsheet", "Screen", "/rules/ledger"),
        ("SMIC yield", "Belief", "/beliefs#p.yield_2024"),
        ("rescinded", "Policy", "/board?policy=rescinded"),
        ("ledger", "Screen", "/rules/ledger"),
    ],
)
def test_a_readers_word_leads_to_its_place(client, asked, kind, link):
    found = client.get("/find", params={"q": asked})
    assert f'<span class="kind">{kind}</span> <a href="{link}"' in html.unescape(found.text)
    path, _, place = link.partition("#")
    there = client.get(path)
    assert there.status_code == 200
    assert "is missing" not in there.text
    assert not place or f'id="{place}"' in there.text


def test_a_word_that_nothing_bears_is_said_to_be_none(client):
    text = client.get("/find", params={"q": "xyzzy <b>"}).text
    assert "Nothing here is called ‘xyzzy &lt;b&gt;’" in text
    assert "not understood" not in text


def test_a_link_to_the_story_can_be_shown_as_its_picture(client):
    page = client.get("/?policy=rescinded").text
    told = re.search(r'<link rel="alternate" type="application/json\+oembed" href="([^"]+)"', page)[1]
    found = client.get(told.replace("&amp;", "&")).json()
    assert (found["version"], found["type"], found["width"], found["height"]) == ("1.0", "photo", 1200, 630)
    assert re.search(r'og:title" content="([^"]+)\.? ', page)
    assert "bets" in found["title"]
    assert found["url"].endswith("/share/story.png?policy=rescinded")
    assert client.get(found["url"]).headers["content-type"] == "image/png"


def test_a_finding_has_its_own_picture_and_what_is_no_finding_has_none(client):
    address = str(client.base_url)
    found = client.get("/oembed", params={"url": f"{address}/#surprise", "maxwidth": 600}).json()
    assert found["url"].endswith("/share/surprise.png")
    assert (found["width"], found["height"]) == (600, 315)
    assert client.get("/oembed", params={"url": f"{address}/rules"}).status_code == 404
    assert client.get("/oembed", params={"url": "https://example.org/"}).status_code == 404
    assert client.get("/oembed", params={"url": address, "format": "xml"}).status_code == 501


def test_two_views_stand_side_by_side_by_a_link(client):
    text = client.get("/board?policy=rescinded&pin=policy%3Das-written").text
    table = text.split('id="two"')[1].split("</table>")[0]
    rows = dict(re.findall(r'data-two="(\w+)"(.*?)</tr>', table, re.DOTALL))
    assert [*rows] == ["A1", "A2", "A3", "A4", "A5", "all"]
    pinned, now, change = re.search(r"data-pinned>([^<]+)<.*data-now>([^<]+)<.*>([^<]*)</span>", rows["A4"]).groups()
    alone = client.get("/board").text
    assert f'data-cell="A4:as-written" class="chosen"><span class="share">{pinned}<' in alone
    assert f'data-cell="A4:rescinded" class="other"><span class="share">{now}<' in alone
    assert change.startswith("\u2212")
    assert re.search(r'id="two"[^>]* hidden', alone)


def test_a_category_is_told_by_its_names(client):
    page = client.get("/about").text
    assert 'who earns the scarcity of answers</td><td data-head="Range">nobody, labs, clouds</td>' in page


CARDED = ("/about", "/a/A3", "/watch/hindcast?now=1")


@pytest.mark.parametrize("path", CARDED)
def test_a_table_that_a_phone_shows_as_cards_names_every_cell(client, path):
    tables = re.findall(r'<table class="plain carded.*?</table>', client.get(path).text, re.DOTALL)
    assert tables
    for table in tables:
        cells = re.findall(r"<td[^>]*>", table.partition("<tbody>")[2])
        bare = [cell for cell in cells if "data-head" not in cell and "wide" not in cell]
        assert cells
        assert bare == []


def test_a_clause_number_goes_by_its_name_among_the_levers(client):
    page = client.get("/levers").text
    assert "Universal validated end user: most in one country" in page
    assert not re.search(r"<label[^>]*>(home min|country max|us min|tpp)</label>", page)
