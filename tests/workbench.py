"""The EMA Workbench, where it is installed."""

import warnings
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from typing import Any

import pytest


@pytest.fixture(scope="session")
def ema() -> Any:
    """The package, imported when the first test asks for it, on a thread of its own.

    As it is imported its loggers look up the file of every frame above them among all modules: in pytest's tall stack that
    takes ten seconds, and half of what it takes to find all tests.
    """
    with warnings.catch_warnings(), ThreadPoolExecutor(1) as short_stack:
        warnings.simplefilter("ignore")  # it warns of extras that are not installed
        try:
            return short_stack.submit(import_module, "ema_workbench").result()
        except ImportError:
            pytest.skip("ema_workbench is not installed")
