"""Serves the app: a free port or a clear error, the address on stdout, a clean stop."""

import os
import socket
import sys
import webbrowser
from collections.abc import Callable
from ipaddress import ip_address
from pathlib import Path

from premortem.app.token import KEY, SHORT, checked_token, new_token
from premortem.errors import BadInput

# A stop takes three seconds at most: those that it waits for requests under way.
PATIENCE = 1
# Seconds after which what still runs beside is left behind.
REST = 2.0
# What is said where a server listens to more than its own machine.
REACHED = (
    "other machines can reach this server. Who has the token can read the study, change its policies and start runs. "
    "What is sent is not encrypted: put it behind a proxy (docs/serving.md)"
)


def bound(host: str, port: int) -> socket.socket:
    """A listening socket. Raises `BadInput` for a port that is in use or not to be had, and for an unknown host."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # the protocol is named, since asyncio sends small answers without delay only where it is
    held = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        held.bind((host, port))
        held.listen(128)
    except OSError as error:
        held.close()
        key = "--host" if isinstance(error, socket.gaierror) else "--port"
        why = error.strerror or str(error)
        raise BadInput(
            "command line", key, f"{host}:{port} cannot be used ({why})", got=port if key == "--port" else host,
            allowed="a free port and a name of this machine", hint=f"premortem app --port {port + 1 if port < 65535 else 8760}",
        ) from error  # fmt: skip
    return held


def serve(
    host: str,
    port: int,
    study: Path | None = None,
    *,
    case: str | None = None,
    run: Path | None = None,
    browser: bool = True,
    token: str = "",
    names: tuple[str, ...] = (),
    say: Callable[[str], None] = print,
    warn: Callable[[str], None] = print,
) -> None:
    """Serve until interrupted; where other machines can reach it, only who has the `token` is served, which is made if none is
    given. `names` are those under which a proxy asks. Raises `BadInput` before anything is loaded where the port is taken or
    the token cannot be one, and for a study that does not read.
    """
    own = token and checked_token(token)
    held = bound(host, port)
    token = own or ("" if is_loopback(held) else new_token())
    import uvicorn  # late: a wrong port is told at once

    from premortem.app import connections
    from premortem.app.startup import Doorway

    shown = "127.0.0.1" if host in ("0.0.0.0", "::") else host
    address = f"http://{f'[{shown}]' if ':' in shown else shown}:{held.getsockname()[1]}"
    hosts = (host,) if host not in ("0.0.0.0", "::") else (socket.gethostname(), *_addresses())
    door = Doorway(study, (*hosts, *names), lambda: setattr(server, "should_exit", True), case, run, token)
    # bugs are told by the site; what uvicorn says beside is of clients that speak badly, and of those cut off at a stop
    server = connections.Server(
        uvicorn.Config(
            door,
            log_level="critical",
            timeout_graceful_shutdown=PATIENCE,
            server_header=False,
            lifespan="off",
            http=connections.Timed,
            ws="none",
            timeout_keep_alive=connections.REST,
        )
    )
    try:
        door.start()
        say(f"premortem serves at {address} (Ctrl-C stops it)")
        if token:
            address = f"{address}/?{KEY}={token}"
            say(f"Open it once with its token: {address}")
        for line in warnings(own, is_loopback(held)):
            warn(f"warning: {line}")
        if browser:
            webbrowser.open(address)
        server.run(sockets=[held])
    finally:
        held.close()
        has_ended = door.close(REST)
        if not door.fault:
            say("Stopped. Your settings are in the address of the page.")
            if not has_ended and server.stopped_by:  # a compiler at work cannot be interrupted, and is not waited for
                _leave(128 + server.stopped_by)
    if door.fault:
        raise door.fault


def _leave(status: int) -> None:
    """End the process now: as it ends by itself, it would wait for its threads, or abort them with noise."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def is_loopback(held: socket.socket) -> bool:
    """Whether only this machine can reach a socket."""
    return ip_address(held.getsockname()[0].split("%")[0]).is_loopback


def warnings(token: str, alone: bool) -> list[str]:
    """What whoever starts the server must know, where others can reach it or where the given token is weak."""
    found = [] if alone else [REACHED]
    return found + ([f"a token of under {SHORT} characters can be guessed"] if token and len(token) < SHORT else [])


def _addresses() -> tuple[str, ...]:
    """Addresses of this machine, under which others on its network ask."""
    try:
        found = socket.getaddrinfo(socket.gethostname(), None)
    except OSError:
        return ()
    return tuple({str(row[4][0]) for row in found})
