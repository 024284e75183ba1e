import asyncio
import json
from base64 import b64encode
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.domain.scopes import Scope
from bot.fanvue.errors import (
    AnswerLostError,
    ClientRefusedError,
    FanvueError,
    GrantDeadError,
    OAuthCode,
    OAuthError,
    RateLimitedError,
    ServerError,
    UnexpectedAnswerError,
    UnreachableError,
)
from bot.fanvue.oauth import FanvueOAuth, challenge_of, new_verifier
from bot.fanvue.transport import Connections
from tests.fanvue.scripted_server import HandClock, ScriptedServer

SECRET = "a-client-secret-nobody-may-see"
OLD = "ory_rt_theOldRefreshToken"
PAIR = {
    "access_token": "ory_at_new",
    "refresh_token": "ory_rt_new",
    "expires_in": 3600,
    "token_type": "Bearer",
    "scope": "openid offline_access offline read:self read:chat made:up",
}


def answer(**changes: Any) -> bytes:
    return json.dumps({key: value for key, value in {**PAIR, **changes}.items() if value is not None}).encode()


def oauth_at(url: str, clock: HandClock, connections: Connections, try_seconds: float = 2) -> FanvueOAuth:
    return FanvueOAuth(
        url,
        client_id="client-1",
        client_secret=SECRET,
        redirect_uri="https://bot.example/oauth/callback",
        clock=clock,
        connections=connections,
        try_seconds=try_seconds,
        pause_seconds=0.001,
    )


@pytest.fixture
async def connections() -> AsyncIterator[Connections]:
    pool = Connections()
    yield pool
    await pool.aclose()


@pytest.fixture
def oauth(server: ScriptedServer, clock: HandClock, connections: Connections) -> FanvueOAuth:
    return oauth_at(server.url, clock, connections)


def form(server: ScriptedServer, at: int = -1) -> dict[str, str]:
    return {key: values[0] for key, values in parse_qs(server.seen[at].body.decode()).items()}


