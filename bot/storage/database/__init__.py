"""The database connection: SQLite (one writer, many readers) or PostgreSQL, with one face."""

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self, TypeVar

from sqlalchemy import URL, AsyncAdaptedQueuePool, Table, create_engine, event, exc, text
from sqlalchemy.dialects import sqlite

from bot.domain.errors import StorageBusyError
from bot.storage.database.addresses import BadAddressError, DatabaseUnreachableError, address_of
from bot.storage.database.checkpoints import Checkpoints
from bot.storage.database.compiled import DRIVER, statements
from bot.storage.database.driver import BEGIN, connector
from bot.storage.database.engine import AsyncConnection, AsyncEngine
from bot.storage.database.errors import DAMAGE, Trouble
from bot.storage.database.freshness import Freshness
from bot.storage.database.instants import as_stored
from bot.storage.database.lookups import Lookup
from bot.storage.database.sqlite_file import AlreadyRunningError, RunLock, make_private
from bot.storage.database.sqlite_setup import WATCHED, begin_with_next, set_up_checkpoints, set_up_reader, set_up_writer

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql

__all__ = ["AlreadyRunningError", "Database"]

BUSY_SECONDS = 10
TURN_SECONDS = 30
READERS = 4
POSTGRES_CONNECTIONS = 10
CONNECT_SECONDS = 10
STATEMENT_SECONDS = 30

SMALLEST_WRITE = "PRAGMA user_version=0"
"""Writes one page, and changes nothing: nobody uses that number."""
SMALLEST_UPDATE = "UPDATE alembic_version SET version_num = version_num"


T = TypeVar("T")


class Rows(Protocol):
    """Runs a statement of plain SQL, with ``:name`` for its values, and returns its rows."""

    def __call__(self, statement: str, values: Mapping[str, Any], /) -> Sequence[Any]:
        """Instants go in as datetimes; ``instant_of`` reads those that come out."""
        ...


