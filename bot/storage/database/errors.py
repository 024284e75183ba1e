"""What the driver says when it does not do something: as an error of ours, and in an operator's words."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog
from sqlalchemy import exc

from bot.domain.errors import StorageBusyError

log = structlog.get_logger(__name__)

OUR_MISTAKES = (
    *(exc.IntegrityError, exc.ProgrammingError, exc.DataError, exc.NotSupportedError),
    *(sqlite3.IntegrityError, sqlite3.ProgrammingError, sqlite3.DataError, sqlite3.NotSupportedError),
)
"""Errors that waiting does not mend; every other one of the driver's means: not now."""

NO_ROOM = "its disk is full: make room"
DAMAGE = ("SQLITE_CORRUPT", "SQLITE_NOTADB")
DAMAGED = "its file is damaged or none of the bot's: stop the bot, then python -m bot restore with the newest backup"
ADVICE = {
    "SQLITE_FULL": NO_ROOM,
    "SQLITE_IOERR": "its disk does not do as asked: look at the room on it, and at the disk",
    **dict.fromkeys(DAMAGE, DAMAGED),
    "SQLITE_READONLY": "its file cannot be written: look at its owner, and whether its disk is mounted read-only",
    "SQLITE_CANTOPEN": "its file cannot be opened: look at its folder (SQLite writes there), owner and the room left",
    "SQLITE_BUSY": "another program holds it: end that one, or try again in a moment",
    "53100": NO_ROOM,
    "53300": "its server has no connection left: raise max_connections there, or run fewer processes",
    "28": "its server refuses that user or password: look at DATABASE_URL",
    "42501": "its user may not make tables there: make it the database's owner",
    "3D000": "its server has no database of that name: look at DATABASE_URL, or make one with createdb",
    "ConnectionRefusedError": "no server listens there: start it, or look at host and port in DATABASE_URL",
    "ConnectionError": "its server does not take such a connection: look at sslmode in DATABASE_URL",
    "gaierror": "nobody knows its host: look at DATABASE_URL",
    "25006": "its server takes no writes (read-only)",
}
"""By the beginning of SQLite's name for it, of PostgreSQL's code, or of the network's error."""
SPARE_BYTES = 1024**2
"""Less room than this on SQLite's disk is none, even where a small write still finds its place."""


@contextmanager
def translated() -> Iterator[None]:
    """The driver's "not now" as a StorageBusyError, which repeats none of its words but the name of the reason."""
    try:
        yield
    except OUR_MISTAKES:
        raise
    except (exc.DBAPIError, exc.TimeoutError, sqlite3.DatabaseError, OSError) as error:
        raise StorageBusyError("the database does not take it now", reason=reason_of(error)) from None


def advice(reason: str, otherwise: str) -> str:
    """What is so with the database, and what to do."""
    return next((words for name, words in ADVICE.items() if reason.startswith(name)), otherwise)


def reason_of(error: BaseException) -> str:
    """SQLite's name for it, PostgreSQL's code, or the error's class."""
    cause = getattr(error, "orig", None) or error
    told = getattr(cause, "sqlite_errorname", None) or getattr(cause, "sqlstate", None)
    return str(told or type(cause).__name__)


class Trouble:
    """What the database does not take, from when a write was refused until one is taken; damage, until it is reopened.

    Remembered, so that nobody has to write just to look.
    """

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._reason = ""

    @property
    def is_over(self) -> bool:
        """Whether nothing is known to be wrong."""
        return not self._reason

    @property
    def is_lasting(self) -> bool:
        """Whether writing anew would tell nothing."""
        return self._reason.startswith(DAMAGE) or (self._file is not None and _is_full(self._file))

    @contextmanager
    def noted(self, *, is_write: bool) -> Iterator[None]:
        """As ``translated``, remembering what was refused."""
        try:
            with translated():
                yield
        except StorageBusyError as error:
            if is_write or error.reason.startswith(DAMAGE):
                self._begin(error.reason or "gone")
            raise

    def end(self) -> None:
        """A write was taken."""
        if self.is_over:
            return
        log.warning("database_takes_again", reason=self._reason)
        self._reason = ""

    def _begin(self, reason: str) -> None:
        if not self._reason:
            log.error("database_refuses", reason=reason)
        if not self._reason.startswith(DAMAGE):
            self._reason = reason


def _is_full(file: Path) -> bool:
    try:
        return shutil.disk_usage(file).free < SPARE_BYTES
    except OSError:
        return True
