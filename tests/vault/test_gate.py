"""Whatever happens between us and Fanvue ends in one error of our own words, or in success."""

import asyncio
import logging
from datetime import UTC
from typing import Any

import pytest
import structlog

from bot.domain.accounts import Connection
from bot.domain.errors import (
    BusyError,
    DomainError,
    FanvueChangedError,
    FanvueDownError,
    GoneError,
    NotConnectedError,
    OutcomeUnknownError,
    ReconnectNeededError,
    RefusedByFanvueError,
    ScopeMissingError,
    SignInRefusedError,
)
from bot.domain.scopes import Feature, Scope
from bot.fanvue import chats, users
from sandbox.fanvue import SandboxFanvue
from sandbox.fanvue.faults import AFTER, BEFORE, STATUSES
from tests.vault.keeping import HANDLE, HOUR, OTHER_OWNER, Bench, Process, grant_of

TEXT = "a very private text to a fan"

ENDS_OF_A_READ: dict[str, type[DomainError]] = {
    "400": RefusedByFanvueError,
    "401": SignInRefusedError,
    "403": ScopeMissingError,
    "404": GoneError,
    "409": RefusedByFanvueError,
    "410": FanvueChangedError,
    "429": BusyError,
    "500": FanvueDownError,
    "502": FanvueDownError,
    "503": FanvueDownError,
    "504": FanvueDownError,
    "blocked": FanvueDownError,
    "hang": FanvueDownError,
    "reset": FanvueDownError,
    "garbage": FanvueChangedError,
    "wrong_shape": FanvueChangedError,
    "applied_answer_cut": FanvueDownError,
}
NOBODY_KNOWS = ("500", "502", "503", "504", "blocked", "hang", "reset", "garbage", "wrong_shape", "applied_answer_cut")
ENDS_OF_A_WRITE = ENDS_OF_A_READ | dict.fromkeys(NOBODY_KNOWS, OutcomeUnknownError)
ENDS_OF_THE_LOGIN: dict[str, type[DomainError] | None] = {
    **dict.fromkeys(ENDS_OF_A_READ, FanvueDownError),
    "429": BusyError,
    "5xx": FanvueDownError,
    "invalid_grant": ReconnectNeededError,
    "rotated_answer_lost": FanvueDownError,
}
OF_THE_LOGIN_ALONE = {"5xx", "invalid_grant", "rotated_answer_lost"}


def fan_of(fanvue: SandboxFanvue) -> Any:
    """A fan with a chat who can be written to."""
    desk = fanvue.world.desk(fanvue.world.account(HANDLE))
    return next(chat.fan.user for chat in desk.chats.values() if chat.fan.is_contactable)


async def end_of(process: Process, connection: Connection, call: Any, kind: str) -> BaseException:
    """What a call ends in; what hangs is not waited for long."""
    outcome = (
        await asyncio.gather(
            process.gate.call(grant_of(connection), call, deadline_seconds=0.8 if kind == "hang" else 30),
            return_exceptions=True,
        )
    )[0]
    assert isinstance(outcome, BaseException)
    return outcome


def test_every_fault_of_the_sandbox_has_an_end_here() -> None:
    every = {*(str(status) for status in STATUSES), *BEFORE, *AFTER}
    assert every == {*ENDS_OF_THE_LOGIN}
    assert every - OF_THE_LOGIN_ALONE == {*ENDS_OF_A_READ}


@pytest.mark.parametrize("kind", ENDS_OF_A_READ)
async def test_a_read_ends_in_our_words(bench: Bench, kind: str) -> None:
    bench.fanvue.faults.add("getCurrentUser", kind, retry_after=60)
    async with bench.process() as process:
        connection = await bench.connect(process)
        outcome = await end_of(process, connection, users.current_user(), kind)
        assert type(outcome) is ENDS_OF_A_READ[kind]


@pytest.mark.parametrize("kind", ENDS_OF_A_WRITE)
async def test_a_write_ends_in_our_words_and_was_sent_once(bench: Bench, kind: str) -> None:
    fault = bench.fanvue.faults.add("sendMessage", kind, retry_after=60)
    fan = fan_of(bench.fanvue)
    async with bench.process() as process:
        connection = await bench.connect(process)
        outcome = await end_of(process, connection, chats.send_message(fan.uuid, TEXT), kind)
        assert type(outcome) is ENDS_OF_A_WRITE[kind]
        assert fault.hits == (2 if kind == "401" else 1), "only a refused token is reason to send it again"
        texts = [message.text for message in bench.fanvue.messages(HANDLE, fan.handle)]
        assert texts.count(TEXT) == (kind == "applied_answer_cut")


@pytest.mark.parametrize("is_write", [False, True], ids=["read", "write"])
@pytest.mark.parametrize("kind", ENDS_OF_THE_LOGIN)
async def test_trouble_of_the_login_ends_in_our_words_and_nothing_was_sent(
    bench: Bench, kind: str, is_write: bool
) -> None:
    bench.fanvue.faults.add("token", kind, retry_after=60)
    call: Any = chats.send_message(fan_of(bench.fanvue).uuid, TEXT) if is_write else users.current_user()
    async with bench.process() as process:
        connection = await bench.connect(process)
        bench.clock.step(HOUR)
        outcome = await end_of(process, connection, call, kind)
        assert type(outcome) is ENDS_OF_THE_LOGIN[kind]
        assert bench.fanvue.ledger == []
        bench.fanvue.faults.clear()


