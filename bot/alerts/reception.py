"""The first look at a delivery: who signed it, what it says; then durable storage."""

from collections.abc import Sequence
from enum import StrEnum

from bot.alerts.intake import Intake
from bot.domain.clock import Clock
from bot.fanvue import webhooks
from bot.fanvue.errors import UnexpectedAnswerError


class Received(StrEnum):
    """What became of a delivery."""

    STORED = "stored"
    KNOWN = "known"
    FORGED = "forged"
    UNREADABLE = "unreadable"


class Reception:
    """Raw bytes are verified before anything reads them."""

    def __init__(self, secrets: Sequence[str], intake: Intake, clock: Clock) -> None:
        self._secrets = tuple(secrets)
        self._intake = intake
        self._clock = clock

    async def receive(self, body: bytes, signature: str | None, topic: str | None, event: str | None) -> Received:
        """Store a signed delivery durably. StorageBusyError when it cannot be kept now, so that Fanvue sends again."""
        now = self._clock.now()
        if not webhooks.verify(self._secrets, signature, body, now):
            return Received.FORGED
        try:
            parsed = webhooks.parse(body, topic=topic, event=event, received_at=now)
        except UnexpectedAnswerError:
            return Received.UNREADABLE
        is_new = await self._intake.take(parsed, now)
        return Received.STORED if is_new else Received.KNOWN
