"""What rows of Fanvue's lists say happened, as the events webhooks would have been; pure.

Nothing in a row is trusted to be there: what cannot be told apart from other happenings is left out.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

from bot.domain import identity
from bot.domain.accounts import CreatorId
from bot.domain.catching_up import POLLED
from bot.domain.events import Event, EventKind, Fan
from bot.domain.money import Money
from bot.fanvue.chats import Chat, LastMessage, Message
from bot.fanvue.insights import Earning, Reversal
from bot.fanvue.notifications import FOLLOWER, PURCHASE, SUBSCRIBER, TIP, Notification
from bot.fanvue.payload import Payload
from bot.fanvue.shapes import FanUser

REVERSALS = frozenset({EventKind.REFUND, EventKind.DISPUTE})
SALE_NOTIFICATIONS = {PURCHASE: EventKind.PURCHASE, SUBSCRIBER: EventKind.SUBSCRIBER, TIP: EventKind.TIP}


def plain(moment: datetime) -> datetime:
    """The same moment in UTC."""
    return moment.astimezone(UTC)


def fan_of(user: FanUser | None) -> Fan | None:
    """The person of a row."""
    if user is None:
        return None
    return Payload({"uuid": user.uuid, "handle": user.handle, "displayName": user.display_name}).fan()


def of_last_message(creator: CreatorId, chat: Chat, last: LastMessage, at: datetime) -> Event | None:
    """The newest message of a chat, when a fan wrote it; ``at`` is when, where it does not say itself."""
    if _is(last.sender_uuid, creator):
        return None
    at = last.sent_at or at
    return _message(creator, fan_of(chat.user), last.uuid, last.type, last.text, at, bool(last.has_media))


def of_unread(creator: CreatorId, chat: Chat, message: Message, at: datetime | None = None) -> Event | None:
    """A message of a chat that the creator has not read, when a fan wrote it."""
    return None if message.is_read else of_message(creator, chat, message, at)


def of_message(creator: CreatorId, chat: Chat, message: Message, at: datetime | None = None) -> Event | None:
    """A message of a chat, when a fan wrote it; ``at`` as for the newest one."""
    return None if _is_ours(message, creator) else _of_message(creator, chat, message, at, EventKind.MESSAGE)


def of_sent(creator: CreatorId, chat: Chat, message: Message, at: datetime | None = None) -> Event | None:
    """A message of a chat, when somebody of the creator's side wrote it."""
    return _of_message(creator, chat, message, at, EventKind.MESSAGE_SENT) if _is_ours(message, creator) else None


def _is_ours(message: Message, creator: CreatorId) -> bool:
    """Whether the creator's side wrote it; where the sender is not told, whether a fan is to read it."""
    recipient = _id(message.recipient.uuid)
    return _is(message.sender.uuid, creator) if message.sender.uuid else bool(recipient) and recipient != creator


def _of_message(creator: CreatorId, chat: Chat, message: Message, at: datetime | None, kind: EventKind) -> Event | None:
    has_media = bool(message.has_media) or bool(message.media_uuids)
    at = message.sent_at or at
    return _message(creator, fan_of(chat.user), message.uuid, message.type, message.text, at, has_media, kind)


def of_earning(creator: CreatorId, row: Earning) -> Event | None:
    """A sale, or on the newer surface a refund or dispute."""
    kind, fan = _kind_of(row), fan_of(row.user)
    if kind is EventKind.OTHER:
        return None
    order, message, post = _id(row.transaction_order_id), _id(row.message_uuid), _id(row.post_uuid)
    at, amount, payment = plain(row.date), Money(abs(int(row.gross))), _id(row.reversed_transaction_order_id)
    if kind in REVERSALS:
        own = "" if order == payment else order
        names = identity.of_reversal(
            kind, creator, reversal=own, order=payment if own or fan is None else "", is_part=True
        )
    else:
        fan_id = fan.id if fan else ""
        names = identity.of_sale(kind, creator, order=order, fan=fan_id, message=message, post=post)
    if not names and fan is not None:
        names = _of_moment(kind, creator, fan, at, amount, message or post)
    found = _event(names, kind, creator, at, fan, amount=amount, message=message, post=post)
    charged = None if row.total is None else Money(abs(int(row.total)))
    by_link = identity.may_be_a_period(row.source)
    return found and replace(found, charged=charged, takes_back=payment, may_be_a_period=by_link)


