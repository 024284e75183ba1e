"""Fans who wait too long, and whom to tell."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.accounts import CreatorId, DiscordUserId, FanId
from bot.domain.alerts import Sent

NOBODY, ROLE, LEAD = 0, 1, 2
"""Who was told already."""


@dataclass(frozen=True, slots=True)
class Watch:
    """After how many minutes of waiting whom to tell: the role on duty first, as long again after that the lead."""

    creator: CreatorId
    minutes: int
    role: int | None = None
    lead: DiscordUserId | None = None

    def due(self, waited: timedelta, told: int) -> int:
        """Who is to be told next; what was told already when nobody is."""
        limit = timedelta(minutes=self.minutes)
        first = ROLE if self.role is not None else LEAD
        if told == NOBODY and waited >= limit:
            return first
        if told == ROLE and waited >= 2 * limit and self.lead is not None:
            return LEAD
        return told


@dataclass(frozen=True, slots=True)
class Overdue:
    """A fan nobody has answered, with the newest card that says so."""

    creator: CreatorId
    fan: FanId
    since: datetime
    card: Sent
    told: int = NOBODY
