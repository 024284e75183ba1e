"""How connections to a SQLite file are set up, by what they are for."""

import sqlite3
from typing import Any

from bot.storage.database.driver import BEGIN
from bot.storage.database.freshness import Freshness

WATCHED = (
    *("routes", "departures", "creators", "connections"),
    *("dm_channels", "mutes", "claims", "closed_chats"),
)
"""What decides where cards go: read at every event, changed by people."""

LONGEST_LOG = 8000
"""Pages after which a commit takes the log into the file itself, where what does so beside it did not get that far."""

CHECKPOINT_PATIENCE = 250
"""Milliseconds for which the emptying of the log waits for readers; nobody writes meanwhile."""


def set_up_writer(freshness: Freshness, connection: sqlite3.Connection) -> None:
    """The one that writes: durable before it says so, and tells when it changed what decides where cards go."""
    _run(
        connection,
        "PRAGMA journal_mode=WAL",
        "PRAGMA synchronous=FULL",
        "PRAGMA foreign_keys=ON",
        "PRAGMA secure_delete=ON",
        f"PRAGMA wal_autocheckpoint={LONGEST_LOG}",
    )
    there = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    _run(connection, *freshness.watch(there, connection.create_function))


def set_up_reader(connection: sqlite3.Connection) -> None:
    """One that reads."""
    _run(connection, "PRAGMA query_only=ON")


def set_up_checkpoints(connection: sqlite3.Connection) -> None:
    """The one that takes the write-ahead log into the file."""
    _run(connection, "PRAGMA synchronous=FULL", f"PRAGMA busy_timeout={CHECKPOINT_PATIENCE}")


def set_up_migrations(connection: Any, _record: object) -> None:
    """Connections that may rebuild tables: foreign keys are not enforced meanwhile."""
    connection.isolation_level = None
    _run(connection, "PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL")


def begin_with_next(connection: Any) -> None:
    """Take SQLite's write lock together with the first statement, without a hop of its own to the driver's thread."""
    connection.connection.driver_connection.begin()


def begin_immediate(connection: Any) -> None:
    """For a migration, whose driver is the plain one."""
    connection.exec_driver_sql(BEGIN)


def _run(connection: Any, *statements: str) -> None:
    cursor = connection.cursor()
    for statement in statements:
        cursor.execute(statement)
    cursor.close()
