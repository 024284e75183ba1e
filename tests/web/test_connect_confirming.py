"""After Fanvue: confirming, undoing, races, time running out, and the process ending in between."""

import asyncio
from urllib.parse import urlsplit

import pytest
from aiohttp import ClientError
from served import CREATOR, LUNA, QUICK, Browser, Site

from sandbox.fanvue import walk_consent
from sandbox.visitor import Page


async def asked(site: Site, browser: Browser) -> tuple[Page, str]:
    """The page that asks whether both accounts are one's own, and its address."""
    answer = await browser.ask("GET", await site.returning(browser))
    assert answer.status == 303
    return await browser.get(answer.location), answer.location


async def test_nothing_is_usable_before_it_is_confirmed(site: Site, browser: Browser) -> None:
    page, _ = await asked(site, browser)
    assert page.status == 200
    assert "Nothing is connected until you say yes" in page.text
    assert await site.app.services.connections.of(LUNA.id) is None
    assert await site.rows("connections") == await site.rows("routes") == []
    (pending,) = await site.rows("pending_connections")
    assert pending["sealed_tokens"].startswith("gAAAA")


async def test_the_way_back_raced_twenty_times_is_one_token_request(site: Site, browser: Browser) -> None:
    back = await site.returning(browser)
    answers = await asyncio.gather(*(browser.ask("GET", back) for _ in range(20)))
    assert {answer.status for answer in answers} == {303}
    assert len({answer.location for answer in answers}) == 1
    assert site.fanvue.oauth.token_requests == 1
    assert site.fanvue.oauth.exchanges[CREATOR] == 1
    assert site.live_grants == 1


async def test_a_reload_while_fanvue_is_slow_waits_for_the_same_page(site: Site, browser: Browser) -> None:
    back = await site.returning(browser)
    hanging = site.fanvue.faults.add("/users/me", "hang", times=1)
    first = asyncio.ensure_future(browser.ask("GET", back))
    await hanging.struck.wait()
    second = asyncio.ensure_future(browser.ask("GET", back))
    first.cancel()
    site.fanvue.faults.clear()
    answer = await second
    assert answer.status == 303
    assert "Are these both yours?" in (await browser.get(answer.location)).text
    assert site.fanvue.oauth.token_requests == 1


async def test_a_raced_failure_is_told_to_everybody(site: Site, browser: Browser) -> None:
    back = await site.returning(browser)
    site.fanvue.faults.add("token", "503", times=1)
    answers = await asyncio.gather(*(browser.ask("GET", back) for _ in range(10)))
    assert sorted({answer.status for answer in answers}) in ([410, 503], [503])
    assert site.fanvue.oauth.token_requests == 1
    await site.assert_nothing_stored()


async def test_the_way_back_reloaded_shows_the_same_page_at_each_stage(site: Site, browser: Browser) -> None:
    back = await site.returning(browser)
    first = await browser.get(back)
    assert (await browser.get(back)).text == first.text
    done = await browser.press(first, "/confirm")
    site.clock.advance(minutes=11)
    assert (await browser.get(back)).text == done.text
    assert site.fanvue.oauth.token_requests == 1


@pytest.mark.parametrize("ending", ["confirm", "undo"])
async def test_another_browser_can_neither_see_confirm_nor_undo(site: Site, browser: Browser, ending: str) -> None:
    page, address = await asked(site, browser)
    action, token = page.form(f"/{ending}")
    stranger = site.browser()
    for answer in (await stranger.ask("GET", address), await stranger.post(action, token)):
        assert answer.status == 403
        assert "begun in another browser" in answer.text
    assert await site.rows("connections") == []
    assert len(await site.rows("pending_connections", "settled_at IS NULL")) == 1


@pytest.mark.parametrize("ending", ["confirm", "undo"])
@pytest.mark.parametrize("origin", ["https://evil.example", "null", None])
async def test_a_confirmation_from_elsewhere_is_refused(
    site: Site, browser: Browser, ending: str, origin: str | None
) -> None:
    page, _ = await asked(site, browser)
    action, token = page.form(f"/{ending}")
    assert (await browser.post(action, token, origin)).status == 403
    for wrong in (None, "", token[::-1]):
        assert (await browser.post(action, wrong)).status == 403
    assert (await browser.ask("GET", action)).status == 405
    assert len(await site.rows("pending_connections", "settled_at IS NULL")) == 1


async def test_a_form_token_for_going_on_does_not_confirm(site: Site, browser: Browser) -> None:
    link = await site.link()
    _, token = (await browser.get(link)).form(urlsplit(link).path)
    page = await browser.get(await walk_consent(await browser.leave(link), CREATOR))
    action, _ = page.form("/confirm")
    assert (await browser.post(action, token)).status == 403
    assert await site.rows("connections") == []


async def test_confirming_raced_makes_one_connection_and_one_page(site: Site, browser: Browser) -> None:
    page, _ = await asked(site, browser)
    action, token = page.form("/confirm")
    answers = await asyncio.gather(*(browser.post(action, token) for _ in range(10)))
    assert {answer.status for answer in answers} == {303}
    assert "Connected as @lunavale" in (await browser.get(answers[0].location)).text
    assert len(await site.rows("connections")) == 1
    assert len(await site.rows("audit", "action = 'connect'")) == 1
    assert site.live_grants == 1
    assert site.fanvue.oauth.revoked == 0


