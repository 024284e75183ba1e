"""README's pictures."""

from pathlib import Path

import aiohttp
from playwright.async_api import BrowserContext, FilePayload, Locator, Page, ViewportSize

from sandbox.approving import CARD, QUESTION, ROOF, draft, two_people
from sandbox.browser import PHONE, ConnectPages, DiscordPage, browsing, posing
from sandbox.gallery.sheets import ADOPT, CREATOR

DRAWING_MS = 3000
NARROW = (900, 1400)
PHONE_COLUMN: ViewportSize = {"width": 430, "height": 1400}
ANSWER_MS = 900
HEADER_MS = 6000
"""A desk's header follows within seconds."""
POST_TEXT = "Golden hour on the roof, and ten minutes of what came after."
FILM = FilePayload(name="evening.mp4", mimeType="video/mp4", buffer=bytes(7 * 1024 * 1024))
FIRST_ARRIVED = "22%"
WITHOUT_FORM = ".modal-root { display: none !important; }"
"""SimCord's form stands there until it was answered; Discord's goes at once."""
FIRST_OF_THREE = 1
"""Who spends in the picture of the scoreboard, among the fans of the fan page."""
FAN_TEXT = "Good morning! Loved the last set, is there more?"


async def main(folder: Path) -> None:
    """Connect, look, be written to; one picture each."""
    async with posing(NARROW, scale=2) as (context, origin, fanvue):
        discord = await DiscordPage.open(context, origin, "creator-dm")
        await discord.command("connect")
        link = await discord.page.get_by_role("link", name="Open the connect page").get_attribute("href")
        await ConnectPages(await context.new_page()).walk(link or "", CREATOR, folder)
        await discord.page.bring_to_front()
        await discord.sees("Connected as")
        await discord.command("insights earnings")
        await discord.sees("Right?")
        await discord.press("used /insights", "Yes")
        answer = await discord.sees("Where it came from")
        await answer.locator("button.select, [role=combobox], .select-trigger").first.click()
        await discord.page.get_by_role("option", name="Last 28 days").click()
        await discord.sees("Last 28 days")
        await discord.page.wait_for_timeout(DRAWING_MS)
        await answer.screenshot(path=folder / "earnings.png")
        fan = await context.new_page()
        await fan.goto(f"{fanvue}/fan")
        await fan.locator("textarea").first.fill(FAN_TEXT)
        await fan.get_by_role("button", name="Send").first.click()
        await discord.page.bring_to_front()
        card = await discord.sees("New message")
        await card.screenshot(path=folder / "card.png")
        await _inbox(discord, card, folder)
        for command, words in (("privacy show", "Your privacy"), ("status", "Fanvue's limit")):
            await discord.command(command)
            panel = await discord.sees(words)
            await panel.screenshot(path=folder / f"{command.split()[0]}.png")
        for rhythm, words in (("morning", "Morning brief"), ("weekly", "The week")):
            await discord.command(f"report {rhythm}")
            report = await discord.sees(words)
            await discord.page.wait_for_timeout(DRAWING_MS)
            await report.screenshot(path=folder / f"report-{rhythm}.png")
        await _desk(context, origin, fan, folder)
        await _team(context, origin, folder)
        await _scoreboard(context, origin, fan, folder)
        await _alerts(context, origin, folder)
        await _phone(link, folder)
    async with posing(NARROW, scale=2) as (context, origin, fanvue):
        await two_people(context, origin)
        await _posting(context, origin, fanvue, folder)


async def _inbox(discord: DiscordPage, card: Locator, folder: Path) -> None:
    """Being on a fan, and everybody who waits."""
    await card.locator("button", has_text="Claim").click()
    conversation = await discord.sees("You are on it")
    await conversation.screenshot(path=folder / "conversation.png")
    await discord.command("inbox unread")
    waiting = await discord.sees("Waiting for @lunavale")
    await waiting.screenshot(path=folder / "unread.png")


async def _desk(context: BrowserContext, origin: str, fan: Page, folder: Path) -> None:
    """A fan's post: its header, both sides, an answer given on Fanvue."""
    await (await DiscordPage.open(context, origin, "creator-team")).make_desk("fans")
    await fan.bring_to_front()
    await fan.locator("textarea").first.fill(FAN_TEXT)
    await fan.get_by_role("button", name="Send").first.click()
    post = await DiscordPage.in_post(context, origin)
    await post.reply("New message", "There is! Tonight at eight.")
    await post.sees("Answered")
    await fan.bring_to_front()
    await fan.get_by_label("The creator's answer").fill("And a surprise after that.")
    await fan.get_by_role("button", name="Answer").click()
    await post.page.bring_to_front()
    await post.sees("And a surprise after that.")
    await post.sees("Subscri")
    await post.page.wait_for_timeout(HEADER_MS)
    await post.page.locator("#channel-message-list").screenshot(path=folder / "desk.png")


