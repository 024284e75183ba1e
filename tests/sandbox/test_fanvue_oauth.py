"""Authorize, exchange, refresh, revoke: what the OAuth server promises and refuses."""

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from aiohttp import ClientSession, CookieJar
from fanvue_app import Answer, App, MovingClock

from sandbox.fanvue import SandboxFanvue, challenge_of, walk_consent

SYSTEM = "openid offline_access offline"


def parameters(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


@pytest.fixture
async def browser() -> AsyncIterator[ClientSession]:
    async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as session:
        yield session


async def connect(app: App, account: str = "lunavale", scope: str = f"{SYSTEM} read:self") -> Answer:
    code = parameters(await walk_consent(app.authorize_url(scope), account))["code"]
    return await app.exchange(code)


def test_the_challenge_of_the_documented_verifier_is_the_documented_one() -> None:
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    assert challenge_of(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


async def test_an_allowed_request_comes_back_with_code_and_state(app: App) -> None:
    back = parameters(await walk_consent(app.authorize_url(), "lunavale"))
    assert back["state"] == "state-of-the-test"
    assert back["code"]


async def test_a_denied_request_comes_back_with_access_denied(app: App) -> None:
    back = parameters(await walk_consent(app.authorize_url(), "lunavale", decision="deny"))
    assert (back["error"], back["state"], back.get("code")) == ("access_denied", "state-of-the-test", None)


async def test_an_unticked_scope_is_not_granted(app: App) -> None:
    url = app.authorize_url(f"{SYSTEM} read:self read:post write:post")
    back = parameters(await walk_consent(url, "lunavale", untick={"write:post"}))
    answer = await app.exchange(back["code"])
    assert set(answer.body["scope"].split()) == {*SYSTEM.split(), "read:self", "read:post"}


@pytest.mark.parametrize(
    "changes",
    [{"redirect_uri": "http://127.0.0.1:9/oauth/callback/"}, {"client_id": "somebody"}, {"redirect_uri": None}],
)
async def test_an_unknown_app_or_return_address_ends_on_a_page_and_redirects_nowhere(
    changes: dict[str, Any], app: App, browser: ClientSession
) -> None:
    async with browser.get(app.authorize_url(**changes), allow_redirects=False) as answer:
        assert answer.status == 400
        assert "Location" not in answer.headers


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"state": "short"}, "invalid_state"),
        ({"state": None}, "invalid_state"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"scope": f"{SYSTEM} read:everything"}, "invalid_scope"),
        ({"scope": None}, "invalid_scope"),
    ],
)
async def test_a_malformed_request_comes_back_with_its_error(changes: dict[str, Any], error: str, app: App) -> None:
    assert parameters(await walk_consent(app.authorize_url(**changes), "lunavale"))["error"] == error


async def test_a_scope_that_is_not_ticked_on_the_app_fails_the_login(app: App, fanvue: SandboxFanvue) -> None:
    fanvue.app_scopes = {*SYSTEM.split(), "read:self"}
    back = parameters(await walk_consent(app.authorize_url(f"{SYSTEM} read:chat"), "lunavale"))
    assert back["error"] == "invalid_scope"


async def test_a_login_is_remembered_until_a_login_is_asked_for(app: App, browser: ClientSession) -> None:
    await walk_consent(app.authorize_url(), "mikasol", session=browser)
    async with browser.get(app.authorize_url()) as answer:
        assert answer.url.path == "/consent"
        assert "@mikasol" in await answer.text()
    async with browser.get(app.authorize_url(prompt="login")) as answer:
        assert answer.url.path == "/login"


async def test_a_consent_that_is_known_can_be_skipped(app: App, fanvue: SandboxFanvue, browser: ClientSession) -> None:
    fanvue.oauth.skips_known_consent = True
    await app.exchange(parameters(await walk_consent(app.authorize_url(), "mikasol", session=browser))["code"])
    async with browser.get(app.authorize_url(), allow_redirects=False) as answer:
        consent = answer.headers["Location"]
    async with browser.get(app.fanvue.auth_url + consent, allow_redirects=False) as answer:
        assert "code" in parameters(answer.headers["Location"])


async def test_a_code_is_exchanged_for_a_pair_that_works(app: App) -> None:
    answer = await connect(app)
    assert (answer.status, answer.body["token_type"], answer.body["expires_in"]) == (200, "bearer", 3600)
    assert answer.body["access_token"].startswith("ory_at_")
    assert answer.body["refresh_token"].startswith("ory_rt_")
    me = await app.get("/users/me", token=answer.body["access_token"])
    assert me.body["handle"] == "lunavale"


async def test_a_spent_code_is_refused_and_kills_the_chain(app: App) -> None:
    code = parameters(await walk_consent(app.authorize_url(), "lunavale"))["code"]
    first = await app.exchange(code)
    assert (await app.exchange(code)).body["error"] == "invalid_grant"
    assert (await app.get("/users/me", token=first.body["access_token"])).status == 401
    assert (await app.refresh(first.body["refresh_token"])).body["error"] == "invalid_grant"


async def test_a_code_dies_after_a_minute(app: App, clock: MovingClock) -> None:
    code = parameters(await walk_consent(app.authorize_url(), "lunavale"))["code"]
    clock.pass_seconds(60)
    assert (await app.exchange(code)).body["error"] == "invalid_grant"


