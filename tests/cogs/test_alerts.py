"""Where alerts go is chosen by those who may, and checked."""

import discord

from tests.rig import CREATOR, Rig, labels_of, words_of


async def test_connecting_with_alerts_sends_everything_to_the_creators_dm(connected: Rig) -> None:
    shown = words_of(await connected.luna.slash(connected.desk, "alerts show"))
    assert "Direct messages" in shown
    assert "everything" in shown


async def test_the_channel_left_out_is_the_one_the_command_was_used_in(connected: Rig) -> None:
    shown = words_of(await connected.luna.slash(connected.desk, "alerts channel"))
    assert connected.desk.mention in shown
    assert "stays behind **Show**" in shown


async def test_an_age_restricted_channel_is_named_as_one_that_shows_text(connected: Rig) -> None:
    shown = words_of(await connected.luna.slash(connected.desk, "alerts channel", channel=connected.adult))
    assert "age-restricted" in shown


async def test_amounts_are_hidden_in_a_channel_unless_somebody_chose_that(connected: Rig) -> None:
    await connected.luna.slash(connected.desk, "alerts channel", kind="tip")
    await connected.fanvue.fan_tips(CREATOR, connected.fan, 1234)
    await connected.until(lambda: connected.cards(connected.desk) and connected.cards(connected.dm))
    assert "$12.34" not in words_of(connected.cards(connected.desk)[-1])
    assert "$12.34" in words_of(connected.cards(connected.dm)[-1])
    await connected.luna.slash(connected.desk, "alerts channel", kind="tip", amounts=True)
    await connected.fanvue.fan_tips(CREATOR, connected.fan, 777)
    await connected.until(lambda: len(connected.cards(connected.desk)) == 2)
    assert "$7.77" in words_of(connected.cards(connected.desk)[-1])


async def test_what_is_switched_off_comes_no_more(connected: Rig) -> None:
    await connected.luna.slash(connected.desk, "alerts channel")
    await connected.luna.slash(connected.desk, "alerts off")
    await connected.fanvue.fan_writes(CREATOR, connected.fan, "Only in the channel")
    await connected.until(lambda: connected.cards(connected.desk))
    assert connected.cards(connected.dm) == []


async def test_a_channel_the_bot_may_not_write_in_is_refused_with_what_is_missing(connected: Rig) -> None:
    closed = connected.guild.create_text_channel(
        "closed", overwrites={connected.env.bot.user: discord.PermissionOverwrite(send_messages=False)}
    )
    shown = words_of(await connected.luna.slash(connected.desk, "alerts channel", channel=closed))
    assert "Send Messages" in shown
    assert closed.mention not in words_of(await connected.luna.slash(connected.desk, "alerts show"))


async def test_each_kind_of_event_has_its_own_card(connected: Rig) -> None:
    fanvue, fan = connected.fanvue, connected.fan
    await fanvue.fan_writes(CREATOR, fan, "hello")
    await fanvue.fan_tips(CREATOR, fan, 500)
    await fanvue.fan_buys(CREATOR, fan)
    await fanvue.fan_follows(CREATOR, "a_new_follower")
    await connected.until(lambda: len(connected.cards(connected.dm)) >= 4)
    titles = {message.embeds[0].title for message in connected.cards(connected.dm)}
    assert titles == {"💬 New message", "💸 Tip received", "🛒 Purchase", "👋 New follower"}
    assert all("Reply" in labels_of(message) for message in connected.cards(connected.dm))
