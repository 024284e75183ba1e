"""Many creators' webhooks at speed, both families, Discord failing at times, the bot killed at random: the ledger."""

import asyncio
import re
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import uuid4

import aiohttp

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
from sandbox.discord.model import Channel, Message
from sandbox.fanvue.world.records import User
from sandbox.playground import Playground, playground
from sandbox.soak.deliveries import Courier, Delivery, Happening
from sandbox.soak.promises import Outcome, Size
from sandbox.soak.trouble import make_trouble
from sandbox.world import KEY

NOWHERE = "http://127.0.0.1:9/api"
"""Catch-up finds nobody: what it brings is another promise's matter."""
CREATORS_PER_CHANNEL = 5
TOLD_AGAIN_SHARE = 0.2
FORGED_SHARE = 0.05
CONNECTIONS = 64
NAME = re.compile(r"(?:Fan|Forged) \d{6}")
LIFE = timedelta(days=30)
CARDS_PER_SECOND = 15
QUIET_SECONDS = 1.5


@dataclass(frozen=True, slots=True)
class Desk:
    """A creator, and the channel that gets their cards."""

    creator: User
    channel: Channel


@dataclass
class Ledger:
    """What is due where, and what was answered."""

    due: dict[str, int] = field(default_factory=dict)
    """The channel of each fan's card; every fan does one thing."""
    answers: Counter[int] = field(default_factory=Counter)
    forged_answers: Counter[int] = field(default_factory=Counter)
    repeats: int = 0
    kills: int = 0


async def each_alert_comes_once(size: Size) -> Outcome:
    """Deliver, break, kill, restart; then compare Discord with the ledger."""
    draw = Random(20264)
    async with playground(api_url=NOWHERE) as ground, aiohttp.ClientSession() as session:
        desks = await desks_of(ground, size.alert_creators)
        await ground.bot.start()
        await ground.discord.wait_ready()
        ledger, deliveries = _plan(desks, size, draw)
        courier = Courier(session, ground.webhook_url)
        trouble = asyncio.create_task(make_trouble(ground, draw))
        killer = asyncio.create_task(_kill_at_random(ground, size, ledger, draw))
        began = time.monotonic()
        await _deliver_all(courier, deliveries, ledger, size.alerts_per_second)
        took = time.monotonic() - began
        await killer
        trouble.cancel()
        await asyncio.gather(trouble, return_exceptions=True)
        await _settle(ground, desks, ledger)
        await ground.bot.kill()
        await ground.bot.start()
        await asyncio.sleep(QUIET_SECONDS)
        return _verdict(ledger, _seen(ground, desks), ground, took)


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


def _plan(desks: list[Desk], size: Size, draw: Random) -> tuple[Ledger, list[Delivery]]:
    ledger = Ledger()
    deliveries: list[Delivery] = []
    for number in range(size.alerts):
        desk = draw.choice(desks)
        happening = Happening.made_up(f"Fan {number:06}", desk.creator, draw)
        deliveries.append(happening.report(draw.choice(("flat", "creator"))))
        ledger.due[happening.name] = desk.channel.id
        if draw.random() < TOLD_AGAIN_SHARE:
            ledger.repeats += 1
            earlier = max(0, len(deliveries) - draw.randrange(200))
            deliveries.insert(earlier, happening.report(draw.choice(("flat", "creator"))))
        if draw.random() < FORGED_SHARE:
            forged = Happening.made_up(f"Forged {number:06}", desk.creator, draw).report(
                draw.choice(("flat", "creator"))
            )
            deliveries.append(Delivery(forged.name, forged.topic, forged.body, is_forged=True))
    return ledger, deliveries


async def _deliver_all(courier: Courier, deliveries: list[Delivery], ledger: Ledger, per_second: float) -> None:
    waiting = asyncio.Queue[Delivery]()

    async def carry() -> None:
        while True:
            delivery = await waiting.get()
            answers = ledger.forged_answers if delivery.is_forged else ledger.answers
            answers[await courier.deliver(delivery)] += 1
            waiting.task_done()

    carriers = [asyncio.create_task(carry()) for _ in range(CONNECTIONS)]
    started = time.monotonic()
    for number, delivery in enumerate(deliveries):
        await asyncio.sleep(max(0, started + number / per_second - time.monotonic()))
        waiting.put_nowait(delivery)
    await waiting.join()
    for carrier in carriers:
        carrier.cancel()
    await asyncio.gather(*carriers, return_exceptions=True)


async def _kill_at_random(ground: Playground, size: Size, ledger: Ledger, draw: Random) -> None:
    """Spread over the deliveries and the backlog after them."""
    each = max(0.5, size.alerts / size.alerts_per_second / size.alert_kills)
    for _ in range(size.alert_kills):
        await asyncio.sleep(draw.uniform(0.2, 1.8 * each))
        await ground.bot.kill()
        ledger.kills += 1
        await asyncio.sleep(draw.uniform(0, 0.3))
        await ground.bot.start()


async def _settle(ground: Playground, desks: list[Desk], ledger: Ledger) -> None:
    """Return when every due card is there, or when it should long have been."""
    deadline = time.monotonic() + 60 + len(ledger.due) / CARDS_PER_SECOND
    while time.monotonic() < deadline:
        seen = _seen(ground, desks)
        if all(seen[channel, name] for name, channel in ledger.due.items()):
            return
        await asyncio.sleep(0.5)


def _seen(ground: Playground, desks: list[Desk]) -> Counter[tuple[int, str]]:
    """Every card there is, by channel and fan."""
    seen: Counter[tuple[int, str]] = Counter()
    for channel in {desk.channel.id for desk in desks}:
        for message in ground.discord.messages(channel):
            for name in _cards(message):
                seen[channel, name] += 1
    return seen


def _cards(message: Message) -> list[str]:
    """Whom its cards are about, one each: menus below them name the fans again."""
    found = [NAME.findall(str(embed)) for embed in message.embeds]
    return [name for names in found for name in dict.fromkeys(names)]


def _verdict(ledger: Ledger, seen: Counter[tuple[int, str]], ground: Playground, took: float) -> Outcome:
    due = Counter({(channel, name): 1 for name, channel in ledger.due.items()})
    lost = sum((due - seen).values())
    doubled = sum(count - 1 for card, count in seen.items() if card in due)
    strange = sum(count for card, count in seen.items() if card not in due)
    forged_in = sum(count for status, count in ledger.forged_answers.items() if status != 401)
    refused = sum(count for status, count in ledger.answers.items() if status != 204)
    limited = sum(call.status == 429 for call in ground.discord.calls)
    sent = sum(call.method == "POST" and call.path.endswith("/messages") for call in ground.discord.calls)
    detail = (
        f"ledger: {len(due)} happenings, {ledger.repeats} told again, {sum(ledger.forged_answers.values())} forgeries "
        f"in {took:.0f} s, {ledger.kills + 1} kills, {sent} messages tried, {limited} answers of 429; "
        f"{sum(seen.values())} cards seen, {lost} lost, {doubled} doubled, {strange} strange, "
        f"{forged_in} forgeries taken, {refused} deliveries refused"
    )
    return Outcome(not (lost or doubled or strange or forged_in or refused), detail)
