"""Who is on a fan, who waits, and who was told: one winner, once each."""

import asyncio
from datetime import timedelta

from stored_examples import (
    ANNA,
    BORIS,
    FAN,
    LATER,
    LUNA,
    NOW,
    TEAM_CHANNEL,
    a_card,
    a_connection,
    leased,
    note_sent,
    routed,
)

from bot.domain.accounts import FanId
from bot.domain.claims import Claim
from bot.domain.waiting import LEAD, ROLE, Watch
from bot.storage import Stores

HOUR = timedelta(hours=1)


def a_claim(holder: int, name: str = "Anna") -> Claim:
    return Claim(LUNA, FAN, holder, name, NOW, NOW + HOUR)  # type: ignore[arg-type]


async def test_a_claim_raced_by_twenty_people_has_one_winner_whom_all_see(stores: Stores) -> None:
    await stores.connections.replace(a_connection(ANNA, LUNA), "sealed")
    found = await asyncio.gather(*(stores.claims.take(a_claim(number, f"p{number}"), NOW) for number in range(1, 21)))
    assert len({claim.holder for claim in found}) == 1


async def test_a_claim_that_ran_out_is_none_and_is_handed_over_only_by_its_holder(stores: Stores) -> None:
    await stores.connections.replace(a_connection(ANNA, LUNA), "sealed")
    first = await stores.claims.take(a_claim(ANNA), NOW)
    assert not await stores.claims.release(LUNA, FAN, BORIS)
    later = NOW + 2 * HOUR
    assert await stores.claims.of(LUNA, FAN, later) is None
    second = await stores.claims.take(Claim(LUNA, FAN, BORIS, "Boris", later, later + HOUR), later)
    assert second.holder == BORIS
    assert not await stores.claims.hand_over(first, ANNA, "Anna", later, later + HOUR)
    assert [claim.holder for claim in await stores.claims.run_out(later + HOUR)] == [BORIS]


async def test_whoever_waits_is_told_of_once_a_level_until_they_are_answered(stores: Stores) -> None:
    await stores.connections.replace(a_connection(ANNA, LUNA), "sealed")
    watch = Watch(LUNA, 15, 7, BORIS)
    await stores.watches.set(watch)
    await routed(stores, "k1", TEAM_CHANNEL)
    (delivery,) = await leased(stores)
    await note_sent(stores, a_card(delivery, 500))
    assert await stores.watches.overdue(watch, NOW) == []
    soon = NOW + HOUR
    (one,) = await stores.watches.overdue(watch, soon)
    assert (one.fan, one.card.message, watch.due(HOUR, one.told)) == (FAN, 500, ROLE)
    assert [await stores.watches.tell(one, ROLE) for _ in range(2)] == [True, False]
    (again,) = await stores.watches.overdue(watch, soon)
    assert watch.due(HOUR, again.told) == LEAD
    await stores.claims.take(Claim(LUNA, FAN, ANNA, "Anna", NOW, soon + HOUR, is_snoozed=True), NOW)
    assert await stores.watches.overdue(watch, soon) == [], "a snoozed fan calls nobody"
    await stores.claims.release(LUNA, FAN, ANNA)
    await stores.cards.answered_elsewhere(LUNA, FAN, LATER)
    assert await stores.watches.overdue(watch, soon) == [], "an answer anywhere ends the wait"


async def test_a_fan_who_takes_no_messages_is_remembered_until_they_write_later_than_that(stores: Stores) -> None:
    await stores.connections.replace(a_connection(ANNA, LUNA), "sealed")
    other = FanId("somebody-else")
    assert await stores.claims.closed_among(LUNA, [FAN, other]) == {}
    await stores.claims.close_chat(LUNA, FAN, NOW)
    await stores.claims.close_chat(LUNA, FAN, LATER)
    assert await stores.claims.closed_among(LUNA, [FAN, other]) == {FAN: LATER}
    assert await stores.claims.closed_at(LUNA, FAN) == LATER
    assert not await stores.claims.open_chat(LUNA, FAN, LATER)
    assert await stores.claims.open_chat(LUNA, FAN, LATER + HOUR)
    assert await stores.claims.closed_at(LUNA, FAN) is None
