"""Where a study's last run is stored, so that a command without a folder finds it."""

import hashlib
from contextlib import suppress
from pathlib import Path

from premortem.ensemble import store
from premortem.errors import BadInput
from premortem.files import writer
from premortem.study.folder import DEFAULT_OUT


def _pointer(study: Path | None) -> Path:
    key = hashlib.sha256(str((study or Path()).resolve()).encode()).hexdigest()[:16]
    return Path.home() / ".cache" / "premortem" / "last" / key


def remember(study: Path | None, folder: Path) -> None:
    """Note a run folder as the last of a study, or of this working folder where there is none."""
    with suppress(BadInput):  # a home that cannot be written only costs the shortcut to the last run
        writer.write(_pointer(study), str(folder.resolve()), parents=True)


def run(study: Path | None) -> Path | None:
    """The folder of the last finished run, None where there is none."""
    found = folder(study)
    return found if store.is_finished(found) else None


def folder(study: Path | None) -> Path:
    """The noted run folder while it exists, otherwise where a run of the study goes by default."""
    default = (study or Path()) / DEFAULT_OUT
    if _pointer(study).is_file() and (held := Path(_pointer(study).read_text("utf-8"))).is_dir():
        return held
    return default
