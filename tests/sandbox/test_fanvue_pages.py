"""The pages: safe to show anything on, and usable in a browser."""

import shutil
from collections.abc import AsyncIterator

import pytest
from fanvue_app import App, Receiver
from playwright.async_api import Page, async_playwright

from sandbox.fanvue import SandboxFanvue

PHONE = {"width": 375, "height": 800}


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("needs Debian's chromium")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        context = await browser.new_context(viewport=PHONE)
        yield await context.new_page()
        await browser.close()


@pytest.mark.parametrize("path", ["/fan", "/oauth2/auth", "/fan?creator=nobody", "/static/style.css", "/static/fan.js"])
async def test_a_page_takes_nothing_from_elsewhere(path: str, app: App) -> None:
    async with app.session.get(app.fanvue.auth_url + path) as answer:
        assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
        assert "//" not in (await answer.text()).replace("http://www.w3.org", "").partition("<body")[0]


@pytest.mark.parametrize("name", ["base.html", "__init__.py", "..%2F__init__.py", "nothing.css"])
async def test_only_styles_scripts_and_icons_are_served(name: str, app: App) -> None:
    async with app.session.get(f"{app.fanvue.auth_url}/static/{name}") as answer:
        assert answer.status == 404


async def test_names_are_shown_as_text_only(app: App, fanvue: SandboxFanvue) -> None:
    fanvue.world.add_fan("lunavale", "sneaky", "<script>alert(1)</script>")
    async with app.session.get(f"{fanvue.fan_url}?creator=lunavale&fan=sneaky") as answer:
        text = await answer.text()
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert" in text


async def test_every_person_and_file_has_a_picture(app: App, fanvue: SandboxFanvue) -> None:
    for user in (*fanvue.world.accounts, *fanvue.world.fan_users, *fanvue.world.chatters):
        async with app.session.get(f"{fanvue.auth_url}/avatars/{user.uuid}.svg") as answer:
            assert (answer.status, answer.content_type) == (200, "image/svg+xml")


@pytest.mark.browser
async def test_a_creator_logs_in_and_gives_consent_in_a_browser(page: Page, app: App, receiver: Receiver) -> None:
    app.fanvue.redirect_uris = (receiver.url,)
    url = app.authorize_url("openid offline_access offline read:self read:chat", redirect_uri=receiver.url)
    await page.goto(url)
    await page.click("#account-lunavale")
    await page.uncheck("#scope-read-chat")
    async with page.expect_request(lambda request: request.url.startswith(receiver.url)) as came_back:
        await page.click("#allow")
    back = (await came_back.value).url
    assert "code=" in back
    assert "read%3Achat" not in back


@pytest.mark.browser
async def test_a_fan_writes_on_a_phone_and_sees_the_answer_arrive(
    page: Page, app: App, fanvue: SandboxFanvue, receiver: Receiver
) -> None:
    desk = fanvue.world.desk(fanvue.world.account("lunavale"))
    fan = next(chat.fan.user for chat in desk.chats.values() if chat.fan.is_contactable)
    await page.goto(f"{fanvue.fan_url}?creator=lunavale&fan={fan.handle}")
    await page.fill("#text", "Is <i>this</i> real?")
    await page.click("#send")
    await page.get_by_text("Sent to the bot: 204").wait_for()
    assert await page.get_by_text("Is <i>this</i> real?").count() == 1
    await app.acts_for("lunavale").call("POST", f"/chats/{fan.uuid}/message", json={"text": "As real as it gets"})
    await page.locator(".theirs", has_text="As real as it gets").wait_for()
    await fanvue.settled()
    assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    topics = [headers["x-fanvue-topic"] for _, _, headers in receiver.received]
    assert topics == ["creator.message.received", "creator.message.sent"]
