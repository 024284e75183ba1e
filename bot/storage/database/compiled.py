"""Statements for SQLite, compiled once in the life of the process instead of once an engine."""

from collections.abc import Callable
from functools import cache
from typing import Any

from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.aiosqlite import SQLiteDialect_aiosqlite
from sqlalchemy.engine.interfaces import IsolationLevel
from sqlalchemy.util import LRUCache

DRIVER = "sqlite+one"
KEPT = 1000


class OneDialect(SQLiteDialect_aiosqlite):
    """SQLAlchemy keeps compiled statements by dialect, and makes one for each engine: to it, ours are all the same."""

    supports_statement_cache = True

    def on_connect(self) -> Callable[[object], None]:
        """Adds no REGEXP and no FLOOR, which nothing here asks for: each is a hop to the driver's thread."""
        return lambda _connection: None

    def get_default_isolation_level(self, _connection: object) -> IsolationLevel:
        """Asks nobody: our connections read nothing that is uncommitted."""
        return "SERIALIZABLE"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, OneDialect)

    def __hash__(self) -> int:
        return hash(OneDialect)


registry.register(DRIVER.replace("+", "."), __name__, OneDialect.__name__)


@cache
def statements() -> LRUCache[Any, Any]:
    """What was compiled so far, for every engine to take from and add to."""
    return LRUCache(KEPT)