def of_reversal(creator: CreatorId, row: Reversal) -> Event | None:
    """A refund or dispute of the list that gives them no id: told apart by fan, moment, amount and thing."""
    kind, fan, at = identity.kind_of_sale(row.source), fan_of(row.user), plain(row.date)
    if kind not in REVERSALS or fan is None:
        return None
    amount, message, post = Money(abs(int(row.gross))), _id(row.message_uuid), _id(row.post_uuid)
    names = _of_moment(kind, creator, fan, at, amount, message or post)
    return _event(names, kind, creator, at, fan, amount=amount, message=message, post=post)


def _kind_of(row: Earning) -> EventKind:
    """A row that takes back a sale may have the sale's source."""
    kind = identity.kind_of_sale(row.source)
    is_taken_back = row.gross < 0 and kind not in REVERSALS | {EventKind.OTHER}
    return EventKind.REFUND if is_taken_back else kind


def _of_moment(
    kind: EventKind, creator: CreatorId, fan: Fan, at: datetime, amount: Money, thing: str
) -> tuple[str, ...]:
    told = "/".join(filter(None, (at.isoformat(), str(amount.minor), thing)))
    return identity.of_moment(kind, creator, "list", fan.id, told)


def of_notification(creator: CreatorId, row: Notification, *, has_earnings: bool) -> Event | None:
    """A follower, a comment, a like; a sale only where the earnings do not tell it.

    The earnings leave out what cost nothing, so a subscription that is not known to have cost anything is told here.
    """
    data = Payload(row.data or {})
    kind = SALE_NOTIFICATIONS.get(row.event_type) or _social_kind(row.event_type, data)
    if kind is None:
        return None
    amount = data.money("price") if row.event_type in SALE_NOTIFICATIONS else None
    may_be_free = kind is EventKind.SUBSCRIBER and (amount is None or amount.minor == 0)
    if row.event_type in SALE_NOTIFICATIONS and has_earnings and not may_be_free:
        return None
    comment = data.id("commentUuid") if kind is EventKind.COMMENT else ""
    names = (
        *identity.of_notification(kind, creator, _id(row.uuid)),
        *(identity.of_reaction(kind, creator, comment) if comment else ()),
    )
    return _event(
        names,
        kind,
        creator,
        plain(row.created_at),
        _originator(row),
        text=(data.text("text") or None) if kind is EventKind.COMMENT else None,
        amount=amount,
        message=data.id("messageUuid"),
        post=data.id("postUuid"),
    )


def _social_kind(event_type: int, data: Payload) -> EventKind | None:
    """Likes and comments have no number that is known, so their data tells them; what tells nothing is left out."""
    if event_type == FOLLOWER:
        return EventKind.FOLLOWER
    if data.has("price"):
        return None
    if data.has("commentUuid", "comment"):
        return EventKind.COMMENT
    return EventKind.LIKE if data.has("postUuid", "likeUuid") else None


def _originator(row: Notification) -> Fan | None:
    person = row.originator
    if person is None:
        return None
    return Payload({"uuid": person.uuid, "handle": person.handle, "displayName": person.display_name}).fan()


def _message(
    creator: CreatorId,
    fan: Fan | None,
    uuid: str,
    message_type: str,
    text: str | None,
    sent_at: datetime | None,
    has_media: bool,
    kind: EventKind = EventKind.MESSAGE,
) -> Event | None:
    """A message somebody wrote; what Fanvue writes by itself, and what other lists tell better, is none."""
    if sent_at is None or identity.is_automatic(message_type):
        return None
    uuid = _id(uuid)
    names = identity.of_message(kind, creator, uuid)
    words = Payload({"text": text}).text("text") or None
    return _event(names, kind, creator, plain(sent_at), fan, text=words, message=uuid, has_media=has_media)


def _event(
    names: Iterable[str],
    kind: EventKind,
    creator: CreatorId,
    at: datetime,
    fan: Fan | None,
    *,
    text: str | None = None,
    amount: Money | None = None,
    message: str = "",
    post: str = "",
    has_media: bool = False,
) -> Event | None:
    """The event, or nothing when nothing identifies it."""
    identities = tuple(names)
    if not identities:
        return None
    return Event(
        key=identities[0],
        aliases=identities[1:],
        kind=kind,
        creator=creator,
        happened_at=at,
        fan=fan,
        text=text,
        has_media=has_media,
        amount=amount,
        message_uuid=message or None,
        post_uuid=post or None,
        reported_as=POLLED,
    )


def _id(value: str | None) -> str:
    return Payload({"id": value}).id("id")


def _is(uuid: str, creator: CreatorId) -> bool:
    return _id(uuid) == creator
