"""/insights creators: everybody one may see, and nobody else, with the same numbers as alone."""

import re
from typing import Any

import pytest

from bot.domain.money import MINUS
from tests.rig import CREATOR, Rig, components_of, words_of

AGENCY = "northstar_agency"


@pytest.fixture
async def agency(rig: Rig) -> Rig:
    """Luna has connected the agency's account."""
    assert (await rig.connect("luna", AGENCY)).status == 200
    return rig


def managed(rig: Rig) -> list[str]:
    world = rig.fanvue.world
    return sorted(one.handle for one in world.managed_creators(world.account(AGENCY)))


def lines_of(shown: Any) -> dict[str, str]:
    """What each creator earned, by handle, in the order of the answer."""
    return lines_of_words(words_of(shown))


def lines_of_words(words: str) -> dict[str, str]:
    return dict(re.findall(r"^\d+\. @(\S+) \*\*(\S+)\*\*", words.replace("\\", ""), re.MULTILINE))


def cents(amount: str) -> int:
    return int(re.sub(r"\D", "", amount)) * (-1 if MINUS in amount else 1)


async def test_an_agency_sees_all_its_creators_the_most_first_and_their_sum(agency: Rig) -> None:
    shown = await agency.luna.slash(agency.desk, "insights creators", period="28d")
    incomes = lines_of(shown)
    assert sorted(incomes) == managed(agency)
    amounts = [cents(amount) for amount in incomes.values()]
    assert amounts == sorted(amounts, reverse=True)
    (together,) = re.findall(r"## (\S+) net", words_of(shown))
    assert cents(together) == sum(amounts)
    assert len(shown.response.attachments) == 1


async def test_each_line_says_what_the_creators_own_answer_says(agency: Rig) -> None:
    incomes = lines_of(await agency.luna.slash(agency.desk, "insights creators", period="last_month"))
    for handle, amount in incomes.items():
        alone = await agency.luna.slash(agency.desk, "insights earnings", period="last_month", creator=handle)
        assert f"## {amount} net" in words_of(alone)


async def test_another_period_is_picked_on_the_answer(agency: Rig) -> None:
    shown = await agency.luna.slash(agency.desk, "insights creators")
    menu = next(part for part in components_of(shown.response) if "side-period" in part["custom_id"])
    await agency.luna.select(shown.response, ["last_month"], custom_id=menu["custom_id"])
    assert "Last month" in words_of(shown)


async def test_a_team_member_sees_those_they_were_given_and_a_stranger_nobody(connected: Rig) -> None:
    cleo, olli = connected.members["cleo"], connected.members["olli"]
    await connected.luna.slash(connected.desk, "team grant", person=cleo, right="insights")
    assert list(lines_of(await cleo.slash(connected.desk, "insights creators"))) == [CREATOR]
    await connected.luna.slash(connected.desk, "team revoke", person=cleo, right="insights")
    for person in (cleo, olli):
        refused = words_of(await person.slash(connected.desk, "insights creators"))
        assert "No Fanvue account" in refused
        assert CREATOR not in refused


async def test_one_who_cannot_be_read_is_named_and_the_others_are_there(agency: Rig) -> None:
    agency.fanvue.faults.add(operation="getCreatorEarningsSummary", kind="403", times=1)
    shown = await agency.luna.slash(agency.desk, "insights creators", period="28d")
    (left,) = set(managed(agency)) - set(lines_of(shown))
    assert f"Not read just now @{left}" in words_of(shown).replace("\\", "")
    again = await agency.luna.slash(agency.desk, "insights creators", period="28d")
    assert sorted(lines_of(again)) == managed(agency)


async def test_each_line_says_how_many_fans_wait_to_whoever_may_read_what_they_write(agency: Rig) -> None:
    first, *others = managed(agency)
    world = agency.fanvue.world
    for handle in (first, *others):
        for chat in world.desk(world.account(handle)).chats.values():
            chat.mark_read()
    said = words_of(await agency.luna.slash(agency.desk, "insights creators"))
    assert "Nobody waits" in said
    assert "💬" not in said
    fan = next(iter(world.desk(world.account(first)).chats.values())).fan.user.handle
    for text in ("one", "two"):
        await agency.fanvue.fan_writes(first, fan, text)
    said = words_of(await agency.luna.slash(agency.desk, "insights creators")).replace("\\", "")
    assert "Fans who wait for an answer: 1" in said
    assert re.findall(r"^\d+\. @(\S+) .* · 💬 1$", said, re.MULTILINE) == [first]
    agency.fanvue.faults.add(f"/creators/{world.account(others[0]).uuid}/chats", 503)
    assert "answer: 1+" in words_of(await agency.luna.slash(agency.desk, "insights creators"))
    agency.fanvue.faults.add("listCreatorChats", 503)
    said = words_of(await agency.luna.slash(agency.desk, "insights creators"))
    assert said.count("💬 ?") == len(managed(agency))
    assert sorted(lines_of_words(said)) == managed(agency)


async def test_a_plus_says_that_more_fans_may_wait_than_were_looked_at(agency: Rig) -> None:
    first, world = managed(agency)[0], agency.fanvue.world
    desk = world.desk(world.account(first))

    async def waiting(*, is_unread: bool) -> str:
        for chat in desk.chats.values():
            chat.mark_read()
            chat.is_marked_unread = is_unread
        await agency.fanvue.fan_writes(first, fan, "hello")
        said = words_of(await agency.luna.slash(agency.desk, "insights creators")).replace("\\", "")
        return re.findall(rf"@{first} .* · 💬 (\S+)$", said, re.MULTILINE)[0]

    fan = next(iter(desk.chats.values())).fan.user.handle
    assert await waiting(is_unread=True) == str(sum(not chat.is_archived for chat in desk.chats.values()))
    for number in range(51):
        await agency.fanvue.fan_writes(first, world.add_fan(first, f"fan_{number}").user.handle, "hello")
    assert await waiting(is_unread=True) == "50+"
    assert await waiting(is_unread=False) == "1"


async def test_whoever_may_not_read_what_fans_write_is_told_nothing_of_it(connected: Rig) -> None:
    cleo = connected.members["cleo"]
    await connected.luna.slash(connected.desk, "team grant", person=cleo, right="insights")
    said = words_of(await cleo.slash(connected.desk, "insights creators"))
    assert "wait" not in said
    assert "💬" not in said


async def test_days_that_are_no_whole_weeks_take_two_questions_for_each_creator(agency: Rig) -> None:
    before = len(agency.fanvue.ledger)
    await agency.luna.slash(agency.desk, "insights creators", period="2026-02-02 to 2026-02-11")
    asked = [row.operation_id for row in agency.fanvue.ledger[before:]]
    assert asked.count("getCreatorEarningsSummary") == 2 * len(managed(agency))


async def test_who_has_another_right_hears_which_one_is_missing(connected: Rig) -> None:
    cleo = connected.members["cleo"]
    await connected.luna.slash(connected.desk, "team grant", person=cleo, right="reply")
    assert "not yours to do" in words_of(await cleo.slash(connected.desk, "insights creators"))


async def test_what_was_added_up_says_so(agency: Rig) -> None:
    agency.fanvue.faults.add(operation="getCreatorEarningsSummary", kind="503", times=None)
    shown = await agency.luna.slash(agency.desk, "insights creators", period="7d")
    assert sorted(lines_of(shown)) == managed(agency)
    assert "add up its single payments" in words_of(shown)
