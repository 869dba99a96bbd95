"""Where a run is made: in its folder, if that is new, empty or a half of ours; beside it, if it holds a finished run.

A folder is ours by its manifest, never by a name; whatever else lies in it is left alone.
"""

from pathlib import Path

from premortem.ensemble import layout, replace_run
from premortem.ensemble.lock import only_begun
from premortem.ensemble.manifest import FINISHED, Manifest, is_like, own_manifest, read_manifest
from premortem.errors import BadInput
from premortem.text.numbers import count_noun, plural


def owner_of(folder: Path) -> Manifest | None:
    """The manifest of the run that a folder holds, None for one that is new or empty. Raises `BadInput` for any other."""
    if not folder.exists():
        return None
    if not folder.is_dir():
        raise BadInput(str(folder), "", "is a file", allowed="a folder")
    if only_begun(folder):
        return None
    manifest = own_manifest(folder)
    if manifest is None:
        if is_like(folder):
            read_manifest(folder)  # says what is wrong with it
        found = sorted(path.name for path in folder.iterdir())
        more = f" and {len(found) - 3} more" if len(found) > 3 else ""
        what = f"holds other files and no run of ours: {', '.join(found[:3])}{more}"
        raise BadInput(str(folder), "", what, allowed="a new or empty folder, or an earlier run")
    return manifest


def place_of(target: Path, manifest: Manifest, resume: bool, replace: bool) -> Path:
    """The folder in which a run is to be made, so that it comes to lie in `target`.

    Raises `BadInput` for a folder of anybody else's, and for a finished run of which something would be lost, unless
    `replace`.
    """
    there, half = owner_of(target), replace_run.half_of(target)
    begun = owner_of(half)
    if resume and begun and not changes(half, manifest):
        return half
    if there is None or resume:
        return target
    _check_names(target, there, manifest)
    if there["status"] != FINISHED:
        return target
    lost = _lost(there, manifest)
    if lost and not replace:
        what = f"holds a finished run of which this one lacks {' and '.join(lost)}"
        raise BadInput(str(target), "", what, got="", allowed="another --out, or --replace")
    replace_run.check_can(target)
    return half


def _lost(there: Manifest, manifest: Manifest) -> list[str]:
    """What a finished run holds and another would not: futures, policies, assumptions; in words."""
    stored, asked = (m["inputs"]["futures"] for m in (there, manifest))
    lost = [f"{stored - asked:,} of {count_noun(stored, 'future')}"] if stored > asked else []
    for kind, before, after in (
        ("policy", there["inputs"]["policies"], manifest["inputs"]["policies"]),
        ("assumption", there.get("assumptions", ()), manifest.get("assumptions", ())),
    ):
        if gone := [name for name in before if name not in after]:
            lost.append(f"the {plural(len(gone), kind)} {', '.join(gone)}")
    return lost


def changes(folder: Path, manifest: Manifest) -> list[str]:
    """Inputs in which the run of a folder differs from the one that is asked for. Raises `BadInput` for another format."""
    before = read_manifest(folder)["inputs"]
    return [key for key in manifest["inputs"] if before.get(key) != manifest["inputs"][key]]


def _check_names(folder: Path, there: Manifest, manifest: Manifest) -> None:
    """Raises `BadInput` where a file that is not the old run's has a name that the new one needs."""
    policies = manifest["inputs"]["policies"]
    for name in layout.sorted_out(folder, there["inputs"]["policies"])[1]:
        if name in layout.folders(policies) or layout.belongs(name, policies):
            what = "is not of the run that lies here, and this run needs the name"
            raise BadInput(str(folder), name, what, allowed="another --out, or another name for it")
