"""People are told what they can do, and only that."""

from datetime import timedelta

import discord

from bot.domain.access import Actor, Capability
from bot.domain.accounts import DiscordUserId
from tests.rig import CREATOR, Rig, labels_of, words_of


def luna_of(rig: Rig) -> Actor:
    return Actor(DiscordUserId(rig.luna.id), "luna")


async def test_somebody_without_an_account_is_offered_to_connect(rig: Rig) -> None:
    shown = await rig.luna.slash(rig.desk, "help")
    assert shown.ephemeral
    assert "/connect" in words_of(shown)
    assert "/post create" not in words_of(shown)
    assert "Working for a creator? They let you in with `/team grant`." in words_of(shown)
    assert labels_of(shown.response) == ["Connect"]


async def test_the_creator_sees_everything_in_a_server_and_no_server_commands_in_a_dm(connected: Rig) -> None:
    here = words_of(await connected.luna.slash(connected.desk, "help"))
    for command in ("/insights earnings", "/alerts panel", "`channel`", "/post create", "/team grant", "Reply"):
        assert command in here
    there = words_of(await connected.people["luna"].slash("help"))
    assert "/alerts panel" in there
    assert "/team" not in there
    assert "`channel`" not in there


async def test_in_a_server_that_only_its_user_brought_the_bot_to_no_server_commands_are_listed(connected: Rig) -> None:
    connected.app.client._connection._guilds.pop(connected.guild.id)
    there = words_of(await connected.luna.slash(connected.desk, "help"))
    assert "/alerts panel" in there
    assert "/team" not in there
    assert "`channel`" not in there


async def test_help_names_every_command_there_is(connected: Rig) -> None:
    here = words_of(await connected.luna.slash(connected.desk, "help"))
    names = {command.name for command in connected.app.client.tree.get_commands(type=discord.AppCommandType.chat_input)}
    unnamed = {name for name in names - {"help", "connect"} if f"`/{name}" not in here}
    assert not unnamed, "give them a topic in cogs/help.py"


async def test_a_paused_account_offers_to_resume_instead_of_what_would_not_work(connected: Rig) -> None:
    grant = await connected.app.services.access.choose(luna_of(connected), None, Capability.OWN)
    await connected.app.services.privacy.pause(grant)
    shown = await connected.luna.slash(connected.desk, "help")
    assert "/insights" not in words_of(shown)
    assert labels_of(shown.response) == ["Resume"]


async def test_a_chatter_sees_what_their_right_brings_and_nothing_more(connected: Rig) -> None:
    await connected.luna.slash(connected.desk, "team grant", person=connected.members["cleo"], right="reply")
    shown = await connected.members["cleo"].slash(connected.desk, "help")
    assert f"answers a fan as @{CREATOR}" in words_of(shown)
    assert "`/inbox unread`, `open`, `reply`: " in words_of(shown), "places and watch are not for chatters"
    assert "`/team scoreboard`: " in words_of(shown)
    assert "/insights" not in words_of(shown)
    assert "/team grant" not in words_of(shown)
    assert labels_of(shown.response) == []


async def test_whoever_approves_alone_sees_where_that_is_done(connected: Rig) -> None:
    await connected.luna.slash(connected.desk, "team grant", person=connected.members["cleo"], right="approve")
    shown = words_of(await connected.members["cleo"].slash(connected.desk, "help"))
    assert "`/post drafts`: " in shown
    assert "/post create" not in shown


async def test_many_creators_are_named_once(rig: Rig) -> None:
    for number in range(30):
        rig.fanvue.world.add_creator(handle=f"creator{number:02d}", display_name="Somebody", is_managed=True)
    await rig.connect("luna", "northstar_agency")
    shown = words_of(await rig.luna.slash(rig.desk, "help"))
    assert shown.count("@creator00") == 1
    assert "and 27 more." in shown
    assert "what your creators earned" in shown


async def test_a_chatter_off_shift_is_told_so_and_not_to_connect(connected: Rig) -> None:
    cleo = connected.members["cleo"]
    await connected.luna.slash(connected.desk, "team grant", person=cleo, right="reply")
    begins = connected.app.clock.now() + timedelta(hours=2)
    shift = {"days": "every day", "from": f"{begins:%H:%M}", "to": f"{begins + timedelta(hours=1):%H:%M}"}
    await connected.luna.slash(connected.desk, "team shift", person=cleo, **shift, timezone="UTC")
    for command in ("help", "status"):
        shown = await cleo.slash(connected.desk, command)
        words = words_of(shown)
        assert f"@{CREATOR} 🕒 You are off shift. Your next shift begins <t:" in words
        assert "No Fanvue account is connected" not in words
        assert labels_of(shown.response) == []


async def test_a_permission_that_was_not_given_is_left_out_and_offered(rig: Rig) -> None:
    await rig.connect(untick=("write:post",))
    shown = await rig.luna.slash(rig.desk, "help")
    assert "/post create" not in words_of(shown)
    assert labels_of(shown.response) == ["Add posting"]


async def test_whoever_works_for_others_is_not_asked_to_connect_for_what_is_the_creators(connected: Rig) -> None:
    cleo = connected.members["cleo"]
    await connected.luna.slash(connected.desk, "team grant", person=cleo, right="reply")
    for command, options in {
        "account": {},
        "disconnect": {},
        "inbox places": {},
        "post approval": {"rule": "off"},
    }.items():
        shown = await cleo.slash(connected.desk, command, **options)
        assert "Only whoever connected the account decides that" in words_of(shown)
        assert labels_of(shown.response) == []
