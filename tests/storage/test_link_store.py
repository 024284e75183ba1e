"""The connect flow's rows: only the newest link works, in one browser, and each return has one winner."""

import asyncio
from datetime import timedelta

from stored_examples import ANNA, BORIS, LATER, NOW, SOON, a_connection, a_pending, an_attempt

from bot.storage import Stores
from bot.storage.links import LinkAttempt


async def gone_on(stores: Stores, name: str = "a", browser: str = "browser") -> LinkAttempt:
    attempt = an_attempt(name)
    await stores.links.open(attempt)
    assert await go_on(stores, attempt, browser=browser, state=f"state-{name}")
    return attempt


async def go_on(stores: Stores, attempt: LinkAttempt, browser: str = "browser", state: str = "state") -> bool:
    return await stores.links.go_on(
        attempt.id, browser_hash=browser, state_hash=state, sealed_verifier="sealed", now=NOW
    )


async def test_an_attempt_comes_back_as_it_went_in(stores: Stores) -> None:
    attempt = an_attempt(owner_avatar="https://cdn.example/avatar.png")
    await stores.links.open(attempt)
    assert await stores.links.by_ticket("ticket-a") == attempt == await stores.links.by_id(attempt.id)
    assert await stores.links.by_ticket("another") is None


async def test_a_new_link_ends_the_owners_older_ones_alone(stores: Stores) -> None:
    await stores.links.open(an_attempt("old"))
    await stores.links.open(an_attempt("other", BORIS))
    await stores.links.open(an_attempt("new", created_at=NOW + timedelta(minutes=1)))
    old, other = await stores.links.by_ticket("ticket-old"), await stores.links.by_ticket("ticket-other")
    assert old is not None
    assert other is not None
    assert old.expires_at == NOW + timedelta(minutes=1)
    assert other.expires_at == SOON


async def test_a_person_who_asks_for_links_without_end_keeps_a_few(stores: Stores) -> None:
    for number in range(20):
        await stores.links.open(an_attempt(str(number), created_at=NOW + timedelta(seconds=number)))
    assert len((await stores.export(ANNA))["links"]) <= 6
    assert await stores.links.by_ticket("ticket-19") is not None


async def test_the_first_browser_has_the_link_and_may_go_on_again(stores: Stores) -> None:
    attempt = await gone_on(stores)
    assert not await go_on(stores, attempt, browser="another", state="stolen")
    assert await go_on(stores, attempt, state="fresh")
    assert await stores.links.by_state("state-a") is None
    found = await stores.links.by_state("fresh")
    assert found is not None
    assert (found.browser_hash, found.went_on_at) == ("browser", NOW)


async def test_browsers_that_race_for_a_link_have_one_winner(stores: Stores) -> None:
    attempt = an_attempt()
    await stores.links.open(attempt)
    answers = await asyncio.gather(
        *(go_on(stores, attempt, browser=f"b{number}", state=f"s{number}") for number in range(10))
    )
    assert sorted(answers) == [False] * 9 + [True]


async def test_an_expired_link_leads_nowhere(stores: Stores) -> None:
    attempt = an_attempt(expires_at=NOW)
    await stores.links.open(attempt)
    assert not await go_on(stores, attempt)


async def test_a_return_raced_twenty_times_has_one_winner(stores: Stores) -> None:
    attempt = await gone_on(stores)
    won = await asyncio.gather(*(stores.links.claim_return("state-a", NOW) for _ in range(20)))
    (winner,) = [claimed for claimed in won if claimed]
    assert (winner.id, winner.returned_at) == (attempt.id, NOW)


async def test_a_used_unknown_or_expired_state_is_not_claimed(stores: Stores) -> None:
    attempt = await gone_on(stores)
    assert await stores.links.claim_return("forged", NOW) is None
    assert await stores.links.claim_return("state-a", SOON) is None
    assert await stores.links.claim_return("state-a", NOW) is not None
    assert await stores.links.claim_return("state-a", NOW) is None
    assert not await go_on(stores, attempt, state="again")


async def test_a_pending_connection_comes_back_as_it_went_in(stores: Stores) -> None:
    attempt = await gone_on(stores)
    pending = a_pending(attempt)
    await stores.links.save_pending(pending)
    assert await stores.links.pending(pending.id) == pending == await stores.links.pending_of_attempt(attempt.id)
    assert await stores.links.pending("another") is None


async def test_a_pending_connection_is_settled_once_and_drops_its_tokens(stores: Stores) -> None:
    pending = a_pending(await gone_on(stores))
    await stores.links.save_pending(pending)
    answers = await asyncio.gather(*(stores.links.settle(pending.id, NOW, kind="move") for _ in range(10)))
    assert sorted(answers) == [False] * 9 + [True]
    settled = await stores.links.pending(pending.id)
    assert settled is not None
    assert (settled.settled_at, settled.kind, settled.sealed_tokens) == (NOW, "move", "")


async def test_what_was_never_confirmed_is_found_to_be_revoked(stores: Stores) -> None:
    pending = a_pending(await gone_on(stores))
    await stores.links.save_pending(pending)
    assert await stores.links.expired(SOON - timedelta(seconds=1)) == []
    assert await stores.links.expired(SOON) == [pending]
    await stores.links.settle(pending.id, SOON, kind="new")
    assert await stores.links.expired(SOON) == []