@pytest.mark.parametrize("is_write", [False, True], ids=["read", "write"])
async def test_a_refused_token_is_renewed_and_the_call_made_once_more(bench: Bench, is_write: bool) -> None:
    fan = fan_of(bench.fanvue)
    call: Any = chats.send_message(fan.uuid, TEXT) if is_write else users.current_user()
    async with bench.process() as process:
        connection = await bench.connect(process)
        bench.fanvue.oauth.expire_access(HANDLE)
        await process.gate.call(grant_of(connection), call)
        texts = [message.text for message in bench.fanvue.messages(HANDLE, fan.handle)]
        assert texts.count(TEXT) == is_write
        first, second = bench.fanvue.ledger
        assert first.status == 401 != second.status
        assert bench.refreshes == 1


async def test_a_limit_says_until_when_with_a_zone(bench: Bench) -> None:
    bench.fanvue.faults.add("getCurrentUser", 429, retry_after=60)
    async with bench.process() as process:
        connection = await bench.connect(process)
        with pytest.raises(BusyError) as caught:
            await process.gate.call(grant_of(connection), users.current_user())
        assert caught.value.until.tzinfo == UTC
        assert 50 < (caught.value.until - bench.clock.now()).total_seconds() < 61


async def test_a_scope_that_is_missing_is_said_before_anything_is_asked(bench: Bench) -> None:
    call = chats.send_message("somebody", TEXT)
    async with bench.process() as process:
        connection = await bench.connect(process, scopes=frozenset({Scope.READ_SELF, Scope.READ_CHAT}))
        for attempt in (process.gate.call(grant_of(connection), call), _required(process, connection, call)):
            with pytest.raises(ScopeMissingError) as caught:
                await attempt
            assert caught.value.missing == {Scope.WRITE_CHAT}
            assert caught.value.features == {Feature.REPLIES}
            assert (caught.value.handle, caught.value.is_owner) == (HANDLE, True)
        assert bench.fanvue.ledger == []


async def _required(process: Process, connection: Connection, call: Any) -> None:
    process.gate.require_scopes(grant_of(connection), call)


async def test_a_refusal_by_fanvue_names_what_to_add_like_our_own_check(bench: Bench) -> None:
    async with bench.process() as process:
        connection = await bench.connect(process)
        bench.fanvue.faults.add("sendMessage", 403)
        call = chats.send_message(fan_of(bench.fanvue).uuid, TEXT)
        with pytest.raises(ScopeMissingError) as caught:
            await process.gate.call(grant_of(connection, actor=OTHER_OWNER), call)
        assert caught.value.missing == call.scopes
        assert not caught.value.is_owner


async def test_a_dead_grant_is_said_before_a_missing_scope(bench: Bench) -> None:
    async with bench.process() as process:
        connection = await bench.connect(process, scopes=frozenset({Scope.READ_SELF}))
        await process.stores.connections.mark_dead(connection.id)
        dead = await process.stored(connection)
        for attempt in (
            process.gate.call(grant_of(dead), users.current_user()),
            process.gate.call(grant_of(dead), chats.send_message("somebody", TEXT)),
            _required(process, dead, chats.send_message("somebody", TEXT)),
        ):
            with pytest.raises(ReconnectNeededError):
                await attempt
        assert (bench.fanvue.ledger, bench.token_requests) == ([], 0)


async def test_an_account_that_was_disconnected_meanwhile_is_named(bench: Bench) -> None:
    async with bench.process() as process:
        connection = await bench.connect(process)
        await process.stores.connections.delete(connection.id)
        with pytest.raises(NotConnectedError):
            await process.gate.call(grant_of(connection), users.current_user())
        assert bench.fanvue.ledger == []


async def test_waiting_for_a_token_counts_towards_the_deadline(bench: Bench) -> None:
    bench.fanvue.faults.add("token", "hang")
    async with bench.process() as process:
        connection = await bench.connect(process)
        bench.clock.step(HOUR)
        async with asyncio.timeout(3):
            with pytest.raises(FanvueDownError):
                await process.gate.call(grant_of(connection), users.current_user(), deadline_seconds=0.1)
        bench.fanvue.faults.clear()


async def test_no_error_and_no_log_line_holds_a_secret(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    fan, shown = fan_of(bench.fanvue), []
    pair = bench.new_pair()
    with structlog.testing.capture_logs() as lines:
        for place, kinds in (("sendMessage", ENDS_OF_A_WRITE), ("token", ENDS_OF_THE_LOGIN)):
            for kind in set(kinds) - {"hang"}:
                rule = bench.fanvue.faults.add(place, kind, retry_after=60)
                async with bench.process() as process:
                    connection = await bench.connect(process, pair=pair)
                    call = chats.send_message(fan.uuid, TEXT)
                    if place == "token":
                        bench.clock.step(HOUR)
                    error = await end_of(process, connection, call, kind)
                    shown += [str(error), repr(error), repr(error.__dict__), repr(error.__cause__), repr(call)]
                bench.fanvue.faults.remove(rule)
    everything = " ".join([*shown, str(lines), caplog.text])
    for secret in (TEXT, pair.access_token, pair.refresh_token, "ory_", bench.fanvue.client_secret, "Bearer"):
        assert secret not in everything