async def _alerts(context: BrowserContext, origin: str, folder: Path) -> None:
    """The alerts panel as a phone shows it: a channel's rules, then all places."""
    discord = await DiscordPage.open(context, origin, "creator-team")
    await discord.page.set_viewport_size(PHONE_COLUMN)
    await discord.command("alerts channel")
    await discord.sees("Alerts of @lunavale")
    shown = discord.message("used /alerts")
    for menu, choice in ((0, "#fan-desk"), (1, "Everything here"), (1, "From $10.00")):
        await discord.choose("used /alerts", menu, choice)
        await discord.page.wait_for_timeout(ANSWER_MS)
    await shown.locator("button", has_text="Quiet hours").click()
    await discord.page.get_by_role("button", name="Submit").click()
    await discord.page.wait_for_timeout(ANSWER_MS)
    await shown.screenshot(path=folder / "alerts-fine-print.png")
    for label in ("Back", "All places"):
        await shown.locator("button", has_text=label).click()
        await discord.page.wait_for_timeout(ANSWER_MS)
    await shown.screenshot(path=folder / "alerts-panel.png")


async def _team(context: BrowserContext, origin: str, folder: Path) -> None:
    """Who may act for the creator."""
    discord = await DiscordPage.open(context, origin, "creator-team")
    await discord.pick("team grant", "max", "Everything")
    await discord.sees("1 person")
    await discord.pick("team grant", "max", "Manage")
    await discord.sees("manage the team")
    await discord.pick("team grant", "cleo", "Read and")
    panel = await discord.sees("2 people")
    await panel.screenshot(path=folder / "team.png")


async def _scoreboard(context: BrowserContext, origin: str, fan: Page, folder: Path) -> None:
    """Who answered, and what followed: two fans tip after an answer each, a third after none."""
    desk = await DiscordPage.open(context, origin, "creator-team")
    await desk.command("alerts channel")
    await desk.sees("Alerts of @lunavale")
    for number, (view, dollars) in enumerate((("creator-team", 15), ("chatter", 40), (None, 5))):
        await fan.bring_to_front()
        await fan.locator("#fan").select_option(index=FIRST_OF_THREE + number)
        await fan.locator("textarea").first.fill(FAN_TEXT)
        await fan.get_by_role("button", name="Send").first.click()
        discord = await DiscordPage.open(context, origin, view or "creator-team")
        await discord.sees("Mark read")
        if view:
            await discord.press("Mark read", "Reply")
            await discord.fill(Sent_as="There is! Tonight at eight.")
            await discord.sees("Sent")
        await fan.bring_to_front()
        await fan.locator("#tip-amount").fill(str(dollars))
        await fan.locator("#tip").click()
        await discord.page.bring_to_front()
        await discord.page.wait_for_timeout(ANSWER_MS)
    luna = await DiscordPage.open(context, origin, "creator-team")
    await luna.command("team scoreboard")
    board = await luna.sees("followed")
    await board.screenshot(path=folder / "scoreboard.png")


async def _posting(context: BrowserContext, origin: str, fanvue: str, folder: Path) -> None:
    """A post on its way: files arriving, its draft, the question, what became of it, the calendar."""
    cleo = await DiscordPage.open(context, origin, "chatter")
    async with aiohttp.ClientSession() as session:
        await session.post(f"{fanvue}/_control/faults", json={"operation": "upload", "kind": "hang", "after": 1})
        await draft(cleo, POST_TEXT, ROOF, FILM)
        await cleo.message(FIRST_ARRIVED).wait_for(state="attached")
        await cleo.page.evaluate(ADOPT, WITHOUT_FORM)
        card = await cleo.sees(FIRST_ARRIVED)
        await cleo.page.wait_for_timeout(DRAWING_MS)
        await card.screenshot(path=folder / "upload-progress.png")
        await cleo.page.evaluate(ADOPT, "")
        await session.delete(f"{fanvue}/_control/faults", json={})
    await cleo.sees("evening.mp4")
    await cleo.press(CARD, "Edit")
    await cleo.fill(Price="12", When="tomorrow 18:00", Ends="in 5 days")
    card = await cleo.sees("$12.00 to unlock")
    await cleo.page.wait_for_timeout(DRAWING_MS)
    await card.screenshot(path=folder / "draft.png")
    await cleo.press(CARD, "Ask for approval")
    await (await cleo.sees(QUESTION)).screenshot(path=folder / "approval.png")
    max_ = await DiscordPage.open(context, origin, "manager")
    await max_.press(QUESTION, "Approve")
    await (await max_.sees("Fanvue publishes")).screenshot(path=folder / "posted.png")
    luna = await DiscordPage.open(context, origin, "creator-team")
    await luna.command("post list")
    calendar = await luna.sees("Scheduled posts")
    await luna.page.wait_for_timeout(DRAWING_MS)
    await calendar.screenshot(path=folder / "calendar.png")
    await luna.command("mass list")
    result = await luna.sees("Mass messages")
    await result.screenshot(path=folder / "mass-results.png")


async def _phone(link: str | None, folder: Path) -> None:
    """What a used link looks like on a phone."""
    async with browsing(PHONE, scale=2) as context:
        page = await context.new_page()
        await page.goto(link or "")
        await page.screenshot(path=folder / "phone_used_link.png", full_page=True)
