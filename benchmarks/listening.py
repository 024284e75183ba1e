"""A bare aiohttp server, as every baseline runs one."""

import asyncio
import sys

from aiohttp import web  # noqa: TID251 - the baselines are bare handlers


async def listen(app: web.Application) -> None:
    """Listen on a port of the loopback, tell which, and go on until killed."""
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    sys.stdout.write(f"{runner.addresses[0][1]}\n")
    sys.stdout.flush()
    await asyncio.Event().wait()
