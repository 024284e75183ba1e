"""Keys are exchanged while the bot runs; what is stored stays readable, and no key that is needed goes unnoticed."""

import asyncio
import os
import signal
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.domain.clock import SystemClock
from bot.fanvue import users
from bot.vault.checks import check_keys, verify_keys
from bot.vault.keyring import Keyring, KeyringError, new_key
from bot.vault.pairs import open_pair
from bot.vault.rotation import rotate
from sandbox.world import settings_for
from tests.forked import Command
from tests.storage.stored_examples import a_pending, an_attempt, an_event
from tests.vault.keeping import CREATOR, HANDLE, HOUR, Bench, Process, grant_of

CLOCK = SystemClock()


async def started(process: Process, *keys: str) -> Keyring:
    """What a start with these keys does about them."""
    keyring = Keyring(keys)
    await check_keys(keyring, process.stores.key_checks, CLOCK)
    return keyring


async def sealed_values(process: Process) -> list[str]:
    return [sealed async for batch in process.stores.sealed.batches() for _, _, sealed in batch]


async def furnish(process: Process, keyring: Keyring) -> None:
    """Sealed values of every kind."""
    now = datetime.now(UTC)
    attempt = an_attempt(created_at=now, expires_at=now)
    await process.stores.links.open(attempt)
    await process.stores.links.go_on(
        attempt.id, browser_hash="b", state_hash="s", sealed_verifier=keyring.seal("verifier", identity="v"), now=now
    )
    await process.stores.links.remember_message(attempt.id, keyring.seal("message", identity="m"))
    await process.stores.links.save_pending(
        a_pending(attempt, sealed_tokens=keyring.seal("pair", identity="p"), created_at=now, expires_at=now)
    )
    await process.stores.events.add_many(
        [an_event(f"k{number}", sealed_body=keyring.seal("body", identity="e")) for number in range(450)]
    )


async def test_everything_is_sealed_anew_and_the_old_key_can_go(bench: Bench) -> None:
    old, new = bench.key, new_key()
    async with bench.process() as process:
        await started(process, old)
        connection = await bench.connect(process)
        await furnish(process, process.keyring)
        count = len(await sealed_values(process))
        assert count > 450
        keyring = await started(process, new, old)
        done = await rotate(keyring, process.stores.sealed, process.stores.key_checks)
        assert (done.resealed, done.unreadable) == (count, 0)
        assert (await rotate(keyring, process.stores.sealed, process.stores.key_checks)).resealed == 0
        alone = await started(process, new)
        values = await sealed_values(process)
        assert len(values) == count
        assert all(alone.is_sealed_with_first(sealed) for sealed in values)
    bench.key = new
    async with bench.process() as restarted:
        assert (await restarted.gate.call(grant_of(connection), users.current_user())).handle == HANDLE


async def test_refreshes_during_a_rotation_lose_nothing(either_bench: Bench) -> None:
    bench, old, new = either_bench, either_bench.key, new_key()
    async with bench.process() as process:
        await started(process, old)
        connection = await bench.connect(process)
        both = await started(process, new, old)
        is_over = asyncio.Event()

        async def refresh_on() -> str:
            token = ""
            while not is_over.is_set():
                async with bench.process(keys=[new, old]) as running:
                    former = await running.tokens.access_token(connection.id)
                    token = await running.tokens.access_token(connection.id, rejected=former)
                    assert token != former
            return token

        refreshing = asyncio.create_task(refresh_on())
        for keys in ([old, new], [new, old]) * 10:
            await started(process, *keys)
            await there_and_back(process, Keyring(keys))
        await rotate(both, process.stores.sealed, process.stores.key_checks)
        is_over.set()
        token = await refreshing
        (sealed,) = await sealed_values(process)
        assert open_pair(Keyring([new]), CREATOR, sealed).access == token
        assert bench.fanvue.oauth.reuse_detected == 0
        assert (await process.stored(connection)).is_active
    bench.key = new
    async with bench.process() as restarted:
        assert (await restarted.gate.call(grant_of(connection), users.current_user())).handle == HANDLE


async def there_and_back(process: Process, keyring: Keyring) -> None:
    """A rotation beside somebody who goes on sealing with the other key, which it may complain about."""
    with suppress(KeyringError):
        await rotate(keyring, process.stores.sealed, process.stores.key_checks)


async def test_a_key_the_bot_was_not_started_with_is_not_rotated_to(bench: Bench) -> None:
    new = new_key()
    async with bench.process() as process:
        await started(process, bench.key)
        await bench.connect(process)
        before = await sealed_values(process)
        keyring = Keyring([new, bench.key])
        with pytest.raises(KeyringError, match=keyring.sealing_key_id):
            await rotate(keyring, process.stores.sealed, process.stores.key_checks)
        assert await sealed_values(process) == before


