"""/team scoreboard: who answered, how soon, what followed; everybody for whoever manages, oneself for a chatter."""

import asyncio
from datetime import UTC, datetime, time, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update

from bot.domain.access import Actor
from bot.domain.accounts import CreatorId, DiscordUserId, FanId
from bot.domain.periods import asked
from bot.domain.shifts import Shift
from bot.services.scoreboard import ScoreboardService
from bot.storage.replies import NewReply, ReplyStatus
from bot.storage.schema import connections
from sandbox.fanvue.world.records import Sale
from tests.rig import CREATOR, Rig, components_of, labels_of, words_of

AGENCY = "northstar_agency"


class Desk:
    """A team that has been at work: answers and payments put where the bot and Fanvue keep them."""

    def __init__(self, rig: Rig, handle: str = CREATOR) -> None:
        self.rig = rig
        self.now = rig.app.clock.now()
        self.creator = CreatorId(rig.fanvue.world.account(handle).uuid)
        self.world = rig.fanvue.world.desk(rig.fanvue.world.account(handle))
        self.fans = [FanId(chat.fan.user.uuid) for chat in self.world.chats.values()]

    async def since(self, ago: timedelta) -> None:
        """The account was connected so long ago, and nobody paid before today."""
        database = self.rig.app.stores._database
        async with database.write() as connection:
            await connection.execute(update(connections).values(connected_at=self.now - ago))
        self.world.sales._rows.clear()
        self.world.reversals.clear()

    async def answer(self, by: str, fan: int, at: datetime, name: str | None = None) -> None:
        person = DiscordUserId(self.rig.people[by].id)
        key = uuid4().hex
        reply = NewReply(key, key, None, self.creator, self.fans[fan], person, at, by if name is None else name)
        await self.rig.app.stores.replies.begin(reply)
        await self.rig.app.stores.replies.settle(key, ReplyStatus.SENT, None, at)

    def pay(self, fan: int | None, net: int, at: datetime, source: Any = "tip") -> str:
        order = f"FV-{uuid4().hex[:12]}"
        self.world.sales.add(Sale(at, source, net * 2, net, order, self.fans[fan] if fan is not None else None))
        return order

    async def give(self, person: str, *rights: str) -> None:
        for right in rights:
            member = self.rig.members[person]
            await self.rig.luna.slash(self.rig.desk, "team grant", person=member, right=right)

    async def board(self, person: str = "luna", **options: Any) -> Any:
        member = self.rig.members[person]
        return await member.slash(self.rig.desk, "team scoreboard", **({"period": "7d"} | options))

    async def words(self, person: str = "luna", **options: Any) -> str:
        return words_of(await self.board(person, **options)).replace("\\", "").replace("*", "")


@pytest.fixture
async def team(connected: Rig) -> Desk:
    """Luna and cleo answered two fans an hour ago; the second tipped cleo's answer, a stranger tipped nobody's."""
    desk = Desk(connected)
    await desk.since(timedelta(days=30))
    ago = desk.now - timedelta(hours=1)
    await desk.give("cleo", "reply")
    await desk.answer("luna", 0, ago)
    await desk.answer("cleo", 0, ago + timedelta(minutes=1))
    await desk.answer("cleo", 1, ago + timedelta(minutes=2))
    desk.pay(0, 1_000, ago + timedelta(seconds=30))
    desk.pay(1, 2_500, ago + timedelta(minutes=30))
    desk.pay(2, 700, ago + timedelta(minutes=30))
    return desk


async def test_the_owner_sees_everybody_with_what_followed_and_what_is_nobodys(team: Desk) -> None:
    said = await team.words()
    assert "$35.00 followed the team's answers" in said
    assert "of $42.00 net that fans paid" in said
    assert "1. cleo · $25.00 in 1 payment\n   2 answers to 2 fans" in said
    assert "2. luna · $10.00 in 1 payment\n   1 answer to 1 fan" in said
    assert "Nobody's: $7.00 in 1 payment" in said
    assert "last in the 24 hours before" in said


async def test_the_answer_is_private_(team: Desk) -> None:
    shown = await team.board()
    assert shown.ephemeral


async def test_a_real_answer_to_a_card_is_on_the_board_with_how_long_the_fan_waited(connected: Rig) -> None:
    await connected.luna.slash(connected.desk, "alerts channel", channel=connected.desk)
    await connected.fanvue.fan_writes(CREATOR, connected.fan, "Hello there")
    await connected.until(lambda: connected.cards(connected.desk))
    await connected.luna.send(connected.desk, "Hello", reply_to=connected.cards(connected.desk)[-1])
    said = words_of(await connected.luna.slash(connected.desk, "team scoreboard", period="today"))
    assert "1 answer to 1 fan · median wait" in said
    assert "(of 1)" in said
    assert "lets others" in said


