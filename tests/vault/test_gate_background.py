"""What the bot asks by itself never stands in people's way, and ends in the same words."""

import asyncio

import pytest

from bot.domain.access import Grant
from bot.domain.accounts import Connection, Creator
from bot.domain.errors import BusyError, NotConnectedError, PausedError, ReconnectNeededError, ScopeMissingError
from bot.domain.scopes import Scope
from bot.domain.uses import Use
from bot.fanvue import chats, users
from bot.vault.gate import Gate
from tests.vault.keeping import Bench, Process, grant_of

SOON = 30
"""Before Fanvue's window of a minute is over, and after any busy machine has its answer."""


def creator_of(connection: Connection) -> Creator:
    return Creator(connection.account, connection)


async def work(process: Process, connection: Connection) -> object:
    return await process.gate.work(creator_of(connection), users.current_user(), deadline_seconds=SOON)


async def call(process: Process, connection: Connection) -> object:
    return await process.gate.call(grant_of(connection), users.current_user(), deadline_seconds=SOON)


async def ready_token(process: Process, connection: Connection) -> str | None:
    found = await process.stores.connections.with_tokens(connection.id)
    assert found is not None
    return process.tokens.ready(*found)


async def test_people_have_room_left_when_background_work_took_its_share(bench: Bench) -> None:
    bench.fanvue.rate_limit = 20
    async with bench.process() as process:
        connection = await bench.connect(process)
        await work(process, connection)
        works = (work(process, connection) for _ in range(20))
        outcomes = await asyncio.gather(*works, return_exceptions=True)
        assert 10 < sum(not isinstance(outcome, BusyError) for outcome in outcomes) < 20
        await call(process, connection)
        assert all(row.status == 200 for row in bench.fanvue.ledger)


async def test_all_callers_of_a_creator_are_counted_together(bench: Bench) -> None:
    bench.fanvue.rate_limit = 20
    async with bench.process() as process:
        connection = await bench.connect(process)
        await asyncio.gather(*(call(process, connection) for _ in range(15)))
        outcomes = await asyncio.gather(*(work(process, connection) for _ in range(15)), return_exceptions=True)
        assert any(isinstance(outcome, BusyError) for outcome in outcomes)
        assert not any(row.status == 429 for row in bench.fanvue.ledger)


async def test_a_token_just_read_spares_storage_and_a_refused_one_is_renewed(bench: Bench) -> None:
    async with bench.process() as process:
        connection = await bench.connect(process)
        token = await ready_token(process, connection)
        assert token is not None
        await process.gate.work(creator_of(connection), users.current_user(), token=token)
        bench.fanvue.oauth.expire_access(connection.account.handle)
        await process.gate.work(creator_of(connection), users.current_user(), token=token)
        assert bench.refreshes == 1


async def test_no_token_is_ready_for_who_is_dead_paused_or_due_for_a_new_one(bench: Bench) -> None:
    async with bench.process() as process:
        connection = await bench.connect(process)
        bench.clock.step(3500)
        assert await ready_token(process, connection) is None
        bench.clock.step(-3500)
        await process.stores.connections.pause(connection.id, bench.clock.now())
        assert await ready_token(process, connection) is None
        await process.stores.connections.pause(connection.id, None)
        await process.stores.connections.mark_dead(connection.id)
        assert await ready_token(process, connection) is None


async def test_background_work_ends_in_the_same_words(bench: Bench) -> None:
    async with bench.process() as process:
        connection = await bench.connect(process, scopes=frozenset({Scope.READ_SELF}))
        with pytest.raises(ScopeMissingError):
            await process.gate.work(creator_of(connection), chats.unread())
        await process.stores.connections.pause(connection.id, bench.clock.now())
        with pytest.raises(PausedError):
            await process.gate.work(creator_of(connection), users.current_user())
        await process.stores.connections.pause(connection.id, None)
        await process.stores.connections.mark_dead(connection.id)
        with pytest.raises(ReconnectNeededError):
            await process.gate.work(creator_of(connection), users.current_user())
        await process.stores.connections.delete(connection.id)
        with pytest.raises(NotConnectedError):
            await process.gate.work(creator_of(connection), users.current_user())


async def test_background_uses_are_witnessed_as_nobodys(bench: Bench) -> None:
    seen: list[Use] = []
    async with bench.process() as process:
        connection = await bench.connect(process)
        gate: Gate = process.gate
        gate._witness = seen.append
        await gate.work(creator_of(connection), users.current_user())
        grant: Grant = grant_of(connection)
        await gate.call(grant, users.current_user())
        assert [use.is_background for use in seen] == [True, False]
        assert {use.creator for use in seen} == {connection.account.id}
