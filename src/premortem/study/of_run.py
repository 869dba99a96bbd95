"""What a stored run was made with, as its folder says: enough to find the study that it belongs to."""

from pathlib import Path

from premortem.case import DEFAULT
from premortem.ensemble import store
from premortem.study import folder as own_files


def case_of_run(folder: Path) -> str:
    """By what the case of a stored run is found again. Raises `BadInput` where there is no run."""
    return str(store.read_manifest(folder).get("case") or DEFAULT)


def forms_of_run(folder: Path) -> dict[str, str]:
    """Forms that were fixed in a stored run, each at its value. Raises `BadInput` where there is no run."""
    return dict(store.read_manifest(folder).get("forms") or {})


def pulled_of_run(folder: Path) -> bool:
    """Whether a stored run was made with pulled tables. Raises `BadInput` where there is no run."""
    return any(name.startswith("pulled.") for name in store.read_manifest(folder)["inputs"])


def policy_files_of_run(folder: Path) -> tuple[Path, ...]:
    """Policies that a stored run was given as files, as it kept them."""
    return tuple(sorted((folder / own_files.POLICIES).glob("*.toml")))
