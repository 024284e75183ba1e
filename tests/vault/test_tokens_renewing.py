"""Access tokens are renewed in time, by one at a time, and never used before they are saved."""

import asyncio
from contextlib import AsyncExitStack
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.accounts import Connection
from bot.domain.errors import BusyError, FanvueDownError, NotConnectedError, StorageBusyError
from bot.domain.scopes import Scope
from bot.fanvue import users
from bot.storage import Stores
from bot.storage.connections import ConnectionStore
from bot.storage.database import Database
from bot.storage.leases import LeaseStore
from bot.vault.pacing import is_due
from bot.vault.pairs import Tokens, seal_pair
from bot.vault.recovery import Recovery
from bot.vault.turns import LEASE_SECONDS
from tests.vault.keeping import CREATOR, HANDLE, HOUR, Bench, Process, grant_of, until


async def test_a_fresh_token_is_given_without_asking_fanvue(bench: Bench) -> None:
    async with bench.process() as process:
        connection = await bench.connect(process)
        tokens = {await process.tokens.access_token(connection.id) for _ in range(5)}
        assert tokens == {(await process.pair(connection)).access}
        assert bench.token_requests == 0


async def test_a_token_near_its_end_is_renewed_and_saved_before_it_is_given(bench: Bench) -> None:
    async with bench.process() as process:
        connection = await bench.connect(process)
        before = await process.pair(connection)
        bench.clock.step(HOUR - 60)
        token = await process.tokens.access_token(connection.id)
        after = await process.pair(connection)
        assert after.access == token != before.access
        assert after.grant == before.grant
        assert bench.refreshes == 1
        assert (await process.stored(connection)).scopes == frozenset(Scope), "an answer without scopes keeps the old"


@given(life=st.integers(1, 90_000), name=st.text("abcdef0123456789", min_size=8, max_size=8))
@settings(deadline=None, database=None)
def test_every_account_is_due_at_a_moment_of_its_own_a_little_early(life: int, name: str) -> None:
    connection = due_connection(life, name)
    start, end = connection.refreshed_at, connection.refreshed_at + timedelta(seconds=min(life, 86_400))
    assert not is_due(connection, start)
    assert is_due(connection, end)
    assert not is_due(connection, end - timedelta(seconds=min(300, max(0, (life - 60) / 10)) + 0.5))
    if life <= 60:
        assert not is_due(connection, end - timedelta(seconds=0.001)), "a short life is used to its end"


def test_accounts_connected_at_once_are_not_due_at_once() -> None:
    some = [due_connection(HOUR, f"{number:08}") for number in range(50)]
    moment = some[0].refreshed_at + timedelta(seconds=HOUR - 225)
    assert 10 < sum(is_due(connection, moment) for connection in some) < 40


def due_connection(life: int, name: str) -> Connection:
    from tests.storage.stored_examples import NOW, a_connection  # noqa: PLC0415 - two tests of this file need them

    return a_connection(id=name, refreshed_at=NOW, access_expires_at=NOW + timedelta(seconds=life))


async def test_many_tasks_of_many_processes_share_one_refresh(either_bench: Bench) -> None:
    async with AsyncExitStack() as stack:
        processes = [await stack.enter_async_context(either_bench.process()) for _ in range(3)]
        connection = await either_bench.connect(processes[0])
        either_bench.clock.step(HOUR)
        given = await asyncio.gather(*(p.tokens.access_token(connection.id) for p in processes for _ in range(10)))
        assert set(given) == {(await processes[0].pair(connection)).access}
        assert either_bench.token_requests == 1


async def test_a_refused_token_is_renewed_once_for_all_who_were_refused(either_bench: Bench) -> None:
    async with either_bench.process() as one, either_bench.process() as two:
        connection = await either_bench.connect(one)
        old = (await one.pair(connection)).access
        given = await asyncio.gather(
            *(p.tokens.access_token(connection.id, rejected=old) for p in (one, two) for _ in range(10))
        )
        assert len(set(given)) == 1
        assert old not in given
        assert await two.tokens.access_token(connection.id, rejected=old) == given[0], "refused before it was renewed"
        assert either_bench.token_requests == 1


async def test_a_lost_answer_is_asked_for_again_with_the_same_token(bench: Bench) -> None:
    bench.fanvue.faults.add("token", "rotated_answer_lost", times=2)
    async with bench.process() as process:
        connection = await bench.connect(process)
        bench.clock.step(HOUR)
        await process.tokens.access_token(connection.id)
        assert (await process.gate.call(grant_of(connection), users.current_user())).handle == HANDLE
        assert (bench.fanvue.oauth.graces, bench.fanvue.oauth.reuse_detected) == (2, 0)


