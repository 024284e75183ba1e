"""Where alerts go, for what and when: chosen in one panel by those who may, checked, undoable."""

import asyncio
import re
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import discord
import pytest

from bot.domain.access import Actor, Capability, Right
from bot.domain.accounts import CreatorId, DiscordUserId, GuildId
from bot.domain.alerts import Place, PlaceKind, Route
from bot.domain.events import EventKind
from bot.domain.rules import Digest, MuteScope, MuteSubject, QuietHours
from bot.domain.shifts import Shift
from tests.rig import CREATOR, Rig, components_of, labels_of, prefilled, words_of


def id_of(shown: Any, verb: str) -> str:
    """The id of the component that does this."""
    return next(part["custom_id"] for part in components_of(shown.response) if f":{verb}:" in part["custom_id"])


async def panel(rig: Rig) -> Any:
    return await rig.luna.slash(rig.desk, "alerts panel")


async def pick(rig: Rig, shown: Any, verb: str, *values: Any) -> str:
    """Pick in one of the panel's menus; what it says then."""
    answered = await rig.luna.select(shown.response, list(values), custom_id=id_of(shown, verb))
    return words_of(shown) + words_of(answered)


async def press(rig: Rig, shown: Any, label: str) -> str:
    answered = await rig.luna.click(shown.response, label=label)
    return words_of(shown) + words_of(answered)


async def at_desk(rig: Rig, *kinds: str) -> Any:
    """The panel, opened at the team's channel, with these kinds coming there."""
    shown = await panel(rig)
    await pick(rig, shown, "al_add", rig.desk)
    await pick(rig, shown, "al_kinds", *kinds)
    return shown


async def rule(rig: Rig, kind: EventKind = EventKind.TIP) -> Route:
    (creator,) = [one.account.id for one in await rig.app.stores.connections.all_active()]
    found = await rig.app.stores.routes.one(creator, kind, f"channel:{rig.desk.id}")
    assert found is not None
    return found


async def give(rig: Rig, person: str, capability: Capability) -> None:
    (connection,) = await rig.app.stores.connections.all_active()
    right = Right(
        connection.account.id, DiscordUserId(rig.people[person].id), capability, connection.owner, rig.app.clock.now()
    )
    await rig.app.stores.rights.give(right)


def deny(rig: Rig, channel: Any, whom: int, **permissions: bool) -> None:
    """Take something from a person or role, as far as the bot knows."""
    known: Any = rig.env.bot.get_channel(channel.id)
    kind = 0 if whom == known.guild.default_role.id else 1
    denied = str(discord.PermissionOverwrite(**permissions).pair()[1].value)  # type: ignore[arg-type]
    known._overwrites.append(discord.abc._Overwrites({"id": whom, "type": kind, "allow": "0", "deny": denied}))


async def tipped(rig: Rig, amount: int, channel: Any) -> Any:
    before = len(rig.cards(channel))
    await rig.fanvue.fan_tips(CREATOR, rig.fan, amount)
    await rig.until(lambda: len(rig.cards(channel)) > before)
    return rig.cards(channel)[-1]


async def test_connecting_with_alerts_sends_everything_to_the_creators_dm(connected: Rig) -> None:
    shown = words_of(await panel(connected))
    assert "Your direct messages" in shown
    assert "everything" in shown


async def test_a_channel_is_added_from_the_panel_and_gets_what_was_picked(connected: Rig) -> None:
    shown = await panel(connected)
    assert "nothing" in await pick(connected, shown, "al_add", connected.desk)
    assert "tips" in await pick(connected, shown, "al_kinds", "tip")
    assert (await rule(connected)).set_by == connected.luna.id
    card = await tipped(connected, 1234, connected.desk)
    assert "$12.34" not in words_of(card), "amounts are hidden until somebody shows them"
    assert "shown to everybody" in await press(connected, shown, "Show amounts")
    assert "$7.77" in words_of(await tipped(connected, 777, connected.desk))


