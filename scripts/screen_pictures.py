"""Pictures of the app for the README and the docs, of a running app: `python scripts/screen_pictures.py http://127.0.0.1:8760`."""

import sys
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Page, sync_playwright

CHROMIUM = "/usr/bin/chromium"
FOLDER = Path(__file__).parents[1] / "docs" / "img"
# Longest wait for a page that works something out [ms].
PATIENCE = 180_000


class Picture(NamedTuple):
    """A picture: its file, the address, how high the window is [px], and the look."""

    file: str
    address: str
    height: int
    look: str = "light"


PICTURES = (
    Picture("story.png", "/", 1100),
    Picture("app-board.png", "/board?l.strength.deals=0.5", 1000),
    Picture("app-assumption.png", "/a/A4?t.A4.us_stack=0.9", 1000, "dark"),
    Picture("app-world.png", "/world?measure=stock", 900),
)


def main(at: str) -> None:
    """Make each anew. Raises what Playwright does where a page is not ready in time."""
    with sync_playwright() as p:
        browser = p.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for one in PICTURES:
            context = browser.new_context(
                viewport={"width": 1280, "height": one.height}, color_scheme=one.look, reduced_motion="reduce"
            )  # type: ignore[arg-type]
            context.set_default_timeout(PATIENCE)
            context.add_init_script("localStorage.setItem('toured', 'yes')")
            page = context.new_page()
            _settled(page, at + one.address)
            page.screenshot(path=FOLDER / one.file)
            context.close()


def _settled(page: Page, address: str) -> None:
    """Open a page and wait until nothing on it is still being worked out; the first visit may only set it to work."""
    for _ in range(3):
        page.goto(address)
        page.wait_for_selector("html[data-ready]", state="attached")
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(1500)


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/"))
