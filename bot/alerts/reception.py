"""The first look at a delivery: who signed it, what it says; then durable storage."""

from collections.abc import Sequence
from enum import StrEnum

from bot.alerts.intake import Intake, Kept
from bot.domain.clock import Clock
from bot.domain.events import EventKind
from bot.fanvue import webhooks
from bot.fanvue.errors import UnexpectedAnswerError

TEST_DELIVERY = b'{"test_delivery":"python -m bot doctor"}'
"""Signed with a valid secret it is answered and nothing else; no body of Fanvue's is these very bytes."""


class Received(StrEnum):
    """What became of a delivery."""

    STORED = "stored"
    KNOWN = "known"
    OTHER = "other"
    """Stored, of a type that means nothing here."""
    STRANGER = "stranger"
    """Of a creator nobody has connected: forgotten."""
    TESTED = "tested"
    FORGED = "forged"
    UNREADABLE = "unreadable"


class Reception:
    """Raw bytes are verified before anything reads them."""

    def __init__(self, secrets: Sequence[str], intake: Intake, clock: Clock) -> None:
        self._keys = webhooks.keyed(secrets)
        self._intake = intake
        self._clock = clock

    async def receive(self, body: bytes, signature: str | None, topic: str | None, event: str | None) -> Received:
        """Store a signed delivery durably. StorageBusyError when it cannot be kept now, so that Fanvue sends again."""
        now = self._clock.now()
        if not webhooks.verify(self._keys, signature, body, now):
            return Received.FORGED
        if body == TEST_DELIVERY:
            return Received.TESTED
        try:
            parsed = webhooks.parse(body, topic=topic, event=event, received_at=now)
        except UnexpectedAnswerError:
            return Received.UNREADABLE
        kept = await self._intake.keep(parsed, now)
        if kept is Kept.NEWS:
            return Received.OTHER if parsed.kind is EventKind.OTHER else Received.STORED
        return Received.STRANGER if kept is Kept.STRANGER else Received.KNOWN
