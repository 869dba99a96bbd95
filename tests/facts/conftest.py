"""What the tests of live sources share."""

import threading
from http.server import ThreadingHTTPServer

import pytest

from tests.facts.served import Server


@pytest.fixture
def server():
    Server.answers, Server.asked = [], []
    held = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    held.daemon_threads = True
    held.gate = threading.Event()
    threading.Thread(target=held.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{held.server_port}/table.csv"
    held.gate.set()
    held.shutdown()
    held.server_close()
