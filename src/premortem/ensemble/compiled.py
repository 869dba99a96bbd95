"""What is made once a process and kept: compiled programs above all, one for each function and shape of its arguments."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import cache, partial
from pathlib import Path
from typing import Any, Literal, Protocol, runtime_checkable

import jax
import numpy as np

from premortem.ensemble.stored_programs import name_of, program_of
from premortem.errors import BadInput

# Where a program runs.
Device = Literal["cpu", "gpu"]
# Compiled programs that are kept: those of a few studies, some twelve each.
MOST = 24


class Kept:
    """The last few results by key; safe for threads, and each is made once however many ask for it."""

    def __init__(self, most: int) -> None:
        self.most, self._held, self._lock = most, OrderedDict[Hashable, Any](), threading.Lock()
        self._making: dict[Hashable, threading.Lock] = {}

    def __contains__(self, key: Hashable) -> bool:
        return key in self._held

    def held(self, key: Hashable) -> Any:
        """What is held under a key; None where nothing is."""
        with self._lock:
            return self._held.get(key)

    def get(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """What is held under a key, made first where it is not."""
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
                return self._held[key]
            own = self._making.setdefault(key, threading.Lock())
        with own:
            with self._lock:
                if key in self._held:
                    return self._held[key]
            try:
                made = make()
                with self._lock:
                    self._held[key] = made
                    while len(self._held) > self.most:
                        self._held.popitem(last=False)
                return made
            finally:
                with self._lock:
                    self._making.pop(key, None)


@runtime_checkable
class InTwoSteps(Protocol):
    """A function of which a part may lie outside of what is compiled."""

    @property
    def outside(self) -> Callable[..., Any] | None:
        """What is called in Python first, if anything."""

    @property
    def inside(self) -> Callable[..., Any]:
        """What then follows from what that gave."""


_PROGRAMS = Kept(MOST)
# How XLA compiles for a processor what is run a few dozen times at most: in half of the time. With its optimization level
# lowered as well, slopes of the shipped world come out as no number (JAX 0.10.2).
SELDOM: dict[str, str | bool] = {"xla_cpu_use_fusion_emitters": False}
# The widest vectors that a processor has: some 10% less time where those are of 512 bits, and other last bits there.
WIDE: dict[str, str | bool] = {"xla_cpu_prefer_vector_width": "512"}


def compiled(
    function: Callable[..., Any],
    *given: Any,
    key: Hashable = None,
    seldom: bool = False,
    wide: bool = False,
    device: Device = "cpu",
) -> Any:
    """A function compiled for arguments of these shapes, given as arrays or as shapes; once a process.

    `key` says what is computed where functions are made anew each time; by default the function itself does. `seldom`
    says that it is run a few dozen times at most, and is better compiled quickly; `wide` that its last bits may be a processor's own. It
    runs on the processor, so that a future has the same bits wherever JAX finds a card, unless another `device` is asked for. Raises `BadInput` where that is not there.

    Of a function that has an `outside`, that is called in Python and `inside` alone is compiled for what it gives: a
    program that calls back to Python does so from the few threads that it has, and two that do can wait for each other
    without end (jax-ml/jax issue 24255).
    """
    if isinstance(function, InTwoSteps) and function.outside:
        return _after(function.outside, function.inside, (key or function, "inside"), seldom, device)
    asked_of = {**(SELDOM if seldom else {}), **(WIDE if wide else {})} if device == "cpu" else {}
    shapes = jax.tree.map(_shape, given)
    leaves, tree = jax.tree.flatten(shapes)
    sizes = tuple((leaf.shape, leaf.dtype) for leaf in leaves)
    asked = key or function
    return _PROGRAMS.get(
        (asked, device, tree, sizes), lambda: _compile(function, shapes, asked_of, device, (asked, str(tree), sizes))
    )


def _after(
    outside: Callable[..., Any], inside: Callable[..., Any], key: Hashable, seldom: bool, device: Device
) -> Callable[..., Any]:
    def run(*given: Any) -> Any:
        made = outside(*given)
        return compiled(inside, *made, key=key, seldom=seldom, device=device)(*made)

    return run


def _shape(x: Any) -> jax.ShapeDtypeStruct:
    kind = x.dtype if hasattr(x, "dtype") else np.result_type(x)
    return jax.ShapeDtypeStruct(np.shape(x), jax.dtypes.canonicalize_dtype(kind))


def _compile(
    function: Callable[..., Any],
    shapes: Any,
    asked_of: dict[str, str | bool],
    device: Device,
    asked: tuple[Any, ...],
) -> Any:
    use_compilation_cache()
    options = {name: value for name, value in asked_of.items() if _knows(name, value)} or None
    with jax.default_device(device_of(device)):
        traced = partial(jax.jit(function).lower, *shapes)
        name = (
            name_of(asked[0], repr(asked[1:]), options) if device == "cpu" and len(jax.devices(device)) == 1 else None
        )
        return program_of(name, traced, options, shapes) if name else traced().compile(options)


def device_of(kind: Device) -> jax.Device:
    """The first device of a kind. Raises `BadInput` where JAX finds none such."""
    try:
        return jax.devices(kind)[0]
    except RuntimeError as error:
        there = sorted({device.platform for device in jax.devices()})
        what = f"JAX finds no {kind} here"
        raise BadInput("command line", "--device", what, got=kind, allowed=", ".join(there)) from error


@cache
def _knows(option: str, value: str | bool) -> bool:
    """Whether this XLA has an option: that of JAX 0.12, which Python 3.12 and later get, has none of `SELDOM`."""
    try:
        with jax.default_device(device_of("cpu")):
            jax.jit(lambda x: x).lower(0.0).compile({option: value})
    except jax.errors.JaxRuntimeError:
        return False
    return True


def use_compilation_cache() -> None:
    """Keep compiled code between processes, in the user's cache folder."""
    folder = Path.home() / ".cache" / "premortem" / "jax"
    jax.config.update("jax_compilation_cache_dir", str(folder))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0)
    jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)
