"""Anybody can see, take along and erase what is stored about them, and only about them."""

import asyncio
import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.discordkit.trust import SUBJECTS
from bot.domain.access import Actor, Capability, Grant
from bot.domain.accounts import DiscordUserId
from bot.domain.errors import DomainError
from bot.domain.periods import Asked, Preset
from bot.domain.scopes import Scope
from bot.domain.uses import Use, UseOutcome
from bot.storage.uses import Tally
from sandbox.fanvue import walk_consent
from tests.rig import CREATOR, Rig, labels_of, link_of, words_of


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
    assert "q1:" not in text, "nothing sealed the quick way"
    assert "canary" not in text
    cleo, luna = str(connected.members["cleo"].id), str(connected.luna.id)
    assert (cleo in text, luna in text) == (False, True), "others are person 1, person 2"
    assert all(card["fan_id"].startswith("fan ") for card in data["cards"])
    theirs = json.loads(await exported(connected, "cleo"))
    assert luna not in json.dumps(theirs)
    assert theirs["connections"] == []
    assert [right["capability"] for right in theirs["rights"]] == ["reply"]


async def test_what_is_stored_is_counted_in_plain_words(connected: Rig) -> None:
    shown = words_of(await connected.luna.slash(connected.desk, "privacy show"))
    assert "**Until you disconnect:** 1 account" in shown
    assert "Nothing." in words_of(await connected.members["olli"].slash(connected.desk, "privacy show"))


async def test_every_permission_is_shown_whole_however_many_were_used(connected: Rig) -> None:
    grant = await owned(connected)
    await connected.app.stores.connections.replace(replace(grant.connection, scopes=frozenset(Scope)), "sealed")
    now, somebody = datetime.now(UTC), DiscordUserId(2**62)
    uses = [
        Use(grant.creator, f"listAll{scope.name}", frozenset({scope}), UseOutcome.DONE, somebody) for scope in Scope
    ]
    await connected.app.stores.uses.add_many({(use, now): Tally(1, now) for use in uses})
    shown = words_of(await connected.luna.slash(connected.desk, "privacy show"))
    assert shown.count(f"<@{somebody}>") == len(Scope)


async def test_whatever_is_exported_is_counted_in_words_with_its_time(connected: Rig) -> None:
    assert set(SUBJECTS) == set(await connected.app.stores.export(DiscordUserId(connected.luna.id)))


async def test_erasing_asks_then_revokes_and_leaves_nothing(connected: Rig) -> None:
    asked = await connected.luna.slash(connected.desk, "privacy erase")
    assert len(await connected.app.stores.connections.all_active()) == 1
    await connected.luna.click(asked.response, label="Erase")
    assert "Nothing about you" in words_of(asked)
    assert connected.fanvue.oauth.revoked == 1
    counts = await connected.app.services.privacy.counts(connected.luna.id)
    assert counts == {}


async def test_erasing_revokes_what_was_authorised_and_never_confirmed(rig: Rig) -> None:

    asked = await rig.luna.slash(rig.desk, "connect")
    back = await walk_consent(await rig.browser.leave(link_of(asked)), CREATOR)
    assert (await rig.browser.get(back)).status == 200
    question = await rig.luna.slash(rig.desk, "privacy erase")
    await rig.luna.click(question.response, label="Erase")
    assert rig.fanvue.oauth.revoked == 1


async def owned(rig: Rig) -> Grant:
    return await rig.app.services.access.choose(Actor(DiscordUserId(rig.luna.id), "luna"), None, Capability.OWN)


async def answered_by_cleo(rig: Rig) -> None:
    """Cleo, who was given the right, answers a fan from the team's channel."""
    cleo = rig.members["cleo"]
    await rig.luna.slash(rig.desk, "team grant", person=cleo, right="reply")
    await rig.luna.slash(rig.desk, "alerts channel", channel=rig.desk)
    await rig.fanvue.fan_writes(CREATOR, rig.fan, "A canary sentence")
    await rig.until(lambda: rig.cards(rig.desk))
    await cleo.send(rig.desk, "Thank you!", reply_to=rig.cards(rig.desk)[0])
    await rig.env.settle()


async def test_a_creator_reads_who_used_the_account_for_what_and_from_where(connected: Rig) -> None:
    await answered_by_cleo(connected)
    for _ in range(3):
        await connected.luna.slash(connected.desk, "insights earnings")
    shown = words_of(await connected.luna.slash(connected.desk, "privacy uses"))
    assert f"<@{connected.members['cleo'].id}>, in <#{connected.desk.id}>" in shown
    assert "Sent a message to a fan" in shown
    assert "Read earnings" in shown
    assert "canary" not in shown
    assert "Thank you" not in shown
    earnings = [one for one in await uses_of(connected) if one.use.operation == "getEarningsSummary"]
    assert len(earnings) == 1, "one row an hour"
    assert earnings[0].count >= 3


