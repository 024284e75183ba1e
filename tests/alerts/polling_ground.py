"""The parts that ask Fanvue, as in one process or several, on a real database; time is the test's own."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from bot.alerts.catchup import CatchUp
from bot.alerts.endings import Endings
from bot.alerts.handover import Handover
from bot.alerts.intake import Intake
from bot.alerts.sealing import open_event
from bot.domain.accounts import (
    Connection,
    ConnectionId,
    ConnectionStatus,
    CreatorId,
    DiscordUserId,
    FanvueAccount,
)
from bot.domain.catching_up import Polling
from bot.domain.events import Event
from bot.domain.scopes import Feature, Scope
from bot.fanvue import webhooks
from bot.fanvue.client import FanvueClient
from bot.fanvue.oauth import FanvueOAuth, TokenPair
from bot.storage import Stores
from bot.storage.database import Database
from bot.storage.schema import events
from bot.vault.gate import Gate
from bot.vault.keyring import Keyring, new_key
from bot.vault.pairs import seal_pair
from bot.vault.revoking import Revoker
from bot.vault.tokens import TokenKeeper
from sandbox.fanvue import SandboxFanvue
from sandbox.fanvue.webhooks.sender import Delivery

CREATOR = "lunavale"
ALL_SCOPES = frozenset(Scope)
SURFACE = os.environ.get("FANVUE_SURFACE", "")


@dataclass
class TestTime:
    """Fanvue's clock, the seconds that only go forward, and our own clock, which can be wrong by ``skew``."""

    __test__ = False
    moment: datetime = datetime(2026, 7, 1, 12, tzinfo=UTC)
    seconds: float = 1000.0
    skew: timedelta = timedelta()

    def now(self) -> datetime:
        return self.moment + self.skew

    def true(self) -> datetime:
        return self.moment

    def ticks(self) -> float:
        return self.seconds

    def pass_by(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)
        self.seconds += seconds

    def step_clock(self, seconds: float) -> None:
        self.skew += timedelta(seconds=seconds)


@dataclass
class Process:
    """One process that polls."""

    stores: Stores
    keyring: Keyring
    intake: Intake
    tokens: TokenKeeper
    catch_up: CatchUp
    endings: Endings
    time: TestTime

    async def look(self, *, after: float = 0) -> int:
        """Look at whoever is due after so long; how many there were."""
        self.time.pass_by(after)
        started = await self.catch_up._start_due()
        await asyncio.gather(*self.catch_up._under_way)
        return started

    async def settle_in(self) -> None:
        """Find everybody and look at them once: where their news begins is known then."""
        await self.catch_up.keep()
        await self.look(after=70)

    async def news(self) -> list[Event]:
        """What made a card or would have, oldest first."""
        query = select(events.c.id).where(events.c.sealed_body.is_not(None), events.c.adds_to.is_(None))
        async with self.stores.events._database.read() as connection:
            ids = (await connection.execute(query.order_by(events.c.id))).scalars().all()
        stored = [await self.stores.events.by_id(number) for number in ids]
        return [open_event(self.keyring, one) for one in stored if one is not None]

    async def told(self) -> list[str]:
        """The kinds of what is news, in order of the alphabet."""
        return sorted(event.kind.value for event in await self.news())

    async def texts(self) -> list[str | None]:
        return [event.text for event in await self.news()]

    async def hear(self, *deliveries: Delivery) -> None:
        """Webhooks arrive, as the web server hands them on."""
        for delivery in deliveries:
            self.time.pass_by(1)
            now = self.time.now()
            await self.intake.take(webhooks.parse(delivery.body, delivery.topic, None, now), now)

    async def polling(self, creator: CreatorId) -> Polling:
        await self.catch_up.keep()
        return await self.stores.cursors.of_creator(creator)


@dataclass
class Ground:
    """A database, a Fanvue that sends no webhooks by itself, and a creator with two years behind her."""

    url: str
    fanvue: SandboxFanvue
    time: TestTime
    key: str = field(default_factory=new_key)

    @asynccontextmanager
    async def process(self) -> AsyncIterator[Process]:
        async with AsyncExitStack() as stack:
            database = await stack.enter_async_context(Database.open(self.url))
            client = await stack.enter_async_context(
                FanvueClient(self.fanvue.api_url + SURFACE, clock=self.time, first_pause_seconds=0.001)
            )
            stores, keyring = Stores(database), Keyring([self.key])
            oauth = FanvueOAuth(
                self.fanvue.auth_url,
                client_id=self.fanvue.client_id,
                client_secret=self.fanvue.client_secret,
                redirect_uri="http://127.0.0.1:9/oauth/callback",
                clock=self.time,
                connections=client.connections,
                pause_seconds=0.001,
            )
            revoker = Revoker(keyring, oauth, stores.revocations, self.time)
            tokens = TokenKeeper(keyring, oauth, stores.connections, stores.leases, self.time, revoker)
            stack.push_async_callback(tokens.aclose)
            intake = Intake(stores.arrivals, keyring, Handover())
            writer = asyncio.create_task(intake.run())
            stack.push_async_callback(_ended, writer)
            gate = Gate(client, tokens, self.time)
            catch_up = CatchUp(
                cursors=stores.cursors,
                leases=stores.leases,
                tokens=tokens,
                gate=gate,
                intake=intake,
                clock=self.time,
                surface=client.surface,
                seconds=self.time.ticks,
                call_pause_seconds=0,
            )
            endings = Endings(
                creators=stores.creators,
                lists=stores.subscribers,
                gate=gate,
                intake=intake,
                keyring=keyring,
                clock=self.time,
            )
            yield Process(stores, keyring, intake, tokens, catch_up, endings, self.time)

    async def connect(self, process: Process, handle: str = CREATOR, **changes: Any) -> Connection:
        """As the connect flow leaves it."""
        scopes: frozenset[Scope] = changes.pop("scopes", ALL_SCOPES)
        pair = self.fanvue.oauth.grant(handle, tuple(scope.value for scope in scopes))
        assert pair.refresh_token is not None
        now, account = self.time.now(), self.fanvue.world.account(handle)
        values: dict[str, Any] = {
            "id": ConnectionId(f"connection-of-{handle}"),
            "owner": DiscordUserId(abs(hash(handle)) % 2**60 + 1),
            "account": FanvueAccount(CreatorId(account.uuid), handle, handle, is_creator=True),
            "features": frozenset(Feature),
            "scopes": scopes,
            "status": ConnectionStatus.ACTIVE,
            "connected_at": now,
            "access_expires_at": now + timedelta(seconds=pair.expires_in),
            "refreshed_at": now,
        }
        connection = Connection(**(values | changes))
        given = TokenPair(pair.access_token, pair.refresh_token, pair.expires_in, scopes, now)
        await process.stores.connections.replace(connection, seal_pair(process.keyring, connection.account.id, given))
        return connection

    @property
    def creator(self) -> CreatorId:
        return CreatorId(self.fanvue.world.account(CREATOR).uuid)

    @property
    def fans(self) -> list[str]:
        """Fans with a chat who can be written to."""
        desk = self.fanvue.world.desk(self.fanvue.world.account(CREATOR))
        return [chat.fan.user.handle for chat in desk.chats.values() if chat.fan.is_contactable]

    @property
    def fan(self) -> str:
        return self.fans[0]

    def calls(self, operation: str = "") -> int:
        """How often Fanvue was asked, for that or for anything."""
        return sum(1 for row in self.fanvue.ledger if operation in {"", row.operation_id})


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
