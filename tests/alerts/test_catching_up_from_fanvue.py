"""What webhooks did not bring comes all the same, once, whatever happened in between."""

import asyncio
from datetime import timedelta

import pytest
from polling_ground import ALL_SCOPES, CREATOR, Ground, Process

from bot.domain.accounts import ChannelId, ConnectionStatus, CreatorId, FanId, FanvueAccount
from bot.domain.catching_up import Outcome, Source
from bot.domain.errors import StorageBusyError
from bot.domain.events import Event, EventKind
from bot.domain.scopes import Scope
from bot.storage.schema import connections, creators


async def test_what_happened_before_somebody_connected_is_no_news(ground: Ground, process: Process) -> None:
    await process.look(after=70)
    assert await process.told() == []
    assert ground.calls("listChats") == 2


async def test_a_message_that_no_webhook_brought_is_found_once(ground: Ground, process: Process) -> None:
    await ground.fanvue.fan_writes(CREATOR, ground.fan, "Are you there?", media=1)
    for _ in range(3):
        await process.look(after=70)
    (event,) = await process.news()
    assert (event.text, event.has_media, event.creator) == ("Are you there?", True, ground.creator)
    assert event.fan is not None
    assert event.fan.handle == ground.fan


async def test_each_of_several_messages_of_a_fan_is_found_in_order(ground: Ground, process: Process) -> None:
    for text in ("one", "two", "three"):
        await ground.fanvue.fan_writes(CREATOR, ground.fan, text)
    await process.look(after=70)
    assert await process.texts() == ["one", "two", "three"]
    opened = ground.calls("listMessages")
    await process.look(after=70)
    assert ground.calls("listMessages") == opened, "a chat is not opened again while nothing is new in it"


async def test_looking_marks_nothing_as_read(ground: Ground, process: Process) -> None:
    desk, person = ground.fanvue.world.fan(CREATOR, ground.fan)
    for text in ("one", "two"):
        await ground.fanvue.fan_writes(CREATOR, ground.fan, text)
    unread = desk.chats[person.user.uuid].unread
    await process.look(after=70)
    assert ground.calls("listMessages") == 1
    assert desk.chats[person.user.uuid].unread == unread


async def test_every_kind_of_happening_is_found(ground: Ground, process: Process) -> None:
    fanvue, fan = ground.fanvue, ground.fan
    await fanvue.fan_writes(CREATOR, fan, "hello")
    order = await fanvue.fan_tips(CREATOR, fan, 700)
    await fanvue.fan_buys(CREATOR, fan)
    await fanvue.fan_subscribes(CREATOR, ground.fans[1])
    await fanvue.fan_subscribes(CREATOR, ground.fans[2], action="renew")
    await fanvue.fan_follows(CREATOR, "somebody_new")
    await fanvue.fan_reverses(CREATOR, order)
    for _ in range(11):
        await process.look(after=70)
    assert await process.told() == ["follower", "message", "purchase", "refund", "renewal", "subscriber", "tip"]
    tip = next(event for event in await process.news() if event.kind == "tip")
    assert tip.amount is not None
    assert tip.amount.minor == 700


async def test_likes_and_comments_which_no_webhook_tells_are_found(ground: Ground, process: Process) -> None:
    await ground.fanvue.fan_likes(CREATOR, ground.fan)
    await ground.fanvue.fan_comments(CREATOR, ground.fan, "Lovely light")
    for _ in range(2):
        await process.look(after=70)
    comment, like = sorted(await process.news(), key=lambda event: event.kind.value)
    assert (comment.kind, comment.text, like.kind) == ("comment", "Lovely light", "like")
    assert (await process.polling(ground.creator)).missed_at is None


@pytest.mark.parametrize("family", ["flat", "creator", "both"])
@pytest.mark.parametrize("is_heard_first", [True, False], ids=["webhook first", "asked first"])
async def test_what_webhook_and_looking_both_tell_is_one_event(
    ground: Ground, process: Process, family: str, is_heard_first: bool
) -> None:
    fanvue, fan = ground.fanvue, ground.fan
    everything = {"family": family}
    await fanvue.fan_writes(CREATOR, fan, "hello", **everything)
    await fanvue.fan_tips(CREATOR, fan, 700, **everything)
    await fanvue.fan_buys(CREATOR, fan, **everything)
    await fanvue.fan_subscribes(CREATOR, ground.fans[1], **everything)
    await fanvue.fan_follows(CREATOR, "somebody_new", **everything)
    if is_heard_first:
        await process.hear(*fanvue.deliveries)
    await process.look(after=70)
    await process.hear(*fanvue.deliveries)
    assert await process.told() == ["follower", "message", "purchase", "subscriber", "tip"]


