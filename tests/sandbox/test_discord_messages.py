"""Messages: what the bot may read, what is kept once, what is refused."""

from collections.abc import AsyncIterator
from io import BytesIO

import discord
import pytest

from tests.sandbox import discord_rig
from tests.sandbox.discord_rig import Rig


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    async with discord_rig.open_rig() as rig:
        yield rig


async def test_a_pinging_reply_to_an_ordinary_message_carries_its_text(rig: Rig) -> None:
    card = await rig.partial(rig.team).send("a card")
    standing = rig.discord.messages(rig.team)[0]
    said = await rig.discord.say(rig.chatter, rig.team, "my answer", reply_to=standing)
    heard = await rig.heard(said.id)
    assert heard.content == "my answer"
    assert heard.type is discord.MessageType.reply
    assert heard.reference is not None
    assert heard.reference.message_id == card.id
    assert isinstance(heard.reference.resolved, discord.Message)
    assert heard.reference.resolved.content == "a card"


@pytest.mark.parametrize("is_ping_off", [True, False])
async def test_other_talk_in_a_server_comes_without_text(rig: Rig, is_ping_off: bool) -> None:
    await rig.partial(rig.team).send("a card")
    card = rig.discord.messages(rig.team)[0]
    said = await rig.discord.say(
        rig.chatter, rig.team, "private talk", reply_to=card if is_ping_off else None, ping=not is_ping_off
    )
    assert (await rig.heard(said.id)).content == ""


async def test_a_reply_to_an_interaction_answer_comes_without_text(rig: Rig) -> None:
    answer = (await (await rig.discord.slash(rig.lead, rig.team, "panel")).wait()).messages[0]
    said = await rig.discord.say(rig.lead, rig.team, "about that", reply_to=answer)
    assert (await rig.heard(said.id)).content == ""


async def test_mentions_and_direct_messages_carry_their_text(rig: Rig) -> None:
    named = await rig.discord.say(rig.lead, rig.team, f"{rig.discord.bot_user.mention} look")
    private = await rig.discord.say(rig.lead, None, "between us")
    assert (await rig.heard(named.id)).content.endswith("look")
    heard = await rig.heard(private.id)
    assert heard.content == "between us"
    assert heard.guild is None


async def test_only_allowed_mentions_notify(rig: Rig) -> None:
    channel, name = rig.partial(rig.team), rig.lead.mention
    await channel.send(f"{name} @everyone")
    await channel.send(f"{name} @everyone", allowed_mentions=discord.AllowedMentions.none())
    rig.discord.add_member(rig.guild, rig.discord.bot_user, permissions="mention_everyone")
    await channel.send(f"{name} @everyone", allowed_mentions=discord.AllowedMentions(everyone=True, users=False))
    notified = [(message.mentions, message.mentions_everyone) for message in rig.discord.messages(rig.team)]
    assert notified == [([rig.lead], False), ([], False), ([], True)]


async def test_a_forward_is_no_reply(rig: Rig) -> None:
    await rig.partial(rig.team).send("a card")
    card = rig.discord.messages(rig.team)[0]
    said = await rig.discord.say(rig.lead, None, "", reply_to=card, forward=True)
    heard = await rig.heard(said.id)
    assert heard.type is discord.MessageType.default
    assert heard.reference is not None
    assert heard.reference.type is discord.MessageReferenceType.forward
    assert heard.message_snapshots[0].content == "a card"


async def test_attachments_of_people_can_be_read(rig: Rig) -> None:
    said = await rig.discord.say(rig.lead, None, "see", attachments=[("note.txt", b"words")])
    heard = await rig.heard(said.id)
    assert await heard.attachments[0].read() == b"words"
    assert heard.attachments[0].content_type == "text/plain"


async def test_the_same_nonce_makes_one_message(rig: Rig) -> None:
    channel = rig.partial(rig.team)
    first = await channel.send("once", nonce="n1")
    second = await channel.send("once", nonce="n1")
    other = await channel.send("twice", nonce="n2")
    assert first.id == second.id != other.id
    assert [message.nonce for message in rig.discord.messages(rig.team)] == ["n1", "n2"]


async def test_a_nonce_is_forgotten_after_its_window(rig: Rig) -> None:
    rig.discord.nonces.window_seconds = -1
    channel = rig.partial(rig.team)
    assert (await channel.send("a", nonce="n1")).id != (await channel.send("a", nonce="n1")).id


async def test_a_nonce_counts_in_its_own_channel(rig: Rig) -> None:
    other = rig.discord.add_channel(rig.guild, "other")
    await rig.partial(rig.team).send("a", nonce="n1")
    await rig.partial(other).send("a", nonce="n1")
    assert len(rig.discord.messages(other)) == 1


async def test_edits_files_and_reactions_show_on_the_message(rig: Rig) -> None:
    sent = await rig.partial(rig.team).send("before", file=discord.File(BytesIO(b"abc"), "a.bin"))
    await sent.edit(content="after")
    await sent.add_reaction("✅")
    [message] = rig.discord.messages(rig.team)
    assert (message.content, message.edited, message.attachments[0].size) == ("after", True, 3)
    assert message.reactions == {"✅": [rig.discord.bot_user.id]}
    upload = next(call for call in rig.discord.calls if call.files)
    assert upload.files == [("a.bin", 3)]
    assert upload.json["content"] == "before"
    assert upload.route == "/channels/{channel_id}/messages"
    await sent.remove_reaction("✅", discord.Object(rig.discord.bot_user.id))
    await sent.delete()
    assert message.reactions == {}
    assert rig.discord.messages(rig.team) == []


