"""The site of the docs as a reader opens it from a disk, without a network."""

import pytest

import docs_site

PAGES = ("index", "first-brief", "model", "cli", "notebooks/first-look")


@pytest.fixture(scope="module")
def built():
    assert docs_site.build() == 0
    return docs_site.ROOT / docs_site.settings()["site_dir"]


@pytest.mark.slow
@pytest.mark.parametrize("width", [1440, 390])
def test_pages_fit_the_window_and_ask_nothing_of_another_place(built, chromium, width):
    page = chromium.new_page(viewport={"width": width, "height": 900})
    outside: list[str] = []
    page.on("request", lambda request: outside.append(request.url) if request.url.startswith("http") else None)
    for name in PAGES:
        page.goto((built / f"{name}.html").as_uri())
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), name
    assert not outside
    page.close()


@pytest.mark.slow
def test_the_search_finds_a_page_without_a_network(built, chromium):
    page = chromium.new_page(viewport={"width": 1440, "height": 900})
    page.goto((built / "index.html").as_uri())
    page.keyboard.press("Control+k")
    page.keyboard.type("goodwill recovery", delay=20)
    page.locator("a[href*='model.html'], a[href*='uncertainties.html']").last.wait_for()
    page.close()