def a_use_of(grant: Grant, operation: str) -> dict[tuple[Use, datetime], Tally]:
    now = datetime.now(UTC)
    return {(Use(grant.creator, operation, frozenset(), UseOutcome.DONE, grant.actor.user), now): Tally(1, now)}


def everything(rig: Rig) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table."""
    found: dict[str, list[dict[str, Any]]] = {}
    with closing(sqlite3.connect(rig.folder / "fanvue.db")) as database:
        database.row_factory = sqlite3.Row
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            found[name] = [dict(row) for row in database.execute(f"SELECT * FROM {name}")]
    return found


async def uses_of(rig: Rig) -> Any:
    await rig.app.ledger.flush()
    return await rig.app.stores.uses.of_owner(DiscordUserId(rig.luna.id), 0, 50)


async def test_people_read_what_they_did_and_never_what_others_did(connected: Rig) -> None:
    await answered_by_cleo(connected)
    await connected.luna.slash(connected.desk, "insights earnings")
    shown = words_of(await connected.members["cleo"].slash(connected.desk, "privacy uses"))
    assert "What you did with others' accounts" in shown
    assert "Sent a message to a fan" in shown
    assert "Read earnings" not in shown
    assert "Nothing" in words_of(await connected.members["olli"].slash(connected.desk, "privacy uses"))


async def test_uses_are_turned_over_page_by_page(connected: Rig) -> None:
    grant = await owned(connected)
    for number in range(12):
        await connected.app.stores.uses.add_many(a_use_of(grant, f"operation{number}"))
    shown = await connected.luna.slash(connected.desk, "privacy uses")
    assert labels_of(shown.response) == ["Older", "Decisions", "What I did for others"]
    await connected.luna.click(shown.response, label="Older")
    assert "Page 2" in words_of(shown)
    assert "Newer" in labels_of(shown.response)
    await connected.luna.click(shown.response, label="What I did for others")
    assert "Nothing in the last 90 days" in words_of(shown)


async def test_a_creator_reads_what_was_decided_and_refused_by_whom_and_how(connected: Rig) -> None:
    cleo, olli = connected.members["cleo"], connected.members["olli"]
    await connected.luna.slash(connected.desk, "team grant", person=cleo, right="manage")
    await connected.luna.slash(connected.desk, "team grant", person=cleo, right="reply", may_pass_on=True)
    await cleo.slash(connected.desk, "team grant", person=olli, right="reply")
    await cleo.slash(connected.desk, "insights earnings", creator=CREATOR)
    await cleo.slash(connected.desk, "team default", place="channel", creator=CREATOR)
    await connected.luna.slash(connected.desk, "team revoke", person=cleo)
    for somebody, sees_it in ((connected.luna, True), (cleo, False)):
        shown = await somebody.slash(connected.desk, "privacy uses")
        await somebody.click(shown.response, label="Decisions")
        words = words_of(shown)
        assert (f"Gave <@{olli.id}> the right to read and answer fans" in words) is sees_it
        assert (f"<@{cleo.id}> · in <#{connected.desk.id}> · by command" in words) is sees_it
        assert (f"Took from <@{cleo.id}> the right to manage the team" in words) is sees_it
        assert ("Had the account meant in the channel where nobody is named" in words) is sees_it
        assert ("Connected the account" in words) is sees_it


async def test_each_permission_shows_what_used_it_last(connected: Rig) -> None:
    await connected.luna.slash(connected.desk, "insights earnings")
    shown = words_of(await connected.luna.slash(connected.desk, "privacy show"))
    lines = shown.splitlines()
    assert "See your earnings and statistics: read " in shown
    assert "upload media" in next(line for line in lines if "Not used yet" in line)


async def test_a_paused_account_is_not_used_and_its_alerts_wait(connected: Rig) -> None:
    await connected.luna.slash(connected.desk, "team grant", person=connected.members["cleo"], right="insights")
    panel = await connected.luna.slash(connected.desk, "privacy show")
    await connected.luna.click(panel.response, label="Pause")
    assert "Paused" in words_of(panel)
    calls = connected.fanvue.oauth.refreshes[CREATOR]
    await connected.fanvue.fan_writes(CREATOR, connected.fan, "While paused")
    async with asyncio.timeout(30):
        while not await connected.app.stores.events.paused_of(DiscordUserId(connected.luna.id)):
            await asyncio.sleep(0.02)
    refused = await connected.luna.slash(connected.desk, "insights earnings")
    assert "is paused" in words_of(refused)
    theirs = await connected.members["cleo"].slash(connected.desk, "insights earnings")
    assert "is paused" in words_of(theirs)
    assert labels_of(theirs.response) == []
    assert connected.fanvue.oauth.refreshes[CREATOR] == calls
    waiting = words_of(await connected.luna.slash(connected.desk, "privacy show"))
    assert "Waiting until you resume: 1 alert." in waiting
    assert connected.cards(connected.dm) == []
    await connected.luna.click(refused.response, label="Resume")
    await connected.until(lambda: connected.cards(connected.dm))
    assert len(connected.cards(connected.dm)) == 1


async def test_erasing_can_delete_the_cards_that_were_sent(connected: Rig) -> None:
    await answered_by_cleo(connected)
    assert connected.cards(connected.dm)
    asked = await connected.luna.slash(connected.desk, "privacy erase")
    assert "2 cards" in words_of(asked)
    await connected.luna.click(asked.response, label="Erase, and delete the cards")
    assert "being deleted" in words_of(asked)
    await connected.until(lambda: not connected.cards(connected.dm) and not connected.cards(connected.desk))
    async with asyncio.timeout(30):
        while await connected.app.stores.removals.next(10):
            await asyncio.sleep(0.005)


async def test_erasing_alone_leaves_the_cards_and_forgets_what_led_to_them(connected: Rig) -> None:
    await answered_by_cleo(connected)
    asked = await connected.luna.slash(connected.desk, "privacy erase")
    await connected.luna.click(asked.response, label="Erase")
    assert connected.cards(connected.desk)
    assert await connected.app.services.privacy.counts(connected.luna.id) == {}
    person = str(connected.luna.id)
    assert not any(person in json.dumps(rows, default=str) for rows in everything(connected).values())
    assert await uses_of(connected) == []


async def reading_earnings(rig: Rig) -> None:
    luna = Actor(DiscordUserId(rig.luna.id), "luna")
    grant = await rig.app.services.access.choose(luna, None, Capability.INSIGHTS)
    await rig.app.services.insights.earnings(grant, Asked(Preset.TODAY), ZoneInfo("UTC"))


async def test_a_refresh_under_way_while_erasing_ends_revoked_and_stores_nothing(connected: Rig) -> None:
    fault = connected.fanvue.faults.add("token", "hang", times=1)
    connected.fanvue.faults.add("*", 401, times=1)
    asking = asyncio.create_task(reading_earnings(connected))
    await asyncio.wait_for(fault.struck.wait(), 10)
    person = DiscordUserId(connected.luna.id)
    await connected.app.services.privacy.erase(person)
    fault.released.set()
    with pytest.raises(DomainError):
        await asking
    assert await connected.app.services.privacy.counts(person) == {}
    assert connected.fanvue.oauth.revoked >= 1


async def test_an_export_and_an_erasure_at_once_both_end_and_nothing_is_left(connected: Rig) -> None:
    await answered_by_cleo(connected)
    person = DiscordUserId(connected.luna.id)
    privacy = connected.app.services.privacy
    (_, data), erased = await asyncio.gather(privacy.export(person, 10_000_000), privacy.erase(person))
    assert json.loads(data)
    assert erased.is_revoked
    assert await privacy.counts(person) == {}


async def test_a_reply_under_way_while_erasing_is_noted_without_a_name(connected: Rig) -> None:
    cleo = connected.members["cleo"]
    await connected.luna.slash(connected.desk, "team grant", person=cleo, right="reply")
    await connected.luna.slash(connected.desk, "alerts channel", channel=connected.desk)
    await connected.fanvue.fan_writes(CREATOR, connected.fan, "Hello")
    await connected.until(lambda: connected.cards(connected.desk))
    fault = connected.fanvue.faults.add("sendMessage", "hang", times=1)
    card = connected.cards(connected.desk)[0]
    replying = asyncio.create_task(cleo.send(connected.desk, "Hi!", reply_to=card))
    await asyncio.wait_for(fault.struck.wait(), 10)
    with connected.env.time_context():
        await connected.app.services.privacy.erase(DiscordUserId(cleo.id))
    fault.released.set()
    await replying
    await connected.env.settle()
    await connected.app.ledger.flush()
    named = {table for table, rows in everything(connected).items() if str(cleo.id) in json.dumps(rows, default=str)}
    assert named == set()
