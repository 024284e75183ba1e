"""A backlog of cards for many places, drained at Discord's global limit, against the least time it can take."""

from datetime import UTC, datetime, timedelta

from benchmarks.figures import Figure
from bot.alerts.sealing import seal_event
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
from bot.domain.scopes import Feature, Scope
from bot.storage import Stores
from bot.storage.database import Database
from bot.storage.database.migrate import migrate
from bot.vault.keyring import Keyring
from sandbox.discord import Call, Channel, User
from sandbox.playground import DISCORD_REQUESTS_PER_SECOND, Playground, playground
from sandbox.world import KEY

PLACES = 100
EVENTS = 50
CARDS_A_MESSAGE = 10
PATIENCE_SECONDS = 120
CREATOR = CreatorId("11111111-2222-4333-8444-555555555555")


async def backlog() -> list[Figure]:
    """5,000 cards wait when the bot starts; every one arrives, ten a message, and Discord refuses none."""
    async with playground() as ground:
        owner = ground.discord.add_user("owner")
        guild = ground.discord.add_guild("Team", owner)
        channels = [ground.discord.add_channel(guild, f"place-{number}") for number in range(PLACES)]
        await _fill(ground, owner, channels)
        await ground.bot.start()
        await ground.discord.wait_for(lambda: _shown(ground) >= PLACES * EVENTS, PATIENCE_SECONDS)
        arrivals = [call.arrived_seconds for call in ground.discord.calls if _cards(call)]
        refused = sum(call.status == 429 for call in ground.discord.calls)
        twice = _shown(ground) - PLACES * EVENTS
    least = PLACES * EVENTS / CARDS_A_MESSAGE / DISCORD_REQUESTS_PER_SECOND
    took = max(arrivals) - min(arrivals)
    return [
        Figure(
            "backlog of 5,000 cards for 100 places: times the least",
            took / least,
            1.2,
            is_at_most=True,
            note=f"{took:.1f} s against {least:.1f} s, {len(arrivals)} messages, {twice} twice",
        ),
        Figure("backlog: answers of 429", refused, 0, is_at_most=True),
        Figure("backlog: messages a second", len(arrivals) / took, 44, is_at_most=False),
    ]


def _cards(call: Call) -> int:
    """How many fans' cards a request brings; the bot's greeting of a server is none."""
    if call.method != "POST" or not call.path.endswith("/messages"):
        return 0
    return sum("Fan " in str(embed) for embed in call.json["embeds"])


def _shown(ground: Playground) -> int:
    """How many cards stand in Discord."""
    return sum(_cards(call) for call in ground.discord.calls if call.status == 200)


async def _fill(ground: Playground, owner: User, channels: list[Channel]) -> None:
    """The bot's database as a long outage of Discord, a minute ago, would have left it."""
    keyring, now = Keyring([KEY]), datetime.now(UTC)
    await migrate(ground.database_url)
    async with Database.open(ground.database_url) as database:
        stores = Stores(database)
        await stores.connections.replace(_connection(owner, now), keyring.seal("{}", identity="connection:c1"))
        for channel in channels:
            place = Place(PlaceKind.CHANNEL, channel.id, GuildId(channel.guild.id) if channel.guild else None)
            await stores.routes.set(Route(CREATOR, EventKind.MESSAGE, place, DiscordUserId(owner.id)), now)
        await stores.events.add_many([seal_event(keyring, _event(number, now), now) for number in range(EVENTS)])


def _event(number: int, now: datetime) -> Event:
    return Event(
        key=f"message:{CREATOR}:{number}",
        kind=EventKind.MESSAGE,
        creator=CREATOR,
        happened_at=now,
        fan=Fan(FanId(f"fan-{number}"), f"fan{number}", f"Fan {number}"),
        text="Good morning! Loved the last set, is there more?",
        message_uuid=f"m-{number}",
    )


def _connection(owner: User, now: datetime) -> Connection:
    return Connection(
        id=ConnectionId("c1"),
        owner=DiscordUserId(owner.id),
        account=FanvueAccount(CREATOR, "lunavale", "Luna Vale", is_creator=True),
        features=frozenset(Feature),
        scopes=frozenset(Scope),
        status=ConnectionStatus.ACTIVE,
        connected_at=now,
        access_expires_at=now + timedelta(hours=1),
        refreshed_at=now,
    )
