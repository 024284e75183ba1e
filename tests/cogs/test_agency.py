"""An agency's account acts for the creators it manages; of several, one is picked, meant by default, or named."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from simcord.actors import _dispatch_actor_interaction
from simcord.backend import serializers

from bot.domain.access import Actor, Capability
from bot.domain.accounts import CreatorId, DiscordUserId, FanvueAccount
from bot.services.alerts.routes import CARD_KINDS
from sandbox.visitor import Visitor
from tests.rig import CREATOR, Rig, components_of, labels_of, words_of

AGENCY = "northstar_agency"


@pytest.fixture
async def agency(rig: Rig) -> Rig:
    """Luna has connected the agency's account."""
    page = await rig.connect("luna", AGENCY)
    assert page.status == 200
    return rig


def managed(rig: Rig) -> list[str]:
    world = rig.fanvue.world
    return sorted(one.handle for one in world.managed_creators(world.account(AGENCY)))


def actor(rig: Rig) -> Actor:
    return Actor(DiscordUserId(rig.people["luna"].id), "luna")


def id_of(message: Any, verb: str) -> str:
    return next(part["custom_id"] for part in components_of(message) if f":{verb}:" in part["custom_id"])


def picks(shown: Any) -> dict[str, str]:
    """The creators of a picker: label to value."""
    parts = components_of(shown.response) or [part for each in shown.followups for part in components_of(each)]
    return {option["label"]: option["value"] for part in parts for option in part.get("options") or []}


async def forged(rig: Rig, person: Any, custom_id: str) -> str:
    """What somebody is told who presses a button of their own making under a message of the bot's."""
    backend = rig.env.backend
    sent = await rig.app.client.get_partial_messageable(rig.desk.id).send("Look")
    message = dict(serializers.message_payload(backend, backend.get_message(rig.desk.id, sent.id)))
    part = {"type": 2, "id": 1, "style": 2, "label": "x", "custom_id": custom_id}
    pressed = {"message": message | {"components": [{"type": 1, "id": 2, "components": [part]}]}}
    data = {"custom_id": custom_id, "component_type": 2}
    shown = await _dispatch_actor_interaction(person, 3, rig.desk, data, extra=pressed, source_message_id=sent.id)
    return words_of(shown)


async def test_a_new_agency_is_told_at_once_for_whom_it_can_act_and_has_no_rules_of_its_own(agency: Rig) -> None:
    shown = words_of(await agency.luna.slash(agency.desk, "help"))
    assert all(f"@{handle}" in shown for handle in managed(agency))
    assert "alert rule" not in words_of(await agency.luna.slash(agency.desk, "privacy show"))


async def test_every_creator_option_lists_the_managed_ones_and_no_others(agency: Rig) -> None:
    await agency.luna.slash(agency.desk, "insights earnings")
    for command in ("insights earnings", "post create", "team grant"):
        shown = await agency.luna.autocomplete(agency.desk, command, "creator", "")
        names = [choice["name"] for choice in shown]
        assert names == [f"@{handle}" for handle in managed(agency)], command


async def test_where_several_could_be_meant_picking_one_does_what_was_asked(agency: Rig) -> None:
    asked = await agency.luna.slash(agency.desk, "insights earnings", period="28d")
    assert "Which creator?" in words_of(asked)
    offered = picks(asked)
    assert sorted(offered) == [f"@{handle}" for handle in managed(agency)]
    message = asked.response if components_of(asked.response) else asked.followups[-1]
    name, value = min(offered.items())
    shown = await agency.luna.select(message, [value])
    assert name.removeprefix("@").split("_")[0] in words_of(shown)
    assert "28 days" in words_of(shown)


async def test_any_of_very_many_creators_can_be_picked(agency: Rig) -> None:
    for number in range(30):
        agency.fanvue.world.add_creator(handle=f"z{number:02d}", display_name="Somebody", is_managed=True)
    await agency.connect("luna", AGENCY)
    asked = await agency.luna.slash(agency.desk, "alerts panel")
    offered = picks(asked)
    assert sorted(offered) == [f"@{handle}" for handle in managed(agency)]
    last = id_of(asked.response, "creator").rpartition("|")[0] + "|1"
    shown = await agency.luna.select(asked.response, [offered["@z29"]], custom_id=last)
    assert "Alerts of @z29" in words_of(shown)
    assert "the command's creator option takes any other" in words_of(shown)
    assert "Not everything is shown" not in "".join(map(words_of, shown.followups))


