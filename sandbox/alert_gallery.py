"""``python -m sandbox.alert_gallery FOLDER``: a card of each kind, and the panel on a wide screen."""

import asyncio
import io
import sys
from pathlib import Path
from typing import Any

import aiohttp
from PIL import Image

from sandbox.browser import DESKTOP, ConnectPages, DiscordPage, posing
from sandbox.gallery import ADOPT, BARE, COLOURS, GROUNDS, sheet

SIZE = (580, 3600)
CREATOR = "lunavale"
WIDTH = 420
CALM_MS = 900
POLLED_MS = 150_000
"""No webhook tells of comments and likes: they come with the next look."""
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
ORDER = (*REPORTED, *(("reverses", {}, title) for _, title in REVERSALS), *POLLED)


class AlertGallery:
    """Has everything happen once, in a channel that hears of everything."""

    def __init__(self, discord: DiscordPage, session: aiohttp.ClientSession, fanvue: str) -> None:
        self._discord = discord
        self._session = session
        self._fanvue = fanvue

    async def happen(self) -> None:
        """One of each; what the bot has to look for itself first."""
        for act, body, _ in POLLED:
            await self._play(act, body)
        for _, _, title in POLLED:
            await self._discord.message(title).wait_for(timeout=POLLED_MS)
        paid = ""
        for act, body, title in REPORTED:
            paid = await self._play(act, body)
            await self._discord.sees(title)
        for kind, title in REVERSALS:
            await self._play("reverses", {"order_id": paid, "kind": kind})
            await self._discord.sees(title)

    async def _play(self, act: str, body: dict[str, Any]) -> str:
        address = f"{self._fanvue}/_control/fan/{act}"
        async with self._session.post(address, json={"creator": CREATOR, **body}) as answer:
            answer.raise_for_status()
            return str((await answer.json())["result"])

    async def taken(self) -> list[Image.Image]:
        """Each card, in the order of the kinds."""
        await self._discord.page.reload()
        await self._discord.page.evaluate(ADOPT, BARE)
        shots = []
        for _, _, title in ORDER:
            card = await self._discord.sees(title)
            await self._discord.page.wait_for_timeout(CALM_MS)
            shots.append(Image.open(io.BytesIO(await card.screenshot())).convert("RGB"))
        return shots


async def everything_here(discord: DiscordPage) -> None:
    """Have the channel hear of everything, as its panel is asked to."""
    await discord.command("alerts channel")
    await discord.sees("Alerts of @")
    shown = discord.message("used /alerts")
    for menu, choice in ((0, "#fan-desk"), (1, "Everything here")):
        await shown.locator("[role=combobox]").nth(menu).click()
        await discord.page.get_by_role("option", name=choice).locator("visible=true").first.click()
        await discord.page.wait_for_timeout(CALM_MS)


async def main(folder: Path) -> None:
    """Connect, have it happen, keep the sheet and the panel."""
    async with posing(SIZE, scale=1.5) as (context, origin, fanvue), aiohttp.ClientSession() as session:
        discord = await DiscordPage.open(context, origin, "creator-team")
        await discord.command("connect")
        await ConnectPages(await context.new_page()).walk(await discord.newest_link(), CREATOR)
        await discord.page.bring_to_front()
        await everything_here(discord)
        gallery = AlertGallery(discord, session, fanvue)
        await gallery.happen()
        made = sheet(await gallery.taken(), GROUNDS["dark"], WIDTH).quantize(COLOURS, dither=Image.Dither.NONE)
        made.save(folder / "cards.png", optimize=True)
        await discord.page.set_viewport_size({"width": DESKTOP[0], "height": DESKTOP[1]})
        await discord.command("alerts panel")
        panel = await discord.sees("Your direct messages")
        await discord.page.wait_for_timeout(CALM_MS)
        await panel.screenshot(path=folder / "alerts-panel-desktop.png")


if __name__ == "__main__":
    target = Path(sys.argv[1] if len(sys.argv) > 1 else "docs/pictures")
    target.mkdir(parents=True, exist_ok=True)
    asyncio.run(main(target))
