"""/inbox: who waits, what was said, and what is done about it; nothing internal ever reaches Fanvue."""

import asyncio
from datetime import timedelta
from typing import Any

from sqlalchemy import update

from bot.domain.accounts import CreatorId, DiscordUserId, GuildId
from bot.domain.alerts import Place, PlaceKind, Route
from bot.domain.events import EventKind
from bot.storage.schema import deliveries
from tests.rig import CREATOR, Rig, components_of, labels_of, words_of

CANARY = "CANARY between us"


def menu_of(shown: Any, verb: str) -> dict[str, Any]:
    message = shown.response or shown.followups[-1]
    return next(part for part in components_of(message) if f":{verb}:" in part.get("custom_id", ""))


def chat_of(rig: Rig) -> Any:
    desk = rig.fanvue.world.desk(rig.fanvue.world.account(CREATOR))
    return next(chat for chat in desk.chats.values() if chat.fan.user.handle == rig.fan)


async def test_unread_names_who_waits_marks_nothing_read_and_opens_a_conversation(connected: Rig) -> None:
    luna, desk = connected.luna, connected.desk
    await connected.fanvue.fan_writes(CREATOR, connected.fan, "Is **anybody** <@1> there?")
    shown = await luna.slash(desk, "inbox unread")
    entries = [option["value"] for option in menu_of(shown, "ib_open")["options"]]
    fan = chat_of(connected).fan.user.uuid
    assert shown.ephemeral
    assert fan in entries
    sorted_anew = await luna.select(
        shown.response, values=["online"], custom_id=menu_of(shown, "ib_order")["custom_id"]
    )
    assert "who is online first" in words_of(sorted_anew) or "who is online first" in words_of(shown)
    opened = await luna.select(shown.response, values=[fan], custom_id=menu_of(shown, "ib_open")["custom_id"])
    assert "\\*\\*anybody\\*\\*" in words_of(opened)
    assert "Waiting since" in words_of(opened)
    assert not chat_of(connected).is_read, "looking marks nothing read"
    await luna.click(opened.response, label="Mark read")
    assert chat_of(connected).is_read
    assert "Mark read" not in labels_of(opened.response)


async def test_who_writes_again_waits_no_shorter_and_who_was_answered_waits_anew(connected: Rig) -> None:
    desk = connected.fanvue.world.desk(connected.fanvue.world.account(CREATOR))
    first, second = [chat.fan.user for chat in desk.chats.values() if chat.fan.is_contactable and chat.is_read][:2]

    async def order() -> list[str]:
        shown = await connected.luna.slash(connected.desk, "inbox unread")
        entries = [option["value"] for option in menu_of(shown, "ib_open")["options"]]
        return [one for one in entries if one in {first.uuid, second.uuid}]

    for count, user in enumerate((first, second, first), 1):
        await connected.fanvue.fan_writes(CREATOR, user.handle, f"Message {count}")
        await connected.until(lambda count=count: len(connected.cards(connected.dm)) == count)  # type: ignore[misc]
    assert await order() == [first.uuid, second.uuid]
    await connected.luna.slash(connected.desk, "inbox reply", fan=first.handle, text="Here I am")
    await connected.fanvue.fan_writes(CREATOR, first.handle, "And now?")
    assert await order() == [second.uuid, first.uuid]


async def test_a_tip_begins_no_wait_and_what_nobody_wrote_ends_none(connected: Rig) -> None:
    fan, luna, desk = connected.fan, connected.luna, connected.desk
    fanvue = connected.fanvue

    async def opened() -> str:
        return words_of(await luna.slash(desk, "inbox open", fan=fan))

    await fanvue.creator_writes(CREATOR, fan, "There you are")
    await fanvue.fan_tips(CREATOR, fan, 500)
    assert "Waiting since" not in await opened()
    await fanvue.fan_writes(CREATOR, fan, "Did it come?")
    await fanvue.creator_writes(CREATOR, fan, "Thank you all!", kind="AUTOMATED_NEW_PURCHASE")
    assert "Waiting since" in await opened()
    chat_of(connected).messages[-2].is_read = False
    unread = words_of(await luna.slash(desk, "inbox unread"))
    (line,) = [one for one in unread.splitlines() if f"**{chat_of(connected).fan.user.display_name}**" in one]
    assert "answered" not in line
    await fanvue.creator_writes(CREATOR, fan, "It did")
    assert "Waiting since" not in await opened()