async def test_confirming_and_undoing_raced_leaves_a_whole_state(site: Site, browser: Browser) -> None:
    page, address = await asked(site, browser)
    yes, no = page.form("/confirm"), page.form("/undo")
    await asyncio.gather(*(browser.post(*form) for form in (yes, no, yes, no)))
    await site.assert_nothing_stored()
    assert (await browser.get(address)).status == 410


async def test_confirming_too_late_is_refused_and_the_tokens_are_revoked(site: Site, browser: Browser) -> None:
    page, address = await asked(site, browser)
    site.clock.advance(minutes=10)
    for late in (await browser.get(address), await browser.press(page, "/confirm")):
        assert late.status == 410
        assert "expired" in late.text
    await site.app.services.connections.sweep()
    await site.assert_nothing_stored()
    assert (await browser.get(address)).status == 410


async def test_what_nobody_confirms_is_revoked_by_the_sweep_and_not_before(site: Site, browser: Browser) -> None:
    await asked(site, browser)
    site.clock.advance(minutes=9)
    await site.app.services.connections.sweep()
    assert site.live_grants == 1
    site.clock.advance(minutes=1)
    await site.app.services.connections.sweep()
    assert site.fanvue.oauth.revoked == 1
    await site.assert_nothing_stored()


async def test_the_sweep_tries_again_while_fanvue_is_down(site: Site, browser: Browser) -> None:
    await asked(site, browser)
    site.clock.advance(minutes=10)
    fault = site.fanvue.faults.add("revoke", "503")
    await site.app.services.connections.sweep()
    assert await site.rows("pending_connections", "sealed_tokens IS NOT NULL") == []
    assert len(await site.rows("revocations")) == site.live_grants == 1
    site.fanvue.faults.remove(fault)
    site.clock.advance(minutes=1)
    await site.app.services.connections.sweep()
    assert site.live_grants == 0
    await site.assert_nothing_stored()
    assert await site.rows("revocations") == []


async def test_what_was_undone_while_fanvue_is_down_is_revoked_once_it_is_back(site: Site, browser: Browser) -> None:
    page, _ = await asked(site, browser)
    site.fanvue.faults.add("revoke", "503")
    assert (await browser.press(page, "/undo")).status == 200
    assert site.live_grants == 1
    site.fanvue.faults.clear()
    await site.app.services.connections.sweep()
    assert site.live_grants == 0


async def test_undo_before_confirming_revokes_and_stores_nothing(site: Site, browser: Browser) -> None:
    page, address = await asked(site, browser)
    undone = await browser.press(page, "/undo")
    assert undone.status == 200
    assert "the access was ended at Fanvue" in undone.text
    await site.assert_nothing_stored()
    late = await browser.press(page, "/confirm")
    assert late.status == 410
    assert (await browser.get(address)).status == 410
    await site.assert_nothing_stored()


async def test_undo_after_confirming_revokes_and_deletes(site: Site, browser: Browser) -> None:
    done = await site.connect(browser)
    undone = await browser.press(done, "/undo")
    assert undone.status == 200
    await site.assert_nothing_stored()
    assert await site.rows("routes") == []
    assert [row["outcome"] for row in await site.rows("audit")] == ["new", "undone"]
    again = await browser.press(done, "/undo")
    assert again.status == 410


@pytest.mark.parametrize("when", ["before", "after"])
async def test_undo_while_fanvue_is_down_deletes_and_says_how_to_revoke(
    site: Site, browser: Browser, when: str
) -> None:
    page = await site.connect(browser) if when == "after" else (await asked(site, browser))[0]
    site.fanvue.faults.add("revoke", "503")
    undone = await browser.press(page, "/undo")
    assert undone.status == 200
    assert "Third Party Apps Consent" in undone.text
    assert await site.rows("connections") == []
    assert await site.rows("pending_connections", "sealed_tokens IS NOT NULL") == []


async def test_a_restart_between_any_two_steps_changes_nothing(site: Site, browser: Browser) -> None:
    link = await site.link()
    await browser.get(link)
    await site.restart()
    back = await site.returning(browser)
    await site.restart()
    page = await browser.get(back)
    await site.restart()
    assert (await browser.get(back)).text == page.text
    done = await browser.press(page, "/confirm")
    assert "Connected as @lunavale" in done.text
    await site.restart()
    assert (await browser.get(back)).text == done.text
    undone = await browser.press(done, "/undo")
    assert undone.status == 200
    await site.assert_nothing_stored()


async def test_a_process_that_ends_while_fanvue_is_asked_leaves_no_connection(site: Site, browser: Browser) -> None:
    site.patience = QUICK
    await site.restart()
    back = await site.returning(browser)
    hanging = site.fanvue.faults.add("token", "hang", times=1)
    coming = asyncio.ensure_future(browser.ask("GET", back))
    await hanging.struck.wait()
    await site.restart()
    with pytest.raises(ClientError):
        await coming
    site.fanvue.faults.clear()
    site.clock.advance(minutes=10)
    page = await browser.get(back)
    assert page.status == 410
    assert "used already" in page.text
    assert await site.rows("connections") == await site.rows("pending_connections") == []


async def test_a_locked_database_is_a_page_and_the_confirmation_can_be_repeated(site: Site, browser: Browser) -> None:
    page, _ = await asked(site, browser)
    async with site.storage_locked():
        busy = await browser.press(page, "/confirm")
        assert busy.status == 503
        assert "We cannot store anything right now" in busy.text
    done = await browser.press(page, "/confirm")
    assert "Connected as @lunavale" in done.text
    assert site.live_grants == 1
