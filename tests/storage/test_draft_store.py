"""Drafts at rest: one winner a step, an id at Fanvue is one draft's, what is settled is let go of."""

import asyncio
from datetime import timedelta

from stored_examples import ANNA, BORIS, LATER, LUNA, MIRA, NOW, a_connection, a_draft

from bot.domain.posting import DraftStatus, Policy
from bot.storage import Stores

OPEN = (DraftStatus.DRAFT, DraftStatus.WAITING)


async def test_of_many_who_send_a_draft_at_once_one_wins(stores: Stores) -> None:
    await stores.connections.replace(a_connection(), "sealed")
    await stores.drafts.add(a_draft("d"))
    tries = [stores.drafts.begin(("d", 1), OPEN, ["old"], BORIS, NOW) for _ in range(8)]
    assert sum(await asyncio.gather(*tries)) == 1
    found = await stores.drafts.find("d")
    assert found is not None
    assert (found.status, found.version, found.known, found.started_at) == (DraftStatus.SENDING, 2, ("old",), NOW)


async def test_a_draft_that_was_not_sent_is_the_version_that_was_seen(stores: Stores) -> None:
    await stores.connections.replace(a_connection(), "sealed")
    await stores.drafts.add(a_draft("d"))
    await stores.drafts.begin(("d", 1), OPEN, None, BORIS, NOW)
    await stores.drafts.put_back(("d", 1), DraftStatus.WAITING, NOW)
    assert await stores.drafts.begin(("d", 1), OPEN, None, BORIS, NOW)
    await stores.drafts.sent("d", "post", NOW)
    await stores.drafts.put_back(("d", 1), DraftStatus.DRAFT, NOW)
    found = await stores.drafts.find("d")
    assert found is not None
    assert (found.status, found.sealed_content) == (DraftStatus.SENT, None)


async def test_one_post_is_taken_for_one_draft_alone(stores: Stores) -> None:
    await stores.connections.replace(a_connection(), "sealed")
    for name in ("a", "b"):
        await stores.drafts.add(a_draft(name))
    assert await stores.drafts.sent("a", "post", NOW)
    assert not await stores.drafts.sent("b", "post", NOW)
    assert await stores.drafts.accounted_for(LUNA) == {"post"}


async def test_settled_drafts_go_first_and_untouched_ones_later(stores: Stores) -> None:
    await stores.connections.replace(a_connection(), "sealed")
    for name in ("sent", "open"):
        await stores.drafts.add(a_draft(name))
    await stores.drafts.sent("sent", "post", NOW)
    assert await stores.drafts.purge(LATER, NOW - timedelta(days=1)) == 1
    assert [one.id for one in await stores.drafts.open_of(LUNA, ANNA)] == ["open"]
    assert await stores.drafts.purge(LATER, LATER) == 1


async def test_nobody_has_to_approve_until_somebody_says_so(stores: Stores) -> None:
    await stores.connections.replace(a_connection(BORIS, MIRA), "sealed")
    assert await stores.drafts.policy(MIRA) is Policy.OFF
    for policy in (Policy.ALL, Policy.CHATTERS):
        await stores.drafts.set_policy(MIRA, policy)
    assert await stores.drafts.policy(MIRA) is Policy.CHATTERS
