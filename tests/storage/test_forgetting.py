"""Whoever asks to be forgotten is nowhere any more, in no column of no table, nor in the file."""

import io
import zipfile
from dataclasses import replace
from datetime import time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import BigInteger, Table, select
from stored_examples import (
    ANNA,
    BORIS,
    FAN,
    LATER,
    LUNA,
    MIRA,
    NOW,
    TEAM_CHANNEL,
    a_card,
    a_connection,
    a_draft,
    a_mute,
    a_pending,
    a_reply,
    a_route,
    a_subscription,
    an_attempt,
    an_event,
    dm_of,
    leased,
    note_sent,
    routed,
)

from bot.domain.access import Actor, Capability, Right
from bot.domain.accounts import ChannelId, CreatorId, DiscordUserId, GuildId, MessageId
from bot.domain.claims import Claim
from bot.domain.errors import BadInputError
from bot.domain.events import EventKind
from bot.domain.periods import Period
from bot.domain.posting import DraftStatus, Policy
from bot.domain.scopes import Scope
from bot.domain.shifts import Shift
from bot.domain.uses import Use, UseOutcome
from bot.domain.waiting import Watch
from bot.services.takeout import Takeout, packed
from bot.storage import Stores
from bot.storage.database import Database
from bot.storage.database.addresses import address_of
from bot.storage.notes import StoredNote
from bot.storage.reply_places import ReplyPlace
from bot.storage.schema import metadata
from bot.storage.uses import Tally

NAME = "Anna Example"
NOT_PEOPLE = {
    "audit.channel",
    "audit.guild",
    "audit.id",
    "card_removals.channel_id",
    "card_removals.message_id",
    "cards.channel_id",
    "cards.delivery_id",
    "cards.message_id",
    "default_creators.channel",
    "default_creators.guild",
    "deliveries.channel_id",
    "desk_posts.forum_id",
    "desk_posts.thread_id",
    "deliveries.event_id",
    "deliveries.guild",
    "deliveries.id",
    "deliveries.parcel_id",
    "deliveries.message_id",
    "departures.guild",
    "dm_channels.channel_id",
    "drafts.question_channel",
    "drafts.question_message",
    "events.adds_to",
    "events.id",
    "identities.charged",
    "identities.event_id",
    "identities.minor",
    "replies.card_message",
    "replies.channel_id",
    "replies.delivery_id",
    "reply_places.place_id",
    "rights.guild",
    "revocations.id",
    "routes.guild",
    "routes.role",
    "watches.role",
    "uses.channel",
    "uses.guild",
    "uses.id",
}
"""Numbers that are no person's id; every other BIGINT is taken for one."""


async def remember_everything(stores: Stores) -> None:
    """Anna as an owner, and as a team member of Boris: her id in every column that can hold one."""
    await stores.connections.replace(a_connection(ANNA, LUNA), "sealed-secret")
    await stores.connections.replace(a_connection(BORIS, MIRA), "sealed-boris")
    attempt = an_attempt(owner_name=NAME)
    await stores.links.open(attempt)
    await stores.links.save_pending(a_pending(attempt))
    await stores.dms.remember(ANNA, ChannelId(1))
    await stores.refusals.note(TEAM_CHANNEL, ANNA, "50013", NOW)
    await stores.refusals.note(dm_of(ANNA), BORIS, "50007", NOW)
    await stores.preferences.set_timezone(ANNA, "Pacific/Chatham")
    await work_for_boris(stores)
    await work_as_owner(stores)
    await stores.finished.keep(LUNA, Period(NOW, NOW, ZoneInfo("UTC")), "sealed-income", NOW)
    await stores.subscribers.save(LUNA, f"sealed {ANNA}", NOW)
    await drafted(stores)
    await used(stores, LUNA, BORIS)
    await used(stores, MIRA, ANNA)
    await stores.audit.write(Actor(BORIS, "boris"), MIRA, "grant reply", str(ANNA), NOW)