async def test_the_default_of_a_channel_is_meant_before_that_of_the_server(agency: Rig) -> None:
    await agency.luna.slash(agency.desk, "insights earnings")
    first, second = managed(agency)[:2]
    await agency.luna.slash(agency.desk, "team default", place="server", creator=first)
    await agency.luna.slash(agency.desk, "team default", place="channel", creator=second)
    here = words_of(await agency.luna.slash(agency.desk, "insights earnings"))
    there = words_of(await agency.luna.slash(agency.adult, "insights earnings"))
    assert second.split("_")[0] in here
    assert first.split("_")[0] in there
    await agency.luna.slash(agency.desk, "team default", place="channel")
    assert first.split("_")[0] in words_of(await agency.luna.slash(agency.desk, "insights earnings"))


async def test_a_right_on_one_managed_creator_shows_nothing_of_the_others(agency: Rig) -> None:
    await agency.luna.slash(agency.desk, "insights earnings")
    first, second = managed(agency)[:2]
    cleo = agency.members["cleo"]
    await agency.luna.slash(agency.desk, "team grant", person=cleo, right="insights", creator=first)
    shown = await cleo.autocomplete(agency.desk, "insights earnings", "creator", "")
    assert [choice["name"] for choice in shown] == [f"@{first}"]
    assert first.split("_")[0] in words_of(await cleo.slash(agency.desk, "insights earnings"))
    for named in (second, AGENCY):
        refused = words_of(await cleo.slash(agency.desk, "insights earnings", creator=named))
        assert "No such creator" in refused
        assert named not in refused


@pytest.mark.parametrize(
    ("command", "options", "said"),
    [
        ("insights subscribers", {}, "Ending without renewal 10 fans\nHenry van Dijk"),
        ("insights fan", {"fan": "mina_t"}, "Spent in all Fanvue does not tell it"),
        ("report morning", {}, "10 subscriptions end without renewal"),
    ],
)
async def test_what_fanvue_does_not_tell_of_managed_creators_fans_is_not_shown_as_nothing_spent(
    agency: Rig, command: str, options: dict[str, str], said: str
) -> None:
    shown = words_of(await agency.luna.slash(agency.desk, command, creator=CREATOR, **options))
    assert said in shown
    assert "$0.00" not in shown
    assert "none yet" not in shown


async def test_a_reply_for_a_managed_creator_goes_out_as_that_creator(agency: Rig) -> None:
    assert CREATOR in managed(agency)
    await agency.luna.slash(agency.desk, "insights earnings")
    await agency.luna.slash(agency.desk, "alerts channel", channel=agency.desk, creator=CREATOR)
    await agency.allow_replies(agency.desk)
    await agency.fanvue.fan_writes(CREATOR, agency.fan, "Hello")
    await agency.until(lambda: agency.cards(agency.desk))
    await agency.luna.send(agency.desk, "From the agency", reply_to=agency.cards(agency.desk)[-1])
    texts = [message.text for message in agency.fanvue.messages(CREATOR, agency.fan) if not message.is_from_fan]
    assert texts[-1] == "From the agency"


async def test_a_fan_behind_a_page_of_newer_chats_of_a_managed_creator_is_found_by_name(agency: Rig) -> None:
    for number in range(60):
        agency.fanvue.world.add_fan(CREATOR, f"newer_{number}")
        await agency.fanvue.fan_writes(CREATOR, f"newer_{number}", "Hello")
    opened = words_of(await agency.luna.slash(agency.desk, "inbox open", fan=agency.fan, creator=CREATOR))
    desk = agency.fanvue.world.desk(agency.fanvue.world.account(CREATOR))
    user = next(fan.user for fan in desk.fans.values() if fan.user.handle == agency.fan)
    assert user.display_name in opened


async def test_a_creator_who_is_managed_no_longer_disappears_with_the_rights(agency: Rig) -> None:
    await agency.luna.slash(agency.desk, "insights earnings")
    first = managed(agency)[0]
    cleo = agency.members["cleo"]
    await agency.luna.slash(agency.desk, "team grant", person=cleo, right="insights", creator=first)
    account = await agency.app.services.connections.of(agency.luna.id)
    assert account is not None
    await agency.app.stores.creators.replace_managed(account, [], agency.app.clock.now())
    assert "No Fanvue account" in words_of(await cleo.slash(agency.desk, "insights earnings"))
    assert await agency.app.stores.rights.of(cleo.id) == []


