"""A Fanvue on loopback, an app that speaks to it, and an address that takes its webhooks."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession, web  # noqa: TID251  # webhooks need somebody who takes them
from fanvue_app import REDIRECT, App, MovingClock, Receiver

from sandbox.fanvue import SandboxFanvue
from sandbox.fanvue.world.records import Chat


@pytest.fixture
def clock() -> MovingClock:
    return MovingClock()


@pytest.fixture
async def fanvue(clock: MovingClock) -> AsyncIterator[SandboxFanvue]:
    async with SandboxFanvue(redirect_uris=(REDIRECT,), clock=clock) as running:
        running.retry_backoff_seconds = (0.001, 0.001)
        yield running


@pytest.fixture
async def app(fanvue: SandboxFanvue) -> AsyncIterator[App]:
    async with ClientSession() as session:
        yield App(fanvue, session)


@pytest.fixture
async def receiver(fanvue: SandboxFanvue) -> AsyncIterator[Receiver]:
    receiver = Receiver()
    site = web.Application()
    site.router.add_post("/{tail:.*}", receiver.take)
    runner = web.AppRunner(site, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hooks"
    fanvue.webhook_url = receiver.url
    yield receiver
    await runner.cleanup()


@pytest.fixture
def luna(app: App) -> App:
    return app.acts_for("lunavale")


@pytest.fixture
def chat(fanvue: SandboxFanvue) -> Chat:
    chats = fanvue.world.desk(fanvue.world.account("lunavale")).chats.values()
    return next(chat for chat in chats if chat.unread and chat.fan.is_contactable)
