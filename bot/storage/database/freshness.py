"""Whether what was read of some tables still is what they hold; for SQLite, which one process writes."""

from collections.abc import Awaitable, Callable, Hashable, Iterable, Iterator
from typing import Generic, TypeVar

V = TypeVar("V")
REMEMBERED = 1000
HOW = ("INSERT", "UPDATE", "DELETE")


class Freshness:
    """A number that grows when a commit changed one of the watched tables; ``None`` while nobody watches them.

    Whatever changes a row fires a trigger: plain SQL and what falls by a foreign key as well. The number grows before
    the writer is told that its commit is done, so what was read under the present number is what was acknowledged.
    """

    def __init__(self, tables: Iterable[str]) -> None:
        self._tables = frozenset(tables)
        self._is_touched = False
        self.number: int | None = None

    def watch(self, there: Iterable[str], add_function: Callable[[str, int, Callable[[], int]], None]) -> Iterator[str]:
        """The statements that make a writing connection tell; none where not all the tables are there."""
        if not self._tables <= set(there):
            self.number = None
            return
        add_function("fanvue_touched", 0, self._touched)
        for table in sorted(self._tables):
            for how in HOW:
                name = f"fresh_{table}_{how.lower()}"
                yield f"CREATE TEMP TRIGGER {name} AFTER {how} ON main.{table} BEGIN SELECT fanvue_touched(); END"
        self.number = (self.number or 0) + 1

    def commit_ended(self) -> None:
        """A transaction is over, whatever became of it."""
        if self._is_touched and self.number is not None:
            self.number += 1
        self._is_touched = False

    def _touched(self) -> int:
        self._is_touched = True
        return 0


class Kept(Generic[V]):
    """What was read of watched tables, kept while no commit changes any of them; nothing where nobody watches."""

    def __init__(self, number: Callable[[], int | None]) -> None:
        self._number = number
        self._known: dict[Hashable, V] = {}
        self._read_at: int | None = None

    async def get(self, key: Hashable, read: Callable[[], Awaitable[V]]) -> V:
        """The value of that key: as it was read, or read now."""
        now = self._number()
        if now is None:
            return await read()
        if now != self._read_at or len(self._known) >= REMEMBERED:
            self._known.clear()
            self._read_at = now
        if key in self._known:
            return self._known[key]
        found = await read()
        if self._read_at == now:
            self._known[key] = found
        return found
