"""A second person decides: never about their own, one of several, nothing late, everything written down."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import update

from bot.domain.access import Actor
from bot.domain.accounts import CreatorId, DiscordUserId, GuildId
from bot.storage.schema import drafts
from tests.rig import CREATOR, Rig, components_of, labels_of, words_of


async def give(rig: Rig, person: str, *rights: str) -> None:
    for right in rights:
        await rig.luna.slash(rig.desk, "team grant", person=rig.members[person], right=right)


async def ask(rig: Rig, person: str = "cleo", **options: Any) -> tuple[Any, Any]:
    """A draft that waits: its author's card, and the question to the team."""
    shown = (await rig.members[person].slash(rig.desk, "post create", **options)).response
    asked = await rig.members[person].click(shown, label="Ask for approval")
    return shown, asked.followups[-1]


def texts(rig: Rig) -> list[str]:
    desk = rig.fanvue.world.desk(rig.fanvue.world.account(CREATOR))
    return [post.text or "" for post in desk.posts]


async def acts(rig: Rig) -> list[tuple[str, int | None]]:
    return [
        (entry.action, entry.actor)
        for entry in (await rig.app.services.privacy.decisions(DiscordUserId(rig.luna.id))).entries
    ]


async def ruled(rig: Rig, rule: str = "chatters") -> Rig:
    await give(rig, "cleo", "post")
    await give(rig, "olli", "approve")
    assert "wait" in words_of(await rig.luna.slash(rig.desk, "post approval", rule=rule))
    return rig


async def test_a_chatters_post_waits_for_a_second_person_who_sees_it_first(connected: Rig) -> None:
    rig = await ruled(connected)
    card, question = await ask(rig, text="For your eyes", when="tomorrow 18:00")
    assert "Waits for approval" in words_of(card)
    assert "For your eyes" not in words_of(question)
    assert "12" in words_of(question) or "13 characters" in words_of(question)
    shown = await rig.members["olli"].click(question, label="Show")
    assert "For your eyes" in words_of(shown)
    assert shown.response.ephemeral if hasattr(shown.response, "ephemeral") else shown.ephemeral
    assert "somebody else" in words_of(await rig.members["cleo"].click(question, label="Approve"))
    assert texts(rig).count("For your eyes") == 0
    await rig.members["olli"].click(question, label="Approve")
    assert "Scheduled" in words_of(question)
    assert labels_of(question) == []
    assert texts(rig).count("For your eyes") == 1
    assert {("ask approval", rig.members["cleo"].id), ("approve post", rig.members["olli"].id)} <= set(await acts(rig))


async def test_of_two_who_approve_at_once_one_wins_and_the_other_is_told(connected: Rig) -> None:
    rig = await ruled(connected)
    _, question = await ask(rig, text="Once please")
    services, key = (
        rig.app.services,
        next(part["custom_id"].split(":")[2] for part in components_of(question) if part["label"] == "Approve"),
    )
    people = [rig.luna, rig.members["olli"]]
    actors = [actor_of(rig, person) for person in people]
    opened = [await services.drafts.seen(actor, key) for actor in actors]
    done = await asyncio.gather(*(services.drafts.approve(one) for one in opened), return_exceptions=True)
    assert sorted(type(one).__name__ for one in done) == ["DraftMovedError", "Published"]
    assert "Somebody was faster" in words_of(await rig.luna.click(question, label="Approve"))
    assert texts(rig).count("Once please") == 1


def actor_of(rig: Rig, member: Any) -> Any:
    return Actor(DiscordUserId(member.id), "", GuildId(rig.guild.id))


async def test_a_change_is_asked_for_with_a_reason_that_its_author_reads_on_the_draft(connected: Rig) -> None:
    rig = await ruled(connected)
    _, question = await ask(rig, text="Rough words")
    form = await rig.members["olli"].click(question, label="Ask for change")
    await rig.members["olli"].submit_modal(form, {"note": "Softer, please"})
    assert "Change asked for" in words_of(question)
    assert "Softer" not in words_of(question)
    mine = await rig.members["cleo"].click(question, label="Open my draft")
    assert "Softer, please" in words_of(mine)
    assert "Ask for approval" in labels_of(mine.response)
    assert texts(rig).count("Rough words") == 0


async def test_decided_from_a_private_card_the_question_says_so_and_its_author_is_told(connected: Rig) -> None:
    rig = await ruled(connected)
    _, question = await ask(rig, text="First words")
    card = (await rig.members["olli"].click(question, label="Show")).response
    form = await rig.members["olli"].click(card, label="Ask for change")
    await rig.members["olli"].submit_modal(form, {"note": "Softer, please"})
    assert "Change asked for" in words_of(question)
    assert labels_of(question) == ["Open my draft"]
    told = rig.desk.history()[-1]
    assert told.content.startswith(f"<@{rig.members['cleo'].id}> Change asked for")
    assert "Softer" not in told.content

    _, question = await ask(rig, text="Lost on the way")
    card = (await rig.members["olli"].click(question, label="Show")).response
    rig.fanvue.faults.add("createPost", "reset", times=1)
    refused = await rig.members["olli"].click(card, label="Approve")
    rig.fanvue.faults.clear()
    assert "Nobody knows" in words_of(question)
    assert f"<@{rig.members['cleo'].id}> Nobody knows" in rig.desk.history()[-1].content
    assert labels_of(question) == ["Open my draft"]
    assert refused.followups
    mine = await rig.members["cleo"].click(question, label="Open my draft")
    assert "It is not there: back to a draft" in labels_of(mine.response)


