"""What a newcomer does first works in a real browser: connect, be written to, answer."""

import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Error, expect

from sandbox.__main__ import PORTS, sandbox
from sandbox.approving import CARD, QUESTION, ROOF, draft, two_people
from sandbox.browser import PHONE, ConnectPages, DiscordPage, chromium, launched, visiting
from sandbox.world import free_port

NO_FONTS = "--disable-remote-fonts"
"""SimCord's page fetches 30 MB of them whenever it opens; ours have none."""

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.browser,
    pytest.mark.skipif(
        chromium() is None and not os.environ.get("REQUIRE_BROWSER"), reason="there is no Chromium on this machine"
    ),
]


@pytest.fixture
def ports() -> dict[str, int]:
    return {name: free_port() for name in PORTS}


@pytest_asyncio.fixture(loop_scope="module")
async def origin(tmp_path: Path, empty_database: Path, ports: dict[str, int]) -> AsyncIterator[str]:
    shutil.copy(empty_database, tmp_path / "fanvue.db")
    async with sandbox(tmp_path, ports) as address:
        yield address


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with launched(NO_FONTS) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
    async with visiting(browser) as opened:
        yield opened


async def test_a_creator_connects_and_answers_a_fan_from_the_card(
    origin: str, ports: dict[str, int], context: BrowserContext
) -> None:
    discord = await DiscordPage.open(context, origin, "creator-dm")
    await discord.command("connect")
    link = await discord.page.get_by_role("link", name="Open the connect page").get_attribute("href")
    assert link
    await ConnectPages(await context.new_page()).walk(link, "lunavale")
    await discord.page.bring_to_front()
    await discord.sees("Connected as @lunavale")

    fan = await context.new_page()
    await fan.goto(f"http://127.0.0.1:{ports['fanvue']}/fan")
    await fan.locator("textarea").first.fill("Are you live today?")
    await fan.get_by_role("button", name="Send").first.click()

    await discord.page.bring_to_front()
    await discord.sees("New message")
    await expect(discord.page.get_by_text("Are you live today?")).to_have_count(0)
    await discord.press("New message", "Show")
    await discord.sees("Are you live today?")
    await discord.reply("New message", "Yes, at eight!")
    await discord.sees("Answered")
    await fan.bring_to_front()
    await expect(fan.get_by_text("Yes, at eight!")).to_have_count(1)

    await (await DiscordPage.open(context, origin, "creator-team")).make_desk("fans")
    await fan.bring_to_front()
    await fan.locator("textarea").first.fill("And tomorrow?")
    await fan.get_by_role("button", name="Send").first.click()
    post = await DiscordPage.in_post(context, origin)
    await post.reply("New message", "Tomorrow too")
    await post.sees("Answered")
    await fan.bring_to_front()
    await expect(fan.get_by_text("Tomorrow too")).to_have_count(1)
    await fan.get_by_label("The creator's answer").fill("Bring friends!")
    await fan.get_by_role("button", name="Answer").click()
    await expect(fan.locator(".theirs", has_text="Bring friends!")).to_have_count(1)
    await post.page.bring_to_front()
    mirrored = await post.sees("Sent on Fanvue")
    await expect(mirrored).to_contain_text("Bring friends!")


async def test_what_one_person_writes_another_approves_and_nobody_their_own(
    origin: str, ports: dict[str, int], context: BrowserContext
) -> None:
    await two_people(context, origin)
    cleo = await DiscordPage.open(context, origin, "chatter")
    await draft(cleo, "Golden hour on teh roof", ROOF)
    card = await cleo.sees("roof.jpg")
    await expect(card.locator(".embed-card img")).to_have_count(1)
    await cleo.press(CARD, "Ask for approval")
    question = await cleo.sees(QUESTION)
    await expect(question).not_to_contain_text("Golden hour")
    await cleo.press(QUESTION, "Approve")
    await cleo.sees("somebody else has to look at it")

    max_ = await DiscordPage.open(context, origin, "manager")
    await max_.press(QUESTION, "Show")
    await max_.sees("Golden hour on teh roof")
    await max_.press("Golden hour on teh roof", "Ask for change")
    await max_.fill(Its_author_reads_this="Spell it right")
    await max_.sees("Change asked for")

    cleo = await DiscordPage.open(context, origin, "chatter")
    await cleo.sees("Change asked for: your post as @lunavale")
    await cleo.press("decided by", "Open my draft")
    await cleo.sees("Spell it right")
    await cleo.press("Spell it right", "Edit")
    await cleo.fill(Text="Golden hour on the roof")
    await cleo.sees("Golden hour on the roof")
    await cleo.press("Golden hour on the roof", "Ask for approval")
    await cleo.sees(QUESTION)

    max_ = await DiscordPage.open(context, origin, "manager")
    await max_.press(QUESTION, "Approve")
    await max_.sees("Approved ✓")
    await max_.sees("Posted ✓")
    fan = await context.new_page()
    await fan.goto(f"http://127.0.0.1:{ports['fanvue']}/fan")
    await expect(fan.locator(".post", has_text="Golden hour on the roof")).to_have_count(1)
    await expect(fan.locator(".post", has_text="Golden hour on the roof")).to_contain_text("1 file")
    await expect(fan.locator(".post", has_text="teh roof")).to_have_count(0)


async def test_the_pages_fit_a_phone(origin: str, ports: dict[str, int], browser: Browser) -> None:
    async with visiting(browser, PHONE) as phone:
        addresses = [origin, f"http://127.0.0.1:{ports['fanvue']}/fan", f"http://127.0.0.1:{ports['bot']}/connect/none"]
        for address in addresses:
            page = await phone.new_page()
            await page.goto(address)
            wide = await page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
            assert not wide, address


async def test_the_connect_page_runs_no_script_and_loads_nothing_foreign(origin: str, context: BrowserContext) -> None:
    discord = await DiscordPage.open(context, origin, "creator-dm")
    await discord.command("connect")
    link = await discord.page.get_by_role("link", name="Open the connect page").get_attribute("href")
    page = await context.new_page()
    seen: list[str] = []
    page.on("request", lambda request: seen.append(request.url))
    await page.goto(link or "")
    home = (link or "").split("/connect/")[0]
    assert all(address.startswith(home) for address in seen)
    with pytest.raises(Error):
        await page.add_script_tag(content="document.title = 'taken'")
