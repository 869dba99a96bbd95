"""Writes a static site into a folder of its own: new, empty, or one that an earlier site was written to."""

import json
import re
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from premortem.errors import BadInput
from premortem.files import writer
from premortem.files.reader import read_bytes
from premortem.publish.links import broken_links
from premortem.publish.site import site
from premortem.study import Run
from premortem.text.result import Result

# The file by which a folder is known to hold a site of ours; it names every file of it.
MARK = "premortem-site.json"
URL = re.compile(r"[A-Za-z0-9:/._~%-]+")
ALLOWED = "a new or empty folder, or one that premortem publish wrote"


@dataclass(frozen=True, repr=False)
class Published(Result):
    """What was written: the keys of `premortem publish --json`. `broken_links` are `PAGE: LINK`, `left_out` parts with why."""

    folder: str
    pages: int
    files: int
    bytes: int
    broken_links: tuple[str, ...]
    left_out: tuple[str, ...]
    seconds: float


def publish(run: Run, folder: Path, at: str = "") -> Published:
    """Write the site of a run, which will stand `at` an address where one is given. Raises `BadInput`, before any work, for a folder
    that holds anything else, and for what is no address.
    """
    began = time.perf_counter()
    old, address = check_target(folder), check_address(at)
    made = site(run, address)
    names = sorted(made.files)
    writer.write(folder / MARK, json.dumps({"files": names}, indent=0), parents=True)
    for name in names:
        writer.write(folder / name, made.files[name], parents=True)
    for name in old - {*names}:
        writer.discard(folder / name)
    return Published(
        str(folder),
        sum(name.endswith(".html") for name in names),
        len(names),
        sum(map(len, made.files.values())),
        tuple(broken_links(made.files)),
        made.left_out,
        round(time.perf_counter() - began, 2),
    )


def check_target(folder: Path) -> set[str]:
    """Files of the site that lies there, by name; none where the folder is new or empty. Raises `BadInput` for any other folder."""
    with writer.system_failure(folder):
        if not folder.exists() and not folder.is_symlink():
            return set()
        if not folder.is_dir():
            raise BadInput(str(folder), "-o", "is no folder", got=str(folder), allowed=ALLOWED)
        if (folder / MARK).is_file():
            return _listed(folder)
        if any(folder.iterdir()):
            raise BadInput(str(folder), "-o", "holds files that are no site of ours", got=str(folder), allowed=ALLOWED)
        writer.check_folder(folder)
    return set()


def check_address(at: str) -> str:
    """The address of a site with a slash at its end, empty for none. Raises `BadInput` for what is none."""
    if not at:
        return ""
    parts = urlsplit(at)
    if (
        parts.scheme not in ("http", "https")
        or not parts.netloc
        or parts.query
        or parts.fragment
        or not URL.fullmatch(at)
    ):
        allowed = "http or https, a host, and a path, such as https://example.org/site"
        raise BadInput("command line", "--at", "is no address of a site", got=at[:80], allowed=allowed)
    return at.rstrip("/") + "/"


def _listed(folder: Path) -> set[str]:
    """Files that the mark names; none that lies outside of the folder."""
    try:
        named = json.loads(read_bytes(folder / MARK, "the list of a site's files"))["files"]
    except (ValueError, KeyError, TypeError) as error:
        raise BadInput(str(folder / MARK), "files", "does not read", allowed=ALLOWED) from error
    home = folder.resolve()
    return {str(n) for n in named if (folder / str(n)).resolve().is_relative_to(home) and str(n) != MARK}
