"""Serves the app: a free port or a clear error, the address on stdout, a clean stop."""

import socket
import webbrowser
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

from premortem.errors import BadInput

# Seconds that a stop waits for requests under way.
PATIENCE = 3


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
    token: str = "",
    browser: bool = True,
    say: Callable[[str], None] = print,
) -> None:
    """Serve until interrupted. Raises `BadInput` before anything is loaded where the port is taken, and for a study that
    does not read.
    """
    held = bound(host, port)
    import uvicorn  # late: a wrong port is told at once

    from premortem.app.startup import Doorway

    shown = "127.0.0.1" if host in ("0.0.0.0", "::") else host
    address = f"http://{f'[{shown}]' if ':' in shown else shown}:{held.getsockname()[1]}"
    hosts = (host,) if host not in ("0.0.0.0", "::") else (socket.gethostname(), *_addresses())
    door = Doorway(study, hosts, lambda: setattr(server, "should_exit", True), case, run, token)
    # bugs are told by the site; what uvicorn says beside is of clients that speak badly, and of those cut off at a stop
    server = uvicorn.Server(
        uvicorn.Config(
            door, log_level="critical", timeout_graceful_shutdown=PATIENCE, server_header=False, lifespan="off"
        )
    )
    try:
        door.start()
        say(f"premortem serves at {address} (Ctrl-C stops it)")
        if browser:
            webbrowser.open(f"{address}/?{urlencode({'token': token})}" if token else address)
        server.run(sockets=[held])
    finally:
        held.close()
        door.close()
        if not door.fault:
            say("Stopped. Your settings are in the address of the page.")
    if door.fault:
        raise door.fault


def _addresses() -> tuple[str, ...]:
    """Addresses of this machine, under which others on its network ask."""
    try:
        found = socket.getaddrinfo(socket.gethostname(), None)
    except OSError:
        return ()
    return tuple({str(row[4][0]) for row in found})