def test_the_challenge_is_that_of_the_documentation() -> None:
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    assert challenge_of(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_verifiers_are_fresh_and_long_enough() -> None:
    assert len({new_verifier() for _ in range(50)}) == 50
    assert len(new_verifier()) == 43


async def test_the_address_for_consent_asks_for_exactly_what_is_needed(oauth: FanvueOAuth) -> None:
    url = oauth.authorize_url(scopes={Scope.READ_CHAT, Scope.READ_SELF}, state="s" * 43, challenge="c" * 43)
    query = {key: values[0] for key, values in parse_qs(urlsplit(url).query).items()}
    assert urlsplit(url).path == "/oauth2/auth"
    assert query == {
        "response_type": "code",
        "client_id": "client-1",
        "redirect_uri": "https://bot.example/oauth/callback",
        "scope": "openid offline_access offline read:self read:chat",
        "state": "s" * 43,
        "code_challenge": "c" * 43,
        "code_challenge_method": "S256",
    }


async def test_a_fresh_login_is_asked_for_only_on_demand(oauth: FanvueOAuth) -> None:
    assert "prompt=login" in oauth.authorize_url(scopes=[], state="s", challenge="c", force_login=True)


async def test_a_code_becomes_a_pair_with_the_scopes_that_were_granted(
    oauth: FanvueOAuth, server: ScriptedServer, clock: HandClock
) -> None:
    server.say(body=answer())
    pair = await oauth.exchange("the-code", "the-verifier")
    assert (pair.access_token, pair.refresh_token, pair.expires_in_seconds) == ("ory_at_new", "ory_rt_new", 3600)
    assert pair.scopes == {Scope.READ_SELF, Scope.READ_CHAT}
    assert pair.received_at == clock.now()
    assert form(server) == {
        "grant_type": "authorization_code",
        "code": "the-code",
        "redirect_uri": "https://bot.example/oauth/callback",
        "code_verifier": "the-verifier",
        "client_id": "client-1",
    }


async def test_the_secret_goes_in_the_basic_header_alone(oauth: FanvueOAuth, server: ScriptedServer) -> None:
    server.say(body=answer())
    await oauth.refresh(OLD)
    await oauth.revoke(OLD)
    for request in server.seen:
        expected = b64encode(f"client-1:{SECRET}".encode()).decode()
        assert request.headers["authorization"] == f"Basic {expected}"
        assert SECRET.encode() not in request.body


async def test_scopes_left_out_are_told_from_scopes_not_granted(oauth: FanvueOAuth, server: ScriptedServer) -> None:
    for scope, expected in [(None, None), ("", None), ("openid", frozenset()), (["read:self"], {Scope.READ_SELF})]:
        server.script.clear()
        server.say(body=answer(scope=scope))
        assert (await oauth.refresh(OLD)).scopes == expected


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        (3600, 3600),
        ("3600", 3600),
        (1800.9, 1800),
        (None, 600),
        ("soon", 600),
        ([], 600),
        (True, 600),
        (0, 600),
        (-5, 600),
        (0.5, 600),
        (1, 1),
        (2, 2),
        (10**12, 86_400),
        (1e300, 86_400),
        ("9" * 300, 600),
    ],
)
async def test_the_life_of_a_token_is_always_sane(
    oauth: FanvueOAuth, server: ScriptedServer, told: Any, seconds: int
) -> None:
    server.say(body=answer(expires_in=told))
    assert (await oauth.refresh(OLD)).expires_in_seconds == seconds


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"", "body"),
        (b"<html>", "body"),
        (b"[]", "body"),
        (b"[" * 60_000, "body"),
        (answer(access_token=None), "access_token"),
        (answer(access_token=""), "access_token"),
        (answer(access_token=7), "access_token"),
        (answer(access_token="a b"), "access_token"),
        (answer(access_token="a\r\nX: y"), "access_token"),
        (answer(access_token="x" * 16_385), "access_token"),
        (answer(refresh_token="x" * 16_385), "refresh_token"),
        (answer(refresh_token={}), "refresh_token"),
        (answer(token_type="mac"), "token_type"),
        (answer(token_type=3), "token_type"),
        (answer(padding="x" * 65_536), "size"),
    ],
)
async def test_unusable_answers_are_named(oauth: FanvueOAuth, server: ScriptedServer, body: bytes, field: str) -> None:
    server.say(body=body)
    with pytest.raises(UnexpectedAnswerError) as caught:
        await oauth.exchange("code", "verifier")
    assert caught.value.field == field
    assert len(server.seen) == 1


async def test_a_first_grant_without_refresh_token_is_unusable(oauth: FanvueOAuth, server: ScriptedServer) -> None:
    server.say(body=answer(refresh_token=None))
    with pytest.raises(UnexpectedAnswerError):
        await oauth.exchange("code", "verifier")
    assert (await oauth.refresh(OLD)).refresh_token == OLD


@pytest.mark.parametrize("status", [400, 401, 403])
@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("invalid_grant", GrantDeadError),
        ("token_inactive", GrantDeadError),
        ("invalid_client", ClientRefusedError),
        ("unauthorized_client", ClientRefusedError),
        ("invalid_request", OAuthError),
        ("invalid_scope", OAuthError),
        ("something_new", OAuthError),
        (None, OAuthError),
        (["x"], OAuthError),
    ],
)
async def test_every_refusal_has_a_name_and_a_code_from_a_closed_set(
    oauth: FanvueOAuth, server: ScriptedServer, status: int, code: Any, expected: type[OAuthError]
) -> None:
    server.say(status, json.dumps({"error": code, "error_description": f"about {OLD}"}).encode())
    with pytest.raises(OAuthError) as caught:
        await oauth.refresh(OLD)
    assert type(caught.value) is expected
    assert caught.value.code in OAuthCode
    assert len(server.seen) == 1


@pytest.mark.parametrize(("then", "data"), [("reset", b""), ("close", b""), ("close", b"HTTP/1.1 200 OK\r\n")])
async def test_a_lost_answer_to_a_refresh_is_asked_for_at_once_with_the_same_token(
    oauth: FanvueOAuth, server: ScriptedServer, then: str, data: bytes
) -> None:
    server.do(then, data)
    server.do(then, data)
    server.say(body=answer())
    assert (await oauth.refresh(OLD)).refresh_token == "ory_rt_new"
    assert [form(server, at)["refresh_token"] for at in range(3)] == [OLD] * 3


