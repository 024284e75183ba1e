"""Events that were just stored, on their way to a router of the same process."""

from collections.abc import Sequence
from enum import Enum

from bot.alerts.bell import Bell
from bot.storage.events import StoredEvent

MOST = 1000


class _State(Enum):
    LOST = "lost"
    COLLECTING = "collecting"
    CAUGHT_UP = "caught up"


class Handover(Bell):
    """Saves the router of an idle system from reading what was written a moment ago; storage stays the truth.

    Invariant: ``take`` gives events only when nothing older waits in storage alone: whatever was stored before
    ``collect`` was found by reading storage to its end (``caught_up``), what came later was passed on.
    """

    def __init__(self) -> None:
        super().__init__()
        self._fresh: list[StoredEvent] = []
        self._state = _State.LOST

    @property
    def is_idle(self) -> bool:
        """Whether nothing that was stored waits to be routed, here or in storage, or is being routed."""
        return self._state is _State.CAUGHT_UP and self.is_waited_for

    @property
    def is_listening(self) -> bool:
        """Whether what is given is passed on; ringing is enough otherwise."""
        return self._state is not _State.LOST

    def give(self, stored: Sequence[StoredEvent]) -> None:
        """Pass these on, and ring."""
        if len(self._fresh) + len(stored) > MOST:
            self.lose()
        if self._state is not _State.LOST:
            self._fresh += stored
        self.ring()

    def take(self, most: int) -> list[StoredEvent]:
        """The oldest that were passed on; nothing while storage has to be read."""
        if self._state is not _State.CAUGHT_UP:
            return []
        taken, self._fresh = self._fresh[:most], self._fresh[most:]
        return taken

    def collect(self) -> None:
        """Storage is about to be read: keep what comes from now on."""
        if self._state is _State.LOST:
            self._state = _State.COLLECTING

    def caught_up(self) -> None:
        """Storage held nothing more."""
        if self._state is _State.COLLECTING:
            self._state = _State.CAUGHT_UP

    def lose(self) -> None:
        """Trust storage alone, until it was read to its end."""
        self._fresh.clear()
        self._state = _State.LOST
