"""What a run is: its manifest, sealed by a hash of itself, and its identity, a hash of its inputs without clock or chance."""

import hashlib
import json
from pathlib import Path
from typing import Any, NotRequired, TypeAlias, TypedDict, cast

from premortem.ensemble.layout import MANIFEST
from premortem.errors import BadInput, PremortemError
from premortem.files import reader
from premortem.text.result import Document

# 4: margins by other interpretations.
# 3: a sealed manifest, and parts that know their run.
# 2: parts of 16,384 futures, checksums with the futures that are not finite, a lock that the system keeps.
FORMAT = 4
# Earlier formats, which are no longer read but known as runs of ours.
EARLIER = (2, 3)
FINISHED = "finished"
# What a run follows from, by name: `futures`, `seed`, `design`, `policies`, `part` and `versions` of every run, and whatever else a study
# or a problem says that its results hang on, mostly digests.
Inputs: TypeAlias = dict[str, Any]


class Manifest(TypedDict):
    """What a run folder says of its run."""

    format: int
    status: str  # running, or `FINISHED`
    inputs: Inputs
    machine: dict[str, str]
    uncertainties: list[str]
    replicates: int  # of the design; 0 for plain Monte Carlo
    assumptions: list[str]
    case: NotRequired[str]  # by what a case is found again; of a run of one
    forms: NotRequired[dict[str, str]]  # forms of its world that were fixed
    levers: NotRequired[dict[str, dict[str, Any]]]  # by policy, of a run of a problem: whatever its levers take
    checksums: NotRequired[str]  # of the file of them; of a finished run, as is what follows
    non_finite: NotRequired[dict[str, list[int]]]
    run: NotRequired[str]  # its identity; of a sealed manifest, as is the last
    sha256: NotRequired[str]


def identity(inputs: Inputs) -> str:
    """SHA-256 of all that a run follows from: equal for two runs only if all their inputs are."""
    return _sha({"format": FORMAT, "inputs": inputs})


def seal(manifest: Manifest) -> Manifest:
    """A manifest with the identity of its run and, last, the SHA-256 of the rest of itself."""
    body: Manifest = {**manifest, "run": identity(manifest["inputs"])}
    body.pop("sha256", None)
    return {**body, "sha256": _sha(body)}


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a run. Raises `BadInput` where there is none, or one of another format, or that was changed since."""
    path = folder / MANIFEST
    if not path.exists():
        raise BadInput(
            str(folder),
            "",
            "no results found here",
            allowed="a folder that `premortem run` wrote",
            hint="run `premortem run` first, or pass --run FOLDER",
        )
    manifest = _read(path)
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        got = manifest.get("format") if isinstance(manifest, dict) else None
        raise BadInput(
            str(path),
            "format",
            f"a run of another version: {got}",
            got=got,
            allowed=str(FORMAT),
            hint="run again: the seed makes it again: premortem run --seed SEED --futures FUTURES",
        )
    wrong = _faults(manifest)
    if wrong:
        raise BadInput(str(path), wrong, "is damaged", hint="run again: premortem run")
    if not _is_sealed(manifest):
        raise BadInput(
            str(path),
            "sha256",
            "does not fit the rest: futures, seed, status or other entries are not as the run wrote them",
            allowed="the manifest as it was written",
            hint="put it back, or run again to another folder: premortem run --out NEW",
        )
    return cast(Manifest, manifest)


def own_manifest(folder: Path) -> Manifest | None:
    """The manifest by which a folder is known as a run of ours, of this or an earlier format; None for any other."""
    manifest = _any(folder)
    if not isinstance(manifest, dict) or _faults(manifest) or not isinstance(manifest.get("uncertainties"), list):
        return None
    earlier = manifest.get("format") in EARLIER and manifest.get("status") in (FINISHED, "running")
    return cast(Manifest, manifest) if earlier or _is_sealed(manifest) else None


def is_like(folder: Path) -> bool:
    """Whether a manifest looks like one of a run's, if a damaged or an unknown one: somebody else's does not."""
    manifest = _any(folder)
    return isinstance(manifest, dict) and isinstance(manifest.get("format"), int) and "inputs" in manifest


def is_finished(folder: Path) -> bool:
    """Whether a whole run of this format lies in a folder."""
    try:
        return read_manifest(folder).get("status") == FINISHED
    except BadInput:
        return False


def _read(path: Path) -> Any:
    try:
        return json.loads(reader.read_bytes(path, "a manifest that `premortem run` wrote"))
    except (ValueError, RecursionError) as error:
        raise BadInput(str(path), "", f"cannot be read: {error}", hint="run again: premortem run") from error


def _any(folder: Path) -> Any:
    """Whatever the manifest of a folder says; None where it says nothing."""
    try:
        return _read(folder / MANIFEST) if (folder / MANIFEST).exists() else None
    except PremortemError:
        return None


def _is_sealed(manifest: Document) -> bool:
    return manifest.get("format") == FORMAT and seal(cast(Manifest, manifest)) == manifest


def _faults(manifest: Document) -> str:
    """Key of the first part of a manifest that cannot be what a run wrote; empty when there is none."""
    inputs = manifest.get("inputs")
    if not isinstance(inputs, dict):
        return "inputs"
    kinds = {"futures": int, "seed": int, "design": str, "policies": list, "part": int}
    for key, kind in kinds.items():
        if not isinstance(inputs.get(key), kind) or isinstance(inputs[key], bool):
            return f"inputs.{key}"
    if inputs["futures"] < 1 or inputs["part"] < 1:
        return "inputs.futures" if inputs["futures"] < 1 else "inputs.part"
    plain = all(isinstance(p, str) and p and "/" not in p and not p.startswith(".") for p in inputs["policies"])
    if not plain or not inputs["policies"]:
        return "inputs.policies"
    return "" if isinstance(manifest.get("replicates"), int) else "replicates"


def _sha(document: Any) -> str:
    return hashlib.sha256(json.dumps(document, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