@pytest.mark.parametrize("kind", ["5xx", "reset", "garbage", "wrong_shape", "500", "400", "401", "403"])
async def test_trouble_of_the_login_leaves_the_grant_as_it_is(bench: Bench, kind: str) -> None:
    bench.fanvue.faults.add("token", kind)
    async with bench.process() as process:
        connection = await bench.connect(process)
        before = await process.pair(connection)
        bench.clock.step(HOUR)
        for _ in range(20):
            with pytest.raises(FanvueDownError):
                await process.tokens.access_token(connection.id)
        assert bench.token_requests <= 9, "the next try waits"
        assert await process.pair(connection) == before
        assert process.deaths == []
    bench.fanvue.faults.clear()
    async with bench.process() as restarted:
        assert await restarted.tokens.access_token(connection.id) != before.access


async def test_a_limit_of_the_login_says_until_when(bench: Bench) -> None:
    bench.fanvue.faults.add("token", 429, retry_after=40)
    async with bench.process() as process:
        connection = await bench.connect(process)
        bench.clock.step(HOUR)
        for _ in range(5):
            with pytest.raises(BusyError) as caught:
                await process.tokens.access_token(connection.id)
            left = (caught.value.until - bench.clock.now()).total_seconds()
            assert 30 < left <= 41
        assert bench.token_requests == 1


async def test_a_token_that_still_works_is_given_while_the_login_does_not(bench: Bench) -> None:
    bench.fanvue.faults.add("token", 503)
    async with bench.process() as process:
        connection = await bench.connect(process)
        bench.clock.step(HOUR - 60)
        old = (await process.pair(connection)).access
        assert {await process.tokens.access_token(connection.id) for _ in range(30)} == {old}
        assert bench.token_requests <= 9


async def test_waiting_is_bounded_and_what_was_waited_for_still_comes(bench: Bench) -> None:
    hang = bench.fanvue.faults.add("token", "hang", times=1)
    async with bench.process() as process:
        connection = await bench.connect(process)
        bench.clock.step(HOUR)
        with pytest.raises(FanvueDownError):
            await process.tokens.access_token(connection.id, patience_seconds=0.05)
        hang.released.set()
        assert await process.tokens.access_token(connection.id) == (await process.pair(connection)).access
        assert bench.refreshes == 1


async def test_a_caller_that_goes_away_loses_no_pair_and_leaves_no_lease(bench: Bench) -> None:
    hang = bench.fanvue.faults.add("token", "hang", times=1)
    async with bench.process() as process:
        connection = await bench.connect(process)
        before = await process.pair(connection)
        bench.clock.step(HOUR)
        callers = [asyncio.create_task(process.tokens.access_token(connection.id)) for _ in range(3)]
        await hang.struck.wait()
        for caller in callers:
            caller.cancel()
        assert all(caller.cancelled() or not caller.done() for caller in callers)
        await asyncio.gather(*callers, return_exceptions=True)
        hang.released.set()
    async with bench.process() as restarted:
        after = await restarted.pair(connection)
        assert after != before
        assert not await restarted.has_lease(connection, bench.clock)
        assert await restarted.tokens.access_token(connection.id) == after.access
        assert bench.refreshes == 1


async def test_a_holder_that_was_killed_is_replaced_when_its_lease_ran_out(either_bench: Bench) -> None:
    bench = either_bench
    async with bench.process() as process:
        connection = await bench.connect(process)
        bench.clock.step(HOUR)
        await process.stores.leases.acquire(f"refresh:{connection.id}", "killed", bench.clock.now(), LEASE_SECONDS)
        waiting = asyncio.create_task(process.tokens.access_token(connection.id))
        await asyncio.sleep(0.05)
        assert not waiting.done()
        bench.clock.step(LEASE_SECONDS)
        assert await waiting == (await process.pair(connection)).access


async def test_what_a_killed_process_spent_is_renewed_in_time_even_if_nobody_asks(either_bench: Bench) -> None:
    """It had sent the refresh token, and died before it could save what came for it."""
    bench = either_bench
    async with bench.process() as process:
        connection = await bench.connect(process)
        await process.stores.leases.acquire(f"refresh:{connection.id}", "killed", bench.clock.now(), LEASE_SECONDS)
        bench.fanvue.oauth.refresh((await process.pair(connection)).refresh)
        recovery = Recovery(process.tokens, process.stores.leases, bench.clock)
        await recovery.finish()
        assert bench.token_requests == 0, "it may still be at it"
        bench.clock.step(LEASE_SECONDS)
        await recovery.finish()
        await recovery.finish()
        assert (bench.token_requests, bench.fanvue.oauth.graces) == (1, 1)
        assert await process.tokens.access_token(connection.id) == (await process.pair(connection)).access
        assert not await process.has_lease(connection, bench.clock)


async def test_leases_of_accounts_that_are_gone_are_forgotten(bench: Bench) -> None:
    async with bench.process() as process:
        connection = await bench.connect(process)
        await process.stores.leases.acquire(f"refresh:{connection.id}", "killed", bench.clock.now(), LEASE_SECONDS)
        await process.stores.connections.delete(connection.id)
        bench.clock.step(LEASE_SECONDS)
        await Recovery(process.tokens, process.stores.leases, bench.clock).finish()
        assert await process.stores.leases.run_out("refresh:", bench.clock.now()) == []
        assert bench.token_requests == 0


