"""A large file on its way to Fanvue, parts failing now and then: it arrives, and hardly any memory is needed for it."""

import asyncio
import os
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

from bot.domain.clock import SystemClock
from bot.fanvue import users
from bot.fanvue.client import FanvueClient
from bot.fanvue.uploading import FileSource, Upload, Uploader
from bot.fanvue.wire import Call
from sandbox.fanvue import SandboxFanvue
from sandbox.process import ROOT
from sandbox.soak.promises import Outcome, Size
from sandbox.soak.world import teams

T = TypeVar("T")

HANDLE = "lunavale"
MEGABYTE = 1024 * 1024
MOST_MEGABYTES = 20
MOST_MEGABYTES_OF_THE_BOT = 40
FILM_SECONDS = 90
LOOK_SECONDS = 0.01


async def a_large_file_passes_through(size: Size) -> Outcome:
    """A person's ``/post create`` with a video: the real bot as a process, the file in the stand-in Discord's CDN."""
    async with teams(1) as (ground, (team,)):
        fault = ground.fanvue.faults.add("upload", "reset", times=3, after=1)
        film = ("film.mp4", bytes(size.upload_megabytes * MEGABYTE))
        before = _megabytes(ground.bot.pid)
        async with _most(ground.bot.pid) as most:
            asked = await ground.discord.slash(team.owner, team.channel, "post create", text="Big", file=film)
            await ground.discord.wait_for(lambda: "1 video" in asked.text, FILM_SECONDS)
        told = [call for call in ground.discord.calls if "Uploading" in str(call.json)]
        desk = ground.fanvue.world.desk(ground.fanvue.world.account(team.handle))
        arrived = [one.status for one in desk.media if one.name.startswith("discord-")]
    more = max(most) - before
    detail = (
        f"{size.upload_megabytes} MB by /post create, {fault.hits} parts cut: {', '.join(arrived)}, its author told "
        f"{len(told)} times how far it is, {more:.1f} MB more memory"
    )
    return Outcome(arrived == ["ready"] and len(told) > 0 and more < MOST_MEGABYTES_OF_THE_BOT, detail)


@asynccontextmanager
async def _most(pid: int) -> AsyncIterator[list[float]]:
    """What a process held in memory meanwhile, look by look."""
    seen = [_megabytes(pid)]

    async def watch() -> None:
        while True:
            seen.append(_megabytes(pid))
            await asyncio.sleep(LOOK_SECONDS)

    watching = asyncio.create_task(watch())
    try:
        yield seen
    finally:
        watching.cancel()


async def a_large_file_arrives(size: Size) -> Outcome:
    """By a process of its own, so that its memory is its own too."""
    with tempfile.TemporaryDirectory(prefix="fanvue-upload-") as folder:
        path = Path(folder) / "film.mp4"
        with path.open("wb") as file:
            file.truncate(size.upload_megabytes * MEGABYTE)
        async with SandboxFanvue() as fanvue:
            token = fanvue.oauth.grant(HANDLE).access_token
            fault = fanvue.faults.add("upload", "reset", times=3, after=1)
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "sandbox.soak.uploads", fanvue.api_url, str(path), cwd=ROOT,
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
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


def _megabytes(pid: int | str = "self") -> float:
    """What a process holds in memory."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / MEGABYTE


async def _upload(api_url: str, place: str, token: str) -> tuple[str, float]:
    """The medium, and how much more memory was held at most."""
    async with FanvueClient(api_url, clock=SystemClock()) as client:

        async def send(call: Call[T]) -> T:
            return await client.send(call, token, bucket=HANDLE)

        uploader = Uploader(send, client.connections, allows_loopback=True)
        await send(users.current_user())
        before = _megabytes()
        async with _most(os.getpid()) as most:
            uuid = await uploader.upload(Upload(FileSource(Path(place)), "A film", "film.mp4", "video"))
            await uploader.finished(uuid)
    return uuid, max(most) - before


if __name__ == "__main__":
    uuid, more = asyncio.run(_upload(sys.argv[1], sys.argv[2], sys.stdin.readline()))
    sys.stdout.write(f"{uuid} {more}\n")
