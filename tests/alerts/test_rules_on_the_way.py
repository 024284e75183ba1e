"""Rules, mutes and hours on the way from an event to a card: each event is in exactly one card or digest."""

from dataclasses import replace
from datetime import timedelta

from alert_desk import LUNA, NOW, Desk

from bot.domain.accounts import DiscordUserId, FanId
from bot.domain.alerts import Place, Route
from bot.domain.events import Event, EventKind, Fan
from bot.domain.rules import Digest, Mute, MuteScope, MuteSubject, QuietHours, Spender, Wishes

SARAH = Fan(FanId("sarah"), "sarah", "Sarah")
NOON_REST = Wishes(quiet=QuietHours(11 * 60, 13 * 60), zone="UTC")
"""NOW is in it."""


async def rule(desk: Desk, place: Place, wishes: Wishes, kind: EventKind = EventKind.TIP) -> None:
    await desk.stores.routes.set(Route(LUNA, kind, place, desk.owner, shows_amounts=True, wishes=wishes), NOW)


async def happens(desk: Desk, *events: Event) -> None:
    for event in events:
        await desk.store(event)
    await desk.router().route_waiting()
    await desk.deliver()


def tip(desk: Desk, **changes: object) -> Event:
    return desk.event(kind=EventKind.TIP, **({"fan": SARAH} | changes))


async def test_in_quiet_hours_nothing_comes_and_afterwards_all_of_it_in_one_message(desk: Desk) -> None:
    await rule(desk, desk.place(), NOON_REST)
    await happens(desk, tip(desk), tip(desk), tip(desk))
    assert desk.cards() == []
    desk.clock.step(minutes=59)
    assert await desk.router().wake_held() == 0
    desk.clock.step(minutes=1)
    assert await desk.router().wake_held() == 3
    await desk.deliver()
    assert len(desk.cards()) == 1
    assert (await desk.stores.outbox.counts())["done"] == 3


async def test_what_comes_after_the_quiet_hours_does_not_wait_for_what_was_held(desk: Desk) -> None:
    await rule(desk, desk.place(), NOON_REST)
    await happens(desk, tip(desk))
    await rule(desk, desk.place(), Wishes(), EventKind.FOLLOWER)
    await happens(desk, desk.event("Tom", EventKind.FOLLOWER))
    assert len(desk.cards()) == 1


async def test_a_restart_in_the_night_loses_and_doubles_nothing(desk: Desk) -> None:
    await rule(desk, desk.place(), Wishes(digest=Digest.HOURLY))
    await happens(desk, tip(desk), tip(desk))
    await desk.stores.take_over()
    desk.clock.step(hours=1)
    await desk.router().wake_held()
    await desk.router().wake_held()
    await desk.deliver()
    await desk.deliver(desk.worker())
    assert (await desk.stores.outbox.counts())["done"] == 2
    assert len(desk.cards()) == 1


async def test_a_rule_that_went_meanwhile_takes_what_it_held_along(desk: Desk) -> None:
    await rule(desk, desk.place(), NOON_REST)
    await happens(desk, tip(desk))
    await desk.stores.routes.remove(LUNA, EventKind.TIP, desk.place())
    desk.clock.step(hours=1)
    await desk.router().wake_held()
    await desk.deliver()
    assert desk.cards() == []


async def test_a_muted_fan_is_heard_of_again_when_the_time_is_over(desk: Desk) -> None:
    await rule(desk, desk.place(), Wishes())
    mute = Mute("m", LUNA, MuteScope.ALL, desk.owner, MuteSubject.FAN, SARAH.id, NOW + timedelta(hours=1), NOW)
    await desk.stores.mutes.add(mute, "sealed")
    await happens(desk, tip(desk), tip(desk, fan=replace(SARAH, id=FanId("tom"), display_name="Tom")))
    assert desk.names() == ["Tom"]
    desk.clock.step(hours=1)
    await happens(desk, tip(desk))
    assert desk.names() == ["Tom", "Sarah"]


async def test_what_one_person_muted_goes_on_in_the_channel(desk: Desk) -> None:
    await rule(desk, desk.place(), Wishes())
    await rule(desk, desk.dm(), Wishes())
    mute = Mute("m", LUNA, MuteScope.ME, desk.owner, MuteSubject.KIND, EventKind.TIP.value, None, NOW)
    await desk.stores.mutes.add(mute, "sealed")
    await happens(desk, tip(desk))
    assert desk.names() == ["Sarah"]
    assert len(desk.posts()) == 1


async def test_fans_known_to_have_spent_less_make_no_card_and_unknown_ones_do(desk: Desk) -> None:
    await rule(desk, desk.place(), Wishes(spent=5000))
    await happens(desk, tip(desk))
    assert desk.names() == ["Sarah"], "nothing is known yet"
    await desk.stores.spenders.save(LUNA, {FanId("rich"): Spender(9000)}, 0, NOW)
    await happens(desk, tip(desk), tip(desk, fan=Fan(FanId("rich"), "rich", "Rich")))
    assert desk.names() == ["Sarah", "Rich"]


async def test_only_the_fans_that_fanvue_marks_are_its_top_spenders(desk: Desk) -> None:
    await rule(desk, desk.place(), Wishes(top_only=True))
    known = {FanId("rich"): Spender(9000), FanId("loyal"): Spender(800, is_top=True)}
    await desk.stores.spenders.save(LUNA, known, 0, NOW)
    await happens(
        desk, tip(desk), *(tip(desk, fan=Fan(FanId(fan), fan, fan.capitalize())) for fan in ("rich", "loyal"))
    )
    assert desk.names() == ["Loyal"]


async def test_a_resting_rule_sends_nothing(desk: Desk) -> None:
    await rule(desk, desk.place(), Wishes())
    await desk.stores.routes.pause(desk.place(), "the channel was deleted", NOW)
    await happens(desk, tip(desk))
    assert desk.posts() == []


async def test_a_rule_without_a_sound_says_so_to_discord_and_mentions_its_role_alone(desk: Desk) -> None:
    await rule(desk, desk.place(), Wishes(is_silent=True, role=4242))
    await happens(desk, tip(desk, fan=Fan(FanId("f"), "x", "@everyone <@&1> <@1>")))
    sent = desk.posts()[-1].json
    assert sent["flags"] & 4096
    assert sent["allowed_mentions"] == {"parse": [], "roles": ["4242"]} or sent["allowed_mentions"]["roles"] == [4242]
    assert DiscordUserId(1) not in desk.cards()[-1].mentions