async def test_mark_all_read_asks_first(connected: Rig) -> None:
    await connected.fanvue.fan_writes(CREATOR, connected.fan, "Hello?")
    shown = await connected.luna.slash(connected.desk, "inbox unread")
    asked = await connected.luna.click(shown.response, label="Mark all read")
    assert not chat_of(connected).is_read
    connected.fanvue.faults.add(operation="updateChat", kind="503", after=1)
    stopped = await connected.luna.click(asked.response, label="Mark all read")
    assert "1 chat. Fanvue takes no more just now" in words_of(stopped) + words_of(asked)
    connected.fanvue.faults.clear()
    await connected.luna.click(asked.response, label="Mark all read")
    assert chat_of(connected).is_read
    assert "Nobody waits" in words_of(await connected.luna.slash(connected.desk, "inbox unread"))


async def test_what_comes_after_the_question_is_not_marked_read_with_the_rest(connected: Rig) -> None:
    await connected.fanvue.fan_writes(CREATOR, connected.fan, "Hello?")
    shown = await connected.luna.slash(connected.desk, "inbox unread")
    asked = await connected.luna.click(shown.response, label="Mark all read")
    chat = chat_of(connected)
    await connected.fanvue.fan_writes(CREATOR, connected.fan, "And another thing")
    max(chat.messages, key=lambda one: one.sent_at).sent_at += timedelta(seconds=5)
    answered = await connected.luna.click(asked.response, label="Mark all read")
    assert not chat.is_read
    assert "1 chat got something new" in words_of(answered) + words_of(asked)


async def test_a_conversation_is_answered_muted_named_and_noted_and_notes_stay_inside(connected: Rig) -> None:
    luna, desk = connected.luna, connected.desk
    opened = await luna.slash(desk, "inbox open", fan=connected.fan)
    written = await luna.submit_modal(await luna.click(opened.response, label="Reply"), {"text": "From the inbox"})
    assert "Sent" in words_of(written)
    noted = await luna.submit_modal(await luna.click(opened.response, label="Note"), {"text": CANARY})
    assert CANARY in words_of(noted) or CANARY in words_of(await luna.slash(desk, "inbox open", fan=connected.fan))
    await luna.submit_modal(await luna.click(opened.response, label="Nickname"), {"text": "Sunny"})
    await luna.click(opened.response, label="Mute")
    again = await luna.slash(desk, "inbox open", fan="Sunny")
    assert "Unmute" in labels_of(again.response)
    assert "From the inbox" in words_of(again)
    texts = [message.text or "" for message in connected.fanvue.messages(CREATOR, connected.fan)]
    assert not [text for text in texts if "CANARY" in text]
    stored = (connected.folder / "fanvue.db").read_bytes() + (connected.folder / "fanvue.db-wal").read_bytes()
    assert b"CANARY" not in stored, "notes rest sealed"


async def test_a_page_of_long_messages_leaves_none_of_them_out(connected: Rig) -> None:
    for number in range(15):
        await connected.fanvue.fan_writes(CREATOR, connected.fan, f"No{number}. {'*word* ' * 60}")
    opened = await connected.luna.slash(connected.desk, "inbox open", fan=connected.fan)
    shown = words_of(await connected.luna.click(opened.response, label="Earlier"))
    assert [number for number in range(15) if f" No{number}. " not in shown] == []
    assert shown.count("<t:") == 15


async def test_a_note_is_read_in_full_and_deleted_by_whoever_may_answer(connected: Rig) -> None:
    luna, desk, long = connected.luna, connected.desk, "Birthday in *May*, " * 20
    await luna.slash(desk, "team grant", person=connected.members["cleo"], right="reply")
    opened = await luna.slash(desk, "inbox open", fan=connected.fan)
    await luna.submit_modal(await luna.click(opened.response, label="Note"), {"text": long})
    shown = await connected.members["cleo"].slash(desk, "inbox open", fan=connected.fan)
    notes = menu_of(shown, "ib_noted")
    (note,) = [option["value"] for option in notes["options"]]
    read = await connected.members["cleo"].select(shown.response, values=[note], custom_id=notes["custom_id"])
    assert words_of(read).count("Birthday in \\*May\\*") == 20
    assert f"<@{luna.id}>" in words_of(read)
    await connected.members["cleo"].click(read.response, label="Delete")
    assert "Deleted" in words_of(read)
    again = await luna.slash(desk, "inbox open", fan=connected.fan)
    assert "Birthday" not in words_of(again)
    gone = await connected.members["cleo"].select(shown.response, values=[note], custom_id=notes["custom_id"])
    assert "does not exist any more" in words_of(gone)


