"""A story as HTML: the template of its parts, which the app and a static site both use."""

from importlib.resources import files
from pathlib import Path

# Where the template of the parts lies, and their style sheet.
TEMPLATES = Path(str(files("premortem.story") / "templates"))
CSS = TEMPLATES / "story.css"
