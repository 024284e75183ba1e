"""Webhooks in, Discord failing at times, the bot killed at random: every due card once, by the ledger."""

import asyncio
import re
import time
from collections import Counter
from dataclasses import dataclass, field
from random import Random

import aiohttp

from sandbox.playground import Playground
from sandbox.soak.deliveries import Courier, Delivery, Happening
from sandbox.soak.promises import Outcome, Size
from sandbox.soak.trouble import make_trouble
from sandbox.soak.world import Team, teams

REPEATED_SHARE = 0.2
FORGED_SHARE = 0.05
CONNECTIONS = 32
NAME = re.compile(r"(?:Fan|Forged) \d{6}")
CARDS_PER_SECOND = 20
QUIET_SECONDS = 1.5


@dataclass
class Ledger:
    """What is due where, and what was answered to whom."""

    due: Counter[tuple[int, str]] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    forged_statuses: Counter[int] = field(default_factory=Counter)
    events: int = 0
    repeats: int = 0


async def cards_come_once(size: Size) -> Outcome:
    """Deliver, break, kill, restart; then compare Discord with the ledger."""
    draw = Random(20260)
    async with teams() as (ground, found), aiohttp.ClientSession() as session:
        ledger, deliveries = _plan(ground, found, size, draw)
        courier = Courier(session, ground.webhook_url)
        faults = asyncio.create_task(make_trouble(ground, draw))
        killer = asyncio.create_task(_kill_at_random(ground, size, draw))
        await _deliver_all(courier, deliveries, ledger, size.events_per_second)
        await killer
        faults.cancel()
        await asyncio.gather(faults, return_exceptions=True)
        await _settle(ground, found, ledger)
        await ground.bot.kill()
        await ground.bot.start()
        await asyncio.sleep(QUIET_SECONDS)
        return _verdict(ledger, _seen(ground, found), ground, size)


def _plan(ground: Playground, found: list[Team], size: Size, draw: Random) -> tuple[Ledger, list[Delivery]]:
    ledger = Ledger()
    deliveries: list[Delivery] = []
    for number in range(size.events):
        team = draw.choice(found)
        happening = Happening.made_up(f"Fan {number:06}", ground.fanvue.world.account(team.handle), draw)
        deliveries.append(happening.report(draw.choice(("flat", "creator"))))
        ledger.events += 1
        for place in _places(ground, team):
            ledger.due[place, happening.name] = 1
        if draw.random() < REPEATED_SHARE:
            ledger.repeats += 1
            later = min(len(deliveries), max(0, len(deliveries) - draw.randrange(20)))
            deliveries.insert(later, happening.report(draw.choice(("flat", "creator"))))
        if draw.random() < FORGED_SHARE:
            forged = Happening.made_up(f"Forged {number:06}", ground.fanvue.world.account(team.handle), draw).report(
                "flat"
            )
            deliveries.append(Delivery(forged.name, forged.topic, forged.body, is_forged=True))
    return ledger, deliveries


def _places(ground: Playground, team: Team) -> list[int]:
    dm = ground.discord.dm(team.owner)
    return [team.channel.id] if dm is None else [team.channel.id, dm.id]


async def _deliver_all(courier: Courier, deliveries: list[Delivery], ledger: Ledger, per_second: float) -> None:
    at_once = asyncio.Semaphore(CONNECTIONS)
    started = time.monotonic()

    async def one(number: int, delivery: Delivery) -> None:
        await asyncio.sleep(max(0, started + number / per_second - time.monotonic()))
        async with at_once:
            status = await courier.deliver(delivery)
        (ledger.forged_statuses if delivery.is_forged else ledger.statuses)[status] += 1

    await asyncio.gather(*(one(number, delivery) for number, delivery in enumerate(deliveries)))


async def _kill_at_random(ground: Playground, size: Size, draw: Random) -> None:
    each = size.events / size.events_per_second / size.kills
    for _ in range(size.kills):
        await asyncio.sleep(draw.uniform(0.3, max(0.6, 1.4 * each)))
        await ground.bot.kill()
        await asyncio.sleep(draw.uniform(0, 0.4))
        await ground.bot.start()


async def _settle(ground: Playground, found: list[Team], ledger: Ledger) -> None:
    """Return when every due card is there, or when it should long have been."""
    deadline = time.monotonic() + 40 + len(ledger.due) / CARDS_PER_SECOND
    while time.monotonic() < deadline:
        seen = _seen(ground, found)
        if all(seen[card] for card in ledger.due):
            return
        await asyncio.sleep(0.3)


def _seen(ground: Playground, found: list[Team]) -> Counter[tuple[int, str]]:
    """Every card there is, by place and fan."""
    seen: Counter[tuple[int, str]] = Counter()
    for team in found:
        for place in _places(ground, team):
            for message in ground.discord.messages(place):
                for embed in message.embeds:
                    for name in dict.fromkeys(NAME.findall(str(embed))):
                        seen[place, name] += 1
    return seen


def _verdict(ledger: Ledger, seen: Counter[tuple[int, str]], ground: Playground, size: Size) -> Outcome:
    lost = sum((ledger.due - seen).values())
    doubled = sum(count - 1 for card, count in seen.items() if card in ledger.due)
    strange = sum(count for card, count in seen.items() if card not in ledger.due)
    forged_in = sum(count for status, count in ledger.forged_statuses.items() if status != 401)
    not_acknowledged = sum(count for status, count in ledger.statuses.items() if status != 204)
    refused = sum(call.status == 429 for call in ground.discord.calls)
    detail = (
        f"{ledger.events} events, {ledger.repeats} repeats, {sum(ledger.forged_statuses.values())} forgeries, "
        f"{size.kills + 1} kills, {refused} answers of 429: {len(ledger.due)} cards due, {lost} lost, "
        f"{doubled} doubled, {strange} strange, {forged_in} forgeries taken, {not_acknowledged} deliveries refused"
    )
    return Outcome(not (lost or doubled or strange or forged_in or not_acknowledged), detail)
