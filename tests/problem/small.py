"""Examples of the repository by name, and small problems that tests share."""

import importlib.util
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import premortem as pm

EXAMPLES = Path(__file__).parents[2] / "examples"


@cache
def example(name: str) -> ModuleType:
    """A module of `examples/`."""
    spec = importlib.util.spec_from_file_location(f"example_{name}", EXAMPLES / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def line(model: Any, **more: Any) -> pm.Problem:
    """A problem of one uncertainty and one outcome."""
    return pm.Problem("line", model, [pm.Uniform("x", 0, 1)], outcomes=[pm.Outcome("y", "max")], **more)
