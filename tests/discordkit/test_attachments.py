"""Large files from Discord: any part of them, in pieces; what Discord no longer has is said in plain words."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import discord
import pytest
from aiohttp import web  # noqa: TID251 - a server to read from

from bot.discordkit.attachments import LargeFile, incoming
from bot.discordkit.client import DiscordClient
from bot.domain.errors import BadInputError
from sandbox.discord import StandInDiscord
from sandbox.discord.launch import pointed_at

DATA = bytes(range(256)) * 1000


@asynccontextmanager
async def cdn(*, knows_ranges: bool = True, has: int = len(DATA), status: int = 200) -> AsyncIterator[str]:
    """A stand-in for where Discord keeps files."""

    async def answer(request: web.Request) -> web.Response:
        if status != 200:
            return web.Response(status=status)
        part = request.http_range if knows_ranges else slice(0, None)
        return web.Response(status=206 if knows_ranges else 200, body=DATA[:has][part])

    app = web.Application()
    app.add_routes([web.get("/film.mp4", answer)])
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/film.mp4"
    await runner.cleanup()


async def read(url: str, offset: int, length: int) -> bytes:
    file = LargeFile(url, "film.mp4", len(DATA))
    return b"".join([piece async for piece in file.read(offset, length)])


@pytest.mark.parametrize("knows_ranges", [True, False])
@pytest.mark.parametrize(("offset", "length"), [(0, 10), (70_000, 90_000), (len(DATA) - 5, 5), (0, len(DATA))])
async def test_any_part_is_read_whether_or_not_the_server_knows_ranges(
    *, knows_ranges: bool, offset: int, length: int
) -> None:
    async with cdn(knows_ranges=knows_ranges) as url:
        assert await read(url, offset, length) == DATA[offset : offset + length]


async def test_a_file_that_was_cut_gives_what_there_is_and_no_more() -> None:
    async with cdn(has=100) as url:
        assert await read(url, 0, 1000) == DATA[:100]


@pytest.mark.parametrize("status", [403, 404, 302, 500])
async def test_an_address_that_ran_out_is_said_in_plain_words(status: int) -> None:
    async with cdn(status=status) as url:
        with pytest.raises(BadInputError, match=r"film\.mp4.*again"):
            await read(url, 0, 10)


async def test_a_server_that_is_gone_is_said_in_plain_words() -> None:
    async with cdn() as url:
        pass
    with pytest.raises(BadInputError, match="Send it again"):
        await read(url, 0, 10)


@pytest.mark.parametrize(("status", "words"), [(404, "runs out"), (503, "stopped"), (None, "stopped")])
async def test_a_small_file_that_cannot_be_had_is_said_in_plain_words(status: int | None, words: str) -> None:
    async with cdn(status=status or 200) as url:
        address = url if status else url.replace("127.0.0.1", "127.0.0.2")
        async with StandInDiscord() as standin, DiscordClient() as client:
            with pointed_at(standin):
                await client.login("token")
            data: Any = {"id": "1", "filename": "film.mp4", "size": 3, "url": address, "proxy_url": address}
            source = incoming(discord.Attachment(data=data, state=client._connection)).source
            with pytest.raises(BadInputError, match=rf"{words}.*film|film.*{words}"):
                await anext(source.read(0, 3))
