"""A person at the sandbox's pages, in a headless Chromium: for the browser test and for pictures."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, BrowserContext, FilePayload, Locator, Page, async_playwright

from bot import logs
from sandbox.__main__ import PORTS, sandbox
from sandbox.fanvue.instants import Clock, system_clock
from sandbox.world import free_port

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESKTOP = (1280, 1400)
PHONE = (390, 844)
CALM_MS = 400
POST_SECONDS = 30
TRIES = 5
SEND_IF_REPLYING = """() => {
    const [context, send] = ["#reply-context", "#send-message"].map((id) => document.querySelector(id));
    const ready = !context.hidden && !send.disabled;
    if (ready) send.click();
    return ready;
}"""


def chromium() -> str | None:
    """Debian's Chromium, when it is there; ``CHROMIUM`` names another one."""
    return os.environ.get("CHROMIUM") or shutil.which("chromium")


@asynccontextmanager
async def launched(*arguments: str) -> AsyncIterator[Browser]:
    """A browser, with nothing open."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=[*ARGUMENTS, *arguments])
        try:
            yield browser
        finally:
            await browser.close()


@asynccontextmanager
async def visiting(
    browser: Browser, size: tuple[int, int] = DESKTOP, *, scale: float = 1
) -> AsyncIterator[BrowserContext]:
    """A person at it, with empty cookies."""
    viewport = {"width": size[0], "height": size[1]}
    async with await browser.new_context(viewport=viewport, device_scale_factor=scale) as context:
        context.set_default_timeout(30_000)
        yield context


@asynccontextmanager
async def browsing(size: tuple[int, int] = DESKTOP, *, scale: float = 1) -> AsyncIterator[BrowserContext]:
    """A person at a browser of their own."""
    async with launched() as browser, visiting(browser, size, scale=scale) as context:
        yield context


@asynccontextmanager
async def posing(
    size: tuple[int, int], *, scale: float, clock: Clock = system_clock
) -> AsyncIterator[tuple[BrowserContext, str, str]]:
    """A sandbox of its own to take pictures of: the browser, and where the start page and Fanvue are."""
    logs.configure("ERROR")
    with tempfile.TemporaryDirectory() as data:
        ports = {name: free_port() for name in PORTS}
        async with sandbox(Path(data), ports, clock) as origin, browsing(size, scale=scale) as context:
            yield context, origin, f"http://127.0.0.1:{ports['fanvue']}"


class DiscordPage:
    """SimCord's page as one person sees it."""

    def __init__(self, page: Page) -> None:
        self.page = page

    @classmethod
    async def open(cls, context: BrowserContext, origin: str, view: str) -> "DiscordPage":
        """Choose a view on the start page."""
        start = await context.new_page()
        await start.goto(origin)
        async with context.expect_page() as opened:
            await start.locator(f'form[action="/view/{view}"] button').click()
        page = await opened.value
        await page.locator("#channel-composer-input").wait_for()
        await start.close()
        return cls(page)

    @classmethod
    async def in_post(cls, context: BrowserContext, origin: str) -> "DiscordPage":
        """The creator in the desk's newest post, once there is one."""
        start = await context.new_page()
        async with asyncio.timeout(POST_SECONDS):
            while not await start.locator('form[action="/view/creator-post"]').count():
                await start.goto(origin)
        await start.close()
        return await cls.open(context, origin, "creator-post")

    async def command(self, words: str, *choices: str) -> None:
        """Type a command, pick choices for its first options in order, send it."""
        await self._begin(words)
        for choice in choices:
            await self.page.keyboard.type(choice)
            await self.page.wait_for_timeout(CALM_MS)
            await self.page.keyboard.press("Tab")
            await self.page.wait_for_timeout(CALM_MS)
        await self.page.locator("#send-message").click()
        await self.page.wait_for_timeout(CALM_MS)

    async def pick(self, words: str, *picks: str) -> None:
        """Type a command and pick what each of its first options offers for these words, send it."""
        await self._begin(words)
        offered = self.page.locator('.command-popup [role=option][aria-selected="true"]')
        for entry in picks:
            await self.page.keyboard.type(entry)
            await offered.filter(has_text=entry).first.wait_for()
            await self.page.keyboard.press("Enter")
            await self.page.wait_for_timeout(CALM_MS / 2)
        await self.page.locator("#send-message").click()
        await self.page.wait_for_timeout(CALM_MS)

    async def choose(self, words: str, menu: int, choice: str) -> None:
        """Pick that in the menu, by its number, of the message that says so."""
        await self.message(words).locator("[role=combobox]").nth(menu).click()
        await self.page.get_by_role("option", name=choice).locator("visible=true").first.click()

    async def _begin(self, words: str) -> None:
        """Type a command as far as its options."""
        await self.page.locator("#channel-composer-input").click()
        await self.page.keyboard.type(f"/{words}")
        await self.page.locator(".command-popup").wait_for()
        await self.page.wait_for_timeout(CALM_MS)
        await self.page.keyboard.press("Enter")
        await self.page.wait_for_timeout(CALM_MS)

    async def fill(self, **answers: str) -> None:
        """Write into the boxes of the open form, by the start of their labels, and send it."""
        form = self.page.locator("[role=dialog]")
        for label, words in answers.items():
            await form.get_by_label(label.replace("_", " ")).first.fill(words)
        await self._act(form.get_by_role("button", name="Submit"))

    async def upload(self, *files: FilePayload) -> None:
        """Put files into the open form, and send it."""
        await self.page.locator("input.upload-input").set_input_files(files)
        await self.page.get_by_role("button", name="Submit").click()

    def message(self, words: str) -> Locator:
        """The newest message that says this."""
        return self.page.locator("#channel-message-list > *").filter(has_text=words).last

    async def sees(self, words: str) -> Locator:
        """Wait until a message says this."""
        found = self.message(words)
        await found.wait_for()
        return found

    async def newest_link(self) -> str:
        """Where the newest private link leads."""
        link = self.page.get_by_role("link", name="Open the connect page").last
        return await link.get_attribute("href") or ""

    async def press(self, words: str, label: str) -> None:
        """Press a button of the newest message that says this."""
        await self._act(self.message(words).locator("button", has_text=label))

    async def _act(self, button: Locator) -> None:
        """Click until it is taken: SimCord takes nothing from a page that changed just before. TimeoutError."""
        for _ in range(TRIES):
            async with self.page.expect_response("**/api/action") as answer:
                await button.click()
            if not (await (await answer.value).json())["rejected"]:
                return
        raise TimeoutError(f"not taken in {TRIES} tries")

    async def make_desk(self, forum: str) -> None:
        """Have messages come to a forum, with the panel."""
        await self.command("alerts panel")
        await self.sees("Alerts of @")
        menus = self.message("used /alerts").locator("[role=combobox]")
        kinds = menus.filter(has_text="Pick what comes")
        while not await kinds.count():
            await self._choose(menus.filter(has_text="Add a channel").first, forum)
        await self._choose(kinds.first, "Messages")

    async def _choose(self, menu: Locator, choice: str) -> None:
        """Pick something from a menu, and look away from it."""
        await menu.click()
        await self.page.get_by_role("option").filter(has_text=choice).locator("visible=true").first.click()
        await self.page.locator("#channel-composer-input").click()
        await self.page.wait_for_timeout(3 * CALM_MS)

    async def reply(self, words: str, answer: str) -> None:
        """Discord's own Reply to the newest message that says this."""
        message, composer = self.message(words), self.page.locator("#channel-composer-input")
        while not await self.page.evaluate(SEND_IF_REPLYING):
            # What the bot draws meanwhile makes the page forget whom the reply was for.
            await message.hover()
            await message.locator('button[data-control-key$="action:reply"]').click()
            await composer.fill(answer)
            await self.page.wait_for_timeout(CALM_MS)


