"""Packs what others made: for charts the typeface, the map of the world and the centres of countries; for the site of the docs its search from a disk.

`make assets` runs it. It needs `npm` and the npm registry that it is set up with; nothing else of the project does.
"""

import csv
import hashlib
import json
import re
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from importlib.metadata import version
from pathlib import Path
from typing import Any

from premortem.case import default

ROOT = Path(__file__).parents[1]
CHARTS = ROOT / "src" / "premortem" / "charts"
# package@version: SHA-256 of its archive
PACKAGES = {
    "source-sans@3.52.0": "49cf78ddd79b436591ee696785222b54ff28102922e3d3df297fe382d7fdfa88",
    "@fontsource-variable/source-sans-3@5.3.1": "dfa23bee63f9cc5c2871149a453215093bd8f1b694a5c1d999ecdc7560435fcf",
    "iframe-worker@1.0.4": "e8c5d12d87829c503afba01d67772ea9f4aba5b7ae57a0c98e1917711030efbb",
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
    home = CHARTS / "fonts"
    home.mkdir(exist_ok=True)
    with unpacked("source-sans@3.52.0") as source:
        for name in FONTS:
            shutil.copyfile(source / name, home / Path(name).name)
    with unpacked("@fontsource-variable/source-sans-3@5.3.1") as source:
        shutil.copyfile(source / "files" / "source-sans-3-latin-wght-normal.woff2", home / "source-sans-3-latin.woff2")


def search_from_disk() -> None:
    """What lets the search of the docs run in pages opened from a disk; the builder would have each page ask a server for it."""
    with unpacked("iframe-worker@1.0.4") as source:
        said = "".join(f"// {line}".rstrip() + "\n" for line in (source / "LICENSE").read_text("utf-8").splitlines())
        code = (source / "shim" / "index.js").read_text("utf-8")
        (ROOT / "docs" / "js" / "iframe-worker.js").write_text(said + code, "utf-8")


# Shapes without a code: drawn, and treated, as the place that the rulebook knows.
CODES = {"Kosovo": "XKX", "N. Cyprus": "CYP", "Somaliland": "SOM"}
LEFT_OUT = ("ATA",)  # Antarctica: half the picture, no data
NORWAY = {"iso_numeric": "578", "iso3": "NOR"}  # holds Bouvet Island, which has neither a shape nor a town


def geo() -> None:
    """The map of the world with ISO alpha-3 codes as ids, and a centre for each place of the table of countries."""
    home = CHARTS / "geo"
    home.mkdir(exist_ok=True)
    table = list(csv.DictReader((default() / "facts" / "iso_numeric.csv").read_text("utf-8").splitlines()))
    with unpacked("world-atlas@2.0.2") as source:
        coarse, fine, finest = (
            json.loads((source / f"countries-{scale}.json").read_text("utf-8")) for scale in ("110m", "50m", "10m")
        )
        shutil.copyfile(source / "LICENSE", home / "LICENSE")
    shapes = coarse["objects"]["countries"]["geometries"]
    code = {row["iso_numeric"]: row["iso3"] for row in table if row["iso_numeric"]}
    for shape in shapes:
        shape["id"] = code.get(shape.get("id")) or CODES[shape["properties"]["name"]]
    kept = [shape for shape in shapes if shape["id"] not in LEFT_OUT]
    coarse["objects"] = {"countries": {"type": "GeometryCollection", "geometries": kept}}
    (home / "countries-110m.json").write_text(json.dumps(coarse, separators=(",", ":"), ensure_ascii=False), "utf-8")
    drawn = {shape["id"] for shape in shapes}
    rows = [centre(row, fine, finest, drawn) for row in sorted(table, key=lambda row: row["iso3"])]
    with (home / "centres.csv").open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, ["iso3", "lon", "lat", "drawn", "source"], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def centre(row: dict[str, str], fine: dict[str, Any], finest: dict[str, Any], drawn: set[str]) -> dict[str, Any]:
    """A place's centre [degrees]: of the largest part of its shape, or its main town's where the atlas has none."""
    found = shapes_of(fine, row)
    if found:
        (lon, lat), source = middle(found, fine), "computed from Natural Earth 1:50 million"
    elif row["iso3"] == "BVT":
        (lon, lat), source = (
            middle(shapes_of(finest, NORWAY), finest, southern=True),
            "computed from Natural Earth 1:10 million",
        )
    else:
        (lon, lat), source = town(row["iso2"]), f"main town of its time zone, IANA tz database {version('tzdata')}"
    return {
        "iso3": row["iso3"],
        "lon": round((lon + 180) % 360 - 180, 2),
        "lat": round(lat, 2),
        "drawn": "shape" if row["iso3"] in drawn else "circle",
        "source": source,
    }


def shapes_of(atlas: dict[str, Any], row: dict[str, str]) -> list[dict[str, Any]]:
    """The shapes of a place by its numeric code, of Kosovo by its name."""
    return [
        shape
        for shape in atlas["objects"]["countries"]["geometries"]
        if shape.get("id") == row["iso_numeric"] or (shape["properties"]["name"], row["iso3"]) == ("Kosovo", "XKX")
        if shape["type"]
    ]


def middle(shapes: list[dict[str, Any]], atlas: dict[str, Any], southern: bool = False) -> tuple[float, float]:
    """Centre of gravity of the largest ring of shapes, in degrees as if the map were flat; south of the equator only
    where asked.
    """
    rings = []
    for shape in shapes:
        parts = shape["arcs"] if shape["type"] == "MultiPolygon" else [shape["arcs"]]
        rings += [ring(part[0], atlas) for part in parts]
    centres = [gravity(points) for points in rings]
    return max((c for c in centres if not southern or c[1][1] < 0), key=lambda c: c[0])[1]


def ring(arcs: list[int], atlas: dict[str, Any]) -> list[tuple[float, float]]:
    """Points of a ring of TopoJSON arcs, whose steps are whole numbers from the last point; ~i is arc i backwards."""
    (sx, sy), (tx, ty) = atlas["transform"]["scale"], atlas["transform"]["translate"]
    points: list[tuple[float, float]] = []
    turn = 0.0  # rings go on over the date line: degrees to add since the last crossing
    for number in arcs:
        x = y = 0
        arc = []
        for dx, dy in atlas["arcs"][number if number >= 0 else ~number]:
            x, y = x + dx, y + dy
            arc.append((x * sx + tx, y * sy + ty))
        for lon, lat in arc if number >= 0 else arc[::-1]:
            if points and abs(lon + turn - points[-1][0]) > 180:
                turn -= 360 * (1 if lon + turn > points[-1][0] else -1)
            points.append((lon + turn, lat))
    return points


def gravity(points: list[tuple[float, float]]) -> tuple[float, tuple[float, float]]:
    """Area and centre of gravity of a polygon."""
    twice = x = y = 0.0
    for (x0, y0), (x1, y1) in zip(points, [*points[1:], points[0]], strict=True):
        cross = x0 * y1 - x1 * y0
        twice, x, y = twice + cross, x + (x0 + x1) * cross, y + (y0 + y1) * cross
    return abs(twice) / 2, (x / (3 * twice), y / (3 * twice)) if twice else points[0]


def town(iso2: str) -> tuple[float, float]:
    """Longitude and latitude of the main town of a country's first time zone, from degrees, minutes and seconds."""
    table = (resources.files("tzdata") / "zoneinfo" / "zone.tab").read_text("utf-8")
    place = next(line.split("\t")[1] for line in table.splitlines() if line.startswith(f"{iso2}\t"))
    lat, lon = re.findall(r"[+-]\d+", place)
    return degrees(lon, 3), degrees(lat, 2)


def degrees(text: str, whole: int) -> float:
    """`+120903` with two whole digits as 12.15: the parts after the degrees are minutes and seconds."""
    digits = text[1:]
    parts = [digits[:whole], digits[whole : whole + 2], digits[whole + 2 :] or "0"]
    size = sum(int(part) / 60**i for i, part in enumerate(parts))
    return -size if text[0] == "-" else size


if __name__ == "__main__":
    fonts()
    geo()
    search_from_disk()