@pytest.mark.parametrize(
    "changes", [{"code_verifier": "x" * 43}, {"redirect_uri": "http://127.0.0.1:9/elsewhere"}, {"code": "ory_ac_none"}]
)
async def test_a_code_is_worth_nothing_with_a_wrong_verifier_or_address(changes: dict[str, Any], app: App) -> None:
    code = parameters(await walk_consent(app.authorize_url(), "lunavale"))["code"]
    answer = await app.exchange(**{"code": code} | changes)
    assert (answer.status, answer.body["error"]) == (400, "invalid_grant")


async def test_a_secret_in_the_body_is_refused(app: App) -> None:
    code = parameters(await walk_consent(app.authorize_url(), "lunavale"))["code"]
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "client_id": "sandbox-client",
        "client_secret": "sandbox-secret",
    }
    answer = await app.post_form("/oauth2/token", form, basic=False)
    assert (answer.status, answer.body["error"]) == (401, "invalid_client")


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({}, "invalid_request"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": "refresh_token"}, "invalid_request"),
    ],
)
async def test_a_malformed_form_is_refused(form: dict[str, str], error: str, app: App) -> None:
    answer = await app.post_form("/oauth2/token", form)
    assert (answer.status, answer.body["error"]) == (400, error)


async def test_every_refresh_brings_a_new_refresh_token(app: App) -> None:
    first = await connect(app)
    second = await app.refresh(first.body["refresh_token"])
    assert second.body["refresh_token"] != first.body["refresh_token"]
    assert (await app.get("/users/me", token=second.body["access_token"])).status == 200


async def test_a_refresh_answer_names_the_scopes_only_where_it_was_told_to(app: App, fanvue: SandboxFanvue) -> None:
    first = await connect(app)
    second = await app.refresh(first.body["refresh_token"])
    assert "scope" not in second.body
    fanvue.oauth.echoes_scope_on_refresh = True
    third = await app.refresh(second.body["refresh_token"])
    assert third.body["scope"] == first.body["scope"]


async def test_a_retry_within_the_grace_gets_a_valid_pair_and_the_chain_goes_on(
    app: App, fanvue: SandboxFanvue, clock: MovingClock
) -> None:
    first = await connect(app)
    await app.refresh(first.body["refresh_token"])
    clock.pass_seconds(29)
    retried = await app.refresh(first.body["refresh_token"])
    clock.pass_seconds(300)
    assert (await app.refresh(retried.body["refresh_token"])).status == 200
    assert (fanvue.oauth.graces, fanvue.oauth.reuse_detected) == (1, 0)


async def test_reuse_after_the_grace_kills_the_whole_chain(app: App, fanvue: SandboxFanvue, clock: MovingClock) -> None:
    first = await connect(app)
    second = await app.refresh(first.body["refresh_token"])
    clock.pass_seconds(31)
    reused = await app.refresh(first.body["refresh_token"])
    assert (reused.status, reused.body["error"]) == (400, "invalid_grant")
    assert (await app.refresh(second.body["refresh_token"])).body["error"] == "invalid_grant"
    assert (await app.get("/users/me", token=second.body["access_token"])).status == 401
    assert fanvue.oauth.reuse_detected == 1


async def test_two_authorizations_of_one_creator_live_and_die_apart(app: App, clock: MovingClock) -> None:
    first, other = await connect(app), await connect(app)
    await app.refresh(first.body["refresh_token"])
    clock.pass_seconds(31)
    await app.refresh(first.body["refresh_token"])
    assert (await app.refresh(other.body["refresh_token"])).status == 200


async def test_an_access_token_dies_at_its_age(app: App, fanvue: SandboxFanvue, clock: MovingClock) -> None:
    fanvue.access_token_seconds = 120
    answer = await connect(app)
    assert answer.body["expires_in"] == 120
    clock.pass_seconds(119)
    assert (await app.get("/users/me", token=answer.body["access_token"])).status == 200
    clock.pass_seconds(1)
    assert (await app.get("/users/me", token=answer.body["access_token"])).status == 401


async def test_a_grant_without_the_offline_scopes_has_no_refresh_token(app: App) -> None:
    pair = app.fanvue.oauth.grant("lunavale", ("read:self",))
    assert pair.refresh_token is not None
    back = parameters(await walk_consent(app.authorize_url("openid read:self"), "lunavale"))
    assert "refresh_token" not in (await app.exchange(back["code"])).body


async def test_revoking_ends_the_chain_and_asks_for_the_client(app: App, fanvue: SandboxFanvue) -> None:
    answer = await connect(app)
    form = {"token": answer.body["refresh_token"], "token_type_hint": "refresh_token"}
    assert (await app.post_form("/oauth2/revoke", form, basic=False)).status == 401
    assert (await app.post_form("/oauth2/revoke", form)).status == 200
    assert (await app.get("/users/me", token=answer.body["access_token"])).status == 401
    assert (await app.refresh(answer.body["refresh_token"])).body["error"] == "invalid_grant"
    assert (await app.post_form("/oauth2/revoke", {"token": "unknown"})).status == 200
    assert fanvue.oauth.revoked == 1


async def test_a_withdrawn_consent_ends_every_token_of_the_creator(app: App, fanvue: SandboxFanvue) -> None:
    answer = await connect(app)
    assert fanvue.oauth.withdraw("lunavale") == 1
    assert (await app.get("/users/me", token=answer.body["access_token"])).status == 401
    assert not fanvue.oauth.is_connected("lunavale")


async def test_tokens_do_not_show_in_representations(app: App, fanvue: SandboxFanvue) -> None:
    pair = fanvue.oauth.grant("lunavale")
    assert pair.access_token not in repr(pair)
    assert str(pair.refresh_token) not in repr(pair)
