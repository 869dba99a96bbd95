"""Exhibits of the small run, each made once for all tests of them."""

from functools import cache

import pytest

from premortem import exhibits


@pytest.fixture(scope="session")
def made(small_run):
    """An exhibit by its name: `made("price")`."""
    return cache(lambda name: exhibits.exhibit(name, small_run))
