"""Every reply has an outcome its author sees: sent, asked about, given back, or sent again with one press."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import update

from bot.domain.access import Capability, Right
from bot.domain.accounts import CreatorId, DiscordUserId, GuildId
from bot.storage.schema import replies
from tests.rig import CREATOR, Rig, components_of, labels_of, words_of

PICTURE = ("beach.png", b"\x89PNG not a real one")


async def desk_card(rig: Rig) -> Any:
    await rig.luna.slash(rig.desk, "alerts channel", channel=rig.desk)
    await rig.fanvue.fan_writes(CREATOR, rig.fan, "Are you there?")
    await rig.until(lambda: rig.cards(rig.desk))
    return rig.cards(rig.desk)[-1]


async def hire(rig: Rig, name: str = "cleo") -> None:
    creator = CreatorId(rig.fanvue.world.account(CREATOR).uuid)
    person, owner = DiscordUserId(rig.people[name].id), DiscordUserId(rig.people["luna"].id)
    now = rig.app.clock.now()
    right = Right(creator, person, Capability.REPLY, owner, now, guild=GuildId(rig.guild.id))
    await rig.app.stores.rights.give(right)


def sent(rig: Rig) -> list[str]:
    return [message.text for message in rig.fanvue.messages(CREATOR, rig.fan) if not message.is_from_fan]


def marks(rig: Rig, message: Any) -> list[str]:
    stored = next(one for one in rig.desk.history() if one.id == message.id)
    return [str(reaction.emoji) for reaction in stored.reactions]


def notices(rig: Rig) -> list[Any]:
    return [one for one in rig.desk.history() if one.author.bot and not {"Reply"} <= set(labels_of(one))]


async def outcomes(rig: Rig) -> list[str]:
    return [
        entry.outcome
        for entry in (await rig.app.services.privacy.decisions(DiscordUserId(rig.luna.id))).entries
        if entry.action == "reply"
    ]


async def test_a_file_goes_along_and_a_price_needs_a_file_and_three_dollars(connected: Rig) -> None:
    card = await desk_card(connected)
    luna, desk = connected.luna, connected.desk
    written = await luna.send(desk, "For you", reply_to=card, attachments=[PICTURE])
    last = connected.fanvue.messages(CREATOR, connected.fan)[-1]
    assert (last.text, len(last.media_uuids)) == ("For you", 1)
    assert marks(connected, written) == ["✅"]
    await luna.send(desk, "", reply_to=card, attachments=[PICTURE])
    assert len(connected.fanvue.messages(CREATOR, connected.fan)[-1].media_uuids) == 1
    before = len(sent(connected))
    await luna.send(desk, "papers", reply_to=card, attachments=[("contract.pdf", b"x")])
    assert "no picture, video or sound" in words_of(notices(connected)[-1])
    for options, said in (({"price": "5"}, "Attach a file"), ({"price": "2.99", "file": PICTURE}, "$3.00")):
        answer = await luna.slash(desk, "inbox reply", fan=connected.fan, text="Look", **options)
        assert said in words_of(answer)
        lost = answer.followups[-1] if answer.followups else answer.response
        assert "Open the box" in labels_of(lost), "what was written is given back"
    assert len(sent(connected)) == before
    answer = await luna.slash(desk, "inbox reply", fan=connected.fan, text="Buy", price="4.99", file=PICTURE)
    assert "Sent" in words_of(answer)
    last = connected.fanvue.messages(CREATOR, connected.fan)[-1]
    assert (last.text, last.price, len(last.media_uuids)) == ("Buy", 499, 1)


async def test_what_is_too_long_empty_or_edited_says_so_and_sends_nothing(connected: Rig) -> None:
    card = await desk_card(connected)
    before = sent(connected)
    answer = await connected.luna.slash(connected.desk, "inbox reply", fan=connected.fan, text="x" * 5001)
    assert "5,001" in words_of(answer)
    assert sent(connected) == before
    written = await connected.luna.send(connected.desk, "See you at 8", reply_to=card)
    await connected.luna.edit(written, "See you at 9")
    assert "an edit does not reach them" in words_of(notices(connected)[-1])
    assert sent(connected) == [*before, "See you at 8"]


async def test_a_failed_reply_is_sent_with_one_press_by_its_author_alone(connected: Rig) -> None:
    await hire(connected)
    card = await desk_card(connected)
    connected.fanvue.faults.add(operation="sendMessage", kind="400", times=1)
    written = await connected.luna.send(connected.desk, "Good evening", reply_to=card)
    assert marks(connected, written) == ["⚠️"]
    notice = notices(connected)[-1]
    refused = await connected.members["cleo"].click(notice, label="Try again")
    assert "Somebody else wrote" in words_of(refused)
    assert "Good evening" not in sent(connected)
    again = await connected.luna.click(notice, label="Try again")
    assert "Sent" in words_of(again)
    assert sent(connected).count("Good evening") == 1
    assert "✅" in marks(connected, written)
    assert "Answered" in words_of(connected.cards(connected.desk)[-1])
    assert {"failed", "sent"} <= set(await outcomes(connected))


async def test_a_sent_reply_can_be_taken_back_from_the_card(connected: Rig) -> None:
    card = await desk_card(connected)
    await connected.luna.send(connected.desk, "Oops", reply_to=card)
    answered = connected.cards(connected.desk)[-1]
    asked = await connected.luna.click(answered, label="Unsend")
    done = await connected.luna.click(asked.response, label="Unsend")
    assert "Unsent" in words_of(done)
    assert "Oops" not in sent(connected)
    assert "Answered" not in words_of(connected.cards(connected.desk)[-1])
    assert "unsent" in await outcomes(connected)


async def test_a_fan_somebody_is_on_is_asked_about_first(connected: Rig) -> None:
    await hire(connected)
    card = await desk_card(connected)
    cleo = connected.members["cleo"]
    mine = await cleo.click(card, label="Claim")
    assert "You are on it" in words_of(mine)
    card = connected.cards(connected.desk)[-1]
    assert "Claimed by cleo" in words_of(card)
    other = await connected.luna.click(card, label="Claim")
    assert "cleo" in words_of(other)
    assert "took this fan" in words_of(other)
    written = await connected.luna.send(connected.desk, "It is me", reply_to=card)
    assert "It is me" not in sent(connected)
    notice = notices(connected)[-1]
    assert "cleo is on this fan" in words_of(notice)
    await connected.luna.click(notice, label="Send it all the same")
    assert sent(connected).count("It is me") == 1
    assert "✅" in marks(connected, written)
    await cleo.send(connected.desk, "And me", reply_to=card)
    assert sent(connected)[-1] == "And me", "whoever is on it just answers"


async def test_a_question_that_got_lost_is_asked_after_the_next_start(connected: Rig) -> None:
    await hire(connected)
    card = await desk_card(connected)
    await connected.members["cleo"].click(card, label="Claim")
    connected.env.inject_error("PUT", "/channels/*/reactions/*", status=403)
    connected.env.inject_error("POST", "/channels/*/messages", status=403)
    written = await connected.luna.send(connected.desk, "It is me", reply_to=card)
    assert marks(connected, written) == []
    await connected.catch_up()
    await connected.env.settle()
    assert "cleo is on this fan" in words_of(notices(connected)[-1])
    assert "It is me" not in sent(connected)


async def test_a_claim_is_handed_over_snoozed_let_go_and_ends_with_the_right(connected: Rig) -> None:
    await hire(connected)
    card = await desk_card(connected)
    luna, cleo, rights = connected.luna, connected.members["cleo"], connected.app.stores.rights
    mine = await luna.click(card, label="Claim")
    key = next(part["custom_id"] for part in components_of(mine.response) if "ib_hand" in part.get("custom_id", ""))
    key = key.partition("ib_hand:")[2]
    refused = await luna.select(mine.response, values=[connected.members["olli"]], custom_id=f"fv1:ib_hand:{key}")
    assert "may not answer" in words_of(refused)
    connected.fanvue.faults.add(operation="listMessages", kind="500", times=None)
    handed = await luna.select(mine.response, values=[cleo], custom_id=f"fv1:ib_hand:{key}")
    connected.fanvue.faults.clear()
    assert "Claimed by cleo" in words_of(connected.cards(connected.desk)[-1])
    told = connected.desk.history()[-1]
    assert told.content == f"<@{cleo.id}>, luna handed this fan over to you."
    assert told.reference.message_id == connected.cards(connected.desk)[-1].id
    assert "They were told" in words_of(handed) + words_of(mine)
    hers = await cleo.click(connected.cards(connected.desk)[-1], label="Claim")
    await cleo.select(hers.response, values=["3600"], custom_id=f"fv1:ib_snooze:{key}")
    assert "Snoozed by cleo" in words_of(connected.cards(connected.desk)[-1])
    asked = await cleo.select(hers.response, values=["at"], custom_id=f"fv1:ib_snooze:{key}")
    too_far = await cleo.submit_modal(asked, {"text": "in 8 days"})
    assert "for more than 7 days" in words_of(too_far)
    asked = await cleo.select(hers.response, values=["at"], custom_id=f"fv1:ib_snooze:{key}")
    asked_at = connected.app.clock.now()
    put_off = await cleo.submit_modal(asked, {"text": "in 6 days"})
    until = re.search(r"snoozed until <t:(\d+)", words_of(put_off))
    assert until
    assert timedelta(days=6) <= datetime.fromtimestamp(int(until[1]) + 1, UTC) - asked_at < timedelta(days=6, minutes=1)
    creator = CreatorId(connected.fanvue.world.account(CREATOR).uuid)
    await rights.take(creator, DiscordUserId(cleo.id), Capability.REPLY, connected.app.clock.now())
    taken = await luna.click(connected.cards(connected.desk)[-1], label="Claim")
    assert "You are on it" in words_of(taken), "who lost the right holds nothing"
    await luna.click(taken.response, label="Let go")
    assert "Claimed" not in words_of(connected.cards(connected.desk)[-1])


async def test_a_reply_cut_short_is_found_at_fanvue_or_its_author_is_told(connected: Rig) -> None:
    card = await desk_card(connected)
    luna = connected.luna
    clock = connected.app.clock
    for words, fault in (("It arrived", "applied_answer_cut"), ("It got lost", "500")):
        connected.fanvue.faults.add(operation="sendMessage", kind=fault, times=1)
        connected.fanvue.faults.add(operation="listMessages", kind="500", times=3)
        await luna.submit_modal(await luna.click(card, label="Reply"), {"text": words})
        connected.fanvue.faults.clear()
    await as_left_behind(connected)
    await connected.app.services.stuck.settle()
    await connected.env.settle()
    assert await connected.app.stores.replies.stuck(clock.now() + timedelta(hours=1)) == []
    assert "Answered" in words_of(connected.cards(connected.desk)[-1])
    *_, arrived, told = notices(connected)
    assert "The fan has it" in words_of(arrived), "whoever heard nothing would send it again"
    assert "Try again" not in labels_of(arrived)
    assert "Nobody knows yet" in words_of(told)
    assert "It got lost" not in words_of(told)
    early = await luna.click(told, label="Try again")
    assert "Nobody knows yet" in words_of(early), "it may still turn up at Fanvue"
    await as_left_behind(connected, status="unknown")
    await luna.click(told, label="Try again")
    assert [sent(connected).count(words) for words in ("It arrived", "It got lost")] == [1, 1]


async def test_a_reply_that_may_be_the_message_that_cannot_be_read_is_not_sent_again(connected: Rig) -> None:
    card = await desk_card(connected)
    connected.fanvue.faults.add(operation="sendMessage", kind="applied_answer_cut", times=1)
    connected.fanvue.faults.rewrite("listMessages", lambda answer: answer["data"][0].update(uuid=[]))
    told = await connected.luna.submit_modal(await connected.luna.click(card, label="Reply"), {"text": "Only once"})
    await as_left_behind(connected, status="unknown")
    again = await connected.luna.click(told.response or told.followups[-1], label="Try again")
    assert "Sent" not in words_of(again)
    assert sent(connected).count("Only once") == 1
    connected.fanvue.faults.clear()
    await connected.luna.click(told.response or told.followups[-1], label="Try again")
    assert sent(connected).count("Only once") == 1


async def as_left_behind(rig: Rig, status: str = "sending") -> None:
    """Replies as the end of a process leaves them, some time ago."""
    database: Any = rig.app.stores.replies._database
    earlier = rig.app.clock.now() - timedelta(minutes=10)
    change = update(replies).where(replies.c.status == "unknown")
    async with database.write() as connection:
        await connection.execute(change.values(status=status, created_at=earlier, settled_at=earlier))
    stuck: Any = rig.app.services.stuck
    stuck._began_at = rig.app.clock.now()
