"""Temporary folders of the server: each is locked while its server runs, so that one left by a killed server can be removed."""

import fcntl
import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

PREFIX = "premortem-app-"
LOCK = "lock"
# What our lock says: a folder of that name with another file of that name is somebody else's.
MARK = b"temporary folder of premortem app\n"


class Temporary:
    """A folder of this process alone; what killed processes of the same user left behind goes first."""

    def __init__(self) -> None:
        sweep(Path(tempfile.gettempdir()))
        self.folder = Path(tempfile.mkdtemp(prefix=PREFIX))
        self._lock = os.open(self.folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        os.write(self._lock, MARK)
        fcntl.flock(self._lock, fcntl.LOCK_EX)

    def new(self) -> Path:
        """A new folder inside it."""
        return Path(tempfile.mkdtemp(dir=self.folder))

    def cleanup(self) -> None:
        """Delete it; a second time does nothing."""
        if self._lock >= 0:
            shutil.rmtree(self.folder, ignore_errors=True)
            os.close(self._lock)
            self._lock = -1


def sweep(where: Path) -> None:
    """Delete the folders of servers that are gone: ours by what their lock says, no link, and held by nobody."""
    for folder in where.glob(f"{PREFIX}*"):
        with suppress(OSError):
            if folder.is_symlink() or folder.stat().st_uid != os.getuid():
                continue
            lock = os.open(folder / LOCK, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK)
            try:
                if os.read(lock, len(MARK) + 1) != MARK:
                    continue
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder)
            finally:
                os.close(lock)
