"""Code of a case that lies outside the package: how it is loaded, and which error of a command is its own."""

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, TracebackType

from premortem.errors import BadInput, PremortemError

# Names of such modules begin so: this, the case's folder, and the module.
PREFIX = "premortem_case:"


def load_module(folder: Path, part: str) -> ModuleType:
    """A module of a case's folder, under a name of its own. Raises `BadInput` where it cannot be run."""
    name = f"{PREFIX}{folder.resolve()}:{part}"
    if name in sys.modules:
        return sys.modules[name]
    file = folder / f"{part}.py" if (folder / f"{part}.py").is_file() else folder / part / "__init__.py"
    spec = importlib.util.spec_from_file_location(name, file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        del sys.modules[name]  # a module that ran half way is not asked again
        raise _syntax_fault(error, folder) or code_fault(error) or error from error
    return module


def code_fault(error: BaseException) -> BadInput | None:
    """An error that code of a case raised, as the user's fault: the last line of that code which it went through. None where it
    went through none.
    """
    if isinstance(error, PremortemError):
        return None
    lines = [*_own_lines(error.__traceback__)]
    return _fault(*lines[-1], error) if lines else None


def _own_lines(trace: TracebackType | None) -> Iterator[tuple[str, int]]:
    while trace is not None:
        name = str(trace.tb_frame.f_globals.get("__name__", ""))
        if name.startswith(PREFIX):
            folder = Path(name.removeprefix(PREFIX).rpartition(":")[0])
            yield _within(trace.tb_frame.f_code.co_filename, folder), trace.tb_lineno
        trace = trace.tb_next


def _syntax_fault(error: Exception, folder: Path) -> BadInput | None:
    if not isinstance(error, SyntaxError) or not error.filename:
        return None
    inside = Path(error.filename).resolve().is_relative_to(folder.resolve())
    return _fault(_within(error.filename, folder), error.lineno or 0, error) if inside else None


def _within(file: str, folder: Path) -> str:
    path = Path(file).resolve()
    return path.relative_to(folder.resolve()).as_posix() if path.is_relative_to(folder.resolve()) else path.name


def _fault(file: str, line: int, error: BaseException) -> BadInput:
    said = error.msg if isinstance(error, SyntaxError) else next(iter(str(error).splitlines()), "")
    return BadInput(file, f"line {line}", ": ".join(filter(None, [type(error).__name__, said])))
