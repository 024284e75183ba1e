"""A grant that ended here ends at Fanvue, whoever was killed in between and however long Fanvue is away."""

from datetime import timedelta

import pytest

from bot.vault.checks import check_keys
from bot.vault.keyring import Keyring, new_key
from bot.vault.pairs import seal_pair
from bot.vault.rotation import rotate
from tests.storage.stored_examples import a_pending, an_attempt
from tests.vault.keeping import (
    CREATOR,
    HANDLE,
    HOUR,
    OWNER,
    REAL,
    Bench,
    Ending,
    Process,
    disconnected,
    erased,
    moved,
    replaced,
)

DAY = 24 * HOUR


async def owed(process: Process, bench: Bench) -> int:
    """How many grants are still to be revoked, due or not."""
    return len(await process.stores.revocations.due(bench.clock.now() + timedelta(days=365), 100))


@pytest.mark.parametrize(("ending", "left"), [(disconnected, 0), (erased, 0), (moved, 1), (replaced, 1)])
async def test_what_a_killed_process_had_no_time_to_revoke_the_next_one_revokes(
    either_bench: Bench, ending: Ending, left: int
) -> None:
    bench = either_bench
    async with bench.process() as killed:
        await ending(bench, killed, await bench.connect(killed))
        assert bench.fanvue.oauth.revoked == 0
    async with bench.process() as restarted:
        await restarted.revoker.finish()
        assert (bench.fanvue.oauth.revoked, bench.fanvue.oauth.live_grants(HANDLE)) == (1, left)
        assert await owed(restarted, bench) == 0


@pytest.mark.parametrize("end", ["settled", "forgotten"])
async def test_an_unconfirmed_grant_that_was_given_up_is_revoked_after_a_kill(either_bench: Bench, end: str) -> None:
    bench = either_bench
    async with bench.process() as process:
        now, attempt = bench.clock.now(), an_attempt(owner=OWNER)
        await process.stores.links.open(attempt)
        pending = a_pending(attempt, sealed_tokens=seal_pair(process.keyring, CREATOR, bench.new_pair()))
        await process.stores.links.save_pending(pending)
        if end == "settled":
            assert await process.stores.links.settle(pending.id, now, kind="new")
            assert not await process.stores.links.settle(pending.id, now, kind="new")
        else:
            await process.stores.links.forget(OWNER)
        assert await owed(process, bench) == 1
        await process.revoker.finish()
        assert bench.fanvue.oauth.live_grants(HANDLE) == 0


async def test_a_grant_in_use_is_owed_to_nobody(either_bench: Bench) -> None:
    async with either_bench.process() as process:
        await either_bench.connect(process)
        await process.revoker.finish()
        assert either_bench.fanvue.oauth.live_grants(HANDLE) == 1


async def test_what_was_revoked_at_once_is_not_owed_any_more(either_bench: Bench) -> None:
    bench = either_bench
    async with bench.process() as process:
        connection = await bench.connect(process)
        sealed = await process.stores.connections.delete(connection.id)
        assert await process.revoker.revoke(sealed or "")
        assert await owed(process, bench) == 0
        await process.revoker.finish()
        assert bench.fanvue.oauth.revoked == 1


async def test_while_fanvue_is_away_it_is_asked_ever_more_seldom_and_for_one_grant_a_time(bench: Bench) -> None:
    fault = bench.fanvue.faults.add("revoke", 503)
    async with bench.process() as process:
        for _ in range(3):
            await process.revoker.discard(bench.new_pair())
        fault.hits = 0
        for _ in range(24 * 60):
            bench.clock.step(60)
            await process.revoker.finish()
        assert fault.hits <= 2 * 3 * 14, "two tries each time"
        assert await owed(process, bench) == 3
        bench.fanvue.faults.clear()
        bench.clock.step(DAY)
        await process.revoker.finish()
        assert await owed(process, bench) == 0
        assert bench.fanvue.oauth.live_grants(HANDLE) == 0


async def test_one_that_cannot_be_revoked_holds_up_no_other(bench: Bench) -> None:
    async with bench.process() as process:
        await process.stores.revocations.add("damaged")
        bench.fanvue.faults.add("revoke", 400, times=1)
        for _ in range(2):
            await process.stores.revocations.add(seal_pair(process.keyring, CREATOR, bench.new_pair()))
        await process.revoker.finish()
        assert (bench.fanvue.oauth.live_grants(HANDLE), await owed(process, bench)) == (1, 2)


async def test_what_no_refresh_token_outlives_is_given_up(bench: Bench) -> None:
    bench.fanvue.faults.add("revoke", 400)
    async with bench.process() as process:
        await process.stores.revocations.add(seal_pair(process.keyring, CREATOR, bench.new_pair()))
        for _ in range(29 * 4):
            bench.clock.step(DAY / 4)
            await process.revoker.finish()
        assert await owed(process, bench) == 1
        bench.clock.step(2 * DAY)
        await process.revoker.finish()
        assert await owed(process, bench) == 0


async def test_what_is_owed_is_sealed_anew_when_keys_are_exchanged(either_bench: Bench) -> None:
    bench, new = either_bench, new_key()
    async with bench.process(keys=[new, bench.key]) as process:
        await check_keys(process.keyring, process.stores.key_checks, REAL)
        await process.stores.revocations.add(seal_pair(Keyring([bench.key]), CREATOR, bench.new_pair()))
        assert (await rotate(process.keyring, process.stores.sealed, process.stores.key_checks)).resealed == 1
    async with bench.process(keys=[new]) as restarted:
        await restarted.revoker.finish()
        assert bench.fanvue.oauth.live_grants(HANDLE) == 0
