"""Connecting when there is a connection: more permissions, another account, another person."""

import pytest
from served import ALL, CREATOR, LUNA, OLLI, OTHER, Browser, Site

from bot.domain.access import Actor, Capability
from bot.domain.accounts import Connection, ConnectionStatus
from bot.domain.errors import UnknownCreatorError
from bot.domain.scopes import Feature
from bot.vault.tokens import open_pair


async def held(site: Site, person: object = LUNA) -> Connection:
    found = await site.app.services.connections.of(getattr(person, "id", LUNA.id))
    assert found is not None
    return found


async def refresh_token(site: Site) -> str:
    """The one that is stored for the only connection."""
    (row,) = await site.rows("connections")
    return open_pair(site.app.worker._keyring, row["creator_id"], row["sealed_tokens"]).refresh


async def test_widening_asks_for_what_is_held_too_and_skips_the_question(site: Site, browser: Browser) -> None:
    await site.connect(browser, features={Feature.INSIGHTS})
    before = await held(site)
    page = await site.connect(browser, features={Feature.POSTING})
    assert "Connected as @lunavale" in page.text
    after = await held(site)
    assert after.features == {Feature.INSIGHTS, Feature.POSTING}
    assert after.scopes > before.scopes
    assert (after.id, after.connected_at) == (before.id, before.connected_at)


async def test_widening_keeps_alert_places_and_drops_the_old_tokens(site: Site, browser: Browser) -> None:
    await site.connect(browser, untick=("write:post",))
    routes = await site.rows("routes")
    old = await refresh_token(site)
    await site.connect(browser)
    assert await site.rows("routes") == routes != []
    assert await refresh_token(site) != old
    assert site.live_grants == 1


async def test_widening_offers_no_undo_that_would_end_everything(site: Site, browser: Browser) -> None:
    await site.connect(browser)
    page = await site.connect(browser)
    with pytest.raises(LookupError):
        page.form("/undo")


async def test_a_dead_connection_is_mended_by_connecting_again(site: Site, browser: Browser) -> None:
    await site.connect(browser)
    await site.app.stores.connections.mark_dead((await held(site)).id)
    await site.connect(browser)
    assert (await held(site)).status is ConnectionStatus.ACTIVE


async def test_widening_that_comes_back_as_another_account_asks(site: Site, browser: Browser) -> None:
    await site.connect(browser)
    page = await browser.get(await site.returning(browser, account=OTHER))
    assert "You are connected as @lunavale. Going on replaces it with @mikasol" in page.text
    assert (await held(site)).account.handle == CREATOR


async def test_another_account_replaces_the_first_whose_tokens_are_revoked(site: Site, browser: Browser) -> None:
    await site.connect(browser)
    page = await site.connect(browser, account=OTHER)
    assert "Connected as @mikasol" in page.text
    assert (await held(site)).account.handle == OTHER
    assert not site.fanvue.oauth.is_connected(CREATOR)
    assert site.live_grants == 1


async def test_saying_no_to_a_replacement_keeps_the_first(site: Site, browser: Browser) -> None:
    await site.connect(browser)
    page = await browser.get(await site.returning(browser, account=OTHER))
    await browser.press(page, "/undo")
    assert (await held(site)).account.handle == CREATOR
    assert site.fanvue.oauth.is_connected(CREATOR)
    assert not site.fanvue.oauth.is_connected(OTHER)


async def test_a_replacement_pressed_twice_leads_to_the_same_page(site: Site, browser: Browser) -> None:
    await site.connect(browser)
    page = await browser.get(await site.returning(browser, account=OTHER))
    first, second = await browser.press(page, "/confirm"), await browser.press(page, "/confirm")
    assert "Connected as @mikasol" in first.text
    assert second.text == first.text


async def test_an_account_of_another_person_is_offered_to_be_moved(site: Site, browser: Browser) -> None:
    await site.connect(browser)
    other = site.browser()
    page = await other.get(await site.returning(other, OLLI))
    assert "connected to another Discord user now" in page.text
    assert (await held(site)).owner == LUNA.id
    done = await other.press(page, "/confirm")
    assert "The account was moved to you" in done.text
    assert await site.app.services.connections.of(LUNA.id) is None
    assert (await held(site, OLLI)).account.handle == CREATOR
    assert site.live_grants == 1


async def test_a_move_takes_places_events_and_queued_deliveries_from_the_first(site: Site, browser: Browser) -> None:
    await site.connect(browser)
    creator = (await held(site)).account.id
    await site.webhook_of_a_message()
    await site.app.router.route_waiting()
    assert len(await site.rows("deliveries", "status = 'due'")) == 1
    await site.connect(site.browser(), OLLI)
    assert await site.rows("deliveries") == await site.rows("events") == await site.rows("cards") == []
    assert {row["target"] for row in await site.rows("routes")} == {OLLI.id}
    with pytest.raises(UnknownCreatorError):
        await site.app.services.access.choose(Actor(LUNA.id, "luna"), creator, Capability.INSIGHTS)


async def test_an_abandoned_move_revokes_the_new_tokens_alone(site: Site, browser: Browser) -> None:
    await site.connect(browser)
    other = site.browser()
    await other.get(await site.returning(other, OLLI))
    site.clock.advance(minutes=10)
    await site.app.services.connections.sweep()
    assert (await held(site)).owner == LUNA.id
    assert site.live_grants == 1
    assert site.fanvue.oauth.refresh(await refresh_token(site))


async def test_a_move_to_somebody_who_has_another_account_says_both(site: Site, browser: Browser) -> None:
    await site.connect(browser)
    other = site.browser()
    await site.connect(other, OLLI, OTHER)
    page = await other.get(await site.returning(other, OLLI, CREATOR))
    assert "connected to another Discord user now" in page.text
    assert "You are connected as @mikasol. Going on replaces it with @lunavale" in page.text
    await other.press(page, "/confirm")
    assert len(await site.rows("connections")) == 1
    assert site.live_grants == 1


async def test_an_answer_given_before_the_consequence_changed_does_not_count(site: Site, browser: Browser) -> None:
    """The page said nothing of a move; by now the account is somebody else's."""
    back = await site.returning(browser)
    page = await browser.get(back)
    await site.connect(site.browser(), OLLI)
    late = await browser.press(page, "/confirm")
    assert late.status == 403
    assert "things have changed" in late.text
    again = await browser.get(back)
    assert "connected to another Discord user now" in again.text


async def test_two_people_who_confirm_the_same_account_leave_one_owner(site: Site, browser: Browser) -> None:
    mine, others = browser, site.browser()
    first = await mine.get(await site.returning(mine))
    second = await others.get(await site.returning(others, OLLI))
    await mine.press(first, "/confirm")
    await others.press(second, "/confirm")
    await others.press(await others.get(second.form("/confirm")[0].removesuffix("/confirm")), "/confirm")
    assert len(await site.rows("connections")) == 1
    assert site.live_grants == 1


async def test_disconnecting_revokes_deletes_and_works_while_fanvue_is_down(site: Site, browser: Browser) -> None:
    await site.connect(browser, features=ALL)
    assert await site.app.services.connections.disconnect(await site.grant())
    await site.assert_nothing_stored()
    await site.connect(browser)
    site.fanvue.faults.add("revoke", "reset")
    assert not await site.app.services.connections.disconnect(await site.grant())
    assert await site.rows("connections") == await site.rows("routes") == await site.rows("events") == []
