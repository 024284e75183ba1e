"""The team as a panel: rights, shifts and who gave them, each a click from being taken back."""

from dataclasses import replace
from datetime import time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.domain.access import GIVEABLE, Right
from bot.domain.accounts import CreatorId, DiscordUserId
from bot.domain.shifts import Shift
from tests.rig import CREATOR, Rig, components_of, labels_of, words_of


async def give(rig: Rig, person: str, right: str, by: str = "luna", **more: Any) -> str:
    shown = await rig.members[by].slash(rig.desk, "team grant", person=rig.members[person], right=right, **more)
    return words_of(shown)


async def opened(rig: Rig, person: str, by: str = "luna") -> Any:
    """The panel of one person."""
    panel = await rig.members[by].slash(rig.desk, "team list")
    await rig.members[by].select(panel.response, [rig.members[person]])
    return panel.response


def held(rights: list[Any]) -> set[str]:
    return {right.capability.value for right in rights}


async def rights_of(rig: Rig, person: str) -> set[str]:
    return held(await rig.app.stores.rights.of(rig.members[person].id))


async def test_the_panel_tells_of_each_person_what_until_when_in_which_shifts_and_by_whom(connected: Rig) -> None:
    await give(connected, "cleo", "reply", until="in 2 hours")
    await give(connected, "cleo", "insights", may_pass_on=True)
    shift = {"days": "Mon-Fri", "from": "18:00", "to": "02:00", "timezone": "Europe/Berlin"}
    await connected.luna.slash(connected.desk, "team shift", person=connected.members["cleo"], **shift)
    told = words_of(await connected.luna.slash(connected.desk, "team list"))
    for part in (
        "cleo",
        "read and answer fans · until <t:",
        "see insights · may pass it on",
        "Mon to Fri 18:00 to 02:00 (Europe/Berlin)",
        "1 person",
    ):
        assert part in told
    one = words_of(await opened(connected, "cleo"))
    assert f"given by <@{connected.luna.id}>" in one


async def test_whoever_may_everything_takes_one_line_that_names_what_is_left_out(connected: Rig) -> None:
    told = await give(connected, "cleo", "all", until="in 2 hours")
    assert "cleo 🗝️ everything but managing the team · until <t:" in told
    assert "see insights" not in told
    assert "👑 manage the team\n" in f"{await give(connected, 'cleo', 'manage')}\n"


async def test_rights_are_taken_back_one_by_one_and_all_at_once(connected: Rig) -> None:
    await give(connected, "cleo", "all")
    await give(connected, "cleo", "manage")
    panel = await opened(connected, "cleo")
    await connected.luna.select(panel, ["reply", "post"])
    assert await rights_of(connected, "cleo") == {"insights", "alerts", "approve", "manage"}
    assert "read and answer fans" not in words_of(panel)
    await connected.luna.click(panel, label="Take everything back")
    assert await rights_of(connected, "cleo") == set()
    assert "Nobody else" in words_of(panel)


async def test_a_large_team_with_much_to_tell_is_shown_as_far_as_it_fits(connected: Rig) -> None:
    stores, now = connected.app.stores, connected.app.clock.now()
    creator = CreatorId(connected.fanvue.world.account(CREATOR).uuid)
    week = [Shift(frozenset({day}), time(9), time(17), ZoneInfo("Europe/Berlin")) for day in range(7)]
    for number in range(16):
        person = DiscordUserId(10**18 + number)
        for capability in GIVEABLE:
            right = Right(creator, person, capability, DiscordUserId(connected.luna.id), now, now + timedelta(days=9))
            await stores.rights.give(replace(right, may_pass_on=True))
        await stores.shifts.set(creator, person, week, now)
    shown = await connected.luna.slash(connected.desk, "team list")
    (embed,) = shown.response.embeds
    assert 8 <= len(embed.fields) < 16
    assert f"{16 - len(embed.fields)} more are not shown" in words_of(shown)
    assert len(embed) <= 6000


async def test_the_panel_of_somebody_without_rights_says_so(connected: Rig) -> None:
    await give(connected, "cleo", "reply")
    panel = await opened(connected, "olli")
    assert "has no right" in words_of(panel)


async def test_shifts_are_lifted_by_a_button_that_is_there_when_there_are_some(connected: Rig) -> None:
    await give(connected, "cleo", "reply")
    assert "Lift the shifts" not in labels_of(await opened(connected, "cleo"))
    shift = {"days": "every day", "from": "00:00", "to": "24:00"}
    await connected.luna.slash(connected.desk, "team shift", person=connected.members["cleo"], **shift)
    panel = await opened(connected, "cleo")
    await connected.luna.click(panel, label="Lift the shifts")
    assert "At any time" in words_of(panel)
    assert await connected.app.stores.shifts.of_person(connected.members["cleo"].id) == {}


