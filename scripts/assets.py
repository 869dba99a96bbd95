"""Packs what charts need and others made: the typeface, the map of the world and the centres of countries.

`make assets` runs it. It needs `npm` and the npm registry that it is set up with; nothing else of the project does.
"""

import hashlib
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

EXHIBITS = Path(__file__).parents[1] / "src" / "premortem" / "exhibits"
# package@version: SHA-256 of its archive
PACKAGES = {
    "source-sans@3.52.0": "49cf78ddd79b436591ee696785222b54ff28102922e3d3df297fe382d7fdfa88",
    "@fontsource-variable/source-sans-3@5.3.1": "dfa23bee63f9cc5c2871149a453215093bd8f1b694a5c1d999ecdc7560435fcf",
    "world-atlas@2.0.2": "032e7765f2ce00edaeafec23ff22bc3b77e42987c257da944cc585b452c05b97",
}
FONTS = ("TTF/SourceSans3-Regular.ttf", "TTF/SourceSans3-Semibold.ttf", "TTF/SourceSans3-It.ttf", "LICENSE.md")


@contextmanager
def unpacked(package: str) -> Iterator[Path]:
    """The files of an npm package in a folder that lasts as long as the block; refused when its bytes are not those
    that were checked.
    """
    with tempfile.TemporaryDirectory() as folder:
        name = subprocess.run(
            ["npm", "pack", "--silent", package], cwd=folder, check=True, capture_output=True, text=True
        ).stdout.strip()
        archive = Path(folder) / name
        found = hashlib.sha256(archive.read_bytes()).hexdigest()
        if found != PACKAGES[package]:
            raise SystemExit(f"{package}: the archive has SHA-256 {found}, not {PACKAGES[package]}")
        with tarfile.open(archive) as held:
            held.extractall(folder, filter="data")
        yield Path(folder) / "package"


def fonts() -> None:
    """Adobe's own files, unchanged, for pictures and print; the latin subset of the variable font for pages."""
    home = EXHIBITS / "fonts"
    home.mkdir(exist_ok=True)
    with unpacked("source-sans@3.52.0") as source:
        for name in FONTS:
            shutil.copyfile(source / name, home / Path(name).name)
    with unpacked("@fontsource-variable/source-sans-3@5.3.1") as source:
        shutil.copyfile(source / "files" / "source-sans-3-latin-wght-normal.woff2", home / "source-sans-3-latin.woff2")


if __name__ == "__main__":
    fonts()
