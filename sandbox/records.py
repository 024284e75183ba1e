"""A look into the bot's tables from outside, in either database."""

import sqlite3
from contextlib import closing
from typing import Any

import asyncpg

SQLITE = "sqlite+aiosqlite:///"


async def rows(database_url: str, query: str) -> list[tuple[Any, ...]]:
    """What a query answers, read in a connection of its own."""
    if database_url.startswith(SQLITE):
        with closing(sqlite3.connect(f"file:{database_url.removeprefix(SQLITE)}?mode=ro", uri=True)) as database:
            return list(database.execute(query))
    connection = await asyncpg.connect(database_url.replace("+asyncpg", ""))
    try:
        return [tuple(row) for row in await connection.fetch(query)]
    finally:
        await connection.close()
