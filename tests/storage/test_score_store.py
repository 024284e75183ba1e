"""Who answered whom, and how long fans had waited, as replies and cards tell it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from statistics import median

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stored_examples import (
    ANNA,
    BORIS,
    CHATTER,
    LUNA,
    MIRA,
    TEAM_CHANNEL,
    a_card,
    a_reply,
    dm_of,
    leased,
    note_sent,
    routed,
)

from bot.domain.accounts import CreatorId, DiscordUserId, FanId
from bot.domain.scoreboard import Answer, Other, Score, Waits
from bot.storage import Stores
from bot.storage.replies import ReplyStatus

DAY = datetime(2026, 7, 10, tzinfo=UTC)
NEXT = DAY + timedelta(days=1)
ONE, TWO = FanId("fan-1"), FanId("fan-2")


def at(clock: str, day: datetime = DAY) -> datetime:
    hour, minute = clock.split(":")
    return day + timedelta(hours=int(hour), minutes=int(minute))


class Chats:
    """What happens in chats, by the clock of one day."""

    def __init__(self, stores: Stores) -> None:
        self.stores = stores
        self.number = 0

    async def writes(self, fan: FanId, when: datetime, creator: CreatorId = LUNA, *places: object) -> None:
        self.number += 1
        await routed(self.stores, f"k{self.number}", *(places or (TEAM_CHANNEL,)), creator=creator)  # type: ignore[arg-type]
        for delivery in await leased(self.stores):
            self.number += 1
            card = replace(a_card(delivery, self.number, creator), fan=fan)
            await note_sent(self.stores, card, when)

    async def writes_in_two_places(self, fan: FanId, first: datetime, second: datetime) -> None:
        """One message whose second card comes later than its first."""
        self.number += 1
        await routed(self.stores, f"k{self.number}", TEAM_CHANNEL, dm_of(ANNA), creator=LUNA)
        for delivery, when in zip(await leased(self.stores), (first, second), strict=True):
            self.number += 1
            card = replace(a_card(delivery, self.number, LUNA), fan=fan)
            await note_sent(self.stores, card, when)

    async def answers(
        self,
        by: DiscordUserId,
        fan: FanId,
        when: datetime,
        *,
        name: str = "Chat Example",
        status: ReplyStatus = ReplyStatus.SENT,
        creator: CreatorId = LUNA,
    ) -> None:
        self.number += 1
        reply = replace(a_reply(str(self.number), by, creator), fan=fan, author_name=name, created_at=when)
        await self.stores.replies.begin(reply)
        await self.stores.replies.settle(reply.id, status, None, when)
        if status is ReplyStatus.SENT:
            await self.stores.cards.answer_all(creator, fan, by, name, when)

    async def tally(self, start: datetime = DAY, end: datetime = NEXT) -> dict[object, Score]:
        found = await self.stores.scores.tally(LUNA, start, end)
        return {score.who: score for score in found.scores}


@pytest.fixture
def chats(stores: Stores) -> Chats:
    return Chats(stores)


async def test_replies_fans_and_waits_are_counted_by_person(chats: Chats) -> None:
    await chats.writes(ONE, at("10:00"))
    await chats.answers(CHATTER, ONE, at("10:04"))
    await chats.answers(CHATTER, ONE, at("10:05"))
    await chats.writes(TWO, at("11:00"))
    await chats.answers(CHATTER, TWO, at("11:10"))
    await chats.writes(TWO, at("12:00"))
    await chats.answers(BORIS, TWO, at("12:01"))
    assert await chats.tally() == {
        CHATTER: Score(CHATTER, "", 3, 2, Waits(2, 7 * 60)),
        BORIS: Score(BORIS, "", 1, 1, Waits(1, 60)),
    }


async def test_a_fan_whom_two_people_answered_is_one_fan_of_the_team(chats: Chats) -> None:
    for person, minute in ((CHATTER, "10:04"), (BORIS, "10:06")):
        await chats.answers(person, ONE, at(minute))
    found = await chats.stores.scores.tally(LUNA, DAY, NEXT)
    assert (found.team.replies, found.team.fans) == (2, 1)


async def test_several_cards_before_one_answer_are_one_wait_from_the_first(chats: Chats) -> None:
    for minute in ("10:00", "10:01", "10:09"):
        await chats.writes(ONE, at(minute))
    await chats.answers(CHATTER, ONE, at("10:10"))
    assert (await chats.tally())[CHATTER].waits == Waits(1, 600)


async def test_a_card_in_two_places_is_one_wait(chats: Chats) -> None:
    await chats.writes(ONE, at("10:00"), LUNA, TEAM_CHANNEL, dm_of(ANNA))
    await chats.answers(CHATTER, ONE, at("10:10"))
    assert (await chats.tally())[CHATTER].waits == Waits(1, 600)


async def test_a_fan_who_was_answered_before_the_second_card_came_waited_once(chats: Chats) -> None:
    await chats.writes_in_two_places(ONE, at("10:00"), at("10:05"))
    await chats.answers(CHATTER, ONE, at("10:02"))
    await chats.answers(CHATTER, ONE, at("11:00"))
    assert (await chats.tally())[CHATTER].waits == Waits(1, 120)


async def test_a_fan_who_was_answered_at_fanvue_before_the_second_card_came_waited_once(chats: Chats) -> None:
    await chats.writes_in_two_places(ONE, at("10:00"), at("10:05"))
    await chats.stores.cards.answered_elsewhere(LUNA, ONE, at("10:02"))
    found = await chats.stores.scores.tally(LUNA, DAY, NEXT)
    assert found.elsewhere == 1
    (answer,) = await chats.stores.scores.answers(LUNA, [ONE], DAY, NEXT)
    assert answer == Answer(at("10:05"), ONE, Other.FANVUE)


async def test_a_second_reply_to_an_answered_card_is_no_second_wait(chats: Chats) -> None:
    await chats.writes(ONE, at("10:00"))
    await chats.answers(CHATTER, ONE, at("10:02"))
    (card,) = await chats.stores.cards.of_fanvue_message(LUNA, ONE, "fanvue-message")
    await chats.stores.cards.mark_answered(card.delivery, BORIS, "Boris", at("18:00"))
    await chats.answers(BORIS, ONE, at("18:00"))
    found = await chats.tally()
    assert (found[CHATTER].waits, found[BORIS].waits) == (Waits(1, 120), Waits())


async def test_only_what_the_fan_has_counts(chats: Chats) -> None:
    for status in ReplyStatus:
        if status is not ReplyStatus.SENT:
            await chats.answers(CHATTER, ONE, at("10:00"), status=status)
    assert await chats.tally() == {}


async def test_a_period_begins_with_its_first_instant_and_ends_before_its_last(chats: Chats) -> None:
    await chats.writes(ONE, DAY - timedelta(minutes=5))
    await chats.answers(CHATTER, ONE, DAY)
    await chats.answers(BORIS, TWO, NEXT)
    assert await chats.tally() == {CHATTER: Score(CHATTER, "", 1, 1, Waits(1, 300))}


async def test_what_was_answered_before_the_period_is_not_waited_for_in_it(chats: Chats) -> None:
    await chats.writes(ONE, DAY - timedelta(hours=5))
    await chats.answers(BORIS, ONE, DAY - timedelta(hours=4))
    await chats.answers(CHATTER, ONE, at("10:00"))
    assert (await chats.tally())[CHATTER].waits == Waits()


async def test_what_was_answered_at_fanvue_is_nobodys_here(chats: Chats) -> None:
    await chats.writes(ONE, at("10:00"))
    await chats.stores.cards.answered_elsewhere(LUNA, ONE, at("20:00"))
    await chats.answers(CHATTER, ONE, at("21:00"))
    found = await chats.stores.scores.tally(LUNA, DAY, NEXT)
    assert found.elsewhere == 1
    assert (await chats.tally())[CHATTER].waits == Waits()


async def test_fanvues_echo_of_an_answer_from_here_is_not_an_answer_at_fanvue(chats: Chats) -> None:
    await chats.writes(ONE, at("10:00"))
    await chats.stores.cards.answered_elsewhere(LUNA, ONE, at("20:00") - timedelta(seconds=1))
    await chats.answers(CHATTER, ONE, at("20:00"))
    found = await chats.stores.scores.tally(LUNA, DAY, NEXT)
    assert found.elsewhere == 0


async def test_whoever_had_themselves_forgotten_is_somebody(chats: Chats) -> None:
    await chats.writes(ONE, at("10:00"))
    await chats.answers(CHATTER, ONE, at("10:01"))
    await chats.stores.forget(CHATTER)
    assert await chats.tally() == {Other.SOMEBODY: Score(Other.SOMEBODY, "", 1, 1, Waits(1, 60))}
    assert await chats.stores.scores.names(LUNA, DAY) == {}


async def test_people_have_the_name_they_had_last(chats: Chats) -> None:
    await chats.answers(CHATTER, ONE, at("10:00"), name="Zoe")
    await chats.answers(CHATTER, ONE, at("11:00"), name="Anna")
    assert await chats.stores.scores.names(LUNA, DAY) == {CHATTER: "Anna"}


async def test_what_is_known_begins_with_the_first_card_or_reply(chats: Chats) -> None:
    assert await chats.stores.scores.first_known(LUNA) is None
    await chats.answers(CHATTER, ONE, at("11:00"))
    await chats.answers(CHATTER, ONE, at("09:00"), creator=MIRA)
    assert await chats.stores.scores.first_known(LUNA) == at("11:00")
    await chats.writes(ONE, at("10:00"))
    assert await chats.stores.scores.first_known(LUNA) == at("10:00")


async def test_other_creators_are_left_out(chats: Chats) -> None:
    await chats.writes(ONE, at("10:00"), MIRA)
    await chats.answers(CHATTER, ONE, at("10:01"), creator=MIRA)
    assert await chats.tally() == {}
    assert await chats.stores.scores.answers(LUNA, [ONE], DAY, NEXT) == []


async def test_the_answers_of_many_fans_are_read_in_pieces(chats: Chats) -> None:
    await chats.writes(ONE, at("10:00"))
    await chats.stores.cards.answered_elsewhere(LUNA, ONE, at("11:00"))
    await chats.answers(CHATTER, TWO, at("12:00"))
    asked = [FanId(f"other-{number}") for number in range(250)]
    found = await chats.stores.scores.answers(LUNA, [ONE, *asked, TWO], DAY, NEXT)
    assert sorted(found, key=lambda one: one.at) == [
        Answer(at("11:00"), ONE, Other.FANVUE),
        Answer(at("12:00"), TWO, CHATTER),
    ]


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(waits=st.lists(st.integers(min_value=1, max_value=500), min_size=1, max_size=6))
async def test_the_median_is_the_one_of_the_library(chats: Chats, waits: list[int]) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=40 * chats.number)
    for number, minutes in enumerate(waits):
        begins = start + timedelta(days=number)
        await chats.writes(ONE, begins)
        await chats.answers(CHATTER, ONE, begins + timedelta(minutes=minutes))
    found = await chats.tally(start, start + timedelta(days=40))
    assert found[CHATTER].waits == Waits(len(waits), 60 * median(waits))