async def test_what_happened_while_the_bot_was_down_comes_when_it_is_back(ground: Ground) -> None:
    async with ground.process() as before:
        await ground.connect(before)
        await before.settle_in()
    await ground.fanvue.fan_writes(CREATOR, ground.fan, "while you were away")
    ground.time.pass_by(7 * 24 * 3600)
    ground.fanvue.oauth.expire_access(CREATOR)
    async with ground.process() as after:
        await after.settle_in()
        assert await after.texts() == ["while you were away"]


async def test_being_stopped_between_pages_loses_and_doubles_nothing(ground: Ground) -> None:
    count = 120
    async with ground.process() as first:
        await ground.connect(first)
        await first.settle_in()
        for number in range(count):
            await ground.fanvue.fan_tips(CREATOR, ground.fan, 100 + number)
            ground.time.pass_by(1)
        stop = ground.fanvue.faults.add("getEarnings", "hang", after=1)
        look = asyncio.create_task(first.look(after=70))
        await stop.struck.wait()
        look.cancel()
        await asyncio.gather(look, return_exceptions=True)
        ground.fanvue.faults.clear()
    async with ground.process() as second:
        await second.settle_in()
        await second.look(after=70)
        amounts = sorted(event.amount.minor for event in await second.news() if event.amount)
        assert amounts == list(range(100, 100 + count))


async def test_a_cursor_stays_until_what_it_passes_is_stored(ground: Ground, process: Process) -> None:
    before = (await process.polling(ground.creator)).cursors[Source.CHATS].read_to
    await ground.fanvue.fan_writes(CREATOR, ground.fan, "hello")
    take, full = process.intake.take, []

    async def refuse(event: Event, received_at: object) -> bool:
        full.append(event)
        raise StorageBusyError

    process.intake.take = refuse  # type: ignore[method-assign, assignment]
    await process.look(after=70)
    assert full
    assert (await process.polling(ground.creator)).cursors[Source.CHATS].read_to == before
    process.intake.take = take  # type: ignore[method-assign]
    await process.look(after=70)
    assert await process.texts() == ["hello"]
    after = (await process.polling(ground.creator)).cursors[Source.CHATS].read_to
    assert after is not None
    assert before is None or after > before


@pytest.mark.parametrize("hours", [-5, 5])
async def test_a_clock_that_steps_neither_stops_nor_floods(ground: Ground, process: Process, hours: int) -> None:
    ground.time.step_clock(hours * 3600)
    await ground.fanvue.fan_tips(CREATOR, ground.fan, 500)
    before = ground.calls()
    for _ in range(3):
        await process.look(after=70)
    assert await process.told() == ["tip"]
    assert ground.calls() - before <= 12


@pytest.mark.parametrize("hours", [-5, 5])
async def test_whoever_connects_while_our_clock_is_wrong_is_told_what_happens_from_then_on_and_nothing_from_before(
    ground: Ground, process: Process, hours: int
) -> None:
    ground.fanvue.world.add_creator("amy")
    ground.fanvue.world.add_fan("amy", "bob")
    await ground.fanvue.fan_tips("amy", "bob", 100)
    ground.time.step_clock(hours * 3600)
    await process.look(after=3600)
    await ground.connect(process, "amy")
    await process.settle_in()
    await ground.fanvue.fan_tips("amy", "bob", 200)
    for _ in range(2):
        await process.look(after=70)
    assert [event.amount.minor for event in await process.news() if event.amount] == [200]


async def test_trouble_with_one_list_stops_no_other(ground: Ground, process: Process) -> None:
    ground.fanvue.faults.add("listChats", 503)
    await ground.fanvue.fan_tips(CREATOR, ground.fan, 500)
    await process.look(after=70)
    assert await process.told() == ["tip"]
    assert (await process.polling(ground.creator)).cursors[Source.CHATS].trouble is Outcome.UNANSWERED


