"""Links of a site that lead nowhere: to no file of it, or to no place on a page."""

import posixpath
import re
from collections.abc import Mapping
from urllib.parse import unquote, urlsplit

# Where a page leads: links, pictures, scripts and styles. What stands inside a script is no link.
LEADS = re.compile(r"""\b(?:href|src)=["']([^"']*)["']""")
SCRIPT = re.compile(r"<script\b(?![^>]*\bsrc=)[^>]*>.*?</script>|<style\b.*?</style>", re.S)
PLACE = re.compile(r"""\bid=["']([^"']+)["']""")


def broken_links(files: Mapping[str, bytes]) -> list[str]:
    """`PAGE: LINK` for each link within the site that leads nowhere, in order; what leads elsewhere is not asked."""
    pages = {name: SCRIPT.sub("", held.decode("utf-8")) for name, held in files.items() if name.endswith(".html")}
    places = {name: {*PLACE.findall(text)} for name, text in pages.items()}
    return [
        f"{page}: {link}"
        for page, text in pages.items()
        for link in dict.fromkeys(LEADS.findall(text))
        if _broken(page, link, files, places)
    ]


def _broken(page: str, link: str, files: Mapping[str, bytes], places: Mapping[str, set[str]]) -> bool:
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        return False
    if parts.path.startswith("/"):
        return True  # only right at the root of a server
    target = posixpath.normpath(posixpath.join(posixpath.dirname(page), unquote(parts.path))) if parts.path else page
    if target not in files:
        return True
    return bool(parts.fragment) and target in places and unquote(parts.fragment) not in places[target]
