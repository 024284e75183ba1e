"""A wake-up call between long-lived parts of one process."""

import asyncio


class Bell:
    """Rings are not counted: whoever wakes looks at storage for what there is to do."""

    def __init__(self) -> None:
        self._event = asyncio.Event()
        self._waiting = 0

    @property
    def is_waited_for(self) -> bool:
        """Whether somebody waits, and no ring is on its way to them."""
        return self._waiting > 0 and not self._event.is_set()

    def ring(self) -> None:
        """Wake the one who waits, or let the next wait return at once."""
        self._event.set()

    async def wait(self, at_most_seconds: float) -> None:
        """Return when rung, or after the time given."""
        self._waiting += 1
        try:
            async with asyncio.timeout(at_most_seconds):  # wait_for loses a cancellation that meets a ring
                await self._event.wait()
        except TimeoutError:
            return
        finally:
            self._waiting -= 1
            self._event.clear()
