"""Who may do what: asked anew for each act, of storage alone."""

import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.alerts.permits import Permits
from bot.domain.access import GIVEABLE, Actor, Capability, Right
from bot.domain.accounts import (
    ChannelId,
    Connection,
    ConnectionId,
    ConnectionStatus,
    CreatorId,
    DiscordUserId,
    FanvueAccount,
    GuildId,
)
from bot.domain.errors import (
    BadInputError,
    NotAllowedError,
    NotConnectedError,
    OffShiftError,
    PickCreatorError,
    UnknownCreatorError,
)
from bot.domain.shifts import Shift
from bot.services.access import AccessService
from bot.storage import Stores
from bot.storage.database import Database

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
LUNA, MIKA, NOBODY = CreatorId("luna-id"), CreatorId("mika-id"), CreatorId("nobody-id")
OWNER, OTHER_OWNER, CHATTER, OUTSIDER = (DiscordUserId(number) for number in (1, 2, 3, 4))


class MovingClock:
    def __init__(self) -> None:
        self.at = NOW

    def now(self) -> datetime:
        return self.at


class Members:
    """Everybody is everywhere, but for those who left."""

    def __init__(self) -> None:
        self.left: set[tuple[GuildId, DiscordUserId]] = set()

    async def is_member(self, guild: GuildId, person: DiscordUserId) -> bool:
        return (guild, person) not in self.left


class Unmanaged:
    """Fanvue names no managed creators."""

    async def keep_fresh(self, account: Connection) -> None:
        """Nothing to ask."""


def actor(user: DiscordUserId) -> Actor:
    return Actor(user, "somebody", GuildId(8), ChannelId(9))


def connection(owner: DiscordUserId, creator: CreatorId, handle: str) -> Connection:
    return Connection(
        id=ConnectionId(f"connection-{creator}-{owner}"),
        owner=owner,
        account=FanvueAccount(creator, handle, handle.title(), is_creator=True),
        features=frozenset(),
        scopes=frozenset(),
        status=ConnectionStatus.ACTIVE,
        connected_at=NOW,
        access_expires_at=NOW,
        refreshed_at=NOW,
    )


@pytest.fixture
async def stores(tmp_path: Path, empty_database: Path) -> AsyncIterator[Stores]:
    path = tmp_path / "data" / "fanvue.db"
    path.parent.mkdir()
    shutil.copy(empty_database, path)
    async with Database.open(f"sqlite:///{path}") as database:
        stores = Stores(database)
        await stores.connections.replace(connection(OWNER, LUNA, "LunaVale"), "sealed")
        await stores.connections.replace(connection(OTHER_OWNER, MIKA, "mikasol"), "sealed")
        yield stores


@pytest.fixture
def clock() -> MovingClock:
    return MovingClock()


@pytest.fixture
def members() -> Members:
    return Members()


@pytest.fixture
def access(stores: Stores, clock: MovingClock, members: Members) -> AccessService:
    return AccessService(
        creators=stores.creators,
        rights=stores.rights,
        shifts=stores.shifts,
        defaults=stores.default_creators,
        memberships=members,
        managed=Unmanaged(),
        audit=stores.audit,
        clock=clock,
    )


async def give(
    stores: Stores, capability: Capability, creator: CreatorId = LUNA, until: datetime | None = None
) -> None:
    owner = OWNER if creator == LUNA else OTHER_OWNER
    await stores.rights.give(Right(creator, CHATTER, capability, owner, NOW, until))


@pytest.mark.parametrize("capability", Capability)
async def test_the_owner_may_do_everything_with_their_own_creator_alone(
    access: AccessService, capability: Capability
) -> None:
    grant = await access.require(actor(OWNER), LUNA, capability)
    assert (grant.creator, grant.capability, grant.is_owner) == (LUNA, capability, True)
    with pytest.raises(NotAllowedError):
        await access.require(actor(OWNER), MIKA, capability)


@pytest.mark.parametrize("capability", Capability)
async def test_without_a_right_nothing_is_allowed_and_the_refusal_is_on_record(
    access: AccessService, stores: Stores, capability: Capability
) -> None:
    with pytest.raises(NotAllowedError):
        await access.require(actor(OUTSIDER), LUNA, capability)
    (row,) = (await stores.export(OUTSIDER))["audit"]
    assert (row["action"], row["outcome"], row["guild"], row["channel"]) == (capability.value, "refused", 8, 9)


@pytest.mark.parametrize("held", GIVEABLE)
@pytest.mark.parametrize("asked", Capability)
async def test_a_right_is_worth_itself_and_nothing_more(
    access: AccessService, stores: Stores, held: Capability, asked: Capability
) -> None:
    await give(stores, held)
    if asked is held:
        grant = await access.require(actor(CHATTER), LUNA, asked)
        assert not grant.is_owner
    else:
        with pytest.raises(NotAllowedError):
            await access.require(actor(CHATTER), LUNA, asked)
    with pytest.raises(NotAllowedError):
        await access.require(actor(CHATTER), MIKA, asked)


