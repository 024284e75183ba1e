"""`python -m sandbox.fanvue` as a process of its own."""

import asyncio
import signal
import sys

from aiohttp import ClientSession


async def test_it_starts_says_where_it_is_and_stops_when_told() -> None:
    arguments = ("--port", "0", "--redirect", "http://127.0.0.1:9/back", "--webhook", "http://127.0.0.1:9/hook")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "sandbox.fanvue", *arguments, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    lines = [(await process.stdout.readline()).decode() for _ in range(5)]
    control = next(line.split()[-1] for line in lines if "control" in line)
    async with ClientSession() as session, session.get(control) as answer:
        state = await answer.json()
    assert (state["redirectUris"], state["webhookUrl"]) == (["http://127.0.0.1:9/back"], "http://127.0.0.1:9/hook")
    assert [creator["handle"] for creator in state["creators"]] == ["lunavale", "mikasol", "theodrake"]
    process.send_signal(signal.SIGTERM)
    assert await process.wait() == 0
