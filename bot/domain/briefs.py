"""Summaries that come by themselves: the morning brief and the weekly digest; pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.domain.access import Actor
from bot.domain.accounts import CreatorId, DiscordUserId
from bot.domain.audience import Departures, Movement, Ranking
from bot.domain.goals import Progress
from bot.domain.periods import Asked, Preset
from bot.domain.posting import PostCard
from bot.domain.reports import EarningsReport, Reversals
from bot.domain.walltime import next_at, zone_of

WEEK = timedelta(days=7)
MONDAY = 0


class Rhythm(StrEnum):
    """How often one comes."""

    MORNING = "morning"
    """Each day, about the day before."""
    WEEKLY = "weekly"
    """Each Monday, about the week before."""

    def asked(self, now: datetime, zone: ZoneInfo) -> Asked:
        """What it is about: yesterday, or the last week from Monday to Sunday."""
        if self is Rhythm.MORNING:
            return Asked(Preset.YESTERDAY)
        today = now.astimezone(zone).date()
        monday = today - timedelta(days=today.weekday()) - WEEK
        return Asked(first=monday, last=monday + timedelta(days=6))

    def next_at(self, minute: int, after: datetime, zone: ZoneInfo) -> datetime:
        """When the next one comes, at a minute of the day on the reader's wall."""
        found = next_at(minute, after, zone)
        while self is Rhythm.WEEKLY and found.astimezone(zone).weekday() != MONDAY:
            found = next_at(minute, found, zone)
        return found

    @property
    def latest(self) -> timedelta:
        """How late one may still come; after that the next one is awaited."""
        return timedelta(hours=12) if self is Rhythm.MORNING else timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Subscription:
    """What a person wants to get by direct message about a creator."""

    person: DiscordUserId
    creator: CreatorId
    rhythm: Rhythm
    minute: int
    """Of the day, on the wall of the zone."""
    zone_name: str
    due_at: datetime

    @property
    def zone(self) -> ZoneInfo:
        """The reader's zone."""
        return zone_of(self.zone_name)

    @property
    def reader(self) -> Actor:
        """Whoever it is made for: they act nowhere at that moment."""
        return Actor(self.person, "", is_there=False)

    def following(self, now: datetime) -> datetime:
        """When the one after this one is due."""
        return self.rhythm.next_at(self.minute, max(now, self.due_at), self.zone)

    def is_over(self, now: datetime) -> bool:
        """Whether it is too late for this one; a brief of yesterday is none the day after."""
        is_another_day = now.astimezone(self.zone).date() != self.due_at.astimezone(self.zone).date()
        return now - self.due_at > self.rhythm.latest or (self.rhythm is Rhythm.MORNING and is_another_day)


@dataclass(frozen=True, slots=True)
class Mail:
    """Fans who wait for an answer."""

    count: int
    since: datetime | None = None
    """When the one who waits longest wrote."""


@dataclass(frozen=True, slots=True)
class Brief:
    """What one says; ``None`` is what the reader may not see, or Fanvue did not tell just now."""

    rhythm: Rhythm
    report: EarningsReport
    reversals: Reversals | None = None
    movement: Movement | None = None
    departures: Departures | None = None
    ranking: Ranking | None = None
    progress: Progress | None = None
    mail: Mail | None = None
    planned: tuple[PostCard, ...] | None = None
    """Posts that go out today, or in the week that begins."""
