"""A static site: whole without a server, in a folder of its own, with every link leading somewhere."""

import json

import pytest

from premortem.cli import main
from premortem.errors import BadInput
from premortem.publish import links, write
from premortem.publish.pages import within
from premortem.publish.site import Site, site


@pytest.fixture(scope="module")
def made(small_run):
    """The site of the small run, without what takes long: no exhibit, no section of the story that simulates, a short brief."""
    patch = pytest.MonkeyPatch()
    patch.setattr("premortem.publish.site.exhibits.names", lambda case: ["board", "figure-1"])
    patch.setattr("premortem.publish.site._brief", lambda run: b'<section id="A1"><h2>When A1 breaks</h2></section>')
    patch.setattr("premortem.story.tell.held", lambda ground: ())
    yield site(small_run)
    patch.undo()


def test_no_link_is_broken_and_none_begins_at_the_root(made):
    assert links.broken_links(made.files) == []
    assert {
        "index.html",
        "exhibits/board.html",
        "embed/bets.html",
        "share/story.png",
        "search.html",
        "data/board.json",
    } <= {*made.files}
    assert made.files["data/uncertainties.csv"].startswith(b"name,module,unit,")


def test_a_link_that_leads_nowhere_is_found():
    files = {
        "index.html": b'<a href="a/b.html#there">x</a><a href="gone.html">x</a><a href="a/b.html#not">x</a><a href="/root.html">x</a>',
        "a/b.html": b'<p id="there"><a href="../index.html">x</a><img src="no.png"><a href="https://example.org">x</a></p>',
    }
    found = ["index.html: gone.html", "index.html: a/b.html#not", "index.html: /root.html", "a/b.html: no.png"]
    assert links.broken_links(files) == found


def test_a_page_asks_for_nothing_from_elsewhere_and_reads_without_scripts(made):
    for name, held in made.files.items():
        if name.endswith(".html") and name != "memo.html":
            text = held.decode()
            assert 'src="http' not in text
            assert "<h1" in text
            assert "<script" not in text or name == "search.html"


def test_the_search_lists_every_part_without_scripts(made):
    text = made.files["search.html"].decode()
    assert 'href="index.html#surprise"' in text
    assert 'href="exhibits/figure-1.html"' in text
    assert "When A1 breaks" in text


def test_a_screen_that_the_site_has_not_is_no_link():
    to = within({"A1"}, "../")
    assert [to("/a/A1"), to("/a/A2"), to("/rules"), to("/exhibits")] == [
        "../memo.html#A1",
        "",
        "",
        "../exhibits/index.html",
    ]


def test_a_folder_that_holds_anything_else_is_left_as_it_is(tmp_path, small_run):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(BadInput, match="no site of ours"):
        write.publish(small_run, tmp_path)
    with pytest.raises(BadInput, match="is no folder"):
        write.publish(small_run, tmp_path / "mine.txt")
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]


def test_a_site_is_written_over_by_the_next_and_what_is_gone_from_it_goes(tmp_path, small_run, monkeypatch):
    first = Site({"index.html": b"one", "old/page.html": b"old"}, ())
    second = Site({"index.html": b'<a href="x.html">two</a>'}, ("exhibit x: why",))
    out = tmp_path / "site"
    monkeypatch.setattr(write, "site", lambda run, at: first)
    assert write.publish(small_run, out).pages == 2
    (out / "mine.txt").write_text("mine")
    monkeypatch.setattr(write, "site", lambda run, at: second)
    found = write.publish(small_run, out)
    assert (found.pages, found.broken_links, found.left_out) == (1, ("index.html: x.html",), ("exhibit x: why",))
    assert (out / "mine.txt").read_text() == "mine"
    assert not (out / "old" / "page.html").exists()


def test_a_list_that_names_a_file_outside_takes_nothing_away(tmp_path, small_run, monkeypatch):
    out, precious = tmp_path / "site", tmp_path / "precious.txt"
    precious.write_text("mine")
    out.mkdir()
    (out / write.MARK).write_text(json.dumps({"files": ["../precious.txt"]}))
    monkeypatch.setattr(write, "site", lambda run, at: Site({"index.html": b""}, ()))
    write.publish(small_run, out)
    assert precious.read_text() == "mine"


def test_a_run_that_is_gone_is_one_clear_line(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(
        "sys.argv", ["premortem", "publish", str(tmp_path / "gone"), "-o", str(tmp_path / "site"), "--json"]
    )
    with pytest.raises(SystemExit) as ended:
        main()
    told = capsys.readouterr()
    assert ended.value.code == 2
    assert len(told.err.strip().splitlines()) == 1
    assert "gone" in json.loads(told.out)["error"]["file"]
    assert not (tmp_path / "site").exists()


def test_a_site_that_knows_its_address_tells_its_parts_to_who_shows_a_link(small_run, made, monkeypatch):
    from premortem.publish.site import _oembed
    from premortem.story import tell
    from premortem.story.story_basis import ground_of_run

    assert not [name for name in made.files if name.startswith("oembed/")]
    assert 'type="application/json+oembed"' not in made.files["index.html"].decode()
    told = _oembed(tell.opening(ground_of_run(small_run)), "https://example.org/site/")
    bets = json.loads(told["oembed/bets.json"])
    assert bets["type"] == "rich"
    assert '<iframe src="https://example.org/site/embed/bets.html"' in bets["html"]
    assert bets["thumbnail_url"] == "https://example.org/site/share/bets.png"
    assert json.loads(told["oembed/story.json"])["type"] == "photo"


@pytest.mark.parametrize(
    "wrong", ["example.org", "ftp://example.org", "https://", "https://example.org/?a=1", 'https://a.b/"x']
)
def test_what_is_no_address_of_a_site_is_refused_before_any_work(tmp_path, small_run, wrong):
    with pytest.raises(BadInput, match="no address of a site"):
        write.publish(small_run, tmp_path / "site", wrong)
    assert not (tmp_path / "site").exists()
    assert write.check_address("https://example.org/site") == "https://example.org/site/"