async def drafted(stores: Stores) -> None:
    """Anna wrote for Boris and decided about him; Boris wrote for Anna."""
    for number, (creator, author) in enumerate(((MIRA, ANNA), (MIRA, BORIS), (LUNA, BORIS))):
        await stores.drafts.add(a_draft(f"draft-{number}", creator, author))
        await stores.drafts.begin((f"draft-{number}", 1), [DraftStatus.DRAFT], ["known"], ANNA, NOW)
        await stores.drafts.sent(f"draft-{number}", f"post-{number}", NOW)
    await stores.drafts.set_policy(LUNA, Policy.ALL)
    await stores.reply_places.set(ReplyPlace(LUNA, 5, True, ANNA, NOW))
    await stores.reply_places.set(ReplyPlace(MIRA, 5, True, ANNA, NOW))


async def used(stores: Stores, creator: CreatorId, actor: DiscordUserId) -> None:
    use = Use(creator, "sendMessage", frozenset({Scope.WRITE_CHAT}), UseOutcome.DONE, actor, GuildId(1), ChannelId(2))
    await stores.uses.add_many({(use, NOW): Tally(1, NOW)})


async def work_for_boris(stores: Stores) -> None:
    await stores.rights.give(Right(MIRA, ANNA, Capability.REPLY, BORIS, NOW))
    await stores.shifts.set(MIRA, ANNA, [Shift(frozenset({0}), time(9), time(17), ZoneInfo("Pacific/Chatham"))], NOW)
    await stores.routes.set(a_route(TEAM_CHANNEL, MIRA, set_by=ANNA), NOW)
    await stores.routes.set(a_route(dm_of(ANNA), MIRA, set_by=BORIS), NOW)
    await stores.routes.set(a_route(TEAM_CHANNEL, MIRA, EventKind.TIP, set_by=BORIS), NOW)
    await routed(stores, "mira-1", TEAM_CHANNEL, dm_of(ANNA), creator=MIRA)
    for number, delivery in enumerate(await leased(stores)):
        card = a_card(delivery, 500 + number, MIRA)
        await note_sent(stores, card)
        await stores.cards.mark_answered(card.delivery, ANNA, NAME, NOW)
    await stores.replies.begin(replace(a_reply("mira", ANNA, MIRA), author_name=NAME))
    await stores.mutes.add(a_mute(ANNA, MIRA), "sealed-mute")
    await stores.claims.take(Claim(MIRA, FAN, ANNA, NAME, NOW, LATER), NOW)
    await stores.notes.add(StoredNote("n1", MIRA, FAN, ANNA, "sealed-note", NOW))
    await stores.watches.set(Watch(MIRA, 15, None, ANNA))
    await stores.briefs.set(a_subscription(ANNA, MIRA))
    await act(stores, creator=MIRA)


async def work_as_owner(stores: Stores) -> None:
    await stores.rights.give(Right(LUNA, BORIS, Capability.REPLY, ANNA, NOW))
    await stores.routes.set(a_route(dm_of(ANNA)), NOW)
    await stores.events.add_many([an_event("luna-1"), an_event("luna-2")])
    await stores.replies.begin(a_reply("luna", BORIS, LUNA))
    await act(stores, creator=LUNA)


async def act(stores: Stores, creator: Any) -> None:
    await stores.audit.write(Actor(ANNA, "anna", GuildId(1), ChannelId(2)), creator, "reply", "sent", NOW)


async def everything(database: Database) -> dict[str, list[dict[str, Any]]]:
    async def rows(table: Table) -> list[dict[str, Any]]:
        async with database.read() as connection:
            return [dict(row) for row in (await connection.execute(select(table))).mappings()]

    return {name: await rows(table) for name, table in metadata.tables.items()}


@pytest.fixture
async def remembered(stores: Stores) -> None:
    await remember_everything(stores)


async def test_every_column_that_can_hold_a_person_is_part_of_this_test(database: Database, remembered: None) -> None:
    found = await everything(database)
    for table in metadata.tables.values():
        for column in table.columns:
            name = f"{table.name}.{column.name}"
            if isinstance(column.type, BigInteger) and name not in NOT_PEOPLE:
                assert ANNA in {row[column.name] for row in found[table.name]}, f"nothing remembers anybody in {name}"


async def test_a_person_who_is_forgotten_is_in_no_column_of_no_table(
    stores: Stores, database: Database, remembered: None
) -> None:
    await stores.forget(ANNA)
    for name, rows in (await everything(database)).items():
        for row in rows:
            for column, value in row.items():
                words = str(value)
                assert not any(trace in words for trace in (str(ANNA), NAME, LUNA, "Chatham")), f"{name}.{column}"