async def test_what_was_answered_at_fanvue_is_a_line_of_its_own(team: Desk) -> None:
    rig = team.rig
    await rig.luna.slash(rig.desk, "alerts channel", channel=rig.desk)
    await rig.fanvue.fan_writes(CREATOR, rig.fan, "Hello there")
    await rig.until(lambda: rig.cards(rig.desk))
    await rig.fanvue.creator_writes(CREATOR, rig.fan, "Written there")
    await rig.until(lambda: "on Fanvue" in words_of(rig.cards(rig.desk)[-1]))
    assert "At Fanvue itself: $0.00 · 1 wait ended there" in await team.words()


async def test_a_manager_without_insights_sees_everybody_and_no_income_and_hears_why(team: Desk) -> None:
    await team.give("olli", "manage")
    said = await team.words("olli")
    assert "1. cleo" in said
    assert "2. luna" in said
    assert "$" not in said
    assert "Without income What came in is for whoever may see insights" in said
    await team.give("olli", "insights")
    assert "1. cleo · $25.00" in await team.words("olli")


async def test_a_chatter_sees_themselves_beside_the_totals_and_no_colleague(team: Desk) -> None:
    said = await team.words("cleo")
    assert "## You answered 2 fans\n2 answers to 2 fans" in said
    assert "The whole team\n3 answers to 2 fans" in said
    assert "$" not in said
    assert "luna\n" not in said.replace(f"@{CREATOR}", "")
    await team.give("cleo", "insights")
    with_income = await team.words("cleo")
    assert "## $25.00 followed your answers" in with_income
    assert "$35.00 followed, of $42.00" in with_income
    assert "Everybody else of the team: $10.00" in with_income
    assert str(team.rig.luna.id) not in with_income


async def test_a_chatter_who_answered_nobody_sees_that(team: Desk) -> None:
    await team.give("olli", "reply")
    assert "## You answered 0 fans\nno answer in this time" in await team.words("olli")


async def test_nobody_else_sees_anything(team: Desk) -> None:
    assert "No Fanvue account" in await team.words("olli")
    await team.give("olli", "insights")
    said = await team.words("olli")
    assert "not yours to do" in said
    assert "cleo" not in said


async def test_a_right_taken_back_counts_for_the_menu_below_the_answer(team: Desk) -> None:
    shown = await team.board("cleo")
    await team.rig.luna.slash(team.rig.desk, "team revoke", person=team.rig.members["cleo"])
    menu = next(part for part in components_of(shown.response) if "score-period" in part["custom_id"])
    again = await team.rig.members["cleo"].select(shown.response, ["28d"], custom_id=menu["custom_id"])
    assert "No such creator" in words_of(again)


async def test_another_period_is_picked_on_the_answer(team: Desk) -> None:
    shown = await team.board()
    menu = next(part for part in components_of(shown.response) if "score-period" in part["custom_id"])
    await team.rig.luna.select(shown.response, ["yesterday"], custom_id=menu["custom_id"])
    assert "Yesterday" in words_of(shown)


async def test_a_missing_scope_leaves_the_board_and_offers_to_add_it(rig: Rig) -> None:
    await rig.connect(untick=("read:insights",))
    desk = Desk(rig)
    await desk.since(timedelta(days=30))
    await desk.answer("luna", 0, desk.now - timedelta(hours=1))
    shown = await desk.board()
    assert "Without income **Fanvue has not allowed this yet.**" in words_of(shown)
    assert "1 answer to 1 fan" in words_of(shown)
    assert "Add permission" in labels_of(shown.response)


async def test_an_outage_of_fanvue_leaves_the_board(team: Desk) -> None:
    team.rig.fanvue.faults.add(operation="getEarnings", kind="503", times=None)
    said = await team.words()
    assert "Without income Fanvue does not answer right now." in said
    assert "1. cleo\n   2 answers to 2 fans" in said


async def test_reversals_that_cannot_be_read_are_not_hidden(team: Desk) -> None:
    team.rig.fanvue.faults.add(operation="getSpending", kind="503", times=None)
    said = await team.words()
    assert "1. cleo · $25.00" in said
    assert "before refunds that Fanvue does not tell" in said


