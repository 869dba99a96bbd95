"""A port that is listened at: who may ask there, its address, and the server of whatever app is put behind it."""

import socket
import webbrowser
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from premortem.app.token import KEY, SHORT, checked_token, new_token
from premortem.errors import BadInput

if TYPE_CHECKING:
    from premortem.app.connections import Server

# A stop takes three seconds at most: so many that it waits for requests under way.
PATIENCE = 1
# And so many for jobs, which are told at the same time, before they are killed.
REST = 0.8
# What is said where a server listens to more than its own machine.
REACHED = (
    "other machines can reach this server. Who has the token can read the study, change its policies and start runs. "
    "What is sent is not encrypted: put it behind a proxy (docs/serving.md)"
)

Say = Callable[[str], None]


@dataclass(frozen=True)
class Listening:
    """A port that is held. `hosts` are the names under which it may be asked, and a `token` is asked of everybody; it is `made`
    where whoever starts the server gave none.
    """

    held: socket.socket
    hosts: tuple[str, ...]
    token: str
    made: bool
    address: str
    warnings: tuple[str, ...]

    def server(self, app: Any, stopping: Callable[[], None] = lambda: None) -> "Server":
        """A server of an app, with limits on slow and silent clients; `stopping` is called as a stop begins."""
        import uvicorn  # late: a wrong port is told at once

        from premortem.app import connections

        # bugs are told by the site; what uvicorn says beside is of clients that speak badly, and of those cut off at a stop
        return connections.Server(
            uvicorn.Config(
                app,
                log_level="critical",
                timeout_graceful_shutdown=PATIENCE,
                server_header=False,
                lifespan="off",
                http=connections.Timed,
                ws="none",
                timeout_keep_alive=connections.REST,
            ),
            stopping,
        )

    def greet(self, serves: str, browser: bool, say: Say, warn: Say) -> None:
        """Say where it is and what to mind, and open a browser if asked."""
        say(f"{serves} at {self.address} (Ctrl-C stops it)")
        address = f"{self.address}/?{KEY}={self.token}" if self.token else self.address
        if self.token:  # one that was given is known, and what is printed may be kept in a log
            say(f"Open it once with its token: {address}" if self.made else "It asks for the token that you gave.")
        for line in self.warnings:
            warn(f"warning: {line}")
        if browser:
            webbrowser.open(address)


def listen(host: str, port: int, token: str = "", names: tuple[str, ...] = ()) -> Listening:
    """Hold a port. Where other machines can reach it a token is made if none is given; `names` are those under which a proxy asks.

    Raises `BadInput` where the port is taken or the token cannot be one.
    """
    own = token and checked_token(token)
    held = bound(host, port)
    alone = is_loopback(held)
    everywhere = host in ("0.0.0.0", "::")
    shown = "127.0.0.1" if everywhere else host
    address = f"http://{f'[{shown}]' if ':' in shown else shown}:{held.getsockname()[1]}"
    hosts = (socket.gethostname(), *_addresses()) if everywhere else (host,)
    made = not own and not alone
    asked = new_token() if made else own
    return Listening(held, (*hosts, *names), asked, made, address, tuple(warnings(own, alone)))


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
