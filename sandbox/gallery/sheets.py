"""What the galleries share: a connected page, pictures of messages, and sheets of them."""

import io
from collections.abc import Sequence
from pathlib import Path

from PIL import Image
from playwright.async_api import BrowserContext, Locator

from sandbox.browser import ConnectPages, DiscordPage

CREATOR = "lunavale"
GROUNDS = {"dark": "#323339", "light": "#ffffff"}
CHART_WIDTH = 400
SCALE = 1.5
BARE = ".message-context-actions { display: none !important; }"
"""What shows under a mouse alone."""
ADOPT = "css => { const sheet = new CSSStyleSheet(); sheet.replaceSync(css); document.adoptedStyleSheets = [sheet]; }"
WHOLE = f"""([message, charts]) => {{
  const images = [...message.querySelectorAll('img')];
  return !message.innerText.includes('details on their way')
    && images.every(image => image.complete && image.naturalWidth)
    && images.filter(image => image.naturalWidth > {CHART_WIDTH}).length >= charts;
}}"""
"""Whether a message is all there: its details told, its pictures loaded, and as many charts as it should have."""
DRAWING_MS = 1500
GAP, ROWS_HIGH = 14, 4
EDGE, SHADE = 3, 24
"""Pixels of what lies below a message, and of a shadow left of it."""
COLOURS = 224
ACCENTS = ("#4fe0a6", "#ff7b86", "#6f8cff", "#f0b132")
"""Colours of charts and cards: they take little room, and would be merged into their neighbours."""
Shot = Image.Image


async def connected(context: BrowserContext, origin: str, view: str) -> tuple[DiscordPage, ConnectPages]:
    """The creator at that view, their account connected."""
    discord = await DiscordPage.open(context, origin, view)
    await discord.command("connect")
    pages = ConnectPages(await context.new_page())
    await pages.walk(await discord.newest_link(), CREATOR)
    await discord.page.bring_to_front()
    return discord, pages


async def taken(message: Locator) -> Shot:
    """Its picture."""
    return Image.open(io.BytesIO(await message.screenshot())).convert("RGB")


def trimmed(shot: Shot) -> Shot:
    """Without what lies around a message."""
    return shot.crop((SHADE, 0, shot.width, shot.height - EDGE))


def sheet(shots: Sequence[Shot], ground: str, width: int) -> Shot:
    """The pictures in columns of one width, each below the shortest column so far."""
    columns = -(-len(shots) // ROWS_HIGH) + 1
    heights, places = [GAP] * columns, []
    scaled = [shot.resize((width, round(shot.height * width / shot.width)), Image.Resampling.LANCZOS) for shot in shots]
    for shot in scaled:
        column = heights.index(min(heights))
        places.append((GAP + column * (width + GAP), heights[column]))
        heights[column] += shot.height + GAP
    whole = Image.new("RGB", (GAP + columns * (width + GAP), max(heights)), ground)
    for shot, place in zip(scaled, places, strict=True):
        whole.paste(shot, place)
    return whole


def save(shots: Sequence[Shot], width: int, path: Path, colours: int = COLOURS) -> None:
    """As one dark sheet."""
    sheet(shots, GROUNDS["dark"], width).quantize(colours, dither=Image.Dither.NONE).save(path, optimize=True)
