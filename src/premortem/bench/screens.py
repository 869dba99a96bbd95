"""Benchmarks of the app, each beside its budget: many readers at once; in a real browser the first page, and slider to picture."""

import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any
from urllib.parse import urlsplit

from premortem.app.view_state import FIRST, FUTURES
from premortem.bench import clients, soak
from premortem.bench.timing import Row, row
from premortem.case import Moved, default

# Budgets [ms]: median and 95th percentile from slider to picture, 95th percentile of a read among many, and the first
# page of a warm server and from the start of its process.
MEDIAN, P95, READ, WARM, COLD = 100.0, 200.0, 300.0, 1500.0, 5000.0
# Budget of an answer to one of many readers who move levers [ms].
MOVED = 1000.0
# Moves of a slider.
MOVES = 40
READY = "html[data-ready]"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def rows(quick: bool = True) -> list[Row]:
    """Rows of `premortem bench`; the browser's are left out where there is none, and say so."""
    with tempfile.TemporaryDirectory() as home:
        with serving(home) as address:
            _until_ready(address)
            made = [*_reads(address), *_seen(address), *_soaked(address, soak.SHORT if quick else soak.LONG)]
        return [*made, *_starts(home)]


@contextmanager
def serving(home: str) -> Iterator[str]:
    """The app as anybody starts it, in a process of its own on a free port, from the moment it says its address."""
    asked = [sys.executable, "-m", "premortem", "app", "--no-browser", "--port", "0"]
    process = subprocess.Popen(
        asked, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=os.environ | {"HOME": home}
    )
    try:
        assert process.stdout
        yield process.stdout.readline().split()[3]
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)


def _until_ready(address: str) -> None:
    """Wait for the first answer, which is given when the model is ready."""
    for path in ("/api/board", "/api/world"):
        with urllib.request.urlopen(address + path) as answer:
            answer.read()


def _moved() -> Moved:
    """What readers of the leading case move."""
    timed = default().timed
    assert timed
    return timed.MOVED


def _beside_budget(name: str, ours: float, budget: float) -> Row:
    return row(name, ours, budget, "ms", "its budget", more_is_better=False)


def _reads(address: str) -> list[Row]:
    """Clients that read at once: the 95th percentile of a read, over every path; a read that fails ends the benchmark."""
    at = urlsplit(address)
    taken = sorted(x for times in clients.measure(str(at.hostname), at.port or 80, _moved()).values() for x in times)
    name = f"{clients.CLIENTS} clients reading at once"
    return [
        _beside_budget(f"{name}, median", statistics.median(taken), READ),
        _beside_budget(f"{name}, 95th percentile", percentile(taken, 0.95), READ),
    ]


def _soaked(address: str, seconds: float) -> list[Row]:
    """Readers who move levers for long: the 95th percentile of an answer; how many were refused stands beside it."""
    at = urlsplit(address)
    found = soak.summary(soak.measure(str(at.hostname), at.port or 80, seconds, _moved()))
    name = f"{soak.READERS} readers moving levers for {seconds:.0f} s"
    return [
        _beside_budget(f"{name}, median", found["median"], MOVED) | found,
        _beside_budget(f"{name}, 95th percentile", found["p95"], MOVED) | found,
    ]


def _seen(address: str) -> list[Row]:
    """What a person sees in a browser: the first page, and the picture after each key step of a slider."""
    with _browser() as browser:
        return (
            [_missing("lever to redrawn board")]
            if browser is None
            else [*_moves(browser, address), _warm(browser, address)]
        )


@contextmanager
def _browser() -> Iterator[Any]:
    """The system's Chromium, or None."""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None or find_spec("playwright") is None:
        yield None
        return
    from playwright.sync_api import sync_playwright

    with sync_playwright() as p:
        opened = p.chromium.launch(executable_path=found, args=["--no-sandbox"] if os.geteuid() == 0 else [])
        yield opened
        opened.close()