async def test_what_is_no_longer_picked_comes_no_more(connected: Rig) -> None:
    shown = await at_desk(connected, "tip", "message")
    await pick(connected, shown, "al_kinds", "message")
    stores = connected.app.stores
    kinds = {route.kind for route in await stores.routes.of_place(Place(PlaceKind.CHANNEL, connected.desk.id))}
    assert kinds == {EventKind.MESSAGE}
    assert "Turned off" in await press(connected, shown, "Turn off")
    assert await stores.routes.of_place(Place(PlaceKind.CHANNEL, connected.desk.id)) == []


async def test_fine_print_is_for_one_kind_or_for_everything(connected: Rig) -> None:
    shown = await at_desk(connected, "tip", "message")
    await pick(connected, shown, "al_fine", "tip")
    assert "from $10.00" in await pick(connected, shown, "al_min", "1000")
    assert (await rule(connected)).wishes.minimum == 1000
    assert (await rule(connected, EventKind.MESSAGE)).wishes.minimum is None
    await press(connected, shown, "Back")
    await pick(connected, shown, "al_fine", "all")
    await pick(connected, shown, "al_how", "silent")
    assert (await rule(connected)).wishes.is_silent
    assert (await rule(connected)).wishes.minimum == 1000
    assert (await rule(connected, EventKind.MESSAGE)).wishes.is_silent


async def test_a_tip_below_the_smallest_amount_makes_no_card(connected: Rig) -> None:
    shown = await at_desk(connected, "tip")
    await pick(connected, shown, "al_fine", "tip")
    await pick(connected, shown, "al_min", "1000")
    await connected.fanvue.fan_tips(CREATOR, connected.fan, 999)
    await tipped(connected, 1000, connected.desk)
    await connected.until(lambda: len(connected.cards(connected.dm)) == 2)
    assert len(connected.cards(connected.desk)) == 1


async def test_another_amount_is_typed_and_a_wrong_one_explained(connected: Rig) -> None:
    shown = await at_desk(connected, "tip")
    await pick(connected, shown, "al_fine", "tip")
    opened = await connected.luna.select(shown.response, ["other"], custom_id=id_of(shown, "al_min"))
    await connected.luna.submit_modal(opened, {"amount": "$12,50"})
    assert (await rule(connected)).wishes.minimum == 1250
    opened = await connected.luna.select(shown.response, ["other"], custom_id=id_of(shown, "al_min"))
    refused = await connected.luna.submit_modal(opened, {"amount": "lots"})
    assert "Write an amount" in words_of(refused)
    assert (await rule(connected)).wishes.minimum == 1250


async def test_quiet_hours_are_typed_with_a_time_zone_and_can_be_ended(connected: Rig) -> None:
    shown = await at_desk(connected, "tip")
    await pick(connected, shown, "al_fine", "tip")
    opened = await connected.luna.click(shown.response, label="Quiet hours")
    typed = {"start": "22:30", "end": "7:15", "zone": "Asia/Kathmandu", "urgent": ["no"]}
    await connected.luna.submit_modal(opened, typed)
    wishes = (await rule(connected)).wishes
    assert wishes.quiet == QuietHours(22 * 60 + 30, 7 * 60 + 15, lets_urgent=False)
    assert wishes.zone == "Asia/Kathmandu"
    await press(connected, shown, "No quiet hours")
    assert (await rule(connected)).wishes.quiet is None


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"start": "25:00", "end": "7:00", "zone": "UTC", "urgent": ["yes"]}, "no such time"),
        ({"start": "at ten", "end": "7:00", "zone": "UTC", "urgent": ["no"]}, "cannot read"),
        ({"start": "7:00", "end": "7:00", "zone": "UTC", "urgent": ["yes"]}, "another end"),
        ({"start": "22:00", "end": "7:00", "zone": "Mars/Olympus", "urgent": ["yes"]}, "not a time zone"),
    ],
)
async def test_quiet_hours_that_make_no_sense_are_explained(connected: Rig, typed: dict[str, Any], said: str) -> None:
    shown = await at_desk(connected, "tip")
    await pick(connected, shown, "al_fine", "tip")
    opened = await connected.luna.click(shown.response, label="Quiet hours")
    refused = await connected.luna.submit_modal(opened, typed)
    assert said in words_of(refused)
    assert (await rule(connected)).wishes.quiet is None
    again = (await connected.luna.click(refused.response, label="Change it")).modal
    assert prefilled(again) == {name: value for name, value in typed.items() if name != "urgent"}
    picked = [option["value"] for option in again["components"][-1]["component"]["options"] if option.get("default")]
    assert picked == typed["urgent"]


