"""A grant that ends, ends once: what is left is revoked, its owner is told, and nobody goes on asking."""

import asyncio

import pytest

from bot.domain.accounts import Connection, ConnectionStatus
from bot.domain.errors import DomainError, NotConnectedError, ReconnectNeededError
from bot.fanvue import users
from bot.vault.obituaries import MOST_TRIES, Obituaries
from bot.vault.pairs import seal_pair
from sandbox.fanvue import SandboxFanvue
from tests.vault.keeping import (
    CREATOR,
    HANDLE,
    HOUR,
    OTHER_OWNER,
    OWNER,
    Bench,
    Ending,
    Process,
    disconnected,
    erased,
    grant_of,
    moved,
    replaced,
    until,
)

ME = users.current_user()
DAY = 24 * HOUR


async def ask(process: Process, connection: Connection, times: int = 1) -> list[str]:
    """Call Fanvue for it; ``fine``, or the name of the error."""
    answers = await asyncio.gather(
        *(process.gate.call(grant_of(connection), ME) for _ in range(times)), return_exceptions=True
    )
    return [type(answer).__name__ if isinstance(answer, BaseException) else "fine" for answer in answers]


async def test_consent_withdrawn_at_fanvue_is_noticed_once_and_said_every_time(either_bench: Bench) -> None:
    bench = either_bench
    async with bench.process() as process, bench.process() as other:
        connection = await bench.connect(process)
        bench.fanvue.oauth.withdraw(HANDLE)
        assert set(await ask(process, connection, 20)) == {"ReconnectNeededError"}
        assert set(await ask(other, connection, 20)) == {"ReconnectNeededError"}
        await until(lambda: process.deaths)
        assert len(process.deaths) + len(other.deaths) == 1
        assert bench.token_requests == 1, "asked once whether it can be renewed, and never again"
        calls = len(bench.fanvue.ledger)
        await ask(process, await process.stored(connection), 20)
        assert len(bench.fanvue.ledger) == calls, "a dead grant is not even tried"
        assert (await process.stored(connection)).status is ConnectionStatus.DEAD
        assert await process.stores.connections.all_active() == []


async def test_refusals_of_new_tokens_are_fanvues_trouble_and_end_by_themselves(bench: Bench) -> None:
    bench.fanvue.faults.add("getCurrentUser", 401)
    async with bench.process() as process:
        connection = await bench.connect(process)
        assert set(await ask(process, connection, 20)) == {"SignInRefusedError"}
        assert bench.refreshes == 1
        for _ in range(30):
            assert await ask(process, connection) == ["SignInRefusedError"]
        assert bench.refreshes <= 5, "an outage is no storm of renewals"
        assert (await process.stored(connection)).is_active
        bench.fanvue.faults.clear()
        assert await ask(process, connection) == ["fine"]
        assert process.deaths == []


async def test_consent_withdrawn_while_fanvue_refuses_every_token_is_noticed_all_the_same(bench: Bench) -> None:
    bench.fanvue.faults.add("getCurrentUser", 401)
    async with bench.process() as process:
        connection = await bench.connect(process)
        await ask(process, connection)
        bench.fanvue.oauth.withdraw(HANDLE)
        assert await ask(process, connection) == ["ReconnectNeededError"]
        await until(lambda: process.deaths)
        assert [dead.id for dead in process.deaths] == [connection.id]


async def test_one_refusal_is_mended_without_anybody_noticing(bench: Bench) -> None:
    async with bench.process() as process:
        connection = await bench.connect(process)
        bench.fanvue.oauth.expire_access(HANDLE)
        assert set(await ask(process, connection, 20)) == {"fine"}
        assert bench.refreshes == 1
        assert process.deaths == []


async def test_refusals_that_come_and_go_do_not_make_a_storm(bench: Bench) -> None:
    async with bench.process() as process:
        connection = await bench.connect(process)
        for _ in range(30):
            bench.fanvue.faults.add("getCurrentUser", 401, times=1)
            await ask(process, connection)
        assert bench.refreshes <= 5
        assert (await process.stored(connection)).is_active


