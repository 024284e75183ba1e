"""Summaries: put together for whoever reads them, and subscribed to."""

import asyncio
from collections.abc import Coroutine
from datetime import datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from bot.charts.studio import Picture
from bot.domain.access import Capability, Grant
from bot.domain.accounts import CreatorId, DiscordUserId
from bot.domain.briefs import Brief, Mail, Rhythm, Subscription
from bot.domain.clock import Clock
from bot.domain.conversations import Order
from bot.domain.errors import BadInputError, DomainError
from bot.domain.goals import Progress
from bot.domain.posting import PostCard, PostView
from bot.domain.reports import EarningsReport
from bot.domain.walltime import DAY_MINUTES
from bot.services.access import AccessService, require
from bot.services.inbox.conversations import ConversationsService
from bot.services.insights.audience import AudienceService
from bot.services.insights.earnings import InsightsService
from bot.services.insights.goals import GoalsService
from bot.services.posts.published import PostsService
from bot.storage.briefs import BriefStore

T = TypeVar("T")

PLANNED_AHEAD = {Rhythm.MORNING: timedelta(days=1), Rhythm.WEEKLY: timedelta(days=7)}


class BriefsService:
    """One answer from many: a part that fails, or that the reader has no right to, is left out of it."""

    def __init__(
        self,
        access: AccessService,
        insights: InsightsService,
        audience: AudienceService,
        goals: GoalsService,
        conversations: ConversationsService,
        posts: PostsService,
        *,
        briefs: BriefStore,
        clock: Clock,
    ) -> None:
        self._access = access
        self._insights = insights
        self._audience = audience
        self._goals = goals
        self._conversations = conversations
        self._posts = posts
        self._briefs = briefs
        self._clock = clock

    async def brief(self, grant: Grant, rhythm: Rhythm, zone: ZoneInfo) -> Brief:
        """What happened and what waits, in the zone in which the creator's days end. Needs the insights right.

        Raises what the income itself does; everything else is left out where it cannot be had.
        """
        now = self._clock.now()
        asked = rhythm.asked(now, zone)
        report = await self._insights.earnings(grant, asked, zone)
        async with asyncio.TaskGroup() as parts:
            reversals = parts.create_task(_if_possible(self._insights.reversals(grant, report)))
            movement = parts.create_task(_if_possible(self._audience.movement(grant, asked, zone)))
            departures = parts.create_task(_if_possible(self._audience.leaving(grant)))
            ranking = parts.create_task(_if_possible(self._audience.ranking(grant, asked, zone)))
            progress = parts.create_task(_if_possible(self._progress(grant, zone)))
            mail = parts.create_task(_if_possible(self._mail(grant)))
            planned = parts.create_task(_if_possible(self._planned(grant, now, now + PLANNED_AHEAD[rhythm])))
        return Brief(
            rhythm=rhythm,
            report=report,
            reversals=reversals.result(),
            movement=movement.result(),
            departures=departures.result(),
            ranking=ranking.result(),
            progress=progress.result(),
            mail=mail.result(),
            planned=planned.result(),
        )

    async def picture(self, report: EarningsReport) -> Picture | None:
        """The days of a longer report; ``None`` for one day, when it is all zero and when it cannot be drawn."""
        return await _if_possible(self._insights.chart(report)) if len(report.days) > 1 else None

    async def subscription(self, grant: Grant, rhythm: Rhythm) -> Subscription | None:
        """What the actor gets by itself of that creator."""
        return await self._briefs.of(grant.actor.user, grant.creator, rhythm)

    async def subscribe(self, grant: Grant, rhythm: Rhythm, minute: int, zone: ZoneInfo) -> Subscription:
        """Send it to the actor at that minute of the day in their zone. Needs the insights right; BadInputError."""
        require(grant, Capability.INSIGHTS)
        if not 0 <= minute < DAY_MINUTES:
            raise BadInputError("Pick a time of day from the list.")
        due_at = rhythm.next_at(minute, self._clock.now(), zone)
        wanted = Subscription(grant.actor.user, grant.creator, rhythm, minute, zone.key, due_at)
        await self._briefs.set(wanted)
        return wanted

    async def unsubscribe(self, person: DiscordUserId, creator: CreatorId, rhythm: Rhythm) -> bool:
        """Send it no more, whatever rights are left; false when it was not sent."""
        return await self._briefs.remove(person, creator, rhythm)

    async def _progress(self, grant: Grant, zone: ZoneInfo) -> Progress | None:
        if await self._goals.of(grant) is None:
            return None
        return (await self._goals.month(grant, zone))[1]

    async def _mail(self, grant: Grant) -> Mail | None:
        """For those who may read what fans write."""
        reader = await self._also(grant, Capability.REPLY)
        if reader is None:
            return None
        waiting = await self._conversations.unread(reader, Order.LONGEST)
        since = (one.waits_since for one in waiting if not one.is_fans_turn)
        return Mail(len(waiting), min((at for at in since if at is not None), default=None))

    async def _planned(self, grant: Grant, now: datetime, until: datetime) -> tuple[PostCard, ...] | None:
        poster = await self._also(grant, Capability.POST)
        if poster is None:
            return None
        cards = await self._posts.listed(poster, PostView.SCHEDULED)
        return tuple(card for card in cards if card.publish_at is not None and now <= card.publish_at < until)

    async def _also(self, grant: Grant, capability: Capability) -> Grant | None:
        """The same person and creator with another right, where they hold it."""
        if not await self._access.may(grant.actor.user, grant.creator, capability):
            return None
        return await self._access.require(grant.actor, grant.creator, capability)


async def _if_possible(part: Coroutine[Any, Any, T | None]) -> T | None:
    try:
        return await part
    except DomainError:
        return None