async def test_a_daily_summary_holds_the_cards_back(connected: Rig) -> None:
    shown = await at_desk(connected, "tip")
    await pick(connected, shown, "al_fine", "tip")
    await pick(connected, shown, "al_how", "daily")
    assert (await rule(connected)).wishes.digest is Digest.DAILY
    await connected.fanvue.fan_tips(CREATOR, connected.fan, 500)
    await connected.until(lambda: connected.cards(connected.dm))
    assert connected.cards(connected.desk) == []
    assert (await connected.app.stores.outbox.counts())["held"] == 1


async def test_a_role_is_mentioned_only_when_the_person_and_the_bot_may(connected: Rig) -> None:
    closed, team = connected.guild.create_role("closed"), connected.guild.create_role("team", mentionable=True)
    shown = await at_desk(connected, "tip")
    await pick(connected, shown, "al_fine", "tip")
    assert "may not mention" in await pick(connected, shown, "al_role", closed)
    assert (await rule(connected)).wishes.role is None
    await pick(connected, shown, "al_role", team)
    assert (await rule(connected)).wishes.role == team.id
    card = await tipped(connected, 500, connected.desk)
    assert team.mention in card.content


async def test_a_channel_the_bot_may_not_write_in_is_refused_with_what_is_missing(connected: Rig) -> None:
    closed = connected.guild.create_text_channel(
        "closed", overwrites={connected.env.bot.user: discord.PermissionOverwrite(send_messages=False)}
    )
    shown = await panel(connected)
    assert "Send Messages" in await pick(connected, shown, "al_add", closed)
    told = words_of(await connected.luna.slash(connected.desk, "alerts channel", channel=closed))
    assert "Send Messages" in told
    assert "#closed" not in words_of(await panel(connected))


async def test_a_channel_the_person_can_no_longer_see_gets_nothing_new(connected: Rig) -> None:
    await give(connected, "cleo", Capability.ALERTS)
    cleo = connected.members["cleo"]
    shown = await cleo.slash(connected.desk, "alerts panel")
    await cleo.select(shown.response, [connected.adult], custom_id=id_of(shown, "al_add"))
    deny(connected, connected.adult, connected.people["cleo"].id, view_channel=False)
    refused = await cleo.select(shown.response, ["tip"], custom_id=id_of(shown, "al_kinds"))
    assert "you can see yourself" in words_of(refused) + words_of(shown)
    assert await connected.app.stores.routes.of_place(Place(PlaceKind.CHANNEL, connected.adult.id)) == []


async def test_the_panel_says_what_the_bot_lacks_before_it_matters(connected: Rig) -> None:
    await at_desk(connected, "tip")
    deny(connected, connected.desk, connected.guild.default_role.id, embed_links=False)
    assert "Give me Embed Links" in words_of(await panel(connected))


async def test_rules_of_a_deleted_channel_rest_and_say_why(connected: Rig) -> None:
    shown = await panel(connected)
    await pick(connected, shown, "al_add", connected.adult)
    await pick(connected, shown, "al_kinds", "tip")
    known: Any = connected.env.bot.get_channel(connected.adult.id)
    await known.delete()
    await connected.env.settle()
    told = words_of(await panel(connected))
    assert "Resting: the channel was deleted" in told
    assert "a channel I cannot see" in told