async def test_an_agency_is_told_when_a_creator_connects_on_their_own_and_keeps_the_others(agency: Rig) -> None:
    await agency.luna.slash(agency.desk, "insights earnings")
    first, *others = managed(agency)
    async with Visitor() as other:
        assert (await agency.connect("cleo", first, browser=other)).status == 200
    title = f"@{first} has connected their own account"
    await agency.until(lambda: [title in words_of(message) for message in agency.dm.history()].count(True) == 1)
    assert await known(agency) == set(others)


async def known(agency: Rig, *, seen_ago: timedelta = timedelta(hours=1)) -> set[str]:
    """The creators the account acts for, whose list is old by now."""
    creators, account = agency.app.stores.creators, await agency.app.services.connections.of(agency.luna.id)
    assert account is not None
    found = [one.account for one in await creators.of_owner(account.owner) if one.managed]
    await creators.replace_managed(account, found, agency.app.clock.now() - seen_ago)
    return {one.handle for one in found}


@pytest.mark.parametrize("lacks", [1, None], ids=["one", "all"])
async def test_a_creator_whom_fanvue_leaves_out_once_keeps_everything_and_twice_goes(
    agency: Rig, lacks: int | None
) -> None:
    before = await known(agency)
    fault = agency.fanvue.faults.rewrite("listCreators", lambda answer: answer["data"].__delitem__(slice(lacks)), 1)
    await agency.app.services.managed.sweep()
    assert fault.hits == 1
    assert await known(agency) == before
    await agency.app.services.managed.sweep()
    lacking = agency.fanvue.faults.rewrite("listCreators", lambda answer: answer["data"].__delitem__(slice(lacks)))
    await known(agency)
    await agency.app.services.managed.sweep()
    assert await known(agency) == before, "who was back in between is missing for the first time again"
    agency.fanvue.faults.remove(lacking)
    agency.fanvue.faults.rewrite("listCreators", lambda answer: answer["data"].__delitem__(slice(lacks)))
    await agency.app.services.managed.sweep()
    assert len(await known(agency)) == (len(before) - 1 if lacks else 0)


@pytest.mark.parametrize(("field", "value"), [("uuid", 7), ("uuid", None), ("handle", 7), ("registeredAt", "once")])
async def test_a_new_creator_is_found_beside_a_row_that_cannot_be_read_and_that_row_is_nobodys_end(
    agency: Rig, field: str, value: object
) -> None:
    before = await known(agency)
    agency.fanvue.world.add_creator("new_here", is_managed=True)
    agency.fanvue.faults.rewrite("listCreators", lambda answer: answer["data"][0].__setitem__(field, value))
    for _ in range(3):
        await agency.app.services.managed.sweep()
        assert len(await known(agency)) == len(before) + 1, "found, and nobody gone"
    assert "new_here" in await known(agency)


async def test_one_odd_answer_to_several_who_ask_at_once_takes_no_creator(agency: Rig) -> None:
    before = await known(agency)
    account = await agency.app.services.connections.of(agency.luna.id)
    assert account is not None
    agency.fanvue.faults.rewrite("listCreators", lambda answer: answer["data"].clear())
    await asyncio.gather(*(agency.app.services.managed.keep_fresh(account) for _ in range(2)))
    assert await known(agency) == before


async def test_creators_who_are_missing_twice_go_although_another_account_is_asked_about_in_between(
    agency: Rig,
) -> None:
    services, creators = agency.app.services, agency.app.stores.creators
    agency.fanvue.world.add_creator("on_her_own")
    await agency.begin_connected("cleo", "on_her_own")
    other = await services.connections.of(agency.members["cleo"].id)
    assert other is not None
    agency.fanvue.faults.rewrite("listCreators", lambda answer: answer["data"].clear())
    for _ in range(2):
        assert await known(agency)
        await services.managed.sweep()
        await creators.replace_managed(other, [], agency.app.clock.now() - timedelta(hours=1))
        await services.managed.keep_fresh(other)
    assert not await known(agency)


async def test_while_a_firewall_keeps_us_out_an_agency_keeps_its_creators(agency: Rig) -> None:
    before = await known(agency)
    agency.fanvue.faults.add("listCreators", "blocked")
    await agency.app.services.managed.sweep()
    assert await known(agency) == before