async def test_a_long_time_is_read_in_pieces_side_by_side_and_each_payment_counts_once(team: Desk) -> None:
    await team.since(timedelta(days=800))
    days = "2025-01-01 to 2026-06-30"
    start, end = (datetime(*day, tzinfo=ZoneInfo("America/New_York")) for day in ((2025, 1, 1), (2026, 7, 1)))
    for place in range(17):
        team.pay(0, 100, start + (end - start) * place / 16)
    hanging = team.rig.fanvue.faults.add("getEarnings", "hang", times=8)
    asking = asyncio.create_task(team.words(period=days))
    async with asyncio.timeout(30):
        while hanging.hits < 8:
            await asyncio.sleep(0.01)
    team.rig.fanvue.faults.clear()
    assert "Nobody's: $16.00 in 16 payments" in await asking, "one is right at the end, which is the next period's"


async def test_too_many_payments_are_said_and_not_cut_in_silence(team: Desk) -> None:
    services, luna = team.rig.app.services, DiscordUserId(team.rig.luna.id)
    few = ScoreboardService(
        access=services.access,
        insights=services.insights,
        team=services.team,
        preferences=services.preferences,
        scores=team.rig.app.stores.scores,
        clock=team.rig.app.clock,
        most_payments=2,
    )
    _, board = await few.board(Actor(luna, "luna"), None, asked("7d"))
    assert board.income is None
    assert "more than 2 payments in that time. Pick a shorter period" in str(board.no_income)
    assert [score.fans for score in board.scores] == [2, 1]


async def test_what_was_taken_back_is_taken_off_whoever_it_counted_for(team: Desk) -> None:
    order = team.pay(1, 900, team.now - timedelta(minutes=20))
    assert "cleo · $34.00 in 2 payments" in await team.words()
    await team.rig.fanvue.fan_reverses(CREATOR, order)
    said = await team.words()
    assert "cleo · $25.00 in 2 payments" in said
    assert "refunds taken off" in said


async def test_renewals_and_what_others_brought_count_for_nobody(team: Desk) -> None:
    team.pay(1, 900, team.now - timedelta(minutes=20), "renewal")
    team.pay(None, 800, team.now - timedelta(minutes=20), "referral")
    said = await team.words()
    assert "of $42.00 net that fans paid" in said


async def test_whoever_had_themselves_forgotten_is_somebody(team: Desk) -> None:
    await team.rig.app.stores.forget(DiscordUserId(team.rig.people["cleo"].id))
    said = await team.words()
    assert "Somebody who had themselves forgotten · $25.00" in said
    assert "cleo" not in said
    assert "1. luna" in said


async def test_the_days_are_those_of_the_creators_zone(team: Desk) -> None:
    """An answer is yesterday's in one zone and today's in another."""
    rig = team.rig
    ahead = "Pacific/Kiritimati" if team.now.hour >= 12 else "Etc/GMT+12"
    await rig.app.stores.creators.set_timezone(team.creator, ahead, replaces=True)
    midnight = team.now.astimezone(ZoneInfo(ahead)).replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)
    await team.answer("olli", 3, midnight - timedelta(seconds=1), "late")
    await team.answer("olli", 4, midnight, "early")
    today, yesterday = await team.words(period="today"), await team.words(period="yesterday")
    assert f"days in {ahead}" in today
    assert "early" in today or midnight > team.now
    assert "1 answer to 1 fan" in yesterday


async def test_what_was_before_the_account_was_connected_is_said_to_be_unknown(team: Desk) -> None:
    await team.since(timedelta(hours=3))
    assert "answers are kept while the account is connected" in await team.words(period="28d")
    said = await team.words(period="2020-01-01")
    assert "nothing is known of that time" in said


async def test_nobody_answered_and_nobody_may(connected: Rig) -> None:
    said = words_of(await connected.luna.slash(connected.desk, "team scoreboard", period="today"))
    assert "`/team grant` lets somebody read and answer fans" in said


async def test_nobody_answered_though_some_may(connected: Rig) -> None:
    desk = Desk(connected)
    await desk.give("cleo", "reply")
    said = await desk.words(period="today")
    assert "Nobody was answered from here in this time. Pick another period" in said


async def test_whoever_may_answer_and_did_not_is_named(team: Desk) -> None:
    await team.give("olli", "reply")
    assert "No answer in this time olli" in await team.words()


