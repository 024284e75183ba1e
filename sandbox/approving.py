"""A chatter's post and the manager who approves it, at the sandbox's pages: for the browser test and for pictures."""

from playwright.async_api import BrowserContext, FilePayload

from sandbox.browser import ConnectPages, DiscordPage

ROOF = FilePayload(name="roof.jpg", mimeType="image/jpeg", buffer=b"\xff\xd8" + bytes(2 * 1024 * 1024))
QUESTION = "Approval needed"
CARD = "Nothing is sent until"


async def two_people(context: BrowserContext, origin: str) -> None:
    """Luna connects; cleo may write, max may approve, and what cleo writes waits for somebody like max."""
    luna = await DiscordPage.open(context, origin, "creator-team")
    await luna.command("connect")
    pages = ConnectPages(await context.new_page())
    await pages.walk(await luna.newest_link(), "lunavale")
    await pages.page.close()
    await luna.page.bring_to_front()
    await who_may(luna)
    await luna.page.close()


async def who_may(luna: DiscordPage) -> None:
    """Give the two their rights, and set the rule."""
    await luna.pick("team grant", "cleo", "Post")
    await luna.sees("1 person")
    await luna.pick("team grant", "max", "Approve")
    await luna.sees("2 people")
    await luna.pick("post approval", "of people")
    await luna.sees("wait for somebody who may")


async def draft(cleo: DiscordPage, words: str, *files: FilePayload) -> None:
    """Write in the box that /post create opens, then add files on the card."""
    await cleo.command("post create")
    await cleo.fill(Posted_as=words)
    await cleo.sees(CARD)
    await cleo.press(CARD, "Add files")
    await cleo.upload(*files)
