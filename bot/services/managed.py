"""The creators that connected accounts manage, kept as Fanvue has them."""

from datetime import timedelta

import structlog

from bot.domain.accounts import Connection, Creator, CreatorId, FanvueAccount
from bot.domain.clock import Clock
from bot.domain.errors import DomainError, PausedError, ScopeMissingError
from bot.domain.faults import where
from bot.domain.scopes import Scope
from bot.fanvue.creators import LIST_CREATORS, ManagedCreator, list_creators
from bot.fanvue.paging import pages
from bot.storage.creators import CreatorStore
from bot.vault.gate import Gate

log = structlog.get_logger(__name__)

FRESH = timedelta(minutes=5)
"""How old the list may be when somebody with an agency account acts."""
STALE = timedelta(minutes=30)
"""How old it may be at all."""
MOST = 2000


class ManagedCreatorsService:
    """Asks Fanvue for an account's creators; one that is managed no longer goes, with its rights and routes.

    Only who is missing twice, minutes apart, is: a list that changes while its pages are read can skip somebody, and
    one that Fanvue answers empty for a moment all of them. Nobody goes while a row cannot be read: it may be theirs.
    """

    def __init__(self, creators: CreatorStore, gate: Gate, clock: Clock) -> None:
        self._creators = creators
        self._gate = gate
        self._clock = clock
        self._missing: frozenset[CreatorId] = frozenset()
        """Who was missing from their account's list the last time."""
        self._told_odd: set[str] = set()

    async def keep_fresh(self, account: Connection) -> None:
        """Ask for the account's creators, unless that was done within minutes; what cannot be asked stays as it is."""
        before = self._missing
        if not await self._creators.is_seen_since(account.account.id, self._clock.now() - FRESH):
            await self._refresh(account, before)

    async def sweep(self) -> None:
        """Ask for those of every account that was not asked for a while."""
        before = self._missing
        for account in await self._creators.unseen_since(self._clock.now() - STALE):
            await self._refresh(account, before)

    async def _refresh(self, account: Connection, before: frozenset[CreatorId]) -> None:
        """``before``: who was missing when it was not yet known that the list is old; others may ask at once."""
        now = self._clock.now()
        known = {one.id: one.account for one in await self._creators.of_owner(account.owner) if one.managed}
        try:
            found, odd = await self._listed(account)
        except PausedError:
            return
        except DomainError as error:
            log.warning("creators_not_listed", error=where(error))
            return
        if len(found) >= MOST:
            log.warning("creators_too_many", count=len(found))
        if len(found) >= MOST or odd:
            found = known | found
        for field in odd - self._told_odd:
            log.warning("rows_left_out", operation=LIST_CREATORS.id, field=field)
        self._told_odd |= odd
        missing = known.keys() - found.keys()
        spared = missing - before
        found |= {one: known[one] for one in spared}
        await self._creators.replace_managed(account, list(found.values()), now)
        self._missing = (self._missing - known.keys()) | spared

    async def _listed(self, account: Connection) -> tuple[dict[CreatorId, FanvueAccount], set[str]]:
        """Who is on the list, and what of it cannot be read; nobody, for an account that may not ask."""
        odd: set[str] = set()
        if Scope.READ_CREATOR not in account.scopes:
            return {}, odd
        itself, listing = Creator(account.account, account), list_creators().without_odd_rows(odd.add, fills_gaps=True)
        try:
            rows = pages(lambda call: self._gate.work(itself, call), listing, MOST)
            return {(one := _account(row)).id: one async for row in rows}, odd
        except ScopeMissingError:
            return {}, set()


def _account(row: ManagedCreator) -> FanvueAccount:
    return FanvueAccount(CreatorId(row.uuid), row.handle or row.uuid, row.nickname or row.display_name, is_creator=True)