async def test_rules_that_rest_come_back_by_a_click(connected: Rig) -> None:
    await at_desk(connected, "tip")
    await connected.app.stores.routes.pause(
        Place(PlaceKind.CHANNEL, connected.desk.id), "the bot may not write there", connected.app.clock.now()
    )
    shown = await panel(connected)
    assert "the bot may not write there" in words_of(shown)
    await pick(connected, shown, "al_places", f"c{connected.desk.id}")
    assert "works again" in await press(connected, shown, "Resume")
    assert (await rule(connected)).pause is None
    await tipped(connected, 500, connected.desk)


async def test_a_missing_scope_is_asked_for_before_anything_is_saved(rig: Rig) -> None:
    await rig.connect(untick=("read:chat", "write:chat"))
    shown = await panel(rig)
    await pick(rig, shown, "al_add", rig.desk)
    assert "has not allowed" in await pick(rig, shown, "al_kinds", "message", "tip")
    assert await rig.app.stores.routes.of_place(Place(PlaceKind.CHANNEL, rig.desk.id)) == []
    assert "Saved" in await pick(rig, shown, "al_kinds", "follower")


async def test_a_sample_goes_the_way_of_a_true_event_and_is_marked(connected: Rig) -> None:
    shown = await at_desk(connected, "tip")
    assert "on its way" in await press(connected, shown, "Send a sample")
    await connected.until(lambda: connected.cards(connected.desk))
    (card,) = connected.cards(connected.desk)
    assert "Sample" in words_of(card)
    assert connected.cards(connected.dm) == [], "a sample goes to the place tested alone"
    refused = await connected.luna.click(card, label="Reply")
    assert refused.modal is None
    assert "This is a sample" in words_of(refused)
    await connected.luna.send(connected.desk, "Thanks!", reply_to=card)
    assert not [one for one in connected.fanvue.ledger if one.operation_id == "sendMessage"]


async def test_a_sample_is_no_sign_of_life_from_fanvue(connected: Rig) -> None:
    shown = await at_desk(connected, "tip")
    await press(connected, shown, "Send a sample")
    (connection,) = await connected.app.stores.connections.all_active()
    assert await connected.app.stores.events.last_received_at(connection.account.id) is None


async def test_every_card_says_why_it_came_and_who_set_that(connected: Rig) -> None:
    await at_desk(connected, "tip")
    card = await tipped(connected, 500, connected.desk)
    why = await connected.luna.click(card, label="Why? · Mute")
    assert why.ephemeral
    said = words_of(why)
    assert "tips" in said
    assert "@lunavale" in said
    assert "#desk" in said
    assert "Set by you" in said
    assert "What comes" in await press(connected, why, "Change this rule")


async def test_mute_for_me_spares_my_messages_and_mute_for_all_every_place(connected: Rig) -> None:
    await at_desk(connected, "tip")
    card = await tipped(connected, 500, connected.desk)
    menu = await connected.luna.click(card, label="Why? · Mute")
    assert "for me" in await press(connected, menu, "Mute for me")
    await tipped(connected, 600, connected.desk)
    assert len(connected.cards(connected.dm)) == 1, "what came before"
    menu = await connected.luna.click(card, label="Why? · Mute")
    await connected.luna.select(menu.response, ["place"], custom_id=id_of(menu, "mute_what"))
    assert "Mute for me" not in labels_of(menu.response), "a channel is read by others too"
    await connected.luna.select(menu.response, ["fan"], custom_id=id_of(menu, "mute_what"))
    assert "for all" in await press(connected, menu, "Mute for all")
    await connected.fanvue.fan_tips(CREATOR, connected.fan, 700)
    await connected.fanvue.settled()
    await connected.env.settle()
    stores = connected.app.stores
    await connected.until(lambda: True)
    assert len(connected.cards(connected.desk)) == 2
    assert (await stores.outbox.counts())["due"] == 0
    assert "Heard again" in await press(connected, menu, "Undo")
    await tipped(connected, 800, connected.desk)


