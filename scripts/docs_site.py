"""The site of the docs: pages gathered from the repository under `site/pages`, then built into `site/html`: `python scripts/docs_site.py`."""

import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from posixpath import relpath
from typing import Any

from premortem.files import writer

ROOT = Path(__file__).parents[1]
# What the docs link to outside their folder, and the page or file of the site that it becomes.
BROUGHT = {
    "CHANGELOG.md": "changes.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "security.md",
    "LICENSE": "LICENSE.txt",
}
BUILDER = (sys.executable, "-m", "zensical", "build", "--strict", "--clean")
LINK = re.compile(r"(?<=\]\()(?!https?:|mailto:|#)([^)\s#]+)")


def sources() -> dict[str, Path]:
    """Files of the site by their place in it: the docs, what they link to outside their folder, and the notebooks."""
    docs = {
        path.relative_to(ROOT / "docs").as_posix(): path
        for path in sorted((ROOT / "docs").rglob("*"))
        if path.is_file()
    }
    books = {f"notebooks/{path.name}": path for path in sorted((ROOT / "notebooks").glob("*.ipynb"))}
    return docs | {there: ROOT / here for here, there in BROUGHT.items()} | books


def moved_links(text: str, path: Path, place: str, places: Mapping[Path, str]) -> str:
    """The text of a page with its links leading to where their files lie in the site. Raises `KeyError` for one that has no place there."""

    def moved(found: re.Match[str]) -> str:
        there = (path.parent / found[1]).resolve()
        return relpath(places[there / "index.md" if there.is_dir() else there], PurePosixPath(place).parent.as_posix())

    return LINK.sub(moved, text)


def gather(folder: Path) -> None:
    """Lay the sources of the site under a folder, which is emptied first."""
    shutil.rmtree(folder, ignore_errors=True)
    held = sources()
    places = {path.resolve(): place for place, path in held.items()}
    for place, path in held.items():
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".md":
            writer.write(folder / place, moved_links(path.read_text("utf-8"), path, place, places))
        else:
            shutil.copyfile(path, folder / place)


def settings() -> dict[str, Any]:
    """The site's name, folders and navigation."""
    return dict(tomllib.loads((ROOT / "zensical.toml").read_text("utf-8"))["project"])


def listed(nav: list[Any]) -> list[str]:
    """Pages of a navigation, in its order."""
    found: list[str] = []
    for entry in nav:
        (below,) = entry.values() if isinstance(entry, dict) else (entry,)
        found += listed(below) if isinstance(below, list) else [below]
    return found


def build() -> int:
    """Gather and build, with every warning an error: the exit status of the builder."""
    gather(ROOT / settings()["docs_dir"])
    return subprocess.run(
        [sys.executable, "-m", "zensical", "build", "--strict", "--clean"], cwd=ROOT, check=False
    ).returncode


if __name__ == "__main__":
    sys.exit(build())
