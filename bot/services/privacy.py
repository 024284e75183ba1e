"""What is stored about a person, for that person: see it, take it along, stop it, have it gone."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.access import Actor, AuditEntry, Grant
from bot.domain.accounts import Connection, CreatorId, DiscordUserId
from bot.domain.clock import Clock
from bot.domain.scopes import Scope
from bot.domain.uses import KEPT_FOR, LastUse, Uses
from bot.services.connections import ConnectionsService
from bot.services.takeout import packed
from bot.storage import Stores
from bot.vault.ledger import Ledger

PAGE = 10
ACTS_KEPT_FOR = timedelta(days=365)
SENT_DRAFTS_KEPT_FOR = timedelta(days=7)
DRAFTS_KEPT_FOR = timedelta(days=90)
RIGHTS_KEPT_FOR = timedelta(days=7)
"""After they ran out: long enough to tell somebody that they lack the right, and not that nobody is there."""
SWEEP_EVERY = timedelta(hours=1)


class Whose(StrEnum):
    """Which uses somebody looks at."""

    MINE = "mine"
    """What was done with their own creators, by whomever."""
    BY_ME = "by_me"
    """What they did with other people's."""
    DECIDED = "decided"
    """What was decided about their own creators, and what was refused: rights, rules, posts, answers."""


@dataclass(frozen=True, slots=True)
class Overview:
    """What is stored about a person, and what is done with what they gave."""

    counts: Mapping[str, int]
    """How many entries there are, by subject."""
    connection: Connection | None
    last_uses: Mapping[Scope, LastUse]
    waiting: int
    """Events that wait until the account is resumed."""


@dataclass(frozen=True, slots=True)
class UsesPage:
    """Some of the uses, the latest first."""

    whose: Whose
    number: int
    entries: Sequence[Uses]
    has_more: bool
    handles: Mapping[CreatorId, str]
    """Whose, where the reader has several creators."""


@dataclass(frozen=True, slots=True)
class DecisionsPage:
    """Some of the decisions, the latest first."""

    number: int
    entries: Sequence[AuditEntry]
    has_more: bool
    handles: Mapping[CreatorId, str]
    """Which creator's, where the reader has several."""


@dataclass(frozen=True, slots=True)
class Erased:
    """What came of erasing."""

    is_revoked: bool
    """Whether Fanvue could be told; otherwise it is tried again."""
    removals: int
    """How many cards in Discord are being deleted."""


class PrivacyService:
    """Works on the asking person's own data alone."""

    def __init__(
        self,
        *,
        stores: Stores,
        connections: ConnectionsService,
        recorder: Ledger,
        clock: Clock,
        wake: Callable[[], None],
    ) -> None:
        self._stores = stores
        self._connections = connections
        self._recorder = recorder
        self._clock = clock
        self._wake = wake
        self._swept_at: datetime | None = None

    async def counts(self, person: DiscordUserId) -> Mapping[str, int]:
        """How many entries there are, by subject."""
        return {subject: count for subject, count in (await self._stores.counts(person)).items() if count}

    async def overview(self, person: DiscordUserId) -> Overview:
        """What the panel shows."""
        await self._recorder.flush()
        return Overview(
            counts=await self.counts(person),
            connection=await self._connections.of(person),
            last_uses=await self._stores.uses.last_by_scope(person),
            waiting=await self._stores.events.paused_of(person),
        )

    async def first_page(self, person: DiscordUserId) -> Whose:
        """Whose uses are told first: one's own, of whoever has connected an account."""
        return Whose.MINE if await self._connections.of(person) else Whose.BY_ME

    async def uses(self, person: DiscordUserId, whose: Whose, number: int = 0) -> UsesPage:
        """A page of what was done with the person's creators, or by the person with others'."""
        await self._recorder.flush()
        ask = self._stores.uses.of_owner if whose is Whose.MINE else self._stores.uses.by
        found = await ask(person, number * PAGE, PAGE + 1)
        handles = await self._handles(person) if whose is Whose.MINE else {}
        return UsesPage(whose, number, found[:PAGE], len(found) > PAGE, handles)

    async def decisions(self, person: DiscordUserId, number: int = 0) -> DecisionsPage:
        """A page of what was decided about the person's creators since they connected, by whomever."""
        own = await self._connections.of(person)
        if own is None:
            return DecisionsPage(0, (), has_more=False, handles={})
        found = await self._stores.audit.of_owner(person, own.connected_at, number * PAGE, PAGE + 1)
        return DecisionsPage(number, found[:PAGE], len(found) > PAGE, await self._handles(person))

    async def _handles(self, person: DiscordUserId) -> Mapping[CreatorId, str]:
        """The names of several creators; one needs none."""
        creators = await self._stores.creators.of_owner(person)
        return {one.id: one.account.handle for one in creators} if len(creators) > 1 else {}

    async def export(self, person: DiscordUserId, most_bytes: int) -> tuple[str, bytes]:
        """Everything stored about the person as a file of at most so many bytes, with its name.

        Without tokens and texts, and without anybody else's ids. BadInputError when it is larger.
        """
        await self._recorder.flush()
        return await asyncio.to_thread(packed, person, await self._stores.export(person), most_bytes)

    async def pause(self, grant: Grant) -> None:
        """Have nothing done with the account's token from now on; its alerts wait. What is on its way is finished."""
        if await self._stores.connections.pause(grant.connection.id, self._clock.now()):
            await self._note(grant.actor, grant, "pause")
        await self._stores.events.take_back(grant.connection.account.id)

    async def resume(self, grant: Grant) -> bool:
        """Let the account be used again, and its alerts go out; false when it was not paused."""
        is_changed = await self._stores.connections.pause(grant.connection.id, None)
        if is_changed:
            await self._note(grant.actor, grant, "resume")
            self._wake()
        return is_changed

    async def cards(self, person: DiscordUserId) -> int:
        """How many cards there are about the person's creators, and in their direct messages."""
        return await self._stores.removals.count(person)

    async def erase(self, person: DiscordUserId, *, removes_cards: bool = False) -> Erased:
        """Revoke what is theirs at Fanvue and forget the rest; their cards are deleted in Discord where they ask it.

        What is under way ends without their name: a refresh is revoked, a card or an answer stays without a row.
        """
        now = self._clock.now()
        removals = await self._stores.removals.ask(person, now) if removes_cards else 0
        await self._recorder.flush()
        await self._stores.audit.forget(person)
        is_revoked = await self._connections.leave(person)
        await self._stores.forget(person)
        self._wake()
        return Erased(is_revoked, removals)

    async def sweep(self) -> None:
        """Let go of what has been kept as long as it is said to be; looks once an hour."""
        now = self._clock.now()
        if self._swept_at is not None and self._swept_at <= now < self._swept_at + SWEEP_EVERY:
            return
        self._swept_at = now
        await self._stores.uses.purge(now - KEPT_FOR)
        await self._stores.audit.purge(now - ACTS_KEPT_FOR)
        await self._stores.rights.purge(now - RIGHTS_KEPT_FOR)
        await self._stores.drafts.purge(now - SENT_DRAFTS_KEPT_FOR, now - DRAFTS_KEPT_FOR)

    async def _note(self, actor: Actor, grant: Grant, action: str) -> None:
        await self._stores.audit.write(actor, grant.creator, action, "done", self._clock.now())