class StillSealing:
    """Values that a process with the old key first writes again and again."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring

    async def batches(self) -> AsyncIterator[list[tuple[str, int | str, str]]]:
        yield [("events", 1, self._keyring.seal("text", identity="e"))]

    async def set(self, what: str, identity: int | str, *, expected: str, sealed: str) -> bool:
        return True


async def test_a_process_that_goes_on_with_the_old_key_is_noticed_and_the_old_key_stays_needed(bench: Bench) -> None:
    old, new = bench.key, new_key()
    async with bench.process() as process:
        await started(process, old)
        keyring = await started(process, new, old)
        with pytest.raises(KeyringError, match="goes on sealing with an older key"):
            await rotate(keyring, StillSealing(Keyring([old])), process.stores.key_checks)
        with pytest.raises(KeyringError):
            await verify_keys(Keyring([new]), process.stores.key_checks)


async def test_a_damaged_value_stops_nothing_and_is_counted(bench: Bench) -> None:
    old, new = bench.key, new_key()
    async with bench.process() as process:
        await started(process, old)
        await bench.connect(process)
        await process.stores.events.add_many([an_event("k1", sealed_body="damaged")])
        keyring = await started(process, new, old)
        done = await rotate(keyring, process.stores.sealed, process.stores.key_checks)
        assert (done.resealed, done.unreadable) == (1, 1)
        assert "damaged" in await sealed_values(process)


async def test_a_key_that_is_still_needed_cannot_go_unnoticed(bench: Bench) -> None:
    old, new = bench.key, new_key()
    async with bench.process() as process:
        await started(process, old)
        await started(process, new, old)
        for keys in ([new], [old], [new_key()]):
            with pytest.raises(KeyringError) as caught:
                await started(process, *keys)
            missing = {Keyring([old]).sealing_key_id, Keyring([new]).sealing_key_id} - {*Keyring(keys).key_ids}
            assert any(key_id in str(caught.value) for key_id in missing)
            assert not any(key in str(caught.value) for key in (old, new, *keys))
        await started(process, old, new)


async def test_looking_at_the_keys_changes_nothing(bench: Bench) -> None:
    async with bench.process() as process:
        await started(process, bench.key)
        before = await process.stores.key_checks.all()
        await verify_keys(Keyring([new_key(), bench.key]), process.stores.key_checks)
        assert await process.stores.key_checks.all() == before


def command(bench: Bench, folder: Path, *words: str, keys: str) -> Command:
    """``python -m bot …`` as an operator runs it, in an empty folder."""
    values = settings_for(folder, web_port=0, metrics_port=0, fanvue_origin="http://127.0.0.1:9")
    values |= {"database_url": bench.url, "token_keys": keys}
    named = {name.upper(): str(value) for name, value in values.items()}
    return Command(["bot", *words], folder, {"PATH": os.environ["PATH"], **named})


async def test_a_start_without_a_key_that_is_needed_ends_with_78_and_one_sentence(bench: Bench, tmp_path: Path) -> None:
    async with bench.process() as process:
        await started(process, bench.key)
    wrong = new_key()
    ended = await command(bench, tmp_path, "run", keys=wrong).ended()
    assert ended.returncode == 78
    said = ended.stderr.strip().splitlines()
    assert len(said) == 1
    assert Keyring([bench.key]).sealing_key_id in said[0]
    assert wrong not in ended.stderr + ended.stdout


async def test_the_command_rotates_beside_a_running_bot(bench: Bench, tmp_path: Path) -> None:
    old, new = bench.key, new_key()
    async with bench.process(keys=[new, old]) as running:
        await started(running, old)
        bench.key = old
        async with bench.process() as former:
            connection = await bench.connect(former)
        early = await command(bench, tmp_path, "rotate-keys", keys=f"{new},{old}").ended()
        assert early.returncode == 78
        assert Keyring([new]).sealing_key_id in early.stderr
        await started(running, new, old)
        rotating = command(bench, tmp_path, "rotate-keys", keys=f"{new},{old}")
        bench.clock.step(HOUR)
        await running.gate.call(grant_of(connection), users.current_user())
        done = await rotating.ended()
        assert (done.stderr, done.returncode) == ("", 0)
        assert "Other keys can be dropped" in done.stdout
        assert old not in done.stdout
        assert new not in done.stdout
        assert await started(running, new)
        assert (await running.gate.call(grant_of(connection), users.current_user())).handle == HANDLE
        (sealed,) = await sealed_values(running)
        assert Keyring([new]).is_sealed_with_first(sealed)


async def test_a_rotation_killed_half_way_is_finished_by_the_next_beside_a_running_bot(
    bench: Bench, tmp_path: Path
) -> None:
    new = new_key()
    both = f"{new},{bench.key}"
    async with bench.process() as former:
        await started(former, bench.key)
        connection = await bench.connect(former)
        await furnish(former, former.keyring)
    async with bench.process(keys=[new, bench.key]) as running:
        keyring = await started(running, new, bench.key)
        child = command(bench, tmp_path, "rotate-keys", keys=both)
        async with asyncio.timeout(30):
            while not any(keyring.is_sealed_with_first(sealed) for sealed in await sealed_values(running)):
                await asyncio.sleep(0.001)
        child.send_signal(signal.SIGKILL)
        await child.ended()
        await running.tokens.access_token(connection.id, rejected=(await running.pair(connection)).access)
        done = await command(bench, tmp_path, "rotate-keys", keys=both).ended()
        assert (done.stderr, done.returncode) == ("", 0)
        assert all(Keyring([new]).is_sealed_with_first(sealed) for sealed in await sealed_values(running))
        await started(running, new)
        assert bench.fanvue.oauth.reuse_detected == 0
        assert (await running.gate.call(grant_of(connection), users.current_user())).handle == HANDLE


async def test_a_database_that_is_not_up_to_date_is_told_to_the_operator(bench: Bench, tmp_path: Path) -> None:
    with closing(sqlite3.connect(bench.url.removeprefix("sqlite+aiosqlite:///"))) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0000'")
        connection.commit()
    ended = await command(bench, tmp_path, "rotate-keys", keys=bench.key).ended()
    assert ended.returncode == 69
    assert ended.stderr.strip() == "The database is not up to date: python -m bot migrate"
