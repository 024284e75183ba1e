"""Real processes on one database share one chain of tokens, and survive being killed."""

import asyncio
import json
import random
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from bot.domain.accounts import Connection
from bot.domain.errors import ReconnectNeededError
from bot.fanvue import users
from bot.vault.recovery import Recovery
from tests.vault.keeping import HANDLE, Bench, Process, grant_of

REPOSITORY = Path(__file__).parents[2]
SECONDS = 4
LIFE_SECONDS = 2


@asynccontextmanager
async def child(bench: Bench, connection: Connection, *, forces: bool) -> AsyncIterator[asyncio.subprocess.Process]:
    """A process that is loaded and waits for a line to begin; gone at the end."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.vault.process_refreshing",
        cwd=REPOSITORY,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    values = {
        "url": bench.url,
        "api_url": bench.fanvue.api_url,
        "auth_url": bench.fanvue.auth_url,
        "client_id": bench.fanvue.client_id,
        "client_secret": bench.fanvue.client_secret,
        "key": bench.key,
        "connection": connection.id,
        "seconds": SECONDS,
        "tasks": 6,
        "forces": forces,
    }
    assert process.stdin is not None
    process.stdin.write(json.dumps(values).encode() + b"\n")
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def line_of(process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None
    async with asyncio.timeout(30):
        return (await process.stdout.readline()).decode().strip()


def begin(process: asyncio.subprocess.Process) -> None:
    assert process.stdin is not None
    process.stdin.write(b"\n")


async def test_processes_with_short_lived_tokens_refresh_no_more_than_needed_and_fail_nothing(bench: Bench) -> None:
    bench.fanvue.access_token_seconds = LIFE_SECONDS
    bench.fanvue.rate_limit = 100_000
    async with bench.process() as here, AsyncExitStack() as stack:
        connection = await bench.connect(here)
        children = [await stack.enter_async_context(child(bench, connection, forces=False)) for _ in range(3)]
        assert [await line_of(one) for one in children] == ["ready"] * 3
        for one in children:
            begin(one)
        ends: Counter[str] = Counter()
        for one in children:
            ends.update(json.loads(await line_of(one)))
    assert {*ends} == {"fine"}
    assert ends["fine"] > 30
    assert bench.fanvue.oauth.reuse_detected == 0
    assert bench.refreshes <= SECONDS / LIFE_SECONDS + 2


async def test_killed_in_a_refresh_it_works_again_or_asks_to_reconnect_with_one_chain(bench: Bench) -> None:
    async with bench.process() as here, AsyncExitStack() as stack:
        connection = await bench.connect(here)
        children = [await stack.enter_async_context(child(bench, connection, forces=True)) for _ in range(6)]
        assert [await line_of(one) for one in children] == ["ready"] * 6
        for one in children:
            before = bench.token_requests
            begin(one)
            while bench.token_requests == before:
                await asyncio.sleep(0.001)
            await asyncio.sleep(random.uniform(0, 0.05))
            one.kill()
            await one.wait()
            await here.stores.take_over()
            await works_or_asks_to_reconnect(bench, here, connection)
    assert bench.fanvue.oauth.reuse_detected == 0, "the lost answer was asked for in time"
    assert sum(chain.is_alive for chain in bench.fanvue.oauth._chains) == 1


async def works_or_asks_to_reconnect(bench: Bench, here: Process, connection: Connection) -> None:
    async with bench.process() as restarted:
        try:
            user = await restarted.gate.call(grant_of(connection), users.current_user())
            await restarted.tokens.access_token(connection.id, rejected=(await here.pair(connection)).access)
        except ReconnectNeededError:
            await bench.connect(here)
        else:
            assert user.handle == HANDLE


async def test_killed_between_fanvues_answer_and_saving_it_the_next_process_recovers(bench: Bench) -> None:
    """The rotated pair died with the process; the spent token is taken once more within the grace."""
    bench.fanvue.faults.add("token", "rotated_answer_lost", times=1)
    hang = bench.fanvue.faults.add("token", "hang", times=1)
    async with bench.process() as here:
        connection = await bench.connect(here)
        async with child(bench, connection, forces=True) as one:
            assert await line_of(one) == "ready"
            begin(one)
            async with asyncio.timeout(20):
                await hang.struck.wait()
            one.kill()
            await one.wait()
        hang.released.set()
        await here.stores.take_over()
        await Recovery(here.tokens, here.stores.leases, bench.clock).finish()
        assert (bench.fanvue.oauth.graces, bench.fanvue.oauth.reuse_detected) == (1, 0)
        assert (await here.gate.call(grant_of(connection), users.current_user())).handle == HANDLE
        assert bench.refreshes == 2
