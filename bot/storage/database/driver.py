"""The SQLite driver, made to finish what it began."""

import asyncio
import sqlite3
from collections.abc import Callable, Coroutine, Iterable, Sequence
from contextlib import closing, suppress
from typing import Any, Self, TypeVar

import aiosqlite

T = TypeVar("T")
BEGIN = "BEGIN IMMEDIATE"
"""Takes the write lock at once, so that no transaction fails half way for want of it."""


class TidyConnection(sqlite3.Connection):
    """Ends its transaction when it is closed.

    SQLite keeps a closed connection, with its lock, for as long as a cursor of it is somewhere; a cancelled caller's
    traceback is enough.
    """

    def close(self) -> None:
        """Roll back what was not committed, then close."""
        try:
            if self.in_transaction:
                self.rollback()
        finally:
            super().close()


class PatientConnection(aiosqlite.Connection):
    """Invariant: a cancelled caller leaves only when its statement has ended.

    SQLAlchemy closes a connection whose caller was cancelled, and the next writer opens another one: by then nothing
    of the old one may be under way.
    """

    _begins = False

    def cursor(self) -> "WholeCursor":  # type: ignore[override]
        """A cursor for SQLAlchemy."""
        return WholeCursor(self)

    def begin(self) -> None:
        """A transaction that takes SQLite's write lock at once: in the same hop as its first statement."""
        self._begins = True

    async def answer(self, run: Callable[..., Any], arguments: Sequence[Any]) -> tuple[Any, int, int | None, list[Any]]:
        """What a cursor's method leaves in it: description, row count, the last row's number, rows."""
        begins, self._begins = self._begins, False
        done: tuple[Any, int, int | None, list[Any]] = await self._execute(_whole, self._conn, begins, run, arguments)
        return done

    @property
    def is_open(self) -> bool:
        """Whether it takes statements."""
        return bool(self._running and self._connection)

    async def _connect(self) -> Any:
        try:
            return await to_its_end(super()._connect())
        except asyncio.CancelledError:
            await to_its_end(self.close())
            raise

    async def _execute(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        try:
            return await super()._execute(fn, *args, **kwargs)  # type: ignore[no-untyped-call]
        except asyncio.CancelledError:
            # The driver takes one at a time in their order: when this has ended, so has what was cancelled.
            with suppress(asyncio.CancelledError, Exception):
                await to_its_end(super()._execute(_nothing))  # type: ignore[no-untyped-call]
            raise


class WholeCursor:
    """Makes a statement, its rows and its end one hop to the driver's thread, where aiosqlite takes four.

    A hop costs more than most statements do.
    """

    arraysize = 1

    def __init__(self, connection: PatientConnection) -> None:
        self._connection = connection
        self._rows: list[Any] = []
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None

    async def __aenter__(self) -> Self:
        return self

    async def execute(self, statement: str, values: Sequence[Any] = ()) -> None:
        """Run it, and keep what it answers."""
        await self._run(sqlite3.Cursor.execute, statement, values)

    async def executemany(self, statement: str, values: Iterable[Sequence[Any]]) -> None:
        """Run it for each of several values."""
        await self._run(sqlite3.Cursor.executemany, statement, values)

    async def fetchall(self) -> list[Any]:
        """The rows, once."""
        rows, self._rows = self._rows, []
        return rows

    async def close(self) -> None:
        """Nothing is open any more."""

    async def _run(self, run: Callable[..., Any], *arguments: Any) -> None:
        answer = await self._connection.answer(run, arguments)
        self.description, self.rowcount, self.lastrowid, self._rows = answer


def _whole(connection: sqlite3.Connection, begins: bool, run: Callable[..., Any], arguments: Sequence[Any]) -> Any:
    """In the driver's thread."""
    if begins:
        connection.execute(BEGIN)
    with closing(connection.cursor()) as cursor:
        run(cursor, *arguments)
        rows = cursor.fetchall() if cursor.description else []
        return cursor.description, cursor.rowcount, cursor.lastrowid, rows


def _nothing() -> None:
    """A statement that does nothing."""


async def to_its_end(work: Coroutine[Any, Any, T]) -> T:
    """Its result; whoever is cancelled meanwhile leaves only when it has ended.

    It takes milliseconds, at most as long as SQLite waits for its lock.
    """
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        while not task.done():
            with suppress(asyncio.CancelledError):
                await asyncio.wait({task})
        if not task.cancelled():
            task.exception()
        raise


def connector(
    path: str, busy_seconds: float, set_up: Callable[[sqlite3.Connection], None]
) -> Callable[[], PatientConnection]:
    """What opens a connection to a file, for SQLAlchemy; ``set_up`` is done in the same hop to the driver's thread."""

    def open_file() -> sqlite3.Connection:
        connection = sqlite3.connect(path, timeout=busy_seconds, isolation_level=None, factory=TidyConnection)
        try:
            set_up(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def connect() -> PatientConnection:
        connection = PatientConnection(open_file, iter_chunk_size=64)
        connection._thread.daemon = True  # noqa: SLF001 - as SQLAlchemy does for those it makes
        return connection

    return connect
