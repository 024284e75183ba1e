"""The child process of a migration: reads the address from standard input, runs Alembic, in one transaction."""

import asyncio
import sys
from collections.abc import Callable

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy.pool import NullPool

from bot.domain.errors import StorageBusyError
from bot.domain.faults import where
from bot.storage.database.addresses import address_of
from bot.storage.database.engine import AsyncEngine
from bot.storage.database.errors import advice, reason_of, translated
from bot.storage.database.migrate import REPOSITORY
from bot.storage.database.sqlite_setup import begin_immediate, set_up_migrations

LOCK = text("SELECT pg_advisory_xact_lock(7203115848)")
"""The number is ours alone within the database; whoever comes second waits, then finds nothing to do."""
WAIT_SECONDS = 120


def scripts() -> Config:
    """Alembic's settings: the scripts beside the bot, wherever the process was started."""
    config = Config()
    config.set_main_option("script_location", str(REPOSITORY / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


async def run(url: str, step: Callable[[Config], None]) -> None:
    """One Alembic command, all of it or nothing, while no other process runs one."""
    engine = _engine(url)

    def with_connection(connection: Connection) -> None:
        config = scripts()
        config.attributes["connection"] = connection
        step(config)

    try:
        async with engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                await connection.execute(LOCK)
            await connection.run_sync(with_connection)
    finally:
        await engine.dispose()


def to_head(config: Config) -> None:
    """The step that brings everything up to date."""
    command.upgrade(config, "head")


def _engine(url: str) -> AsyncEngine:
    address = address_of(url)
    if address.get_backend_name() == "postgresql":
        return AsyncEngine(create_engine(address, hide_parameters=True, poolclass=NullPool))
    engine = create_engine(address, hide_parameters=True, poolclass=NullPool, connect_args={"timeout": WAIT_SECONDS})
    event.listen(engine, "connect", set_up_migrations)
    event.listen(engine, "begin", begin_immediate)
    return AsyncEngine(engine)


def main() -> int:
    """The exit code; what went wrong is one line that names class and place, and repeats no address."""
    try:
        with translated():
            asyncio.run(run(sys.stdin.read().strip(), to_head))
    except StorageBusyError as error:
        sys.stderr.write(f"{advice(error.reason, error.reason)}\n")
        return 1
    except Exception as error:  # noqa: BLE001 - a driver's own words may hold the address
        sys.stderr.write(f"{advice(reason_of(error), where(error))}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
