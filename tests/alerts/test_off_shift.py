"""Cards to the direct messages of somebody off shift rest until they are back."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest
from alert_desk import LUNA, NOW, Desk

from bot.domain.access import Capability, Right
from bot.domain.accounts import DiscordUserId
from bot.domain.shifts import Shift
from sandbox.discord import Message, User

AFTERNOON = Shift(frozenset(range(7)), time(13), time(17), ZoneInfo("UTC"))
"""NOW is an hour before it."""


def cards(desk: Desk, person: User) -> list[Message]:
    """What stands in somebody's direct messages."""
    dm = desk.discord.dm(person)
    return desk.cards(dm) if dm is not None else []


@pytest.fixture
async def tom(desk: Desk) -> User:
    """A chatter with the afternoon shift, whose own rule sends him cards; three fans wrote before it began."""
    user = desk.discord.add_user("tom")
    assert desk.channel.guild is not None
    desk.discord.add_member(desk.channel.guild, user)
    person = DiscordUserId(user.id)
    await desk.stores.rights.give(Right(LUNA, person, Capability.ALERTS, desk.owner, NOW))
    await desk.stores.shifts.set(LUNA, person, [AFTERNOON], NOW)
    await desk.route(desk.dm(user), set_by=user)
    for name in ("Anna", "Bea", "Cleo"):
        await desk.store(desk.event(name))
    await desk.router().route_waiting()
    await desk.deliver()
    return user


async def test_they_come_together_when_the_shift_begins_and_once(desk: Desk, tom: User) -> None:
    assert cards(desk, tom) == []
    desk.clock.step(minutes=59)
    assert await desk.router().wake_held() == 0
    desk.clock.step(minutes=1)
    assert await desk.router().wake_held() == 3
    await desk.deliver()
    assert len(cards(desk, tom)) == 1
    assert (await desk.stores.outbox.counts())["done"] == 3


async def test_they_are_told_of_as_waiting(desk: Desk, tom: User) -> None:
    (unsent,) = await desk.stores.outbox.unsent(LUNA, NOW)
    assert (unsent.count, unsent.is_dead, unsent.reason) == (3, False, "until the next shift begins")


async def test_the_owners_own_come_whenever_they_may_work(desk: Desk) -> None:
    await desk.stores.shifts.set(LUNA, desk.owner, [AFTERNOON], NOW)
    await desk.route(desk.dm())
    await desk.happen("Anna")
    await desk.deliver()
    assert len(cards(desk, desk.luna)) == 1


async def test_lifting_the_shifts_lets_them_come_at_once(desk: Desk, tom: User) -> None:
    await desk.stores.shifts.set(LUNA, DiscordUserId(tom.id), [], desk.clock.now())
    assert await desk.router().wake_held() == 3
    await desk.deliver()
    assert (await desk.stores.outbox.counts())["done"] == 3


async def test_a_shift_that_was_moved_keeps_them_waiting_for_its_new_beginning(desk: Desk, tom: User) -> None:
    evening = Shift(frozenset(range(7)), time(18), time(22), ZoneInfo("UTC"))
    await desk.stores.shifts.set(LUNA, DiscordUserId(tom.id), [evening], desk.clock.now())
    await desk.router().wake_held()
    await desk.deliver()
    assert cards(desk, tom) == []
    assert (await desk.stores.outbox.counts())["held"] == 3
    assert (await desk.delivery()).due_at == datetime.combine(NOW.date(), time(18), UTC)


async def test_a_right_taken_back_meanwhile_ends_them(desk: Desk, tom: User) -> None:
    await desk.stores.rights.take(LUNA, DiscordUserId(tom.id), Capability.ALERTS, NOW)
    desk.clock.step(hours=2)
    await desk.router().wake_held()
    await desk.deliver()
    assert cards(desk, tom) == []
    assert (await desk.stores.outbox.counts())["dead"] == 3
