"""Real processes on one database share one chain of tokens, and survive being killed."""

import asyncio
import random
import signal
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection as Pipe
from typing import Any

from bot.domain.accounts import Connection
from bot.domain.errors import ReconnectNeededError
from bot.fanvue import users
from bot.vault.recovery import Recovery
from tests.forked import FORKS, Forked
from tests.vault.keeping import HANDLE, Bench, Process, grant_of, until
from tests.vault.process_refreshing import main

SECONDS = 4
LIFE_SECONDS = 2


@dataclass
class Child:
    """A process that begins when it is told to."""

    process: Forked
    pipe: Pipe

    async def says(self) -> Any:
        await until(self.pipe.poll, 30)
        return self.pipe.recv()

    def begin(self) -> None:
        self.pipe.send("begin")

    async def kill(self) -> None:
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGKILL)
        await self.process.wait()


@asynccontextmanager
async def child(bench: Bench, connection: Connection, *, forces: bool) -> AsyncIterator[Child]:
    """One that is ready; gone at the end."""
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
    here, there = FORKS.Pipe()
    with here:
        with there:
            made = Child(Forked(main, values, there), here)
        try:
            assert await made.says() == "ready"
            yield made
        finally:
            await made.kill()


async def test_processes_with_short_lived_tokens_refresh_no_more_than_needed_and_fail_nothing(bench: Bench) -> None:
    bench.fanvue.access_token_seconds = LIFE_SECONDS
    bench.fanvue.rate_limit = 100_000
    async with bench.process() as here, AsyncExitStack() as stack:
        connection = await bench.connect(here)
        children = [await stack.enter_async_context(child(bench, connection, forces=False)) for _ in range(3)]
        for one in children:
            one.begin()
        ends: Counter[str] = Counter()
        for one in children:
            ends.update(await one.says())
    assert {*ends} == {"fine"}
    assert ends["fine"] > 30
    assert bench.fanvue.oauth.reuse_detected == 0
    assert bench.refreshes <= SECONDS / LIFE_SECONDS + 2


async def test_killed_in_a_refresh_it_works_again_or_asks_to_reconnect_with_one_chain(bench: Bench) -> None:
    async with bench.process() as here:
        connection = await bench.connect(here)
        for _ in range(6):
            async with child(bench, connection, forces=True) as one:
                before = bench.token_requests
                one.begin()
                while bench.token_requests == before:
                    await asyncio.sleep(0.001)
                await asyncio.sleep(random.uniform(0, 0.05))
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
            one.begin()
            async with asyncio.timeout(20):
                await hang.struck.wait()
        hang.released.set()
        await here.stores.take_over()
        await Recovery(here.tokens, here.stores.leases, bench.clock).finish()
        assert (bench.fanvue.oauth.graces, bench.fanvue.oauth.reuse_detected) == (1, 0)
        assert (await here.gate.call(grant_of(connection), users.current_user())).handle == HANDLE
        assert bench.refreshes == 2
