"""Believable chats: small talk, locked messages that were bought, tips, and some that still wait for an answer."""

from datetime import datetime, timedelta
from random import Random

from .records import Chat, Fan, MediaItem, Message, Sale, drawn_uuid
from .texts import CREATOR_LINES, FAN_LINES, LOCKED_LINES

CHAT_DAYS = 60
WAITING_EVERY = 5
SILENT_EVERY = 11


def hold_conversations(
    draw: Random, fans: list[Fan], sales: list[Sale], media: list[MediaItem], chatters: list[str], now: datetime
) -> dict[str, Chat]:
    """A chat for most fans, by the fan's uuid; message sales and tips of the last weeks are found in them."""
    chats = {}
    for index, fan in enumerate(fans):
        if index % SILENT_EVERY == 10:
            continue
        chat = Chat(fan, created_at=max(fan.joined_at, now - timedelta(days=CHAT_DAYS)))
        chat.messages = _small_talk(draw, chat, chatters, now)
        chats[fan.user.uuid] = chat
    _weave_in_sales(draw, chats, sales, media, now)
    for index, chat in enumerate(chats.values()):
        _finish(draw, chat, now, waits=index % WAITING_EVERY == 0)
        chat.is_muted = index == 7
        chat.is_archived = index == 12
    return chats


def _small_talk(draw: Random, chat: Chat, chatters: list[str], now: datetime) -> list[Message]:
    messages: list[Message] = []
    at = chat.created_at + timedelta(minutes=draw.randrange(1, 240))
    while at < now - timedelta(hours=1) and len(messages) < 40:
        messages.append(Message(drawn_uuid(draw), draw.choice(FAN_LINES), at, is_from_fan=True))
        at += timedelta(minutes=draw.randrange(2, 400))
        if at < now - timedelta(hours=1) and draw.random() < 0.8:
            sender = draw.choice(chatters) if chatters and draw.random() < 0.4 else None
            messages.append(
                Message(drawn_uuid(draw), draw.choice(CREATOR_LINES), at, is_from_fan=False, sent_by=sender)
            )
        at += timedelta(hours=draw.randrange(4, 140), seconds=draw.randrange(3600))
    return messages


def _weave_in_sales(
    draw: Random, chats: dict[str, Chat], sales: list[Sale], media: list[MediaItem], now: datetime
) -> None:
    ready = [item for item in media if item.status == "ready" and item.media_type in {"image", "video"}]
    for sale in sales:
        if sale.source == "message":
            sale.message_uuid = drawn_uuid(draw)
        chat = chats.get(sale.fan_uuid) if sale.fan_uuid else None
        if chat is None or sale.at < now - timedelta(days=CHAT_DAYS):
            continue
        if sale.source == "message":
            chat.messages.append(_locked_message(draw, sale, draw.choice(ready)))
        elif sale.source == "tip":
            chat.messages.append(_tip_message(draw, sale))


def _locked_message(draw: Random, sale: Sale, item: MediaItem) -> Message:
    return Message(
        str(sale.message_uuid),
        draw.choice(LOCKED_LINES),
        sale.at - timedelta(minutes=draw.randrange(1, 90)),
        is_from_fan=False,
        media_uuids=(item.uuid,),
        media_type=item.media_type,
        price=sale.gross,
        purchased_at=sale.at,
    )


def _tip_message(draw: Random, sale: Sale) -> Message:
    text = f"Tipped ${sale.gross / 100:.2f}"
    return Message(drawn_uuid(draw), text, sale.at, is_from_fan=True, type="TIP", tip=sale.gross)


def _finish(draw: Random, chat: Chat, now: datetime, *, waits: bool) -> None:
    """Sorts the chat, keeps times apart, and leaves the last fan messages of a waiting chat unread."""
    chat.messages.sort(key=lambda message: message.sent_at)
    if waits:
        for minutes in sorted((draw.randrange(2, 500) for _ in range(draw.randrange(1, 4))), reverse=True):
            at = chat.next_instant(now - timedelta(minutes=minutes))
            chat.messages.append(Message(drawn_uuid(draw), draw.choice(FAN_LINES), at, is_from_fan=True, is_read=False))
    for before, after in zip(chat.messages, chat.messages[1:], strict=False):
        if after.sent_at <= before.sent_at:
            after.sent_at = before.sent_at + timedelta(milliseconds=1)