async def test_what_is_counted_is_what_is_exported(stores: Stores, remembered: None) -> None:
    counts = await stores.counts(ANNA)
    assert counts == {subject: len(rows) for subject, rows in (await stores.export(ANNA)).items()}
    assert min(counts.values()) > 0


async def test_what_belongs_to_others_stays(stores: Stores, remembered: None) -> None:
    await stores.forget(ANNA)
    assert await stores.connections.of_owner(BORIS) == a_connection(BORIS, MIRA)
    assert await stores.routes.of_creator(MIRA) == [a_route(TEAM_CHANNEL, MIRA, EventKind.TIP, BORIS)]
    granted, replied = await stores.audit.of_owner(BORIS, NOW, 0, 10)
    assert (granted.actor, granted.outcome) == (BORIS, "somebody")
    assert (replied.action, replied.actor) == ("reply", None)
    (used,) = await stores.uses.of_owner(BORIS, 0, 10)
    assert (used.use.operation, used.use.actor, used.is_anonymous) == ("sendMessage", None, True)
    team_card = await stores.cards.by_message(MessageId(500))
    assert team_card is not None
    assert (team_card.answered_at, team_card.answered_by) == (NOW, None)
    assert not await stores.replies.begin(replace(a_reply("mira", BORIS, MIRA), id="again"))


async def test_an_export_holds_what_is_ones_own_and_no_secret(stores: Stores, remembered: None) -> None:
    exported = await stores.export(ANNA)
    assert all(exported.values()), [name for name, rows in exported.items() if not rows]
    words = repr(exported)
    assert "sealed" not in words
    assert "hash" not in words
    taken = repr(Takeout(ANNA, exported).rows())
    assert str(ANNA) in taken
    assert not [trace for trace in (str(BORIS), MIRA, FAN) if trace in taken], "others have no ids in it"


async def test_an_export_that_is_too_large_for_a_message_comes_compressed(stores: Stores, remembered: None) -> None:
    exported = await stores.export(ANNA)
    name, whole = packed(ANNA, exported, 10_000_000)
    short_name, short = packed(ANNA, exported, len(whole) - 1)
    assert (name, short_name) == ("my-data.json", "my-data.zip")
    with zipfile.ZipFile(io.BytesIO(short)) as file:
        assert file.read("my-data.json") == whole
    with pytest.raises(BadInputError):
        packed(ANNA, exported, len(short) - 1)


async def test_others_have_no_ids_inside_longer_words_either() -> None:
    fan, stranger = "5939ae62-3eb5-4433-954f-f78c7b4282f3", "1180061761000000001"
    rows = [{"fan_id": fan, "author": int(stranger)}, {"fan_id": "odd:one"}]
    words = [{"key": f"sale-{fan}|dm:{stranger}"}, {"key": "from odd:one"}, {"key": f"dm:{ANNA}"}]
    taken = Takeout(ANNA, {"replies": rows, "notes": words}).rows()
    assert [one["key"] for one in taken["notes"]] == ["sale-fan 1|dm:person 1", "from fan 2", f"dm:{ANNA}"]


async def test_after_being_forgotten_there_is_nothing_to_export(stores: Stores, remembered: None) -> None:
    await stores.forget(ANNA)
    assert not any((await stores.export(ANNA)).values())


@pytest.mark.parametrize("kind", ["sqlite"])
async def test_the_file_holds_no_trace_in_free_pages_or_log(
    stores: Stores, database_url: str, remembered: None
) -> None:
    await stores.preferences.set_timezone(ANNA, "Trace/" + "x" * 20_000)
    await stores.forget(ANNA)
    for owed in await stores.revocations.due(NOW, 100):  # the sealed pairs stay until Fanvue was told
        await stores.revocations.remove(owed.id)
    await stores.forget(ANNA)
    path = address_of(database_url).database or ""
    for ending in ("", "-wal"):
        with open(path + ending, "rb") as file:  # noqa: ASYNC230, PTH123 - a small local file
            content = file.read()
        assert not any(trace in content for trace in (b"Trace/", b"sealed-secret", NAME.encode(), b"sealed-luna"))