async def test_each_of_very_many_notes_can_be_read_and_deleted(connected: Rig) -> None:
    luna, desk = connected.luna, connected.desk
    opened = await luna.slash(desk, "inbox open", fan=connected.fan)
    for number in range(8):
        form = await luna.click(opened.response, label="Note")
        await luna.submit_modal(form, {"text": f"Note {number} {'*_~' * 160}"})
    shown = await luna.slash(desk, "inbox open", fan=connected.fan)
    options = menu_of(shown, "ib_noted")["options"]
    assert [option["label"][:6] for option in options] == [f"Note {number}" for number in range(7, -1, -1)]
    assert "and 4 more in the menu" in words_of(shown)


async def test_a_note_that_is_kept_is_told_as_kept_though_the_conversation_cannot_be_shown(connected: Rig) -> None:
    luna, desk = connected.luna, connected.desk
    shown = (await luna.slash(desk, "inbox open", fan=connected.fan)).response
    box = await luna.click(shown, label="Note")
    connected.fanvue.faults.add("/chats/*", "5xx", times=None)
    answer = await luna.submit_modal(box, {"text": "Birthday in May"})
    connected.fanvue.faults.clear()
    assert "Done ✓" in words_of(shown) + words_of(answer)
    assert "Nothing was changed" not in words_of(shown) + words_of(answer)
    shown = await luna.slash(desk, "inbox open", fan=connected.fan)
    assert words_of(shown).count("Birthday in May") == 1


async def test_a_template_is_looked_at_and_sent_with_its_media_and_price(connected: Rig) -> None:
    luna, desk = connected.luna, connected.desk
    world = connected.fanvue.world.desk(connected.fanvue.world.account(CREATOR))
    template = next(one for one in world.templates if one.price and one.media_uuids)
    opened = await luna.slash(desk, "inbox open", fan=connected.fan)
    picker = await luna.click(opened.response, label="Templates")
    box = await luna.select(
        picker.response, values=[template.uuid], custom_id=menu_of(picker, "ib_template")["custom_id"]
    )
    await luna.submit_modal(box, {"text": "Made for you", "price": f"{template.price / 100:.2f}"})
    last = connected.fanvue.messages(CREATOR, connected.fan)[-1]
    assert (last.text, last.price, set(last.media_uuids)) == (
        "Made for you",
        template.price,
        set(template.media_uuids),
    )


async def test_a_fan_who_waits_too_long_is_called_out_once_and_not_after_an_answer(connected: Rig) -> None:
    luna, desk = connected.luna, connected.desk
    role = connected.guild.create_role(name="On duty", mentionable=True)
    await luna.slash(desk, "alerts channel", channel=desk)
    said = await luna.slash(desk, "inbox watch", minutes=15, role=role, lead=connected.people["cleo"])
    assert "Watching" in words_of(said)
    await connected.fanvue.fan_writes(CREATOR, connected.fan, "Hello?")
    await connected.until(lambda: connected.cards(desk))
    assert await connected.app.services.waiting.sweep() == 0
    await long_ago(connected, 20)
    assert [await connected.app.services.waiting.sweep() for _ in range(2)] == [1, 0]
    await connected.env.settle()
    call = desk.history()[-1]
    assert f"<@&{role.id}>" in call.content
    assert "still waits" in call.content
    await long_ago(connected, 40)
    assert await connected.app.services.waiting.sweep() == 1, "a longer wait is another wait, told from the start"
    await luna.send(desk, "Here I am", reply_to=connected.cards(desk)[-1])
    await long_ago(connected, 90)
    assert await connected.app.services.waiting.sweep() == 0


async def long_ago(rig: Rig, minutes: int) -> None:
    """What fans did, so many minutes earlier."""
    database: Any = rig.app.stores.outbox._database
    moment = rig.app.clock.now() - timedelta(minutes=minutes)
    async with database.write() as connection:
        await connection.execute(update(deliveries).values(happened_at=moment))


