"""Sends the summaries that are due: each once, in its reader's morning, through restarts and outages."""

import asyncio
from datetime import timedelta
from typing import Protocol

import structlog

from bot.charts.studio import Picture
from bot.domain.access import Capability
from bot.domain.briefs import Brief, Subscription
from bot.domain.clock import Clock
from bot.domain.errors import (
    BusyError,
    DiscordDownError,
    DomainError,
    FanvueDownError,
    NotAllowedError,
    OffShiftError,
    PausedError,
    StorageBusyError,
    UnknownCreatorError,
)
from bot.domain.faults import where
from bot.services.access import AccessService
from bot.services.insights.briefs import BriefsService
from bot.services.preferences import PreferencesService
from bot.storage.briefs import BriefStore

log = structlog.get_logger(__name__)

ROUND_SECONDS = 30
AT_ONCE = 4
"""Each asks Fanvue some ten things; people who ask themselves come first."""
IN_A_ROUND = 100
HOLD = timedelta(minutes=2)
"""How long one is in hand; what did not work is tried again after it, while Discord still knows the nonce."""
LATER = (FanvueDownError, BusyError, DiscordDownError, StorageBusyError)
"""What passes by itself."""


class Messenger(Protocol):
    """Brings things to people by direct message; DiscordDownError when Discord cannot be asked now."""

    async def send(self, one: Subscription, brief: Brief, picture: Picture | None) -> bool:
        """Sent again within minutes it is the same message; false when this person takes none."""
        ...

    async def explain(self, one: Subscription, error: DomainError) -> bool:
        """Why it could not be put together, and what mends it."""
        ...


class BriefRounds:
    """Rights are checked anew for each: one that ended, ends the subscription; off shift it waits for the shift."""

    def __init__(
        self,
        *,
        access: AccessService,
        briefs: BriefsService,
        preferences: PreferencesService,
        store: BriefStore,
        messenger: Messenger,
        clock: Clock,
    ) -> None:
        self._access = access
        self._briefs = briefs
        self._preferences = preferences
        self._store = store
        self._messenger = messenger
        self._clock = clock

    async def run(self) -> None:
        """Go round until cancelled."""
        while True:
            try:
                await self.go()
            except StorageBusyError:
                log.warning("briefs_cannot_read")
            await asyncio.sleep(ROUND_SECONDS)

    async def go(self) -> int:
        """Send what is due; how many there were."""
        due, turns = await self._store.due(self._clock.now(), IN_A_ROUND), asyncio.Semaphore(AT_ONCE)

        async def in_turn(one: Subscription) -> None:
            async with turns:
                await self._attempt(one)

        await asyncio.gather(*map(in_turn, due))
        return len(due)

    async def _attempt(self, one: Subscription) -> None:
        """What goes wrong with one stops none of the others."""
        now = self._clock.now()
        try:
            if one.is_over(now):
                await self._store.settle(one, one.following(now))
            elif await self._store.take(one, now, HOLD):
                await self._handle(one)
        except LATER as error:
            log.info("brief_waits", error=where(error))
        except Exception as error:  # noqa: BLE001 - nobody foresaw it: the next one may work
            log.error("brief_failed", error=where(error))
            await self._store.settle(one, one.following(now))

    async def _handle(self, one: Subscription) -> None:
        due_at = one.following(self._clock.now())
        try:
            await self._deliver(one)
        except OffShiftError as error:
            due_at = error.begins_at or due_at
        except PausedError:
            log.info("brief_skipped")
        except (NotAllowedError, UnknownCreatorError):
            await self._store.remove(one.person, one.creator, one.rhythm)
            return
        except LATER:
            raise
        except DomainError as error:
            await self._messenger.explain(one, error)
        await self._store.settle(one, due_at)

    async def _deliver(self, one: Subscription) -> None:
        grant = await self._access.require(one.reader, one.creator, Capability.INSIGHTS)
        zone = await self._preferences.settled_zone(grant) or one.zone
        brief = await self._briefs.brief(grant, one.rhythm, zone)
        await self._messenger.send(one, brief, await self._briefs.picture(brief.report))
