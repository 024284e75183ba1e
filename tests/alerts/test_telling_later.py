"""What Discord does not let be said now is not taken for something that nobody wants to hear."""

from datetime import timedelta
from functools import partial

import pytest
from alert_desk import LUNA, POSTS, Desk

from bot.discordkit.inbox.telling import WaitCaller
from bot.discordkit.insights.briefs import BriefMessenger
from bot.discordkit.notices import Notices
from bot.discordkit.owing import AT_MOST, TRIES, Owed
from bot.domain.accounts import ChannelId, FanId, MessageId
from bot.domain.alerts import Sent
from bot.domain.briefs import Rhythm, Subscription
from bot.domain.errors import DiscordDownError, FanvueDownError
from bot.domain.waiting import Overdue, Watch
from bot.services.inbox.waiting import WaitingService

PASSING = [(429, 0), (401, 0), (503, 0), (403, 20029), (403, 40004)]


@pytest.mark.parametrize(("status", "code"), [*PASSING, (403, 40003)])
async def test_a_summary_that_discord_does_not_bring_now_comes_later(desk: Desk, status: int, code: int) -> None:
    messenger = BriefMessenger(desk.client, desk.direct, desk.pacer)
    one = Subscription(desk.owner, LUNA, Rhythm.MORNING, 480, "UTC", desk.clock.now())
    opening = "/users/@me/channels" if code == 40003 else POSTS
    desk.discord.fail("POST", opening, status=status, code=code, from_cloudflare=status == 429)
    with pytest.raises(DiscordDownError):
        await messenger.explain(one, FanvueDownError())
    desk.clock.step(minutes=10)
    assert await messenger.explain(one, FanvueDownError())


@pytest.mark.parametrize(("status", "code"), PASSING)
async def test_that_a_fan_waits_is_said_later_where_discord_does_not_take_it_now(
    desk: Desk, status: int, code: int
) -> None:
    await desk.route(desk.place())
    await desk.happen("Anna")
    await desk.deliver()
    (card,) = desk.cards()
    caller = WaitCaller(desk.client, desk.pacer)
    sent = Sent(ChannelId(desk.channel.id), MessageId(card.id))
    overdue = Overdue(LUNA, FanId("fan-Anna"), desk.clock.now() - timedelta(hours=1), sent)
    desk.discord.fail("POST", POSTS, status=status, code=code, from_cloudflare=status == 429)
    with pytest.raises(DiscordDownError):
        await caller.call(overdue, role=None, lead=desk.owner)
    await caller.call(overdue, role=None, lead=desk.owner)
    assert len(desk.cards()) == 2


async def test_a_fan_nobody_can_be_told_of_keeps_none_that_waits_from_being_told_of(desk: Desk) -> None:
    assert desk.channel.guild is not None
    forum = await desk.open_forum()
    for name in ("Anna", "Sarah"):
        await desk.write(name, "Hello")
        await desk.deliver()
    desk.clock.step(minutes=20)
    await desk.stores.watches.set(Watch(LUNA, 15, lead=desk.owner))
    broken, other = desk.posts_in(forum)
    desk.discord.fail("POST", f"/channels/{broken.id}/messages", status=503, times=None)
    waiting = WaitingService(desk.stores.watches, WaitCaller(desk.client, desk.pacer), desk.stores.audit, desk.clock)
    assert [await waiting.sweep() for _ in range(3)] == [0, 1, 0]
    assert "still waits" in desk.cards(other)[-1].text


@pytest.mark.parametrize("is_hidden", [False, True])
async def test_what_another_account_of_the_bot_opened_keeps_nothing_from_anybodys_direct_messages(
    desk: Desk, is_hidden: bool
) -> None:
    desk.channel.overwrite(desk.discord.bot_user, deny=1 << 10)
    stale = ChannelId(desk.channel.id if is_hidden else 1)
    await desk.route(desk.dm())
    await desk.stores.dms.remember(desk.owner, stale)
    await desk.happen("Anna")
    await desk.deliver()
    desk.clock.step(minutes=1)
    await desk.deliver()
    await desk.stores.dms.remember(desk.owner, stale)
    await Notices(desk.client, desk.direct, desk.client.owed).moved_away(desk.owner, "lunavale")
    messenger = BriefMessenger(desk.client, desk.direct, desk.pacer)
    one = Subscription(desk.owner, LUNA, Rhythm.MORNING, 480, "UTC", desk.clock.now())
    await desk.stores.dms.remember(desk.owner, stale)
    with pytest.raises(DiscordDownError):
        await messenger.explain(one, FanvueDownError())
    assert await messenger.explain(one, FanvueDownError())
    dm = desk.discord.dm(desk.luna)
    assert dm is not None
    assert desk.names(dm) == ["Anna"]
    assert len(desk.cards(dm)) == 3
    (route,) = await desk.stores.routes.of_place(desk.dm())
    assert route.pause is None


async def test_direct_messages_that_cannot_be_opened_anew_just_now_are_later(desk: Desk) -> None:
    await desk.stores.dms.remember(desk.owner, ChannelId(1))
    opening = desk.discord.fail("POST", "/users/@me/channels", status=503, times=None)
    await Notices(desk.client, desk.direct, desk.client.owed).moved_away(desk.owner, "lunavale")
    opening.remove()
    await desk.client.owed.tell()
    dm = desk.discord.dm(desk.luna)
    assert dm is not None
    assert len(desk.cards(dm)) == 1


async def test_what_discord_does_not_take_for_a_day_is_wanted_no_more() -> None:
    owed, said = Owed(), list[int]()

    async def say() -> None:
        said.append(len(said))
        raise DiscordDownError

    owed.owe("words", say)
    for _ in range(TRIES + 1):
        await owed.tell()
    assert (len(said), owed.count) == (TRIES, 0)


async def test_of_more_than_can_be_kept_the_oldest_is_given_up_and_of_one_matter_the_newest_is_said() -> None:
    owed, said = Owed(), list[int]()

    async def say(number: int) -> None:
        said.append(number)

    for number in range(AT_MOST + 1):
        owed.owe(number, partial(say, number))
    owed.owe(AT_MOST, partial(say, -1))
    await owed.tell()
    assert said == [*range(1, AT_MOST), -1]


async def test_what_is_said_anew_meanwhile_takes_the_place_of_what_discord_did_not_take() -> None:
    owed, said = Owed(), list[str]()

    async def new() -> None:
        said.append("new")

    async def old() -> None:
        owed.owe("words", new)
        raise DiscordDownError

    owed.owe("words", old)
    for _ in range(2):
        await owed.tell()
    assert (said, owed.count) == (["new"], 0)


async def test_what_cannot_be_said_to_one_keeps_nothing_from_the_others() -> None:
    owed, said = Owed(), list[str]()

    async def broken() -> None:
        raise RuntimeError

    async def fine() -> None:
        said.append("fine")

    owed.owe("one", broken)
    owed.owe("another", fine)
    await owed.tell()
    assert (said, owed.count) == (["fine"], 0)


async def test_what_is_given_up_while_others_are_told_ends_nothing() -> None:
    owed, said = Owed(), list[int]()

    async def say(number: int) -> None:
        said.append(number)

    async def crowd() -> None:
        for number in range(AT_MOST, AT_MOST + 2):
            owed.owe(number, partial(say, number))

    owed.owe(0, crowd)
    for number in range(1, AT_MOST):
        owed.owe(number, partial(say, number))
    for _ in range(2):
        await owed.tell()
    assert said == [*range(2, AT_MOST), AT_MOST, AT_MOST + 1]
