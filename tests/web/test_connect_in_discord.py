"""What connecting does to people in Discord: who is told what, and which old buttons still work."""

from typing import Any

from sandbox.fanvue import walk_consent
from sandbox.visitor import Visitor
from tests.rig import CREATOR, Rig, link_of, words_of


async def a_card(rig: Rig) -> Any:
    """One in the team channel, where anybody can press and reply."""
    await rig.luna.slash(rig.desk, "alerts channel", channel=rig.desk)
    await rig.fanvue.fan_writes(CREATOR, rig.fan, "good morning")
    return await rig.until(lambda: next(iter(rig.cards(rig.desk)), None))


async def test_whoever_loses_the_account_is_told_and_their_cards_refuse_them(connected: Rig) -> None:
    card = await a_card(connected)
    async with Visitor() as other:
        page = await connected.connect("olli", browser=other)
    assert "The account was moved to you" in page.text
    await connected.until(lambda: any("no longer connected to you" in words_of(m) for m in connected.dm.history()))
    for label in ("Reply", "Show"):
        pressed = await connected.luna.click(card, label=label)
        assert "good morning" not in words_of(pressed)
        assert pressed.ephemeral
    await connected.luna.send(connected.desk, "still me", reply_to=card)
    answers = [message.text for message in connected.fanvue.messages(CREATOR, connected.fan)]
    assert "still me" not in answers
    asked = await connected.luna.slash(connected.desk, "insights earnings")
    assert "No Fanvue account" in words_of(asked)


async def test_after_a_move_events_go_to_the_new_owner_alone(connected: Rig) -> None:
    async with Visitor() as other:
        await connected.connect("olli", browser=other)
    before = len(connected.cards(connected.dm))
    await connected.fanvue.fan_writes(CREATOR, connected.fan, "for whom?")
    theirs = connected.people["olli"].dm_channel
    await connected.until(lambda: connected.cards(theirs))
    assert len(connected.cards(connected.dm)) == before


async def test_nobody_is_told_before_the_move_is_confirmed(connected: Rig) -> None:
    before = len(connected.dm.history())
    async with Visitor() as other:
        asked = await connected.members["olli"].slash(connected.desk, "connect")
        page = await other.get(await walk_consent(await other.leave(link_of(asked)), CREATOR))
        assert "connected to another Discord user now" in page.text
    await connected.env.settle()
    assert len(connected.dm.history()) == before


async def test_a_person_who_cannot_be_told_is_connected_all_the_same(rig: Rig) -> None:
    asked = await rig.luna.slash(rig.desk, "connect")
    rig.env.inject_error("PATCH", "/webhooks/*", status=404, times=None)
    rig.env.inject_error("POST", "/users/@me/channels", status=403, times=None)
    page = await rig.browser.connect(link_of(asked), CREATOR)
    assert page.status == 200
    assert "Connected as @lunavale" in page.text
