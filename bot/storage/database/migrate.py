"""Brings a database up to date, in a child process, so that Alembic is loaded only when there is something to do."""

import asyncio
import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import structlog
from sqlalchemy import Connection, inspect, text

from bot.domain.errors import StorageBusyError
from bot.storage.database import Database
from bot.storage.database.addresses import DatabaseUnreachableError, address_of
from bot.storage.database.errors import advice
from bot.storage.schema import HEAD

log = structlog.get_logger(__name__)

REPOSITORY = Path(__file__).parents[3]
INHERITED = frozenset(
    {"PATH", "HOME", "LANG", "LC_ALL", "TZ", "LD_LIBRARY_PATH", "PYTHONPATH", "SSL_CERT_FILE", "SSL_CERT_DIR"}
)
"""What the child needs of the environment, next to libpq's own variables; no secret of the bot's is among it."""


async def migrate(url: str) -> None:
    """Up to date afterwards; two starts at once are safe. DatabaseUnreachableError says what is wrong, or OSError."""
    try:
        async with Database.open(url) as database:
            version = await version_of(database)
    except StorageBusyError as error:
        why = advice(error.reason, "look at DATABASE_URL, and at it")
        raise DatabaseUnreachableError(f"The database does not answer: {why}.") from None
    _require_known(version)
    if version == HEAD:
        return
    await _upgrade_in_child(address_of(url).render_as_string(hide_password=False))
    if version is None:
        log.info("database_created")


async def version_of(database: Database) -> str | None:
    """The newest migration in the database; none where it is empty."""
    async with database.read() as connection:
        return await connection.run_sync(_version)


async def require_current(database: Database) -> None:
    """DatabaseUnreachableError says what to do when another version of the bot made it."""
    version = await version_of(database)
    _require_known(version)
    if version != HEAD:
        raise DatabaseUnreachableError("The database is not up to date: python -m bot migrate")


def _require_known(version: str | None) -> None:
    if version and version > HEAD:
        raise DatabaseUnreachableError("The database was made by a newer version of the bot: upgrade the bot.")


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()


async def _upgrade_in_child(address: str) -> None:
    """The address goes in by standard input: a command line and an environment can be read by others."""
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot.storage.database.upgrade",
        cwd=REPOSITORY,
        env=_environment(os.environ),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        _, said = await child.communicate(address.encode())
    except asyncio.CancelledError:
        with suppress(ProcessLookupError):
            child.terminate()
        await child.wait()
        raise
    if child.returncode != 0:
        last = said.decode("utf-8", "replace").strip().rpartition("\n")[2]
        raise DatabaseUnreachableError(f"The database could not be brought up to date ({last or 'no reason given'}).")


def _environment(given: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in given.items() if name in INHERITED or name.startswith("PG")}