async def test_hostile_names_of_a_large_team_fit_and_stay_inert(team: Desk) -> None:
    rig = team.rig
    for number in range(40):
        rig.people[f"p{number}"] = SimpleNamespace(id=10**17 + number)
        name = f"{number}**[x](https://evil.example)@everyone<@1>||`" + "̸" * 50
        await team.answer(f"p{number}", number % 3, team.now - timedelta(minutes=5), name)
    shown = await team.board()
    said = words_of(shown)
    assert "and 27 more" in said
    assert "](https" not in said
    assert "@everyone" not in said
    assert len(shown.response.embeds[0]) <= 6_000


async def test_two_people_of_one_name_are_told_apart(team: Desk) -> None:
    team.rig.people["twin"] = SimpleNamespace(id=10**17)
    await team.answer("twin", 3, team.now - timedelta(minutes=5), "cleo")
    said = await team.words()
    assert f"cleo <@{10**17}>" in said
    assert f"cleo <@{team.rig.people['cleo'].id}>" in said


async def test_an_agency_picks_one_of_its_creators_and_hears_that_refunds_are_not_told(rig: Rig) -> None:
    await rig.connect("luna", AGENCY)
    assert "Pick one" in words_of(await rig.luna.slash(rig.desk, "team scoreboard", period="7d"))
    handle = next(one.handle for one in rig.fanvue.world.managed_creators(rig.fanvue.world.account(AGENCY)))
    desk = Desk(rig, handle)
    await desk.since(timedelta(days=30))
    await desk.answer("cleo", 0, desk.now - timedelta(hours=2))
    desk.pay(0, 1_000, desk.now - timedelta(hours=1))
    said = await desk.words(creator=handle)
    assert "1. cleo · $10.00 in 1 payment" in said
    assert f"@{handle}" in said
    assert "before refunds that Fanvue does not tell" in said


async def test_a_creator_who_came_to_the_agency_later_is_counted_from_their_first_card_on(rig: Rig) -> None:
    await rig.connect("luna", AGENCY)
    await rig.luna.slash(rig.desk, "team scoreboard", period="7d")
    handle = next(one.handle for one in rig.fanvue.world.managed_creators(rig.fanvue.world.account(AGENCY)))
    desk = Desk(rig, handle)
    await desk.since(timedelta(days=30))
    desk.pay(0, 9_900, desk.now - timedelta(hours=3))
    await desk.answer("cleo", 0, desk.now - timedelta(hours=2))
    said = await desk.words(creator=handle)
    assert f"Counted from <t:{int((desk.now - timedelta(hours=2)).timestamp())}:f>" in said
    assert "$99" not in said


async def test_creators_are_offered_to_whoever_may_see_something_of_them(team: Desk) -> None:
    for person, offered in (("luna", [CREATOR]), ("cleo", [CREATOR]), ("olli", [])):
        member = team.rig.members[person]
        choices = await member.autocomplete(team.rig.desk, "team scoreboard", "creator", "")
        assert [choice["name"] for choice in choices] == [f"@{one}" for one in offered]


async def test_periods_are_offered_and_days_can_be_typed(team: Desk) -> None:
    choices = await team.rig.luna.autocomplete(team.rig.desk, "team scoreboard", "period", "last")
    assert "Last 28 days" in [choice["name"] for choice in choices]
    assert "1. cleo" in await team.words(period=f"{team.now.date() - timedelta(days=2)} to {team.now.date()}")


async def test_off_shift_there_is_no_board(team: Desk) -> None:
    later = team.now + timedelta(hours=3)
    week = [Shift(frozenset(range(7)), time(later.hour), time((later.hour + 1) % 24), ZoneInfo("UTC"))]
    person = DiscordUserId(team.rig.people["cleo"].id)
    await team.rig.app.stores.shifts.set(team.creator, person, week, team.now)
    said = await team.words("cleo")
    assert "shift is over" in said
    assert "answers" not in said


async def test_looking_without_the_right_to_income_is_no_refusal_on_record(team: Desk) -> None:
    await team.words("cleo")
    assert "refused" not in {
        entry.outcome
        for entry in (await team.rig.app.services.privacy.decisions(DiscordUserId(team.rig.luna.id))).entries
    }


async def test_an_answer_from_before_the_period_is_followed_in_it(team: Desk) -> None:
    """Whoever answered yesterday evening has a line today, and no answer on it."""
    midnight = team.now.replace(hour=0, minute=0, second=0, microsecond=0)
    await team.rig.app.stores.creators.set_timezone(team.creator, "UTC", replaces=True)
    await team.answer("olli", 5, midnight - timedelta(minutes=1), "olli")
    team.pay(5, 4_000, midnight + timedelta(microseconds=1_000))
    said = await team.words(period="today")
    assert "olli · $40.00 in 1 payment\n   no answer in this time" in said
