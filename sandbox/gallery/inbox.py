"""The inbox as its users see it: cards in every state, the box, a note."""

from pathlib import Path

from PIL import Image
from playwright.async_api import BrowserContext, Locator, Page

from sandbox.browser import DiscordPage, posing
from sandbox.gallery.sheets import CREATOR, GROUNDS, SCALE, Shot, connected, save, taken

SIZE = (640, 3600)
CARD_WIDTH, COLOURS = 460, 256
CALM_MS = 900
REFUSAL = {"operation": "sendMessage", "kind": "400", "times": 1}
WHOLE = """box => [box, ...box.querySelectorAll('*')]
  .filter(part => getComputedStyle(part).overflowY !== 'visible')
  .forEach(part => { part.style.overflow = 'visible'; part.style.maxHeight = 'none'; })"""
"""A form that does not scroll."""
SAID = {
    "waiting": ("mina_t", "Loved the last set, is there more of it?"),
    "claimed": ("sarah-jones", "Could you do a longer one, just for me?"),
    "snoozed": ("viktor_s", "I am back on Friday, talk then?"),
    "answered": ("marta.p", "Are you live again on Thursday?"),
    "failed": ("jonas_f", "Is there something off for half a year?"),
    "closed": ("elena.v", "Goodbye then, it was fun"),
}
"""Who writes what, one fan a state, so that no card grows by another's words."""


class InboxGallery:
    """Walks through a day at a desk, once."""

    def __init__(self, discord: DiscordPage, fan: Page, fanvue: str) -> None:
        self._discord = discord
        self._fan = fan
        self._fanvue = fanvue
        self.shots: list[Shot] = []

    async def walk(self, folder: Path) -> None:
        """Everything happens first, and is taken when its times have settled; the box on its own."""
        await self._written("waiting")
        await self._boxed(folder)
        await self._claimed("claimed")
        await self._claimed("snoozed")
        conversation = self._discord.message("You are on it")
        await conversation.locator("[role=combobox]").filter(has_text="Snooze").first.click()
        await self._discord.page.get_by_role("option", name="4 hours").locator("visible=true").first.click()
        await self._discord.page.wait_for_timeout(CALM_MS)
        await self._answered("answered", "Yes, at eight!")
        await self._fan.request.post(f"{self._fanvue}/_control/faults", data=REFUSAL)
        await self._answered("failed", "There is: a fifth off")
        await self._answered("closed", "Already?")
        await self._discord.page.reload()
        for state in ("waiting", "claimed", "snoozed"):
            await self._keep(self._card(state))
        await self._keep(self._card("answered"), self._reply("Yes, at eight!"))
        await self._keep(self._card("closed"))
        await self._keep(self._reply("There is: a fifth off"), self._discord.message("Try again"))

    async def _written(self, state: str) -> None:
        """The next fan writes that."""
        handle, words = SAID[state]
        await self._fan.bring_to_front()
        await self._fan.goto(f"{self._fanvue}/fan?fan={handle}&creator={CREATOR}")
        await self._fan.locator("textarea").first.fill(words)
        await self._fan.get_by_role("button", name="Send").first.click()
        await self._discord.page.bring_to_front()
        await self._card(state).wait_for()

    async def _claimed(self, state: str) -> None:
        await self._written(state)
        await self._card(state).locator("button", has_text="Claim").click()
        await self._discord.sees("You are on it")
        await self._discord.page.wait_for_timeout(CALM_MS)

    async def _answered(self, state: str, words: str) -> None:
        await self._written(state)
        await self._discord.reply(SAID[state][1], words)
        await self._discord.page.wait_for_timeout(3 * CALM_MS)
        await self._discord.page.wait_for_timeout(3 * CALM_MS)

    async def _boxed(self, folder: Path) -> None:
        """The box under a card's Reply."""
        await self._discord.page.wait_for_timeout(2 * CALM_MS)
        await self._card("waiting").locator("button", has_text="Reply").click()
        box = self._discord.page.get_by_role("dialog")
        await box.wait_for()
        await box.locator("textarea").first.fill("There is! Tonight at eight, and a surprise after that.")
        await box.evaluate(WHOLE)
        await box.screenshot(path=folder / "answer-box.png")
        await self._discord.page.keyboard.press("Escape")

    def _reply(self, words: str) -> Locator:
        messages = self._discord.page.locator("#channel-message-list > *")
        return messages.filter(has_text=words).filter(has_not_text="Try again").last

    def _card(self, state: str) -> Locator:
        messages = self._discord.page.locator("#channel-message-list > *")
        return messages.filter(has_text=SAID[state][1]).filter(has_text="New message").last

    async def _keep(self, *messages: Locator) -> None:
        """A picture of these, one below the other."""
        await self._discord.page.wait_for_timeout(CALM_MS)
        parts = [await taken(one) for one in messages]
        whole = Image.new("RGB", (max(one.width for one in parts), sum(one.height for one in parts)), GROUNDS["dark"])
        top = 0
        for one in parts:
            whole.paste(one, (0, top))
            top += one.height
        self.shots.append(whole)


async def inbox_gallery(context: BrowserContext, origin: str, fanvue: str, folder: Path) -> None:
    """The pictures, for a creator who is connected."""
    discord = await DiscordPage.open(context, origin, "creator-adult")
    await discord.command("alerts channel")
    await discord.sees("Alerts of @")
    fan = await context.new_page()
    await fan.goto(f"{fanvue}/fan")
    gallery = InboxGallery(discord, fan, fanvue)
    await gallery.walk(folder)
    save(gallery.shots, CARD_WIDTH, folder / "card-states.png", COLOURS)


async def main(folder: Path) -> None:
    """Connect, then all of them."""
    async with posing(SIZE, scale=SCALE) as (context, origin, fanvue):
        discord, _ = await connected(context, origin, "creator-dm")
        await discord.sees("Connected as")
        await inbox_gallery(context, origin, fanvue, folder)