async def test_owning_is_never_given_whatever_is_stored(access: AccessService, stores: Stores) -> None:
    await give(stores, Capability.OWN)
    with pytest.raises(NotAllowedError):
        await access.require(actor(CHATTER), LUNA, Capability.OWN)
    with pytest.raises(NotConnectedError):
        await access.choose(actor(CHATTER), None, Capability.OWN)


async def test_a_right_runs_out_to_the_second(access: AccessService, stores: Stores, clock: MovingClock) -> None:
    await give(stores, Capability.REPLY, until=NOW + timedelta(minutes=5))
    clock.at = NOW + timedelta(minutes=5, seconds=-1)
    assert await access.require(actor(CHATTER), LUNA, Capability.REPLY)
    clock.at = NOW + timedelta(minutes=5)
    with pytest.raises(NotAllowedError):
        await access.require(actor(CHATTER), LUNA, Capability.REPLY)
    assert await access.creators_for(actor(CHATTER), Capability.REPLY) == []


async def test_a_right_taken_back_ends_at_the_next_act(access: AccessService, stores: Stores) -> None:
    await give(stores, Capability.REPLY)
    assert await access.require(actor(CHATTER), LUNA, Capability.REPLY)
    await stores.rights.take(LUNA, CHATTER, Capability.REPLY, NOW)
    with pytest.raises(NotAllowedError):
        await access.require(actor(CHATTER), LUNA, Capability.REPLY)


async def test_rights_end_with_the_connection_and_do_not_come_back_with_the_next(
    access: AccessService, stores: Stores
) -> None:
    await give(stores, Capability.REPLY)
    await stores.connections.replace(connection(OUTSIDER, LUNA, "LunaVale"), "sealed")
    for person in (CHATTER, OWNER):
        with pytest.raises(NotAllowedError):
            await access.require(actor(person), LUNA, Capability.REPLY)
    await stores.connections.replace(connection(OWNER, LUNA, "LunaVale"), "sealed")
    with pytest.raises(NotAllowedError):
        await access.require(actor(CHATTER), LUNA, Capability.REPLY)


@pytest.mark.parametrize("creator", [NOBODY, CreatorId(""), CreatorId("'; DROP TABLE rights; --"), CreatorId("\x00")])
async def test_a_creator_nobody_connected_is_unknown(access: AccessService, creator: CreatorId) -> None:
    with pytest.raises(UnknownCreatorError):
        await access.require(actor(OWNER), creator, Capability.OWN)


@pytest.mark.parametrize("named", [LUNA, "lunavale", "@LunaVale", "LUNAVALE"])
async def test_a_creator_is_chosen_by_id_or_handle(access: AccessService, named: str) -> None:
    assert (await access.choose(actor(OWNER), named, Capability.POST)).creator == LUNA


@pytest.mark.parametrize("named", [MIKA, "mikasol", "@mikasol", "nobody", "\u202e", "@"])
async def test_a_creator_that_is_none_of_ones_business_cannot_be_told_from_an_unknown_one(
    access: AccessService, stores: Stores, named: str
) -> None:
    with pytest.raises(UnknownCreatorError):
        await access.choose(actor(OWNER), named, Capability.INSIGHTS)
    assert (await stores.export(OWNER))["audit"] == []


@pytest.mark.parametrize("named", [None, ""])
async def test_without_a_name_the_only_choice_is_taken(access: AccessService, stores: Stores, named: Any) -> None:
    with pytest.raises(NotConnectedError):
        await access.choose(actor(CHATTER), named, Capability.REPLY)
    await give(stores, Capability.REPLY)
    assert (await access.choose(actor(CHATTER), named, Capability.REPLY)).creator == LUNA


async def test_among_several_one_has_to_choose(access: AccessService, stores: Stores) -> None:
    await give(stores, Capability.REPLY)
    await give(stores, Capability.REPLY, MIKA)
    with pytest.raises(PickCreatorError):
        await access.choose(actor(CHATTER), None, Capability.REPLY)
    assert (await access.choose(actor(CHATTER), "mikasol", Capability.REPLY)).creator == MIKA
    assert {one.account.id for one in await access.creators_for(actor(CHATTER), Capability.REPLY)} == {LUNA, MIKA}


