"""What was called, and a way to wait for what it leads to."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

Answer = TypeVar("Answer")

RECHECK_SECONDS = 0.02  # what is waited for may also happen in the bot or in a file, unannounced


@dataclass(slots=True, eq=False)
class Call:
    """One REST request. `status` is None while unanswered, and 0 when the connection was dropped instead."""

    at: datetime
    arrived_seconds: float  # time.monotonic()
    method: str
    route: str
    path: str
    query: dict[str, str] = field(default_factory=dict)
    json: Any = None
    files: list[tuple[str, int]] = field(default_factory=list)
    status: int | None = None
    error_code: int | None = None


class Changes:
    """Wakes whoever waits for the world to become so."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Future[None]] = set()

    def announce(self) -> None:
        for waiter in self._waiting:
            if not waiter.done():
                waiter.set_result(None)

    async def until(
        self, predicate: Callable[[], Answer], seconds: float, *, what: Callable[[], str] | None = None
    ) -> Answer:
        """The predicate's first true answer; TimeoutError, saying what was waited for, after that many seconds."""
        try:
            async with asyncio.timeout(seconds):
                while not (answer := predicate()):
                    await self._next()
                return answer
        except TimeoutError:
            raise TimeoutError(what() if what else f"not true within {seconds} s") from None

    async def _next(self) -> None:
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.add(waiter)
        try:
            await asyncio.wait([waiter], timeout=RECHECK_SECONDS)
        finally:
            self._waiting.discard(waiter)
