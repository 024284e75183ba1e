"""Ending grants at Fanvue: what ended here ends there too, whoever is killed and however long Fanvue is away."""

from datetime import timedelta

import structlog

from bot.domain.accounts import CreatorId
from bot.domain.clock import Clock
from bot.fanvue.errors import AnswerLostError, FanvueError, RateLimitedError, ServerError, UnreachableError
from bot.fanvue.oauth import FanvueOAuth, TokenPair
from bot.storage.revocations import Revocation, RevocationStore
from bot.vault.keyring import Keyring, SealError
from bot.vault.pairs import open_any_pair, seal_pair

log = structlog.get_logger(__name__)

BATCH = 50
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=6)
MOST_DOUBLINGS = 9
GIVEN_UP_AFTER = timedelta(days=30)
"""No refresh token that was never used again is thought to live longer; Fanvue documents no life."""
IS_AWAY = (AnswerLostError, RateLimitedError, ServerError, UnreachableError)
"""Fanvue itself is not to be had: asking it for the next one helps nobody."""


class Revoker:
    """Revokes pairs, and those that storage owes Fanvue since their connection went.

    A grant ended twice is fine with Fanvue, so nothing here needs a turn of its own across processes.
    """

    def __init__(self, keyring: Keyring, oauth: FanvueOAuth, owed: RevocationStore, clock: Clock) -> None:
        self._keyring = keyring
        self._oauth = oauth
        self._owed = owed
        self._clock = clock

    async def revoke(self, sealed: str) -> bool:
        """End a pair that is stored nowhere but among what is owed; false when ``finish`` has to try it again."""
        try:
            await self._end(sealed)
        except (FanvueError, SealError) as error:
            log.warning("revoke_failed", error=type(error).__name__)
            return False
        await self._owed.settle(sealed)
        return True

    async def discard(self, pair: TokenPair) -> None:
        """End a pair that nobody stored; what Fanvue cannot be told now it is told later."""
        try:
            await self._oauth.revoke(pair.refresh_token)
        except FanvueError as error:
            log.warning("revoke_failed", error=type(error).__name__)
            await self._owed.add(seal_pair(self._keyring, CreatorId(""), pair))

    async def finish(self) -> None:
        """Revoke what is owed and due; each one again later, ever later, when Fanvue cannot be told."""
        for owed in await self._owed.due(self._clock.now(), BATCH):
            try:
                await self._end(owed.sealed_tokens)
            except (FanvueError, SealError) as error:
                log.warning("revoke_failed", error=type(error).__name__)
                await self._put_off(owed)
                if isinstance(error, IS_AWAY):
                    return
            else:
                await self._owed.remove(owed.id)

    async def _put_off(self, owed: Revocation) -> None:
        now = self._clock.now()
        if owed.first_tried_at is not None and owed.first_tried_at <= now - GIVEN_UP_AFTER:
            log.error("revoke_given_up", reason="tried for 30 days; the creator can end the access at Fanvue")
            await self._owed.remove(owed.id)
            return
        pause = min(FIRST_PAUSE * (1 << min(owed.tries, MOST_DOUBLINGS)), LONGEST_PAUSE)
        await self._owed.put_off(owed, now, now + pause)

    async def _end(self, sealed: str) -> None:
        await self._oauth.revoke(open_any_pair(self._keyring, sealed).refresh)
