"""``python -m sandbox``: the real bot in a browser, with no accounts."""

import argparse
import asyncio
import signal
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from bot import logs
from bot.app import App, Role, open_app
from bot.settings import load
from bot.web.serving import serving
from sandbox.fanvue import SandboxFanvue
from sandbox.fanvue.instants import Clock, system_clock
from sandbox.stage import staged
from sandbox.start_page import StartPage
from sandbox.world import free_port, settings_for

PORTS = {"start": 8700, "discord": 8701, "bot": 8702, "metrics": 8703, "fanvue": 8704}


async def already_connected(_client: Any, _token: str) -> None:
    """SimCord starts the client itself; this part only has to stay."""
    await asyncio.Event().wait()


@asynccontextmanager
async def running(app: App) -> AsyncIterator[asyncio.Task[None]]:
    """The app's parts beside the body, as one task; what ended it before its time is raised afterwards."""
    parts = asyncio.ensure_future(app.serve(Role.ALL, already_connected))
    try:
        yield parts
    finally:
        parts.cancel()
        with suppress(asyncio.CancelledError):
            await parts


@asynccontextmanager
async def sandbox(folder: Path, ports: dict[str, int], clock: Clock = system_clock) -> AsyncIterator[str]:
    """Everything started, with Fanvue on that clock; gives the address to open."""
    async with AsyncExitStack() as stack:
        bot = f"http://127.0.0.1:{ports['bot']}"
        fanvue = await stack.enter_async_context(SandboxFanvue.facing(bot, port=ports["fanvue"], clock=clock))
        values = settings_for(
            folder, web_port=ports["bot"], metrics_port=ports["metrics"], fanvue_origin=fanvue.auth_url
        )
        app = await stack.enter_async_context(open_app(load(**values)))
        stage = await stack.enter_async_context(staged(app.client, ports["discord"]))
        origin = f"http://127.0.0.1:{ports['start']}"
        page = StartPage(stage, fanvue.fan_url, origin).app()
        with stage.inside():
            await stack.enter_async_context(running(app))
            await stack.enter_async_context(serving(page, "127.0.0.1", ports["start"]))
            stack.callback(asyncio.ensure_future(stage.keep_fresh()).cancel)
        yield origin


async def main() -> None:
    """Run until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=PORTS["start"], help="the start page's port")
    wanted = {**PORTS, "start": parser.parse_args().port}
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    logs.configure("WARNING")
    with tempfile.TemporaryDirectory(prefix="fanvue-sandbox-") as folder:
        ports = {name: free_port(port) for name, port in wanted.items()}
        async with sandbox(Path(folder), ports) as origin:
            print(f"\n  The sandbox is ready. Open  {origin}  (Ctrl+C stops it)\n", flush=True)
            await stopping.wait()


if __name__ == "__main__":
    asyncio.run(main())
