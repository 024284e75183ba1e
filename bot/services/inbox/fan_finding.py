"""Finding fans by name: Fanvue has no search over all of them, but several lists they are on."""

import asyncio
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import chain
from typing import TypeVar

from bot.domain.access import Grant
from bot.domain.accounts import CreatorId, FanId
from bot.domain.clock import Clock
from bot.domain.errors import DomainError
from bot.fanvue import chats, fans, insights
from bot.fanvue.chats import Chat
from bot.fanvue.shapes import FanUser, Page, Shape
from bot.fanvue.wire import ActingAs, Call
from bot.vault.gate import Gate

FRESH = timedelta(minutes=2)
MOST_CHATS = 200
SEARCH_LIMIT = 100

People = dict[str, FanUser]
Row = TypeVar("Row", bound=Shape)


class FanFinder:
    """People a creator knows: the latest chats, subscribers, followers and spenders, and a search over all chats.

    The lists are kept in memory for two minutes, because a picker asks with every letter. A list that may not be
    read, or cannot be now, is left out.
    """

    def __init__(self, gate: Gate, clock: Clock) -> None:
        self._gate = gate
        self._clock = clock
        self._known: dict[CreatorId, tuple[datetime, People]] = {}
        self._talked: dict[tuple[CreatorId, str], tuple[datetime, People]] = {}

    async def matching(self, grant: Grant, words: str, limit: int) -> list[FanUser]:
        """Those whose names hold the words, exact names first; the latest when there are no words."""
        wanted = words.strip().lstrip("@").lower()
        known, found = await asyncio.gather(self._people(grant), self._searched(grant, wanted))
        people = {**known, **found}
        ranks = {user.uuid: _rank(user, wanted) for user in people.values()}
        fitting = [user for user in people.values() if ranks[user.uuid] is not None]
        return sorted(fitting, key=lambda user: ranks[user.uuid] or 0)[:limit]

    async def talking(self, grant: Grant, words: str, limit: int) -> list[FanUser]:
        """Those with a chat whose names hold the words, the latest first: a chat's search only where that has none."""
        wanted = words.strip().lower()
        latest = await self._chats(grant, "")
        fitting = [user for user in latest.values() if _rank(user, wanted) is not None or not wanted]
        return (fitting or list((await self._searched(grant, wanted)).values()))[:limit]

    async def person(self, grant: Grant, fan: FanId, handle: str | None) -> FanUser | None:
        """Who somebody is, as far as a list, their handle or one of the latest chats tells."""
        people = self._fresh(grant) or {}
        if fan not in people and handle:
            people = await self._searched(grant, handle.lower())
        if fan not in people:
            people = await self._people(grant)
        if fan not in people and grant.managed is not None:
            people = await self._latest_chats(grant)
        return people.get(fan)

    def forget(self, creator: CreatorId) -> None:
        """Ask anew next time, because something was changed."""
        self._known.pop(creator, None)
        self._talked = {key: kept for key, kept in self._talked.items() if key[0] != creator}

    async def _people(self, grant: Grant) -> People:
        if (kept := self._fresh(grant)) is not None:
            return kept
        acting_as = ActingAs(grant.managed)
        talked, spent, *listed = await asyncio.gather(
            self._chats(grant, ""),
            self._listed(grant, insights.top_spenders(acting_as)),
            self._listed(grant, fans.list_subscribers(acting_as)),
            self._listed(grant, fans.list_followers(acting_as)),
        )
        people = _by_id([*talked.values(), *(row.user for row in spent), *chain(*listed)])
        self._known[grant.creator] = (self._clock.now(), people)
        return people

    def _fresh(self, grant: Grant) -> People | None:
        """What was read in the last minutes; older lists are forgotten, whoever's they are."""
        border = self._clock.now() - FRESH
        self._known = {creator: kept for creator, kept in self._known.items() if kept[0] > border}
        kept = self._known.get(grant.creator)
        return kept[1] if kept else None

    async def _searched(self, grant: Grant, words: str) -> People:
        """By Fanvue's own search over all chats, which managed creators' lists have not."""
        if grant.managed is not None or not words:
            return {}
        return await self._chats(grant, words[:SEARCH_LIMIT])

    async def _chats(self, grant: Grant, words: str) -> People:
        """The latest chats, or what Fanvue's search finds, kept for the next letters; what failed is not kept."""
        border = self._clock.now() - FRESH
        self._talked = {key: kept for key, kept in self._talked.items() if kept[0] > border}
        kept = self._talked.get((grant.creator, words))
        if kept is not None:
            return kept[1]
        call = chats.list_chats(ActingAs(grant.managed), size=50, search=words or None)
        found: list[Chat] = await self._listed(grant, call)
        people = _by_id(chat.user for chat in found)
        if people:
            self._talked[grant.creator, words] = (self._clock.now(), people)
        return people

    async def _latest_chats(self, grant: Grant) -> People:
        call = chats.list_chats(ActingAs(grant.managed), size=50)
        try:
            rows = [row async for row in self._gate.rows(grant, call, MOST_CHATS)]
        except DomainError:
            return {}
        return _by_id(chat.user for chat in rows)

    async def _listed(self, grant: Grant, call: Call[Page[Row]]) -> list[Row]:
        try:
            return list((await self._gate.call(grant, call)).data)
        except DomainError:
            return []


def _by_id(users: Iterable[FanUser]) -> People:
    people: People = {}
    for user in users:
        people.setdefault(user.uuid, user)
    return people


def _rank(user: FanUser, wanted: str) -> int | None:
    """How well the names fit: exactly, from the beginning, somewhere; ``None`` when not at all."""
    names = [name.lower() for name in (user.handle, user.display_name, user.nickname or "") if name]
    if wanted in names:
        return 0
    if any(name.startswith(wanted) for name in names):
        return 1
    return 2 if any(wanted in name for name in names) else None
