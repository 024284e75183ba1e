"""A desk's header: who waits, since when, and who is on it, kept current on a fan's post."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from bot.domain.accounts import ChannelId, CreatorId, FanId
from bot.domain.claims import Claim
from bot.domain.clock import Clock
from bot.domain.faults import where
from bot.storage.cards import CardStore
from bot.storage.claims import ClaimStore
from bot.storage.desk_posts import DeskPostStore

log = structlog.get_logger(__name__)

LATELY = timedelta(minutes=3)


@dataclass(frozen=True, slots=True, repr=False)
class Header:
    """What stands on top of a fan's post."""

    creator: CreatorId
    fan: FanId
    waiting_since: datetime | None
    claim: Claim | None


class HeaderDrawer(Protocol):
    """Draws headers."""

    async def draw(self, post: ChannelId, header: Header) -> None:
        """Draw it on that post; one that is gone is left alone."""
        ...


class DeskService:
    """A header is drawn from what is stored, so drawing it twice is right."""

    def __init__(
        self, posts: DeskPostStore, cards: CardStore, claims: ClaimStore, drawer: HeaderDrawer, clock: Clock
    ) -> None:
        self._posts = posts
        self._cards = cards
        self._claims = claims
        self._drawer = drawer
        self._clock = clock

    async def refresh(self, creator: CreatorId, fan: FanId) -> None:
        """Draw this fan's headers, in every forum."""
        posts = await self._posts.of_fan(creator, fan)
        if not posts:
            return
        claim = await self._claims.of(creator, fan, self._clock.now())
        header = Header(creator, fan, await self._cards.waiting_since(creator, fan), claim)
        for post in posts:
            try:
                await self._drawer.draw(post, header)
            except Exception as error:  # noqa: BLE001 - one post that cannot be drawn must not stop the others
                log.warning("header_not_drawn", error=where(error))

    async def sweep(self) -> int:
        """Draw the headers of fans who wrote, or were answered, a moment ago; how many fans."""
        changed = await self._posts.changed_since(self._clock.now() - LATELY)
        for creator, fan in changed:
            await self.refresh(creator, fan)
        return len(changed)
