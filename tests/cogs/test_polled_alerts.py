"""Where no webhook comes, cards come all the same."""

import asyncio
from datetime import timedelta

from bot.domain.accounts import CreatorId
from bot.domain.catching_up import Cursor, Outcome, Source
from tests.rig import CREATOR, Rig, labels_of, words_of


async def looked_at(rig: Rig) -> None:
    """The creator's lists have been read once more."""
    catch_up = rig.app.catch_up
    before = catch_up.tallies[Source.NOTIFICATIONS, Outcome.READ]
    await catch_up.keep()
    catch_up.hurry()
    await rig.until(lambda: catch_up.tallies[Source.NOTIFICATIONS, Outcome.READ] > before)


async def test_without_webhooks_a_fans_message_becomes_a_card_once(connected: Rig) -> None:
    await connected.luna.slash(connected.desk, "alerts channel", channel=connected.adult)
    connected.fanvue.deliver = False
    await looked_at(connected)
    await connected.fanvue.fan_writes(CREATOR, connected.fan, "Nobody told you yet")
    await looked_at(connected)
    await connected.until(lambda: connected.cards(connected.adult))
    await looked_at(connected)
    (card,) = connected.cards(connected.adult)
    assert "Nobody told you yet" in words_of(card)


async def test_how_endings_are_found_is_said(connected: Rig) -> None:
    connected.fanvue.deliver = False
    await looked_at(connected)
    await connected.app.catch_up.keep()
    status = words_of(await connected.luna.slash(connected.desk, "status"))
    assert "Fanvue reports nothing by itself" in status
    assert "not looked for yet" in status
    assert await connected.app.endings.sweep() == 1
    status = words_of(await connected.luna.slash(connected.desk, "status"))
    assert "Subscriptions ending or over are looked for every six hours" in status


async def test_what_polling_cannot_tell_is_said(rig: Rig) -> None:
    await rig.connect("luna", "northstar_agency")
    rig.fanvue.deliver = False
    await rig.luna.slash(rig.desk, "alerts channel", creator=CREATOR)
    told = ("I look: alerts come", "cannot look for subscriptions ending or over")
    status = ""
    async with asyncio.timeout(30):
        while not all(words in status for words in told):
            await looked_at(rig)
            await rig.app.catch_up.keep()
            status = words_of(await rig.luna.slash(rig.desk, "status"))


async def test_that_fanvue_takes_no_token_is_told_with_the_way_out(connected: Rig) -> None:
    await looked_at(connected)
    connected.fanvue.faults.add("/[!o]*", 401)
    catch_up, often_asked = connected.app.catch_up, set(Source) - {Source.REVERSALS}
    catch_up.hurry()
    await connected.until(lambda: all(catch_up.tallies[source, Outcome.SIGN_IN] for source in often_asked))
    status = words_of(await connected.luna.slash(connected.desk, "status"))
    assert "I cannot look for missed messages, sales" in status
    assert "It began <t:" in status
    assert "Should that last a day, the creator's `/connect` may help" in status
    assert "Working" not in words_of(await connected.luna.slash(connected.desk, "account"))


async def test_that_fanvue_takes_no_token_for_long_is_told_once_and_so_is_its_end(connected: Rig) -> None:
    app, creator = connected.app, CreatorId(connected.fanvue.world.account(CREATOR).uuid)
    now = app.clock.now()

    async def stands(minutes: int, *sources: Source, trouble: Outcome | None = Outcome.SIGN_IN) -> None:
        """So long it has been so; nobody looks meanwhile."""
        at = now - timedelta(minutes=minutes)
        for source in sources:
            await app.stores.cursors.move(creator, source, Cursor(at))
            if trouble:
                await app.stores.cursors.fail(creator, source, Cursor(at, None, trouble, at))
        for _ in range(2):
            await app.sign_ins.sweep()

    def told() -> list[str]:
        dm = connected.dm
        return [message.embeds[0].title for message in dm.history()] if dm else []

    began, over = f"Fanvue refuses its own sign-in for @{CREATOR}", f"Fanvue accepts @{CREATOR} again"
    await looked_at(connected)
    *most, last = set(Source) - {Source.REVERSALS}
    await stands(60, *most, last, trouble=Outcome.UNANSWERED)
    assert told() == [], "an outage"
    await stands(44, *most, last)
    assert told() == [], "not for long"
    await stands(60, last, trouble=None)
    await stands(60, *most)
    assert told() == [], "one list is read"
    await stands(60, last)
    assert told() == [began]
    assert labels_of(connected.dm.history()[0]) == ["Connect again"]
    await stands(60, last, trouble=None)
    assert sorted(told()) == sorted([began, over])
    await stands(30, *most, last)
    await stands(30, *most, last, trouble=None)
    assert sorted(told()) == sorted([began, over]), "who was not told that it began is not told that it ended"


async def test_a_lost_webhook_that_comes_late_after_all_makes_no_second_card(connected: Rig) -> None:
    await connected.luna.slash(connected.desk, "alerts channel")
    connected.fanvue.deliver = False
    await looked_at(connected)
    await connected.fanvue.fan_tips(CREATOR, connected.fan, 1234)
    await looked_at(connected)
    await connected.until(lambda: connected.cards(connected.desk))
    for delivery in list(connected.fanvue.deliveries):
        assert await connected.fanvue.redeliver(delivery.id) // 100 == 2
    await connected.fanvue.fan_follows(CREATOR, "somebody_new")
    await connected.fanvue.redeliver(connected.fanvue.deliveries[-1].id)
    await connected.until(lambda: len(connected.cards(connected.desk)) > 1)
    titles = [message.embeds[0].title or "" for message in connected.cards(connected.desk)]
    assert sum("Tip" in title for title in titles) == 1
