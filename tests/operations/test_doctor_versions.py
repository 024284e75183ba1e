"""The doctor tells in time that Fanvue is going to retire what we speak, and when it has."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict

import pytest
from aiohttp import web  # noqa: TID251 - a Fanvue of a few lines
from aiohttp.test_utils import TestServer

from bot.discordkit.client.doctor import BotState, TokenState
from bot.doctor import examine
from bot.domain.accounts import DiscordUserId
from bot.settings import load
from tests.rig import Rig

ME = {"uuid": "u-1", "handle": "luna", "displayName": "Luna", "isCreator": True}
ANNOUNCED = {
    "Deprecation": "@1767225600",
    "Sunset": "Wed, 31 Dec 2026 23:59:59 GMT",
    "X-Fanvue-API-Next-Version": "2026-11-01",
}


@asynccontextmanager
async def a_fanvue(answer: Callable[[], web.Response]) -> AsyncIterator[str]:
    """An API that says the same to everybody."""

    async def handle(_request: web.Request) -> web.Response:
        return answer()

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handle)
    async with TestServer(app) as server:
        yield str(server.make_url("")).rstrip("/")


def refuses() -> Callable[[str], Awaitable[BotState]]:
    async def ask(_token: str) -> BotState:
        return BotState(TokenState.REFUSED)

    return ask


@pytest.mark.parametrize(
    ("answer", "is_fine", "words"),
    [
        (lambda: web.json_response(ME), True, "current"),
        (lambda: web.json_response(ME, headers=ANNOUNCED), False, "retired on Wed, 31 Dec 2026 23:59:59 GMT"),
        (lambda: web.json_response(ME, headers=ANNOUNCED), False, "should speak 2026-11-01"),
        (lambda: web.json_response({"nextVersion": "2026-11-01"}, status=410), False, "Fanvue names 2026-11-01"),
        (lambda: web.json_response({}, status=500), True, "was not told"),
    ],
    ids=["current", "day", "version", "gone", "broken"],
)
async def test_the_version_we_speak_is_asked_about(
    connected: Rig, answer: Callable[[], web.Response], is_fine: bool, words: str
) -> None:
    async with a_fanvue(answer) as address:
        settings = load(**(asdict(connected.app.settings) | {"fanvue_api_url": address}))
        found = {finding.subject: finding for finding in await examine(settings, refuses())}
    assert found["fanvue version"].is_fine is is_fine
    assert words in found["fanvue version"].advice
    used = await connected.app.stores.uses.of_owner(DiscordUserId(connected.luna.id), 0, 5)
    assert ("getCurrentUser", None) in {(one.use.operation, one.use.actor) for one in used}, "its creator can read it"
