"""What is kept in memory of rules and accounts is never older than what was last acknowledged."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

from stored_examples import ANNA, FAN, LATER, LUNA, NOW, OTHER_CHANNEL, TEAM_CHANNEL, a_connection, dm_of

from bot.domain.accounts import ChannelId, ConnectionId, GuildId
from bot.domain.alerts import Route
from bot.domain.claims import Claim
from bot.domain.events import EventKind
from bot.domain.rules import Mute, MuteScope, MuteSubject, Wishes
from bot.storage import Stores
from bot.storage.database.freshness import Kept
from bot.storage.deliveries.standing import Standing, StandingStore

Change = Callable[[], Awaitable[object]]
KIND = EventKind.MESSAGE


def changes(stores: Stores) -> list[Change]:
    """Everything that changes where a card goes or what is on it, in an order in which each does."""
    rule = Route(LUNA, KIND, TEAM_CHANNEL, ANNA)
    mute = Mute("m1", LUNA, MuteScope.ALL, ANNA, MuteSubject.FAN, FAN, None, NOW)
    claim = Claim(LUNA, FAN, ANNA, "Anna", NOW, LATER)
    guild = TEAM_CHANNEL.guild or GuildId(0)
    account = a_connection(ANNA, LUNA)
    renamed = replace(account, account=replace(account.account, handle="renamed"))
    return [
        lambda: stores.routes.set(rule, NOW),
        lambda: stores.routes.set(replace(rule, wishes=Wishes(role=7, is_silent=True)), NOW),
        lambda: stores.routes.set(Route(LUNA, KIND, dm_of(ANNA), ANNA), NOW + timedelta(seconds=1)),
        lambda: stores.dms.remember(ANNA, ChannelId(5)),
        lambda: stores.dms.remember(ANNA, ChannelId(6)),
        lambda: stores.mutes.add(mute, "sealed"),
        lambda: stores.mutes.remove(LUNA, "m1"),
        lambda: stores.claims.take(claim, NOW),
        lambda: stores.claims.release(LUNA, FAN, ANNA),
        lambda: stores.claims.close_chat(LUNA, FAN, NOW),
        lambda: stores.claims.open_chat(LUNA, FAN, LATER),
        lambda: stores.routes.pause(TEAM_CHANNEL, "gone", NOW),
        lambda: stores.routes.set(rule, NOW),
        lambda: stores.departures.note(guild, NOW),
        lambda: stores.departures.undo(guild),
        lambda: stores.connections.pause(account.id, NOW),
        lambda: stores.connections.pause(account.id, None),
        lambda: stores.routes.replace(LUNA, TEAM_CHANNEL, [replace(rule, shows_amounts=True)], NOW),
        lambda: stores.routes.remove(LUNA, KIND, TEAM_CHANNEL),
        lambda: stores.routes.set(replace(rule, place=OTHER_CHANNEL), NOW),
        lambda: stores.dms.forget(ANNA),
        lambda: stores.connections.replace(replace(renamed, id=ConnectionId("anew")), "sealed"),
        lambda: stores.connections.delete(ConnectionId("anew")),
    ]


async def test_whatever_is_changed_is_known_when_the_change_is_acknowledged(stores: Stores) -> None:
    await stores.connections.replace(a_connection(ANNA, LUNA), "sealed")
    seen: list[Standing | None] = [await stores.standing.of(LUNA, KIND, FAN)]
    for number, change in enumerate(changes(stores)):
        await change()
        found = await stores.standing.of(LUNA, KIND, FAN)
        assert found == await StandingStore(stores.standing._database).of(LUNA, KIND, FAN), number
        assert found == await stores.standing.of(LUNA, KIND, FAN), number
        assert found != seen[-1], number
        seen.append(found)
    assert seen[0] is seen[-1] is None


async def test_readers_beside_a_writer_never_see_what_was_before_its_last_change(stores: Stores) -> None:
    await stores.connections.replace(a_connection(ANNA, LUNA), "sealed")
    acknowledged = -1

    async def write() -> None:
        nonlocal acknowledged
        for role in range(40):
            await stores.routes.set(Route(LUNA, KIND, TEAM_CHANNEL, ANNA, wishes=Wishes(role=role)), NOW)
            acknowledged = role

    async def read() -> None:
        while acknowledged < 39:
            least = acknowledged
            found = await stores.standing.of(LUNA, KIND, None)
            shown = -1 if found is None else found.routes[0].wishes.role
            assert shown is not None
            assert shown >= least
            await asyncio.sleep(0)

    await asyncio.gather(write(), read(), read())


async def test_many_creators_are_not_all_kept(stores: Stores) -> None:
    await stores.connections.replace(a_connection(ANNA, LUNA), "sealed")
    for number in range(1100):
        assert await stores.standing.of(type(LUNA)(f"c{number}"), KIND, None) is None
    assert len(stores.standing._known._known) <= 1000


async def test_what_a_commit_changed_while_it_was_read_is_read_anew() -> None:
    commits = ["old"]
    kept = Kept(lambda: len(commits))

    async def newest() -> str:
        return commits[-1]

    async def overtaken() -> str:
        found = commits[-1]
        commits.append("new")
        await kept.get("another", newest)
        return found

    assert [await kept.get("key", read) for read in (overtaken, newest)] == ["old", "new"]
