"""Telling owners that Fanvue has refused for long the tokens it gave itself, and when that is over; once each."""

import random
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
MOST_AT_ONCE = 30
"""Where Fanvue refuses everybody, most need not be told before it is over; and Discord shuts out who writes to many."""

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
        """Tell some of those who are to be told now; what Discord does not take is told the next time."""
        now = self._clock.now()
        due = [one for one in await self._store.standing(now - LONG) if _is_news(one, now)]
        for one in random.sample(due, min(len(due), MOST_AT_ONCE)):
            if not await (self._end(one, now) if one.is_told else self._begin(one, now)):
                return

    async def _begin(self, one: Standing, now: datetime) -> bool:
        account = one.connection.account.id
        if not await self._store.claim(account, now):
            return True
        if await self._is_said(self._tell_began(one.connection, one.refused_since or now)):
            return True
        await self._store.release(account)
        return False

    async def _end(self, one: Standing, now: datetime) -> bool:
        account = one.connection.account.id
        if not await self._store.release(account) or await self._is_said(self._tell_over(one.connection)):
            return True
        await self._store.claim(account, now)
        return False

    async def _is_said(self, telling: Awaitable[object]) -> bool:
        """False when it is to be said again."""
        try:
            await telling
        except DiscordDownError:
            return False
        except Exception as error:  # noqa: BLE001 - one who cannot be told keeps nobody else from being told
            log.warning("telling_failed", error=where(error))
        return True


def _is_news(one: Standing, now: datetime) -> bool:
    """Whether nothing could be read for long, or of an owner who knows that: one list is, so the tokens are taken."""
    if one.is_told or None in one.troubles:
        return one.is_told and None in one.troubles
    return one.refused_since is not None and one.refused_since <= now - LONG
