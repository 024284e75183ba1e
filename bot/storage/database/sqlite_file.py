"""The SQLite file on disk: private whatever the umask, and run by one process at a time."""

import errno
import fcntl
import os
from pathlib import Path

FOLDER_MODE = 0o700
FILE_MODE = 0o600
COMPANIONS = ("", "-wal", "-shm", "-journal", ".lock", ".started")


class AlreadyRunningError(Exception):
    """Another process runs the bot on this file."""

    def __init__(self) -> None:
        super().__init__("The bot already runs on this database file. Stop that one first, or use PostgreSQL.")


def make_private(path: Path) -> None:
    """Create file and folder if need be; both closed to others. A folder shared with other files keeps its mode."""
    ours = {path.name + ending for ending in COMPANIONS}
    if not path.parent.exists():
        path.parent.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    if all(entry.name in ours for entry in path.parent.iterdir()):
        path.parent.chmod(FOLDER_MODE)
    _create(path)
    for ending in COMPANIONS:
        file = path.with_name(path.name + ending)
        if file.exists():
            file.chmod(FILE_MODE)


def _create(path: Path) -> None:
    """A file that exists is not opened: closing it would drop the locks SQLite holds on it in this process."""
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, FILE_MODE))
    except FileExistsError:
        if path.is_dir():
            raise IsADirectoryError from None
        if not os.access(path, os.R_OK | os.W_OK):
            reason = errno.EROFS if os.statvfs(path).f_flag & os.ST_RDONLY else errno.EACCES
            raise OSError(reason, os.strerror(reason)) from None


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


class RunLock:
    """Held by the process that runs the bot; the operating system lets go of it when the process ends."""

    def __init__(self, path: Path) -> None:
        self._database = path
        self._opened = _identity(path)
        self._path = path.with_name(path.name + ".lock")
        self._held: tuple[int, int] | None = None
        self._descriptor: int | None = None

    def is_file_there(self) -> bool:
        """Whether the file is still the one that was there at first, and ours: what is written to another is lost."""
        if self._descriptor is not None and _identity(self._path) != self._held:
            self._acquire_anew()
        return self._opened is not None and _identity(self._database) == self._opened

    def acquire(self) -> None:
        """Hold it; AlreadyRunningError when somebody else does."""
        if self._descriptor is not None:
            return
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, FILE_MODE)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            raise AlreadyRunningError from None
        os.fchmod(descriptor, FILE_MODE)
        self._held = _identity(self._path)
        self._descriptor = descriptor

    def release(self) -> None:
        """Let the next one run."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _acquire_anew(self) -> None:
        """Somebody removed the lock's file: hold a new one, or let go for good where another process holds that."""
        former, self._descriptor = self._descriptor, None
        try:
            self.acquire()
        except AlreadyRunningError:
            self._opened = None
        except OSError:  # its folder is away, and may come back
            self._descriptor, former = former, None
        if former is not None:
            os.close(former)
