"""Every fault of the sandbox with every class of call: each ends in the error meant for it, or does no harm."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from bot.fanvue import chats, media, posts, uploads, users
from bot.fanvue.errors import (
    AnswerLostError,
    ClientRefusedError,
    FanvueError,
    GrantDeadError,
    InvalidRequestError,
    OAuthError,
    RateLimitedError,
    ServerError,
    UnexpectedAnswerError,
)
from bot.fanvue.wire import ActingAs, Call
from sandbox.fanvue import SandboxFanvue
from sandbox.fanvue.faults import AFTER, BEFORE, STATUSES
from tests.fanvue.linked import OF_THE_API, Linked, code_for, linked

KINDS = (*(str(status) for status in STATUSES), *BEFORE, *AFTER)
OF_THE_LOGIN: dict[str, type[FanvueError]] = {
    **dict.fromkeys(("400", "403", "404", "409", "410", "401", "blocked"), OAuthError),
    **dict.fromkeys(("500", "502", "503", "504", "5xx"), ServerError),
    **dict.fromkeys(("hang", "reset", "applied_answer_cut", "rotated_answer_lost"), AnswerLostError),
    **dict.fromkeys(("garbage", "wrong_shape"), UnexpectedAnswerError),
    "429": RateLimitedError,
    "invalid_grant": GrantDeadError,
}
OF_PARTS = OF_THE_API | {
    **dict.fromkeys(("401", "403", "404", "409", "410", "429", "blocked"), InvalidRequestError),
    **dict.fromkeys(("garbage", "wrong_shape"), UnexpectedAnswerError),
}
HARMLESS = {("nothing told", "wrong_shape"), ("deletion", "wrong_shape"), ("end of an upload", "wrong_shape")}
"""A write that has nothing to tell may answer with JSON of any shape: it was done."""

Making = Callable[[Linked], Call[Any]]


def fan_of(luna: Linked) -> str:
    """A fan with a chat who can be written to."""
    desk = luna.fanvue.world.desk(luna.fanvue.world.account("lunavale"))
    return next(chat.fan.user.uuid for chat in desk.chats.values() if chat.fan.is_contactable)


def managed(luna: Linked) -> ActingAs:
    return ActingAs(luna.fanvue.world.account("lunavale").uuid)


CLASSES: dict[str, Making] = {
    "read": lambda _luna: users.current_user(),
    "list": lambda _luna: chats.list_chats(),
    "text": lambda _luna: uploads.part_url("no-upload", 1),
    "read of one thing": lambda _luna: media.media("00000000-0000-4000-8000-000000000000"),
    "write that answers": lambda luna: chats.send_message(fan_of(luna), "hello"),
    "write of a post": lambda _luna: posts.create_post(audience="subscribers", text="hello"),
    "nothing told": lambda luna: chats.update_chat(fan_of(luna), is_read=True),
    "deletion": lambda luna: chats.delete_message(fan_of(luna), "00000000-0000-4000-8000-000000000000"),
    "end of an upload": lambda _luna: uploads.complete_session("no-upload", []),
}


def test_no_fault_of_the_sandbox_is_left_out() -> None:
    for ends in (OF_THE_API, OF_THE_LOGIN, OF_PARTS):
        assert {*ends} == {*KINDS}


def test_every_way_of_answering_and_every_method_is_among_the_classes() -> None:
    shown = Linked.__new__(Linked)
    calls = [CLASSES[name](shown) for name in ("read", "text", "write of a post", "end of an upload")]
    assert {call.method for call in calls} >= {"GET", "POST", "PATCH"}
    assert any(call.is_text for call in calls)


@pytest.mark.parametrize("name", CLASSES)
@pytest.mark.parametrize("kind", KINDS)
async def test_a_call_ends_in_the_error_of_its_fault(fanvue: SandboxFanvue, name: str, kind: str) -> None:
    async with linked(fanvue) as luna:
        call = CLASSES[name](luna)
        fault = fanvue.faults.add(call.operation_id, kind, retry_after=60)
        if (name, kind) in HARMLESS:
            await luna.send(call)
            assert fault.hits == 1
            return
        with pytest.raises(OF_THE_API[kind]) as caught:
            await luna.send(call, deadline_seconds=0.2 if kind == "hang" else 5)
        assert type(caught.value) is OF_THE_API[kind]
        assert caught.value.operation_id == call.operation_id
        if not call.is_safe:
            assert fault.hits == 1, "a write is not sent again"


@pytest.mark.parametrize("kind", KINDS)
async def test_a_call_for_a_managed_creator_ends_in_the_error_of_its_fault(fanvue: SandboxFanvue, kind: str) -> None:
    async with linked(fanvue, "northstar_agency") as agency:
        call = chats.send_message(fan_of(agency), "hello", managed(agency))
        fault = fanvue.faults.add(call.operation_id, kind, retry_after=60)
        with pytest.raises(OF_THE_API[kind]):
            await agency.send(call, deadline_seconds=0.2 if kind == "hang" else 5)
        assert fault.hits == 1


async def exchange(luna: Linked) -> object:
    code, verifier = await code_for(luna.oauth, "lunavale")
    return await luna.oauth.exchange(code, verifier)


async def refresh(luna: Linked) -> object:
    return await luna.oauth.refresh(luna.pair.refresh_token)


@pytest.mark.parametrize("asking", [exchange, refresh])
@pytest.mark.parametrize("kind", KINDS)
async def test_asking_for_tokens_ends_in_the_error_of_its_fault(
    fanvue: SandboxFanvue, asking: Callable[[Linked], Awaitable[object]], kind: str
) -> None:
    async with linked(fanvue, try_seconds=0.2) as luna:
        fanvue.faults.add("token", kind, retry_after=60)
        with pytest.raises(OF_THE_LOGIN[kind]) as caught:
            await asking(luna)
        assert not isinstance(caught.value, ClientRefusedError), "nothing says that our own secret is wrong"


@pytest.mark.parametrize("kind", KINDS)
async def test_revoking_ends_in_the_error_of_its_fault_or_is_done(fanvue: SandboxFanvue, kind: str) -> None:
    async with linked(fanvue, try_seconds=0.2) as luna:
        fanvue.faults.add("revoke", kind, retry_after=60)
        if kind in {"wrong_shape", "invalid_grant"}:
            await luna.oauth.revoke(luna.pair.refresh_token)
            return
        with pytest.raises(OF_THE_LOGIN[kind]):
            await luna.oauth.revoke(luna.pair.refresh_token)


@pytest.mark.parametrize("kind", KINDS)
async def test_putting_a_part_ends_in_the_error_of_its_fault(fanvue: SandboxFanvue, kind: str) -> None:
    async with linked(fanvue) as luna:
        session = await luna.send(uploads.create_session("a", "a.jpg", "image", size_bytes=3))
        address = await luna.send(uploads.part_url(session.upload_id, 1))
        fanvue.faults.add("upload", kind, retry_after=60)
        with pytest.raises(OF_PARTS[kind]):
            await uploads.put_part(
                luna.client.connections,
                address,
                1,
                b"abc",
                timeout_seconds=0.1 if kind == "hang" else 5,
                allows_loopback=True,
            )
