"""A fan who takes no messages: said once, shown everywhere, tried no more, over when they write."""

from typing import Any

from tests.rig import CREATOR, Rig, words_of

MARK = "annot be written to"


async def card_of(rig: Rig, fan: str, words: str) -> Any:
    before = len(rig.cards(rig.desk))
    await rig.fanvue.fan_writes(CREATOR, fan, words)
    await rig.until(lambda: len(rig.cards(rig.desk)) > before)
    return rig.cards(rig.desk)[-1]


def sent(rig: Rig, fan: str) -> list[str]:
    return [message.text for message in rig.fanvue.messages(CREATOR, fan) if not message.is_from_fan]


def last_note(rig: Rig) -> str:
    """What the bot said last under somebody's message."""
    return words_of([one for one in rig.desk.history() if one.author.bot][-1])


async def shown(rig: Rig, fan: str) -> list[bool]:
    """Whether cards, the list of those who wait, and the conversation say so."""
    places = [
        *rig.cards(rig.desk),
        await rig.luna.slash(rig.desk, "inbox unread"),
        await rig.luna.slash(rig.desk, "inbox open", fan=fan),
    ]
    return [MARK in words_of(place) for place in places]


async def test_it_is_said_once_shown_everywhere_and_over_when_they_are_reached_or_write(connected: Rig) -> None:
    luna, desk, fan = connected.luna, connected.desk, connected.fan
    user = connected.fanvue.world.desk(connected.fanvue.world.account(CREATOR)).fan_by_handle(fan)
    await luna.slash(desk, "alerts channel", channel=desk)
    card = await card_of(connected, fan, "Bye")
    user.is_contactable = False
    await luna.send(desk, "Are you there?", reply_to=card)
    assert MARK in last_note(connected)
    assert await shown(connected, fan) == [True, True, True]

    user.is_contactable = True
    await luna.send(desk, "Not tried", reply_to=card)
    assert "nothing was tried" in last_note(connected)
    assert "Not tried" not in sent(connected, fan)
    notice = [one for one in desk.history() if one.author.bot][-1]
    assert "Sent" in words_of(await luna.click(notice, label="Try it all the same"))
    assert sent(connected, fan)[-1] == "Not tried"
    assert await shown(connected, fan) == [False, False, False], "they were reached"

    card = await card_of(connected, fan, "So there you are")
    user.is_contactable = False
    box = await luna.click(card, label="Reply")
    answer = await luna.submit_modal(box, {"text": "Here I am"})
    assert MARK in words_of(answer)
    assert MARK in words_of(connected.cards(desk)[-1])
    user.is_contactable = True
    await connected.fanvue.fan_writes(CREATOR, fan, "Unblocked you")
    await connected.until(lambda: MARK not in words_of(connected.cards(desk)[-1]))
    assert not any(await shown(connected, fan)), "they wrote"
    box = await luna.click(answer.followups[-1] if answer.followups else answer.response, label="Open the box")
    assert "Sent" in words_of(await luna.submit_modal(box, {"text": "Here I am"}))
    assert sent(connected, fan)[-1] == "Here I am", "what was written was not lost"
