"""/report: what yesterday and last week brought; it comes by itself, once, while its reader may see it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.domain.accounts import CreatorId, DiscordUserId
from bot.domain.briefs import Rhythm, Subscription
from tests.rig import CREATOR, Rig, components_of, labels_of, words_of

EIGHT = str(8 * 60)


def id_of(message: Any, verb: str) -> str:
    return next(
        part["custom_id"] for part in components_of(message) if part.get("custom_id", "").startswith(f"fv1:{verb}:")
    )


async def pick(rig: Rig, shown: Any, value: str, who: Any = None) -> Any:
    actor = who or rig.luna
    return await actor.select(shown.response, [value], custom_id=id_of(shown.response, "brief-when"))


def creator_of(rig: Rig) -> CreatorId:
    return CreatorId(rig.fanvue.world.account(CREATOR).uuid)


async def wanted(rig: Rig, person: Any = None, rhythm: Rhythm = Rhythm.MORNING) -> Subscription | None:
    who = DiscordUserId((person or rig.luna).id)
    return await rig.app.stores.briefs.of(who, creator_of(rig), rhythm)


async def make_due(rig: Rig, person: Any = None, *, late: timedelta = timedelta()) -> Subscription:
    """Have what somebody subscribed to be due now."""
    one = await wanted(rig, person)
    assert one is not None
    due = replace(one, due_at=rig.app.clock.now() - late)
    await rig.app.stores.briefs.set(due)
    return due


async def go(rig: Rig) -> None:
    await rig.app.brief_rounds.go()
    await rig.env.settle()


def briefs_in(channel: Any) -> list[Any]:
    return [message for message in channel.history() if "Morning brief" in words_of(message)]


async def test_the_morning_brief_says_what_yesterday_brought_and_what_waits(connected: Rig) -> None:
    shown = await connected.luna.slash(connected.desk, "report morning")
    words = words_of(shown)
    assert "Morning brief · @lunavale" in words
    assert "net" in words
    for name in ("Waiting for an answer", "Subscribers", "Goes out today"):
        assert name in words
    assert "Pick a time" in words
    day = await connected.luna.slash(connected.desk, "insights earnings", period="yesterday")
    assert words_of(day).split("## ")[1].split(" net")[0] in words


async def test_the_week_has_its_days_as_a_picture(connected: Rig) -> None:
    shown = await connected.luna.slash(connected.desk, "report weekly")
    assert "The week · @lunavale" in words_of(shown)
    assert len(shown.response.attachments) == 1
    assert " to " in words_of(shown)


async def test_the_goal_stands_in_it_once_there_is_one(connected: Rig) -> None:
    shown = await connected.luna.slash(connected.desk, "report morning")
    assert "Goal" not in words_of(shown)
    await connected.app.stores.creators.set_monthly_goal(creator_of(connected), 500_000)
    again = await connected.luna.slash(connected.desk, "report morning")
    assert "Goal of this month" in words_of(again)
    assert "of $5,000.00" in words_of(again)


async def test_it_comes_once_at_the_hour_picked_and_is_due_the_next_day(connected: Rig) -> None:
    shown = await connected.luna.slash(connected.desk, "report morning")
    await pick(connected, shown, EIGHT)
    assert "Every day at 08:00" in words_of(shown)
    assert "Stop sending it" in labels_of(shown.response)
    await go(connected)
    assert briefs_in(connected.dm) == []
    due = await make_due(connected)
    for _ in range(3):
        await go(connected)
    (message,) = briefs_in(connected.dm)
    assert "Stop sending it" in labels_of(message)
    following = await wanted(connected)
    assert following is not None
    assert due.due_at < following.due_at <= due.due_at + timedelta(hours=26)


async def test_sent_again_after_a_crash_it_is_the_same_message_to_discord(connected: Rig) -> None:
    shown = await connected.luna.slash(connected.desk, "report morning")
    await pick(connected, shown, EIGHT)
    due = await make_due(connected)
    await go(connected)
    await connected.app.stores.briefs.set(due)
    await go(connected)
    sent = [entry.json for entry in connected.env.http_requests if "Morning brief" in str(entry.json)]
    nonces = [one["nonce"] for one in sent if one.get("enforce_nonce")]
    assert len(nonces) == 2
    assert len(set(nonces)) == 1
    await make_due(connected)
    await go(connected)
    later = [entry.json for entry in connected.env.http_requests if "Morning brief" in str(entry.json)][-1]
    assert later["nonce"] not in nonces


async def test_it_is_stopped_where_it_came_and_by_picking_no_time(connected: Rig) -> None:
    shown = await connected.luna.slash(connected.desk, "report morning")
    await pick(connected, shown, EIGHT)
    await make_due(connected)
    await go(connected)
    (message,) = briefs_in(connected.dm)
    await connected.people["luna"].click(message, custom_id=id_of(message, "brief-stop"))
    assert await wanted(connected) is None
    await pick(connected, shown, EIGHT)
    await pick(connected, shown, "off")
    assert await wanted(connected) is None
    assert "not come by itself" in words_of(shown)


async def test_while_fanvue_is_down_it_waits_and_comes_when_fanvue_is_back(connected: Rig) -> None:
    shown = await connected.luna.slash(connected.desk, "report morning")
    await pick(connected, shown, EIGHT)
    due = await make_due(connected, late=timedelta(minutes=10))
    connected.fanvue.faults.add(operation="getEarningsSummary", kind="503", times=None)
    connected.fanvue.faults.add(operation="getEarnings", kind="503", times=None)
    await go(connected)
    assert briefs_in(connected.dm) == []
    assert (await wanted(connected)) == due
    connected.fanvue.faults.clear()
    await connected.app.stores.briefs.set(due)
    await go(connected)
    assert len(briefs_in(connected.dm)) == 1


async def test_while_discord_fails_it_waits_and_who_takes_no_messages_gets_the_next(connected: Rig) -> None:
    shown = await connected.luna.slash(connected.desk, "report morning")
    await pick(connected, shown, EIGHT)
    due = await make_due(connected)
    connected.env.inject_error("POST", "/channels/*/messages", status=500)
    await go(connected)
    assert await wanted(connected) == due
    await connected.app.stores.briefs.set(due)
    connected.env.inject_error("POST", "/channels/*/messages", status=403)
    await go(connected)
    following = await wanted(connected)
    assert following is not None
    assert following.due_at > due.due_at
    assert briefs_in(connected.dm) == []


async def test_one_that_is_half_a_day_late_is_left_out(connected: Rig) -> None:
    shown = await connected.luna.slash(connected.desk, "report morning")
    await pick(connected, shown, EIGHT)
    due = await make_due(connected, late=timedelta(hours=13))
    await go(connected)
    assert briefs_in(connected.dm) == []
    following = await wanted(connected)
    assert following is not None
    assert following.due_at > due.due_at


async def test_who_lost_the_right_gets_nothing_and_is_no_longer_on_the_list(connected: Rig) -> None:
    cleo = connected.members["cleo"]
    await connected.luna.slash(connected.desk, "team grant", person=cleo, right="insights")
    shown = await cleo.slash(connected.desk, "report morning", creator=CREATOR)
    words = words_of(shown)
    assert "Waiting for an answer" not in words
    assert "Goes out today" not in words
    await pick(connected, shown, EIGHT, cleo)
    await connected.luna.slash(connected.desk, "team revoke", person=cleo, right="insights")
    await make_due(connected, cleo)
    await go(connected)
    assert briefs_in(connected.people["cleo"].dm_channel) == []
    assert await wanted(connected, cleo) is None
    refused = await pick(connected, shown, EIGHT, cleo)
    assert "not yours to do" in words_of(refused)
    assert await wanted(connected, cleo) is None


async def test_a_part_that_fanvue_does_not_tell_is_left_out_of_it(connected: Rig) -> None:
    for operation in ("getSubscriberInsights", "getTopSpenders", "listChats"):
        connected.fanvue.faults.add(operation=operation, kind="503", times=None)
    shown = await connected.luna.slash(connected.desk, "report morning")
    words = words_of(shown)
    assert "net" in words
    assert "Waiting for an answer" not in words


async def test_a_grant_that_died_is_explained_with_the_button_that_mends_it(connected: Rig) -> None:
    shown = await connected.luna.slash(connected.desk, "report morning")
    await pick(connected, shown, EIGHT)
    await make_due(connected)
    owner = DiscordUserId(connected.luna.id)
    connection = await connected.app.stores.connections.of_owner(owner)
    assert connection is not None
    await connected.app.stores.connections.mark_dead(connection.id)
    await go(connected)
    told = connected.dm.history()[0]
    assert "could not be put together" in words_of(told)
    assert any("onnect" in label for label in labels_of(told))
    await connected.people["luna"].click(told, custom_id=id_of(told, "brief-stop"))
    assert await wanted(connected) is None


async def test_without_the_scope_one_button_asks_for_it(rig: Rig) -> None:
    await rig.connect(untick=("read:insights",))
    shown = await rig.luna.slash(rig.desk, "report morning")
    assert "has not allowed" in words_of(shown)
