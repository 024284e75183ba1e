"""The creator's own lists at Fanvue, and which of them a fan is on."""

import asyncio
from collections.abc import Collection
from contextlib import aclosing
from dataclasses import dataclass, replace

from bot.domain.access import Capability, Grant
from bot.domain.accounts import FanId
from bot.domain.clock import Clock
from bot.domain.errors import BadInputError, GoneError
from bot.fanvue import chats, lists
from bot.fanvue.lists import CustomList
from bot.fanvue.wire import ActingAs
from bot.services.access import require
from bot.services.bounds import listed
from bot.storage.audit import AuditLog
from bot.vault.gate import Gate

MOST_LISTS = 25
"""As many as a menu offers; each costs a call."""
SHORT = 50
"""Members on one page."""
MOST_MEMBERS = 250
"""Of a managed creator's list: Fanvue offers no search there, so the list is read page by page."""
NAME_LIMIT = 60
OWN_ONLY = "Fanvue lets only the creator's own connection change lists. Do it on fanvue.com, please."


@dataclass(frozen=True, slots=True, repr=False)
class FanList:
    """A list the creator keeps; ``is_on``: whether the fan is on it, ``None`` where that would take too long."""

    id: str
    name: str
    members: int
    is_on: bool | None = False


class FanListsService:
    """What is set is set at Fanvue; managed creators' lists can be looked at, and BadInputError meets any change."""

    def __init__(self, gate: Gate, audit: AuditLog, clock: Clock) -> None:
        self._gate = gate
        self._audit = audit
        self._clock = clock

    async def of(self, grant: Grant, fan: FanId) -> list[FanList]:
        """The lists, with those the fan is on."""
        require(grant, Capability.REPLY)
        acting_as = ActingAs(grant.managed)
        rows = self._gate.rows(grant, lists.custom_lists(acting_as, size=50), MOST_LISTS)
        found = await listed(rows, MOST_LISTS, "lists")
        is_searched = grant.managed is None and any(one.members_count > SHORT for one in found)
        handle = await self._handle(grant, fan) if is_searched else None
        on = await asyncio.gather(*(self._is_on(grant, one, fan, handle) for one in found))
        return [FanList(one.uuid, one.name, one.members_count, is_on) for one, is_on in zip(found, on, strict=True)]

    async def put(self, grant: Grant, fan: FanId, chosen: Collection[str]) -> list[FanList]:
        """Have the fan on these lists, and on none of the others that are offered; how it is then."""
        _require_own(grant)
        found = await self.of(grant, fan)
        for one in found:
            if one.id in chosen and not one.is_on:
                await self._gate.call(grant, lists.add_members(one.id, [fan]))
            elif one.is_on and one.id not in chosen:
                await self._taken_off(grant, one.id, fan)
        await self._note(grant)
        return [replace(one, is_on=one.id in chosen) for one in found]

    async def create(self, grant: Grant, fan: FanId, name: str) -> list[FanList]:
        """A new list with this fan on it. BadInputError for a name that will not do, or that another list has."""
        _require_own(grant)
        wanted = " ".join(name.split())
        if not 0 < len(wanted) <= NAME_LIMIT:
            raise BadInputError(f"A list's name has 1 to {NAME_LIMIT} characters.")
        known = (await self._gate.call(grant, lists.custom_lists(size=50))).data
        if any(one.name.casefold() == wanted.casefold() for one in known):
            raise BadInputError("There is a list of that name already. Pick it in the menu.")
        made = await self._gate.call(grant, lists.create_custom_list(wanted))
        await self._gate.call(grant, lists.add_members(made.uuid, [fan]))
        await self._note(grant)
        return await self.of(grant, fan)

    async def _is_on(self, grant: Grant, one: CustomList, fan: FanId, handle: str | None) -> bool | None:
        """Looked for where it takes one call: among the members of a short list, else among the list's chats."""
        if not one.members_count:
            return False
        if one.members_count <= SHORT or grant.managed is not None:
            return await self._is_among(grant, one, fan)
        page = await self._gate.call(grant, chats.list_chats(custom_list=one.uuid, search=handle))
        return any(chat.user.uuid == fan for chat in page.data)

    async def _is_among(self, grant: Grant, one: CustomList, fan: FanId) -> bool | None:
        """Whether the fan is among the first members; ``None`` when not, and there are more."""
        call = lists.custom_members(one.uuid, ActingAs(grant.managed))
        async with aclosing(self._gate.rows(grant, call, MOST_MEMBERS)) as rows:
            async for row in rows:
                if row.uuid == fan:
                    return True
        return None if one.members_count > MOST_MEMBERS else False

    async def _handle(self, grant: Grant, fan: FanId) -> str | None:
        page = await self._gate.call(grant, chats.list_messages(fan, size=20))
        return next((one.sender.handle for one in page.data if one.sender.uuid == fan), None) or None

    async def _taken_off(self, grant: Grant, uuid: str, fan: FanId) -> None:
        try:
            await self._gate.call(grant, lists.remove_member(uuid, fan))
        except GoneError:
            return

    async def _note(self, grant: Grant) -> None:
        await self._audit.write(grant.actor, grant.creator, "lists", "done", self._clock.now())


def _require_own(grant: Grant) -> None:
    require(grant, Capability.REPLY)
    if grant.managed is not None:
        raise BadInputError(OWN_ONLY)
