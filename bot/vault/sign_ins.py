"""Telling owners that Fanvue has refused for long the tokens it gave itself, and when that is over; once each."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import structlog

from bot.domain.accounts import Connection
from bot.domain.clock import Clock
from bot.domain.errors import DiscordDownError
from bot.domain.faults import where
from bot.storage.sign_ins import SignInStore, Standing

log = structlog.get_logger(__name__)

LONG = timedelta(minutes=45)
"""Most outages of a sign-in are over by then; who reads of it sooner can do nothing about it."""

Began = Callable[[Connection, datetime], Awaitable[object]]
Over = Callable[[Connection], Awaitable[object]]


class SignInNotices:
    """Claims a notice before it is given, so that no crash and no second process gives it twice."""

    def __init__(self, store: SignInStore, tell_began: Began, tell_over: Over, clock: Clock) -> None:
        self._store = store
        self._tell_began = tell_began
        self._tell_over = tell_over
        self._clock = clock

    async def sweep(self) -> None:
        """Tell whoever is to be told now; what Discord does not take is told the next time."""
        now = self._clock.now()
        for one in await self._store.standing(now - LONG):
            if one.is_told:
                await self._end(one, now)
            elif _has_lasted(one, now):
                await self._begin(one, now)

    async def _begin(self, one: Standing, now: datetime) -> None:
        account = one.connection.account.id
        is_ours = await self._store.claim(account, now)
        if is_ours and not await self._is_said(self._tell_began(one.connection, one.refused_since or now)):
            await self._store.release(account)

    async def _end(self, one: Standing, now: datetime) -> None:
        """One list that is read says that the tokens are taken."""
        account = one.connection.account.id
        is_ours = None in one.troubles and await self._store.release(account)
        if is_ours and not await self._is_said(self._tell_over(one.connection)):
            await self._store.claim(account, now)

    async def _is_said(self, telling: Awaitable[object]) -> bool:
        """False when it is to be said again."""
        try:
            await telling
        except DiscordDownError:
            return False
        except Exception as error:  # noqa: BLE001 - one who cannot be told keeps nobody else from being told
            log.warning("telling_failed", error=where(error))
        return True


def _has_lasted(one: Standing, now: datetime) -> bool:
    """Whether nothing could be read for long."""
    return None not in one.troubles and one.refused_since is not None and one.refused_since <= now - LONG
