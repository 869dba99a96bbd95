"""Connections of the server: a time for the header of a request, and a cap at which those that say nothing make room."""

import asyncio
import socket
from collections.abc import Callable
from types import FrameType
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

# Longest that a connection may take for the header of a request, and that one may rest between two [s]; most connections.
HEADER, REST, MOST = 10.0, 15, 200


class Server(uvicorn.Server):
    """The server, which remembers by which signal it was stopped; 0 before it listens to any."""

    stopped_by = 0

    def __init__(self, config: uvicorn.Config, stopping: Callable[[], None] = lambda: None) -> None:
        """`stopping` is called as a stop begins, before requests under way are waited for."""
        super().__init__(config)
        self._stopping = stopping

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close connections, as uvicorn does; what works beside is told before."""
        self._stopping()
        await super().shutdown(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop, as uvicorn does."""
        self.stopped_by = sig
        super().handle_exit(sig, frame)

    def tell_of_stop(self) -> None:
        """Raises `KeyboardInterrupt` where a signal ended it: uvicorn's own way is lost on a process begun in the background, which
        ignores Ctrl-C, so that one and the same stop had two statuses.
        """
        if self.stopped_by:
            raise KeyboardInterrupt


class Timed(H11Protocol):
    """HTTP as uvicorn speaks it. A connection is cut off when the header of its request does not come in time, a byte now and
    then or none; where there are too many, those that wait longest without a request are.
    """

    _late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a header."""
        super().connection_made(transport)
        self._await_header()
        self._make_room()

    def data_received(self, data: bytes) -> None:
        """Stop waiting when a header is whole; go on where a piece of one came."""
        super().data_received(data)
        if self._is_answering():
            self._stop_waiting()
        elif self._late is None:
            self._await_header()

    def on_response_complete(self) -> None:
        """Rest as uvicorn does, or go on to what the client has sent meanwhile."""
        self._stop_waiting()
        super().on_response_complete()
        if self.conn.trailing_data[0] and not self._is_answering():
            self._await_header()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        self._stop_waiting()
        super().connection_lost(exc)

    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _await_header(self) -> None:
        self._late = self.loop.call_later(HEADER, self.transport.abort)

    def _stop_waiting(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _make_room(self) -> None:
        if len(self.connections) <= MOST:
            return
        silent: list[Any] = [one for one in self.connections if isinstance(one, Timed) and one._late is not None]
        min(silent, key=lambda one: one._late.when(), default=self).transport.abort()