def _missing(what: str) -> Row:
    return row(what, 0.0, None, "ms", "nothing: not measured without Chromium and Playwright", more_is_better=False)


def _moves(browser: Any, address: str) -> list[Row]:
    """Key steps of a slider of the levers, simulated anew, and of a threshold, until the picture is redrawn: first by some of the
    futures, and by all.
    """
    moved = _moved()
    slider = "[data-key='{}'] input[type=range]"
    first, board = _keys(browser, f"{address}/levers", slider.format(f"l.{moved.lever}"))
    _, fan = _keys(browser, f"{address}/a/{moved.assumption}", slider.format(f"t.{moved.threshold}"))
    made = []
    for what, taken in (
        (f"lever to first redrawn board, {FIRST:,} futures simulated", first),
        (f"lever to refined board, {FUTURES:,} futures simulated", board),
        (f"threshold to redrawn fan, {FUTURES:,} futures scored", fan),
    ):
        made.append(_beside_budget(f"{what}, median", statistics.median(taken), MEDIAN))
        made.append(_beside_budget(f"{what}, 95th percentile", percentile(sorted(taken), 0.95), P95))
    return made


def _keys(browser: Any, url: str, slider: str) -> tuple[list[float], list[float]]:
    """Milliseconds from each of 40 key steps, each to a value that was not asked for before, to the frame after its first answer is
    drawn, and to that after the answer of all futures is: the same where that is the first one.
    """
    page = browser.new_context().new_page()
    page.goto(url)
    page.locator(READY).wait_for(state="attached", timeout=60_000)
    page.locator(slider).focus()
    firsts, wholes, html = list[float](), list[float](), page.locator("html")

    def told(name: str) -> float:
        return float(html.get_attribute(f"data-{name}") or 0)

    for _ in range(MOVES):
        first, before = told("firsts"), told("wholes")
        page.keyboard.press("ArrowRight")
        # waited for in the page itself: asking it again and again would take turns from what is measured
        page.locator(f"html[data-wholes='{before + 1:.0f}'], html[data-wholes='{before + 2:.0f}']").wait_for(
            state="attached"
        )
        wholes.append(told("whole"))
        firsts.append(told("first") if told("firsts") > first else wholes[-1])
        page.wait_for_timeout(100)  # where all answer at once, the answer to letting go comes after that to the move
    page.context.close()
    return firsts, wholes


def _warm(browser: Any, address: str) -> Row:
    """The board in a browser that has never been here, until its scripts have run."""
    taken = []
    for _ in range(3):
        began, page = time.perf_counter(), browser.new_context().new_page()
        page.goto(address)
        page.locator(READY).wait_for(state="attached")
        taken.append(1000 * (time.perf_counter() - began))
        page.context.close()
    return _beside_budget("first page, warm server", statistics.median(taken), WARM)


def _starts(home: str) -> list[Row]:
    """From the start of the process to a page in an open browser: compiled code kept from before, and not yet there."""
    with _browser() as browser:
        if browser is None:
            return [_missing("from process start to the board")]
        with tempfile.TemporaryDirectory() as new:
            _, first = _started(browser, new)
        shell, again = _started(browser, home)
    return [
        _beside_budget("from process start to a page that says what it waits for", shell, WARM),
        _beside_budget("from process start to the filled board", again, COLD),
        _beside_budget("the same where it never ran before, model compiled", first, COLD),
    ]


def _started(browser: Any, home: str) -> tuple[float, float]:
    """Milliseconds from the start of `premortem app` to its first page, and to the filled board."""
    page, began = browser.new_context().new_page(), time.perf_counter()
    with serving(home) as address:
        page.goto(address, wait_until="domcontentloaded")
        shell = time.perf_counter() - began
        page.locator(READY).wait_for(state="attached", timeout=120_000)
        filled = time.perf_counter() - began
        page.context.close()
    return 1000 * shell, 1000 * filled


def percentile(ordered: list[float], share: float) -> float:
    """The value below which a share of sorted values lies."""
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]