async def test_a_refresh_is_not_asked_for_forever(oauth: FanvueOAuth, server: ScriptedServer) -> None:
    server.do("close")
    with pytest.raises(AnswerLostError):
        await oauth.refresh(OLD)
    assert len(server.seen) == 3


async def test_silence_is_a_lost_answer_too(server: ScriptedServer, clock: HandClock, connections: Connections) -> None:
    server.do("hang")
    server.say(body=answer())
    oauth = oauth_at(server.url, clock, connections, try_seconds=0.25)
    assert (await oauth.refresh(OLD)).access_token == "ory_at_new"
    assert len(server.seen) == 2


async def test_an_unreadable_answer_to_a_refresh_is_asked_for_again(oauth: FanvueOAuth, server: ScriptedServer) -> None:
    server.say(body=b"<html>")
    server.say(503)
    server.say(body=answer())
    assert (await oauth.refresh(OLD)).access_token == "ory_at_new"


@pytest.mark.parametrize("then", ["reset", "close"])
async def test_a_code_is_never_sent_twice(oauth: FanvueOAuth, server: ScriptedServer, then: str) -> None:
    server.do(then)
    with pytest.raises(AnswerLostError):
        await oauth.exchange("code", "verifier")
    assert len(server.seen) == 1


@pytest.mark.parametrize(("status", "expected"), [(500, ServerError), (503, ServerError), (302, UnexpectedAnswerError)])
async def test_other_statuses_have_names(
    oauth: FanvueOAuth, server: ScriptedServer, status: int, expected: type[FanvueError]
) -> None:
    server.say(status, b"", {"Location": f"{server.url}/elsewhere"})
    with pytest.raises(expected):
        await oauth.exchange("code", "verifier")
    assert len(server.seen) == 1


async def test_a_limit_names_the_instant(oauth: FanvueOAuth, server: ScriptedServer, clock: HandClock) -> None:
    server.say(429, headers={"Retry-After": "9"})
    with pytest.raises(RateLimitedError) as caught:
        await oauth.refresh(OLD)
    assert caught.value.until == clock.now() + timedelta(seconds=9)


async def test_nobody_there_is_unreachable(clock: HandClock, connections: Connections, closed_port: int) -> None:
    oauth = oauth_at(f"http://127.0.0.1:{closed_port}", clock, connections)
    for asking in (oauth.exchange("c", "v"), oauth.refresh(OLD), oauth.revoke(OLD)):
        with pytest.raises(UnreachableError):
            await asking


async def test_revoking_tells_the_token_and_its_kind(oauth: FanvueOAuth, server: ScriptedServer) -> None:
    server.say(200, b"")
    await oauth.revoke(OLD)
    assert server.seen[0].target == "/oauth2/revoke"
    assert form(server) == {"token": OLD, "token_type_hint": "refresh_token"}


async def test_revoking_what_is_dead_already_is_fine(oauth: FanvueOAuth, server: ScriptedServer) -> None:
    server.say(400, b'{"error":"invalid_grant"}')
    await oauth.revoke(OLD)


async def test_revoking_is_tried_again_when_the_answer_is_lost(oauth: FanvueOAuth, server: ScriptedServer) -> None:
    server.do("close")
    server.say(200, b"")
    await oauth.revoke(OLD)
    assert len(server.seen) == 2


async def test_a_pair_and_every_error_print_no_secret(
    oauth: FanvueOAuth, server: ScriptedServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    asyncio.get_running_loop().slow_callback_duration = 10
    server.say(body=answer())
    pair = await oauth.exchange("the-code", "the-verifier")
    shown = [repr(pair), str(pair)]
    server.script.clear()
    server.say(400, json.dumps({"error": "invalid_grant", "error_description": OLD}).encode())
    with pytest.raises(GrantDeadError) as caught:
        await oauth.refresh(OLD)
    shown += [repr(caught.value), str(caught.value), repr(caught.value.__context__), caplog.text]
    for secret in ("ory_at_new", "ory_rt_new", OLD, SECRET, "the-code", "the-verifier"):
        assert not any(secret in text for text in shown)
