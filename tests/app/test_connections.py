"""Clients that say little or too much: half headers, half bodies, more connections than there is room for."""

import asyncio
import socket
import threading
from contextlib import contextmanager

import pytest
import uvicorn

from premortem.app import connections, request_limits
from tests.waiting import longest, until


async def answers(scope, receive, send):
    """An app that takes the whole body and answers with its length."""
    taken = b""
    while (message := await receive()).get("more_body"):
        taken += message["body"]
    body = str(len(taken + message.get("body", b""))).encode()
    await send(
        {"type": "http.response.start", "status": 200, "headers": [(b"content-length", str(len(body)).encode())]}
    )
    await send({"type": "http.response.body", "body": body})


@contextmanager
def serving():
    """A server with our connections and guard, in a thread; yields how to connect to it."""
    held = socket.create_server(("127.0.0.1", 0), backlog=512)
    config = uvicorn.Config(
        request_limits.Guard(answers, ()), log_level="critical", lifespan="off", http=connections.Timed, ws="none"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve([held])))
    thread.start()
    try:
        yield lambda: socket.create_connection(held.getsockname(), timeout=longest())
    finally:
        server.should_exit = True
        thread.join()
        held.close()


def is_cut_off(connection):
    """Waits for the end of a connection; whether it ended without an answer of 200."""
    try:
        return not connection.recv(4096).startswith(b"HTTP/1.1 200")
    except ConnectionError:
        return True


def ask(connection):
    connection.sendall(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n")
    return connection.recv(4096)


@pytest.fixture(autouse=True)
def hurry(monkeypatch):
    monkeypatch.setattr(connections, "HEADER", 0.3)
    monkeypatch.setattr(request_limits, "PATIENCE", 0.3)


@pytest.mark.parametrize("said", [b"", b"GET / HTTP/1.1\r\nhost: loc"])
def test_f095_a_header_that_does_not_come_ends_the_connection(said):
    with serving() as connect, connect() as one:
        one.sendall(said)
        assert is_cut_off(one)


def test_f095_a_byte_now_and_then_buys_no_time():
    with serving() as connect, connect() as one:
        one.sendall(b"GET / HTTP/1.1\r\n")

        def goes_on():
            try:
                one.sendall(b"x: y\r\n")
                return False
            except ConnectionError:
                return True

        until(goes_on)


def test_f095_half_a_header_after_an_answer_ends_the_connection():
    with serving() as connect, connect() as one:
        assert ask(one).startswith(b"HTTP/1.1 200")
        one.sendall(b"GET / HTTP/1.1\r\n")
        assert is_cut_off(one)


def test_f095_half_a_body_ends_the_request():
    with serving() as connect, connect() as one:
        one.sendall(b"POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\nhalf")
        assert one.recv(4096).startswith(b"HTTP/1.1 408")


def test_f095_a_whole_body_in_pieces_is_read():
    with serving() as connect, connect() as one:
        one.sendall(b"POST / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-length: 6\r\n\r\nabc")
        one.sendall(b"def")
        with one.makefile("rb") as answer:
            assert answer.read().endswith(b"\r\n\r\n6")


def test_f095_where_there_is_no_room_the_silent_make_it(monkeypatch):
    monkeypatch.setattr(connections, "HEADER", longest())
    monkeypatch.setattr(connections, "MOST", 20)
    with serving() as connect:
        silent = [connect() for _ in range(60)]
        with connect() as one:
            assert ask(one).startswith(b"HTTP/1.1 200")
        assert is_cut_off(silent[0])
        for each in silent:
            each.close()
