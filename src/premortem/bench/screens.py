"""Benchmarks of the app, each beside its budget: slider to redrawn picture in a real browser, and many readers at once."""

import os
import shutil
import statistics
import threading
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any

from premortem.app.serve import bound
from premortem.bench.timing import Row, row

# Budgets [ms]: median and 95th percentile from slider to picture, and 95th percentile of a read among many.
MEDIAN, P95, READ = 100.0, 200.0, 300.0
# Moves of a slider, clients at once and reads by each.
MOVES, CLIENTS, READS = 40, 20, 10
READ_PATHS = ("/", "/api/board?only=1", "/api/assumption/A2", "/api/levers", "/api/beliefs")
LEVER = "l.diffusion.country_allocation.tpp"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def rows() -> list[Row]:
    """Rows of `premortem bench`; the browser's are left out where there is none, and say so."""
    with serving() as address:
        return [*_reads(address), *_moves(address)]


@contextmanager
def serving() -> Iterator[str]:
    """The app on a free port of this machine, warm."""
    import uvicorn

    from premortem.app.site import close, make

    held = bound("127.0.0.1", 0)
    site = make(warm=False)
    site.state.desk.warm()
    server = uvicorn.Server(uvicorn.Config(site, log_level="error"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [held]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{held.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
        close(site)


def _beside_budget(name: str, ours: float, budget: float) -> Row:
    return row(name, ours, budget, "ms", "its budget", more_is_better=False)


def _reads(address: str) -> list[Row]:
    """Twenty clients that read at once: the 95th percentile of a read, and how many failed."""

    def client(number: int) -> list[float]:
        taken = []
        for i in range(READS):
            began = time.perf_counter()
            with urllib.request.urlopen(address + READ_PATHS[(number + i) % len(READ_PATHS)]) as answer:
                answer.read()
            taken.append(1000 * (time.perf_counter() - began))
        return taken

    with ThreadPoolExecutor(CLIENTS) as pool:
        taken = sorted(x for times in pool.map(client, range(CLIENTS)) for x in times)
    return [_beside_budget(f"{CLIENTS} clients reading at once, 95th percentile", percentile(taken, 0.95), READ)]


def _moves(address: str) -> list[Row]:
    """Key steps of a slider of the levers, simulated anew, until the picture is redrawn."""
    browser = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if browser is None or find_spec("playwright") is None:
        missing = "nothing: not measured without Chromium and Playwright"
        return [row("lever to redrawn board", 0.0, None, "ms", missing, more_is_better=False)]
    from playwright.sync_api import sync_playwright

    with sync_playwright() as p:
        opened = p.chromium.launch(executable_path=browser, args=["--no-sandbox"] if os.geteuid() == 0 else [])
        board = _keys(opened, f"{address}/levers", f"[data-key='{LEVER}'] input[type=range]")
        fan = _keys(opened, f"{address}/a/A2", "[data-key='t.A2.models_contained'] input[type=range]")
        opened.close()
    made = []
    for what, taken in (
        ("lever to redrawn board, 2,000 futures simulated", board),
        ("threshold to redrawn fan, 2,000 futures scored", fan),
    ):
        made.append(_beside_budget(f"{what}, median", statistics.median(taken), MEDIAN))
        made.append(_beside_budget(f"{what}, 95th percentile", percentile(sorted(taken), 0.95), P95))
    return made


def _keys(browser: Any, url: str, slider: str) -> list[float]:
    """Milliseconds from each of 40 key steps to the frame after the answer is drawn."""
    page = browser.new_context().new_page()
    page.goto(url)
    page.locator("html[data-ready]").wait_for(state="attached", timeout=60_000)
    page.locator(slider).focus()
    taken, html = [], page.locator("html")
    for i in range(MOVES):
        before = html.get_attribute("data-moves")
        page.keyboard.press("ArrowRight" if i % 20 < 10 else "ArrowLeft")
        while html.get_attribute("data-moves") == before:
            page.wait_for_timeout(5)
        taken.append(float(html.get_attribute("data-last") or "nan"))
        page.wait_for_timeout(100)  # the answer to letting go comes after that to the move
    page.context.close()
    return taken


def percentile(ordered: list[float], share: float) -> float:
    """The value below which a share of sorted values lies."""
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]