async def test_history_pages_before_after_and_around(rig: Rig) -> None:
    channel = rig.partial(rig.team)
    ids = [(await channel.send(str(number))).id for number in range(5)]
    middle = discord.Object(ids[2])
    assert [m.content async for m in channel.history(limit=2)] == ["4", "3"]
    assert [m.content async for m in channel.history(before=middle)] == ["1", "0"]
    assert [m.content async for m in channel.history(after=middle)] == ["3", "4"]
    assert {m.content async for m in channel.history(around=middle, limit=3)} == {"1", "2", "3"}


async def test_closed_direct_messages_are_refused_with_50007(rig: Rig) -> None:
    rig.lead.dms_open = False
    user = await rig.bot.fetch_user(rig.lead.id)
    with pytest.raises(discord.Forbidden) as refused:
        await user.send("hi")
    assert refused.value.code == 50007


async def test_strangers_are_refused_with_50278(rig: Rig) -> None:
    stranger = rig.discord.add_user("stranger")
    user = await rig.bot.fetch_user(stranger.id)
    with pytest.raises(discord.Forbidden) as refused:
        await user.send("hi")
    assert refused.value.code == 50278


async def test_the_world_decides_what_the_bot_may_do(rig: Rig) -> None:
    closed = rig.discord.add_channel(rig.guild, "closed")
    closed.overwrite(rig.guild, deny=discord.Permissions(view_channel=True).value)
    quiet = rig.discord.add_channel(rig.guild, "quiet")
    quiet.overwrite(rig.guild, deny=discord.Permissions(send_messages=True).value)
    gone = rig.discord.add_channel(rig.guild, "gone")
    rig.discord.remove_channel(gone)
    for channel, code in ((closed, 50001), (quiet, 50013), (gone, 10003)):
        with pytest.raises(discord.HTTPException) as refused:
            await rig.partial(channel).send("hi")
        assert refused.value.code == code


@pytest.mark.parametrize(
    "message",
    [
        {"content": "x" * 2001},
        {"embeds": [discord.Embed(description="x" * 3001), discord.Embed(description="x" * 3000)]},
        {"embed": discord.Embed(title="x" * 257)},
        {"nonce": "x" * 26, "content": "x"},
        {"view": discord.ui.View().add_item(discord.ui.Button(label="x" * 81))},
        {"view": discord.ui.View().add_item(discord.ui.Button(label="x", custom_id="y" * 101))},
    ],
    ids=["content", "embeds", "title", "nonce", "label", "custom_id"],
)
async def test_oversized_messages_are_refused_with_50035(rig: Rig, message: dict[str, object]) -> None:
    with pytest.raises(discord.HTTPException) as refused:
        await rig.partial(rig.team).send(**message)
    assert refused.value.code == 50035
    assert rig.discord.messages(rig.team) == []


async def test_layouts_are_read_linked_and_limited(rig: Rig) -> None:
    files = [discord.File(BytesIO(b"x"), "a.png"), discord.File(BytesIO(b"yy"), "b.txt")]
    await rig.partial(rig.team).send(view=discord_rig.Layout("Money"), files=files)
    [message] = rig.discord.messages(rig.team)
    assert message.text == "Money\nOpen"
    assert message.links == {"Open": "https://example.com/x"}
    assert message.components[0]["components"][0]["accessory"]["media"]["url"] == message.attachments[0].url
    with pytest.raises(discord.HTTPException) as refused:
        await rig.partial(rig.team).send(view=discord_rig.Layout("x" * 4001))
    assert refused.value.code == 50035


async def test_an_empty_message_is_refused_with_50006(rig: Rig) -> None:
    with pytest.raises(discord.HTTPException) as refused:
        await rig.partial(rig.team).send("  ")
    assert refused.value.code == 50006


async def test_a_forum_post_is_a_thread_with_a_first_message(rig: Rig) -> None:
    forum = rig.discord.add_channel(rig.guild, "desk", kind="forum")
    channel = await rig.bot.fetch_channel(forum.id)
    assert isinstance(channel, discord.ForumChannel)
    made = await channel.create_thread(name="A fan", content="first")
    await made.thread.send("second")
    await made.thread.edit(archived=True)
    thread = rig.discord.world.channels[made.thread.id]
    assert [message.content for message in rig.discord.messages(thread)] == ["first", "second"]
    with pytest.raises(discord.HTTPException) as refused:
        await made.message.edit(content="too late")
    assert refused.value.code == 50083


async def test_members_are_found_or_unknown(rig: Rig) -> None:
    guild = rig.bot.get_guild(rig.guild.id)
    assert guild is not None
    assert (await guild.fetch_member(rig.chatter.id)).name == "chatter"
    rig.discord.remove_member(rig.guild, rig.chatter)
    with pytest.raises(discord.NotFound) as missing:
        await guild.fetch_member(rig.chatter.id)
    assert missing.value.code == 10007
