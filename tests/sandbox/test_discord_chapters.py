"""The quieter REST chapters, walked with discord.py's own objects: servers, channels, threads, pins, commands."""

from collections.abc import AsyncIterator

import aiohttp
import discord
import pytest
from discord import app_commands

from sandbox.discord import PlayError, StandInDiscord
from tests.sandbox import discord_rig
from tests.sandbox.discord_rig import Rig


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    async with discord_rig.open_rig() as rig:
        rig.discord.add_member(rig.guild, rig.discord.bot_user, permissions="administrator")
        yield rig


async def test_servers_roles_and_channels_are_read(rig: Rig) -> None:
    guild = await rig.bot.fetch_guild(rig.guild.id)
    role = rig.discord.add_role(rig.guild, "managers", permissions=["manage_guild"])
    roles = {found.name: found for found in await guild.fetch_roles()}
    assert roles["managers"].permissions.manage_guild
    assert (await guild.fetch_role(role.id)).name == "managers"
    assert [channel.name for channel in await guild.fetch_channels()] == ["team"]
    assert [found.name async for found in rig.bot.fetch_guilds()] == ["Team"]
    assert (await rig.bot.application_info()).id == rig.discord.bot_user.id


async def test_roles_are_given_and_taken(rig: Rig) -> None:
    guild = await rig.bot.fetch_guild(rig.guild.id)
    role = await guild.create_role(name="night", permissions=discord.Permissions(manage_messages=True))
    member = await guild.fetch_member(rig.chatter.id)
    await member.add_roles(role)
    assert [held.name for held in rig.guild.members[rig.chatter.id].roles] == ["night"]
    await member.remove_roles(role)
    assert rig.guild.members[rig.chatter.id].roles == []


async def test_channels_are_made_changed_and_removed(rig: Rig) -> None:
    guild = rig.bot.get_guild(rig.guild.id)
    assert guild is not None
    channel = await guild.create_text_channel("sales", topic="money")
    await channel.edit(name="sales-desk", nsfw=True)
    await channel.set_permissions(guild.default_role, view_channel=False)
    made = rig.discord.world.channels[channel.id]
    assert (made.name, made.topic, made.nsfw) == ("sales-desk", "money", True)
    with pytest.raises(PlayError, match="does not see #sales-desk"):
        await rig.discord.say(rig.chatter, made, "hello?")
    async with channel.typing():
        await channel.send("only for those who may")
    await channel.delete()
    assert channel.id not in rig.discord.world.channels
    await rig.discord.wait_for(lambda: guild.get_channel(channel.id) is None)


async def test_a_thread_grows_from_a_message_and_is_closed(rig: Rig) -> None:
    sent = await rig.text(rig.team).send("root")
    thread = await sent.create_thread(name="about it", auto_archive_duration=60)
    assert thread.id == sent.id
    with pytest.raises(discord.HTTPException) as refused:
        await sent.create_thread(name="again")
    assert refused.value.code == 160004
    await thread.add_user(discord.Object(rig.chatter.id))
    assert {member.id for member in await thread.fetch_members()} == {rig.chatter.id, rig.discord.bot_user.id}
    await thread.remove_user(discord.Object(rig.chatter.id))
    await thread.edit(locked=True, archived=True)
    place = rig.discord.world.channels[thread.id]
    with pytest.raises(PlayError, match="is locked"):
        await rig.discord.say(rig.chatter, place, "too late")
    archived = [found.id async for found in rig.text(rig.team).archived_threads()]
    assert archived == [thread.id]


async def test_writing_wakes_an_archived_thread(rig: Rig) -> None:
    sent = await rig.text(rig.team).send("root")
    thread = await sent.create_thread(name="about it")
    await thread.edit(archived=True)
    place = rig.discord.world.channels[thread.id]
    await rig.discord.say(rig.chatter, place, "still here?")
    assert place.thread is not None
    assert not place.thread.is_archived
    assert [found.id for found in await (await rig.bot.fetch_guild(rig.guild.id)).active_threads()] == [thread.id]


async def test_private_threads_and_leaving(rig: Rig) -> None:
    thread = await rig.text(rig.team).create_thread(name="quiet")
    assert thread.type is discord.ChannelType.private_thread
    await thread.leave()
    await thread.join()
    await thread.delete()
    assert thread.id not in rig.discord.world.channels


async def test_forum_tags_are_checked(rig: Rig) -> None:
    forum = rig.discord.add_channel(rig.guild, "desk", kind="forum")
    channel = await rig.bot.fetch_channel(forum.id)
    assert isinstance(channel, discord.ForumChannel)
    tag = await channel.create_tag(name="waiting")
    made = await channel.create_thread(name="fan", content="first", applied_tags=[tag])
    assert rig.discord.world.channels[made.thread.id].thread.applied_tags == [str(tag.id)]
    with pytest.raises(discord.HTTPException) as refused:
        await channel.create_thread(name="fan", content="first", applied_tags=[discord.Object(1)])
    assert refused.value.code == 50035


async def test_pins_and_clearing_up(rig: Rig) -> None:
    channel = rig.text(rig.team)
    sent = await channel.send("keep")
    await sent.pin()
    assert [message.content async for message in channel.pins()] == ["keep"]
    await sent.unpin()
    other = await rig.discord.say(rig.chatter, rig.team, "noise")
    await channel.delete_messages([discord.Object(other.id)])
    assert [message.content for message in rig.discord.messages(rig.team)] == ["keep"]