async def test_ones_own_creator_comes_before_those_of_others(access: AccessService, stores: Stores) -> None:
    await stores.rights.give(Right(MIKA, OWNER, Capability.INSIGHTS, OTHER_OWNER, NOW))
    choices = await access.creators_for(actor(OWNER), Capability.INSIGHTS)
    assert [one.account.id for one in choices] == [LUNA, MIKA]
    assert (await access.choose(actor(OWNER), None, Capability.INSIGHTS)).creator == LUNA


AGENCY, ROSE = CreatorId("agency-id"), CreatorId("rose-id")
AGENT = DiscordUserId(7)
NIGHTS = Shift(frozenset(range(7)), time(22), time(6), ZoneInfo("Europe/Berlin"))


async def connect_agency(stores: Stores, *managed: CreatorId) -> Connection:
    agency = connection(AGENT, AGENCY, "northstar")
    agency = replace(agency, account=replace(agency.account, is_creator=False))
    await stores.connections.replace(agency, "sealed")
    accounts = [FanvueAccount(one, one.removesuffix("-id"), "", is_creator=True) for one in managed]
    await stores.creators.replace_managed(agency, accounts, NOW)
    return agency


async def test_an_agency_acts_for_the_creators_it_manages_and_not_as_itself(
    access: AccessService, stores: Stores
) -> None:
    agency = await connect_agency(stores, ROSE)
    grant = await access.choose(actor(AGENT), None, Capability.POST)
    assert (grant.creator, grant.handle, grant.managed, grant.is_owner) == (ROSE, "rose", ROSE, True)
    assert grant.connection == agency
    own = await access.choose(actor(AGENT), None, Capability.OWN)
    assert (own.creator, own.managed) == (AGENCY, None)


async def test_an_agency_without_creators_is_told_so(access: AccessService, stores: Stores) -> None:
    await connect_agency(stores)
    with pytest.raises(BadInputError, match="manages no creator"):
        await access.choose(actor(AGENT), None, Capability.POST)


async def test_a_right_on_a_managed_creator_is_worth_that_creator_alone(access: AccessService, stores: Stores) -> None:
    await connect_agency(stores, ROSE, CreatorId("ivy-id"))
    await stores.rights.give(Right(ROSE, CHATTER, Capability.REPLY, AGENT, NOW))
    grant = await access.choose(actor(CHATTER), None, Capability.REPLY)
    assert (grant.creator, grant.managed, grant.is_owner) == (ROSE, ROSE, False)
    for other in ("ivy-id", AGENCY):
        with pytest.raises(NotAllowedError):
            await access.require(actor(CHATTER), CreatorId(other), Capability.REPLY)
        with pytest.raises(UnknownCreatorError):
            await access.choose(actor(CHATTER), other, Capability.REPLY)


async def test_a_default_is_taken_when_the_actor_may_and_gives_nobody_a_right(
    access: AccessService, stores: Stores
) -> None:
    await connect_agency(stores, ROSE, CreatorId("ivy-id"))
    await stores.default_creators.set(GuildId(8), None, ROSE)
    assert (await access.choose(actor(AGENT), None, Capability.POST)).creator == ROSE
    await stores.default_creators.set(GuildId(8), ChannelId(9), CreatorId("ivy-id"))
    assert (await access.choose(actor(AGENT), None, Capability.POST)).creator == "ivy-id"
    elsewhere = replace(actor(AGENT), channel=ChannelId(10))
    assert (await access.choose(elsewhere, None, Capability.POST)).creator == ROSE
    with pytest.raises(PickCreatorError):
        await access.choose(replace(elsewhere, guild=None), None, Capability.POST)
    with pytest.raises(NotConnectedError):
        await access.choose(actor(CHATTER), None, Capability.POST)
    assert (await access.choose(actor(OWNER), None, Capability.POST)).creator == LUNA


async def test_off_shift_a_right_is_refused_with_the_next_beginning_and_on_shift_it_holds(
    access: AccessService, stores: Stores, clock: MovingClock
) -> None:
    await give(stores, Capability.REPLY)
    await stores.shifts.set(LUNA, CHATTER, [NIGHTS], NOW)
    for ask in (
        access.require(actor(CHATTER), LUNA, Capability.REPLY),
        access.choose(actor(CHATTER), None, Capability.REPLY),
        access.choose(actor(CHATTER), "lunavale", Capability.REPLY),
    ):
        with pytest.raises(OffShiftError) as refused:
            await ask
        assert refused.value.begins_at == datetime(2026, 7, 1, 20, tzinfo=UTC)
    assert {row["outcome"] for row in (await stores.export(CHATTER))["audit"]} == {"off shift"}
    assert await access.creators_for(actor(CHATTER), Capability.REPLY) == []
    clock.at = datetime(2026, 7, 1, 20, tzinfo=UTC)
    assert await access.require(actor(CHATTER), LUNA, Capability.REPLY)