async def test_an_agency_of_any_size_keeps_all_its_creators_however_fanvue_sorts_them(agency: Rig) -> None:
    world = agency.fanvue.world
    for number in range(510):
        world.add_creator(f"one_of_many_{number}", is_managed=True)
    for _ in range(2):
        await known(agency)
        await agency.app.services.managed.sweep()
        assert await known(agency) == set(managed(agency))
        world.creators.reverse()


async def test_one_places_rules_hold_for_all_creators_after_two_presses(agency: Rig) -> None:
    first, *others = managed(agency)
    shown = await agency.luna.slash(agency.desk, "alerts channel", creator=first)
    await agency.luna.select(shown.response, [f"c{agency.desk.id}"], custom_id=id_of(shown.response, "al_places"))
    await agency.luna.select(shown.response, ["all"], custom_id=id_of(shown.response, "al_fine"))
    await agency.luna.select(shown.response, ["2500"], custom_id=id_of(shown.response, "al_min"))
    await agency.luna.click(shown.response, label="Back")
    asked = await agency.luna.click(shown.response, label="Same for all creators")
    assert f"@{others[0]}" in words_of(shown) + words_of(asked)
    yes = next(label for label in labels_of(shown.response) if label.startswith("Yes, for"))
    done = await agency.luna.click(shown.response, label=yes)
    assert "The same now holds for one other creator ✓" in words_of(shown) + words_of(done)
    routes = agency.app.stores.routes
    rules = {
        one.account.handle: await routes.of_creator(one.id)
        for one in await agency.app.services.access.creators_for(actor(agency), Capability.ALERTS)
    }
    here = {
        handle: {(rule.kind, rule.wishes.minimum) for rule in found if rule.place.target == agency.desk.id}
        for handle, found in rules.items()
    }
    assert set(here) == {first, *others}
    assert all(found == {(kind, 2500) for kind in CARD_KINDS} for found in here.values())


async def test_a_copy_reaches_nobody_the_person_has_no_right_on_when_they_press(agency: Rig) -> None:
    await agency.luna.slash(agency.desk, "insights earnings")
    first, second = managed(agency)[:2]
    cleo, stores = agency.members["cleo"], agency.app.stores
    for handle in (first, second):
        await agency.luna.slash(agency.desk, "team grant", person=cleo, right="alerts", creator=handle)
    shown = await cleo.slash(agency.desk, "alerts channel", creator=first)
    await cleo.select(shown.response, [f"c{agency.desk.id}"], custom_id=id_of(shown.response, "al_places"))
    await cleo.click(shown.response, label="Same for all creators")
    yes = next(label for label in labels_of(shown.response) if label.startswith("Yes, for"))
    everybody = await agency.app.services.access.creators_for(actor(agency), Capability.ALERTS)
    ids = {one.account.handle: one.id for one in everybody}
    await stores.rights.take(
        ids[second], DiscordUserId(agency.people["cleo"].id), Capability.ALERTS, agency.app.clock.now()
    )
    refused = await cleo.click(shown.response, label=yes)
    assert "no other creator" in words_of(shown) + words_of(refused)
    assert not [rule for rule in await stores.routes.of_creator(ids[second]) if rule.place.target == agency.desk.id]


async def test_forty_creators_get_one_places_rules_with_two_presses(agency: Rig) -> None:
    await agency.luna.slash(agency.desk, "insights earnings")
    account = await agency.app.services.connections.of(agency.luna.id)
    assert account is not None
    forty = [
        FanvueAccount(CreatorId(f"{number:08x}-2222-4333-8444-555555555555"), f"mia{number}", "Mia", is_creator=True)
        for number in range(40)
    ]
    await agency.app.stores.creators.replace_managed(account, forty, agency.app.clock.now())
    shown = await agency.luna.slash(agency.desk, "alerts channel", creator="mia0")
    await agency.luna.select(shown.response, [f"c{agency.desk.id}"], custom_id=id_of(shown.response, "al_places"))
    asked = await agency.luna.click(shown.response, label="Same for all creators")
    assert "and 31 more" in words_of(shown) + words_of(asked)
    done = await agency.luna.click(shown.response, label="Yes, for 39 other creators")
    assert "The same now holds for 39 other creators ✓" in words_of(shown) + words_of(done)
    for one in forty:
        rules = await agency.app.stores.routes.of_creator(one.id)
        assert sorted(rule.kind for rule in rules if rule.place.target == agency.desk.id) == sorted(CARD_KINDS)


