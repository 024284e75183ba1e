"""The creator gives rights; a manager gives what they may pass on, no longer than theirs, and changes only that."""

import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.domain.access import GIVEABLE, Actor, Capability, Grant
from bot.domain.accounts import (
    Connection,
    ConnectionId,
    ConnectionStatus,
    CreatorId,
    DiscordUserId,
    FanvueAccount,
    GuildId,
)
from bot.domain.errors import BadInputError, NotAllowedError
from bot.domain.shifts import Shift
from bot.services.team import WORK, TeamService
from bot.storage import Stores
from bot.storage.database import Database

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
LUNA = CreatorId("luna-id")
OWNER, MANAGER, CHATTER, OTHER = (DiscordUserId(number) for number in (1, 2, 3, 4))
CONNECTION = Connection(
    id=ConnectionId("c"),
    owner=OWNER,
    account=FanvueAccount(LUNA, "lunavale", "Luna", is_creator=True),
    features=frozenset(),
    scopes=frozenset(),
    status=ConnectionStatus.ACTIVE,
    connected_at=NOW,
    access_expires_at=NOW,
    refreshed_at=NOW,
)
DAYS = Shift(frozenset(range(5)), time(9), time(17), ZoneInfo("Europe/Berlin"))
REPLY, POST, MANAGE = Capability.REPLY, Capability.POST, Capability.MANAGE


class FixedClock:
    def now(self) -> datetime:
        return NOW


@pytest.fixture
async def stores(tmp_path: Path, empty_database: Path) -> AsyncIterator[Stores]:
    path = tmp_path / "data" / "fanvue.db"
    path.parent.mkdir()
    shutil.copy(empty_database, path)
    async with Database.open(f"sqlite:///{path}") as database:
        stores = Stores(database)
        await stores.connections.replace(CONNECTION, "sealed")
        yield stores


@pytest.fixture
def team(stores: Stores) -> TeamService:
    return TeamService(stores.rights, stores.shifts, stores.default_creators, stores.audit, FixedClock())


def by(person: DiscordUserId, capability: Capability = MANAGE) -> Grant:
    return Grant(Actor(person, "somebody", GuildId(8)), CONNECTION, capability)


async def make_manager(team: TeamService, until: datetime | None = None) -> None:
    await team.give(by(OWNER), MANAGER, [MANAGE], None)
    await team.give(by(OWNER), MANAGER, [REPLY], until, may_pass_on=True)
    await team.give(by(OWNER), MANAGER, [POST], None)


async def held(stores: Stores, person: DiscordUserId) -> set[Capability]:
    return {right.capability for right in await stores.rights.of(person)}


@pytest.mark.parametrize("capability", [one for one in Capability if one is not MANAGE])
async def test_the_team_is_managed_with_the_right_to_manage_it_alone(team: TeamService, capability: Capability) -> None:
    grant = by(OWNER, capability)
    for attempt in (
        team.give(grant, CHATTER, [REPLY], None),
        team.take(grant, CHATTER, [REPLY]),
        team.members(grant),
        team.hand_over(grant, MANAGER, CHATTER),
        team.set_shift(grant, CHATTER, DAYS),
        team.lift_shifts(grant, CHATTER),
        team.set_default(grant, GuildId(8), None),
        team.clear_default(grant, GuildId(8), None),
        team.everything(grant),
    ):
        with pytest.raises(NotAllowedError):
            await attempt


async def test_everything_leaves_managing_out_and_goes_as_far_as_the_actor_may_give(team: TeamService) -> None:
    assert await team.everything(by(OWNER)) == WORK
    assert set(GIVEABLE) - set(WORK) == {MANAGE}
    await make_manager(team)
    assert await team.everything(by(MANAGER)) == (REPLY,)


async def test_a_manager_gives_what_they_may_pass_on_and_nothing_else(team: TeamService, stores: Stores) -> None:
    await make_manager(team)
    await team.give(by(MANAGER), CHATTER, [REPLY], None)
    for capability in (POST, MANAGE, Capability.INSIGHTS):
        with pytest.raises(BadInputError, match="may not pass on"):
            await team.give(by(MANAGER), CHATTER, [capability], None)
    assert await held(stores, CHATTER) == {REPLY}


async def test_of_several_rights_none_is_given_when_one_may_not_be(team: TeamService, stores: Stores) -> None:
    await make_manager(team)
    with pytest.raises(BadInputError):
        await team.give(by(MANAGER), CHATTER, [REPLY, POST], None)
    assert await held(stores, CHATTER) == set()


