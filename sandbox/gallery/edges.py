"""The insights of empty, new, huge and strange accounts."""

from pathlib import Path

import aiohttp
from PIL import Image, ImageDraw, ImageFont

from sandbox.browser import DiscordPage, posing
from sandbox.fanvue.world.edges import EDGES
from sandbox.gallery.sheets import (
    ACCENTS,
    ADOPT,
    BARE,
    CREATOR,
    DRAWING_MS,
    GROUNDS,
    SCALE,
    WHOLE,
    Shot,
    connected,
    save,
    taken,
    trimmed,
)

SIZE = (520, 2600)
WIDTH = 380
CAPTION = 26
VIEWS = ("insights earnings", "insights subscribers", "insights top-fans", "insights transactions")
"""Of each account the earnings, and of some what else is odd about them."""
BESIDE = {
    "empty": VIEWS[1:],
    "a day old": VIEWS[1:],
    "one enormous payment": VIEWS[3:],
    "days below zero": VIEWS[3:],
    "unknown sources": VIEWS[3:],
}


async def main(folder: Path) -> None:
    """Connect, put the account at one edge after the other, keep the sheet."""
    shots: list[Shot] = []
    async with posing(SIZE, scale=SCALE) as (context, origin, fanvue), aiohttp.ClientSession() as session:
        discord, _ = await connected(context, origin, "creator-team")
        await discord.page.evaluate(ADOPT, BARE)
        await discord.command("insights earnings")
        await discord.sees("Right?")
        await discord.press("used /insights", "Yes")
        await discord.sees("for everybody who reads them")
        for edge in EDGES:
            body = {"creator": CREATOR, "edge": edge}
            async with session.post(f"{fanvue}/_control/edges", json=body) as answer:
                answer.raise_for_status()
            shots += [_named(edge, await _taken(discord, words)) for words in (VIEWS[0], *BESIDE.get(edge, ()))]
    save(shots, WIDTH, folder / "insights-edges.png")


async def _taken(discord: DiscordPage, words: str) -> Shot:
    await discord.command(words)
    await discord.page.wait_for_timeout(DRAWING_MS)
    message = discord.message("used /insights")
    await discord.page.wait_for_function(WHOLE, arg=[await message.element_handle(), 0])
    await discord.page.mouse.move(0, 0)
    await discord.page.evaluate("document.activeElement.blur()")
    return trimmed(await taken(message))


def _named(edge: str, shot: Shot) -> Shot:
    """The picture under the name of the account's edge."""
    named = Image.new("RGB", (shot.width, shot.height + CAPTION), GROUNDS["dark"])
    ImageDraw.Draw(named).text((CAPTION, 0), edge.upper(), fill=ACCENTS[0], font=ImageFont.load_default(CAPTION * 0.7))
    named.paste(shot, (0, CAPTION))
    return named