class ConnectPages:
    """The pages between Discord and Fanvue."""

    def __init__(self, page: Page) -> None:
        self.page = page

    async def walk(self, link: str, account: str, pictures: Path | None = None) -> None:
        """Link, continue, log in, allow, yes."""
        await self.page.goto(link)
        await self._keep(pictures, "go_on")
        await self.page.get_by_role("button", name="Continue to Fanvue").click()
        await self.page.locator(f'button[name="account"][value="{account}"]').click()
        await self.page.locator('button[name="decision"][value="allow"]').click()
        await self.page.get_by_role("button", name="Yes, connect").wait_for()
        await self._keep(pictures, "confirm")
        await self.page.get_by_role("button", name="Yes, connect").click()
        await self.page.get_by_role("heading", name="Connected as").wait_for()
        await self._keep(pictures, "connected")

    async def widen(self, link: str, account: str) -> None:
        """Link, continue, log in, allow: nobody is asked twice about the account they already have."""
        await self.page.goto(link)
        await self.page.get_by_role("button", name="Continue to Fanvue").click()
        choice = self.page.locator(f'button[name="account"][value="{account}"]')
        allow = self.page.locator('button[name="decision"][value="allow"]')
        await choice.or_(allow).first.wait_for()
        if await choice.count():
            await choice.click()
        await allow.click()
        await self.page.get_by_role("heading", name="Connected as").wait_for()

    async def _keep(self, folder: Path | None, name: str) -> None:
        if folder is not None:
            await self.page.screenshot(path=folder / f"{name}.png", full_page=True)
