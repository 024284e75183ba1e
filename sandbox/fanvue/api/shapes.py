"""The shapes that several chapters answer."""

from sandbox.fanvue.instants import stamp, stamp_or_none
from sandbox.fanvue.webhooks.payloads import avatar
from sandbox.fanvue.world import User
from sandbox.fanvue.world.records import Chat, Fan, Message

from .operation import Call
from .paging import Shown


def fan_user(call: Call, fan: Fan) -> Shown:
    return {**fan_brief(fan), "avatarUrl": avatar(call.origin, fan.user), "registeredAt": stamp(fan.user.registered_at)}


def fan_brief(fan: Fan) -> Shown:
    return {
        "uuid": fan.user.uuid,
        "handle": fan.user.handle,
        "displayName": fan.user.display_name,
        "nickname": fan.nickname,
        "isTopSpender": fan.is_top_spender,
    }


def plain_user(call: Call, user: User) -> Shown:
    """A FanUser for somebody who is nobody's fan."""
    return {
        "uuid": user.uuid,
        "handle": user.handle,
        "displayName": user.display_name,
        "nickname": None,
        "isTopSpender": False,
        "avatarUrl": avatar(call.origin, user),
        "registeredAt": stamp(user.registered_at),
    }


def list_member(fan: Fan) -> Shown:
    user = fan.user
    return {
        "uuid": user.uuid,
        "handle": user.handle,
        "displayName": user.display_name,
        "isCreator": user.is_creator,
    }


def chat_row(call: Call, chat: Chat, owner: User) -> Shown:
    last = chat.last_message
    row: Shown = {
        "createdAt": stamp(chat.created_at),
        "lastMessageAt": stamp_or_none(last.sent_at if last else None),
        "isRead": chat.is_read,
        "isMuted": chat.is_muted,
        "unreadMessagesCount": chat.unread,
        "user": fan_user(call, chat.fan),
        "lastMessage": last_message(call, chat, last, owner) if last else None,
    }
    if call.is_v1:
        row["online"] = chat.fan.is_online(call.now)
        row["lastSeenAt"] = stamp_or_none(chat.fan.last_seen_at)
        row["isCreator"] = chat.fan.user.is_creator
    return row


def last_message(call: Call, chat: Chat, message: Message, owner: User) -> Shown:
    row: Shown = {
        "uuid": message.uuid,
        "text": message.text,
        "type": message.type,
        "sentAt": stamp(message.sent_at),
        "hasMedia": bool(message.media_uuids),
        "mediaType": message.media_type,
        "senderUuid": chat.fan.user.uuid if message.is_from_fan else owner.uuid,
        "sentByUserId": message.sent_by,
    }
    if call.is_v1:
        row["senderRole"] = "FAN" if message.is_from_fan else "AGENCY" if message.sent_by else "CREATOR"
        row["hasGif"] = False
        row["status"] = "Read" if message.is_read else "Delivered"
    return row


def message_row(chat: Chat, message: Message, owner: User) -> Shown:
    people = (chat.fan.user, owner) if message.is_from_fan else (owner, chat.fan.user)
    sender, recipient = ({"uuid": user.uuid, "handle": user.handle} for user in people)
    return {
        "uuid": message.uuid,
        "text": message.text,
        "type": message.type,
        "sentAt": stamp(message.sent_at),
        "sender": sender,
        "recipient": recipient,
        "hasMedia": bool(message.media_uuids),
        "mediaType": message.media_type,
        "mediaUuids": list(message.media_uuids),
        "pricing": {"USD": {"price": message.price}} if message.price else None,
        "purchasedAt": stamp_or_none(message.purchased_at),
        "sentByUserId": message.sent_by,
        "isRead": message.is_read,
    }