async def test_of_several_creators_the_one_on_whose_shift_somebody_is_needs_no_naming(
    access: AccessService, stores: Stores
) -> None:
    await give(stores, Capability.REPLY)
    await give(stores, Capability.REPLY, MIKA)
    await stores.shifts.set(LUNA, CHATTER, [NIGHTS], NOW)
    assert (await access.choose(actor(CHATTER), None, Capability.REPLY)).creator == MIKA


async def test_whoever_left_the_server_of_a_right_has_it_no_more_and_has_it_again_when_back(
    access: AccessService, stores: Stores, members: Members
) -> None:
    await stores.rights.give(Right(LUNA, CHATTER, Capability.REPLY, OWNER, NOW, guild=GuildId(8)))
    by_dm = replace(actor(CHATTER), guild=None)
    assert await access.require(by_dm, LUNA, Capability.REPLY)
    members.left.add((GuildId(8), CHATTER))
    for somewhere in (by_dm, replace(by_dm, guild=GuildId(99))):
        with pytest.raises(NotAllowedError):
            await access.require(somewhere, LUNA, Capability.REPLY)
    assert not await access.may(CHATTER, LUNA, Capability.REPLY)
    assert await access.require(actor(CHATTER), LUNA, Capability.REPLY), "acting there proves being there"
    members.left.clear()
    assert await access.require(by_dm, LUNA, Capability.REPLY)


async def test_the_owner_is_asked_for_no_membership_and_no_shift(
    access: AccessService, stores: Stores, members: Members
) -> None:
    members.left.add((GuildId(8), OWNER))
    await stores.shifts.set(LUNA, OWNER, [NIGHTS], NOW)
    assert await access.require(replace(actor(OWNER), guild=None), LUNA, Capability.REPLY)
    assert await access.may(OWNER, LUNA, Capability.REPLY)


async def test_cards_stop_for_whoever_left_and_pause_for_whoever_is_off_shift(
    stores: Stores, members: Members, clock: MovingClock
) -> None:
    permits = Permits(stores.rights, stores.shifts, members, clock)
    assert not await permits.may_set(CHATTER, LUNA)
    await stores.rights.give(Right(LUNA, CHATTER, Capability.ALERTS, OWNER, NOW, guild=GuildId(8)))
    assert await permits.may_set(CHATTER, LUNA)
    assert await permits.off_shift_until(CHATTER, LUNA) is None
    await stores.shifts.set(LUNA, CHATTER, [NIGHTS], NOW)
    assert await permits.may_set(CHATTER, LUNA)
    assert await permits.off_shift_until(CHATTER, LUNA) == datetime(2026, 7, 1, 20, tzinfo=UTC)
    clock.at = datetime(2026, 7, 1, 20, tzinfo=UTC)
    assert await permits.off_shift_until(CHATTER, LUNA) is None
    members.left.add((GuildId(8), CHATTER))
    assert not await permits.may_set(CHATTER, LUNA)


EITHER = (Capability.MANAGE, Capability.REPLY)


@pytest.mark.parametrize(
    ("held", "granted"),
    [
        ([Capability.REPLY], Capability.REPLY),
        ([Capability.MANAGE], Capability.MANAGE),
        ([Capability.REPLY, Capability.MANAGE], Capability.MANAGE),
    ],
)
async def test_of_several_rights_the_first_that_is_held_is_granted_and_nothing_is_on_record(
    access: AccessService, stores: Stores, held: list[Capability], granted: Capability
) -> None:
    for capability in held:
        await give(stores, capability)
    assert (await access.choose(actor(CHATTER), None, *EITHER)).capability is granted
    assert [one.id for one in await access.creators_for(actor(CHATTER), *EITHER)] == [LUNA]
    assert await stores.audit.of_owner(OWNER, NOW, 0, 10) == []


async def test_creators_somebody_may_use_by_different_rights_are_all_to_choose_from(
    access: AccessService, stores: Stores
) -> None:
    await give(stores, Capability.REPLY, LUNA)
    await give(stores, Capability.MANAGE, MIKA)
    with pytest.raises(PickCreatorError) as raised:
        await access.choose(actor(CHATTER), None, *EITHER)
    assert {one.id for one in raised.value.choices} == {LUNA, MIKA}
    assert (await access.choose(actor(CHATTER), "lunavale", *EITHER)).capability is Capability.REPLY
    assert (await access.choose(actor(CHATTER), "mikasol", *EITHER)).capability is Capability.MANAGE


async def test_with_none_of_several_rights_the_last_is_named_as_missing(access: AccessService, stores: Stores) -> None:
    await give(stores, Capability.INSIGHTS)
    with pytest.raises(NotAllowedError) as raised:
        await access.choose(actor(CHATTER), None, *EITHER)
    assert raised.value.capability is Capability.REPLY
