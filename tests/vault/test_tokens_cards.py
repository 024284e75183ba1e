"""What people see of a grant that died: one card for whoever connected it, and the same words from every command."""

from sandbox.fanvue import SandboxFanvue
from tests.rig import CREATOR, Rig, labels_of, words_of

RECONNECT = "Please reconnect"


def cards(rig: Rig) -> list[object]:
    return [message for message in rig.dm.history() if f"{RECONNECT} @{CREATOR}" in words_of(message)]


def asked(fanvue: SandboxFanvue) -> int:
    return fanvue.oauth.token_requests + len(fanvue.ledger)


async def test_consent_taken_back_is_one_card_and_every_command_says_so(connected: Rig) -> None:
    rig = connected
    rig.fanvue.oauth.withdraw(CREATOR)
    first = await rig.luna.slash(rig.desk, "insights earnings")
    assert RECONNECT in words_of(first)
    await rig.until(lambda: cards(rig))
    before = asked(rig.fanvue)
    for command, options in (("insights earnings", {}), ("post create", {"text": "Hello", "audience": "subscribers"})):
        answer = await rig.luna.slash(rig.desk, command, **options)
        assert RECONNECT in words_of(answer)
        assert "Reconnect" in labels_of(answer.followups[-1] if answer.followups else answer.response)
    assert asked(rig.fanvue) == before, "nothing more is asked of Fanvue"
    await rig.app.obituaries.catch_up()
    assert len(cards(rig)) == 1


async def test_after_reconnecting_everything_goes_on(connected: Rig) -> None:
    rig = connected
    rig.fanvue.oauth.withdraw(CREATOR)
    await rig.luna.slash(rig.desk, "insights earnings")
    await rig.until(lambda: cards(rig))
    await rig.connect()
    answer = await rig.luna.slash(rig.desk, "insights earnings")
    assert RECONNECT not in words_of(answer)
    rig.fanvue.oauth.withdraw(CREATOR)
    assert RECONNECT in words_of(await rig.luna.slash(rig.desk, "insights earnings"))
    await rig.env.settle()
    assert len(cards(rig)) == 1, "a second death on the same day brings no second card"
