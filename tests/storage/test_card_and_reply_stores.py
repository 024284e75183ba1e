"""Which message is which card, and that a source sends one reply."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event
from stored_examples import (
    ANNA,
    CHATTER,
    FAN,
    LATER,
    LUNA,
    NOW,
    TEAM_CHANNEL,
    a_card,
    a_reply,
    dm_of,
    leased,
    note_sent,
    routed,
)

from bot.domain.accounts import ChannelId, MessageId
from bot.storage import Stores
from bot.storage.cards import CardRow
from bot.storage.database import Database
from bot.storage.replies import ReplyStatus


async def two_cards(stores: Stores) -> list[CardRow]:
    await routed(stores, "k1", TEAM_CHANNEL, dm_of(ANNA))
    for number, delivery in enumerate(await leased(stores)):
        await note_sent(stores, a_card(delivery, 500 + number))
    cards = [await stores.cards.by_message(MessageId(500 + number)) for number in range(2)]
    return [card for card in cards if card]


async def test_a_message_that_is_no_card_is_not_found(stores: Stores) -> None:
    assert await stores.cards.by_message(MessageId(1)) is None


async def test_the_cards_of_one_event_know_each_other(stores: Stores) -> None:
    first, second = await two_cards(stores)
    await routed(stores, "k2", TEAM_CHANNEL)
    (other,) = await leased(stores)
    await note_sent(stores, a_card(other, 600))
    assert await stores.cards.siblings(first.delivery) == [first, second]


async def test_an_answered_card_says_by_whom_and_when(stores: Stores) -> None:
    first, second = await two_cards(stores)
    await stores.cards.mark_answered(first.delivery, CHATTER, "Chat Example", LATER)
    answered = await stores.cards.by_message(first.message)
    assert answered is not None
    assert (answered.answered_by, answered.answered_name, answered.answered_at) == (CHATTER, "Chat Example", LATER)
    assert await stores.cards.by_message(second.message) == second


async def test_a_source_raced_twenty_times_begins_once(stores: Stores) -> None:
    replies = [replace(a_reply("same"), id=f"reply-{number}") for number in range(20)]
    answers = await asyncio.gather(*(stores.replies.begin(reply) for reply in replies))
    assert sorted(answers) == [False] * 19 + [True]


async def test_what_became_of_a_reply_is_remembered_and_still_blocks_its_source(stores: Stores) -> None:
    await stores.replies.begin(a_reply("x"))
    begun = await stores.replies.by_source("message:x")
    assert begun is not None
    assert begun.status is ReplyStatus.SENDING
    await stores.replies.settle("reply-x", ReplyStatus.SENT, "fanvue-1", LATER)
    sent = await stores.replies.by_source("message:x")
    assert sent is not None
    assert (sent.status, sent.fanvue_message, sent.settled_at) == (ReplyStatus.SENT, "fanvue-1", LATER)
    assert not await stores.replies.begin(a_reply("x"))


async def test_what_an_author_was_not_told_counts_as_cut_short_for_a_day_but_for_their_own_messages(
    stores: Stores,
) -> None:
    sources = ("message:said", "box:told", "box:untold", "box:old")
    for source in sources:
        made = NOW - timedelta(days=2) if source == "box:old" else NOW
        await stores.replies.begin(replace(a_reply(source), source_key=source, created_at=made))
        await stores.replies.settle(f"reply-{source}", ReplyStatus.FAILED, None, LATER)
        await stores.replies.note_told(f"reply-{source}", None)
    await stores.replies.note_told("reply-box:told", LATER)
    await stores.replies.cut_short(LATER, LATER)
    known = [await stores.replies.by_source(source) for source in sources]
    assert [one.status.value for one in known if one] == ["failed", "failed", "sending", "failed"]


async def test_places_come_the_latest_first_so_that_a_reply_cut_short_is_found_first(stores: Stores) -> None:
    for minute, name in enumerate(("late", "early", "late-again")):
        channel = ChannelId(7 if name == "early" else 8)
        await stores.replies.begin(replace(a_reply(name), channel=channel, created_at=NOW + timedelta(minutes=minute)))
    assert await stores.replies.channels_since(NOW) == [8, 7]
    assert await stores.replies.channels_since(NOW + timedelta(minutes=2)) == [8]
    for message, minutes in ((500, 0), (900, 2), (700, 1)):
        await routed(stores, f"k{message}", TEAM_CHANNEL)
        (delivery,) = await leased(stores)
        await note_sent(stores, a_card(delivery, message), NOW + timedelta(minutes=minutes))
    assert await stores.cards.channels_since(NOW) == [901, 701, 501]


@pytest.mark.parametrize("kind", ["sqlite"])
async def test_what_happened_to_a_fan_is_noted_without_going_through_all_deliveries(
    database: Database, stores: Stores
) -> None:
    asked: list[tuple[str, Any]] = []
    event.listen(database._reader.plain, "before_cursor_execute", lambda *about: asked.append((about[2], about[3])))
    await stores.cards.answered_elsewhere(LUNA, FAN, LATER)
    await stores.cards.read(LUNA, FAN, LATER)
    await stores.cards.removed(LUNA, "m-1", LATER)
    await stores.cards.unanswer(LUNA, FAN, LATER)
    noted, asked = asked, []
    async with database.read() as connection:
        plans = [await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {words}", values) for words, values in noted]
    steps = {row[3] for plan in plans for row in plan if " deliveries" in row[3]}
    assert len(noted) >= 4
    assert [step for step in steps if step.startswith("SCAN")] == []
