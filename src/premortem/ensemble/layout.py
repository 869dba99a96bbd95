"""The names of a run's files, and which of a folder's files are a run's: nothing else in it is ever deleted.

out/manifest.json                          what was asked, of what inputs, by which version
out/futures/part-00000.parquet             the uncertainties of each future, by index
out/POLICY/part-00000.parquet          its margins and outcomes under a policy
out/series/POLICY/counts-00000.parquet counts of its series, from which bands are read
out/series/POLICY/bins.parquet         where those bins lie
out/series/POLICY/paths.parquet        the whole series of the first futures
out/checksums.jsonl                        a line a finished file
out/run.log                                what happened when
out/lock.json                              which process writes
out/brief.html, out/brief.pdf              the brief
out/as_of.json                             what stands on the day that the brief is of, where one was asked for
out/answers/QUESTION-HASH.json             a long answer about the run, worked out once
"""

import os
import re
from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path

MANIFEST, CHECKSUMS, LOG, LOCK = "manifest.json", "checksums.jsonl", "run.log", "lock.json"
BRIEFS = ("brief.html", "brief.pdf")
# What stands on the day that the brief is of, where another than that of the case was asked for.
AS_OF = "as_of.json"
# Folders of a run that are no policy's: of the uncertainties, of the series, and of answers.
FUTURES, SERIES, ANSWERS = "futures", "series", "answers"
# The input by which a run is known as one of a problem, which keeps its series with its outcomes.
PROBLEM = "problem"
# A half that a killed process left: of which file.
HALF = re.compile(r"\.(?P<name>.+)\.[0-9a-f]{8}(\.old)?\.half")
# Removed last, so that what is left after a kill is known as a run's.
LAST = (MANIFEST, LOCK)


def part_name(folder: str, kind: str, index: int) -> str:
    """Name of a part: `POLICY/part-00003.parquet`."""
    return f"{folder}/{kind}-{index:05d}.parquet"


def counts_file(policy: str, part: int) -> str:
    """Name of the file that holds the counts of a part."""
    return part_name(f"{SERIES}/{policy}", "counts", part)


def answer_file(question: str, key: str) -> str:
    """Name of the file of an answer to a question, by a hash of what it follows from."""
    return f"{ANSWERS}/{question}-{key}.json"


def first_files(policy: str) -> list[str]:
    """Files that only the first part of a policy writes: where the bins lie, and whole series."""
    return [f"{SERIES}/{policy}/{name}.parquet" for name in ("bins", "paths")]


def policy_files(policy: str, part: int) -> list[str]:
    """Names of the files that a part writes under a policy."""
    first = first_files(policy) if part == 0 else []
    return [part_name(policy, "part", part), counts_file(policy, part), *first]


def part_files(policies: Collection[str], part: int) -> list[str]:
    """Names of all files that a part writes."""
    return [part_name(FUTURES, "part", part), *(name for policy in policies for name in policy_files(policy, part))]


def all_files(parts: int, policies: Collection[str], of_problem: bool) -> Iterator[str]:
    """Names of every file with a checksum of a whole run of so many parts."""
    for part in range(parts):
        if of_problem:
            yield from (part_name(folder, "part", part) for folder in (FUTURES, *policies))
        else:
            yield from part_files(policies, part)


def folders(policies: Collection[str]) -> set[str]:
    """Names of a run's folders."""
    return {FUTURES, SERIES, ANSWERS, *policies, *(f"{SERIES}/{policy}" for policy in policies)}


def belongs(name: str, policies: Collection[str]) -> bool:
    """Whether a file of this name in a run's folder is the run's, or a half of such a one."""
    place, _, last = name.rpartition("/")
    if half := HALF.fullmatch(last):
        return belongs(f"{place}/{half['name']}".lstrip("/"), policies)
    if not place:
        return last in (MANIFEST, CHECKSUMS, LOG, LOCK, AS_OF, *BRIEFS)
    if place == ANSWERS:
        return re.fullmatch(r"[a-z_]+-[0-9a-f]{16}\.json", last) is not None
    if place == FUTURES or place in policies:
        return re.fullmatch(r"part-\d{5,}\.parquet", last) is not None
    series = place.startswith(f"{SERIES}/") and place.removeprefix(f"{SERIES}/") in policies
    return series and re.fullmatch(r"(counts-\d{5,}|bins|paths)\.parquet", last) is not None


def sorted_out(folder: Path, policies: Collection[str]) -> tuple[list[str], list[str]]:
    """What lies in a run's folder: files of the run, and whatever else, by name. Links are not followed."""
    ours, others, known = list[str](), list[str](), folders(policies)

    def look(place: str) -> None:
        for entry in sorted(os.scandir(folder / place), key=lambda e: e.name):
            name = f"{place}/{entry.name}".lstrip("/")
            if name in known and entry.is_dir(follow_symlinks=False):
                look(name)
            else:
                own = entry.is_file(follow_symlinks=False) and belongs(name, policies)
                (ours if own else others).append(name)

    look("")
    return ours, others


def clear(folder: Path, policies: Collection[str], keep: Collection[str] = (), to: Path | None = None) -> None:
    """Remove a run's files and its folders as far as they are empty; what else lies there stays, or goes to another folder.

    Whatever has the same name there stays where it is. Raises `OSError`.
    """
    ours, others = sorted_out(folder, policies)
    for name in others if to else ():
        target = Path(str(to)) / name
        if not os.path.lexists(target):
            target.parent.mkdir(parents=True, exist_ok=True)
            (folder / name).rename(target)
    for name in sorted(ours, key=lambda name: LAST.index(name) if name in LAST else -1):
        if name not in keep:
            (folder / name).unlink()
    for name in (*sorted(folders(policies), key=len, reverse=True), *(() if keep else ("",))):
        with suppress(OSError):  # holds something else, or is not there
            (folder / name).rmdir()