class Database:
    """Hands out connections.

    Invariants: what ``write`` yields is one transaction, committed when the block ends well and rolled back
    otherwise; what ``read`` yields is for reading alone. Neither SQL parameters nor rows are ever logged.
    A database that does not answer, or is full, is a StorageBusyError.
    """

    def __init__(
        self,
        writer: AsyncEngine,
        reader: AsyncEngine,
        lock: RunLock | None,
        file: str = "",
        freshness: Freshness | None = None,
        checkpointer: AsyncEngine | None = None,
    ) -> None:
        self.trouble = Trouble(Path(file) if file else None)
        self._freshness = freshness
        self._checkpoints = Checkpoints(Path(file), checkpointer, self.trouble) if checkpointer else None
        self._file = file
        self._near: sqlite3.Connection | None = None
        self._writer = writer
        self._turn = asyncio.Lock()
        self._awaiting_turn = 0
        self._driver: Any = None
        self._reader = reader
        self._lock = lock

    @classmethod
    def open(cls, url: str) -> Self:
        """Ready to use, not connected yet; a SQLite file is created when missing. DatabaseUnreachableError."""
        logging.getLogger("aiosqlite").setLevel(logging.WARNING)
        address = address_of(url)
        if address.get_backend_name() == "sqlite":
            return cls._open_sqlite(address)
        options = {"timeout": CONNECT_SECONDS, "command_timeout": STATEMENT_SECONDS}
        try:
            engine = create_engine(address, hide_parameters=True, pool_size=POSTGRES_CONNECTIONS, connect_args=options)
        except (exc.ArgumentError, ValueError):
            raise BadAddressError("DATABASE_URL has a parameter (after ?) with a value that cannot be.") from None
        event.listen(engine, "checkout", _refuse_closed)
        writer = AsyncEngine(engine)
        return cls(writer, writer.autocommitting(), None)

    @classmethod
    def _open_sqlite(cls, address: URL) -> Self:
        path = Path(address.database or "")
        try:
            make_private(path)
        except (NotADirectoryError, IsADirectoryError):
            raise BadAddressError("DATABASE_URL names a folder, or a file below what is none.") from None
        except OSError as error:
            reason = f"{error.strerror} ({error.filename or path})"
            raise DatabaseUnreachableError(f"DATABASE_URL: {path} cannot be written: {reason}.") from None
        freshness = Freshness(WATCHED)
        writer = _sqlite_engine(address, partial(set_up_writer, freshness), connections=1)
        event.listen(writer.plain, "begin", begin_with_next)
        reader = _sqlite_engine(address, set_up_reader, connections=READERS, skip_autocommit_rollback=True)
        checkpointer = _sqlite_engine(address, set_up_checkpoints, connections=1, skip_autocommit_rollback=True)
        return cls(writer, reader, RunLock(path), str(path), freshness, checkpointer)

    @property
    def is_sqlite(self) -> bool:
        """Whether it is a file of ours rather than a server."""
        return self._lock is not None

    @property
    def is_file_there(self) -> bool:
        """Whether a SQLite file was not removed or replaced under the bot; a server always counts as there."""
        return self._lock is None or self._lock.is_file_there()

    @property
    def freshness(self) -> int | None:
        """What was read of the WATCHED tables holds while this stays the same; ``None`` where others write as well."""
        return self._freshness.number if self._freshness else None

    async def claim(self) -> None:
        """Be the only one to run on a SQLite file, until closed; AlreadyRunningError. PostgreSQL takes many."""
        if self._lock is not None:
            self._lock.acquire()

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """One transaction. StorageBusyError when the database cannot take it now."""
        with self.trouble.noted(is_write=True):
            async with self._one_at_a_time(), self._writer.begin() as connection:
                yield connection

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A connection to read with. StorageBusyError when the database does not answer."""
        with self.trouble.noted(is_write=False):
            async with self._reader.connect() as connection:
                yield connection

    async def look(self, lookup: Lookup, **values: Any) -> list[Any]:
        """The rows of a small read, as they are committed now. StorageBusyError when the database does not answer.

        On SQLite a connection of the event loop's own answers in some 20 µs, where a thread takes a millisecond; it
        waits for nobody: when SQLite is locked, which readers meet in a recovery alone, a thread asks instead.
        """
        if self.is_sqlite:
            with suppress(sqlite3.DatabaseError):
                return lookup.ask(self._near or self._come_near(), values)
        async with self.read() as connection:
            return list(await connection.execute(lookup.query, values))

    async def look_apart(self, lookup: Lookup, **values: Any) -> list[Any]:
        """As ``look`` does, for what would hold up the event loop: on SQLite a thread asks, in one hop."""
        if not self.is_sqlite:
            async with self.read() as connection:
                return list(await connection.execute(lookup.query, values))
        with self.trouble.noted(is_write=False):
            async with self._reader.connect() as connection:
                driver = connection.driver
                return list(await driver._execute(lookup.ask, driver._conn, values))  # noqa: SLF001 - as above

    def _come_near(self) -> sqlite3.Connection:
        near = sqlite3.connect(self._file, timeout=0, isolation_level=None)
        near.execute("PRAGMA query_only=ON")
        self._near = near
        return near

    async def execute_alone(self, statement: str, values: Sequence[Any]) -> list[Any]:
        """One statement on SQLite that commits by itself, in one hop to the driver, and the rows it returns.

        For the hot statement alone: it knows no types. StorageBusyError when the database cannot take it now.
        """
        return await self._in_driver(_fetch, statement, values)

    async def run_alone(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Statements on SQLite that commit by themselves, in one hop to the driver's thread for all of them.

        For the hot path alone. StorageBusyError when the database cannot take it now.
        """
        return await self._in_driver(work)

    @property
    def is_awaited(self) -> bool:
        """Whether somebody waits for SQLite's writer; may be asked in any thread."""
        return self._awaiting_turn > 0

    async def transact(self, work: Callable[[Rows], T], committing: Callable[[T], None] | None = None) -> T:
        """One transaction of plain SQL, for the hot path: on SQLite one hop to the driver's thread for all of it.

        ``work`` must not touch anything else. ``committing`` is told on the event loop what it returned while the disk
        still writes: for what can be made ready meanwhile, since the commit may fail. StorageBusyError when the
        database cannot take it now.
        """
        if not self.is_sqlite:
            async with self.write() as connection:
                done = await connection.run_sync(lambda plain: work(_postgres_rows(plain)))
                if committing is not None:
                    committing(done)
                return done
        return await self._in_driver(_transact, work, committing and _on_loop(committing))

    async def _in_driver(self, work: Callable[..., T], *values: Any) -> T:
        """SQLite's writer with no transaction open, in the driver's own thread: one hop, past SQLAlchemy's pool.

        The pool holds one connection, and whoever writes has its turn: so nobody else is using it.
        """
        with self.trouble.noted(is_write=True):
            async with self._one_at_a_time():
                driver = self._driver if self._driver and self._driver.is_open else await self._find_driver()
                done: T = await driver._execute(work, driver._conn, *values)  # noqa: SLF001 - it has no public one
                return done

    async def _find_driver(self) -> Any:
        async with self._writer.connect() as connection:
            self._driver = connection.driver
        return self._driver

    @asynccontextmanager
    async def _one_at_a_time(self) -> AsyncIterator[None]:
        """SQLite has one writer, PostgreSQL as many as come."""
        if not self.is_sqlite:
            yield
            return
        await self._take_turn()
        try:
            if not self.is_file_there:
                raise StorageBusyError("the database's file is not there any more")
            yield
            if self._checkpoints is not None:
                self._checkpoints.commit_ended()
        finally:
            if self._freshness is not None:
                self._freshness.commit_ended()
            self._turn.release()

    async def _take_turn(self) -> None:
        self._awaiting_turn += 1
        try:
            async with asyncio.timeout(TURN_SECONDS):
                await self._turn.acquire()
        finally:
            self._awaiting_turn -= 1

    async def is_writable(self) -> bool:
        """Whether what was written last was taken; where it was not, whether a small write is taken now."""
        if self.trouble.is_over:
            return True
        if self.trouble.is_lasting:
            return False
        try:
            if self.is_sqlite:
                await self.execute_alone(SMALLEST_WRITE, ())
            else:
                async with self.write() as connection:
                    await connection.exec_driver_sql(SMALLEST_UPDATE)
        except StorageBusyError:
            return False
        self.trouble.end()
        return True

    async def examine(self) -> None:
        """Go through all of a SQLite file; StorageBusyError when something of it is damaged."""
        if not self.is_sqlite:
            return
        async with self.read() as connection:
            if (await connection.exec_driver_sql("PRAGMA quick_check(1)")).scalar_one() != "ok":
                raise StorageBusyError("a part of the file is damaged", reason=DAMAGE[0])

    def insert(self, table: Table) -> "sqlite.Insert | postgresql.Insert":
        """An insert that knows ON CONFLICT, in the database's dialect."""
        if self.is_sqlite:
            return sqlite.insert(table)
        from sqlalchemy.dialects import postgresql  # noqa: PLC0415 - a start on SQLite goes without

        return postgresql.insert(table)

    async def scrub(self) -> None:
        """Leave no trace of deleted rows in SQLite's write-ahead log; deleted pages are zeroed as they are freed."""
        if self._checkpoints is None:
            return
        with self.trouble.noted(is_write=True):
            async with self._one_at_a_time():
                await self._checkpoints.empty_log()

    async def close(self) -> None:
        """Close every connection and let another process run."""
        if self._near is not None:
            self._near.close()
            self._near = None
        if self._checkpoints is not None:
            await self._checkpoints.close()
        await self._reader.dispose()
        await self._writer.dispose()
        if self._lock is not None:
            self._lock.release()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


