"""What the creator's side wrote, in desks: where it is shown, and who of the team wrote it."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import timedelta

from bot.alerts.sending import Alert
from bot.domain.accounts import ChannelId, FanId
from bot.domain.alerts import Place, PlaceKind, Route
from bot.domain.clock import Clock
from bot.domain.events import Event, EventKind
from bot.storage.desk_posts import DeskPostStore
from bot.storage.replies import ReplyStore

LOOKS = 30
PAUSE_SECONDS = 0.1
UNDER_WAY = timedelta(seconds=30)
"""A reply begun longer ago was cut short: nobody waits for it."""


class Mirror:
    """A desk shows both sides of a conversation; what was sent from here is named after its author.

    Fanvue's echo of a reply can be faster than the answer to it, so a reply under way is waited for a moment.
    """

    def __init__(self, posts: DeskPostStore, replies: ReplyStore, clock: Clock) -> None:
        self._posts = posts
        self._replies = replies
        self._clock = clock

    async def desks(self, event: Event, routes: Sequence[Route], opening: Collection[tuple[str, FanId]]) -> list[Route]:
        """The desks among these where the fan has a post, or gets one: ``opening`` names fans by the place's key."""
        desks = [route for route in routes if route.place.kind is PlaceKind.FORUM]
        if not desks or event.fan is None:
            return []
        fan = event.fan.id
        known = await self._posts.forums_of(event.creator, fan)
        return [one for one in desks if one.place.key in known or (one.place.key, fan) in opening]

    async def signed(self, alerts: Sequence[Alert]) -> list[Alert]:
        """The same, with the authors of what was sent from here."""
        return [await self._signed(alert) for alert in alerts]

    async def unsaid(self, place: Place, alerts: Sequence[Alert]) -> tuple[list[Alert], list[Alert]]:
        """Signed: those to be shown there, and those that stand in the post already, as somebody's reply to a card."""
        signed = await self.signed(alerts)
        said = [alert for alert in signed if await self._is_said_in(place, alert)]
        return [alert for alert in signed if alert not in said], said

    async def _is_said_in(self, place: Place, alert: Alert) -> bool:
        if alert.said_in is None or alert.event.fan is None:
            return False
        post = await self._posts.thread_of(ChannelId(place.target), alert.creator, alert.event.fan.id)
        return post == alert.said_in

    async def _signed(self, alert: Alert) -> Alert:
        event = alert.event
        if event.kind is not EventKind.MESSAGE_SENT or event.fan is None or event.message_uuid is None:
            return alert
        for _ in range(LOOKS):
            since = self._clock.now() - UNDER_WAY
            found = await self._replies.author_of(event.creator, event.fan.id, event.message_uuid, since)
            if not found.is_under_way:
                return replace(alert, author=found.name, said_in=found.said_in)
            await asyncio.sleep(PAUSE_SECONDS)
        return alert
