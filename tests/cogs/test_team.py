"""A right is one creator, one person, one capability, until when; only the creator gives it, or lets it be given."""

import itertools
from datetime import UTC, datetime, timedelta

import discord
import pytest

from bot.domain.access import GIVEABLE, Actor, Capability
from bot.domain.accounts import CreatorId, DiscordUserId
from bot.domain.errors import DomainError
from tests.rig import CREATOR, Rig, words_of


async def give(rig: Rig, person: str, right: str, until: str | None = None) -> str:
    more = {"until": until} if until else {}
    return words_of(await rig.luna.slash(rig.desk, "team grant", person=rig.members[person], right=right, **more))


async def card_at_desk(rig: Rig) -> object:
    await rig.luna.slash(rig.desk, "alerts channel", channel=rig.desk)
    await rig.fanvue.fan_writes(CREATOR, rig.fan, "Hello there")
    await rig.until(lambda: rig.cards(rig.desk))
    return rig.cards(rig.desk)[-1]


async def test_a_chatter_with_the_right_answers_and_the_card_names_them(connected: Rig) -> None:
    card = await card_at_desk(connected)
    assert "read and answer fans" in await give(connected, "cleo", "reply")
    await connected.members["cleo"].send(connected.desk, "Hello from the team", reply_to=card)
    texts = [message.text for message in connected.fanvue.messages(CREATOR, connected.fan)]
    assert texts[-1] == "Hello from the team"
    assert "cleo" in words_of(connected.cards(connected.desk)[-1])


async def test_a_right_taken_back_counts_for_a_form_that_is_open(connected: Rig) -> None:
    card = await card_at_desk(connected)
    await give(connected, "cleo", "reply")
    opened = await connected.members["cleo"].click(card, label="Reply")
    await connected.luna.slash(connected.desk, "team revoke", person=connected.members["cleo"])
    answered = await connected.members["cleo"].submit_modal(opened, {"text": "too late"})
    assert "not yours" in words_of(answered)
    assert "too late" not in [message.text for message in connected.fanvue.messages(CREATOR, connected.fan)]


async def test_a_right_covers_exactly_what_was_given(connected: Rig) -> None:
    await give(connected, "cleo", "insights")
    shown = await connected.members["cleo"].slash(connected.desk, "insights earnings")
    assert "Last 7 days" in words_of(shown)
    posted = await connected.members["cleo"].slash(connected.desk, "post create", text="mine")
    assert "Only the creator, or somebody they gave the right to, may post here" in words_of(posted)


async def test_times_typed_without_a_zone_are_meant_where_the_creators_days_end(connected: Rig) -> None:
    """Nobody has said anything about their own zone; the creator's was settled once, under the earnings."""
    cleo, stores = connected.members["cleo"], connected.app.stores
    creator = CreatorId(connected.fanvue.world.account(CREATOR).uuid)
    await stores.creators.set_timezone(creator, "Asia/Kolkata", replaces=True)
    named = {"person": cleo, "right": "reply", "until": "2030-01-02 18:00"}
    await connected.luna.slash(connected.desk, "team grant", **named)
    (right,) = await stores.rights.of(cleo.id)
    assert right.until == datetime(2030, 1, 2, 12, 30, tzinfo=UTC)
    shift = {"person": cleo, "days": "Mon", "from": "09:00", "to": "17:00"}
    assert "Mon 09:00 to 17:00 (Asia/Kolkata)" in words_of(
        await connected.luna.slash(connected.desk, "team shift", **shift)
    )
    await stores.preferences.set_timezone(connected.luna.id, "Europe/Berlin")
    assert "(Europe/Berlin)" in words_of(await connected.luna.slash(connected.desk, "team shift", **shift))


@pytest.mark.parametrize(
    ("who", "unnamed", "named"),
    [
        ("cleo", "Only the creator, or somebody they gave the right to", "Only the creator, or somebody"),
        ("olli", "No Fanvue account", "No such creator"),
    ],
)
async def test_nobody_without_the_right_to_manage_the_team_gives_rights(
    connected: Rig, who: str, unnamed: str, named: str
) -> None:
    """Whoever works for the creator hears which right is missing; to anybody else the creator does not exist."""
    await give(connected, "cleo", "all")
    person = connected.members[who]
    asked = {"person": connected.members["olli"], "right": "all"}
    assert unnamed in words_of(await person.slash(connected.desk, "team grant", **asked))
    assert named in words_of(await person.slash(connected.desk, "team grant", **asked, creator=CREATOR))
    assert await connected.app.stores.rights.of(connected.members["olli"].id) == []


async def test_an_administrator_of_the_server_has_no_rights_by_that(connected: Rig) -> None:
    role = connected.guild.create_role(name="Admin", permissions=discord.Permissions.all())
    admin = connected.guild.add_member(connected.env.create_user("admin"), roles=[role])
    for command in ("team list", "insights earnings", "alerts dm"):
        assert "No Fanvue account" in words_of(await admin.slash(connected.desk, command)), command


async def test_a_time_boxed_right_ends_by_itself_and_a_past_one_is_refused(connected: Rig) -> None:
    assert "until" in await give(connected, "cleo", "reply", "in 2 hours")
    (right,) = await connected.app.stores.rights.of(connected.members["cleo"].id)
    assert right.until
    assert right.holds_at(right.until - timedelta(seconds=1))
    assert not right.holds_at(right.until)
    assert "has passed" in await give(connected, "cleo", "reply", "2020-01-01 10:00")


async def test_bots_and_oneself_get_no_rights(connected: Rig) -> None:
    robot = connected.guild.add_member(connected.env.create_user("robot", bot=True))
    shown = await connected.luna.slash(connected.desk, "team grant", person=robot, right="all")
    assert "not to bots" in words_of(shown)
    assert "already" in await give(connected, "luna", "all")


async def test_every_capability_is_denied_unless_it_was_given(connected: Rig) -> None:
    """The whole table: person by right held by right wanted."""
    creator = CreatorId(connected.fanvue.world.account(CREATOR).uuid)
    cleo = DiscordUserId(connected.members["cleo"].id)
    now = connected.app.clock.now()
    access, rights = connected.app.services.access, connected.app.stores.rights
    luna = Actor(DiscordUserId(connected.luna.id), "luna")
    owner = await access.choose(luna, None, Capability.MANAGE)
    for held, is_over in itertools.product(GIVEABLE, (False, True)):
        for capability in GIVEABLE:
            await rights.take(creator, cleo, capability, now)
        until = now - timedelta(seconds=1) if is_over else None
        await connected.app.services.team.give(owner, cleo, [held], until)
        for wanted in Capability:
            is_due = held is wanted and not is_over
            try:
                await access.require(Actor(cleo, "cleo"), creator, wanted)
                was_given = True
            except DomainError:
                was_given = False
            assert was_given is is_due, (held, wanted, is_over)


async def test_an_account_that_moves_takes_no_rights_along(connected: Rig) -> None:
    await give(connected, "cleo", "all")
    page = await connected.connect("olli")
    assert page.status == 200
    assert await connected.app.stores.rights.of(connected.members["cleo"].id) == []
