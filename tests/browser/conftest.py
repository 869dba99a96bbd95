"""A real browser: the system's Chromium driven by Playwright, and the app served to it on a free port."""

import os
import threading
from pathlib import Path

import pytest
import uvicorn

from premortem.app.http_server import bound
from premortem.app.routes import board
from tests.browser.slow_link import SlowLink
from tests.waiting import longest

CHROMIUM = next(
    (p for p in ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome") if Path(p).exists()), None
)

# Futures that a view which rests is answered with, in place of 20,000: every screen asks for them.
MORE = 4000


@pytest.fixture(scope="module", autouse=True)
def few_more():
    patch = pytest.MonkeyPatch()
    patch.setattr(board, "MOST_FUTURES", MORE)
    yield
    patch.undo()


def pytest_collection_modifyitems(items):
    skip = pytest.mark.skip(reason="no Chromium: apt-get install chromium")
    for item in items:
        if "browser" in str(item.path):
            item.add_marker(pytest.mark.browser)
            if CHROMIUM is None:
                item.add_marker(skip)


class Telling(uvicorn.Server):
    """A server that tells when it answers, or has given up."""

    def __init__(self, config):
        super().__init__(config)
        self.listens = threading.Event()

    async def startup(self, sockets=None):
        try:
            await super().startup(sockets)
        finally:
            self.listens.set()


@pytest.fixture(scope="session")
def address(site):
    """The address of the app, served on the shipped case with a small stored run."""
    yield from _served(site)


@pytest.fixture(scope="session")
def slow_address(site):
    """The same over a slow link."""
    yield from _served(SlowLink(site))


def _served(app):
    held = bound("127.0.0.1", 0)
    server = Telling(uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [held]}, daemon=True)
    thread.start()
    assert server.listens.wait(longest()), "the server did not start"
    yield f"http://127.0.0.1:{held.getsockname()[1]}"
    server.should_exit = True
    thread.join(longest())


@pytest.fixture(scope="session")
def chromium():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as p:
        browser = p.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"] if os.geteuid() == 0 else [])
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium, address):
    """`visit(path)` opens a page and waits until it is ready; at the end nothing may stand in the console or have gone elsewhere."""
    contexts, complaints = [], []

    def open_(path, *, width=1280, theme="light", toured=True, scripts=True, bypass=False, first=""):
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, color_scheme=theme, reduced_motion="reduce", java_script_enabled=scripts,
            bypass_csp=bypass, accept_downloads=True, permissions=["clipboard-read", "clipboard-write"],
        )  # fmt: skip
        contexts.append(context)
        context.set_default_timeout(1000 * longest())
        if toured:
            context.add_init_script("localStorage.setItem('toured', 'yes')")
        if first:
            context.add_init_script(first)
        page = context.new_page()
        page.on("console", lambda m: complaints.append(f"{page.url}: {m.text}"))
        page.on("pageerror", lambda e: complaints.append(f"{page.url}: {e}"))
        page.on(
            "request", lambda r: r.url.startswith((address, "data:", "blob:")) or complaints.append(f"asked {r.url}")
        )
        page.goto(address + path)
        if scripts:
            page.wait_for_selector("html[data-ready]", state="attached")
        return page

    open_.expected = []  # parts of complaints that a test brings about, whenever they come
    yield open_
    for context in contexts:
        context.close()
    assert [said for said in complaints if not any(part in said for part in open_.expected)] == []