async def test_what_is_declined_is_over(connected: Rig) -> None:
    rig = await ruled(connected)
    _, question = await ask(rig, text="Not like this")
    form = await rig.members["olli"].click(question, label="Decline")
    await rig.members["olli"].submit_modal(form, {"note": ""})
    assert "Declined" in words_of(question)
    assert "no drafts" in words_of(await rig.members["cleo"].slash(rig.desk, "post drafts"))
    assert texts(rig).count("Not like this") == 0


async def test_a_draft_that_waits_past_its_time_asks_instead_of_posting_late(connected: Rig) -> None:
    rig = await ruled(connected)
    _, question = await ask(rig, text="Too late", when="in 1 hour")
    await age(rig, timedelta(hours=2))
    refused = await rig.members["olli"].click(question, label="Approve")
    assert "time has passed" in words_of(refused)
    assert texts(rig).count("Too late") == 0
    await rig.members["olli"].click(question, label="Its time has passed: send it now")
    assert "Approved" in words_of(question)
    (post,) = [one for one in rig.fanvue.world.desk(rig.fanvue.world.account(CREATOR)).posts if one.text == "Too late"]
    assert post.publish_at is None


async def age(rig: Rig, span: timedelta) -> None:
    """As if the draft had been written so much earlier."""
    service: Any = rig.app.services.drafts
    store = rig.app.stores.drafts
    creator = CreatorId(rig.fanvue.world.account(CREATOR).uuid)
    (stored,) = await store.open_of(creator, None)
    draft = service._clear(stored)
    content = replace(draft.content, publish_at=draft.content.publish_at - span)
    async with rig.app.stores._database.write() as connection:
        await connection.execute(update(drafts).values(sealed_content=service._seal(draft.id, content)))


async def test_who_may_not_decide_or_no_longer_post_changes_nothing(connected: Rig) -> None:
    rig = await ruled(connected)
    _, question = await ask(rig, text="Hands off")
    await give(rig, "cleo", "approve")
    assert "somebody else" in words_of(await rig.members["cleo"].click(question, label="Approve"))
    await rig.luna.slash(rig.desk, "team revoke", person=rig.members["olli"], right="approve")
    assert "not yours" in words_of(await rig.members["olli"].click(question, label="Approve"))
    await rig.luna.slash(rig.desk, "team revoke", person=rig.members["cleo"], right="post")
    assert "may not post" in words_of(await rig.luna.click(question, label="Approve"))
    assert texts(rig).count("Hands off") == 0


async def test_the_rule_for_all_needs_somebody_else_and_is_the_creators_alone_to_set(connected: Rig) -> None:
    rig = connected
    await rig.luna.slash(rig.desk, "post approval", rule="all")
    card = (await rig.luna.slash(rig.desk, "post create", text="Mine")).response
    refused = await rig.luna.click(card, label="Ask for approval")
    assert "/team grant" in words_of(refused)
    await give(rig, "cleo", "manage", "post", "approve")
    refused = words_of(await rig.members["cleo"].slash(rig.desk, "post approval", rule="off"))
    assert "Only whoever connected the account decides that" in refused
    asked = await rig.luna.click(card, label="Ask for approval")
    await rig.members["cleo"].click(asked.followups[-1], label="Approve")
    assert texts(rig).count("Mine") == 1


async def test_whoever_may_only_approve_is_told_that_nothing_waits_and_is_sent_nowhere_they_may_not_go(
    connected: Rig,
) -> None:
    await give(connected, "olli", "approve")
    shown = words_of(await connected.members["olli"].slash(connected.desk, "post drafts"))
    assert "Nothing waits for you to approve" in shown
    assert "/post create" not in shown
    await give(connected, "cleo", "post")
    await connected.luna.slash(connected.desk, "post approval", rule="chatters")
    await ask(connected, text="Words")
    waits = words_of(await connected.members["olli"].slash(connected.desk, "post drafts"))
    assert "Waiting for you to approve" in waits
    assert "You have no drafts" not in waits


async def test_of_one_creator_to_write_for_and_another_to_approve_for_both_are_offered(connected: Rig) -> None:
    rig = connected
    olli, mika = rig.members["olli"], "mikasol"
    await rig.begin_connected("cleo", mika)
    await give(rig, "olli", "post")
    await rig.members["cleo"].slash(rig.desk, "team grant", person=olli, right="approve")
    offered = await olli.autocomplete(rig.desk, "post drafts", "creator", "")
    assert sorted(choice["name"] for choice in offered) == [f"@{CREATOR}", f"@{mika}"]
    assert "Which creator?" in words_of(await olli.slash(rig.desk, "post drafts"))
