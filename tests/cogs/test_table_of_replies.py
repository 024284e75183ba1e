"""Every odd form of a message in one world: what fans get, what its author is told, and what is nobody's business."""

from datetime import timedelta
from typing import Any, NamedTuple

from simcord.backend.models import AllowedMentions, MessageSticker, Poll, PollAnswer

from tests.cogs.test_cards_acting import merged, options_of
from tests.rig import CREATOR, Rig, components_of, labels_of, words_of

VOICE, CROSSPOSTED = 1 << 13, 1 << 1
DEFAULT, PINNED, THREAD_STARTER, REPLY = 0, 6, 21, 19
CANARY = "internal canary"
UNTOLD, QUIET = "\u200b", AllowedMentions(replied_user=False)
"""What reaches the bot of a reply whose @ is off: no words, no mention."""


class Odd(NamedTuple):
    """One form of a reply to a fan's card, and what its author is told."""

    message: dict[str, Any]
    told: str


def poll(rig: Rig) -> Poll:
    ends = (rig.env.now() + timedelta(hours=1)).isoformat()
    return Poll("Which?", [PollAnswer(1, "This"), PollAnswer(2, "That")], ends)


def own_id(rig: Rig) -> int:
    assert rig.app.client.user is not None
    return rig.app.client.user.id


def odd_replies(rig: Rig) -> dict[str, Odd]:
    bot = own_id(rig)
    sticker = MessageSticker(id=7, name="wave", format_type=1, guild_id=rig.guild.id)
    return {
        "the @ switched off": Odd({"content": UNTOLD, "allowed_mentions": QUIET}, "because its **@** was off"),
        "only the mention": Odd({"content": f"<@{bot}>"}, "nothing in that reply but the @"),
        "only blanks": Odd({"content": f"<@{bot}> \u200b\u2060 "}, "nothing in that reply but the @"),
        "a sticker": Odd({"content": "", "stickers": [sticker]}, "Stickers live in Discord alone"),
        "a sticker with words": Odd({"content": "Hi", "stickers": [sticker]}, "Stickers live in Discord alone"),
        "a poll": Odd({"content": "", "poll": poll(rig)}, "Polls live in Discord alone"),
        "a text file": Odd(
            {"content": "", "attachments": files(rig, "notes.txt", b"words")}, "no picture, video or sound"
        ),
    }


def files(rig: Rig, name: str, data: bytes) -> list[dict[str, Any]]:
    return rig.env.backend.store_attachments(rig.desk.id, [(name, data)])


def others(rig: Rig) -> dict[str, dict[str, Any]]:
    """What refers to a card and is no person's reply."""
    robot = rig.env.create_user("robot", bot=True)
    rig.guild.add_member(robot)
    hook = rig.guild.create_webhook(rig.desk, "Relay")._webhook
    return {
        "a bot": {"author_id": robot.id, "message_type": REPLY},
        "a webhook": {"author_id": hook.webhook_user_id, "webhook_id": hook.id, "message_type": REPLY},
        "a pin": {"message_type": PINNED},
        "a crosspost": {"message_type": DEFAULT, "flags": CROSSPOSTED},
        "a thread's first message": {"message_type": THREAD_STARTER},
    }


async def say(rig: Rig, to: Any, author_id: int = 0, content: str = CANARY, **more: Any) -> Any:
    """A message as Discord could deliver it, referring to another."""
    reference = {"channel_id": str(rig.desk.id), "message_id": str(to.id)}
    made = rig.env.backend.create_message(rig.desk.id, author_id or rig.luna.id, content, reference=reference, **more)
    await rig.env.settle()
    return made


def at_fanvue(rig: Rig) -> list[Any]:
    desk = rig.fanvue.world.desk(rig.fanvue.world.account(CREATOR))
    found = [message for chat in desk.chats.values() for message in chat.messages if not message.is_from_fan]
    return sorted(found, key=lambda one: one.sent_at)


def noted(rig: Rig) -> list[Any]:
    return [one for one in rig.desk.history() if one.author.bot and "Reply" not in labels_of(one)]


async def test_every_form_of_a_reply_has_its_outcome(connected: Rig) -> None:
    rig = connected
    await rig.luna.slash(rig.desk, "alerts channel", channel=rig.desk)
    await rig.fanvue.fan_writes(CREATOR, rig.fan, "Hello")
    await rig.until(lambda: rig.cards(rig.desk))
    card = rig.cards(rig.desk)[-1]
    before = len(at_fanvue(rig))

    for name, odd in odd_replies(rig).items():
        said = len(noted(rig))
        await say(rig, card, **odd.message)
        assert len(noted(rig)) == said + 1, f"{name}: one answer; {[m.text for m in at_fanvue(rig)][before:]}"
        assert odd.told.lower() in words_of(noted(rig)[-1]).lower(), name
        assert len(at_fanvue(rig)) == before, f"{name}: nothing was sent"

    shown = len(rig.desk.history())
    for number, (name, message) in enumerate(others(rig).items(), 1):
        await say(rig, card, **message)
        assert len(rig.desk.history()) == shown + number, f"{name}: nothing is said"
    await rig.luna.forward(card, rig.desk)
    await rig.luna.send(rig.desk, CANARY)
    chatter = await rig.members["cleo"].send(rig.desk, CANARY)
    await rig.luna.send(rig.desk, CANARY, reply_to=chatter)
    assert len(rig.desk.history()) == shown + len(others(rig)) + 4
    assert len(at_fanvue(rig)) == before

    await say(rig, card, content="", flags=VOICE, attachments=files(rig, "voice-message.ogg", b"OggS not a real one"))
    assert len(at_fanvue(rig)) == before + 1
    assert len(at_fanvue(rig)[-1].media_uuids) == 1, "a voice message is a sound for the fan"
    await delete(rig, card)
    await say(rig, card, content=f"<@{own_id(rig)}> To a card that is gone")
    assert at_fanvue(rig)[-1].text == "To a card that is gone"
    assert not any(CANARY in (one.text or "") for one in at_fanvue(rig))


async def delete(rig: Rig, card: Any) -> None:
    rig.env.backend.delete_message(rig.desk.id, card.id)
    await rig.env.settle()


async def test_a_reply_to_several_cards_goes_from_the_menu_through_the_box_to_the_one_who_was_picked(
    connected: Rig,
) -> None:
    message = await merged(connected)
    chosen, before = options_of(message)[2], len(at_fanvue(connected))
    await connected.luna.send(connected.desk, "Only for one", reply_to=message)
    asked = noted(connected)[-1]
    menu = next(part["custom_id"] for part in components_of(asked) if part.get("options"))
    assert len(at_fanvue(connected)) == before
    box = await connected.luna.select(asked, [chosen["value"]], custom_id=menu)
    assert "Sent" in words_of(await connected.luna.submit_modal(box, {"text": "Only for one"}))
    assert len(at_fanvue(connected)) == before + 1
    assert connected.fanvue.messages(CREATOR, chosen["label"])[-1].text == "Only for one"
