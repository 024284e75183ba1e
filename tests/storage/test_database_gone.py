"""What is written to a removed SQLite file is lost: nothing is acknowledged then."""

import shutil
from pathlib import Path

import pytest
from sqlalchemy import text
from stored_examples import an_event

from bot.domain.errors import StorageBusyError
from bot.storage import Stores
from bot.storage.database import Database


async def test_nothing_is_kept_in_a_file_that_is_gone_or_another(tmp_path: Path, empty_database: Path) -> None:
    path = tmp_path / "fanvue.db"
    shutil.copy(empty_database, path)
    async with Database.open(f"sqlite+aiosqlite:///{path}") as database:
        stores = Stores(database)
        await stores.arrivals.keep([an_event("a")])
        path.unlink()
        for _ in range(2):
            with pytest.raises(StorageBusyError):
                await stores.arrivals.keep([an_event("b")])
            with pytest.raises(StorageBusyError):
                async with database.write() as connection:
                    await connection.execute(text("SELECT 1"))
            shutil.copy(empty_database, path)
