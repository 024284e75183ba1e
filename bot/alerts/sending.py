"""What the worker needs from Discord, in our words."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.alerts import Place, Sent
from bot.domain.events import Event


class UndeliverableError(Exception):
    """Discord refuses this for good; ``reason`` is for a person to read."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class TryLaterError(Exception):
    """Discord did not take it now."""

    def __init__(self, at_least_seconds: float = 0) -> None:
        super().__init__("try later")
        self.at_least_seconds = at_least_seconds


@dataclass(frozen=True, slots=True)
class Answer:
    """Who answered a card's fan, and when."""

    by: int
    name: str
    at: datetime


@dataclass(frozen=True, slots=True, repr=False)
class Alert:
    """One delivery, ready to be drawn for its place."""

    delivery: int
    event: Event
    creator_handle: str
    shows_amounts: bool
    answer: Answer | None = None


class Sender(Protocol):
    """Draws and sends cards; all of it paced."""

    async def send(self, alert: Alert, place: Place) -> Sent:
        """Send the card once (same delivery, same nonce). UndeliverableError or TryLaterError otherwise."""
        ...

    async def find(self, alert: Alert, place: Place) -> Sent | None:
        """The card, if it is in the place's recent history already."""
        ...

    async def update(self, alert: Alert, place: Place, sent: Sent) -> None:
        """Draw a card that was sent again, as things stand now; a card that is gone is left alone."""
        ...
