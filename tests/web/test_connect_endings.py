"""Every way in which connecting ends without a connection: its own page, its status, and nothing stored."""

import asyncio
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from served import CREATOR, LUNA, OLLI, OTHER, Browser, Site

from bot.domain.errors import LinkProblem
from bot.web.problems import PROBLEMS


def way_back(site: Site, address: str, **query: str | None) -> str:
    """The callback's address for a request that went to Fanvue, with another answer."""
    state = parse_qs(urlsplit(address).query)["state"][0]
    given = {"state": state} | query
    return (
        f"{site.origin}/oauth/callback?{urlencode({key: value for key, value in given.items() if value is not None})}"
    )


async def test_every_problem_has_a_page_of_its_own() -> None:
    assert set(PROBLEMS) == set(LinkProblem)
    assert len({problem.title for problem in PROBLEMS.values()}) == len(PROBLEMS)
    assert all(problem.status >= 400 and problem.next_steps for problem in PROBLEMS.values())


@pytest.mark.parametrize(
    ("answer", "status", "title"),
    [
        ({"error": "access_denied"}, 403, "You said no at Fanvue"),
        ({"error": "invalid_scope"}, 502, "not set up for that"),
        ({"error": "server_error"}, 502, "Fanvue did not finish"),
        ({"error": "<script>alert(1)</script>", "code": "abc"}, 502, "Fanvue did not finish"),
        ({}, 400, "without an answer"),
        ({"code": ""}, 400, "without an answer"),
        ({"code": "ory_ac_of_somebody_else"}, 502, "did not accept the way back"),
        ({"code": "\u202e\x00" * 50}, 502, "did not accept the way back"),
    ],
)
async def test_what_fanvue_answers_ends_in_its_own_page(
    site: Site, browser: Browser, answer: dict[str, str], status: int, title: str
) -> None:
    address = await browser.leave(await site.link())
    page = await browser.get(way_back(site, address, **answer))
    assert page.status == status
    assert title in page.text
    assert "<script" not in page.html
    await site.assert_nothing_stored()


async def test_a_denied_consent_is_respected(site: Site, browser: Browser) -> None:
    page = await browser.get(await site.returning(browser, decision="deny"))
    assert page.status == 403
    assert "nothing was stored" in page.text
    assert site.fanvue.oauth.token_requests == 0
    await site.assert_nothing_stored()


async def test_a_scope_the_app_may_not_ask_for_is_the_operators_to_mend(site: Site, browser: Browser) -> None:
    site.fanvue.app_scopes = site.fanvue.app_scopes - {"write:post"}
    page = await browser.get(await site.returning(browser))
    assert page.status == 502
    assert "Tell whoever runs this bot" in page.text
    await site.assert_nothing_stored()


@pytest.mark.parametrize("state", ["", "short", "A" * 43, "%ff%00", "%ed%a0%80", "x" * 4000])
async def test_a_forged_state_leads_nowhere(site: Site, browser: Browser, state: str) -> None:
    await browser.leave(await site.link())
    page = await browser.get(f"{site.origin}/oauth/callback?code=abc&state={state}")
    assert page.status == 400
    assert "did not come from a link of ours" in page.text
    assert site.fanvue.oauth.token_requests == 0


async def test_a_callback_in_another_browser_is_refused_and_spends_nothing(site: Site, browser: Browser) -> None:
    back = await site.returning(browser)
    page = await site.browser().get(back)
    assert page.status == 403
    assert "begun in another browser" in page.text
    assert site.fanvue.oauth.token_requests == 0
    assert "Are these both yours?" in (await browser.get(back)).text


async def test_a_state_of_somebody_elses_link_is_refused(site: Site, browser: Browser) -> None:
    """An attacker who brings their own code into a victim's browser finds it bound to another one."""
    attacker = site.browser()
    back = await site.returning(attacker, OLLI, OTHER)
    await browser.leave(await site.link())
    assert (await browser.get(back)).status == 403


async def test_an_earlier_state_of_the_same_link_is_dead(site: Site, browser: Browser) -> None:
    link = await site.link()
    first = await browser.leave(link)
    await browser.leave(link)
    assert (await browser.get(way_back(site, first, code="abc"))).status == 400


async def test_an_expired_link_says_so_at_every_step(site: Site, browser: Browser) -> None:
    link = await site.link()
    _, token = (await browser.get(link)).form(urlsplit(link).path)
    address = await browser.leave(link)
    site.clock.advance(minutes=10)
    for page in (
        await browser.get(link),
        (await browser.post(link, token)).page,
        await browser.get(way_back(site, address, code="abc")),
    ):
        assert page.status == 410
        assert "expired" in page.text
    await site.app.services.connections.sweep()
    await site.assert_nothing_stored()


