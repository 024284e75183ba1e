"""Every kind of trouble the sandbox can make, for reads and for writes: each ends in a named error or in success."""

import logging
from typing import Any

import pytest
import structlog

from bot.fanvue import chats, users
from bot.fanvue.errors import (
    AnswerLostError,
    FanvueError,
    RateLimitedError,
)
from sandbox.fanvue import SandboxFanvue
from tests.fanvue.linked import OF_THE_API, Linked, linked

TEXT = "a very private text to a fan"

ELSEWHERE = {"5xx", "invalid_grant", "rotated_answer_lost"}
LASTING = {kind: error for kind, error in OF_THE_API.items() if kind not in ELSEWHERE}
REPEATED = ("500", "502", "503", "504", "reset", "applied_answer_cut")


async def chat_partner(luna: Linked) -> Any:
    """A fan with a chat who can be written to."""
    desk = luna.fanvue.world.desk(luna.fanvue.world.account("lunavale"))
    return next(chat.fan.user for chat in desk.chats.values() if chat.fan.is_contactable)


def patience(kind: str) -> float:
    """Seconds: what hangs is not waited for long."""
    return 0.25 if kind == "hang" else 5


@pytest.mark.parametrize("kind", LASTING)
async def test_lasting_trouble_with_a_read_has_a_name(fanvue: SandboxFanvue, kind: str) -> None:
    async with linked(fanvue) as luna:
        fault = fanvue.faults.add("getCurrentUser", kind, retry_after=60)
        with pytest.raises(LASTING[kind]):
            await luna.send(users.current_user(), deadline_seconds=patience(kind))
        assert fault.hits == (3 if kind in REPEATED else 1)


@pytest.mark.parametrize("kind", REPEATED)
async def test_passing_trouble_with_a_read_is_not_even_noticed(fanvue: SandboxFanvue, kind: str) -> None:
    async with linked(fanvue) as luna:
        fanvue.faults.add("getCurrentUser", kind, times=2)
        assert (await luna.send(users.current_user())).handle == "lunavale"


@pytest.mark.parametrize("kind", LASTING)
async def test_trouble_with_a_write_has_a_name_and_is_never_repeated(fanvue: SandboxFanvue, kind: str) -> None:
    async with linked(fanvue) as luna:
        fan = await chat_partner(luna)
        fault = fanvue.faults.add("sendMessage", kind, retry_after=60)
        with pytest.raises(LASTING[kind]):
            await luna.send(chats.send_message(fan.uuid, TEXT), deadline_seconds=patience(kind))
        assert fault.hits == 1
        texts = [message.text for message in fanvue.messages("lunavale", fan.handle)]
        assert texts.count(TEXT) == (kind == "applied_answer_cut")


async def test_a_write_whose_answer_was_cut_is_found_by_reading_back(fanvue: SandboxFanvue) -> None:
    async with linked(fanvue) as luna:
        fan = await chat_partner(luna)
        fanvue.faults.add("sendMessage", "applied_answer_cut", times=1)
        with pytest.raises(AnswerLostError):
            await luna.send(chats.send_message(fan.uuid, TEXT))
        assert (await luna.send(chats.list_messages(fan.uuid, size=1))).data[0].text == TEXT


async def test_the_limit_of_the_sandbox_is_never_run_into(fanvue: SandboxFanvue) -> None:
    fanvue.rate_limit = 20
    async with linked(fanvue) as luna:
        for _ in range(18):
            await luna.send(users.current_user(), deadline_seconds=1)
        with pytest.raises(RateLimitedError):
            await luna.send(users.current_user(), deadline_seconds=1)
        assert {status for _, status in luna.ledger()} == {200}


@pytest.mark.parametrize("kind", LASTING)
async def test_no_secret_reaches_logs_or_errors(
    fanvue: SandboxFanvue, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with linked(fanvue) as luna:
        fan = await chat_partner(luna)
        fanvue.faults.add("sendMessage", kind, retry_after=60)
        caplog.set_level(logging.DEBUG, "bot")
        caplog.set_level(logging.DEBUG, "httpx")
        caplog.set_level(logging.DEBUG, "httpcore")
        caplog.set_level(logging.DEBUG, "aiohttp.client")
        with structlog.testing.capture_logs() as lines, pytest.raises(FanvueError) as caught:
            await luna.send(chats.send_message(fan.uuid, TEXT), deadline_seconds=patience(kind))
        shown = f"{caught.value!r} {caught.value} {caught.value.__cause__!r} {lines} {caplog.text}"
        for secret in (luna.pair.access_token, luna.pair.refresh_token, "private text", fan.uuid, fan.handle):
            assert secret not in shown
