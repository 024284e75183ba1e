"""The alert parts on a real database and the stand-in Discord; time is the test's own."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from bot.alerts.bell import Bell
from bot.alerts.board import Board
from bot.alerts.closing import Closing
from bot.alerts.handover import Handover
from bot.alerts.intake import Intake
from bot.alerts.mirroring import Mirror
from bot.alerts.permits import Permits
from bot.alerts.router import Router
from bot.alerts.worker import AlertWorker
from bot.discordkit.alerts.desk_posts import DeskPosts
from bot.discordkit.alerts.heralds import PlaceHerald
from bot.discordkit.alerts.sender import AlertSender
from bot.discordkit.client import DiscordClient
from bot.discordkit.membership import RecentMembers
from bot.discordkit.sending.direct import DirectMessages
from bot.discordkit.sending.pacer import Pacer
from bot.domain.accounts import (
    Connection,
    ConnectionId,
    ConnectionStatus,
    CreatorId,
    DiscordUserId,
    FanId,
    FanvueAccount,
    GuildId,
)
from bot.domain.alerts import Place, PlaceKind, Route
from bot.domain.events import Event, EventKind, Fan
from bot.domain.money import Money
from bot.domain.scopes import Feature, Scope
from bot.storage import Stores
from bot.storage.database import Database
from bot.storage.deliveries.outbox import Delivery
from bot.vault.keyring import Keyring, new_key
from sandbox.discord import Channel, Message, StandInDiscord, User
from sandbox.discord.launch import pointed_at
from sandbox.discord.model import ChannelKind

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
LUNA = CreatorId("11111111-2222-4333-8444-555555555555")
POSTS = "/channels/*/messages"


@dataclass
class SteppedClock:
    """Stands until it is moved."""

    moment: datetime = NOW

    def now(self) -> datetime:
        return self.moment

    def step(self, **amount: float) -> None:
        self.moment += timedelta(**amount)


@dataclass
class Desk:
    """One creator, her Discord user, a team channel; routes are set by the test."""

    stores: Stores
    keyring: Keyring
    clock: SteppedClock
    discord: StandInDiscord
    client: DiscordClient
    luna: User
    channel: Channel
    stored: Handover = field(default_factory=Handover)
    due: Bell = field(default_factory=Bell)
    numbers: Any = field(default_factory=count)

    def __post_init__(self) -> None:
        self.pacer = Pacer(self.clock, per_second=100_000)
        self.direct = DirectMessages(self.client, self.stores.dms, self.pacer, self.clock)
        posts = DeskPosts(self.client, self.stores.desk_posts, self.pacer, self.clock)
        self.sender = AlertSender(self.client, self.direct, posts, self.pacer)
        self.mirror = Mirror(self.stores.desk_posts, self.stores.replies, self.clock)
        self.board = self.new_board()

    def new_board(self) -> Board:
        """As a process of its own has it."""
        stores = self.stores
        return Board(
            stores.outbox,
            stores.cards,
            self.sender,
            self.mirror,
            self.keyring,
            claims=stores.claims,
            clock=self.clock,
        )

    @property
    def owner(self) -> DiscordUserId:
        return DiscordUserId(self.luna.id)

    def intake(self) -> Intake:
        return Intake(self.stores.arrivals, self.keyring, self.stored)

    def router(self, worker: AlertWorker | None = None) -> Router:
        return Router(
            self.stores.events,
            self.keyring,
            self.clock,
            mutes=self.stores.mutes,
            spenders=self.stores.spenders,
            mirror=self.mirror,
            outbox=self.stores.outbox,
            arrivals=self.stores.arrivals,
            board=self.board,
            standing=self.stores.standing,
            worker=worker,
            stored=self.stored,
            due=self.due,
        )

    def worker(self) -> AlertWorker:
        """A worker with a lease holder of its own, as a process of its own has."""
        stores = self.stores
        herald = PlaceHerald(self.client, self.direct, self.pacer)
        members = RecentMembers(self.client, self.pacer, self.clock)
        return AlertWorker(
            outbox=stores.outbox,
            events=stores.events,
            permits=Permits(stores.rights, stores.shifts, members, self.clock),
            sender=self.sender,
            closing=Closing(stores.routes, stores.refusals, stores.creators, herald, self.clock),
            mirror=self.mirror,
            board=self.board,
            keyring=self.keyring,
            clock=self.clock,
            due=self.due,
        )

    def place(self, channel: Channel | None = None) -> Place:
        where = channel or self.channel
        kind = PlaceKind.FORUM if where.kind is ChannelKind.FORUM else PlaceKind.CHANNEL
        return Place(kind, where.id, GuildId(where.guild.id) if where.guild else None)

    async def open_forum(self, *, nsfw: bool = False) -> Channel:
        """A forum that messages go to."""
        assert self.channel.guild is not None
        forum = self.discord.add_channel(self.channel.guild, "fans", kind="forum")
        forum.nsfw = nsfw
        await self.route(self.place(forum))
        return forum

    def posts_in(self, forum: Channel) -> list[Channel]:
        return [one for one in self.discord.world.channels.values() if one.parent is forum]

    def dm(self, person: User | None = None) -> Place:
        return Place(PlaceKind.DM, (person or self.luna).id)

    async def route(self, place: Place, *kinds: EventKind, set_by: User | None = None, amounts: bool = False) -> None:
        """Send these kinds there; messages when none is named."""
        by = DiscordUserId((set_by or self.luna).id)
        for kind in kinds or (EventKind.MESSAGE,):
            await self.stores.routes.set(Route(LUNA, kind, place, by, amounts), self.clock.now())

    async def connect(self) -> ConnectionId:
        """Luna's account, connected by herself."""
        connection = Connection(
            id=ConnectionId("c1"),
            owner=self.owner,
            account=FanvueAccount(LUNA, "lunavale", "Luna Vale", is_creator=True),
            features=frozenset(Feature),
            scopes=frozenset(Scope),
            status=ConnectionStatus.ACTIVE,
            connected_at=NOW,
            access_expires_at=NOW + timedelta(hours=1),
            refreshed_at=NOW,
        )
        await self.stores.connections.replace(connection, "sealed")
        return connection.id

    def event(self, name: str = "Sarah", kind: EventKind = EventKind.MESSAGE, **changes: Any) -> Event:
        """Something a fan of that name did; each call another happening."""
        number = next(self.numbers)
        values: dict[str, Any] = {
            "key": f"{kind.value}:{LUNA}:{number}",
            "kind": kind,
            "creator": LUNA,
            "happened_at": self.clock.now(),
            "fan": Fan(FanId(f"fan-{number}"), name.lower(), name),
            "text": "Hello there" if kind is EventKind.MESSAGE else None,
            "amount": Money(1250) if kind is EventKind.TIP else None,
            "message_uuid": f"message-{number}",
        }
        return Event(**(values | changes))

    async def write(self, name: str, *texts: str, **changes: Any) -> None:
        """One fan writes these, one after the other; the cards are due."""
        fan = Fan(FanId(f"fan-{name}"), name.lower(), name)
        for words in texts:
            await self.store(self.event(name, fan=fan, text=words, **changes))
        await self.router().route_waiting()

    async def happen(self, *names: str) -> None:
        """Fans of these names write, one after the other; their cards are due."""
        for name in names:
            await self.store(self.event(name))
        await self.router().route_waiting()

    async def store(self, event: Event) -> None:
        """The event as the intake leaves it."""
        intake = self.intake()
        async with running(intake):
            await intake.take(event, self.clock.now())

    async def deliver(self, worker: AlertWorker | None = None) -> int:
        """Deliver until nothing is due; how many tries there were."""
        chosen, tries = worker or self.worker(), 0
        await self.stores.outbox.wake(self.clock.now())
        while delivered := await deliver_due(chosen):
            tries += delivered
        return tries

    def cards(self, channel: Channel | None = None) -> list[Message]:
        """What stands in a channel."""
        return self.discord.messages(channel or self.channel)

    def names(self, channel: Channel | None = None) -> list[str]:
        """Whom the cards in a channel are about."""
        shown = [embed["description"] for message in self.cards(channel) for embed in message.embeds]
        return [description.split("**")[1] for description in shown if description.startswith("**")]

    def edits(self) -> list[Any]:
        """Every try to change a message."""
        return [call for call in self.discord.calls if call.method == "PATCH" and "/messages/" in call.path]

    async def ledger(self) -> list[tuple[int, str]]:
        """Every delivery with its status."""
        rows = await self.stores.events._database.execute_alone("SELECT id, status FROM deliveries ORDER BY id", ())
        return [tuple(row) for row in rows]

    def posts(self) -> list[Any]:
        """Every try to send a message."""
        return [call for call in self.discord.calls if call.method == "POST" and call.path.endswith("/messages")]

    async def is_done(self) -> bool:
        """Whether every card there is to be is there, and noted."""
        return all(status == "done" for _, status in await self.ledger())

    async def delivery(self, number: int = 1) -> Delivery:
        found = await self.stores.outbox.by_id(number)
        assert found is not None
        return found

    async def reason(self, number: int = 1) -> tuple[str, str | None]:
        """Status and reason of a delivery, as the table has them."""
        rows = await self.stores.events._database.execute_alone(
            "SELECT status, reason FROM deliveries WHERE id = ?", (number,)
        )
        return tuple(rows[0])


async def deliver_due(worker: AlertWorker) -> int:
    """A message of every place that has one due, to its end; how many there were."""
    started = await worker._start_due()
    await asyncio.gather(*worker._under_way)
    await worker._settler.finish()
    return started


@asynccontextmanager
async def running(intake: Intake) -> AsyncIterator[None]:
    """The intake's writer at work."""
    task = asyncio.create_task(intake.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def opened(path: Path) -> AsyncIterator[Desk]:
    """A desk on a migrated SQLite file."""
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(Database.open(f"sqlite+aiosqlite:///{path}"))
        standin = await stack.enter_async_context(StandInDiscord())
        luna = standin.add_user("luna")
        guild = standin.add_guild("Team", luna)
        channel = standin.add_channel(guild, "desk")
        stack.enter_context(pointed_at(standin))
        client = await stack.enter_async_context(DiscordClient())
        await client.login("token")
        desk = Desk(Stores(database), Keyring([new_key()]), SteppedClock(), standin, client, luna, channel)
        await desk.connect()
        yield desk