async def test_a_shift_that_ended_refuses_the_next_click_and_says_when_the_next_begins(connected: Rig) -> None:
    await give(connected, "cleo", "insights")
    cleo = connected.members["cleo"]
    shown = await cleo.slash(connected.desk, "insights earnings")
    assert "Last 7 days" in words_of(shown)
    begins = connected.app.clock.now() + timedelta(hours=2)
    ends = begins + timedelta(hours=1)
    shift = {"days": "every day", "from": f"{begins:%H:%M}", "to": f"{ends:%H:%M}", "timezone": "UTC"}
    await connected.luna.slash(connected.desk, "team shift", person=cleo, **shift)
    picker = next(part for part in components_of(shown.response) if part.get("options"))
    refused = await cleo.select(shown.response, [picker["options"][0]["value"]], custom_id=picker["custom_id"])
    told = words_of(refused)
    assert "shift is over" in told
    assert f"<t:{int(begins.replace(second=0, microsecond=0).timestamp())}:" in told


async def test_everything_is_handed_over_after_a_confirmation(connected: Rig) -> None:
    await give(connected, "cleo", "all")
    people = {"from": connected.people["cleo"], "to": connected.members["olli"]}
    asked = await connected.luna.slash(connected.desk, "team handover", **people)
    assert "read and answer fans" in words_of(asked)
    assert await rights_of(connected, "olli") == set()
    await connected.luna.click(asked.response, label="Hand over")
    assert await rights_of(connected, "cleo") == set()
    assert await rights_of(connected, "olli") == {"insights", "alerts", "reply", "post", "approve"}


async def test_a_hand_over_that_is_not_confirmed_changes_nothing(connected: Rig) -> None:
    await give(connected, "cleo", "reply")
    people = {"from": connected.people["cleo"], "to": connected.members["olli"]}
    asked = await connected.luna.slash(connected.desk, "team handover", **people)
    await connected.luna.click(asked.response, label="Keep it as it is")
    assert (await rights_of(connected, "cleo"), await rights_of(connected, "olli")) == ({"reply"}, set())


async def test_a_manager_gives_what_they_may_pass_on_until_their_own_is_taken(connected: Rig) -> None:
    await give(connected, "cleo", "manage")
    await give(connected, "cleo", "reply", may_pass_on=True)
    assert "may not pass on" in await give(connected, "olli", "post", by="cleo")
    await give(connected, "olli", "all", by="cleo")
    assert await rights_of(connected, "olli") == {"reply"}
    panel = await opened(connected, "cleo")
    await connected.luna.select(panel, ["manage"])
    assert await rights_of(connected, "olli") == set()


async def test_whoever_lost_the_right_to_manage_finds_the_open_panel_closed(connected: Rig) -> None:
    await give(connected, "cleo", "manage")
    await give(connected, "cleo", "reply", may_pass_on=True)
    await give(connected, "olli", "reply", by="cleo")
    panel = await opened(connected, "olli", by="cleo")
    await connected.luna.slash(connected.desk, "team revoke", person=connected.members["cleo"], right="manage")
    await give(connected, "olli", "reply")
    refused = await connected.members["cleo"].click(panel, label="Take everything back")
    assert "not yours" in words_of(refused)
    assert await rights_of(connected, "olli") == {"reply"}


async def test_what_cannot_be_read_is_explained(connected: Rig) -> None:
    await give(connected, "cleo", "reply")
    cleo = connected.members["cleo"]
    for wrong, hint in (
        ({"days": "someday", "from": "09:00", "to": "17:00"}, "Mon-Fri"),
        ({"days": "Mon", "from": "nine", "to": "17:00"}, "09:00"),
        ({"days": "Mon", "from": "09:00", "to": "17:00", "timezone": "Mars/Base"}, "time zone"),
    ):
        assert hint in words_of(await connected.luna.slash(connected.desk, "team shift", person=cleo, **wrong))
    assert await connected.app.stores.shifts.of_person(cleo.id) == {}


async def test_days_and_creators_are_suggested(connected: Rig) -> None:
    days = await connected.luna.autocomplete(connected.desk, "team shift", "days", "Sa")
    assert {choice["value"] for choice in days} >= {"Sat", "Sat-Sun"}
    mine = await connected.luna.autocomplete(connected.desk, "team grant", "creator", "")
    assert [choice["name"] for choice in mine] == [f"@{CREATOR}"]
    theirs = await connected.members["cleo"].autocomplete(connected.desk, "team grant", "creator", "")
    assert theirs == []