class Counted(LeaseStore):
    """Counts how often it is asked."""

    asked = 0

    async def acquire(self, name: str, holder: str, now: datetime, seconds: float) -> bool:
        self.asked += 1
        return await super().acquire(name, holder, now, seconds)


def counting(database: Database) -> Stores:
    stores = Stores(database)
    stores.leases = Counted(database)
    return stores


async def test_whoever_waits_for_another_process_looks_ever_less_often(bench: Bench) -> None:
    async with bench.process(stores_of=counting) as process:
        connection = await bench.connect(process)
        bench.clock.step(HOUR)
        await process.stores.leases.acquire(f"refresh:{connection.id}", "busy", bench.clock.now(), LEASE_SECONDS)
        waiting = [
            asyncio.create_task(process.tokens.access_token(connection.id, patience_seconds=1)) for _ in range(20)
        ]
        assert [type(end) for end in await asyncio.gather(*waiting, return_exceptions=True)] == [FanvueDownError] * 20
        leases = process.stores.leases
        assert isinstance(leases, Counted)
        assert leases.asked <= 12
        await leases.release(f"refresh:{connection.id}", "busy")


async def test_a_lease_taken_under_a_clock_that_was_ahead_holds_nobody_up(either_bench: Bench) -> None:
    bench = either_bench
    async with bench.process() as process:
        connection = await bench.connect(process)
        bench.clock.step(5 * HOUR)
        await process.stores.leases.acquire(f"refresh:{connection.id}", "killed", bench.clock.now(), LEASE_SECONDS)
        bench.clock.step(-4 * HOUR)
        assert await process.tokens.access_token(connection.id) == (await process.pair(connection)).access


class FullDisk(ConnectionStore):
    """Takes no new pair while it is full."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.is_full = True

    async def store_refreshed(self, *arguments: object, **values: object) -> bool:
        if self.is_full:
            raise StorageBusyError("full")
        return await super().store_refreshed(*arguments, **values)  # type: ignore[arg-type]


def on_full_disk(database: Database) -> Stores:
    stores = Stores(database)
    stores.connections = FullDisk(database)
    return stores


async def test_a_pair_that_cannot_be_saved_is_used_by_nobody_and_saved_as_soon_as_that_works(bench: Bench) -> None:
    async with bench.process(stores_of=on_full_disk) as process:
        connection = await bench.connect(process)
        before = await process.pair(connection)
        bench.clock.step(HOUR)
        with pytest.raises(FanvueDownError):
            await process.tokens.access_token(connection.id, patience_seconds=0.2)
        assert bench.refreshes == 1
        assert await process.pair(connection) == before
        disk = process.stores.connections
        assert isinstance(disk, FullDisk)
        disk.is_full = False
        await until_saved(process, connection, before)
        assert await process.tokens.access_token(connection.id) == (await process.pair(connection)).access
        assert bench.refreshes == 1


async def until_saved(process: Process, connection: Connection, before: Tokens) -> None:
    async with asyncio.timeout(30):
        while await process.pair(connection) == before:
            await asyncio.sleep(0.02)


async def test_an_account_nobody_connected_is_named(bench: Bench) -> None:
    async with bench.process() as process:
        connection = await bench.connect(process)
        await process.stores.connections.delete(connection.id)
        with pytest.raises(NotConnectedError):
            await process.tokens.access_token(connection.id)


async def test_nothing_that_is_printed_shows_a_token(bench: Bench) -> None:
    pair = bench.new_pair()
    tokens = Tokens(pair.access_token, pair.refresh_token, "grant")
    async with bench.process() as process:
        sealed = seal_pair(process.keyring, CREATOR, pair)
        connection = await bench.connect(process, pair=pair)
        shown = f"{tokens!r} {tokens} {pair!r} {process.tokens!r} {process.keyring!r} {connection!r} {sealed}"
    assert pair.access_token not in shown
    assert pair.refresh_token not in shown


async def test_processes_do_not_ask_again_for_what_another_just_renewed(either_bench: Bench) -> None:
    async with either_bench.process() as one, either_bench.process() as two:
        connection = await either_bench.connect(one)
        either_bench.clock.step(HOUR)
        first = await one.tokens.access_token(connection.id)
        assert await two.tokens.access_token(connection.id) == first
        assert either_bench.token_requests == 1


async def test_closing_waits_for_a_refresh_under_way(bench: Bench) -> None:
    hang = bench.fanvue.faults.add("token", "hang", times=1)
    async with bench.process() as process:
        connection = await bench.connect(process)
        before = await process.pair(connection)
        bench.clock.step(HOUR)
        caller = asyncio.create_task(process.tokens.access_token(connection.id))
        await until(hang.struck.is_set)
        asyncio.get_running_loop().call_later(0.05, hang.released.set)
        await process.tokens.aclose()
        assert await process.pair(connection) != before
        await caller