async def test_a_panel_with_more_places_than_fit_is_shown_as_far_as_it_fits(connected: Rig) -> None:
    luna = Actor(DiscordUserId(connected.luna.id), "luna")
    grant = await connected.app.services.access.choose(luna, None, Capability.ALERTS)
    for number in range(40):
        channel = connected.guild.create_text_channel(f"channel-{number}")
        place = Place(PlaceKind.CHANNEL, channel.id, GuildId(connected.guild.id))
        await connected.app.services.alerts.send_to(grant, place, [EventKind.TIP], shows_amounts=False)
        await connected.app.services.alerts.change(grant, place, None, minimum=1000 + number)
    shown = await panel(connected)
    assert re.search(r"\n\nand \d+ more\n", f"{words_of(shown)}\n")
    assert "❌" not in words_of(await connected.luna.slash(connected.desk, "status"))
    assert "and 33 more" in words_of(await connected.luna.slash(connected.desk, "status"))


async def test_in_direct_messages_the_panel_says_where_channels_are_added(connected: Rig) -> None:
    shown = await connected.people["luna"].slash("alerts panel")
    assert "use `/alerts panel` in its server" in words_of(shown)
    assert "in its server" not in words_of(await panel(connected))


async def test_in_a_server_that_only_its_user_brought_the_bot_to_no_channel_is_offered(connected: Rig) -> None:
    connected.app.client._connection._guilds.pop(connected.guild.id)
    shown = await panel(connected)
    assert "use `/alerts panel` in its server" in words_of(shown)
    assert not [part for part in components_of(shown.response) if ":al_add:" in part.get("custom_id", "")]


async def test_a_mute_has_an_end_shows_in_the_panel_and_is_undone_there(connected: Rig) -> None:
    card = await tipped(connected, 500, connected.dm)
    menu = await connected.people["luna"].click(card, label="Why? · Mute")
    await connected.people["luna"].select(menu.response, ["kind"], custom_id=id_of(menu, "mute_what"))
    await connected.people["luna"].select(menu.response, ["86400"], custom_id=id_of(menu, "mute_long"))
    await connected.people["luna"].click(menu.response, label="Mute for me")
    (creator,) = [one.account.id for one in await connected.app.stores.connections.all_active()]
    (mute,) = await connected.app.stores.mutes.holding([creator], connected.app.clock.now())
    assert mute.value == "tip"
    assert mute.until == mute.created_at + timedelta(days=1)
    shown = await panel(connected)
    assert "🔕 **Tips** · for me" in words_of(shown)
    await press(connected, shown, "Mute something")
    assert "Nothing is muted" in await pick(connected, shown, "al_unmute", mute.id)


async def test_very_many_mutes_are_listed_in_whole_lines_and_the_rest_is_counted(connected: Rig) -> None:
    luna, services = Actor(DiscordUserId(connected.luna.id), "luna"), connected.app.services
    grant = await services.access.choose(luna, None, Capability.ALERTS)
    for number in range(60):
        label, subject = f"{number} {'*_~' * 40}", (MuteSubject.FAN, MuteSubject.PLACE)[number % 2]
        await services.muting.add(grant, MuteScope.ME, subject, f"value{number}", 3600, label)
    shown = await panel(connected)
    first = words_of(shown)
    await press(connected, shown, "Mute something")
    for said, most in ((first, 6), (words_of(shown), 25)):
        *lines, rest = [line for line in said.splitlines() if "🔕 " in line or " more" in line]
        assert (len(lines), rest) == (most, f"and {60 - most} more")
        assert all(line.endswith(":R>") for line in lines)


async def test_a_kind_is_muted_from_the_panel(connected: Rig) -> None:
    shown = await panel(connected)
    await press(connected, shown, "Mute something")
    await pick(connected, shown, "al_mute", "like")
    await pick(connected, shown, "al_long", "0")
    assert "Likes" in await press(connected, shown, "Mute for all")
    (creator,) = [one.account.id for one in await connected.app.stores.connections.all_active()]
    (mute,) = await connected.app.stores.mutes.holding([creator], connected.app.clock.now())
    assert mute.until is None


