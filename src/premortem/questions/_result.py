"""What the results of questions share: plain data, and the keys by which they were read when they were dictionaries."""

from dataclasses import asdict
from typing import Any
from warnings import warn


class Result:
    """A frozen dataclass that a question returns. `as_dict` gives the keys of the command line's JSON."""

    def as_dict(self) -> dict[str, Any]:
        """The same as plain data, by the keys of `--json`."""
        return asdict(self)  # type: ignore[call-overload]

    def __getitem__(self, key: str) -> Any:
        warn(f"result[{key!r}] is now result.{key}", DeprecationWarning, stacklevel=2)
        return self.as_dict()[key]
