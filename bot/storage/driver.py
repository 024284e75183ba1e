"""The SQLite driver, made to finish what it began."""

import asyncio
import sqlite3
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, TypeVar

import aiosqlite

T = TypeVar("T")


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

    @property
    def is_open(self) -> bool:
        """Whether it takes statements."""
        return bool(self._running and self._connection)

    async def _execute(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        try:
            return await super()._execute(fn, *args, **kwargs)  # type: ignore[no-untyped-call]
        except asyncio.CancelledError:
            # The driver takes one at a time in their order: when this has ended, so has what was cancelled.
            with suppress(asyncio.CancelledError, Exception):
                await to_its_end(super()._execute(_nothing))  # type: ignore[no-untyped-call]
            raise


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


def connector(path: str, busy_seconds: float) -> Callable[[], PatientConnection]:
    """What opens a connection to a file, for SQLAlchemy."""

    def connect() -> PatientConnection:
        connection = PatientConnection(
            lambda: sqlite3.connect(path, timeout=busy_seconds, factory=TidyConnection), iter_chunk_size=64
        )
        connection._thread.daemon = True  # noqa: SLF001 - as SQLAlchemy does for those it makes
        return connection

    return connect
