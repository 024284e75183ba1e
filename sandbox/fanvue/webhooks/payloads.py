"""The bodies of both webhook families."""

from datetime import datetime, timedelta

from sandbox.fanvue.instants import stamp, stamp_or_none
from sandbox.fanvue.world.records import Chat, Fan, Message, Reversal, Sale, Subscription, User

Payload = dict[str, object]


def avatar(origin: str, user: User) -> str | None:
    return f"{origin}/avatars/{user.uuid}.svg" if user.has_avatar else None


class FlatFamily:
    """The deprecated family: camelCase, no `type`, the creator is `recipientUuid`."""

    def __init__(self, origin: str) -> None:
        self._origin = origin

    def _sender(self, user: User) -> Payload:
        return {
            "uuid": user.uuid,
            "handle": user.handle,
            "displayName": user.display_name,
            "avatarUrl": avatar(self._origin, user),
        }

    def _event(self, creator: User, fan: Fan, at: datetime, **more: object) -> Payload:
        return {"recipientUuid": creator.uuid, "sender": self._sender(fan.user), "timestamp": stamp(at), **more}

    def message_received(self, creator: User, chat: Chat, message: Message) -> Payload:
        body = {
            "uuid": message.uuid,
            "text": message.text,
            "hasMedia": bool(message.media_uuids),
            "mediaUuids": list(message.media_uuids),
            "price": message.price,
            "createdAt": stamp(message.sent_at),
        }
        more = {"messageUuid": message.uuid, "isMuted": chat.is_muted, "message": body}
        return self._event(creator, chat.fan, message.sent_at, **more)

    def message_read(self, creator: User, fan: Fan, count: int, at: datetime) -> Payload:
        return {
            "counterpartUuid": fan.user.uuid,
            "readMessagesCount": count,
            "recipientUuid": creator.uuid,
            "timestamp": stamp(at),
        }

    def follow(self, creator: User, fan: Fan, at: datetime) -> Payload:
        return self._event(creator, fan, at)

    def subscription(self, creator: User, fan: Fan, sale: Sale) -> Payload:
        return self._event(creator, fan, sale.at, price=sale.gross)

    def purchase(self, creator: User, fan: Fan, sale: Sale) -> Payload:
        target = {"postUuid": sale.post_uuid} if sale.post_uuid else {"routeUuid": sale.message_uuid}
        return self._event(creator, fan, sale.at, price=sale.gross, **target)

    def tip(self, creator: User, fan: Fan, sale: Sale) -> Payload:
        target = {"postUuid": sale.post_uuid} if sale.post_uuid else {"messageUuid": sale.message_uuid}
        context = "post" if sale.post_uuid else "message"
        more = {"context": context, "price": sale.gross, "senderUuid": fan.user.uuid, **target}
        return self._event(creator, fan, sale.at, **more)


class CreatorFamily:
    """The current family: `data` in snake_case; optional keys are left out, not null."""

    def __init__(self, origin: str) -> None:
        self._origin = origin

    def _person(self, user: User) -> Payload:
        person: Payload = {"uuid": user.uuid, "handle": user.handle, "display_name": user.display_name}
        if user.has_avatar:
            person["avatar_url"] = avatar(self._origin, user)
        return person

    def message(self, creator: User, chat: Chat, message: Message, deleted_at: datetime | None = None) -> Payload:
        data: Payload = {
            "object": "message",
            "uuid": message.uuid,
            "sender": "fan" if message.is_from_fan else "creator",
            "created_at": stamp(message.sent_at),
            "unread_messages_count": chat.unread,
            "is_muted": chat.is_muted,
            "is_automated": message.type.startswith("AUTOMATED_"),
            "creator": {"uuid": creator.uuid},
            "fan": self._person(chat.fan.user),
        }
        if deleted_at is not None:
            data["deleted_at"] = stamp(deleted_at)
        elif message.text is not None:
            data["text"] = message.text
        return data

    def message_read(self, creator: User, chat: Chat) -> Payload:
        return {
            "unread_messages_count": chat.unread,
            "fan": self._person(chat.fan.user),
            "creator": {"uuid": creator.uuid},
        }

    def follow(self, creator: User, fan: Fan, at: datetime) -> Payload:
        return {"follower": self._person(fan.user), "created_at": stamp(at), "creator": {"uuid": creator.uuid}}

    def subscription(self, creator: User, fan: Fan, subscription: Subscription, now: datetime) -> Payload:
        return {
            "id": f"sub_{fan.user.uuid[:8]}",
            "status": "active" if subscription.is_active(now) else "expired",
            "cancel_at_period_end": not subscription.renews,
            "current_period_start": stamp(subscription.period_start),
            "created_at": stamp(subscription.first_at),
            "expires_at": stamp_or_none(subscription.period_end),
            "purchaser": self._person(fan.user),
            "creator": {"uuid": creator.uuid},
        }

    def payment(self, creator: User, fan: Fan, sale: Sale) -> Payload:
        data: Payload = {
            "id": sale.order_id,
            "source": sale.source,
            "gross": sale.gross,
            "net": sale.net,
            "currency": "USD",
            "paid_at": stamp(sale.at),
            "created_at": stamp(sale.at - timedelta(seconds=2)),
            "purchaser": self._person(fan.user),
            "creator": {"uuid": creator.uuid},
        }
        for name, value in (("post_uuid", sale.post_uuid), ("message_uuid", sale.message_uuid)):
            if value is not None:
                data[name] = value
        return data

    def reversal(self, creator: User, fan: Fan, reversal: Reversal) -> Payload:
        return {
            "id": reversal.order_id,
            "payment_id": reversal.sale.order_id,
            "amount": -reversal.gross,
            "currency": "USD",
            "created_at": stamp(reversal.at),
            "purchaser": self._person(fan.user),
            "creator": {"uuid": creator.uuid},
        }
