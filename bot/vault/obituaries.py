"""Telling owners that their grant died: once, and at most once a day, whoever notices it and however often."""

from collections import Counter
from collections.abc import Awaitable, Callable

import structlog

from bot.domain.accounts import Connection, ConnectionId
from bot.domain.clock import Clock
from bot.domain.errors import DiscordDownError, StorageBusyError
from bot.domain.faults import where
from bot.storage.connections import ConnectionStore
from bot.storage.notices import NoticeStore

log = structlog.get_logger(__name__)

MOST_TRIES = 3

Teller = Callable[[Connection], Awaitable[object]]


class Obituaries:
    """Claims the day's notice before it is given, so that no crash and no second process gives it twice.

    Telling that ends in an error (Discord is not reachable yet) is tried again by ``catch_up``, a few times.
    """

    def __init__(self, notices: NoticeStore, connections: ConnectionStore, tell: Teller, clock: Clock) -> None:
        self._notices = notices
        self._connections = connections
        self._teller = tell
        self._clock = clock
        self._tries: Counter[ConnectionId] = Counter()

    async def tell(self, connection: Connection) -> None:
        """Have the owner told, unless that was done within a day. Never raises: nobody who notices suffers from it."""
        creator = connection.account.id
        try:
            if not await self._notices.claim(creator, self._clock.now()):
                return
            try:
                await self._teller(connection)
            except DiscordDownError:
                await self._notices.release(creator)
            except Exception as error:  # noqa: BLE001 - whatever it is, it is tried again a few times
                log.warning("telling_failed", error=where(error))
                await self._let_go(connection)
            else:
                self._tries.pop(connection.id, None)
        except StorageBusyError:
            log.warning("telling_put_off")

    async def catch_up(self) -> None:
        """Tell of deaths that nobody was told of: after a crash, or a second one within a day."""
        for identity in await self._notices.untold(self._clock.now()):
            connection = await self._connections.by_id(identity)
            if connection is not None:
                await self.tell(connection)

    async def _let_go(self, connection: Connection) -> None:
        self._tries[connection.id] += 1
        if self._tries[connection.id] < MOST_TRIES:
            await self._notices.release(connection.account.id)
        else:
            del self._tries[connection.id]