async def test_who_forges_the_presses_of_a_copy_changes_nothing(agency: Rig) -> None:
    """Whatever stands in the id: another's creator, another's place, none at all."""
    first, second = managed(agency)[:2]
    shown = await agency.luna.slash(agency.desk, "alerts channel", creator=first)
    await agency.luna.select(shown.response, [f"c{agency.desk.id}"], custom_id=id_of(shown.response, "al_places"))
    await agency.luna.click(shown.response, label="Same for all creators")
    true = id_of(shown.response, "al_copy")
    everybody = await agency.app.services.access.creators_for(actor(agency), Capability.ALERTS)
    ids = {one.account.handle: one.id for one in everybody}
    crafted = [
        true,
        true.replace(ids[first], ids[second]),
        true[:-1],
        true + "9" * 20,
        "fv1:al_copy:",
        "fv1:al_copy:" + "|" * 50,
    ]
    before = [await agency.app.stores.routes.of_creator(creator) for creator in ids.values()]
    for person in (agency.members["olli"], agency.members["cleo"]):
        for custom_id in crafted:
            said = await forged(agency, person, custom_id)
            assert said.strip()
            assert first not in said
            assert "Something broke" not in said
    assert [await agency.app.stores.routes.of_creator(creator) for creator in ids.values()] == before


async def test_two_copies_at_once_leave_each_rule_once(agency: Rig) -> None:
    first = managed(agency)[0]
    shown = await agency.luna.slash(agency.desk, "alerts channel", creator=first)
    await agency.luna.select(shown.response, [f"c{agency.desk.id}"], custom_id=id_of(shown.response, "al_places"))
    await agency.luna.click(shown.response, label="Same for all creators")
    yes = next(label for label in labels_of(shown.response) if label.startswith("Yes, for"))
    await asyncio.gather(*(agency.luna.click(shown.response, label=yes) for _ in range(2)), return_exceptions=True)
    for one in await agency.app.services.access.creators_for(actor(agency), Capability.ALERTS):
        rules = await agency.app.stores.routes.of_creator(one.id)
        assert sorted(rule.kind for rule in rules if rule.place.target == agency.desk.id) == sorted(CARD_KINDS)


async def test_a_managed_creators_lists_are_looked_at_and_not_changed(agency: Rig) -> None:
    await agency.luna.slash(agency.desk, "insights earnings")
    creator = managed(agency)[0]
    desk = agency.fanvue.world.desk(agency.fanvue.world.account(creator))
    fan = next(chat.fan.user.uuid for chat in desk.chats.values() if chat.fan.is_contactable)
    on, off, *_ = desk.custom_lists
    on.members[:] = [one for one in desk.fans if one != fan] + [fan]
    off.members[:] = [one for one in desk.fans if one != fan]
    opened = await agency.luna.slash(agency.desk, "inbox open", fan=fan, creator=creator)
    shown = await agency.luna.click(opened.response, label="Lists")
    assert on.name in words_of(shown)
    assert off.name not in words_of(shown)
    assert "only the creator's own connection" in words_of(shown)
    assert not components_of(shown.response), "nothing is offered that Fanvue would refuse"


async def test_where_replies_are_sent_from_is_chosen_for_each_creator_of_an_agency(agency: Rig) -> None:
    shown = await agency.luna.autocomplete(agency.desk, "inbox places", "creator", "")
    assert sorted(choice["name"] for choice in shown) == [f"@{CREATOR}", "@mikasol"]
    chosen = await agency.luna.slash(agency.desk, "inbox places", creator="mikasol")
    assert "Where replies to fans of @mikasol are sent from" in words_of(chosen)
    assert "Which creator?" in words_of(await agency.luna.slash(agency.desk, "inbox places"))
    here = words_of(await agency.luna.slash(agency.desk, "help"))
    assert "`places`" in here
    assert "`approval`" in here


async def test_what_is_typed_waits_with_the_question_for_whom_it_is(agency: Rig) -> None:
    for command in ("post create", "mass create"):
        asked = words_of(await agency.luna.slash(agency.desk, command, text="Hello you"))
        assert "Which creator?" in asked
        assert "nothing is lost" not in asked
