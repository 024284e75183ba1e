"""Who may do what: asked anew for each act, of storage alone."""

import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.domain.access import Actor, Capability, Right
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
from bot.domain.errors import BadInputError, NotAllowedError, NotConnectedError, UnknownCreatorError
from bot.services.access import AccessService
from bot.storage import Stores
from bot.storage.database import Database

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
LUNA, MIKA, NOBODY = CreatorId("luna-id"), CreatorId("mika-id"), CreatorId("nobody-id")
OWNER, OTHER_OWNER, CHATTER, OUTSIDER = (DiscordUserId(number) for number in (1, 2, 3, 4))
EXCEPT_MANAGE = [capability for capability in Capability if capability is not Capability.MANAGE]


class MovingClock:
    def __init__(self) -> None:
        self.at = NOW

    def now(self) -> datetime:
        return self.at


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
def access(stores: Stores, clock: MovingClock) -> AccessService:
    return AccessService(stores.connections, stores.rights, stores.audit, clock)


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


@pytest.mark.parametrize("held", EXCEPT_MANAGE)
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


async def test_managing_is_the_owners_alone_whatever_is_stored(access: AccessService, stores: Stores) -> None:
    await give(stores, Capability.MANAGE)
    with pytest.raises(NotAllowedError):
        await access.require(actor(CHATTER), LUNA, Capability.MANAGE)
    with pytest.raises(NotConnectedError):
        await access.choose(actor(CHATTER), None, Capability.MANAGE)


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
    await stores.rights.take(LUNA, CHATTER, Capability.REPLY)
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
        await access.require(actor(OWNER), creator, Capability.MANAGE)


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
    with pytest.raises(BadInputError):
        await access.choose(actor(CHATTER), None, Capability.REPLY)
    assert (await access.choose(actor(CHATTER), "mikasol", Capability.REPLY)).creator == MIKA
    assert {one.account.id for one in await access.creators_for(actor(CHATTER), Capability.REPLY)} == {LUNA, MIKA}


async def test_ones_own_creator_comes_before_those_of_others(access: AccessService, stores: Stores) -> None:
    await stores.rights.give(Right(MIKA, OWNER, Capability.INSIGHTS, OTHER_OWNER, NOW))
    choices = await access.creators_for(actor(OWNER), Capability.INSIGHTS)
    assert [one.account.id for one in choices] == [LUNA, MIKA]
    assert (await access.choose(actor(OWNER), None, Capability.INSIGHTS)).creator == LUNA
