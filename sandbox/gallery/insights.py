"""Every view of the insights, dark and light, desktop and phone."""

from pathlib import Path

from PIL import Image
from playwright.async_api import ViewportSize

from sandbox.browser import DiscordPage, posing
from sandbox.gallery.sheets import (
    ACCENTS,
    ADOPT,
    BARE,
    COLOURS,
    CREATOR,
    DRAWING_MS,
    GROUNDS,
    SCALE,
    WHOLE,
    Shot,
    connected,
    sheet,
    taken,
    trimmed,
)

SIZES: dict[str, ViewportSize] = {"desktop": {"width": 760, "height": 2600}, "phone": {"width": 360, "height": 2600}}
LIGHT = """:root.light { color-scheme: light; background: #ffffff; color: #313338;
  --discord-bg: #ffffff; --discord-surface: #f2f3f5; --discord-elevated: #e3e5e8; --discord-control: #ebedef;
  --discord-hover: #f2f3f5; --discord-text: #313338; --discord-muted: #5c5e66; --discord-subtle: #4e5058;
  --discord-border: #d4d7dc; --component-surface: #f2f3f5; --component-border: #d4d7dc; --embed-field-name: #060607; }
.light .embed-card, .light .select-trigger, .light [role=combobox],
.light .component-button:not(.button-style-1, .button-style-primary),
.light .code-block, .light pre, .light code { background: #f2f3f5 !important; color: #313338 !important; }
.light .message-content, .light .embed-description, .light .embed-field-value, .light .author { color: #313338; }"""
SETTLED = """async message => {
  const place = () => JSON.stringify([message.getBoundingClientRect(), innerWidth]);
  for (let before = '', still = 0; still < 5; ) {
    await new Promise(requestAnimationFrame);
    const now = place();
    still = now === before ? still + 1 : 0;
    before = now;
  }
}"""
"""Returns once a message has stood still: after a change of width it is laid out anew."""
COLUMNS = {"desktop": 420, "phone": 380}
SWATCH = 160


class Gallery:
    """One page, walked through once; each view is taken four times."""

    def __init__(self, discord: DiscordPage) -> None:
        self._discord = discord
        self.shots: dict[tuple[str, str], list[Shot]] = {(size, ground): [] for size in SIZES for ground in GROUNDS}

    async def walk(self) -> None:
        """Every view, in the order of the commands."""
        await self._earnings()
        for words, said, charts in (
            ("insights subscribers", "Subscribers now", 1),
            ("insights top-fans", "Top fans", 0),
            ("insights transactions", "Payments", 0),
            ("insights posts", "Posts that earned", 0),
            ("insights links", "Tracking links", 0),
        ):
            await self._discord.command(words)
            await self._discord.sees(said)
            await self._discord.page.wait_for_timeout(DRAWING_MS)
            await self._take(said, charts)
        await self._goal()
        await self._discord.pick("insights fan", "a")
        await self._discord.sees("Largest payment")
        await self._take("Largest payment")

    async def _goal(self) -> None:
        await self._discord.command("insights goal")
        await self._discord.press("so far this month", "Set a goal")
        await self._discord.fill(Dollars="5,000")
        await self._discord.sees("of the goal")
        await self._take("of the goal", 1)

    async def _earnings(self) -> None:
        await self._discord.command("insights earnings")
        await self._discord.sees("Right?")
        await self._take("used /insights", 1)
        await self._discord.press("used /insights", "Yes")
        await self._discord.sees("for everybody who reads them")
        await self._pick("used /insights", 0, "Last 28 days")
        await self._take("used /insights", 1)
        for menu, choice in ((2, "By source"), (2, "By day of the week"), (2, "By hour of the day"), (1, "Tips")):
            await self._pick("used /insights", menu, choice)
            await self._take("used /insights", 1)
        await self._pick("used /insights", 2, "Day by day")
        await self._pick("used /insights", 1, "All sources")
        await self._discord.press("used /insights", "Share in channel")
        await self._discord.press("What may they see", "Percentages only")
        await self._discord.sees("Shared by")
        await self._take("Shared by", 1)

    async def _pick(self, words: str, menu: int, choice: str) -> None:
        await self._discord.choose(words, menu, choice)
        await self._discord.page.wait_for_timeout(DRAWING_MS)

    async def _take(self, words: str, charts: int = 0) -> None:
        page = self._discord.page
        for size, viewport in SIZES.items():
            await page.set_viewport_size(viewport)
            for ground in GROUNDS:
                is_light = str(ground == "light").lower()
                await page.evaluate(f"document.documentElement.classList.toggle('light', {is_light})")
                await page.mouse.move(0, 0)
                await page.evaluate("document.activeElement.blur()")
                message = self._discord.message(words)
                await page.wait_for_function(WHOLE, arg=[await message.element_handle(), charts])
                await message.evaluate(SETTLED)
                shot = await taken(message)
                if shot.width > viewport["width"] * SCALE:
                    raise RuntimeError(f"{words}: the picture is wider than its window")
                self.shots[size, ground].append(trimmed(shot))
        await page.evaluate("document.documentElement.classList.remove('light')")
        await page.set_viewport_size(SIZES["desktop"])


def _palette(picture: Image.Image) -> Image.Image:
    """Its colours, with room for those that must stay."""
    sample = picture.copy()
    for place, colour in enumerate(ACCENTS):
        sample.paste(colour, (place * SWATCH, 0, (place + 1) * SWATCH, SWATCH))
    return sample.quantize(COLOURS)


async def main(folder: Path) -> None:
    """Connect with everything, walk, keep the sheets."""
    async with posing((760, 2600), scale=SCALE) as (context, origin, _):
        discord, pages = await connected(context, origin, "creator-team")
        await discord.page.evaluate(ADOPT, LIGHT + BARE)
        await discord.command("insights links")
        await discord.press("has not allowed", "Add permission")
        await discord.page.wait_for_timeout(DRAWING_MS)
        await pages.widen(await discord.newest_link(), CREATOR)
        await discord.page.bring_to_front()
        gallery = Gallery(discord)
        await gallery.walk()
    for (size, ground), shots in gallery.shots.items():
        made = sheet(shots, GROUNDS[ground], COLUMNS[size])
        made = made.quantize(palette=_palette(made), dither=Image.Dither.NONE)
        made.save(folder / f"insights-{size}-{ground}.png", optimize=True)