async def test_a_forum_gets_a_post_for_each_fan(connected: Rig) -> None:
    forum = connected.guild.create_forum_channel("fans")
    shown = await panel(connected)
    await pick(connected, shown, "al_add", forum)
    assert "tips" in await pick(connected, shown, "al_kinds", "tip")
    for amount in (500, 600):
        before = len(connected.cards(connected.dm))
        await connected.fanvue.fan_tips(CREATOR, connected.fan, amount)
        await connected.until(lambda count=before: len(connected.cards(connected.dm)) > count)  # type: ignore[misc]
    await connected.until(lambda: forum.threads and len(connected.cards(forum.threads[0])) == 2)
    assert len(forum.threads) == 1


async def test_who_only_answers_fans_may_ask_why_but_mute_for_nobody_else(connected: Rig) -> None:
    await give(connected, "cleo", Capability.REPLY)
    await at_desk(connected, "tip")
    card = await tipped(connected, 500, connected.desk)
    menu = await connected.members["cleo"].click(card, label="Why? · Mute")
    assert "Why did I get this?" in words_of(menu)
    assert "Mute for me" not in labels_of(menu.response), "nothing comes to her direct messages"
    assert "mute it in Discord" in words_of(menu)
    assert "Mute for all" not in labels_of(menu.response)
    assert "Change this rule" not in labels_of(menu.response)


async def test_a_stranger_is_told_nothing_by_a_cards_menu(connected: Rig) -> None:
    await at_desk(connected, "tip")
    card = await tipped(connected, 500, connected.desk)
    refused = await connected.members["olli"].click(card, label="Why? · Mute")
    assert refused.ephemeral
    assert "not yours" in words_of(refused)
    assert "lunavale" not in words_of(refused)


async def test_a_right_that_ended_stops_an_open_panel(connected: Rig) -> None:
    await give(connected, "cleo", Capability.ALERTS)
    cleo = connected.members["cleo"]
    shown = await cleo.slash(connected.desk, "alerts panel")
    (creator,) = [one.account.id for one in await connected.app.stores.connections.all_active()]
    cleo_id, now = DiscordUserId(connected.people["cleo"].id), connected.app.clock.now()
    await connected.app.stores.rights.take(CreatorId(creator), cleo_id, Capability.ALERTS, now)
    refused = await cleo.select(shown.response, [connected.desk], custom_id=id_of(shown, "al_add"))
    assert "not yours" in words_of(refused) + words_of(shown)


async def test_the_panel_says_that_cards_wait_for_somebody_off_shift(connected: Rig) -> None:
    await give(connected, "cleo", Capability.ALERTS)
    stores, now = connected.app.stores, connected.app.clock.now()
    (creator,) = [one.account.id for one in await stores.connections.all_active()]
    cleo = DiscordUserId(connected.people["cleo"].id)
    begins, ends = (now + timedelta(hours=3)).time(), (now + timedelta(hours=4)).time()
    later = Shift(frozenset(range(7)), begins.replace(microsecond=0), ends.replace(microsecond=0), ZoneInfo("UTC"))
    await stores.shifts.set(creator, cleo, [later], now)
    await stores.routes.set(Route(creator, EventKind.TIP, Place(PlaceKind.DM, cleo), cleo), now)
    assert "next shift" not in words_of(await panel(connected))
    luna = Actor(DiscordUserId(connected.luna.id), "luna")
    grant = await connected.app.services.access.choose(luna, None, Capability.ALERTS)
    await connected.fanvue.fan_tips(CREATOR, connected.fan, 700)
    async with asyncio.timeout(30):
        while not await connected.app.services.alerts.off_shift(grant):
            await asyncio.sleep(0.02)
    assert "🕒 1 card waits until the next shift begins." in words_of(await panel(connected))