async def test_an_answered_link_cannot_be_begun_again(site: Site, browser: Browser) -> None:
    link = await site.link()
    await browser.connect(link, CREATOR)
    page = await browser.get(link)
    assert page.status == 410
    assert "used already" in page.text


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        ("invalid_grant", 502), ("400", 502), ("401", 502), ("garbage", 502), ("wrong_shape", 502),
        ("5xx", 503), ("429", 503), ("reset", 503),
    ],
)  # fmt: skip
async def test_a_failed_exchange_ends_in_its_own_page(site: Site, browser: Browser, fault: str, status: int) -> None:
    back = await site.returning(browser)
    site.fanvue.faults.add("token", fault)
    page = await browser.get(back)
    assert page.status == status
    assert await site.rows("connections") == await site.rows("pending_connections") == []
    assert site.fanvue.oauth.token_requests <= 1


async def test_a_failed_exchange_is_not_tried_again_by_a_reload(site: Site, browser: Browser) -> None:
    back = await site.returning(browser)
    site.fanvue.faults.add("token", "503", times=1)
    assert (await browser.get(back)).status == 503
    page = await browser.get(back)
    assert page.status == 410
    assert site.fanvue.oauth.token_requests == 1
    await site.assert_nothing_stored()


@pytest.mark.parametrize("fault", ["503", "garbage", "401", "404", "410", "429"])
async def test_a_profile_that_cannot_be_read_gives_the_access_back(site: Site, browser: Browser, fault: str) -> None:
    back = await site.returning(browser)
    site.fanvue.faults.add("/users/me", fault, retry_after=60)
    page = await browser.get(back)
    assert page.status == 503
    assert "Fanvue does not answer right now" in page.text
    await site.assert_nothing_stored()


async def test_one_persons_limit_does_not_stop_another_from_connecting(site: Site, browser: Browser) -> None:
    back = await site.returning(browser)
    site.fanvue.faults.add("/users/me", "429", times=1, retry_after=60)
    assert (await browser.get(back)).status == 503
    assert (await site.connect(site.browser(), OLLI)).status == 200


async def test_a_fans_account_is_no_creator_and_the_access_is_given_back(site: Site, browser: Browser) -> None:
    page = await browser.get(await site.returning(browser, account="justafan"))
    assert page.status == 403
    assert "not a creator account" in page.text
    await site.assert_nothing_stored()


async def test_somebody_who_manages_creators_may_connect(site: Site, browser: Browser) -> None:
    page = await site.connect(browser, account="northstar_agency")
    assert "Connected as @northstar_agency" in page.text


async def test_an_unticked_profile_is_explained_and_the_access_is_given_back(site: Site, browser: Browser) -> None:
    page = await browser.get(await site.returning(browser, untick=("read:self",)))
    assert page.status == 403
    assert "See your profile" in page.text
    await site.assert_nothing_stored()


async def test_an_unreachable_fanvue_that_cannot_be_told_either_still_ends_in_a_page(
    site: Site, browser: Browser
) -> None:
    back = await site.returning(browser)
    site.fanvue.faults.add("/users/me", "reset")
    site.fanvue.faults.add("revoke", "reset")
    assert (await browser.get(back)).status == 503
    assert await site.rows("pending_connections") == []


async def test_storage_that_fails_after_the_exchange_gives_the_access_back(site: Site, browser: Browser) -> None:
    back = await site.returning(browser)
    hanging = site.fanvue.faults.add("/users/me", "hang", times=1)
    coming = asyncio.ensure_future(browser.get(back))
    await hanging.struck.wait()
    await site.app.stores.links.forget(LUNA.id)
    hanging.released.set()
    page = await coming
    assert page.status >= 500
    await site.assert_nothing_stored()


@pytest.mark.parametrize("path", ["x", "0" * 31, "0" * 33, "A" * 32, "%00" * 32, "../../connect/x"])
async def test_a_confirmation_that_is_none_is_not_found(site: Site, browser: Browser, path: str) -> None:
    assert (await browser.get(f"{site.origin}/connection/{path}")).status == 404
    for ending in ("confirm", "undo"):
        assert (await browser.post(f"{site.origin}/connection/{path}/{ending}", "x")).status == 404


async def test_an_unknown_confirmation_has_its_own_page(site: Site, browser: Browser) -> None:
    page = await browser.get(f"{site.origin}/connection/{'0' * 32}")
    assert page.status == 404
    assert "We do not know this link" in page.text