@pytest.mark.parametrize("status", [400, 404])
async def test_a_chat_that_cannot_be_opened_hides_no_other(ground: Ground, process: Process, status: int) -> None:
    gone, other = ground.fans[:2]
    _, person = ground.fanvue.world.fan(CREATOR, gone)
    fault = ground.fanvue.faults.add(f"/chats/{person.user.uuid}/messages", status)
    for fan in (other, gone):
        await ground.fanvue.fan_writes(CREATOR, fan, f"one of {fan}")
        await ground.fanvue.fan_writes(CREATOR, fan, f"two of {fan}")
    for _ in range(3):
        await process.look(after=70)
    assert set(await process.texts()) == {f"one of {other}", f"two of {other}", f"two of {gone}"}
    assert fault.hits == 1, "it is not opened again while nothing is new in it"
    assert (await process.polling(ground.creator)).cursors[Source.CHATS].trouble is None


@pytest.mark.parametrize("status", [403, 404, 410])
async def test_a_list_that_is_refused_is_left_alone_for_long_and_comes_back(
    ground: Ground, process: Process, status: int
) -> None:
    fault = ground.fanvue.faults.add("listNotifications", status)
    for _ in range(10):
        await process.look(after=70)
    assert fault.hits == 1
    ground.fanvue.faults.clear()
    await ground.fanvue.fan_follows(CREATOR, "somebody_new")
    for _ in range(60):
        await process.look(after=70)
    assert await process.told() == ["follower"]
    assert (await process.polling(ground.creator)).cursors[Source.NOTIFICATIONS].trouble is None


@pytest.mark.parametrize("status", [403, 404, 410])
async def test_sales_are_told_once_while_the_earnings_may_not_be_read_and_after(
    ground: Ground, process: Process, status: int
) -> None:
    ground.fanvue.faults.add("getEarnings", status, times=None)
    await ground.fanvue.fan_tips(CREATOR, ground.fan, 500)
    await process.look(after=70)
    await ground.fanvue.fan_tips(CREATOR, ground.fan, 700)
    await ground.fanvue.fan_subscribes(CREATOR, ground.fans[1])
    await process.look(after=70)
    assert await process.told() == ["subscriber", "tip", "tip"]
    ground.fanvue.faults.clear()
    calls = ground.calls("getEarnings")
    for _ in range(80):
        await process.look(after=70)
    assert ground.calls("getEarnings") > calls
    assert await process.told() == ["subscriber", "tip", "tip"]


@pytest.mark.parametrize(("what", "status"), [("*", 500), ("/[!o]*", 401)], ids=["broken", "takes no token"])
async def test_a_fanvue_that_does_not_answer_is_asked_ever_less_often(
    ground: Ground, process: Process, what: str, status: int
) -> None:
    fault = ground.fanvue.faults.add(what, status)
    for _ in range(60):
        await process.look(after=70)
    assert 4 <= fault.hits / 3 < 4 * 10, "three tries each, four lists, an hour"
    ground.fanvue.faults.clear()
    await ground.fanvue.fan_writes(CREATOR, ground.fan, "anybody there?")
    for _ in range(60):
        await process.look(after=70)
    assert await process.texts() == ["anybody there?"]


async def test_when_fanvue_wants_to_be_left_alone_it_is(ground: Ground, process: Process) -> None:
    ground.fanvue.faults.add("listChats", 429, times=1, retry_after=300)
    await process.look(after=70)
    before = ground.calls()
    await process.look(after=100)
    assert ground.calls() == before
    await ground.fanvue.fan_writes(CREATOR, ground.fan, "hello")
    await process.look(after=300)
    assert await process.texts() == ["hello"]


async def test_only_what_the_grant_allows_is_asked(ground: Ground) -> None:
    async with ground.process() as process:
        await ground.connect(process, scopes=frozenset({Scope.READ_SELF}))
        await process.settle_in()
        await ground.fanvue.fan_tips(CREATOR, ground.fan, 500)
        await process.look(after=70)
        assert {row.operation_id for row in ground.fanvue.ledger} == {"listNotifications"}
        assert await process.told() == ["tip"], "without the earnings, the notifications tell sales"


async def test_a_dead_grant_is_left_alone_until_somebody_connects_again(ground: Ground, process: Process) -> None:
    connection = await process.stores.connections.of_creator(ground.creator)
    assert connection is not None
    await process.stores.connections.mark_dead(connection.id)
    await process.look(after=70)
    before = ground.calls()
    await ground.fanvue.fan_writes(CREATOR, ground.fan, "nobody listens")
    await process.look(after=3600)
    assert ground.calls() == before
    await ground.connect(process, status=ConnectionStatus.ACTIVE)
    await process.catch_up.keep()
    await process.look(after=10)
    assert await process.texts() == ["nobody listens"]