def _on_loop(call: Callable[[T], None]) -> Callable[[T], object]:
    """The same for another thread: called by the loop that runs here, soon."""
    loop = asyncio.get_running_loop()
    return lambda value: loop.call_soon_threadsafe(call, value)


def _transact(
    connection: sqlite3.Connection, work: Callable[[Rows], T], committing: Callable[[T], object] | None = None
) -> T:
    """The whole transaction, in the driver's thread."""

    def rows(statement: str, values: Mapping[str, Any]) -> Sequence[Any]:
        stored = {name: as_stored(value) if isinstance(value, datetime) else value for name, value in values.items()}
        return connection.execute(statement, stored).fetchall()

    connection.execute(BEGIN)
    try:
        done = work(rows)
        if committing is not None:
            committing(done)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return done


def _fetch(connection: sqlite3.Connection, statement: str, values: Sequence[Any]) -> list[Any]:
    """In the driver's thread."""
    return connection.execute(statement, values).fetchall()


def insert_rows(connection: sqlite3.Connection, statement: str, values: Sequence[Any]) -> tuple[int, int]:
    """One INSERT, in the driver's thread: how many rows it added, and the number of the last of them.

    Rows are not handed back one by one: each would cost the thread a turn of the interpreter's lock.
    """
    cursor = connection.execute(statement, values)
    return cursor.rowcount, cursor.lastrowid or 0


def _postgres_rows(connection: Any) -> Rows:
    def rows(statement: str, values: Mapping[str, Any]) -> Sequence[Any]:
        result = connection.execute(text(statement), dict(values))
        return list(result) if result.returns_rows else []

    return rows


def _sqlite_engine(
    address: URL, set_up: Callable[[sqlite3.Connection], None], *, connections: int, **options: Any
) -> AsyncEngine:
    connect = connector(address.database or "", BUSY_SECONDS, set_up)

    def creator() -> Any:
        return engine.dialect.loaded_dbapi.connect(async_creator_fn=connect)

    engine = create_engine(
        address.set(drivername=DRIVER),
        hide_parameters=True,
        execution_options={"compiled_cache": statements()},
        poolclass=AsyncAdaptedQueuePool,
        pool_reset_on_return=None,
        pool_size=connections,
        max_overflow=0,
        creator=creator,
        **options,
    )
    return AsyncEngine(engine)


def _refuse_closed(connection: Any, _record: object, _proxy: object) -> None:
    """Have the pool replace a connection the server ended while it lay idle; asks nobody, so it costs nothing."""
    if connection.driver_connection.is_closed():
        raise exc.DisconnectionError
