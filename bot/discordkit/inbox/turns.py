"""What one person does for one fan goes in the order they did it, however long each part takes."""

import asyncio
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary


class Turns:
    """One at a time for each key, in the order of asking; a key that nobody waits for is forgotten."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[Hashable, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def turn(self, key: Hashable) -> AsyncIterator[None]:
        """Wait for those who asked before."""
        lock = self._locks.setdefault(key, asyncio.Lock())
        async with lock:
            yield