@pytest.mark.parametrize("ending", [disconnected, erased, moved, replaced])
async def test_a_refresh_that_comes_too_late_stores_nothing_and_revokes_its_pair(bench: Bench, ending: Ending) -> None:
    hang = bench.fanvue.faults.add("token", "hang", times=1)
    async with bench.process() as process, bench.process() as other:
        connection = await bench.connect(process)
        bench.clock.step(HOUR)
        late = asyncio.create_task(process.tokens.access_token(connection.id))
        await hang.struck.wait()
        await ending(bench, other, connection)
        rows = await sealed_rows(other)
        hang.released.set()
        outcome = (await asyncio.gather(late, return_exceptions=True))[0]
        await process.tokens.aclose()
        assert isinstance(outcome, NotConnectedError | str)
        assert await sealed_rows(other) == rows
        assert (bench.refreshes, bench.fanvue.oauth.revoked) == (1, 1)
        for remaining in await other.stores.connections.all_active():
            assert await ask(other, remaining) == ["fine"], "the new grant is untouched"
        assert process.deaths == []


async def sealed_rows(process: Process) -> list[tuple[str, str]]:
    return [(what, sealed) async for batch in process.stores.sealed.batches() for what, _, sealed in batch]


async def test_a_grant_connected_anew_does_not_die_of_the_old_ones_end(bench: Bench) -> None:
    hang = bench.fanvue.faults.add("token", "hang", times=1)
    bench.fanvue.faults.add("token", "invalid_grant", times=1)
    async with bench.process() as process:
        connection = await bench.connect(process)
        bench.clock.step(HOUR)
        late = asyncio.create_task(process.tokens.access_token(connection.id))
        await hang.struck.wait()
        await bench.connect(process)
        hang.released.set()
        assert await late == (await process.pair(connection)).access
        assert (await process.stored(connection)).is_active
        assert process.deaths == []


async def test_another_process_that_renewed_the_same_grant_meanwhile_is_not_revoked(bench: Bench) -> None:
    """What happens when a lease is taken over from a process that is only slow."""
    hang = bench.fanvue.faults.add("token", "hang", times=1)
    async with bench.process() as slow, bench.process() as quick:
        connection = await bench.connect(slow)
        bench.clock.step(HOUR)
        late = asyncio.create_task(slow.tokens.access_token(connection.id))
        await hang.struck.wait()
        await slow.stores.leases.release_all()
        quick_token = await quick.tokens.access_token(connection.id)
        hang.released.set()
        assert await late == quick_token
        assert await ask(quick, connection) == ["fine"]
        assert (bench.fanvue.oauth.revoked, bench.fanvue.oauth.reuse_detected) == (0, 0)


async def test_an_old_backup_ends_in_one_death_and_no_storm(file_url: str) -> None:
    async with SandboxFanvue() as fanvue:
        bench = Bench(file_url, fanvue)
        fanvue.oauth._clock = bench.clock.now
        async with bench.process() as process:
            connection = await bench.connect(process)
            old = await process.stores.connections.sealed_tokens(connection.id)
            bench.clock.step(HOUR)
            await process.tokens.access_token(connection.id)
            bench.clock.step(60)
            await put_back(process, connection, old)
        async with bench.process() as restarted:
            names = [name for _ in range(3) for name in await ask(restarted, connection, 10)]
            assert set(names) == {"ReconnectNeededError"}
            assert fanvue.oauth.reuse_detected == 1
            assert bench.token_requests == 2
            await until(lambda: restarted.deaths)
            assert len(restarted.deaths) == 1
            await bench.connect(restarted)
            assert await ask(restarted, await restarted.stored(connection)) == ["fine"]


async def put_back(process: Process, connection: Connection, sealed: str | None) -> None:
    """Restore the row as a backup would."""
    current = await process.stores.connections.sealed_tokens(connection.id)
    assert current is not None
    assert sealed is not None
    await process.stores.connections.store_refreshed(
        connection.id,
        expected_sealed=current,
        sealed=sealed,
        access_expires_at=connection.access_expires_at,
        refreshed_at=connection.refreshed_at,
        scopes=None,
    )


async def test_tokens_that_cannot_be_opened_ask_for_connecting_again_and_destroy_nothing(bench: Bench) -> None:
    async with bench.process(keys=["A" * 43 + "="]) as former:
        connection = await bench.connect(former)
        sealed = await former.stores.connections.sealed_tokens(connection.id)
    async with bench.process() as process:
        assert await ask(process, connection, 3) == ["ReconnectNeededError"] * 3
        assert await process.stores.connections.sealed_tokens(connection.id) == sealed
        assert (await process.stored(connection)).is_active
        assert not await process.revoker.revoke(sealed or "")
        await bench.connect(process)
        assert await ask(process, connection) == ["fine"]


