"""People, accounts and happenings for the storage tests."""

from datetime import UTC, datetime, timedelta
from typing import Any

from bot.domain.accounts import (
    ChannelId,
    Connection,
    ConnectionId,
    ConnectionStatus,
    CreatorId,
    DiscordUserId,
    FanId,
    FanvueAccount,
    GuildId,
    MessageId,
)
from bot.domain.alerts import Place, PlaceKind, Route
from bot.domain.briefs import Rhythm, Subscription
from bot.domain.events import EventKind
from bot.domain.posting import DraftKind, DraftStatus
from bot.domain.rules import Mute, MuteScope, MuteSubject
from bot.domain.scopes import Feature, Scope
from bot.storage import Stores
from bot.storage.cards import NewCard
from bot.storage.deliveries.outbox import Delivery, Outcome
from bot.storage.drafts import StoredDraft
from bot.storage.events import NewEvent, StoredEvent
from bot.storage.links import LinkAttempt, PendingConnection
from bot.storage.replies import NewReply

NOW = datetime(2026, 7, 1, 12, 0, 0, 123456, tzinfo=UTC)
SOON = NOW + timedelta(minutes=10)
LATER = NOW + timedelta(hours=1)

ANNA, BORIS, CHATTER = DiscordUserId(2**60 + 1), DiscordUserId(2**60 + 2), DiscordUserId(2**60 + 3)
LUNA, MIRA = CreatorId("11111111-aaaa"), CreatorId("22222222-bbbb")
FAN = FanId("99999999-ffff")
TEAM_CHANNEL = Place(PlaceKind.CHANNEL, 7001, GuildId(8001))
OTHER_CHANNEL = Place(PlaceKind.CHANNEL, 7002, GuildId(8001))


def dm_of(person: DiscordUserId) -> Place:
    return Place(PlaceKind.DM, person)


def account(creator: CreatorId) -> FanvueAccount:
    return FanvueAccount(creator, f"handle-{creator[:2]}", "Displayed Name", is_creator=True)


def a_subscription(
    person: DiscordUserId = ANNA, creator: CreatorId = LUNA, rhythm: Rhythm = Rhythm.MORNING, due_at: datetime = NOW
) -> Subscription:
    return Subscription(person, creator, rhythm, 8 * 60, "Europe/Berlin", due_at)


def a_draft(draft_id: str, creator: CreatorId = LUNA, author: DiscordUserId = ANNA) -> StoredDraft:
    return StoredDraft(
        id=draft_id,
        creator=creator,
        author=author,
        kind=DraftKind.POST,
        status=DraftStatus.DRAFT,
        version=1,
        sealed_content="sealed-words",
        created_at=NOW,
        started_at=None,
        known=None,
    )


def a_connection(owner: DiscordUserId = ANNA, creator: CreatorId = LUNA, **changes: Any) -> Connection:
    values: dict[str, Any] = {
        "id": ConnectionId(f"c-{owner}-{creator}"),
        "owner": owner,
        "account": account(creator),
        "features": frozenset({Feature.ALERTS, Feature.REPLIES}),
        "scopes": frozenset({Scope.READ_SELF, Scope.READ_CHAT}),
        "status": ConnectionStatus.ACTIVE,
        "connected_at": NOW,
        "access_expires_at": LATER,
        "refreshed_at": NOW,
    }
    return Connection(**(values | changes))


def an_attempt(name: str = "a", owner: DiscordUserId = ANNA, **changes: Any) -> LinkAttempt:
    values: dict[str, Any] = {
        "id": f"attempt-{name}",
        "ticket_hash": f"ticket-{name}",
        "owner": owner,
        "owner_name": "Anna Example",
        "owner_avatar": None,
        "features": frozenset({Feature.INSIGHTS}),
        "scopes": frozenset({Scope.READ_SELF, Scope.READ_INSIGHTS}),
        "created_at": NOW,
        "expires_at": SOON,
    }
    return LinkAttempt(**(values | changes))


def a_pending(attempt: LinkAttempt, name: str = "p", **changes: Any) -> PendingConnection:
    values: dict[str, Any] = {
        "id": f"pending-{name}",
        "attempt_id": attempt.id,
        "owner": attempt.owner,
        "account": account(LUNA),
        "features": attempt.features,
        "scopes": attempt.scopes,
        "sealed_tokens": "sealed-pending",
        "access_expires_at": LATER,
        "kind": "new",
        "created_at": NOW,
        "expires_at": SOON,
    }
    return PendingConnection(**(values | changes))


def an_event(key: str = "k1", creator: CreatorId = LUNA, **changes: Any) -> NewEvent:
    values: dict[str, Any] = {
        "key": key,
        "kind": EventKind.MESSAGE.value,
        "creator": creator,
        "sealed_body": f"sealed-{key}",
        "topic": "message.received",
        "received_at": NOW,
    }
    return NewEvent(**(values | changes))


def a_route(
    place: Place = TEAM_CHANNEL,
    creator: CreatorId = LUNA,
    kind: EventKind = EventKind.MESSAGE,
    set_by: DiscordUserId = ANNA,
    *,
    shows_amounts: bool = False,
) -> Route:
    return Route(creator, kind, place, set_by, shows_amounts)


def a_mute(
    person: DiscordUserId = ANNA, creator: CreatorId = LUNA, scope: MuteScope = MuteScope.ALL, **changes: Any
) -> Mute:
    values: dict[str, Any] = {
        "id": f"mute-{person}-{creator}-{scope}",
        "creator": creator,
        "scope": scope,
        "person": person,
        "subject": MuteSubject.FAN,
        "value": FAN,
        "until": LATER,
        "created_at": NOW,
    }
    return Mute(**(values | changes))


def a_card(delivery: Delivery, message: int, creator: CreatorId = LUNA) -> NewCard:
    return NewCard(MessageId(message), ChannelId(message + 1), delivery.id, creator, FAN, "fanvue-message")


def a_reply(name: str = "r", author: DiscordUserId = CHATTER, creator: CreatorId = LUNA) -> NewReply:
    return NewReply(f"reply-{name}", f"message:{name}", MessageId(5), creator, FAN, author, NOW)


async def routed(stores: Stores, key: str, *places: Place, creator: CreatorId = LUNA) -> StoredEvent:
    """An event that waits in the outbox for these places."""
    await stores.events.add_many([an_event(key, creator)])
    stored = next(event for event in await stores.events.unrouted(1000) if event.key == key)
    await stores.events.route_many([(stored.id, [a_route(place, creator) for place in places])], NOW)
    return stored


async def leased(stores: Stores, at: datetime = NOW, holder: str = "h1", limit: int = 20) -> list[Delivery]:
    """What is due, leased: a message a place."""
    parcels = await stores.outbox.lease(holder, at, 60, limit)
    return [due.delivery for parcel in parcels for due in parcel.contents]


async def note_sent(stores: Stores, card: NewCard, at: datetime = NOW, holder: str = "h1") -> None:
    """A leased delivery that became this card."""
    await stores.outbox.settle([Outcome(card.delivery, card=card)], holder, at)
