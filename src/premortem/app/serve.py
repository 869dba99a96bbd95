"""Serves the app: a free port or a clear error, the address on stdout, a clean stop."""

import os
import sys
from pathlib import Path

from premortem.app.http_server import REST, Say, listen


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
    say: Say = print,
    warn: Say = print,
) -> None:
    """Serve until interrupted; where other machines can reach it, only who has the `token` is served, which is made if none is
    given. `names` are those under which a proxy asks. Raises `BadInput` before anything is loaded where the port is taken or
    the token cannot be one, and for a study that does not read.
    """
    at = listen(host, port, token, names)
    from premortem.app.startup import Doorway  # late: a wrong port is told at once

    door = Doorway(study, at.hosts, lambda: setattr(server, "should_exit", True), case, run, at.token)
    server = at.server(door, door.interrupt)
    try:
        door.start()
        at.greet("premortem serves", browser, say, warn)
        server.run(sockets=[at.held])
    finally:
        at.held.close()
        door.close(0, jobs=REST)  # what else is under way ends with the process
        if not door.fault:
            say("Stopped. Your settings are in the address of the page.")
            if server.stopped_by:
                _leave(128 + server.stopped_by)
    if door.fault:
        raise door.fault


def _leave(status: int) -> None:
    """End the process now: as it ends by itself, it would wait for its threads, of which a compiler cannot be interrupted, or abort
    them with noise, and then take a second to give back its memory piece by piece.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)
