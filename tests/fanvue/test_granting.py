"""The authorisation server of the sandbox, from consent to the end of a grant."""

import pytest

from bot.domain.scopes import Scope
from bot.fanvue import users
from bot.fanvue.errors import (
    AnswerLostError,
    ClientRefusedError,
    FanvueError,
    ForbiddenError,
    GrantDeadError,
    RateLimitedError,
    ServerError,
    UnauthorizedError,
    UnexpectedAnswerError,
)
from bot.fanvue.insights import percentile
from sandbox.fanvue import SandboxFanvue
from tests.fanvue.linked import authorised, code_for, linked, oauth_for


async def test_the_scopes_of_a_pair_are_those_that_stayed_ticked(fanvue: SandboxFanvue) -> None:
    async with linked(fanvue) as luna:
        assert (await authorised(luna.oauth, "lunavale")).scopes == set(Scope)
        less = await authorised(luna.oauth, "mikasol", untick=("read:insights", "write:chat"))
        assert less.scopes == set(Scope) - {Scope.READ_INSIGHTS, Scope.WRITE_CHAT}
        with pytest.raises(ForbiddenError):
            await luna.client.send(percentile(), less.access_token, bucket="m")


async def test_a_spent_code_is_refused_and_ends_what_it_gave(fanvue: SandboxFanvue) -> None:
    async with linked(fanvue) as luna:
        code, verifier = await code_for(luna.oauth, "lunavale")
        pair = await luna.oauth.exchange(code, verifier)
        with pytest.raises(GrantDeadError):
            await luna.oauth.exchange(code, verifier)
        with pytest.raises(UnauthorizedError):
            await luna.client.send(users.current_user(), pair.access_token, bucket="b")


async def test_a_code_needs_the_verifier_it_was_asked_for_with(fanvue: SandboxFanvue) -> None:
    async with linked(fanvue) as luna:
        code, _ = await code_for(luna.oauth, "lunavale")
        with pytest.raises(GrantDeadError):
            await luna.oauth.exchange(code, "x" * 43)


async def test_a_wrong_secret_has_its_own_name(fanvue: SandboxFanvue) -> None:
    async with linked(fanvue) as luna:
        with pytest.raises(ClientRefusedError):
            await oauth_for(fanvue, luna.client, secret="wrong").refresh(luna.pair.refresh_token)


@pytest.mark.parametrize("secret", ["a+b/c=d", "50%", "sp ace", "ünïcode", "a:b"])
async def test_a_secret_may_hold_any_character(secret: str) -> None:
    async with (
        SandboxFanvue(redirect_uris=("http://x.example/cb",), client_secret=secret) as fanvue,
        linked(fanvue) as luna,
    ):
        assert (await luna.oauth.refresh(luna.pair.refresh_token)).access_token


async def test_a_refreshed_pair_works_and_keeps_its_scopes_to_itself(fanvue: SandboxFanvue) -> None:
    async with linked(fanvue) as luna:
        fanvue.oauth.echoes_scope_on_refresh = False
        pair = await luna.oauth.refresh(luna.pair.refresh_token)
        assert pair.scopes is None
        assert pair.refresh_token != luna.pair.refresh_token
        assert (await luna.client.send(users.current_user(), pair.access_token, bucket="b")).handle == "lunavale"


@pytest.mark.parametrize("kind", ["rotated_answer_lost", "reset", "garbage", "wrong_shape", "5xx", "503"])
@pytest.mark.parametrize("times", [1, 2])
async def test_trouble_during_a_refresh_never_costs_the_grant(fanvue: SandboxFanvue, kind: str, times: int) -> None:
    async with linked(fanvue) as luna:
        fanvue.faults.add("token", kind, times=times)
        pair = await luna.oauth.refresh(luna.pair.refresh_token)
        again = await luna.oauth.refresh(pair.refresh_token)
        assert (await luna.client.send(users.current_user(), again.access_token, bucket="b")).handle == "lunavale"
        assert fanvue.oauth.reuse_detected == 0


async def test_a_refresh_that_gets_no_answer_is_asked_for_again(fanvue: SandboxFanvue) -> None:
    async with linked(fanvue, try_seconds=0.25) as luna:
        fanvue.faults.add("token", "hang", times=1)
        assert (await luna.oauth.refresh(luna.pair.refresh_token)).access_token


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("rotated_answer_lost", AnswerLostError),
        ("reset", AnswerLostError),
        ("hang", AnswerLostError),
        ("garbage", UnexpectedAnswerError),
        ("wrong_shape", UnexpectedAnswerError),
        ("5xx", ServerError),
        ("500", ServerError),
        ("502", ServerError),
        ("429", RateLimitedError),
        ("invalid_grant", GrantDeadError),
    ],
)
async def test_lasting_trouble_at_the_token_address_has_a_name(
    fanvue: SandboxFanvue, kind: str, expected: type[FanvueError]
) -> None:
    async with linked(fanvue, try_seconds=0.25) as luna:
        code, verifier = await code_for(luna.oauth, "lunavale")
        fanvue.faults.add("token", kind)
        with pytest.raises(expected) as caught:
            await luna.oauth.refresh(luna.pair.refresh_token)
        with pytest.raises(expected) as exchanged:
            await luna.oauth.exchange(code, verifier)
        for secret in (luna.pair.refresh_token, luna.pair.access_token, code, verifier, fanvue.client_secret):
            assert secret not in f"{caught.value!r}{caught.value}{exchanged.value!r}{exchanged.value}"


async def test_a_revoked_grant_is_dead(fanvue: SandboxFanvue) -> None:
    async with linked(fanvue) as luna:
        await luna.oauth.revoke(luna.pair.refresh_token)
        with pytest.raises(UnauthorizedError):
            await luna.send(users.current_user())
        with pytest.raises(GrantDeadError):
            await luna.oauth.refresh(luna.pair.refresh_token)
        await luna.oauth.revoke(luna.pair.refresh_token)


async def test_a_grant_withdrawn_at_fanvue_is_dead(fanvue: SandboxFanvue) -> None:
    async with linked(fanvue) as luna:
        fanvue.oauth.withdraw("lunavale")
        with pytest.raises(GrantDeadError):
            await luna.oauth.refresh(luna.pair.refresh_token)