async def test_a_desks_header_says_how_things_stand_and_what_is_said_there_stays_there(connected: Rig) -> None:
    forum = connected.guild.create_forum_channel("fans")
    creator = CreatorId(connected.fanvue.world.account(CREATOR).uuid)
    place = Place(PlaceKind.FORUM, forum.id, GuildId(connected.guild.id))
    route = Route(creator, EventKind.MESSAGE, place, DiscordUserId(connected.luna.id))
    await connected.app.stores.routes.set(route, connected.app.clock.now())
    await connected.fanvue.fan_writes(CREATOR, connected.fan, "Hello?")
    await connected.until(lambda: forum.threads and connected.cards(forum.threads[0]))
    post = forum.threads[0]
    async with asyncio.timeout(30):
        while not await connected.app.services.desk.sweep():
            await asyncio.sleep(0.02)
    await connected.env.settle()
    assert "Waiting since" in words_of(post.history()[0])
    card = connected.cards(post)[-1]
    await connected.luna.click(card, label="Claim")
    assert "On it luna" in words_of(post.history()[0])
    before = [message.text for message in connected.fanvue.messages(CREATOR, connected.fan)]
    talk = await connected.luna.send(post, CANARY)
    await connected.luna.send(post, CANARY, reply_to=talk)
    await connected.luna.send(post, CANARY, reply_to=post.history()[0])
    assert [message.text for message in connected.fanvue.messages(CREATOR, connected.fan)] == before
    await connected.allow_replies(forum)
    await connected.luna.send(post, "For the fan", reply_to=card)
    assert connected.fanvue.messages(CREATOR, connected.fan)[-1].text == "For the fan"
    assert "all is answered" in words_of(post.history()[0])
    read = await connected.luna.click(post.history()[0], label="Conversation")
    assert read.ephemeral
    assert "For the fan" in words_of(read)


async def test_a_fan_is_put_on_lists_taken_off_and_a_list_is_made(connected: Rig) -> None:
    luna, desk = connected.luna, connected.desk
    world = connected.fanvue.world.desk(connected.fanvue.world.account(CREATOR))
    fan = chat_of(connected).fan.user.uuid
    opened = await luna.slash(desk, "inbox open", fan=connected.fan)
    shown = await luna.click(opened.response, label="Lists")
    assert shown.ephemeral
    first = next(iter(world.custom_lists))
    for wanted in ([first.uuid], []):
        await luna.select(shown.response, values=wanted, custom_id=menu_of(shown, "ib_listed")["custom_id"])
        assert (fan in {str(one) for one in first.members}) == bool(wanted)
    form = await luna.click(shown.response, label="New list")
    await luna.submit_modal(form, {"text": "Sweet **people**"})
    made = next(one for one in world.custom_lists if one.name == "Sweet **people**")
    assert fan in {str(one) for one in made.members}
    assert "Sweet \\*\\*people\\*\\*" in words_of(shown)
    again = await luna.submit_modal(await luna.click(shown.response, label="New list"), {"text": "sweet **PEOPLE**"})
    assert "already" in words_of(again)
    assert [one.name for one in world.custom_lists].count("Sweet **people**") == 1


async def test_unread_knows_who_is_worth_most_and_shows_amounts_to_those_who_may_see_them(connected: Rig) -> None:
    luna, cleo, desk = connected.luna, connected.members["cleo"], connected.desk
    await connected.fanvue.fan_writes(CREATOR, connected.fan, "Hello?")
    await connected.fanvue.fan_tips(CREATOR, connected.fan, 50_000)
    await luna.slash(desk, "team grant", person=cleo, right="reply")
    for person in (luna, cleo):
        shown = await person.slash(desk, "inbox unread", order="worth")
        lines = words_of(shown).splitlines()
        richest = next(line for line in lines if line.startswith(("🟢", "⚪")))
        assert chat_of(connected).fan.user.display_name in richest
        assert ("$" in richest) == (person is luna)


async def test_names_are_offered_with_every_letter_from_what_was_read_a_moment_ago(connected: Rig) -> None:
    first = await connected.luna.autocomplete(connected.desk, "inbox reply", "fan", "")
    connected.fanvue.faults.add(operation="listChats", kind="503")
    again = await connected.luna.autocomplete(connected.desk, "inbox reply", "fan", first[0]["name"][:3])
    assert first[0]["value"] in [one["value"] for one in again]


async def test_a_new_nickname_is_offered_at_once_wherever_fans_are_picked(connected: Rig) -> None:
    luna, desk = connected.luna, connected.desk
    commands = ("inbox reply", "insights fan")
    for command in commands:
        await luna.autocomplete(desk, command, "fan", connected.fan[:3])
    opened = await luna.slash(desk, "inbox open", fan=connected.fan)
    await luna.submit_modal(await luna.click(opened.response, label="Nickname"), {"text": "Zebra"})
    for command in commands:
        offered = await luna.autocomplete(desk, command, "fan", "zebra")
        assert [one["value"] for one in offered] == [chat_of(connected).fan.user.uuid], command