async def test_what_a_manager_gives_ends_with_their_own(team: TeamService, stores: Stores) -> None:
    until = NOW + timedelta(hours=3)
    await make_manager(team, until)
    for asked in (None, until + timedelta(days=1)):
        await team.give(by(MANAGER), CHATTER, [REPLY], asked)
        assert [right.until for right in await stores.rights.of(CHATTER)] == [until]
    await team.give(by(OWNER), MANAGER, [REPLY], NOW + timedelta(hours=1), may_pass_on=True)
    assert [right.until for right in await stores.rights.of(CHATTER)] == [NOW + timedelta(hours=1)]


async def test_a_manager_changes_only_what_they_gave(team: TeamService, stores: Stores) -> None:
    await make_manager(team)
    await team.give(by(OWNER), OTHER, [REPLY], None)
    await team.give(by(MANAGER), CHATTER, [REPLY], None)
    for attempt in (
        team.give(by(MANAGER), OTHER, [REPLY], NOW + timedelta(hours=1)),
        team.take(by(MANAGER), OTHER, [REPLY]),
        team.hand_over(by(MANAGER), OTHER, CHATTER),
        team.set_shift(by(MANAGER), OTHER, DAYS),
        team.lift_shifts(by(MANAGER), OTHER),
    ):
        with pytest.raises(BadInputError):
            await attempt
    assert await team.take(by(MANAGER), CHATTER, GIVEABLE) == 1
    assert await team.take(by(OWNER), OTHER, GIVEABLE) == 1


async def test_nobody_gives_rights_to_themselves_or_to_the_owner(team: TeamService) -> None:
    await make_manager(team)
    for giver, person in ((OWNER, OWNER), (MANAGER, MANAGER), (MANAGER, OWNER)):
        with pytest.raises(BadInputError):
            await team.give(by(giver), person, [REPLY], None)


async def test_taking_a_managers_right_takes_what_they_passed_on(team: TeamService, stores: Stores) -> None:
    await make_manager(team)
    await team.give(by(MANAGER), CHATTER, [REPLY], None)
    await team.take(by(OWNER), MANAGER, [MANAGE])
    assert await held(stores, CHATTER) == set()
    await make_manager(team)
    assert await held(stores, CHATTER) == set(), "it does not come back by itself"


async def test_everything_changes_hands_in_one_step(team: TeamService, stores: Stores) -> None:
    await make_manager(team)
    await team.give(by(MANAGER), CHATTER, [REPLY], None)
    await team.hand_over(by(OWNER), MANAGER, OTHER)
    assert await held(stores, MANAGER) == set()
    assert await held(stores, OTHER) == {MANAGE, REPLY, POST}
    (right,) = await stores.rights.of(CHATTER)
    assert right.granted_by == OTHER


@pytest.mark.parametrize(("giver", "taker"), [(MANAGER, MANAGER), (MANAGER, OWNER), (OTHER, CHATTER)])
async def test_a_hand_over_that_makes_no_sense_is_explained(
    team: TeamService, giver: DiscordUserId, taker: DiscordUserId
) -> None:
    await make_manager(team)
    with pytest.raises(BadInputError):
        await team.check_hand_over(by(OWNER), giver, taker)


async def test_shifts_need_a_right_and_are_shown_beside_it(team: TeamService) -> None:
    with pytest.raises(BadInputError, match="no right"):
        await team.set_shift(by(OWNER), CHATTER, DAYS)
    await team.give(by(OWNER), CHATTER, [REPLY, Capability.INSIGHTS], None)
    await team.set_shift(by(OWNER), CHATTER, DAYS)
    (member,) = await team.members(by(OWNER))
    assert [right.capability for right in member.rights] == [Capability.INSIGHTS, REPLY]
    assert member.week == (DAYS,)
    await team.lift_shifts(by(OWNER), CHATTER)
    (member,) = await team.members(by(OWNER))
    assert member.week == ()


async def test_all_of_it_is_written_down(team: TeamService, stores: Stores) -> None:
    await make_manager(team)
    await team.give(by(MANAGER), CHATTER, [REPLY], None)
    await team.set_shift(by(MANAGER), CHATTER, DAYS)
    await team.hand_over(by(OWNER), MANAGER, OTHER)
    await team.take(by(OWNER), OTHER, [REPLY])
    await team.set_default(by(OWNER), GuildId(8), None)
    for _ in range(2):
        await team.clear_default(by(MANAGER), GuildId(8), None)
    told = [(entry.actor, entry.action, entry.outcome) for entry in await stores.audit.of_owner(OWNER, NOW, 0, 7)]
    assert told == [
        (MANAGER, "no default", "server"),
        (OWNER, "default", "server"),
        (OWNER, "take reply", str(OTHER)),
        (OWNER, "hand over to", str(OTHER)),
        (OWNER, "hand over from", str(MANAGER)),
        (MANAGER, "set a shift of", str(CHATTER)),
        (MANAGER, "give reply", str(CHATTER)),
    ]
