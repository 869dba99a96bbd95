"""Known faults of the locked dependencies, by pip-audit in an environment of its own.

Exit status 0: every locked package was looked up and none has a known fault; 1: faults, one a line; 2: not audited, and
why. With `--where-reachable`, as in continuous integration, what cannot be looked up is told and passes: pip-audit by
itself passes in silence where its advisory service knows no package at all.
"""

import argparse
import json
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
HOME, TOOL, LOCKS = ROOT / ".venv" / "audit", "pip-audit==2.10.1", ("requirements.txt", "requirements-dev.txt")
FINE, FAULTS, NOT_MADE = 0, 1, 2
PATIENCE = 300


def main(words: list[str]) -> int:
    """Audit both locks and say what was found."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument(
        "--where-reachable", action="store_true", help="pass, and say so, where nothing can be looked up"
    )
    tolerant = asked.parse_args(words).where_reachable
    try:
        report = looked_up()
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        status, lines = NOT_MADE, [f"not audited: {told(error)}"]
    else:
        status, lines = verdict(report)
    print("\n".join(f"audit: {line}" for line in lines))
    return FINE if tolerant and status == NOT_MADE else status


def looked_up() -> list[dict[str, Any]]:
    """What pip-audit says of each locked package. Raises `OSError`, `ValueError` or `subprocess.SubprocessError`."""
    tool = HOME / "bin" / "pip-audit"
    if not tool.is_file():
        venv.create(HOME, with_pip=True)
        done([HOME / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check", TOOL])
    locks = [word for lock in LOCKS for word in ("-r", ROOT / lock)]
    options = ["--require-hashes", "--disable-pip", "--progress-spinner", "off", "--format", "json"]
    return list(json.loads(done([tool, *options, *locks], (0, 1)))["dependencies"])


def done(command: list[Any], fine: tuple[int, ...] = (0,)) -> str:
    """What a command printed. Raises `subprocess.SubprocessError` where it ends otherwise or takes too long."""
    ended = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=PATIENCE)
    if ended.returncode not in fine:
        raise subprocess.SubprocessError(ended.stderr or f"{command[0]} ended with {ended.returncode}")
    return ended.stdout


def verdict(report: list[dict[str, Any]]) -> tuple[int, list[str]]:
    """Exit status, and what to print, from pip-audit's rows; a fault outweighs what could not be looked up."""
    faults = sorted(
        f"{row['name']} {row['version']}: {fault['id']}, mended in {', '.join(fault['fix_versions']) or 'no version yet'}"
        for row in report
        for fault in row.get("vulns", ())
    )
    unknown = sorted({row["name"] for row in report if "skip_reason" in row})
    known = len({row["name"] for row in report}) - len(unknown)
    if unknown:
        shown = ", ".join(unknown[:3]) + (" and others" if len(unknown) > 3 else "")
        gap = [
            f"not audited: the advisory service does not answer for {len(unknown)} of {known + len(unknown)} packages ({shown})"
        ]
    else:
        gap = []
    if faults:
        return FAULTS, [*faults, *gap]
    return (NOT_MADE, gap) if gap else (FINE, [f"{known} locked packages, no known fault"])


def told(error: Exception) -> str:
    """The last line of an error."""
    return (str(error).strip().splitlines() or [type(error).__name__])[-1][:200]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