async def test_old_links_are_purged_but_never_tokens_that_nobody_revoked(stores: Stores) -> None:
    attempt = await gone_on(stores)
    pending = a_pending(attempt)
    await stores.links.save_pending(pending)
    await stores.links.purge(LATER + timedelta(days=1))
    assert await stores.links.pending(pending.id) == pending
    await stores.links.settle(pending.id, LATER, kind="new")
    await stores.links.purge(LATER + timedelta(days=1))
    assert await stores.links.by_id(attempt.id) is None
    assert await stores.links.pending(pending.id) is None


async def test_a_link_that_ended_says_so_for_a_day_without_its_secrets(stores: Stores) -> None:
    attempt = await gone_on(stores)
    await stores.links.purge(LATER)
    ended = await stores.links.by_id(attempt.id)
    assert ended is not None
    assert ended.sealed_verifier is None


async def test_the_private_message_is_remembered(stores: Stores) -> None:
    attempt = await gone_on(stores)
    await stores.links.remember_message(attempt.id, "sealed-message")
    found = await stores.links.by_id(attempt.id)
    assert found is not None
    assert found.sealed_interaction == "sealed-message"


async def test_attempts_and_pendings_show_no_secret_when_printed(stores: Stores) -> None:
    attempt = an_attempt("x", ticket_hash="canary", browser_hash="canary", sealed_verifier="canary")
    assert "canary" not in repr(attempt) + repr(a_pending(attempt, sealed_tokens="canary"))


async def test_confirming_settles_and_connects_in_one_step_once(stores: Stores) -> None:
    pending = a_pending(await gone_on(stores))
    await stores.links.save_pending(pending)
    answers = await asyncio.gather(
        *(stores.links.confirm(pending.id, a_connection(), NOW, kind="new") for _ in range(10))
    )
    assert [answer for answer in answers if answer is not None] == [[]]
    assert await stores.connections.sealed_tokens(a_connection().id) == pending.sealed_tokens
    settled = await stores.links.pending(pending.id)
    assert settled is not None
    assert (settled.settled_at, settled.sealed_tokens) == (NOW, "")


async def test_confirming_returns_what_it_replaces(stores: Stores) -> None:
    await stores.connections.replace(a_connection(BORIS), "sealed-boris")
    pending = a_pending(await gone_on(stores))
    await stores.links.save_pending(pending)
    replaced = await stores.links.confirm(pending.id, a_connection(), NOW, kind="move")
    assert replaced == [(a_connection(BORIS), "sealed-boris")]


async def test_what_has_expired_or_was_settled_cannot_be_confirmed(stores: Stores) -> None:
    pending = a_pending(await gone_on(stores))
    await stores.links.save_pending(pending)
    assert await stores.links.confirm(pending.id, a_connection(), SOON, kind="new") is None
    await stores.links.settle(pending.id, NOW, kind="new")
    assert await stores.links.confirm(pending.id, a_connection(), NOW, kind="new") is None
    assert await stores.connections.of_owner(ANNA) is None


async def test_confirming_and_undoing_at_once_leaves_the_tokens_with_one_of_them(stores: Stores) -> None:
    pending = a_pending(await gone_on(stores))
    await stores.links.save_pending(pending)
    confirmed, undone = await asyncio.gather(
        stores.links.confirm(pending.id, a_connection(), NOW, kind="new"),
        stores.links.settle(pending.id, NOW, kind="new"),
    )
    assert (confirmed is not None) != undone
    assert (await stores.connections.of_owner(ANNA) is not None) != undone


async def test_an_attempt_that_failed_ends_with_its_verifier(stores: Stores) -> None:
    attempt = await gone_on(stores)
    await stores.links.end(attempt.id, NOW)
    ended = await stores.links.by_id(attempt.id)
    assert ended is not None
    assert (ended.expires_at, ended.sealed_verifier) == (NOW, None)
    assert await stores.links.claim_return("state-a", NOW) is None


async def test_an_attempt_that_brought_its_tokens_no_longer_holds_its_verifier(stores: Stores) -> None:
    attempt = await gone_on(stores)
    await stores.links.save_pending(a_pending(attempt))
    found = await stores.links.by_id(attempt.id)
    assert found is not None
    assert found.sealed_verifier is None


async def returned(stores: Stores, name: str) -> LinkAttempt:
    attempt = await gone_on(stores, name)
    assert await stores.links.claim_return(f"state-{name}", NOW)
    return attempt


async def test_a_return_that_came_to_nothing_is_cut_off_until_it_is_ended(stores: Stores) -> None:
    cut, kept, refused = [await returned(stores, name) for name in ("cut", "kept", "refused")]
    waiting = await gone_on(stores, "waiting")
    await stores.links.save_pending(a_pending(kept))
    await stores.links.end(refused.id, NOW)
    assert await stores.links.cut_off(NOW + timedelta(minutes=1)) == []
    await stores.links.purge(LATER + timedelta(days=2))
    assert [one.id for one in await stores.links.cut_off(LATER)] == [cut.id]
    assert await stores.links.by_id(waiting.id) is None
    await stores.links.end(cut.id, LATER)
    assert await stores.links.cut_off(LATER) == []


async def test_links_without_end_push_out_none_that_was_cut_off(stores: Stores) -> None:
    cut = await returned(stores, "cut")
    for number in range(20):
        await stores.links.open(an_attempt(str(number), created_at=NOW + timedelta(seconds=number + 1)))
    assert [one.id for one in await stores.links.cut_off(LATER)] == [cut.id]
