"""Backups of the SQLite file: a copy of it while the bot runs, and the way back."""

import asyncio
import os
import sqlite3
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path

from bot.storage.database import Database
from bot.storage.database.addresses import address_of
from bot.storage.database.driver import to_its_end
from bot.storage.database.errors import DAMAGE, DAMAGED, advice
from bot.storage.database.migrate import migrate
from bot.storage.database.sqlite_file import COMPANIONS, FOLDER_MODE, RunLock

Approve = Callable[[Database], Awaitable[None]]

BUSY_SECONDS = 10
OUR_TABLES = frozenset({"alembic_version", "connections", "key_checks"})
TAKEN = "That file exists already; nothing is ever overwritten."
STAMP = "%Y%m%dT%H%M%SZ"


class CopyRefusedError(Exception):
    """It was not copied, and nothing was changed; the message tells the operator why."""


async def back_up(url: str, target: Path) -> None:
    """One moment of the database as a file of its own (0600), complete or not there; the bot may go on running.

    Raises CopyRefusedError, DatabaseUnreachableError and OSError.
    """
    path = _file_of(url, "Use pg_dump for PostgreSQL.")
    if not path.exists():
        raise CopyRefusedError(f"DATABASE_URL: there is no database at {path}.")
    await to_its_end(asyncio.to_thread(_copy_beside, path, target, f"The database cannot be copied: {DAMAGED}."))


async def restore(url: str, source: Path, approve: Approve, moment: datetime) -> Path | None:
    """Put a backup in the database's place, up to date and approved; where the former database is now, if any.

    Raises AlreadyRunningError while the bot runs, what ``approve`` raises on seeing the backup, CopyRefusedError,
    DatabaseUnreachableError and OSError; the present database is untouched by all of them.
    """
    path = _file_of(url, "Use psql or pg_restore for PostgreSQL.")
    _require_backup(source, path)
    path.parent.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    _require_owner(path if path.exists() else path.parent)
    lock = RunLock(path)
    lock.acquire()
    staged = path.with_name(f"{path.name}.restoring")
    try:
        _remove(staged)
        await to_its_end(
            asyncio.to_thread(_copy_beside, source, staged, "The backup is damaged, or none of the bot's.")
        )
        staged_url = address_of(url).set(database=str(staged)).render_as_string(hide_password=False)
        await migrate(staged_url)
        async with Database.open(staged_url) as database:
            await approve(database)
        return await to_its_end(asyncio.to_thread(_take_place, staged, path, moment))
    finally:
        _remove(staged)
        lock.release()


def _file_of(url: str, otherwise: str) -> Path:
    address = address_of(url)
    if address.get_backend_name() != "sqlite":
        raise CopyRefusedError(f"This copies SQLite files. {otherwise}")
    return Path(address.database or "")


def _require_backup(source: Path, path: Path) -> None:
    if not source.is_file():
        raise CopyRefusedError("There is no such backup.")
    if path.exists() and path.samefile(source):
        raise CopyRefusedError("That file is the database itself.")


def _require_owner(place: Path) -> None:
    """What another user puts there, root too, the bot could not write."""
    if place.stat().st_uid != os.geteuid():
        raise CopyRefusedError(f"Run this as the user who runs the bot, who owns {place}.")


def _require_free(target: Path) -> None:
    if target.exists():
        raise CopyRefusedError(TAKEN)


def _copy_beside(source: Path, target: Path, damaged: str) -> None:
    """A proved copy under the target's name; the name appears last, and only if it is free."""
    try:
        _require_free(target)
        descriptor, unfinished_name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        os.close(descriptor)
        unfinished = Path(unfinished_name)
        try:
            with closing(_read(source, damaged)) as there, _as_refusal(f"{target} cannot be made", damaged):
                _copy(there, unfinished, damaged)
            _flush(unfinished)
            os.link(unfinished, target)
            _flush(target.parent)
        finally:
            _remove(unfinished)
    except FileExistsError:
        raise CopyRefusedError(TAKEN) from None
    except OSError as error:
        raise CopyRefusedError(f"{target} cannot be written: {error.strerror}.") from None


def _read(source: Path, damaged: str) -> sqlite3.Connection:
    """Opened, and read from: what goes wrong later is the target's fault."""
    with _as_refusal(f"{source} cannot be read", damaged), ExitStack() as stack:
        connection = stack.enter_context(closing(_connect(source)))
        connection.execute("PRAGMA schema_version").fetchone()
        stack.pop_all()
        return connection


def _copy(there: sqlite3.Connection, target: Path, damaged: str) -> None:
    """All pages in one read; a plain file afterwards, with no log beside it."""
    with closing(_connect(target)) as here:
        there.backup(here)
        here.execute("PRAGMA journal_mode=DELETE")
        tables = {name for (name,) in here.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if not tables >= OUR_TABLES:
            raise CopyRefusedError("It is not a database of the bot.")
        if here.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
            raise CopyRefusedError(damaged)


def _take_place(staged: Path, path: Path, moment: datetime) -> Path | None:
    """The former database keeps a second name before its own goes to the backup."""
    damaged = "The restored file is damaged."
    with _as_refusal(f"{path} cannot be made", damaged), closing(_connect(staged)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
    kept = _keep(path, path.with_name(f"{path.name}.before-restore-{moment:{STAMP}}")) if path.exists() else None
    for ending in ("-wal", "-shm", "-journal"):
        path.with_name(path.name + ending).unlink(missing_ok=True)
    _flush(staged)
    staged.replace(path)
    _flush(path.parent)
    return kept


def _keep(path: Path, kept: Path) -> Path:
    """The file with what it has not taken in yet; one that is too damaged to take it in is kept as it is."""
    with suppress(sqlite3.Error), closing(_connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for ending in ("-wal", "-journal", ""):
        with suppress(FileNotFoundError):
            os.link(path.with_name(path.name + ending), kept.with_name(kept.name + ending))
    _flush(path.parent)
    return kept


def _connect(path: Path) -> sqlite3.Connection:
    """A connection that commits each statement and makes no new file."""
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=rw", uri=True, timeout=BUSY_SECONDS, isolation_level=None)


@contextmanager
def _as_refusal(what: str, damaged: str) -> Iterator[None]:
    """SQLite's errors: what is read is damaged, or what cannot be done, and why."""
    try:
        yield
    except sqlite3.Error as error:
        reason = getattr(error, "sqlite_errorname", "")
        if reason.startswith(DAMAGE):
            raise CopyRefusedError(damaged) from None
        raise CopyRefusedError(f"{what}: {advice(reason, 'try again in a moment')}.") from None


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove(path: Path) -> None:
    for ending in COMPANIONS:
        path.with_name(path.name + ending).unlink(missing_ok=True)