async def test_revoking_says_whether_fanvue_was_told(bench: Bench) -> None:
    async with bench.process() as process:
        sealed = seal_pair(process.keyring, CREATOR, bench.new_pair())
        assert await process.revoker.revoke(sealed)
        bench.fanvue.faults.add("revoke", 503)
        assert not await process.revoker.revoke(sealed)


class Letters:
    """Keeps whom the owner cards went to; Discord can be out of reach."""

    def __init__(self) -> None:
        self.sent: list[int] = []
        self.tries = 0
        self.is_reachable = True

    async def write(self, connection: Connection) -> None:
        self.tries += 1
        if not self.is_reachable:
            raise ConnectionError
        self.sent.append(connection.owner)


def obituaries(bench: Bench, process: Process, letters: Letters) -> Obituaries:
    return Obituaries(process.stores.notices, process.stores.connections, letters.write, bench.clock)


async def died(bench: Bench, process: Process) -> Connection:
    """The account, connected (again) and dead (again)."""
    connection = await bench.connect(process)
    await process.stores.connections.mark_dead(connection.id)
    return connection


async def test_the_owner_is_told_once_a_day_whatever_restarts_in_between(either_bench: Bench) -> None:
    bench, letters = either_bench, Letters()
    async with bench.process() as process:
        connection = await died(bench, process)
        await asyncio.gather(*(obituaries(bench, process, letters).tell(connection) for _ in range(10)))
        assert letters.sent == [OWNER]
    async with bench.process() as restarted:
        for _ in range(3):
            await obituaries(bench, restarted, letters).catch_up()
        bench.clock.step(HOUR)
        await obituaries(bench, restarted, letters).tell(await died(bench, restarted))
        assert letters.sent == [OWNER], "a second death on the same day waits"
        bench.clock.step(DAY)
        for _ in range(3):
            await obituaries(bench, restarted, letters).catch_up()
        assert letters.sent == [OWNER, OWNER]
        bench.clock.step(3 * DAY)
        await obituaries(bench, restarted, letters).catch_up()
        assert letters.sent == [OWNER, OWNER], "one death, one card"


async def test_a_death_nobody_was_told_of_because_of_a_crash_is_told_after_it(either_bench: Bench) -> None:
    async with either_bench.process() as process:
        await died(either_bench, process)
        letters = Letters()
        await obituaries(either_bench, process, letters).catch_up()
        assert letters.sent == [OWNER]


async def test_telling_that_fails_hurts_nobody_and_is_not_repeated_for_ever(bench: Bench) -> None:
    letters = Letters()
    letters.is_reachable = False
    async with bench.process() as process:
        connection = await died(bench, process)
        teller = obituaries(bench, process, letters)
        await teller.tell(connection)
        for _ in range(20):
            bench.clock.step(60)
            await teller.catch_up()
        assert letters.tries == MOST_TRIES
        letters.is_reachable = True
        await teller.tell(connection)
        assert letters.sent == []


async def test_nobody_is_told_of_an_account_that_lives_or_is_gone(bench: Bench) -> None:
    letters = Letters()
    async with bench.process() as process:
        alive = await bench.connect(process)
        await obituaries(bench, process, letters).tell(alive)
        await process.stores.connections.delete(alive.id)
        await obituaries(bench, process, letters).tell(alive)
        assert letters.sent == []


async def test_whoever_notices_the_end_does_not_suffer_from_the_telling(bench: Bench) -> None:
    letters = Letters()
    letters.is_reachable = False
    async with bench.process() as process:
        process.tokens.on_dead_grant(letters.write)
        connection = await bench.connect(process)
        bench.fanvue.oauth.withdraw(HANDLE)
        with pytest.raises(ReconnectNeededError):
            await process.gate.call(grant_of(connection), ME)
        await until(lambda: letters.tries)


async def test_everybody_gets_words_of_their_own(bench: Bench) -> None:
    """The owner is offered a button, a team member is sent to the owner; also when both waited for one answer."""
    async with bench.process() as process:
        connection = await bench.connect(process)
        bench.fanvue.oauth.withdraw(HANDLE)
        people = [OWNER, OTHER_OWNER] * 5
        ends = await asyncio.gather(
            *(process.gate.call(grant_of(connection, actor=person), ME) for person in people), return_exceptions=True
        )
        assert all(isinstance(end, DomainError) for end in ends)
        assert [getattr(end, "is_owner", None) for end in ends] == [person == OWNER for person in people]
