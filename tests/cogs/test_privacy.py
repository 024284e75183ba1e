"""Anybody can see, take along and erase what is stored about them, and only about them."""

import json

from tests.rig import CREATOR, Rig, words_of


async def exported(rig: Rig, person: str) -> str:
    shown = await rig.members[person].slash(rig.desk, "privacy export")
    assert shown.ephemeral
    return (await shown.response.attachments[0].read()).decode()


async def test_the_export_holds_ones_own_rows_and_no_secret(connected: Rig) -> None:
    await connected.luna.slash(connected.desk, "team grant", person=connected.members["cleo"], right="reply")
    await connected.fanvue.fan_writes(CREATOR, connected.fan, "A canary sentence")
    await connected.until(lambda: connected.cards(connected.dm))
    text = await exported(connected, "luna")
    data = json.loads(text)
    assert data["connections"][0]["handle"] == CREATOR
    assert "gAAAA" not in text, "nothing sealed"
    assert "canary" not in text
    theirs = json.loads(await exported(connected, "cleo"))
    assert theirs["connections"] == []
    assert [right["capability"] for right in theirs["rights"]] == ["reply"]


async def test_what_is_stored_is_counted_in_plain_words(connected: Rig) -> None:
    shown = words_of(await connected.luna.slash(connected.desk, "privacy show"))
    assert "your connected account: 1" in shown
    assert "Nothing." in words_of(await connected.members["olli"].slash(connected.desk, "privacy show"))


async def test_erasing_asks_then_revokes_and_leaves_nothing(connected: Rig) -> None:
    asked = await connected.luna.slash(connected.desk, "privacy erase")
    assert len(await connected.app.stores.connections.all_active()) == 1
    await connected.luna.click(asked.response, label="Erase")
    assert "Nothing about you" in words_of(asked)
    assert connected.fanvue.oauth.revoked == 1
    counts = await connected.app.services.privacy.counts(connected.luna.id)
    assert counts == {}


async def test_erasing_revokes_what_was_authorised_and_never_confirmed(rig: Rig) -> None:
    from sandbox.fanvue import walk_consent  # noqa: PLC0415
    from tests.rig import link_of  # noqa: PLC0415

    asked = await rig.luna.slash(rig.desk, "connect")
    back = await walk_consent(await rig.browser.leave(link_of(asked)), CREATOR)
    assert (await rig.browser.get(back)).status == 200
    question = await rig.luna.slash(rig.desk, "privacy erase")
    await rig.luna.click(question.response, label="Erase")
    assert rig.fanvue.oauth.revoked == 1
