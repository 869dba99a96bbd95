"""The app as its clients see it: one site on the shipped case, one on a study folder."""

import pytest
from fastapi.testclient import TestClient

from premortem.app import live_model, prices, session
from premortem.app.site import close, make
from premortem.study import make_study
from tests.fewer import FEWER

ADDRESS = "http://127.0.0.1:8760"


@pytest.fixture(scope="session", autouse=True)
def patience():
    """All tests are one client, which asks more often than a person may; an answer in haste fits the small chunk of tests, and what an app
    without a stored run simulates is a quarter.
    """
    patch = pytest.MonkeyPatch()
    patch.setattr(live_model, "QUICK", FEWER["study.model.SMALL"])
    patch.setattr(prices, "MANY", 1000)
    patch.setattr(session, "SMALL_RUN", 1024)
    yield
    patch.undo()


@pytest.fixture(scope="session")
def client(site):
    return TestClient(site, base_url=ADDRESS, raise_server_exceptions=False)


@pytest.fixture(scope="session")
def desk(site):
    return site.state.desk


@pytest.fixture(scope="session")
def live(desk):
    return desk.live


@pytest.fixture(scope="session")
def at_study(tmp_path_factory):
    """A client of a site on a study folder, and the folder."""
    folder = make_study(tmp_path_factory.mktemp("studies") / "mine")
    made = make(folder)
    yield TestClient(made, base_url=ADDRESS, raise_server_exceptions=False), folder, made
    close(made)
