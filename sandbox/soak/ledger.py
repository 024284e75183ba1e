"""Webhooks in, Discord failing at times, the bot killed at random: what is due where, and what came of it."""

import asyncio
import re
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from random import Random

import aiohttp

from sandbox.discord.model import Message
from sandbox.fanvue.world.records import User
from sandbox.playground import Playground
from sandbox.soak.deliveries import Courier, Delivery, Happening
from sandbox.soak.promises import Outcome
from sandbox.soak.trouble import make_trouble

TOLD_AGAIN_SHARE = 0.2
FORGED_SHARE = 0.05
CONNECTIONS = 64
NAME = re.compile(r"(?:Fan|Forged) \d{6}")
SETTLING_SECONDS = 40
CARDS_PER_SECOND = 15
QUIET_SECONDS = 1.5


@dataclass
class Ledger:
    """Every fan does one thing, of which one card is due in each place."""

    places: Callable[[], Collection[int]]
    """Where cards may be."""
    due: Counter[tuple[int, str]] = field(default_factory=Counter)
    deliveries: list[Delivery] = field(default_factory=list)
    answers: Counter[int] = field(default_factory=Counter)
    forged_answers: Counter[int] = field(default_factory=Counter)
    repeats: int = 0
    kills: int = 0

    def plan(self, number: int, creator: User, places: Iterable[int], draw: Random) -> None:
        """One more happening, told by either family; some told again, some with a forgery beside them."""
        happening = Happening.made_up(f"Fan {number:06}", creator, draw)
        self.deliveries.append(_report(happening, draw))
        self.due.update((place, happening.name) for place in places)
        if draw.random() < TOLD_AGAIN_SHARE:
            self.repeats += 1
            earlier = max(0, len(self.deliveries) - draw.randrange(200))
            self.deliveries.insert(earlier, _report(happening, draw))
        if draw.random() < FORGED_SHARE:
            forged = _report(Happening.made_up(f"Forged {number:06}", creator, draw), draw)
            self.deliveries.append(Delivery(forged.name, forged.topic, forged.body, is_forged=True))

    async def play(self, ground: Playground, draw: Random, *, per_second: float, kills: int) -> Outcome:
        """Deliver, break, kill, restart; then compare Discord with what was due."""
        trouble = asyncio.create_task(make_trouble(ground, draw))
        each = max(0.5, len(self.deliveries) / per_second / kills)
        killer = asyncio.create_task(self._kill_at_random(ground, kills, each, draw))
        began = time.monotonic()
        async with aiohttp.ClientSession() as session:
            await self._deliver(Courier(session, ground.webhook_url), per_second)
        took = time.monotonic() - began
        await killer
        trouble.cancel()
        await asyncio.gather(trouble, return_exceptions=True)
        await self._settle(ground)
        await self._restart(ground, 0)
        await asyncio.sleep(QUIET_SECONDS)
        return self._verdict(ground, took)

    async def _deliver(self, courier: Courier, per_second: float) -> None:
        waiting = asyncio.Queue[Delivery]()

        async def carry() -> None:
            while True:
                delivery = await waiting.get()
                answers = self.forged_answers if delivery.is_forged else self.answers
                answers[await courier.deliver(delivery)] += 1
                waiting.task_done()

        carriers = [asyncio.create_task(carry()) for _ in range(CONNECTIONS)]
        started = time.monotonic()
        for number, delivery in enumerate(self.deliveries):
            await asyncio.sleep(max(0, started + number / per_second - time.monotonic()))
            waiting.put_nowait(delivery)
        await waiting.join()
        for carrier in carriers:
            carrier.cancel()
        await asyncio.gather(*carriers, return_exceptions=True)

    async def _kill_at_random(self, ground: Playground, kills: int, each: float, draw: Random) -> None:
        """Spread over the deliveries and the backlog after them."""
        for _ in range(kills):
            await asyncio.sleep(draw.uniform(0.2, 1.8 * each))
            await self._restart(ground, draw.uniform(0, 0.3))

    async def _restart(self, ground: Playground, pause: float) -> None:
        await ground.bot.kill()
        self.kills += 1
        await asyncio.sleep(pause)
        await ground.bot.start()

    async def _settle(self, ground: Playground) -> None:
        """Return when every due card is there, or when it should long have been."""
        deadline = time.monotonic() + SETTLING_SECONDS + len(self.due) / CARDS_PER_SECOND
        while time.monotonic() < deadline and self.due - self._seen(ground):
            await asyncio.sleep(0.5)

    def _seen(self, ground: Playground) -> Counter[tuple[int, str]]:
        """Every card there is, by place and fan."""
        return Counter(
            (place, name)
            for place in self.places()
            for message in ground.discord.messages(place)
            for name in _cards(message)
        )

    def _verdict(self, ground: Playground, took: float) -> Outcome:
        seen = self._seen(ground)
        lost = sum((self.due - seen).values())
        doubled = sum(count - 1 for card, count in seen.items() if card in self.due)
        strange = sum(count for card, count in seen.items() if card not in self.due)
        forged_in = sum(count for status, count in self.forged_answers.items() if status != 401)
        refused = sum(count for status, count in self.answers.items() if status != 204)
        limited = sum(call.status == 429 for call in ground.discord.calls)
        sent = sum(call.method == "POST" and call.path.endswith("/messages") for call in ground.discord.calls)
        detail = (
            f"ledger: {len(self.due)} cards due, {self.repeats} happenings told again, "
            f"{self.forged_answers.total()} forgeries in {took:.0f} s, {self.kills} kills, {sent} messages tried, "
            f"{limited} answers of 429; {sum(seen.values())} cards seen, {lost} lost, {doubled} doubled, "
            f"{strange} strange, {forged_in} forgeries taken, {refused} deliveries refused"
        )
        return Outcome(not (lost or doubled or strange or forged_in or refused), detail)


def _report(happening: Happening, draw: Random) -> Delivery:
    return happening.report(draw.choice(("flat", "creator")))


def _cards(message: Message) -> list[str]:
    """Whom its cards are about, one each: menus below them name the fans again."""
    found = [NAME.findall(str(embed)) for embed in message.embeds]
    return [name for names in found for name in dict.fromkeys(names)]
