"""Whatever the login answers and the clock says: a named error or a sane bound, and never a storm."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.errors import DomainError, FanvueDownError, ReconnectNeededError
from bot.domain.scopes import Scope
from bot.fanvue import users
from bot.vault.pacing import MOST_FORCED, Pace, ends_at, is_due
from tests.fanvue.scripted_server import ScriptedServer
from tests.storage.stored_examples import NOW, a_connection
from tests.vault.keeping import HANDLE, HOUR, Bench, grant_of

ANSWER: dict[str, Any] = {
    "access_token": "ory_at_next",
    "refresh_token": "ory_rt_next",
    "expires_in": 3600,
    "token_type": "bearer",
}


@pytest.fixture
async def login() -> AsyncIterator[ScriptedServer]:
    """A login that answers what it is told to."""
    scripted = ScriptedServer()
    listening = await asyncio.start_server(scripted.serve, "127.0.0.1", 0)
    scripted.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    yield scripted
    scripted.released.set()
    listening.close()


def say(login: ScriptedServer, **changes: Any) -> None:
    body = {key: value for key, value in {**ANSWER, **changes}.items() if value is not None}
    login.say(body=json.dumps(body).encode())


@pytest.mark.parametrize(
    ("life", "shortest", "longest"),
    [
        (0, 600, 600),
        (-3600, 600, 600),
        (10**15, 3600, 86_400),
        (1e300, 3600, 86_400),
        ("soon", 600, 600),
        (None, 600, 600),
        ([1], 600, 600),
        ("1800", 1800, 1800),
        (1, 1, 1),
    ],
)
async def test_no_lifetime_makes_a_storm_or_an_immortal_token(
    bench: Bench, login: ScriptedServer, life: Any, shortest: int, longest: int
) -> None:
    say(login, expires_in=life)
    async with bench.process(auth_url=login.url) as process:
        connection = await bench.connect(process)
        bench.clock.step(HOUR)
        for _ in range(30):
            assert await process.tokens.access_token(connection.id) == "ory_at_next"
        assert len(login.seen) <= 3
        stored = await process.stored(connection)
        assert shortest <= (ends_at(stored) - stored.refreshed_at).total_seconds() <= longest


@pytest.mark.parametrize(
    "changes",
    [
        {"access_token": "x" * 1_000_000},
        {"refresh_token": "x" * 1_000_000},
        {"access_token": "x" * 20_000},
        {"access_token": None},
        {"access_token": ["a", "b"]},
        {"access_token": ""},
        {"access_token": "two words"},
        {"access_token": "line\nbreak"},
        {"access_token": "fünf"},
        {"refresh_token": 7},
        {"token_type": "mac"},
    ],
    ids=str,
)
async def test_unusable_tokens_are_named_trouble_and_never_stored(
    bench: Bench, login: ScriptedServer, changes: dict[str, Any]
) -> None:
    say(login, **changes)
    async with bench.process(auth_url=login.url) as process:
        connection = await bench.connect(process)
        before = await process.pair(connection)
        bench.clock.step(HOUR)
        for _ in range(20):
            with pytest.raises(FanvueDownError):
                await process.tokens.access_token(connection.id)
        assert len(login.seen) <= 9
        assert await process.pair(connection) == before
        assert process.deaths == []


async def test_an_answer_without_a_refresh_token_keeps_the_old_one(bench: Bench, login: ScriptedServer) -> None:
    say(login, refresh_token=None)
    async with bench.process(auth_url=login.url) as process:
        connection = await bench.connect(process)
        before = await process.pair(connection)
        bench.clock.step(HOUR)
        await process.tokens.access_token(connection.id)
        after = await process.pair(connection)
        assert (after.access, after.refresh) == ("ory_at_next", before.refresh)


@pytest.mark.parametrize(
    ("told", "held"),
    [
        (None, frozenset(Scope)),
        ("", frozenset(Scope)),
        ("openid read:self", {Scope.READ_SELF}),
        ("openid read:self write:everything", {Scope.READ_SELF}),
        (" ".join(Scope), frozenset(Scope)),
    ],
)
async def test_scopes_follow_what_is_told_and_stay_where_nothing_is(
    bench: Bench, login: ScriptedServer, told: str | None, held: frozenset[Scope]
) -> None:
    say(login, scope=told)
    async with bench.process(auth_url=login.url) as process:
        connection = await bench.connect(process)
        bench.clock.step(HOUR)
        await process.tokens.access_token(connection.id)
        assert (await process.stored(connection)).scopes == held


async def test_a_clock_that_jumps_by_hours_makes_no_storm_and_no_call_fail(bench: Bench) -> None:
    async with bench.process() as process:
        connection = await bench.connect(process)
        for hours in (5, -5, 30, -30, 5, -5) * 5:
            bench.clock.step(hours * HOUR)
            await process.gate.call(grant_of(connection), users.current_user())
        assert bench.refreshes <= 2
        assert process.deaths == []


@pytest.mark.parametrize("hours", [-30, -2, 2, 30])
async def test_a_restart_under_another_clock_costs_one_refresh_at_most(bench: Bench, hours: int) -> None:
    async with bench.process() as process:
        connection = await bench.connect(process)
    bench.clock.step(hours * HOUR)
    for _ in range(3):
        async with bench.process() as restarted:
            for _ in range(5):
                await restarted.gate.call(grant_of(connection), users.current_user())
    assert bench.refreshes == 1


async def test_a_token_that_seems_to_last_for_ever_is_renewed_when_fanvue_refuses_it(bench: Bench) -> None:
    async with bench.process() as process:
        connection = await bench.connect(process, access_expires_at=NOW + timedelta(days=9999))
        bench.fanvue.oauth.expire_access(HANDLE)
        await process.gate.call(grant_of(connection), users.current_user())
        assert bench.refreshes == 1


@given(
    life=st.integers(-(10**7), 10**7),
    ahead=st.integers(-(10**7), 10**7),
)
@settings(deadline=None, database=None)
def test_whatever_was_stored_it_is_due_within_a_day_and_a_bit(life: int, ahead: int) -> None:
    refreshed_at = NOW + timedelta(seconds=ahead)
    stored = a_connection(refreshed_at=refreshed_at, access_expires_at=refreshed_at + timedelta(seconds=life))
    assert is_due(stored, NOW) or is_due(stored, NOW + timedelta(days=1, minutes=5))


@given(st.lists(st.tuples(st.sampled_from(["rejected", "due", "both", "neither"]), st.floats(0, 5)), max_size=300))
@settings(deadline=None, database=None)
def test_forced_refreshes_are_bounded_in_any_ten_minutes(steps: list[tuple[str, float]]) -> None:
    pace, now, forced = Pace(), 0.0, []
    for step, seconds in steps:
        now += seconds
        is_rejected, is_late = step in {"rejected", "both"}, step in {"due", "both"}
        if pace.allows(now, is_rejected=is_rejected, is_due=is_late):
            is_forced = is_rejected and not is_late
            pace.note_success(now, 3600, is_forced=is_forced)
            forced += [now] * is_forced
    assert all(sum(start <= moment < start + 600 for moment in forced) <= MOST_FORCED for start in forced)


def test_pauses_after_failures_grow_to_a_minute_and_end_with_success() -> None:
    pace, now, pauses = Pace(), 100.0, []
    for _ in range(12):
        pace.note_failure(now)
        pauses.append(pace.blocked_until - now)
        assert not pace.allows(now, is_rejected=True, is_due=True)
    assert 0.5 <= pauses[0] <= 1
    assert 30 <= pauses[-1] <= 60
    pace.note_success(now, 3600, is_forced=False)
    assert pace.allows(now, is_rejected=True, is_due=False)
    assert not pace.allows(now, is_rejected=False, is_due=True), "one just came"


@pytest.mark.parametrize(("status", "code"), [(401, "invalid_client"), (400, "unauthorized_client"), (400, "made_up")])
async def test_a_mistake_of_the_operators_kills_no_grant(
    bench: Bench, login: ScriptedServer, status: int, code: str
) -> None:
    login.say(status, body=json.dumps({"error": code}).encode())
    async with bench.process(auth_url=login.url) as process:
        connection = await bench.connect(process)
        bench.clock.step(HOUR)
        for _ in range(20):
            with pytest.raises(FanvueDownError):
                await process.tokens.access_token(connection.id)
        assert len(login.seen) <= 3
        assert (await process.stored(connection)).is_active
        assert process.deaths == []


@pytest.mark.parametrize(("status", "code"), [(400, "invalid_grant"), (401, "invalid_grant"), (401, "token_inactive")])
async def test_a_grant_is_dead_in_all_the_words_there_are_for_it(
    bench: Bench, login: ScriptedServer, status: int, code: str
) -> None:
    login.say(status, body=json.dumps({"error": code}).encode())
    async with bench.process(auth_url=login.url) as process:
        connection = await bench.connect(process)
        bench.clock.step(HOUR)
        for _ in range(20):
            with pytest.raises(ReconnectNeededError):
                await process.tokens.access_token(connection.id)
        assert len(login.seen) == 1
        assert not (await process.stored(connection)).is_active


async def test_every_hostile_end_is_one_of_our_errors(bench: Bench, login: ScriptedServer) -> None:
    bodies = [b"", b"null", b"[]", b"{", b"\xff\xfe", b'{"access_token":' + b"[" * 5000, b"0" * 70_000]
    for status in (200, 204, 301, 401, 500):
        for body in bodies:
            login.script.clear()
            login.say(status, body=b"" if status == 204 else body)
            async with bench.process(auth_url=login.url) as process:
                connection = await bench.connect(process)
                with pytest.raises(DomainError):
                    await process.tokens.access_token(connection.id, rejected=(await process.pair(connection)).access)
                assert process.deaths == []
