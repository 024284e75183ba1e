"""A large file on its way to Fanvue, parts failing now and then: it arrives, and hardly any memory is needed for it."""

import asyncio
import os
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TypeVar

import aiohttp
from aiohttp import web

from bot.discordkit.attachments import LargeFile
from bot.domain.clock import SystemClock
from bot.fanvue import users
from bot.fanvue.client import FanvueClient
from bot.fanvue.uploading import FileSource, Upload, Uploader
from bot.fanvue.wire import Call
from sandbox.fanvue import SandboxFanvue
from sandbox.process import ROOT
from sandbox.soak.promises import Outcome, Size

T = TypeVar("T")

HANDLE = "lunavale"
MEGABYTE = 1024 * 1024
MOST_MEGABYTES = 20
LOOK_SECONDS = 0.01


async def a_large_file_arrives(size: Size) -> Outcome:
    """By a process of its own, so that its memory is its own too."""
    return await _arrives(size)


async def a_large_file_passes_through(size: Size) -> Outcome:
    """The same with a file that is read from an address, as Discord's are, while it is sent on."""
    return await _arrives(size, is_remote=True)


async def _arrives(size: Size, *, is_remote: bool = False) -> Outcome:
    with tempfile.TemporaryDirectory(prefix="fanvue-upload-") as folder:
        path = Path(folder) / "film.mp4"
        with path.open("wb") as file:
            file.truncate(size.upload_megabytes * MEGABYTE)
        async with SandboxFanvue() as fanvue, _served(Path(folder)) as address:
            token = fanvue.oauth.grant(HANDLE).access_token
            fault = fanvue.faults.add("upload", "reset", times=3, after=1)
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "sandbox.soak.uploads", fanvue.api_url,
                f"{address}/{path.name}" if is_remote else str(path),
                cwd=ROOT, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
            )  # fmt: skip
            said, _ = await process.communicate(token.encode())
            desk = fanvue.world.desk(fanvue.world.account(HANDLE))
    words = said.decode().split()
    medium = desk.find_media(words[0]) if len(words) == 2 else None
    if medium is None:
        return Outcome(is_kept=False, detail=f"{size.upload_megabytes} MB did not arrive")
    more = float(words[1])
    cut = f"{size.upload_megabytes} MB in parts, {fault.hits} of them cut"
    detail = f"{cut}: {medium.status}, {more:.1f} MB more memory"
    return Outcome(medium.status == "ready" and more < MOST_MEGABYTES, detail)


def _megabytes() -> float:
    """What this process holds in memory."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / MEGABYTE


@asynccontextmanager
async def _served(folder: Path) -> AsyncIterator[str]:
    """The files of a folder at an address, ranges included."""
    app = web.Application()
    app.add_routes([web.static("/", folder)])
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


async def _source(place: str) -> FileSource | LargeFile:
    if not place.startswith("http"):
        return FileSource(Path(place))
    async with aiohttp.ClientSession() as session, session.head(place) as answer:
        return LargeFile(place, "film.mp4", int(answer.headers["Content-Length"]))


async def _upload(api_url: str, place: str, token: str) -> tuple[str, float]:
    """The medium, and how much more memory was held at most."""
    async with FanvueClient(api_url, clock=SystemClock()) as client:

        async def send(call: Call[T]) -> T:
            return await client.send(call, token, bucket=HANDLE)

        uploader = Uploader(send, client.connections, allows_loopback=True)
        await send(users.current_user())
        source = await _source(place)
        before = most = _megabytes()

        async def watch() -> None:
            nonlocal most
            while True:
                most = max(most, _megabytes())
                await asyncio.sleep(LOOK_SECONDS)

        watching = asyncio.create_task(watch())
        uuid = await uploader.upload(Upload(source, "A film", "film.mp4", "video"))
        await uploader.finished(uuid)
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching
    return uuid, most - before


if __name__ == "__main__":
    uuid, more = asyncio.run(_upload(sys.argv[1], sys.argv[2], sys.stdin.readline()))
    sys.stdout.write(f"{uuid} {more}\n")
