"""Many creators' webhooks at speed: every due card once."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import uuid4

from bot.domain.accounts import (
    Connection,
    ConnectionId,
    ConnectionStatus,
    CreatorId,
    DiscordUserId,
    FanvueAccount,
    GuildId,
)
from bot.domain.alerts import Place, PlaceKind, Route
from bot.domain.events import EventKind
from bot.domain.scopes import Feature, Scope
from bot.fanvue.oauth import TokenPair
from bot.storage import Stores
from bot.storage.database import Database
from bot.storage.database.migrate import migrate
from bot.vault.keyring import Keyring
from bot.vault.tokens import seal_pair
from sandbox.discord.model import Channel
from sandbox.fanvue.world.records import User
from sandbox.playground import Playground, playground
from sandbox.soak.ledger import Ledger
from sandbox.soak.promises import Outcome, Size
from sandbox.world import KEY

NOWHERE = "http://127.0.0.1:9/api"
"""Catch-up finds nobody: what it brings is another promise's matter."""
CREATORS_PER_CHANNEL = 5
LIFE = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Desk:
    """A creator, and the channel that gets their cards."""

    creator: User
    channel: Channel


async def each_alert_comes_once(size: Size) -> Outcome:
    """What the ledger says of them."""
    draw = Random(20264)
    async with playground(api_url=NOWHERE) as ground:
        desks = await desks_of(ground, size.alert_creators)
        await ground.bot.start()
        await ground.discord.wait_ready()
        channels = {desk.channel.id for desk in desks}
        ledger = Ledger(lambda: channels)
        for number in range(size.alerts):
            desk = draw.choice(desks)
            ledger.plan(number, desk.creator, [desk.channel.id], draw)
        return await ledger.play(ground, draw, per_second=size.alerts_per_second, kills=size.alert_kills)


async def desks_of(ground: Playground, count: int) -> list[Desk]:
    """Creators connected as if each had gone through the pages, a few to a channel, everything routed there."""
    await migrate(ground.database_url)
    owner = ground.discord.add_user("agency_lead")
    guild = ground.discord.add_guild("Agency", owner)
    channels = [ground.discord.add_channel(guild, f"desk-{n}") for n in range(-(-count // CREATORS_PER_CHANNEL))]
    desks = []
    async with Database.open(ground.database_url) as database:
        stores, now = Stores(database), datetime.now(UTC)
        for number in range(count):
            person = ground.discord.add_user(f"creator_{number}")
            ground.discord.add_member(guild, person)
            desk = Desk(
                User(str(uuid4()), f"creator_{number}", f"Creator {number}", now), channels[number % len(channels)]
            )
            await connect(stores, DiscordUserId(person.id), desk, GuildId(guild.id), now)
            desks.append(desk)
    return desks


async def connect(stores: Stores, owner: DiscordUserId, desk: Desk, guild: GuildId, now: datetime) -> None:
    """One creator, as if they had gone through the pages; every card to the desk's channel."""
    creator = CreatorId(desk.creator.uuid)
    connection = Connection(
        id=ConnectionId(uuid4().hex),
        owner=owner,
        account=FanvueAccount(creator, desk.creator.handle, desk.creator.display_name, is_creator=True),
        features=frozenset(Feature),
        scopes=frozenset(Scope),
        status=ConnectionStatus.ACTIVE,
        connected_at=now,
        access_expires_at=now + LIFE,
        refreshed_at=now,
    )
    pair = TokenPair("access", "refresh", int(LIFE.total_seconds()), frozenset(Scope), now)
    await stores.connections.replace(connection, seal_pair(Keyring([KEY]), creator, pair))
    place = Place(PlaceKind.CHANNEL, desk.channel.id, guild)
    for kind in EventKind:
        if kind.has_card:
            await stores.routes.set(Route(creator, kind, place, owner), now)
