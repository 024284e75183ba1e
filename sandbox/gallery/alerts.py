"""A card of each kind, cards that share a message, the panel when wide."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp

from sandbox.browser import DESKTOP, DiscordPage, posing
from sandbox.fanvue.instants import system_clock
from sandbox.gallery.sheets import ADOPT, BARE, CREATOR, SCALE, Shot, connected, save, taken

SIZE = (580, 3600)
WIDTH = 420
CALM_MS = 900
LONG_AGO = timedelta(minutes=30)
POLLED_MS = 150_000
"""No webhook tells of comments and likes: they come with the next look, soon where no webhook came yet."""
POLLED: tuple[tuple[str, dict[str, Any], str], ...] = (
    ("comments", {"fan": "mina_t", "text": "Best one yet"}, "New comment"),
    ("likes", {"fan": "viktor_s"}, "New like"),
)
REPORTED: tuple[tuple[str, dict[str, Any], str], ...] = (
    ("writes", {"fan": "sarah-jones", "text": "Good morning!"}, "New message"),
    ("follows", {"fan": "noor"}, "New follower"),
    ("subscribes", {"fan": "noor"}, "New subscriber"),
    ("subscribes", {"fan": "marta.p", "action": "renew"}, "Subscription renewed"),
    ("subscribes", {"fan": "noor", "action": "cancel"}, "Subscription ending"),
    ("subscribes", {"fan": "noor", "action": "expire"}, "Subscription over"),
    ("tips", {"fan": "jonas_f", "amount": 1500}, "Tip received"),
    ("buys", {"fan": "elena.v"}, "Purchase"),
)
REVERSALS = (("refund", "Refund"), ("dispute", "Dispute"))
WAITED = ("elena.v", "marta.p", "viktor_s", "mina_t")
MISSED = (
    *(("writes", {"fan": fan, "text": "Are you there?"}) for fan in ("sarah-jones", "jonas_f", "elena.v") * 3),
    *(("tips", {"fan": fan, "amount": 700}) for fan in ("marta.p", "mina_t", "marta.p")),
)
ORDER = (*REPORTED, *(("reverses", {}, title) for _, title in REVERSALS), *POLLED)


@dataclass
class LaggingClock:
    """Fanvue's, which can be put back: what happens then happened long ago."""

    behind: timedelta = timedelta()

    def __call__(self) -> datetime:
        """Its instant."""
        return system_clock() - self.behind


class AlertGallery:
    """Has everything happen once, in a channel that hears of everything."""

    def __init__(self, discord: DiscordPage, session: aiohttp.ClientSession, fanvue: str, clock: LaggingClock) -> None:
        self._discord = discord
        self._session = session
        self._fanvue = fanvue
        self._clock = clock

    async def happen(self) -> None:
        """One of each; what the bot has to look for itself first."""
        for act, body, _ in POLLED:
            await self._play(act, body)
        for _, _, title in POLLED:
            await self._discord.message(title).wait_for(timeout=POLLED_MS)
        paid = ""
        for act, body, title in REPORTED:
            paid = (await self._play(act, body))["result"]
            await self._discord.sees(title)
        for kind, title in REVERSALS:
            await self._play("reverses", {"order_id": paid, "kind": kind})
            await self._discord.sees(title)

    async def wait_together(self) -> None:
        """What was missed for long, then what waited for a moment."""
        async with self._paused():
            await self._miss()
        await self._discord.sees("While I was away")
        async with self._paused():
            for fan in WAITED:
                await self._play("writes", {"fan": fan, "text": "Good evening!"})
        await self._discord.sees("Act on a card")

    @asynccontextmanager
    async def _paused(self) -> AsyncIterator[None]:
        """Alerts wait meanwhile, and go out together."""
        await self._discord.command("privacy show")
        await self._discord.press("What is stored about you", "Pause")
        await self._discord.sees("Paused")
        yield
        await self._discord.press("Paused", "Resume")

    async def _miss(self) -> None:
        """Half an hour ago, told only now."""
        await self._control("settings", {"deliver": False})
        self._clock.behind = LONG_AGO
        told = [delivery for act, body in MISSED for delivery in (await self._play(act, body))["deliveries"]]
        self._clock.behind = timedelta()
        await self._control("settings", {"deliver": True})
        for delivery in told:
            await self._control("redeliver", {"id": delivery})

    async def _play(self, act: str, body: dict[str, Any]) -> Any:
        return await self._control(f"fan/{act}", {"creator": CREATOR, **body})

    async def _control(self, what: str, body: dict[str, Any]) -> Any:
        async with self._session.post(f"{self._fanvue}/_control/{what}", json=body) as answer:
            answer.raise_for_status()
            return json.loads(await answer.text() or "null")

    async def newest(self, *told: str) -> list[Shot]:
        """The newest message that says so, for each of these."""
        await self._discord.page.reload()
        await self._discord.page.evaluate(ADOPT, BARE)
        shots = []
        for words in told:
            card = await self._discord.sees(words)
            await self._discord.page.wait_for_timeout(CALM_MS)
            shots.append(await taken(card))
        return shots


async def everything_here(discord: DiscordPage) -> None:
    """Have the channel hear of everything, as its panel is asked to."""
    await discord.command("alerts channel")
    await discord.sees("Alerts of @")
    for menu, choice in ((0, "#fan-desk"), (1, "Everything here")):
        await discord.choose("used /alerts", menu, choice)
        await discord.page.wait_for_timeout(CALM_MS)


@asynccontextmanager
async def watching() -> AsyncIterator[tuple[DiscordPage, AlertGallery]]:
    """A new world, whose channel hears of everything."""
    clock = LaggingClock()
    async with posing(SIZE, scale=SCALE, clock=clock) as (context, origin, fanvue), aiohttp.ClientSession() as session:
        discord, _ = await connected(context, origin, "creator-team")
        await everything_here(discord)
        yield discord, AlertGallery(discord, session, fanvue, clock)


async def main(folder: Path) -> None:
    """Have it happen, keep the sheet and the panel; then what comes together, in a world where nothing came before."""
    async with watching() as (discord, gallery):
        await gallery.happen()
        save(await gallery.newest(*(title for _, _, title in ORDER)), WIDTH, folder / "cards.png")
        await discord.page.set_viewport_size({"width": DESKTOP[0], "height": DESKTOP[1]})
        await discord.command("alerts panel")
        panel = await discord.sees("Your direct messages")
        await discord.page.wait_for_timeout(CALM_MS)
        await panel.screenshot(path=folder / "alerts-panel-desktop.png")
    async with watching() as (_, gallery):
        await gallery.wait_together()
        save(await gallery.newest("Act on a card", "While I was away"), WIDTH, folder / "cards-together.png")