async def test_a_paused_account_is_not_asked_and_one_resumed_is(ground: Ground, process: Process) -> None:
    connection = await process.stores.connections.of_creator(ground.creator)
    assert connection is not None
    await process.stores.connections.pause(connection.id, ground.time.now())
    before = ground.calls()
    await ground.fanvue.fan_writes(CREATOR, ground.fan, "hello")
    await process.look(after=70)
    await process.look(after=70)
    assert ground.calls() == before
    await process.stores.connections.pause(connection.id, None)
    await process.look(after=70)
    assert await process.texts() == ["hello"]


async def test_who_disconnects_is_asked_no_more_and_leaves_nothing(ground: Ground, process: Process) -> None:
    connection = await process.stores.connections.of_creator(ground.creator)
    assert connection is not None
    await process.stores.connections.delete(connection.id)
    before = ground.calls()
    await process.look(after=70)
    assert (ground.calls(), process.catch_up.count) == (before, 0)
    polling = await process.polling(ground.creator)
    assert (polling.polled_at, dict(polling.cursors)) == (None, {})


async def test_who_has_webhooks_is_asked_rarely_and_often_again_when_one_fails_to_come(
    ground: Ground, process: Process
) -> None:
    assert (await process.polling(ground.creator)).beat_seconds == 60
    await ground.fanvue.fan_writes(CREATOR, ground.fan, "by webhook", family="creator")
    await process.hear(*ground.fanvue.deliveries)
    await process.catch_up.keep()
    await process.look(after=70)
    polling = await process.polling(ground.creator)
    assert polling.beat_seconds == 900
    assert polling.heard_at is not None
    await ground.fanvue.fan_writes(CREATOR, ground.fan, "lost on its way")
    assert await process.look(after=120) == 0
    await process.look(after=900)
    assert await process.texts() == ["by webhook", "lost on its way"]
    assert (await process.polling(ground.creator)).missed_at is not None
    await process.look(after=1000)
    assert (await process.polling(ground.creator)).beat_seconds == 60


async def test_how_late_news_can_be_is_known(ground: Ground, process: Process) -> None:
    polling = await process.polling(ground.creator)
    assert polling.beat_seconds == 60
    assert polling.polled_at is not None
    assert ground.time.now() - polling.polled_at < timedelta(minutes=2)
    assert set(polling.cursors) >= {Source.CHATS, Source.EARNINGS, Source.NOTIFICATIONS}


async def test_a_week_away_costs_a_bounded_number_of_calls(ground: Ground) -> None:
    async with ground.process() as process:
        await ground.connect(process)
        await process.settle_in()
        for number in range(300):
            await ground.fanvue.fan_tips(CREATOR, ground.fan, 100 + number)
            ground.time.pass_by(1200)
        before = ground.calls()
        await process.look(after=70)
        assert ground.calls() - before <= 20
        assert len(await process.news()) == 300


async def test_the_creators_an_agency_manages_are_looked_at_as_themselves(ground: Ground) -> None:
    world = ground.fanvue.world
    managed = world.managed_creators(world.agency)[0]
    async with ground.process() as process:
        agency = await ground.connect(process, world.agency.handle, scopes=ALL_SCOPES)
        account = FanvueAccount(CreatorId(managed.uuid), managed.handle, managed.display_name, is_creator=True)
        await process.stores.creators.replace_managed(agency, [account], ground.time.now())
        await process.settle_in()
        fan = next(iter(world.desk(managed).chats.values())).fan.user.handle
        await ground.fanvue.fan_writes(managed.handle, fan, "to her")
        await process.look(after=70)
        (event,) = await process.news()
        assert (event.text, event.creator) == ("to her", managed.uuid)
        assert "listCreatorChats" in {row.operation_id for row in ground.fanvue.ledger}


async def test_two_processes_share_the_creators_and_one_takes_over_from_a_dead_one(ground: Ground) -> None:
    async with ground.process() as first, ground.process() as second:
        for name in ("amy", "bea", "cat", "dot", "eve", "fay"):
            ground.fanvue.world.add_creator(name)
            await ground.connect(first, name)
        for _ in range(3):
            await first.catch_up.keep()
            await second.catch_up.keep()
        counts = first.catch_up.count, second.catch_up.count
        assert sum(counts) == 6
        assert all(counts)
        before = ground.calls("listChats")
        await first.look(after=70)
        await second.look()
        assert ground.calls("listChats") - before == 6
        for _ in range(4):
            ground.time.pass_by(20)
            await second.catch_up.keep()
        assert second.catch_up.count == 6