async def test_only_fans_who_spent_enough_make_a_card_as_far_as_fanvue_tells(connected: Rig) -> None:
    shown = await at_desk(connected, "follower", "tip")
    await pick(connected, shown, "al_fine", "all")
    assert "fans who spent" in await pick(connected, shown, "al_spent", "5000")
    assert await connected.app.services.spending.sweep() == 1
    await connected.fanvue.fan_follows(CREATOR, "brand_new_and_poor")
    await connected.until(lambda: connected.cards(connected.dm))
    assert connected.cards(connected.desk) == []


async def test_fanvues_own_mark_is_asked_for_instead_of_an_amount(connected: Rig) -> None:
    shown = await at_desk(connected, "tip")
    await pick(connected, shown, "al_fine", "all")
    await pick(connected, shown, "al_spent", "5000")
    assert "top spenders by Fanvue's mark" in await pick(connected, shown, "al_spent", "top")
    wishes = (await rule(connected)).wishes
    assert (wishes.top_only, wishes.spent) == (True, None)
    assert await connected.app.services.spending.sweep() == 1
    await pick(connected, shown, "al_spent", "0")
    assert not (await rule(connected)).wishes.top_only


async def test_somebody_elses_direct_messages_are_not_a_colleagues_to_change(connected: Rig) -> None:
    await give(connected, "cleo", Capability.ALERTS)
    cleo = connected.members["cleo"]
    shown = await cleo.slash(connected.desk, "alerts panel")
    await cleo.select(shown.response, [f"d{connected.luna.id}"], custom_id=id_of(shown, "al_places"))
    refused = await cleo.click(shown.response, label="Turn off")
    assert "Only that person" in words_of(refused) + words_of(shown)
    (creator,) = [one.account.id for one in await connected.app.stores.connections.all_active()]
    assert await connected.app.stores.routes.one(creator, EventKind.TIP, f"dm:{connected.luna.id}")


async def test_fanvue_being_away_leaves_spending_unknown_and_is_asked_again_later(connected: Rig) -> None:
    shown = await at_desk(connected, "tip")
    await pick(connected, shown, "al_fine", "all")
    await pick(connected, shown, "al_spent", "5000")
    connected.fanvue.faults.add(operation="getTopSpenders", kind="503", times=None)
    assert await connected.app.services.spending.sweep() == 0
    await tipped(connected, 500, connected.desk)


async def test_the_short_commands_still_work(connected: Rig) -> None:
    shown = words_of(await connected.luna.slash(connected.desk, "alerts channel"))
    assert "#desk" in shown
    assert "stays behind **Show**" in shown
    shown = words_of(await connected.luna.slash(connected.desk, "alerts channel", channel=connected.adult))
    assert "age-restricted" in shown
    assert "Turned off ✓" in words_of(await connected.luna.slash(connected.desk, "alerts off"))
    await connected.fanvue.fan_writes(CREATOR, connected.fan, "Only in the channels")
    await connected.until(lambda: connected.cards(connected.desk))
    assert connected.cards(connected.dm) == []


async def test_each_kind_of_event_has_its_own_card(connected: Rig) -> None:
    fanvue, fan = connected.fanvue, connected.fan
    acts = (
        lambda: fanvue.fan_writes(CREATOR, fan, "hello"),
        lambda: fanvue.fan_tips(CREATOR, fan, 500),
        lambda: fanvue.fan_buys(CREATOR, fan),
        lambda: fanvue.fan_follows(CREATOR, "a_new_follower"),
    )
    for number, act in enumerate(acts, 1):
        await act()
        await connected.until(lambda wanted=number: len(connected.cards(connected.dm)) >= wanted)  # type: ignore[misc]
    titles = {message.embeds[0].title for message in connected.cards(connected.dm)}
    assert titles == {"💬 New message", "💸 Tip received", "🛒 Purchase", "👋 New follower"}