async def test_reactions_of_people_are_heard_and_cleared(rig: Rig) -> None:
    sent = await rig.partial(rig.team).send("like it?")
    [message] = rig.discord.messages(rig.team)
    await rig.discord.react(rig.chatter, message, "👍")
    fetched = await sent.fetch()
    assert [user.id async for user in fetched.reactions[0].users()] == [rig.chatter.id]
    await sent.remove_reaction("👍", discord.Object(rig.chatter.id))
    assert message.reactions == {}


async def test_the_bot_cannot_touch_other_peoples_messages(rig: Rig) -> None:
    said = await rig.discord.say(rig.chatter, rig.team, "mine")
    theirs = rig.partial(rig.team).get_partial_message(said.id)
    assert (await theirs.fetch()).content == ""
    with pytest.raises(discord.Forbidden) as refused:
        await theirs.edit(content="yours")
    assert refused.value.code == 50005


async def test_commands_keep_their_ids_and_can_be_changed_one_by_one(rig: Rig) -> None:
    before = {command.name: command for command in await rig.bot.tree.fetch_commands()}
    synced = {command.name: command.id for command in await rig.bot.tree.sync()}
    assert synced == {name: command.id for name, command in before.items()}
    edited = await before["hello"].edit(description="Says it louder")
    assert edited.description == "Says it louder"
    await before["hello"].delete()
    with pytest.raises(PlayError, match="no command 'hello'"):
        await rig.discord.slash(rig.lead, rig.team, "hello")
    assert before["manage"].default_member_permissions == discord.Permissions(manage_guild=True)
    assert rig.discord.commands.created == 8


async def test_a_servers_own_command_hides_the_global_one(rig: Rig) -> None:
    @app_commands.command(name="hello", description="Only here")
    async def local(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("local", ephemeral=True)

    where = discord.Object(rig.guild.id)
    rig.bot.tree.add_command(local, guild=where)
    await rig.bot.tree.sync(guild=where)
    assert (await (await rig.discord.slash(rig.lead, rig.team, "hello")).wait()).text == "local"


async def test_context_menus_reach_the_bot_with_their_target(rig: Rig) -> None:
    @app_commands.context_menu(name="Quote")
    async def quote(interaction: discord.Interaction, message: discord.Message) -> None:
        await interaction.response.send_message(f"> {message.content}")

    @app_commands.context_menu(name="Greet")
    async def greet(interaction: discord.Interaction, person: discord.Member) -> None:
        await interaction.response.send_message(f"hi {person.name}")

    rig.bot.tree.add_command(quote)
    rig.bot.tree.add_command(greet)
    await rig.bot.tree.sync()
    said = await rig.discord.say(rig.chatter, rig.team, "words")
    assert (await (await rig.discord.context_menu(rig.lead, rig.team, "Quote", said)).wait()).text == "> words"
    assert (
        await (await rig.discord.context_menu(rig.lead, rig.team, "Greet", rig.chatter)).wait()
    ).text == "hi chatter"


@pytest.mark.parametrize(
    "command",
    [
        {"name": "Loud", "description": "x"},
        {"name": "x", "description": ""},
        {"name": "x", "description": "x" * 101},
        {
            "name": "x",
            "description": "x",
            "options": [{"type": 3, "name": f"o{n}", "description": "x"} for n in range(26)],
        },
        {
            "name": "x",
            "description": "x",
            "options": [
                {"type": 3, "name": "a", "description": "x"},
                {"type": 3, "name": "b", "description": "x", "required": True},
            ],
        },
    ],
    ids=["capitals", "no description", "long description", "many options", "required last"],
)
async def test_malformed_commands_are_refused(command: dict[str, object]) -> None:
    async with StandInDiscord() as standin, aiohttp.ClientSession(headers={"Authorization": "Bot t"}) as http:
        url = f"{standin.api_url}/applications/{standin.bot_user.id}/commands"
        async with http.put(url, json=[command]) as answer:
            assert (answer.status, (await answer.json())["code"]) == (400, 50035)
        async with http.get(url) as answer:
            assert await answer.json() == []


async def test_sharded_clients_learn_where_to_connect() -> None:
    async with (
        StandInDiscord(shard_count=3) as standin,
        aiohttp.ClientSession(headers={"Authorization": "Bot t"}) as http,
    ):
        async with http.get(f"{standin.api_url}/gateway/bot") as answer:
            told = await answer.json()
        assert (told["url"], told["shards"]) == (standin.gateway_url, 3)


async def test_broken_bodies_and_ids_are_named(rig: Rig) -> None:
    async with aiohttp.ClientSession(headers={"Authorization": "Bot t"}) as http:
        answer = await http.post(f"{rig.discord.api_url}/channels/{rig.team.id}/messages", data=b"{")
        assert (await answer.json())["code"] == 50109
        answer = await http.get(f"{rig.discord.api_url}/channels/team")
        assert (await answer.json())["code"] == 50035


async def test_avatars_are_pictures(rig: Rig) -> None:
    user = await rig.bot.fetch_user(rig.lead.id)
    assert (await user.display_avatar.read()).startswith(b"\x89PNG")
