"""What a fan does, and what follows from it: rows in the books, messages in the chat, signed webhooks."""

from random import Random
from typing import Literal

from .instants import Clock
from .webhooks.announcements import Announcements, Family
from .world import Desk, World
from .world.audience import PERIOD
from .world.desk import COMMENTED, EVENT_TYPES, FOLLOWED, LIKED
from .world.records import (
    Chat,
    Comment,
    Fan,
    MediaItem,
    Message,
    Notification,
    Post,
    Reversal,
    ReversalKind,
    Sale,
    Subscription,
    fresh_uuid,
)
from .world.sales import share

SubscriptionAct = Literal["subscribe", "renew", "cancel", "resume", "expire"]


class FanPlay:
    """People are named by handle; an unknown one raises LookupError, an act that makes no sense ValueError."""

    def __init__(self, world: World, announce: Announcements, clock: Clock) -> None:
        self._world = world
        self._announce = announce
        self._clock = clock

    def write(
        self,
        creator: str,
        fan: str,
        text: str | None = None,
        *,
        media: int = 0,
        price: int | None = None,
        family: Family = "creator",
    ) -> str:
        """A message with so many pictures; answers its uuid."""
        if not text and not media:
            raise ValueError("A message needs text or media.")
        desk, person = self._world.fan(creator, fan)
        message = self._say(
            desk,
            person,
            text or None,
            media_uuids=tuple(self._attach(desk) for _ in range(media)),
            price=price,
        )
        self._announce.message_received(desk, desk.chats[person.user.uuid], message, family)
        return message.uuid

    def answer(self, creator: str, fan: str, text: str, *, type: str = "SINGLE_RECIPIENT") -> str:  # noqa: A002
        """What the creator writes to this fan at Fanvue itself; answers the message's uuid."""
        if not text:
            raise ValueError("A message needs text.")
        desk, person = self._world.fan(creator, fan)
        now = self._clock()
        chat = desk.chats.setdefault(person.user.uuid, Chat(person, now))
        message = Message(fresh_uuid(), text, chat.next_instant(now), is_from_fan=False, type=type, is_read=False)
        for earlier in chat.messages:
            earlier.is_read = True
        chat.messages.append(message)
        self._announce.message_sent(desk, chat, message)
        return message.uuid

    def tip(
        self, creator: str, fan: str, amount: int = 500, *, post: str | None = None, family: Family = "creator"
    ) -> str:
        """A tip in the chat, or on a post; answers the transaction id."""
        if amount < 1:
            raise ValueError("A tip needs an amount.")
        desk, person = self._world.fan(creator, fan)
        tipped = self._post(desk, post) if post else None
        message = None
        if tipped is None:
            message = self._say(desk, person, f"Tipped ${amount / 100:.2f}", tip=amount)
        sale = self._sell(desk, person, "tip", amount, post_uuid=post, message_uuid=message.uuid if message else None)
        if tipped is not None:
            tipped.tips.append(sale)
        self._announce.paid(desk, person, sale, family)
        return sale.order_id

    def subscribe(
        self,
        creator: str,
        fan: str,
        *,
        action: SubscriptionAct = "subscribe",
        price: int | None = None,
        family: Family = "creator",
    ) -> str | None:
        """Subscribes, renews, cancels, resumes or lets it run out; answers the transaction id where money moved."""
        desk, person = self._world.fan(creator, fan)
        if action in {"subscribe", "renew"}:
            return self._pay_period(desk, person, action, price or desk.price, family)
        if person.subscription is None or not person.subscription.is_active(self._clock()):
            raise ValueError("There is no subscription to change.")
        if action == "expire":
            person.subscription.ended_at = self._clock()
            desk.subscriber_events.append((self._clock(), -1))
        else:
            person.subscription.renews = action == "resume"
        self._announce.subscription_changed(desk, person, action, family)
        return None

    def buy(
        self, creator: str, fan: str, *, post: str | None = None, message: str | None = None, family: Family = "creator"
    ) -> str:
        """Unlocks a message, or a post (the newest priced one where none is named); answers the transaction id."""
        desk, person = self._world.fan(creator, fan)
        if message is not None:
            sale = self._unlock(desk, person, message)
        else:
            target = self._post(desk, post) if post else next((row for row in desk.posts if row.price), None)
            if target is None or not target.price:
                raise ValueError("This post is free.")
            sale = self._sell(desk, person, "post", target.price, post_uuid=target.uuid)
        self._announce.paid(desk, person, sale, family)
        return sale.order_id

    def follow(self, creator: str, fan: str, *, family: Family = "creator") -> str:
        """Follows, as a new person where the handle is not known yet; answers the fan's uuid."""
        person = self._world.add_fan(creator, fan)
        desk = self._world.desk(self._world.account(creator))
        person.is_following = True
        desk.notify(Notification(fresh_uuid(), self._clock(), FOLLOWED, person.user, {}, is_read=False))
        self._announce.followed(desk, person, family)
        return person.user.uuid

    def like(self, creator: str, fan: str, *, post: str | None = None) -> str:
        """Likes a post (the newest where none is named); no webhook tells it. Answers the notification's uuid."""
        desk, person = self._world.fan(creator, fan)
        liked = self._post(desk, post) if post else desk.posts[0]
        liked.likes.insert(0, (self._clock(), person))
        return self._notify(desk, person, LIKED, {"postUuid": liked.uuid})

    def comment(self, creator: str, fan: str, text: str, *, post: str | None = None) -> str:
        """Comments on a post (the newest where none is named); no webhook tells it. Answers the comment's uuid."""
        desk, person = self._world.fan(creator, fan)
        target = self._post(desk, post) if post else desk.posts[0]
        said = Comment(fresh_uuid(), text, self._clock(), person.user)
        target.comments.insert(0, said)
        self._notify(desk, person, COMMENTED, {"postUuid": target.uuid, "commentUuid": said.uuid, "text": text})
        return said.uuid

    def _notify(self, desk: Desk, person: Fan, event_type: int, data: dict[str, object]) -> str:
        row = Notification(fresh_uuid(), self._clock(), event_type, person.user, data, is_read=False)
        desk.notify(row)
        return row.uuid

    def reverse(self, creator: str, order_id: str, kind: ReversalKind = "refund") -> str:
        """Takes a payment back; answers the reversal's id."""
        desk = self._world.desk(self._world.account(creator))
        sale = desk.sales.find(order_id)
        if sale is None or sale.fan_uuid is None:
            raise LookupError(f"No payment is called {order_id!r}.")
        reversal = Reversal(self._clock(), kind, -sale.gross, -sale.net, sale, f"FVC-{order_id[3:]}")
        desk.reversals.append(reversal)
        self._announce.reversed(desk, desk.fans[sale.fan_uuid], reversal)
        return reversal.order_id

    def _attach(self, desk: Desk) -> str:
        item = MediaItem(fresh_uuid(), "photo.jpg", "image", "ready", self._clock())
        desk.fan_media[item.uuid] = item
        return item.uuid

    def _say(
        self,
        desk: Desk,
        person: Fan,
        text: str | None,
        *,
        media_uuids: tuple[str, ...] = (),
        price: int | None = None,
        tip: int | None = None,
    ) -> Message:
        now = self._clock()
        chat = desk.chats.setdefault(person.user.uuid, Chat(person, now))
        message = Message(
            fresh_uuid(),
            text,
            chat.next_instant(now),
            is_from_fan=True,
            type="SINGLE_RECIPIENT" if tip is None else "TIP",
            media_uuids=media_uuids,
            media_type="image" if media_uuids else None,
            price=price,
            is_read=False,
            tip=tip,
        )
        chat.messages.append(message)
        for earlier in chat.messages:
            if not earlier.is_from_fan:
                earlier.is_read = True
        person.last_seen_at = now
        return message

    def _sell(
        self,
        desk: Desk,
        person: Fan,
        source: str,
        gross: int,
        *,
        message_uuid: str | None = None,
        post_uuid: str | None = None,
    ) -> Sale:
        now = self._clock()
        order_id = f"FV-{Random().randrange(10**10, 10**11)}"
        sale = Sale(now, source, gross, share(gross), order_id, person.user.uuid, "USD", message_uuid, post_uuid)
        desk.sales.add(sale)
        if source in EVENT_TYPES:
            data: dict[str, object] = {"price": gross}
            row = Notification(fresh_uuid(), now, EVENT_TYPES[source], person.user, data, is_read=False)
            desk.notify(row)
        return sale

    def _pay_period(self, desk: Desk, person: Fan, action: SubscriptionAct, price: int, family: Family) -> str:
        now = self._clock()
        first_at = person.subscription.first_at if person.subscription else now
        was_active = person.subscription is not None and person.subscription.is_active(now)
        person.subscription = Subscription(first_at, now, now + PERIOD, price)
        if not was_active:
            desk.subscriber_events.append((now, 1))
        sale = self._sell(desk, person, "renewal" if action == "renew" else "subscription", price)
        self._announce.subscription_changed(desk, person, action, family)
        self._announce.paid(desk, person, sale, family)
        return sale.order_id

    def _unlock(self, desk: Desk, person: Fan, uuid: str) -> Sale:
        chat = desk.chats.get(person.user.uuid)
        found = next((row for row in chat.messages if row.uuid == uuid), None) if chat else None
        if found is None or not found.price or found.is_from_fan:
            raise ValueError("There is nothing to unlock.")
        if found.purchased_at is not None:
            raise ValueError("This message is unlocked already.")
        found.purchased_at = self._clock()
        for item in (desk.find_media(media) for media in found.media_uuids):
            if item is not None:
                item.buyers.add(person.user.uuid)
        return self._sell(desk, person, "message", found.price, message_uuid=found.uuid)

    def _post(self, desk: Desk, uuid: str) -> Post:
        post = desk.find_post(uuid)
        if post is None:
            raise LookupError("This post does not exist.")
        return post
