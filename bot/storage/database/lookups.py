"""Small reads under a key, prepared once: on SQLite they are answered on the spot, without a thread."""

import json
import re
import sqlite3
from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Select
from sqlalchemy.dialects import sqlite

from bot.storage.database.instants import Instant, as_stored, instant_of

LIST, CONSTANT = re.compile(r"\(__\[POSTCOMPILE_(\w+)\]\)"), re.compile(r"__\[POSTCOMPILE_(\w+)\]")
"""Where SQLAlchemy would write values into the statement itself; so it stays the same however long a list is."""


class Lookup:
    """A query that an index answers with few rows; its values are bound by name, an expanding one by a list of texts.

    Each row has the query's columns as attributes, with instants and booleans as such, on both databases.
    """

    def __init__(self, query: Select[Any]) -> None:
        self.query = query
        self._text = ""
        self._constants: dict[str, Any] = {}
        self._shape: Any = None
        self._readers: tuple[tuple[int, Callable[[Any], Any]], ...] = ()

    def ask(self, connection: sqlite3.Connection, values: Mapping[str, Any]) -> list[Any]:
        """The rows, from SQLite itself."""
        if self._shape is None:
            self._prepare()
        stored = {name: _stored(value) for name, value in values.items()}
        rows = connection.execute(self._text, self._constants | stored).fetchall()
        return [self._shape(*self._read(row)) for row in rows]

    def _prepare(self) -> None:
        """Written out for SQLite at the first question, not when the module is loaded."""
        columns = self.query.selected_columns
        readers = [(at, reader) for at, column in enumerate(columns) if (reader := _reader(column.type)) is not None]
        written = self.query.compile(dialect=sqlite.dialect(paramstyle="named"))
        self._text = CONSTANT.sub(r":\1", LIST.sub(r"(SELECT value FROM json_each(:\1))", str(written)))
        self._constants = {name: bound.value for name, bound in written.binds.items() if not bound.required}
        self._readers = tuple(readers)
        row: Any = namedtuple  # noqa: PYI024 - its columns are known by now alone
        self._shape = row("Row", columns.keys())

    def _read(self, row: Sequence[Any]) -> Sequence[Any]:
        if not self._readers:
            return row
        found = list(row)
        for at, reader in self._readers:
            found[at] = reader(found[at])
        return found


def _stored(value: Any) -> Any:
    if isinstance(value, datetime):
        return as_stored(value)
    return json.dumps(value) if isinstance(value, list) else value


def _reader(kind: object) -> Callable[[Any], Any] | None:
    """How a stored value of this type becomes ours; ``None`` where it is already."""
    if isinstance(kind, Instant):
        return instant_of
    return _truth if isinstance(kind, Boolean) else None


def _truth(stored: int | None) -> bool | None:
    return None if stored is None else bool(stored)
