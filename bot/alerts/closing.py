"""What owners are told of: places that refuse cards for good, whose rules rest, and single cards that do not come."""

from collections.abc import Coroutine, Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import structlog

from bot.alerts.sending import Herald, Notice, UndeliverableError
from bot.domain.accounts import CreatorId, DiscordUserId
from bot.domain.alerts import Place
from bot.domain.clock import Clock
from bot.domain.errors import DiscordDownError, StorageBusyError
from bot.domain.faults import where
from bot.storage.creators import CreatorStore
from bot.storage.refusals import RefusalStore
from bot.storage.routes import RouteStore

log = structlog.get_logger(__name__)

RETOLD = timedelta(days=7)
"""When one more card that does not come for the same reason is news again."""
TOLD_LATE = timedelta(days=1)
"""How long it is tried to tell of a place that rests."""


class Closing:
    """Nothing is sent to a closed place, so a refusal costs one request; each owner hears of it once.

    Who was told is noted afterwards, and what is said has a nonce: a crash in between loses nothing, and tells no two.
    """

    def __init__(
        self,
        routes: RouteStore,
        refusals: RefusalStore,
        creators: CreatorStore,
        herald: Herald,
        clock: Clock,
    ) -> None:
        self._routes = routes
        self._refusals = refusals
        self._creators = creators
        self._herald = herald
        self._clock = clock
        self._under_way: set[str] = set()
        self._owed: dict[tuple[str, str], Notice] = {}

    async def close(self, place: Place, error: UndeliverableError) -> None:
        """Pause what goes there and tell whose it is; failing to tell changes nothing about the pause."""
        await self._routes.pause(place, error.reason, self._clock.now())
        await self._safely(place, self._tell_of_place(place))

    async def give_up(self, place: Place, handles: Mapping[CreatorId, str], reason: str) -> None:
        """Tell the creators' owners that a card does not come, though others there may; each reason once a week."""
        seed = f"{place.key}|{reason}|{self._clock.now().isoformat()}"
        notice = Notice(place, tuple(handles.items()), reason, seed, is_paused=False)
        await self._safely(place, self._tell_of_cards(self._owe(notice)))

    async def catch_up(self) -> None:
        """Tell what could not be told when it came to pass, or came to pass without a card."""
        for notice in list(self._owed.values()):
            await self._safely(notice.place, self._tell_of_cards(notice))
        for place in await self._routes.paused_since(self._clock.now() - TOLD_LATE):
            await self._safely(place, self._tell_of_place(place))

    async def _safely(self, place: Place, telling: Coroutine[Any, Any, None]) -> None:
        """One at a time for each place: who comes meanwhile leaves it to the next round."""
        if place.key in self._under_way:
            telling.close()
            return
        self._under_way.add(place.key)
        try:
            await telling
        except Exception as problem:  # noqa: BLE001 - the cards of other places must not wait for a notice
            log.error("refusal_not_told", error=where(problem))
        finally:
            self._under_way.discard(place.key)

    async def _tell_of_place(self, place: Place) -> None:
        pauses = {route.creator: route.pause for route in await self._routes.of_place(place) if route.pause}
        for owner, creators in (await self._owners(pauses)).items():
            latest = max((pauses[creator] for creator in creators), key=lambda pause: pause.since)
            if not await self._refusals.is_told(place, owner, latest.since):
                seed = f"{place.key}|{latest.reason}|{latest.since.isoformat()}"
                await self._tell(Notice(place, tuple(creators.items()), latest.reason, seed), owner)

    async def _tell_of_cards(self, notice: Notice) -> None:
        self._owed.pop((notice.place.key, notice.reason), None)
        since = self._clock.now() - RETOLD
        try:
            for owner, creators in (await self._owners([creator for creator, _ in notice.creators])).items():
                if await self._refusals.is_told(notice.place, owner, since, notice.reason):
                    continue
                if not await self._tell(replace(notice, creators=tuple(creators.items())), owner):
                    self._owe(notice)
        except StorageBusyError:
            self._owe(notice)
            raise

    def _owe(self, notice: Notice) -> Notice:
        """Together with whoever was to be told the same of this place already."""
        key = notice.place.key, notice.reason
        earlier = self._owed.get(key)
        if earlier is not None:
            notice = replace(earlier, creators=tuple((dict(earlier.creators) | dict(notice.creators)).items()))
        self._owed[key] = notice
        return notice

    async def _tell(self, notice: Notice, owner: DiscordUserId) -> bool:
        """False when it cannot be told now."""
        others = await self._others(notice.place, [creator for creator, _ in notice.creators])
        try:
            await self._herald.tell(notice, owner, others)
        except DiscordDownError:
            return False
        await self._refusals.note(notice.place, owner, notice.reason, self._clock.now())
        return True

    async def _owners(self, creators: Iterable[CreatorId]) -> dict[DiscordUserId, dict[CreatorId, str]]:
        """Whose cards these are: creators and their handles by owner."""
        found: dict[DiscordUserId, dict[CreatorId, str]] = {}
        for one in creators:
            creator = await self._creators.find(one)
            if creator is not None:
                found.setdefault(creator.owner, {})[one] = creator.account.handle
        return found

    async def _others(self, place: Place, creators: Iterable[CreatorId]) -> tuple[Place, ...]:
        """Where else these creators' cards go, but for what rests."""
        found: dict[str, Place] = {}
        for creator in creators:
            for route in await self._routes.of_creator(creator):
                if route.place.key != place.key and route.pause is None:
                    found[route.place.key] = route.place
        return tuple(found.values())