async def test_a_reconnected_creator_is_followed_from_where_it_ended(ground: Ground, process: Process) -> None:
    await ground.fanvue.fan_writes(CREATOR, ground.fan, "first")
    await process.look(after=70)
    await ground.fanvue.fan_writes(CREATOR, ground.fan, "second")
    ground.time.pass_by(6 * 3600)
    await ground.connect(process)
    await process.look(after=70)
    assert await process.texts() == ["first", "second"]


async def test_a_thousand_creators_are_not_looked_at_all_at_once_after_a_start(ground: Ground) -> None:
    count = 1000
    async with ground.process() as process:
        example = await ground.connect(process, scopes=frozenset())
        ids = [f"{number:08x}-2222-4333-8444-555555555555" for number in range(count - 1)]
        names = {"handle": "h", "display_name": "d"}
        values = {
            "is_creator": True, "features": "", "scopes": "", "sealed_tokens": "sealed", "status": "active",
            "access_expires_at": example.access_expires_at, "refreshed_at": example.refreshed_at,
            "connected_at": example.connected_at, **names,
        }  # fmt: skip
        held = [{"id": one, "owner": 5 + place, "creator_id": one, **values} for place, one in enumerate(ids)]
        async with process.stores.cursors._database.write() as connection:
            await connection.execute(connections.insert(), held)
            await connection.execute(
                creators.insert(), [{"creator_id": one, "account_id": one, **names} for one in ids]
            )
        await process.catch_up.keep()
        assert process.catch_up.count == count
        looked = [await process.look(after=1) for _ in range(53)]
        assert sum(looked) == count
        assert max(looked) <= 21


async def test_while_nobody_waits_answers_given_at_fanvue_are_not_looked_for(ground: Ground, process: Process) -> None:
    await ground.fanvue.creator_writes(CREATOR, ground.fan, "Hello")
    before = ground.calls("listChats")
    await process.look(after=70)
    assert await process.news() == []
    assert ground.calls("listChats") == before + 1


async def test_where_there_is_a_desk_answers_given_at_fanvue_are_found_in_order_and_once(
    ground: Ground, process: Process
) -> None:
    await a_post(ground, process)
    await ground.fanvue.fan_writes(CREATOR, ground.fan, "one")
    await ground.fanvue.creator_writes(CREATOR, ground.fan, "two")
    await ground.fanvue.creator_writes(CREATOR, ground.fan, "to all of you", kind="BROADCAST")
    await ground.fanvue.creator_writes(CREATOR, ground.fan, "three")
    await ground.fanvue.fan_writes(CREATOR, ground.fan, "four")
    for _ in range(3):
        await process.look(after=70)
    assert await process.texts() == ["two", "three", "four"]
    found = (await process.news())[0]
    assert (found.kind, found.fan and found.fan.handle) == (EventKind.MESSAGE_SENT, ground.fan)
    opened = ground.calls("listMessages")
    await process.look(after=70)
    assert ground.calls("listMessages") == opened


async def test_what_webhook_and_looking_tell_of_an_answer_is_one(ground: Ground, process: Process) -> None:
    await a_post(ground, process)
    await ground.fanvue.creator_writes(CREATOR, ground.fan, "two")
    await process.hear(*ground.fanvue.deliveries[-1:])
    await process.look(after=70)
    assert await process.texts() == ["two"]


async def test_many_answers_cost_a_bounded_number_of_calls_and_none_is_lost(ground: Ground, process: Process) -> None:
    await a_post(ground, process)
    chats = ground.fanvue.world.desk(ground.fanvue.world.account(CREATOR)).chats.values()
    fans = [chat.fan.user.handle for chat in chats if chat.fan.is_contactable and not chat.is_archived][:25]
    for number, fan in enumerate(fans):
        await ground.fanvue.creator_writes(CREATOR, fan, f"answer {number}")
    before = ground.calls()
    await process.look(after=70)
    assert ground.calls() - before <= 16
    for _ in range(3):
        await process.look(after=70)
    assert sorted(map(str, await process.texts())) == sorted(f"answer {number}" for number in range(len(fans)))


async def a_post(ground: Ground, process: Process) -> None:
    """Somebody has a desk with a post of a fan."""
    post = (ChannelId(1), ground.creator, FanId("somebody"), ChannelId(2), ground.time.now())
    await process.stores.desk_posts.remember(*post)
